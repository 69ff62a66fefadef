"""The rows of scanned files: one a content, with what opens its file, who names it, and how far it came to central."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from clerk_app.store.books.spans import Spans
from clerk_app.store.file.scan_files import Sealed
from clerk_app.store.ledger import Ledger

TABLE = "scans"
OWED, REFUSED = "scans-owed", "scans-refused"
"""Notes: the places of the rows whose file central is to get, and of those it will not have."""


class ScanFile(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One content's row."""

    file: str
    """Name of the sealed file."""
    key: bytes
    sha256: str
    size: int
    media: str
    pages: int
    attached: dict[str, str] = {}
    """Entry id → subject."""
    url: str = ""
    """Of the upload under way; empty: none."""
    offset: int = 0
    uploaded: bool = False
    refused: str = ""
    """Why central will not have it, or it cannot be read any more, in Chinese."""

    @property
    def sealed(self) -> Sealed:
        """The file and what opens it."""
        return Sealed(name=self.file, key=self.key, sha256=self.sha256, size=self.size)

    def anew(self) -> None:
        """What was refused is tried again from its beginning."""
        if not self.uploaded:
            self.refused, self.url, self.offset = "", "", 0


_decode = msgspec.json.Decoder(ScanFile).decode


class ScanRows:
    """All rows, found by their content; which of them central lacks stands in the mark."""

    def __init__(self, ledger: Ledger) -> None:
        self._vault = ledger.vault
        self._table = ledger.table(TABLE)
        self._ids: dict[str, str] | None = None
        """Row by content, read when it is first asked for."""

    def forget(self) -> None:
        """What was read of the rows is not believed any more."""
        self._ids = None

    def __len__(self) -> int:
        return len(self._table)

    def all(self) -> Iterator[ScanFile]:
        """Yield every row that opens."""
        for _, _, row in self._table.walk(_decode):
            yield row

    def at(self, place: int) -> ScanFile | None:
        """Return the row at a place; raises ``StoreDamaged``."""
        return self._table.fetch_at(place, _decode)

    def find(self, sha256: str) -> tuple[str, ScanFile] | None:
        """Return id and row of a content; raises ``StoreDamaged``."""
        row_id = self._index().get(sha256)
        row = self._table.fetch(row_id, _decode) if row_id is not None else None
        return (row_id, row) if row_id is not None and row is not None else None

    def owed(self) -> Spans:
        """Return the places of the files central is to get."""
        return Spans(self._vault.note(OWED))

    def refused(self) -> Spans:
        """Return the places of those it will not have."""
        return Spans(self._vault.note(REFUSED))

    def mend(self) -> None:
        """Reckon the notes anew from the rows, where the mark they stood in was lost."""
        owed, refused = Spans(), Spans()
        for place, _, row in self._table.walk(_decode):
            owed = owed if row.uploaded or row.refused else owed.adding(place)
            refused = refused.adding(place) if row.refused else refused
        with self._vault.transaction():
            self._vault.set_note(OWED, owed.plain())
            self._vault.set_note(REFUSED, refused.plain())

    # writing; alone, or in the caller's transaction

    def put(self, row_id: str, row: ScanFile, *, new: bool = False) -> None:
        """Keep a row as it is now."""
        with self._vault.transaction():
            index = self._index()
            self._vault.on_undo(self.forget)
            place = self._table.put(row_id, row, new=new)
            index[row.sha256] = row_id
            self._move(OWED, place, there=not (row.uploaded or row.refused))
            self._move(REFUSED, place, there=bool(row.refused))

    def change(self, sha256: str, change: Callable[[ScanFile], ScanFile]) -> None:
        """Change the row of a content, where there is one."""
        with self._vault.transaction():
            found = self.find(sha256)
            if found is not None and (changed := change(found[1])) != found[1]:
                self.put(found[0], changed)

    def discard(self, row_id: str, row: ScanFile) -> None:
        """Take a row away."""
        with self._vault.transaction():
            self._vault.on_undo(self.forget)
            place = self._table.put(row_id, row)
            self._table.discard(row_id)
            self._index().pop(row.sha256, None)
            self._move(OWED, place, there=False)
            self._move(REFUSED, place, there=False)

    def _index(self) -> dict[str, str]:
        if self._ids is None:
            with self._vault.transaction():
                self._ids = {row.sha256: row_id for _, row_id, row in self._table.walk(_decode)}
        return self._ids

    def _move(self, name: str, place: int, *, there: bool) -> None:
        places = Spans(self._vault.note(name))
        changed = places.adding(place) if there else places.removing(place)
        if changed is not places:
            self._vault.set_note(name, changed.plain())
