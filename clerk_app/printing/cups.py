"""CUPS, through its own commands: ``lp`` takes the page on standard input, ``lpstat`` tells what became of it.

What the commands say is read in English (``LC_ALL=C``), as lpstat(1) prints it. Nothing is put on a disk by us: whether a page is
handed over is decided before, by the state of the queue, so that the spooler holds none for a printer that is stopped. What a
printer said last (no paper) stands there until its next job, so that alone keeps nothing back.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence

from clerk_app.printing.choices import Choice
from clerk_app.printing.printers import Document, Form, FoundPrinter, NotPrinted, Outcome, PrinterState, Unsure
from clerk_app.printing.reasons import say_reasons

PATIENCE = 5.0
"""Seconds a question to the spooler may take."""
TAKES = 20.0
"""Seconds it may take to take a page over."""
NOT_THERE = "这台电脑没有装打印服务（CUPS），请装好后再试，或改用文件夹。"
NO_ANSWER = "打印服务没有应答，请重新启动打印服务。"
UNKNOWN = "找不到这台打印机：可能已删除或改名，请在“设置”里另选。"
Run = Callable[[Sequence[str], bytes, float], "subprocess.CompletedProcess[bytes]"]

_PRINTER = re.compile(r"^printer (\S+) (.*)$")
_DEVICE = re.compile(r"^device for (\S+): ")
_JOB = re.compile(r"^(\S+)-(\d+)\s")
_REQUEST = re.compile(r"request id is (\S+)")
_CANCELLED = ("job-canceled", "aborted", "job-completed-with-errors", "document-format-error", "job-stopped")
_FAR = re.compile(r"unavailable at this time|not responding|unreachable|is in use|Unable to (?:connect|locate|contact)")
"""What the back ends of CUPS say while they try again and again."""


class Cups:
    """The queues of this machine's CUPS, or of the one ``CUPS_SERVER`` names."""

    form: Form = "pdf"

    def __init__(self, run: Run | None = None) -> None:
        self._run = run or _run

    def found(self) -> list[FoundPrinter]:
        """Return the queues, the system's default first."""
        try:
            names = [m.group(1) for line in self._ask("lpstat", "-v") if (m := _DEVICE.match(line))]
            default = next(iter(self._ask("lpstat", "-d")), "").partition("system default destination: ")[2].strip()
        except NotPrinted:
            return []
        found = [
            FoundPrinter(
                printer=f"cups:{name}", name=name, kind="cups", default=name == default, state=self.state(name).say
            )
            for name in names
        ]
        return sorted(found, key=lambda one: not one.default)

    def trays(self, name: str) -> tuple[str, ...]:
        """Return the names of a queue's trays, as its driver calls them."""
        try:
            lines = self._ask("lpoptions", "-p", name, "-l")
        except NotPrinted:
            return ()
        told = next((line for line in lines if re.match(r"(InputSlot|media-source)[/:]", line)), "")
        return tuple(word.lstrip("*") for word in told.partition(":")[2].split())

    def state(self, name: str) -> PrinterState:
        """Return whether a queue is there, enabled and accepts papers."""
        try:
            told = self._ask("lpstat", "-l", "-p", name)
            accepting = self._ask("lpstat", "-a", name)
        except NotPrinted as error:
            return PrinterState(ready=False, say=str(error))
        head = next((m.group(2) for line in told if (m := _PRINTER.match(line)) and m.group(1) == name), "")
        if not head:
            return PrinterState(ready=False, say=UNKNOWN if self._runs() else NO_ANSWER)
        if head.startswith("disabled") or " disabled " in head:
            return PrinterState(ready=False, say=f"打印机已停用{_because(told)}。请恢复后再打印。")
        if any("not accepting" in line for line in accepting):
            return PrinterState(ready=False, say="打印机不接收新的文书，请在打印服务里恢复。")
        return PrinterState(say=_unreachable(told) or say_reasons(_alerts(told)))

    def send(self, name: str, document: Document, choice: Choice) -> str:
        """Hand a page over through a pipe; return the spooler's number of the job."""
        sides = "two-sided-long-edge" if choice.sides == "two" else "one-sided"
        command = ["lp", "-d", name, "-n", str(choice.copies), "-t", document.title]
        command += ["-o", f"media={document.media}", "-o", f"sides={sides}"]
        command += ["-o", f"InputSlot={choice.tray}"] if choice.tray else []
        try:
            done = self._run([*command, "-"], document.content, TAKES)
        except FileNotFoundError as error:
            raise NotPrinted(NOT_THERE) from error
        except subprocess.TimeoutExpired as error:
            raise Unsure("打印服务收到一半没有应答，不知道打出来没有。请看一下打印机，再按重试或取消。") from error
        told = done.stdout.decode(errors="replace")
        found = _REQUEST.search(told)
        if done.returncode or found is None:
            say = _refusal(done.stderr.decode(errors="replace"))
            raise NotPrinted(say if self._runs() else NO_ANSWER)
        return found.group(1)

    def outcome(self, name: str, ticket: str) -> Outcome:
        """Return what became of a job: it waits, was held, or is over one way or the other."""
        try:
            waiting = _about(self._ask("lpstat", "-l", "-W", "not-completed", "-o", name), ticket)
            if waiting is not None:
                return self._waiting(name, waiting)
            history = self._ask("lpstat", "-l", "-W", "completed", "-o", name)
        except NotPrinted as error:
            return Outcome(state="printing", say=str(error))
        over = _about(history, ticket)
        if over is None and not history:
            return Outcome(state="done")  # this spooler keeps no history: what it holds no more is out
        if over is None:
            return Outcome(state="gone", say="打印服务里已没有这一份，可能被删除了。没有打出来的请按重试。")
        reasons = " ".join(_alerts(over))
        if any(word in reasons for word in _CANCELLED):
            return Outcome(state="gone", say="打印服务取消或没能打完这一份。请按重试，或改用别的打印机。")
        return Outcome(state="done")

    def _waiting(self, name: str, told: list[str]) -> Outcome:
        if "job-hold-until-specified" in " ".join(_alerts(told)):
            return Outcome(state="held", say="这一份在打印服务里被暂停了。")
        say = self.state(name).say or _unreachable(told)
        return Outcome(state="held" if say else "printing", say=say)

    def cancel(self, name: str, ticket: str) -> None:
        """Take a job out of the queue."""
        try:
            self._run(["cancel", ticket], b"", PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            return

    def _runs(self) -> bool:
        """Whether the spooler is there: asked for one queue, its commands speak of an unknown name where it is not."""
        try:
            return not any("not running" in line for line in self._ask("lpstat", "-r"))
        except NotPrinted:
            return False

    def _ask(self, *command: str) -> list[str]:
        """Return what a command of CUPS prints; raises ``NotPrinted`` where there is none, or nobody answers it."""
        try:
            done = self._run(command, b"", PATIENCE)
        except FileNotFoundError as error:
            raise NotPrinted(NOT_THERE) from error
        except subprocess.TimeoutExpired as error:
            raise NotPrinted(NO_ANSWER) from error
        said = done.stderr.decode(errors="replace")
        if done.returncode and _refusal(said) == NO_ANSWER:
            raise NotPrinted(NO_ANSWER)
        return done.stdout.decode(errors="replace").splitlines()


def _run(command: Sequence[str], given: bytes, patience: float) -> subprocess.CompletedProcess[bytes]:
    found = shutil.which(command[0])
    if found is None:
        raise FileNotFoundError(command[0])
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C", "LANGUAGE": ""}
    return subprocess.run(
        [found, *command[1:]], input=given, capture_output=True, timeout=patience, check=False, env=environment
    )


def _refusal(said: str) -> str:
    """Return in Chinese what a command complains of."""
    if re.search(
        r"Unable to connect|Bad file descriptor|No such file or directory|scheduler is not running", said, re.IGNORECASE
    ):
        return NO_ANSWER
    if re.search(r"does not exist|Invalid destination|unknown destination|no longer exists", said, re.IGNORECASE):
        return UNKNOWN
    if re.search(r"not accepting", said):
        return "打印机不接收新的文书，请在打印服务里恢复。"
    return "打印服务没有收下这一份。"


def _about(lines: Sequence[str], ticket: str) -> list[str] | None:
    """Return the lines that tell of one job; ``None``: it is not among them."""
    found: list[str] | None = None
    for line in lines:
        if not line[:1].isspace():
            head = _JOB.match(line)
            if found is not None:
                break
            found = [line] if head is not None and f"{head.group(1)}-{head.group(2)}" == ticket else None
        elif found is not None:
            found.append(line)
    return found


def _alerts(lines: Sequence[str]) -> list[str]:
    """Return the keywords of why a printer or job is as it is."""
    told = (line.partition("Alerts:")[2] for line in lines if line.strip().startswith("Alerts:"))
    return [word for line in told for word in line.replace(",", " ").split() if word != "none"]


def _because(lines: Sequence[str]) -> str:
    """Return why a queue was stopped, in brackets: as the printer tells, and as whoever stopped it wrote."""
    written = lines[1].strip() if len(lines) > 1 and not lines[1].isascii() else ""
    told = "，".join(text for text in (say_reasons(_alerts(lines)).rstrip("。"), written[:40]) if text)
    return f"（{told}）" if told else ""


def _unreachable(lines: Sequence[str]) -> str:
    """Return that a printer cannot be reached, where a back end of CUPS says so of it or of a job."""
    found = any(_FAR.search(line) for line in lines[1:] if "Alerts:" not in line)
    return "打印机连不上，打印服务在不断重试：请检查电源和网线，或改用别的打印机。" if found else ""
