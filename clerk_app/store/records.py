"""What this window knows, as the desk and the window's end of the line use it: journal, cases, catalogue, small facts.

Opened with ``Records.open(folder, vault_key, window=...)``. Everything a write method did is durable when it returns;
several of them inside one ``with records.transaction():`` are one act: durable together, or undone together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self

from clerk_app.domain.case import Case
from clerk_app.domain.journal import GENESIS, Entry, Record
from clerk_app.domain.standing import Standing
from clerk_app.domain.trail import Step
from clerk_app.store.books.book import TABLE as JOURNAL
from clerk_app.store.books.book import Book
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.changes import Changes
from clerk_app.store.books.further import Further
from clerk_app.store.books.loose_ends import LooseEnds
from clerk_app.store.books.prints import Prints
from clerk_app.store.books.pruning import Pruning, Run
from clerk_app.store.books.published import Published, PublishedRow
from clerk_app.store.books.scans import Scans
from clerk_app.store.books.serials import META, Fact, Serials, decode_fact, serials_of
from clerk_app.store.books.settling import Told, settle
from clerk_app.store.books.waiting import Waiting
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.reserve import SIZE
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.ledger import Ledger
from clerk_app.store.listing import Listing
from clerk_app.store.mend.opening import open_vault

__all__ = ["PublishedRow", "Records"]


class Records(Listing):
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
        self.changes: Changes = self._cases.changes
        """Which subjects changed since somebody last asked."""
        self.further = Further(ledger, self._book, self._cases)
        self._published = Published(ledger)
        self.scans = Scans(ledger, self._book)
        self.prints = Prints(ledger)
        self.pruning = Pruning(ledger, self._book, self._cases, self.scans, self.further, self.prints)
        self._serials = Serials(ledger)
        self.loose_ends = LooseEnds(self.vault, self._book, self._cases)
        if not self.vault.read_only and any(finding.reason == "mark" for finding in self.vault.findings):
            self._book.mend()
            self.scans.mend()
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
        self.scans.forget()
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

    def append(self, entries: Sequence[Entry], stood: Sequence[Standing]) -> None:
        """Record own entries, what they fold to and that they are unsent, in one transaction.

        Raises ``ValueError`` when an entry is not the next one of this window's chain.
        """
        with self.transaction():
            places: dict[str, list[int]] = {}
            for entry in entries:
                places.setdefault(entry.subject, []).append(self._book.add_own(entry))
            for one in stood:
                self._cases.keep(one, places.pop(one.number, []))
            for subject, added in places.items():
                self._cases.touch(subject, added)
            self.scans.attach(entries)
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
        return self._book.digest_of(n)

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
        return [waiting.entry() for waiting in self.unsent_as_kept(limit, max_bytes)]

    def unsent_as_kept(self, limit: int, max_bytes: int) -> list[Waiting]:
        """Return the same as JSON, as it is to be said."""
        found: list[Waiting] = []
        size = 0
        with self.transaction():
            last = self.sent_up_to()
            for waiting in self._book.unsent_in_order():
                if waiting is None or (last is not None and waiting.n > last):
                    break  # nothing behind one that is damaged or missing may be sent before it
                size += len(waiting.raw) + 1
                if found and (size > max_bytes or len(found) >= limit):
                    break
                found.append(waiting)
        self.note_met()
        return found

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

    def settle(self, verdicts: Sequence[Told], changed: Sequence[Told] = ()) -> set[str]:
        """Keep central's verdicts (entry id, verdict, position, problem), refold and return the touched subjects.

        ``changed``: those over earlier entries, which were held back until now.
        """
        with self.transaction():
            return settle(self._book, self._cases, verdicts, changed)

    def take_feed(self, records: Sequence[Record], next_position: int, mark: int = 0) -> set[str]:
        """Take in a page of the feed, its cursor and what central says of it in one transaction; return the touched subjects.

        Own entries get their outcome, others are added; an entry that is known already is not added twice.
        """
        return self._hear(records, lambda: self._book.cursor.move(next_position, mark))

    def take_further(self, point: str, records: Sequence[Record], position: int, mark: int) -> set[str]:
        """Take in a page of a further point's feed likewise; places in it stand in ``Record.further``."""
        told = [replace(r, position=None, further={point: r.position or 0}) for r in records]
        return self._hear(told, lambda: self.further.move(point, position, mark))

    def _hear(self, records: Sequence[Record], move: Callable[[], None]) -> set[str]:
        touched: dict[str, list[int]] = {}
        with self.transaction():
            before = self.gaps()
            for record in records:
                entry = record.entry
                try:
                    held, damaged = self._book.brief(entry.id), False
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
            move()
            self._close_losses(before)
        return set(touched)

    def feed_cursor(self) -> int:
        """Return the position in the point's feed up to which everything is here."""
        return self._book.cursor.position()

    def feed_mark(self) -> int:
        """Return central's word for what stands at that position (``wire.FeedEntry.mark``); 0: it is not known."""
        return self._book.cursor.mark()

    def feed_trail(self) -> tuple[Step, ...]:
        """Return the places this window has passed in the feed, the cursor's last, by which a restored central is compared."""
        return self._book.cursor.trail()

    def begin_anew(self, last_n: int, sure: Step | None) -> int:
        """Go back to the last place at which a restored central's feed is as it was, and say again what came after it.

        ``sure``: that place, ``None``: none is; ``last_n``: this window's last entry that central holds. Whatever stood there
        was judged before anything behind it, and a window's entries in their order: only what has a later place or number
        may have another outcome now. Others' entries from there on count again once they are heard again; own ones are
        unsent again, and the files they name owed: central can miss these only once it counts those. Return how many it lost.
        """
        position, mark = (sure.position, sure.mark) if sure is not None else (0, 0)
        with self.transaction():
            own = list(self._book.own_backwards())
            kept = max((r.entry.n for _, r in own if r.position is not None and r.position <= position), default=0)
            again = [
                (place, r)
                for place, r in own
                if r.verdict is not None and (r.entry.n > min(kept, last_n) or (r.position or 0) > position)
            ]
            for place, record in again:
                self._book.unsettle(place, record)
            named = (record.entry.body.get("sha256") for _, record in again if record.entry.kind == "scan.attached")
            self.scans.say_again([sha256 for sha256 in named if isinstance(sha256, str)])
            unsure = [r for _, r in self._book.walk() if (r.position or 0) > position and not self._book.is_own(r)]
            for record in unsure:
                self._book.lose(record)
            for subject in {record.entry.subject for record in (*(r for _, r in again), *unsure)}:
                self._cases.refold(subject, ())
            self._book.cursor.move(position, mark)
        return sum(record.entry.n > last_n for _, record in again)

    # cases

    def case(self, number: str) -> Case | None:
        """Return a case as its entries fold."""
        case = self._cases.case(number)
        self.note_met()
        return case

    def stood(self, subject: str) -> Standing | None:
        """Return a case, a bag or a manifest as its entries fold."""
        found = self._cases.stood(subject)
        self.note_met()
        return found

    def counts(self) -> dict[str, int]:
        """Return the sums the measures are told from (``domain.measures``), of this store's whole life."""
        return self.healed(self._cases.counts)

    def counts_from_scratch(self) -> dict[str, int]:
        """Return the same, reckoned anew from everything that is kept."""
        return self._cases.counts_from_scratch()

    def rebuild(self) -> list[str]:
        """Fold every case anew from the journal; return the numbers whose kept state differs (none: all is well)."""
        return self._cases.differing()

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
