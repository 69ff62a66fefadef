"""A process started with the shim: takes runs as lines on standard input, answers each with a line of JSON.

Needs the folder of windows to begin with as its one argument; ``make NAME`` makes one of them.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.faults.driver import Told, run
from tests.faults.jobs import Job
from tests.faults.judge import judge
from tests.faults.power import Disk
from tests.faults.wrongs import WRONGS
from tests.support import faults_window
from tests.support.faults_shim import Call, Kind, Shim, calls_in

SHELF = Path("/dev/shm")  # noqa: S108 - memory is where a thousand windows come and go quickly


class Worker:
    """Does runs, one after the other."""

    def __init__(self, windows: Path) -> None:
        self._windows = windows
        self._shim = Shim()

    def answer(self, line: str) -> dict[str, Any]:
        """Do what one line asks for."""
        if line.startswith("make "):
            faults_window.make(self._windows, line.removeprefix("make "))
            return {}
        job = Job.parse(line)
        with tempfile.TemporaryDirectory(dir=SHELF if SHELF.is_dir() else None, prefix="clerk-fault-") as made:
            return self._done(job, Path(made) / "window", Path(made) / "log")

    def _done(self, job: Job, folder: Path, log: Path) -> dict[str, Any]:
        base = self._windows / job.begin
        before = json.loads((self._windows / f"{job.begin}.json").read_bytes())["entries"]
        shutil.copytree(base, folder)
        if (ring := base.with_suffix(".ring")).exists():
            shutil.copy(ring, folder.with_suffix(".ring"))
        told = self._cut(job, folder, log, base) if job.how == "power" else run(self._shim, job, folder)
        self._shim.watch(Path("/nowhere"))
        if job.how == "lines":
            return {"job": str(job), "wrong": _missing(told), "steps": told.steps, "lines": told.lines}
        reached = not job.kills or told.status == -9
        with WRONGS[job.wrong]() if job.wrong == "migrating" else nullcontext():
            found = judge(folder, job, told, before)
        answer = {"job": str(job), "wrong": found, "reached": reached, "steps": told.steps}
        if told.refused:
            answer["refused"] = list(told.refused.values())
        return answer

    def _cut(self, job: Job, folder: Path, log: Path, base: Path) -> Told:
        """Let the run go to its end, then put into ``folder`` what a power cut in the target may leave."""
        with log.open("wb", buffering=0) as file:
            whole = run(self._shim, job, folder, file.fileno())
        if whole.broken or whole.refused or whole.status:
            raise RuntimeError(f"the run that was to be cut did not even end: {whole}")
        calls = list(calls_in(log.read_bytes()))
        chance = random.Random(job.seed)
        inside = [n for n, part in enumerate(_parts(calls)) if part == job.target]
        cut = chance.choice(inside or [len(calls)])
        told = Told(status=-9)
        disk = Disk(folder, base, lying=job.wrong == "lying-disk")
        for call in calls[: cut + chance.randrange(2)]:
            if call.kind is Kind.MARK:
                told.take(call.first)
            disk.do(call)
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        if base.with_suffix(".ring").exists():
            folder.with_suffix(".ring").write_text(told.ring or base.with_suffix(".ring").read_text(), encoding="utf-8")
        for name, content in disk.cut(chance).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return told


def _parts(calls: list[Call]) -> Iterator[int]:
    """Yield for each call the part of the script that was under way; -1 for marks, and where there was none."""
    part = -1
    for call in calls:
        if call.kind is Kind.MARK:
            word, value = json.loads(call.first)
            part = value if word == "begun" else -1 if word in {"acked", "refused"} else part
        yield -1 if call.kind is Kind.MARK else part


def _missing(told: Told) -> list[str]:
    return [told.broken] if told.broken else []


def main() -> None:
    logging.basicConfig(handlers=[logging.NullHandler()])  # what is told here is told by the judge
    worker = Worker(Path(sys.argv[1]))
    for line in sys.stdin:
        try:
            answer = worker.answer(line.strip())
        except Exception:  # noqa: BLE001 - the one who asked is told, and the next run goes on
            answer = {"job": line.strip(), "wrong": [traceback.format_exc()], "reached": False, "steps": 0}
        sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
