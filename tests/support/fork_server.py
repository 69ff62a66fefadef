"""A process that has loaded everything ``clerk`` ever loads, and forks a child for each command: what costs most is done once.

A child is a process of its own in all that a command can tell: environment, working directory, standard streams, exit. What an
interpreter reads only when it starts (``AT_START``) cannot be changed behind it; commands that ask for that are started anew.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import clerk_app.commands
from clerk_app import cli
from tests.support.processes import dies_with_us
from tests.support.tree import ROOT

AT_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "MALLOC_")
LOADED = (
    "clerk_app.desk",
    "clerk_app.wiring",
    "clerk_app.paper.papers",
    "sync.window",
    "sync.runner",
    "sync.central.central",
)
NOT_LOADED = ("keyring", "textual")
"""The one looks at the environment when it is loaded, the other is for the screen."""


def at_start(env: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that an interpreter reads only when it starts."""
    return {name: value for name, value in env.items() if name.startswith(AT_START)}


class ForkServer:
    """The other end: asks for commands, one at a time."""

    def __init__(self, env: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        handle = theirs.fileno()
        words = [sys.executable, "-m", "tests.support.fork_server", str(handle)]
        self.env = at_start(env)
        self._line = ours
        self._words = dies_with_us(words)
        self._spawn(handle, env)
        theirs.close()

    def _spawn(self, handle: int, env: Mapping[str, str]) -> None:
        os.set_inheritable(handle, True)
        self._pid = os.posix_spawnp(self._words[0], self._words, dict(env))

    def run(self, words: Sequence[str], env: Mapping[str, str], handles: Sequence[int], timeout: float) -> int:
        """Run a command on standard streams that are given and return its status, negative where a signal ended it.

        Raises ``TimeoutError`` when it takes longer; the command is killed.
        """
        asked = json.dumps({"words": list(words), "env": dict(env), "cwd": str(Path.cwd())}).encode()
        socket.send_fds(self._line, [len(asked).to_bytes(4, "big")], list(handles))
        self._line.sendall(asked)
        self._line.settimeout(timeout)
        child = int.from_bytes(_read(self._line, 4), "big")
        try:
            return int.from_bytes(_read(self._line, 4), "big", signed=True)
        except TimeoutError:
            os.kill(child, 9)
            self._line.settimeout(None)
            _read(self._line, 4)
            raise


def _read(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise EOFError("the fork server is gone")
        found += more
    return found


def load() -> None:
    """Load what commands load when they run."""
    for module in pkgutil.iter_modules(clerk_app.commands.__path__):
        importlib.import_module(f"clerk_app.commands.{module.name}")
    for name in LOADED:
        importlib.import_module(name)
    assert not sys.modules.keys() & set(NOT_LOADED)
    assert threading.active_count() == 1, "a thread would not be in the children"
    gc.collect()
    gc.freeze()  # a collection in a child would write to every page it shares


def serve(line: socket.socket) -> int:
    """Fork until nobody asks any more; in a child, run the command and end with its status."""
    while True:
        head, handles, _, _ = socket.recv_fds(line, 4, 3)
        if not head:
            return 0
        asked = json.loads(_read(line, int.from_bytes(head, "big")))
        child = os.fork()
        if not child:
            line.close()
            _command(asked, handles)
        line.sendall(child.to_bytes(4, "big"))
        for handle in handles:
            os.close(handle)
        _, ended = os.waitpid(child, 0)
        line.sendall(os.waitstatus_to_exitcode(ended).to_bytes(4, "big", signed=True))


def _command(asked: dict[str, object], handles: Sequence[int]) -> NoReturn:
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    words, env, cwd = asked["words"], asked["env"], asked["cwd"]
    assert isinstance(words, list)
    assert isinstance(env, dict)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(str(cwd))
    sys.argv[1:] = words
    try:
        status = cli.main()
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        status = ended.code
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End as an interpreter does, but take nothing to pieces that was loaded: that costs more than most commands do."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


if __name__ == "__main__":
    os.chdir(ROOT)
    load()
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
