"""``clerk intake`` and ``clerk handover``: record the lines of a file; one result line each, written when it is durable."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self

from clerk_app import settings as window_settings
from clerk_app.commands.output import DONE, NOT_READY, REFUSED, Stop, file_trouble, print_json
from clerk_app.desk import Desk
from clerk_app.intake_file import answer
from clerk_app.json_lines import MAX_LINE
from clerk_app.store.errors import StoreFailing, StoreFull, VaultError
from clerk_app.wiring import Window

READ_SIZE = 1 << 16
MAX_DOCUMENT = 64 << 20
"""Bytes of a file that is one JSON array; one of lines may be of any length."""
BOM = b"\xef\xbb\xbf"


class Interruptible:
    """Lets the line in hand be finished and answered when the command is told to stop; waiting for input ends at once."""

    def __init__(self) -> None:
        self.stopped = 0
        """The signal that was given, or 0."""
        self._waiting = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._told)
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _told(self, number: int, _: FrameType | None) -> None:
        self.stopped = number
        if self._waiting:
            raise KeyboardInterrupt

    def read(self, file: IO[bytes], limit: int) -> bytes:
        """Return the next line, or nothing when the command was told to stop."""
        if self.stopped:
            return b""
        self._waiting = True
        try:
            return file.readline(limit)
        except KeyboardInterrupt:
            return b""
        finally:
            self._waiting = False


Answer = Callable[[Desk, int, bytes], dict[str, Any]]
"""Records one line, and says what came of it."""


def intake(options: argparse.Namespace) -> int:
    """Record a file of intakes; the status is 1 when any line was bad."""
    folder = Path() if options.file == "-" else Path(options.file).parent
    return record_file(options, lambda desk, line, raw: answer(desk, line, raw, folder))


def handover(options: argparse.Namespace) -> int:
    """Record a file of hand-overs to couriers; the status is 1 when any line was bad."""
    from clerk_app.pickup_file import answer as pickup_answer

    return record_file(options, pickup_answer)


def record_file(options: argparse.Namespace, answers: Answer) -> int:
    """Record a file, or standard input, line by line."""
    with Window(getattr(options, "data", None) or window_settings.default_folder()) as window:
        desk = signed_in(window)
        with _opened(options.file) as file, Interruptible() as stop:
            recorded, refused = _record(desk, file, stop, answers)
    if not options.json:
        print(f"已登记 {recorded} 行，没有登记 {refused} 行。", file=sys.stderr)
    if stop.stopped:
        print("已中断。已给出结果的都已登记。", file=sys.stderr)
        return 128 + stop.stopped
    return REFUSED if refused else DONE


def signed_in(window: Window) -> Desk:
    """Return the desk of who is signed in; stops the command when nobody is."""
    person = window.gate.current()
    if person is None:
        raise Stop(NOT_READY, "还没有登录。请先登录：clerk sign-in --as 工号", "not-signed-in")
    return window.desk(person)


def _record(desk: Desk, file: IO[bytes], stop: Interruptible, answers: Answer) -> tuple[int, int]:
    recorded = refused = 0
    for number, raw in _intakes(file, MAX_LINE + 1, stop):
        result = _answered(desk, number, raw, answers)
        print_json(result)
        refused += "error" in result
        recorded += "error" not in result
        if stop.stopped:
            break
    return recorded, refused


def _answered(desk: Desk, number: int, raw: bytes, answers: Answer) -> dict[str, Any]:
    """Answer one line; when the store itself fails, the line is answered too, and then the command ends."""
    try:
        return answers(desk, number, raw)
    except (StoreFull, StoreFailing) as error:
        print_json({"line": number, "error": {"code": "store", "message": error.say}})
        raise
    except VaultError as error:
        return {"line": number, "error": {"code": "store", "message": error.say}}
    except Exception:
        logging.getLogger("clerk").exception("an intake failed")
        return {"line": number, "error": {"code": "program-error", "message": "程序出错，这一行没有登记。"}}


def _intakes(file: IO[bytes], limit: int, stop: Interruptible) -> Iterator[tuple[int, bytes]]:
    """Yield each intake with its number: of its line, or of its place where the file is one JSON document."""
    first = True
    for number, raw in enumerate(_lines(file, limit, stop), start=1):
        if not raw.strip():
            continue
        if first and (raw.lstrip().startswith(b"[") or raw.strip() == b"{"):
            yield from enumerate(_document(raw, file), start=1)
            return
        first = False
        yield number, raw


def _document(begun: bytes, file: IO[bytes]) -> list[bytes]:
    """Return the intakes of a file that is one JSON array, or one object over several lines; as it stands if it is none."""
    raw = begun + file.read(MAX_DOCUMENT - len(begun) + 1)
    try:
        document = json.loads(raw) if len(raw) <= MAX_DOCUMENT else None
    except (ValueError, RecursionError):
        document = None
    if document is None:
        return [begun.strip()]
    elements = document if isinstance(document, list) else [document]
    return [json.dumps(element).encode() for element in elements]


def _opened(name: str) -> IO[bytes]:
    if name == "-":
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise Stop(REFUSED, f"打不开文件 {file_trouble(error)}", "file-unreadable") from error


def _lines(file: IO[bytes], limit: int, stop: Interruptible) -> Iterator[bytes]:
    """Yield lines; of one longer than ``limit`` only its beginning, so that a hostile file costs no memory."""
    while raw := stop.read(file, limit):
        if not raw.endswith(b"\n") and len(raw) >= limit:
            while (rest := file.readline(READ_SIZE)) and not rest.endswith(b"\n"):
                pass
        yield raw.removeprefix(BOM)
