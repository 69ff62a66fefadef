"""How far the point's feed was heard: the cursor, and what central said of the places it stood at."""

from __future__ import annotations

import msgspec

from clerk_app.domain.trail import Step, gone_on
from clerk_app.store.books.serials import META, Fact, decode_fact
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

CURSOR = "feed"
MARK = "feed-mark"
"""A position of the feed and central's word for what stands there; it counts while the cursor is at that position."""
TRAIL = "feed-trail"
"""The small fact that keeps the places before: it is read after a restore only, and without it everything is heard again."""

_steps = msgspec.json.Decoder(tuple[tuple[int, int, int], ...]).decode


class Cursor:
    """Position and mark are notes in the mark of the vault: as durable as the entries they came with, like the trail."""

    def __init__(self, ledger: Ledger) -> None:
        self._vault = ledger.vault
        self._facts = ledger.table(META)

    def position(self) -> int:
        """Return the position up to which everything is here."""
        return int(self._vault.note(CURSOR) or 0)

    def mark(self) -> int:
        """Return central's word for what stands there; 0: it is not known."""
        position, mark = self._vault.note(MARK) or (0, 0)
        return int(mark) if position == self.position() else 0

    def trail(self) -> tuple[Step, ...]:
        """Return the places up to the cursor of which central's word is known, ascending."""
        here = self.position()
        steps = tuple(step for step in self._kept() if step.position < here)
        mark = self.mark()
        return (*steps, Step(steps[-1].number + 1 if steps else 1, here, mark)) if mark else steps

    def move(self, position: int, mark: int = 0) -> None:
        """Go on, or back, inside the caller's transaction."""
        kept = self._kept()
        steps = gone_on(kept, position, mark)
        if steps != kept:
            self._facts.put(TRAIL, Fact(msgspec.json.encode([(s.number, s.position, s.mark) for s in steps])))
        self._vault.set_note(CURSOR, position)
        self._vault.set_note(MARK, [position, mark] if mark else None)

    def _kept(self) -> tuple[Step, ...]:
        try:
            fact = self._facts.fetch(TRAIL, decode_fact)
        except StoreDamaged:
            return ()
        return tuple(Step(*step) for step in _steps(fact.value)) if fact else ()
