"""Several processes on one port: they share the listening socket and nothing else; one that dies is replaced."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from sync.central.central import Central
from sync.central.line.logs import log_to_stderr
from sync.central.line.serve import address_of, listen, serve_async, stopping_quietly
from sync.central.settings import Settings

log = logging.getLogger("clerk.central")

PAUSE = 1.0
"""Seconds between two looks at the workers, and before one that died is replaced."""
HOPELESS = 5
"""Workers that died one after the other without having served, after which there is no use in going on."""

_spawn = multiprocessing.get_context("spawn")


class WorkersFailed(RuntimeError):
    """No worker comes up; their own logs say why."""


def supervise(settings: Settings, ready: Callable[[str], None], *, migrate: bool = True) -> None:
    """Serve with ``settings.workers`` processes until told to stop; raises what ``serve_async`` raises."""
    with listen(settings.host, settings.port) as listener:
        asyncio.run(_prepare(settings, migrate=migrate))
        address = address_of(listener, secure=settings.tls_cert is not None)
        _Supervisor(settings, listener, lambda: ready(address)).run()


async def _prepare(settings: Settings, *, migrate: bool) -> None:
    """The tables are made once, before anybody serves."""
    central = await Central.open(settings.database, settings=settings, migrate=migrate)
    await central.close()


class _Supervisor:
    def __init__(self, settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._settings, self._listener, self._ready = settings, listener, ready
        self._told, self._tell = _spawn.Pipe(duplex=False)
        self._workers: dict[int, SpawnProcess] = {}
        self._stopping = self._served = False
        self._failed = 0

    def run(self) -> None:
        """Keep the workers up until told to stop, then end them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._pass_on)
        try:
            while not self._stopping and self._failed < HOPELESS:
                self._look()
        finally:
            for worker in self._workers.values():
                worker.terminate()
            for worker in self._workers.values():
                worker.join()
        if not self._stopping:
            raise WorkersFailed

    def _look(self) -> None:
        for ordinal in range(self._settings.workers):
            if ordinal not in self._workers:
                self._workers[ordinal] = self._start(ordinal)
        wait([self._told, *(worker.sentinel for worker in self._workers.values())], timeout=PAUSE)
        while self._told.poll():
            self._told.recv()
            self._failed = 0
            if not self._served:
                self._served = True
                self._ready()
        for ordinal, worker in list(self._workers.items()):
            if not worker.is_alive() and not self._stopping:
                log.error("worker died", extra={"worker": ordinal, "status": worker.exitcode})
                self._failed += 1
                del self._workers[ordinal]
                time.sleep(PAUSE)

    def _start(self, ordinal: int) -> SpawnProcess:
        worker = _spawn.Process(target=_work, args=(self._settings, self._listener, ordinal, self._tell))
        worker.start()
        return worker

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True
        self._tell.send(None)  # ends the waiting at once

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        for worker in self._workers.values():
            if worker.pid is not None and worker.is_alive():
                os.kill(worker.pid, number)


def _work(settings: Settings, listener: socket.socket, ordinal: int, told: Connection) -> None:
    """Serve as one of several."""
    log_to_stderr(settings.log_level)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with stopping_quietly():
        served = serve_async(settings, lambda _: told.send(ordinal), listener=listener, ordinal=ordinal, migrate=False)
        asyncio.run(served)
    sys.stdout.flush()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
