"""Keys struck one by one at the client, and what each of them brings over the line to the terminal."""

from __future__ import annotations

import selectors
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.support.client import PASSWORD
from tests.support.pty_run import Painted, painting

UP, DOWN, BACK, ESC = "\x1b[A", "\x1b[B", "\x7f", "\x1b"
F = {1: "\x1bOP", 2: "\x1bOQ", 3: "\x1bOR", 4: "\x1bOS", 6: "\x1b[17~"}
SIGN_IN = ("C0001\r", f"{PASSWORD}\r")
SCRIPT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("typing in the search", ("s", "h", "e", "n", BACK, BACK, BACK, "f", BACK, "j")),
    ("cursor in the search", (DOWN, DOWN, DOWN, UP, UP, DOWN)),
    ("", (*(BACK,) * 4, "j", "z", "z", "\r", "440604190001010017\r")),
    ("typing in a field", (*"yangli",)),
    ("", ("\r", "13800000000\r", "1", "1", "1")),
    ("checklist", ("a", "k", UP, "m", DOWN, "a", "o", UP)),
    ("", (ESC,)),
    ("area", (F[3], F[4], F[6], F[2], F[3])),
    ("cursor in the cases", (DOWN, DOWN, DOWN, UP, UP, DOWN)),
    ("help and back", (F[1], ESC, F[1], ESC)),
)
"""What is struck, by what it shows; what has no name only leads on."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key: what it was struck for, the bytes it brought, and the seconds until the last of them."""

    what: str
    size: int
    seconds: float


def strokes(command: Sequence[str], env: Mapping[str, str], size: tuple[int, int], quiet: float) -> Iterator[Stroke]:
    """Run the client and yield every key of the script; the picture stands when nothing came for ``quiet`` seconds."""
    with painting(command, env, size) as client:
        client.until("工号", 120)
        _settled(client, quiet)
        for line in SIGN_IN:
            client.type(line)
            _settled(client, quiet * 2)
        for what, keys in SCRIPT:
            for key in keys:
                begun, before = time.monotonic(), len(client.bytes)
                client.type(key)
                last = _settled(client, quiet)
                if what:
                    yield Stroke(what, len(client.bytes) - before, max(0.0, last - begun))


def _settled(client: Painted, quiet: float) -> float:
    """Wait until nothing has come for a while, and return when the last part came."""
    last = time.monotonic()
    with selectors.DefaultSelector() as waiting:
        waiting.register(client._handle, selectors.EVENT_READ)
        while waiting.select(quiet):
            assert client._more(quiet), client.text[-3000:]
            last = time.monotonic()
    return last
