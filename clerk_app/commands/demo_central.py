"""The demo's central: a process that listens on this machine only and ends with the client, however that ends."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app.line import LineDown

PATIENCE = 60.0
"""Seconds central is given to listen."""


class DemoBroken(LineDown):
    """The sample city's central does not work; the message is Chinese."""


class DemoCentral:
    """Central as a child that is told to stop, and stops by itself when its standard input ends."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "city.db"
        self._log = folder / "central.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._listening = False
        self._waiting = threading.RLock()

    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self, port: int) -> None:
        """Start it; ``wait`` tells when it listens."""
        self._listening = False
        words = ["central", "serve", "--database", str(self.database), "--port", str(port), "--simulate-departments"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command(), *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # ctrl-C is for the client
            )

    def wait(self) -> None:
        """Return once it listens, or when it has been stopped; raises ``DemoBroken`` where it does not come up."""
        with self._waiting:
            process = self._process
            if self._listening or process is None:
                return
            first = _first_line(process)
            if process is not self._process:  # stopped meanwhile
                return
            if not first.startswith(b"listening"):
                self.stop()
                raise DemoBroken(f"样例城市的市中心没有启动，详见 {self._log}。")
            self._listening = True

    def stop(self) -> None:
        """Tell it to stop, and see to it that it does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with self._waiting:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def run_clerk(*words: str) -> dict[str, Any]:
    """Return what ``clerk central …`` answers; raises ``DemoBroken``."""
    done = subprocess.run(
        [*command(), "central", *words, "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=_environment(),
        check=False,
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {}
    if done.returncode != 0 or not isinstance(told, dict):
        why = told.get("error", {}).get("message", "") if isinstance(told, dict) else ""
        raise DemoBroken(f"样例城市没有备好：{why or f'状态 {done.returncode}'}")
    return told


def command() -> list[str]:
    """Return how this very program is started again, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "clerk_app.cli"]


def free_port() -> int:
    """Return a port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether central could listen there."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, OverflowError):
        return False
    return True


def _environment() -> dict[str, str]:
    """The same packages for the child, wherever it is started from."""
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """Return the first line a child writes; nothing when it ends, or takes too long."""
    pipe = process.stdout
    if pipe is None:
        return b""
    if sys.platform == "win32":  # pipes cannot be waited for there; a central that ends closes its own
        return pipe.readline()
    until = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        return pipe.readline() if waiting.select(until - time.monotonic()) else b""
