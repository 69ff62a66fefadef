"""The book of scans: which sealed file holds what, which entries name it, and how far it has come to central.

A file is on the disk in full before an entry names it. Its row comes with the entry, in one act: what a kill leaves between
the two is a file nobody names, and is swept. The same content is kept once, however often it is attached.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import msgspec

from clerk_app.domain.journal import Entry, Record
from clerk_app.store.books.book import Book
from clerk_app.store.books.scan_rows import ScanFile, ScanRows
from clerk_app.store.errors import ScanDamaged, StoreDamaged, StoreReadOnly
from clerk_app.store.file.scan_files import ScanFiles, Sealed
from clerk_app.store.ledger import Ledger

ATTACHED, REMOVED = "scan.attached", "scan.removed"
State = Literal["waiting", "sent", "refused", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """A file central is to get."""

    sha256: str
    size: int
    media: str
    url: str
    """Of the upload that was begun; empty: none."""
    offset: int
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a file stands."""

    sha256: str
    state: State
    reason: str = ""
    """Why it is refused, in Chinese."""
    subjects: tuple[str, ...] = ()
    """The cases it was attached to."""


@dataclass(slots=True)
class _Held:
    """A file somebody has in hand."""

    sealed: Sealed
    media: str
    pages: int
    hands: int = 1


class Scans:
    """All scanned files of this window; thread-safe as the store is."""

    def __init__(self, ledger: Ledger, book: Book) -> None:
        self._vault = ledger.vault
        self._rows = ScanRows(ledger)
        self._book = book
        self._guard = threading.Lock()
        """Of what is in hand; nothing is asked of the store while it is held."""
        self._writing = threading.Lock()
        """While a file is written that is in nobody's hand yet."""
        self._held: dict[str, _Held] = {}
        self.files = ScanFiles(ledger.vault.folder)

    def forget(self) -> None:
        """What was read of the rows is not believed any more."""
        self._rows.forget()

    def mend(self) -> None:
        """Reckon anew what is owed, where the mark it stood in was lost."""
        self._rows.mend()

    # in hand

    def hold(self, content: bytes, sha256: str, media: str, pages: int) -> None:
        """Keep a content, durably, until it is attached or let go (``release``, once for each ``hold``).

        Raises ``StoreFull``, ``StoreFailing`` and the like, and then it is not kept. A file that was kept before and is
        damaged or gone is whole again.
        """
        if self._vault.read_only:
            raise StoreReadOnly
        row = self._rows.find(sha256)
        whole = None if row is None or self.files.fault(row[1].sealed) else row[1].sealed
        with self._writing:
            with self._guard:
                held = self._held.get(sha256)
                if held is not None:
                    held.hands += 1
                    return
            sealed = whole or self.files.seal(content, sha256)
            with self._guard:
                self._held[sha256] = _Held(sealed, media, pages)
        if whole is None:
            self._replace(sealed)

    def release(self, sha256: str) -> None:
        """Let a held content go; a file nobody attached is taken away, by ``sweep`` where it cannot be told now."""
        with self._guard:
            held = self._held.get(sha256)
            if held is None:
                return
            held.hands -= 1
            if held.hands:
                return
            del self._held[sha256]
        if self._vault.trouble is None and self._rows.find(sha256) is None:
            self.files.remove(held.sealed.name)

    def _replace(self, sealed: Sealed) -> None:
        """Where there is a row of this content, put the whole file in the place of its own, which is none any more."""
        with self._vault.transaction():
            found = self._rows.find(sealed.sha256)
            if found is None:
                return
            row_id, row = found
            self._vault.on_done(partial(self.files.remove, row.file))
            row.file, row.key = sealed.name, sealed.key
            row.anew()
            self._rows.put(row_id, row)

    # with the journal, inside the caller's transaction

    def attach(self, entries: Sequence[Entry]) -> None:
        """Note which own entries name a file that is here; others' files are none of this window's."""
        for entry in entries:
            if entry.kind != ATTACHED:
                continue
            sha256 = str(entry.body.get("sha256", ""))
            with self._guard:
                held = self._held.get(sha256)
            found = self._rows.find(sha256)
            if found is not None:
                row_id, row = found
                if row.refused:
                    row.anew()
            elif held is not None:
                sealed = held.sealed
                row_id = sealed.name
                row = ScanFile(
                    file=sealed.name,
                    key=sealed.key,
                    sha256=sha256,
                    size=sealed.size,
                    media=held.media,
                    pages=held.pages,
                )
            else:
                continue
            row.attached[entry.id] = entry.subject
            self._rows.put(row_id, row, new=found is None)

    def keep(self, records: Sequence[Record]) -> bool:
        """Whether a case has to stay because central has not all of its files; one that is lost and was taken off does not count."""
        removed = {str(r.entry.body.get("entry")) for r in records if r.entry.kind == REMOVED}
        for record in records:
            found = self._found(record)
            if found is None or found[1].uploaded:
                continue
            if not (found[1].refused and record.entry.id in removed):
                return True
        return False

    def drop(self, records: Sequence[Record]) -> None:
        """A case goes: so do its files, but those another case has too."""
        for record in records:
            found = self._found(record)
            if found is None:
                continue
            row_id, row = found
            row.attached.pop(record.entry.id, None)
            if row.attached:
                self._rows.put(row_id, row)
            else:
                self._rows.discard(row_id, row)
                self._vault.on_done(partial(self.files.remove, row.file))

    def _found(self, record: Record) -> tuple[str, ScanFile] | None:
        """Return the row of the file an own entry names, if it is here."""
        if record.entry.kind != ATTACHED or not self._book.is_own(record):
            return None
        found = self._rows.find(str(record.entry.body.get("sha256", "")))
        return found if found is not None and record.entry.id in found[1].attached else None

    # on its way to central

    def owed(self) -> Iterator[ScanRow]:
        """Yield the files central is to get and may have, because it has their entry; the latest first.

        Each is read when it is asked for: after a month without the line there are many, and one goes at a time.
        """
        for place in reversed(list(self._rows.owed())):
            try:
                row = self._rows.at(place)
                mine = row is not None and any(map(self._counts, row.attached))
            except StoreDamaged:  # told and mended where it is met (``Records.examine``)
                continue
            if row is not None and mine:
                yield ScanRow(sha256=row.sha256, size=row.size, media=row.media, url=row.url, offset=row.offset)

    def _counts(self, entry_id: str) -> bool:
        record = self._book.get(entry_id)
        return record is not None and record.position is not None

    def piece(self, sha256: str, offset: int, size: int) -> bytes:
        """Return a part of a file; raises ``ScanDamaged`` where it is damaged or gone."""
        found = self._rows.find(sha256)
        if found is None:
            raise ScanDamaged(sha256, "gone")
        return self.files.read(found[1].sealed, offset, size)

    def keep_upload(self, sha256: str, url: str, offset: int) -> None:
        """Note how far an upload has come; an empty ``url``: there is none."""
        self._rows.change(sha256, lambda row: msgspec.structs.replace(row, url=url, offset=offset))

    def uploaded(self, sha256: str) -> None:
        """Central has the file, whole."""
        self._rows.change(sha256, lambda row: msgspec.structs.replace(row, uploaded=True, refused="", url="", offset=0))

    def refuse(self, sha256: str, reason: str) -> None:
        """Central will not have the file, or it cannot be read any more: said, and not tried again until it is attached anew."""
        self._rows.change(sha256, lambda row: msgspec.structs.replace(row, refused=reason, url="", offset=0))

    def say_again(self, missing: Sequence[str]) -> int:
        """Of the files that central had and lost, those that are here are owed again; return how many."""
        again = 0
        with self._vault.transaction():
            for sha256 in missing:
                found = self._rows.find(sha256)
                if found is not None and found[1].uploaded:
                    self._rows.put(found[0], msgspec.structs.replace(found[1], uploaded=False, url="", offset=0))
                    again += 1
        return again

    # what there is

    def standing(self, sha256: str) -> Standing:
        """Return where a file stands."""
        found = self._rows.find(sha256)
        if found is None:
            return Standing(sha256=sha256, state="absent")
        row = found[1]
        state: State = "refused" if row.refused else "sent" if row.uploaded else "waiting"
        return Standing(
            sha256=sha256, state=state, reason=row.refused, subjects=tuple(dict.fromkeys(row.attached.values()))
        )

    def waiting_count(self) -> int:
        """Return how many files central is still to get; reads nothing from the disk."""
        return len(self._rows.owed())

    def refused_count(self) -> int:
        """Return how many files have to be scanned again; reads nothing from the disk."""
        return len(self._rows.refused())

    def count(self) -> int:
        """Return how many files there are."""
        return len(self._rows)

    def subjects(self) -> list[str]:
        """Return the cases this window attached files to, in the order it first did."""
        return list(dict.fromkeys(subject for row in self._rows.all() for subject in row.attached.values()))

    def examine(self) -> list[tuple[Standing, str]]:
        """Read every file through; return those that are damaged or gone, with ``damaged`` or ``gone``."""
        found = ((self.standing(row.sha256), self.files.fault(row.sealed)) for row in list(self._rows.all()))
        return [(standing, fault) for standing, fault in found if fault]

    def missing(self) -> list[Standing]:
        """Return the files that are not in the folder any more, without reading any."""
        names = set(self.files.names())
        return [self.standing(row.sha256) for row in list(self._rows.all()) if row.file not in names]

    def sweep(self) -> int:
        """Take away files nobody names, as a kill leaves them; return how many.

        Not while anything in the store is damaged, missing or out of reach: the row of a file may yet come back, or be there already.
        """
        if self._vault.read_only or self._vault.findings or self._vault.damages or self._vault.note("repaired"):
            return 0
        with self._writing, self._guard:
            there = self.files.strays({held.sealed.name for held in self._held.values()})
        if self._vault.trouble is not None:  # asked after what is in hand: who let a file go over it did so before
            return 0
        wanted = {row.file for row in self._rows.all()}
        strays = [name for name in there if name not in wanted]
        if self._vault.damages:
            return 0
        for name in strays:
            self.files.remove(name)
        return len(strays)
