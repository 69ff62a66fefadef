"""Workers side by side: runs are handed out, answers come back in the order they are done."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from tests.faults.jobs import Job
from tests.support.faults_shim import built
from tests.support.tree import ROOT

WINDOWS = ("fresh", "clean", "hot", "stocked", "keyed", "bent")


class Pool:
    """A few workers over one folder of windows to begin with; a context manager."""

    def __init__(self, workers: int = 2) -> None:
        self._held = contextlib.ExitStack()
        self._folder = Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="clerk-windows-")))
        env = {**os.environ, "LD_PRELOAD": str(built()), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.faults.worker", str(self._folder)]
        self._workers = [
            self._held.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=ROOT)
            )
            for _ in range(workers)
        ]

    def __enter__(self) -> Self:
        for name in WINDOWS:
            self._ask(self._workers[0], f"make {name}")
            self._answer(self._workers[0])
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.close()
        self._held.close()

    def one(self, job: Job) -> dict[str, Any]:
        """Do one run."""
        return next(self.all([job]))

    def all(self, jobs: Iterable[Job]) -> Iterator[dict[str, Any]]:
        """Do all runs; yield each answer as it comes."""
        waiting = iter(jobs)
        with selectors.DefaultSelector() as busy:
            for worker in self._workers:
                self._next(worker, waiting, busy)
            while busy.get_map():
                for key, _ in busy.select():
                    worker = key.data
                    yield self._answer(worker)
                    busy.unregister(key.fileobj)
                    self._next(worker, waiting, busy)

    def _next(self, worker: subprocess.Popen[bytes], waiting: Iterator[Job], busy: selectors.BaseSelector) -> None:
        job = next(waiting, None)
        if job is not None:
            self._ask(worker, str(job))
            assert worker.stdout is not None
            busy.register(worker.stdout, selectors.EVENT_READ, worker)

    def _ask(self, worker: subprocess.Popen[bytes], line: str) -> None:
        assert worker.stdin is not None
        worker.stdin.write(line.encode() + b"\n")
        worker.stdin.flush()

    def _answer(self, worker: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert worker.stdout is not None
        line = worker.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended with {worker.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer
