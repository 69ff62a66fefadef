"""What is typed, as the terminal sends it: an Esc that has something else right behind it is still an Esc.

Esc and the beginning of every function key are one and the same byte. Textual waits a tenth of a second to tell them apart, and
takes what comes meanwhile for one unknown key: of an Esc with a scan right behind it the Esc was lost, a digit became a
Mac's “¶”, and before the scan stood a “^”. But no key the client knows begins with Esc and a digit or most letters.

It rests on a few of Textual's inner names (``linux_driver.XTermParser``, ``_timeout_time``), which its tests look after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual._xterm_parser import XTermParser
from textual.message import Message

ESC = "\x1b"
_PLAIN = re.compile(r"[0-9A-NQ-Zac-eg-z]|[^\x00-\x7f]")
"""With what no key goes on that begins with Esc: the others do (``ESC O``, ``ESC P``, ``ESC [``, ``ESC b``, ``ESC f``)."""

_PARTS = re.compile(f"[^{ESC}]*{ESC}|[^{ESC}]+")


class Typed(XTermParser):
    """Textual's reader of keys, which does not wait for more behind an Esc that cannot go on."""

    _open = False
    """Whether the last character was an Esc."""

    def feed(self, data: str) -> Iterator[Message]:
        """Read what came from the terminal."""
        for part in _PARTS.findall(data) or [data]:
            if self._open and self._timeout_time is not None and _PLAIN.match(part):
                self._timeout_time = 0.0
                yield from self.tick()
            yield from super().feed(part)
            self._open = part.endswith(ESC)
