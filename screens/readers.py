"""Readers that type: what comes between a prefix and a suffix is one scan, and goes where scans go.

It stands before the key gate, so the order of keys is the gate's: what belongs to a scan is kept until the scan is whole or
nothing more comes, and is then delivered before anything struck later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events

from clerk_app.wedge import ENTER, Wedge

if TYPE_CHECKING:
    from textual.timer import Timer

    from screens.app import ClerkApp

LONGEST = 600
"""Characters of a scan; more are none."""
FAST = 6
"""Characters in a row that no person types within the gap."""
_NAMED = {
    "tab": "\t",
    "enter": "\r",
    "space": " ",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
}
Capture = Callable[[str, float], None]


def character_of(event: events.Key) -> str:
    """Return the character a key stands for, control characters included; empty: none."""
    if event.key in _NAMED:
        return _NAMED[event.key]
    if event.key == "escape":
        return ""
    control, _, letter = event.key.partition("ctrl+")
    if not control and len(letter) == 1 and letter.isalpha() and letter.isascii():
        return chr(ord(letter.lower()) & 0x1F)
    return event.character if event.character and len(event.character) == 1 else ""


class Burst:
    """What is kept of a scan that is still coming; knows no clock but the times of its keys."""

    def __init__(self, wedge: Wedge) -> None:
        self.wedge = wedge
        self._held: list[events.Key] = []
        self._text = ""
        self._run = 0
        self._last = 0.0

    @property
    def waiting(self) -> bool:
        """Whether something is kept."""
        return bool(self._held)

    def take(self, event: events.Key) -> list[events.Event]:
        """Return what is to be delivered now that a key came."""
        character = character_of(event)
        if not self.wedge.prefix:
            return [self._timed(event, character)]
        if not self._held and not (character and self.wedge.prefix.startswith(character)):
            return [event]
        if not character:
            return [*self.expire(), event]
        self._held.append(event)
        self._text += character
        return self._judged()

    def expire(self) -> list[events.Event]:
        """Return what is to be delivered because nothing more came: a whole scan without a suffix, else the keys."""
        prefix, body = self.wedge.prefix, self._text[len(self.wedge.prefix) :]
        if self._text.startswith(prefix) and body and not self.wedge.suffix:
            return self._scan(body, len(body))
        keys = self._held[len(prefix) :] if self._text.startswith(prefix) and body else self._held
        self._held, self._text = [], ""
        return list(keys)

    def _judged(self) -> list[events.Event]:
        prefix, suffix = self.wedge.prefix, self.wedge.suffix
        if len(self._text) <= len(prefix):
            return [] if prefix.startswith(self._text) else self.expire()
        body = self._text[len(prefix) :]
        if suffix and body.endswith(suffix):
            return self._scan(body[: -len(suffix)], len(body) - len(suffix))
        return self.expire() if len(body) > LONGEST else []

    def _scan(self, body: str, count: int) -> list[events.Event]:
        """Return a scan as its keys and Enter, or, where it is several fields, as pasted text."""
        first = len(self.wedge.prefix)
        keys = self._held[first : first + count]
        self._held, self._text = [], ""
        if any(c in "\t\r\n" for c in body.strip()):
            return [events.Paste(body.strip().replace("\r\n", "\n").replace("\r", "\n"))]
        typed: list[events.Event] = [key for key in keys if key.is_printable]
        return [*typed, events.Key("enter", "\r")] if typed else []

    def _timed(self, event: events.Key, character: str) -> events.Key:
        """Return the key, or Enter for the suffix right behind what no person typed."""
        soon = event.time - self._last <= self.wedge.gap
        suffix = self.wedge.suffix
        if character and character == suffix != ENTER and soon and self._run >= FAST:
            self._run = 0
            return events.Key("enter", "\r")
        self._run = (self._run + 1 if soon else 1) if event.is_printable else 0
        self._last = event.time
        return event


class Readers:
    """The readers of a client: its burst, the end of a wait, and who listens to everything instead."""

    def __init__(self, app: ClerkApp, wedge: Wedge) -> None:
        self._app = app
        self._burst = Burst(wedge)
        self._timer: Timer | None = None
        self.capture: Capture | None = None
        """Given every character instead of the screen, with its time: the page that shows what arrives."""

    @property
    def wedge(self) -> Wedge:
        """What stands around a scan."""
        return self._burst.wedge

    @wedge.setter
    def wedge(self, wedge: Wedge) -> None:
        self._burst = Burst(wedge)

    def take(self, event: events.Key) -> list[events.Event]:
        """Return what is to be delivered now that a key came."""
        character = character_of(event)
        if self.capture is not None and character and event.key != "ctrl+q":
            self.capture(character, event.time)
            return []
        if event.key == "ctrl+q":
            return [event]
        found = self._burst.take(event)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(self.wedge.gap, self._expired) if self._burst.waiting else None
        return found

    def flush(self) -> list[events.Event]:
        """Return what is kept, because something else came."""
        return self._burst.expire() if self._burst.waiting else []

    async def _expired(self) -> None:
        for event in self.flush():
            await self._app.deliver(event)
