"""What this window knows, as the desk and the window's end of the line use it: journal, cases, catalogue, small facts.

Opened with ``Records.open(folder, vault_key, window=...)``. Everything a write method did is durable when it returns;
several of them inside one ``with records.transaction():`` are one act: durable together, or undone together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Self

import msgspec

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import Calendar
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.domain.summary import CaseSummary
from clerk_app.store.books.book import TABLE as JOURNAL
from clerk_app.store.books.book import Book
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.pruning import Pruning, Run
from clerk_app.store.books.published import Published, PublishedRow
from clerk_app.store.books.search import Hit
from clerk_app.store.books.serials import META, Fact, Serials, decode_fact, serials_of
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.reserve import SIZE
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.ledger import Ledger
from clerk_app.store.mend.healing import Healing
from clerk_app.store.mend.opening import open_vault

__all__ = ["PublishedRow", "Records"]


class Records(Healing):
    """A window's records over the ledger; thread-safe, one writer, every write method durable on return.

    Lists (``summaries``, ``find_cases``, ``summary``) and ``search_items`` answer from memory and never wait for a write
    under way in another thread; they tell what is durable.
    """

    def __init__(self, ledger: Ledger, *, window: str = "", mend: bool = True) -> None:
        """``mend``: bring in order what is found damaged; raises ``StoreDamaged`` where the file has to be made anew for it."""
        self.ledger = ledger
        self.vault = ledger.vault
        self.appended: list[Callable[[Sequence[Entry]], None]] = []
        """Called with own entries as soon as they are durable; whoever writes waits for it."""
        self.worries: list[Callable[[], str]] = []
        """Asked what is wrong beside the store, in a few Chinese words; empty: nothing. Never waits."""
        self.copy_kept = lambda: False
        self._book = Book(ledger, window)
        self._cases = Casebook(ledger, self._book)
        self._published = Published(ledger)
        self.pruning = Pruning(ledger, self._book, self._cases)
        self._serials = Serials(ledger)
        if not self.vault.read_only and any(finding.reason == "mark" for finding in self.vault.findings):
            self._book.mend()
        self._open_healing(mend=mend)
        self.vault.on_reload(self._reload)

    @classmethod
    def open(
        cls,
        folder: Path,
        key: bytes | VaultKeys,
        *,
        window: str = "",
        read_only: bool = False,
        reserve: int = SIZE,
    ) -> Self:
        """Open the records kept in ``folder``; raises the exceptions of ``store.errors``.

        ``window`` is this window's id: by it own entries are told from others'. ``read_only`` needs no lock: it sees
        what was durable when it looked, beside a running client. A damaged store is repaired (``store.mend.repair``), unless it
        is only read; ``reserve``: bytes set aside for a full disk.
        """
        vault, mend = open_vault(folder, key, read_only=read_only, reserve=reserve)
        try:
            return cls(Ledger(vault), window=window, mend=mend)
        except StoreDamaged:
            vault.close()
            if read_only:
                raise
        except BaseException:
            vault.close()
            raise
        vault, mend = open_vault(folder, key, reserve=reserve, anew=True)
        try:
            return cls(Ledger(vault), window=window, mend=mend)
        except BaseException:
            vault.close()
            raise

    def close(self) -> None:
        """Close the store and give up its lock."""
        self._remember_damage()
        self.ledger.close()

    def _reload(self) -> None:
        """The vault had to open the file anew and found other content: nothing that was read before is believed."""
        self._book.gaps.load()
        self._published.forget()
        self._cases.load()
        self.heal()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context in which all writes are one act; nested ones join the outermost."""
        return self.vault.transaction()

    # the journal

    def append(self, entries: Sequence[Entry], cases: Sequence[Case]) -> None:
        """Record own entries, the cases they fold to and that they are unsent, in one transaction.

        Raises ``ValueError`` when an entry is not the next one of this window's chain.
        """
        with self.transaction():
            places: dict[str, list[int]] = {}
            for entry in entries:
                places.setdefault(entry.subject, []).append(self._book.add_own(entry))
            for case in cases:
                self._cases.keep(case, places.pop(case.number, []))
            for subject, added in places.items():
                self._cases.touch(subject, added)
            for told in self.appended:
                self.vault.on_done(partial(told, entries))

    def head(self) -> tuple[int, str]:
        """Return ``n`` and digest of this window's last entry; ``(0, GENESIS)`` when there is none."""
        with self.transaction():
            return self._book.head()

    def own_digest(self, n: int) -> str | None:
        """Return the digest of this window's entry ``n``, ``GENESIS`` for 0, ``None`` when it has no such entry."""
        head, digest = self.head()
        if n in {0, head}:
            return digest if n else GENESIS
        if n > head:
            return None
        for gap in self._book.gaps:
            if gap.first <= n <= gap.last:
                return (gap.stands_for or None) if n == gap.last else None
        for run in self.pruned():
            if run.first <= n <= run.last:
                return run.named[0] if n == run.last and len(run.named) == 1 else None
        own = (record.entry for _, record in self._book.own_backwards())
        return next((entry.digest() for entry in own if entry.n == n), None)

    def journal(self, after: int = 0, limit: int | None = None) -> list[Record]:
        """Return own and others' records in the order they arrived here, past the place ``after``."""
        found: list[Record] = []
        for _, record in self._book.walk(after):
            if limit is not None and len(found) >= limit:
                break
            found.append(record)
        return found

    def records_of(self, subject: str) -> list[Record]:
        """Return one subject's records as they are folded."""
        with self.transaction():
            return self._cases.records_of(subject)

    def record(self, entry_id: str) -> Record | None:
        """Return one entry's record; raises ``StoreDamaged``."""
        return self._book.get(entry_id)

    def unsent(self, limit: int, max_bytes: int) -> list[Entry]:
        """Return own entries central has said nothing of, in journal order; at least one if there is any."""
        entries: list[Entry] = []
        size = 0
        with self.transaction():
            last = self.sent_up_to()
            for _, record in self._book.unsent_in_order():
                if record is None or (last is not None and record.entry.n > last):
                    break  # nothing behind one that is damaged or missing may be sent before it
                size += len(msgspec.json.encode(record.entry)) + 1
                if entries and (size > max_bytes or len(entries) >= limit):
                    break
                entries.append(record.entry)
        self.note_met()
        return entries

    def unsent_places(self) -> list[int]:
        """Return the places in the journal of the own entries central has said nothing of."""
        with self.transaction():
            return list(self._book.unsent())

    def entry_at(self, place: int) -> Entry | None:
        """Return the entry at a place of the journal, or ``None`` where there is none that opens."""
        record = self._book.at(place)
        return record.entry if record is not None else None

    def unsent_count(self) -> int:
        """Return how many own entries central has said nothing of."""
        return len(self._book.unsent())

    def refused(self) -> list[Record]:
        """Return own entries that central refused or quarantined, the latest first."""
        found = (self._book.at(place) for place in reversed(list(self._book.refused())))
        return [record for record in found if record is not None]

    def pruned(self) -> list[Run]:
        """Return the runs of own entries that were taken out because nobody needs them here (``store.books.pruning``)."""
        return self.pruning.pruned()

    def entry_count(self) -> int:
        """Return how many entries the journal holds, own and others'."""
        return self._book.count()

    def settle(self, verdicts: Sequence[tuple[str, Verdict, int | None, dict[str, Any] | None]]) -> set[str]:
        """Keep central's verdicts (entry id, verdict, position, problem), refold and return the touched subjects."""
        touched: set[str] = set()
        with self.transaction():
            for entry_id, verdict, position, problem in verdicts:
                try:
                    held = self._book.get(entry_id)
                except StoreDamaged:
                    continue  # the feed brings it again, with what was said of it
                if held is None:  # its place is known, or it could not have been said
                    raise StoreDamaged(JOURNAL, entry_id, "corrupt")
                if self._book.settle(held, verdict, position, problem):
                    touched.add(held.entry.subject)
            for subject in touched:
                self._cases.refold(subject, ())
        return touched

    def take_feed(self, records: Sequence[Record], next_position: int) -> set[str]:
        """Take in a page of the feed and its cursor in one transaction; return the touched subjects.

        Own entries get their outcome, others are added; an entry that is known already is not added twice.
        """
        touched: dict[str, list[int]] = {}
        with self.transaction():
            before = self.gaps()
            for record in records:
                entry = record.entry
                try:
                    held, damaged = self._book.get(entry.id), False
                except StoreDamaged:
                    held, damaged = None, True
                if held is None:
                    if not damaged and self._cases.holds(entry.subject, entry.id):
                        raise StoreDamaged(
                            JOURNAL, entry.id, "corrupt"
                        )  # the index does not tell of a row that is there
                    place = self._book.add_heard(record, damaged=damaged)
                    touched.setdefault(entry.subject, []).append(place)
                elif record.verdict and self._book.hear(held, record):
                    touched.setdefault(entry.subject, [])
            if self.gaps() != before:
                self._serials.raise_to(serials_of(touched, self._book.window))
            for subject, added in touched.items():
                self._cases.refold(subject, added)
            self._book.set_cursor(next_position)
            self._close_losses(before)
        return set(touched)

    def feed_cursor(self) -> int:
        """Return the position in the point's feed up to which everything is here."""
        return self._book.cursor()

    def say_again(self, after: int) -> int:
        """Make this window's entries past ``n = after`` unsent again, because central lost them; return how many."""
        lost: set[str] = set()
        count = 0
        with self.transaction():
            for place, record in self._book.own_backwards():
                if record.entry.n <= after:
                    break
                if record.verdict is not None:
                    self._book.unsettle(place, record)
                    lost.add(record.entry.subject)
                    count += 1
            for subject in lost:
                self._cases.refold(subject, ())
        return count

    def rewind_feed(self, last_n: int) -> None:
        """Have the feed heard again from the last place sure to be as it was: that of an own entry up to ``last_n``.

        For a central that was restored: what it holds of this window it held before, and so everything before that.
        Others' entries from there on count again once they are heard again.
        """
        with self.transaction():
            known = (
                r.position for _, r in self._book.own_backwards() if r.entry.n <= last_n and r.position is not None
            )
            sure = min(self._book.cursor(), next(known, 0))
            unsure = [r for _, r in self._book.walk() if (r.position or 0) > sure and not self._book.is_own(r)]
            for record in unsure:
                self._book.lose(record)
            for subject in {record.entry.subject for record in unsure}:
                self._cases.refold(subject, ())
            self._book.set_cursor(sure)

    # cases

    def case(self, number: str) -> Case | None:
        """Return a case as its entries fold."""
        case = self._cases.case(number)
        self.note_met()
        return case

    def summaries(self) -> list[CaseSummary]:
        """Return every case's summary, the latest change first."""
        return self._cases.summaries()

    def case_count(self) -> int:
        """Return how many cases are known here."""
        return len(self._cases.numbers())

    def summary(self, number: str) -> CaseSummary | None:
        """Return one case's summary."""
        return self._cases.summary(number)

    def find_cases(self, words: str) -> list[CaseSummary]:
        """Return the cases in which every word is found: number, official number, name, identity number, phone, item."""
        return self._cases.find(words)

    def cases_of_applicant(self, id_number: str) -> list[Case]:
        """Return all cases of the applicant with exactly this identity number, the latest change first."""
        return self._cases.of_applicant(id_number)

    def rebuild(self) -> list[str]:
        """Fold every case anew from the journal; return the numbers whose kept state differs (none: all is well)."""
        return self._cases.differing()

    # the catalogue

    def put_catalogue(self, rows: Sequence[PublishedRow], next_revision: int, *, more: bool = False) -> None:
        """Take in changed and withdrawn documents and the revision they lead to, in one transaction.

        ``more``: further pages follow at once; the search is made anew with the last.
        """
        self._published.put(rows, next_revision, more=more)

    def catalogue_revision(self) -> int:
        """Return the revision up to which the catalogue is here."""
        return self._published.revision()

    def item(self, code: str) -> ServiceItem | None:
        """Return an item; raises ``StoreDamaged`` when its row does not open."""
        return self.healed(lambda: self._published.item(code))

    def joint(self, code: str) -> JointService | None:
        """Return a joint service."""
        return self.healed(lambda: self._published.joint(code))

    def items(self) -> Iterator[ServiceItem]:
        """Yield every item of the catalogue, read one by one."""
        return self._published.items()

    def search_items(self, words: str, limit: int = 50) -> list[Hit]:
        """Return items and joint services in which every word is found, best first."""
        return self._published.search(words, limit)

    def calendar(self) -> Calendar:
        """Return the working days as central published them."""
        return self.healed(self._published.calendar)

    def point_name(self, code: str) -> str:
        """Return the service point's name, or its code where it is not known."""
        return self._published.point_name(code)

    # small things

    def get_meta(self, key: str) -> bytes | None:
        """Return a small fact, kept sealed."""
        try:
            fact = self.healed(lambda: self.ledger.table(META).fetch(key, decode_fact))
        except StoreDamaged:
            if not self.vault.read_only:
                raise
            return None  # whoever only looks on does without
        return fact.value if fact else None

    def put_meta(self, key: str, value: bytes) -> None:
        """Keep a small fact, sealed."""
        self.ledger.table(META).put(key, Fact(value))

    def next_serial(self, day: date) -> int:
        """Take the next serial of this day; call it inside the transaction that appends the case."""
        with self.transaction():
            return self._serials.next(day)
