"""How far the point's feed was heard: the cursor, what central said of the place it stands at, and the last own number heard."""

from __future__ import annotations

from clerk_app.store.file.vault import Vault

CURSOR = "feed"
MARK = "feed-mark"
"""A position of the feed and central's word for what stands there; it counts while the cursor is at that position."""
HEARD = "heard"
"""The last own number that came with the feed: what was confirmed later does not yet lie in what was heard."""


class Cursor:
    """Notes in the mark of the vault: as durable as the entries they came with."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def position(self) -> int:
        """Return the position up to which everything is here."""
        return int(self._vault.note(CURSOR) or 0)

    def mark(self) -> int:
        """Return central's word for what stands there; 0: it is not known."""
        position, mark = self._vault.note(MARK) or (0, 0)
        return int(mark) if position == self.position() else 0

    def heard(self, head: int) -> int:
        """Return the last own number heard; where a store did not note that, ``head``, its last."""
        noted = self._vault.note(HEARD)
        return int(noted) if noted is not None else head if self.position() else 0

    def move(self, position: int, heard: int, mark: int = 0) -> None:
        """Go on, or back, inside the caller's transaction."""
        self._vault.set_note(HEARD, heard)
        self._vault.set_note(CURSOR, position)
        self._vault.set_note(MARK, [position, mark] if mark else None)
