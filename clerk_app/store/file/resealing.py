"""What a change of keys asks of the vault: to seal bodies anew where they stand, and to leave nothing of the old behind.

A body sealed anew keeps its place and its revision, so the sums the mark tells stay true.
"""

from __future__ import annotations

from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file import schema
from clerk_app.store.file.acts import Acts
from clerk_app.store.file.seal import SealBroken, VaultKeys, number_of, place_of


class Resealing(Acts):
    """The part of the vault that seals anew; its writes are one act with those of the transaction they stand in."""

    @property
    def keys(self) -> VaultKeys:
        """The keys bodies are sealed and opened with."""
        return self._sealer.keys

    def adopt(self, keys: VaultKeys) -> None:
        """Open and seal with these keys from the next transaction on."""
        with self._guard:
            self._sealer.adopt(keys)

    def reseal(self, table: str, after: int, limit: int) -> int | None:
        """Seal the next bodies past a place with the current key; return the last place looked at, ``None`` at the end.

        What does not open is left as it is. Raises ``StoreDamaged`` where the table cannot be read through.
        """
        with self.transaction():
            self._writable()
            known = self._tables.get(table)
            page = self._fetch(known.page, (after, limit), table) if known else []
            for seq, row, rev, body in page:
                try:
                    renewed = self._sealer.reseal(place_of(table, row, seq, rev), body)
                except (SealBroken, AttributeError, TypeError):  # a bent page may hold any type
                    self.damages[table, str(row)] = StoreDamaged(table, str(row), "seal")
                    continue
                if renewed is not None and known:
                    self._run(known.reseal, (renewed, seq))
            return page[-1][0] if page else None

    def foreign(self, table: str, after: int, limit: int) -> tuple[list[int], int | None]:
        """Return the places of bodies that another key than the current one sealed, of the next ``limit`` bodies.

        With them the last place looked at, ``None`` at the end. Raises ``StoreDamaged`` as ``reseal`` does.
        """
        known = self._tables.get(table)
        page = self._fetch(known.heads, (after, limit), table) if known else []
        current = self._sealer.keys.current
        found = [seq for seq, head in page if _number(head) != current]
        return found, (page[-1][0] if page else None)

    def renew_check(self) -> None:
        """Have the file tell the current key as the one it belongs to; the mark is sealed with it by the commit."""
        with self.transaction():
            self._writable()
            store = schema.about(self._usable(), "store").decode()
            self._run("UPDATE about SET value = ? WHERE name = 'key'", (self._sealer.check(store),))

    def purge(self) -> bool:
        """Write the file anew without its free space and empty the log; ``False`` while a reader is in the way.

        Takes as long as writing the whole file does, and as much room on the disk; not inside a transaction.
        """
        with self._guard:
            self._writable()
            if self._busy():
                return False
            self._witness.sync()  # what it says must be proven by a key that stays
            self._fetch("VACUUM")
            return not self._busy()

    def _busy(self) -> bool:
        """Move the log into the file and empty it; whether somebody who reads kept it from that. Waits for nobody."""
        patience = self._fetch("PRAGMA busy_timeout")[0][0]
        self._fetch("PRAGMA busy_timeout = 0")
        try:
            return bool(self._fetch("PRAGMA wal_checkpoint(TRUNCATE)")[0][0])
        finally:
            self._fetch(f"PRAGMA busy_timeout = {patience}")


def _number(head: object) -> int:
    return number_of(head) if isinstance(head, bytes) and len(head) > 1 else 0
