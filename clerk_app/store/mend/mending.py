"""Bringing the books in order after some of the store was lost: gaps in the chain, losses by name, cases, serials, catalogue.

Runs inside the opened store, as one transaction: after a kill it begins again, and done twice it changes nothing more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from clerk_app.domain.journal import GENESIS, Entry, links
from clerk_app.store.books.book import HEAD, MOVED, REFUSED, UNSENT, Book
from clerk_app.store.books.book import TABLE as JOURNAL
from clerk_app.store.books.casebook import TABLE as CASES
from clerk_app.store.books.counted import NOTE as COUNTED
from clerk_app.store.books.cursor import CURSOR
from clerk_app.store.books.further import FEED
from clerk_app.store.books.gaps import TABLE as GAPS
from clerk_app.store.books.gaps import Gap, between
from clerk_app.store.books.losses import Loss, Losses
from clerk_app.store.books.published import REVISION, SEARCH
from clerk_app.store.books.published import TABLES as PUBLISHED
from clerk_app.store.books.serials import FLOOR, META, Serials, serials_of
from clerk_app.store.books.spans import Spans
from clerk_app.store.books.subjects import SUBJECTS
from clerk_app.store.ledger import Ledger
from clerk_app.store.mend.refolding import NOTE as INCOMPLETE
from clerk_app.store.mend.refolding import About, Refolding
from clerk_app.store.mend.repair import DOUBT

LOOKED = "looked"
"""Note: where the gaps were looked for since they were found (``central``, ``copy``)."""
REPAIRED = "repaired"
"""Note: what was repaired, until the window is whole again."""
KEPT_FACTS = ("line-epoch", "serial/")
"""What is kept of the small facts where some were lost: the rest are sign-ins and passwords, which a thief may have put back."""
_PERHAPS = 50

Pruned = Callable[[], Iterable[tuple[int, int, tuple[str, ...]]]]
"""The runs of own entries that were taken out on purpose: first, last, and the digests the next may name."""


@dataclass(slots=True)
class _Journal:
    """The journal as it is read through."""

    own: dict[int, int] = field(default_factory=dict)
    """Places by number."""
    edges: dict[int, Entry] = field(default_factory=dict)
    """Own entries beside which there is a gap, and the last."""
    held: dict[str, list[int]] = field(default_factory=dict)
    positions: set[int] = field(default_factory=set)
    unsent: Spans = field(default_factory=Spans)
    refused: Spans = field(default_factory=Spans)
    moved: Spans = field(default_factory=Spans)


class Mending:
    """The repair's second half, over an open store."""

    def __init__(self, ledger: Ledger, book: Book, pruned: Pruned) -> None:
        self._ledger = ledger
        self._vault = ledger.vault
        self._book = book
        self._pruned = pruned
        self._losses = Losses(ledger)
        self._refolding = Refolding(ledger, book)
        self._serials = Serials(ledger)

    def needed(self) -> bool:
        """Whether anything was found that is not in order."""
        vault = self._vault
        return not vault.read_only and bool(vault.note(DOUBT) or self.bent() or vault.older)

    def bent(self) -> list[tuple[str, str]]:
        """Return the rows, by table and id, that do not open; one of a shape this version does not know is whole."""
        return [place for place, damage in self._vault.damages.items() if damage.reason != "shape"]

    def run(self, kept: str = "") -> None:
        """Bring everything in order; ``kept`` names the copy of the damaged file."""
        vault = self._vault
        with vault.transaction():
            doubt = dict(vault.note(DOUBT) or {})
            doubt.setdefault("kept", kept)
            doubt.setdefault("at", datetime.now().astimezone().isoformat(timespec="seconds"))
            older = vault.older
            hit = self._take_out() | set(doubt.get("wanting", ()))
            lost_mark = doubt.get("mark") is False
            if older is not None and "cause" not in doubt:
                doubt["cause"] = "older" if vault.count(JOURNAL) else "missing"
            doubt.setdefault("cause", "damaged")
            self._bring_serials()
            # In a file that was made anew rows may open that did not before: what was folded without them is folded again.
            made_anew = "mark" in doubt
            self._bring_journal(hit, doubt, whole=not (made_anew or hit & {JOURNAL, SUBJECTS, CASES, GAPS}))
            self._bring_published(hit)
            if older is not None or lost_mark or "meta" in hit:
                self._forget_people()
            told = {name: doubt[name] for name in ("at", "cause", "kept")}
            vault.set_note(REPAIRED, {**told, "tables": sorted(hit)})
            vault.set_note(DOUBT, None)
            vault.set_note(COUNTED, None)
            if older is not None:
                vault.accept_older()

    def _take_out(self) -> set[str]:
        """Remove the rows that do not open; return the tables they stood in."""
        vault = self._vault
        found = self.bent()
        for table, row in found:
            vault.delete(table, row)

        def forget() -> None:
            for key in found:
                vault.damages.pop(key, None)

        vault.on_done(forget)
        return {table for table, _ in found}

    # the journal, the chain and the cases

    def _bring_journal(self, hit: set[str], doubt: Mapping[str, Any], *, whole: bool) -> None:
        vault, book = self._vault, self._book
        before = book.head()
        n, digest = max(before, self._seen_head(), key=_number)
        if whole:
            if n > before[0] and book.window:
                vault.set_note(HEAD, [n, digest])
                book.gaps.add(Gap(before[0] + 1, n, (before[1],), digest))
                self._note_losses(doubt, {}, _Journal())
            return
        was_whole = not book.gaps and not vault.note(INCOMPLETE)
        read = self._walk()
        last = max(read.own, default=0)
        if last > n:
            n, digest = last, read.edges[last].digest()
        vault.set_note(HEAD, [n, digest] if n else None)
        vault.set_note(UNSENT, read.unsent.plain())
        vault.set_note(REFUSED, read.refused.plain())
        vault.set_note(MOVED, read.moved.plain())
        if JOURNAL in hit or doubt.get("mark") is False:
            vault.set_note(CURSOR, self._cursor(read))
            for row in vault.ids(META):  # the feeds of further points are heard from their beginning
                if row.startswith(FEED):
                    vault.delete(META, row)
        if book.window:
            book.gaps.keep(self._gaps(read, n, digest))
        sure = was_whole and not book.gaps and JOURNAL not in hit and doubt.get("mark") is not False
        lost = self._refolding.mend(read.held, sure=sure)
        named = {*read.held, *vault.ids(CASES), *(one.subject for one in lost.values())}
        self._serials.raise_to(serials_of(named, book.window))
        if book.gaps and (SUBJECTS in hit or doubt.get("mark") is False):
            vault.set_note(FLOOR, [self._serials.last_day(), _after_tomorrow(), len(book.gaps)])
        self._note_losses(doubt, lost, read)

    def _walk(self) -> _Journal:
        read = _Journal()
        top = 0
        last: Entry | None = None
        for place, record in self._book.walk():
            entry = record.entry
            read.held.setdefault(entry.subject, []).append(place)
            if record.position is not None:
                read.positions.add(record.position)
            if record.verdict is None:
                read.unsent = read.unsent.adding(place)
            if not self._book.is_own(record):
                continue
            if self._book.is_unheard(record):
                read.refused = read.refused.adding(place)
            read.own[entry.n] = place
            if entry.n < top:
                read.moved = read.moved.adding(place)
            if entry.n != top + 1 or last is None:  # around what may be a gap; the others are of no interest
                read.edges.update({e.n: e for e in (last, entry) if e is not None})
            if entry.n > top:
                top, last = entry.n, entry
        if last is not None:
            read.edges[last.n] = last
        return read

    def _gaps(self, read: _Journal, head: int, digest: str) -> list[Gap]:
        runs = list(self._pruned())
        ends = {last: told for _, last, told in runs}
        found = []
        for first, last in between(read.own, head, ((a, b) for a, b, _ in runs)):
            before: tuple[str, ...] = (GENESIS,) if first == 1 else ()
            if first - 1 in read.own:
                before = tuple(sorted(links(self._entry(read, first - 1))))
            elif first - 1 in ends:
                before = ends[first - 1]
            after = digest if last == head else ""
            if last + 1 in read.own:
                after = self._entry(read, last + 1).previous
            found.append(Gap(first, last, before, after))
        return found

    def _entry(self, read: _Journal, n: int) -> Entry:
        known = read.edges.get(n)
        if known is not None:
            return known
        record = self._book.at(read.own[n])
        if record is None:
            raise RuntimeError(f"own entry {n} was read and is gone")
        return record.entry

    def _cursor(self, read: _Journal) -> int:
        """Return the position up to which everything is here: from there on the feed is heard again."""
        position = 0
        while position + 1 in read.positions:
            position += 1
        known = self._book.cursor.position()
        return min(known, position) if known else position

    def _seen_head(self) -> tuple[int, str]:
        seen = self._vault.older or self._vault.seen
        head = seen.head if seen is not None else None
        return head or (0, GENESIS)

    # losses, by name

    def _note_losses(self, doubt: Mapping[str, Any], lost: Mapping[int, About], read: _Journal) -> None:
        about = {"cause": doubt["cause"], "kept": doubt["kept"], "noticed": doubt["at"]}
        gaps = list(self._book.gaps)
        here = {*read.held, *self._vault.ids(CASES)} if gaps else set()
        self._losses.note(
            loss for gap in gaps for loss in _named(gap, lost, read, about, self._absent(gap, read, here))
        )
        self._vault.set_note(LOOKED, [] if gaps else None)

    def _absent(self, gap: Gap, read: _Journal, here: set[str]) -> list[str]:
        """Return the cases that were begun in the days of a gap and are not here."""
        before, after = read.edges.get(gap.first - 1), read.edges.get(gap.last + 1)
        begun = before.at[:10] if before is not None else self._serials.last_day() if gap.first > 1 else ""
        ended = after.at[:10] if after is not None else _after_tomorrow()
        return self._serials.not_here(self._book.window, begun, ended, here)

    # the rest

    def _bring_serials(self) -> None:
        seen = self._vault.older or self._vault.seen
        if seen is not None and seen.serial is not None:
            day, last = seen.serial
            self._serials.raise_to({day: last})

    def _bring_published(self, hit: set[str]) -> None:
        """Have a catalogue of which rows are missing fetched again; what is left of it works until then."""
        public = {*PUBLISHED.values()} | {name for name in hit if name.startswith("published-")}
        if hit & (public | {SEARCH}):
            self._ledger.table(SEARCH).discard("index")
        if hit & public:
            self._vault.set_note(REVISION, None)

    def _forget_people(self) -> None:
        """Drop remembered passwords and sign-ins: what was put back may be a password that is not valid any more."""
        for row in self._vault.ids(META):
            if not row.startswith(KEPT_FACTS):
                self._vault.delete(META, row)


def _named(
    gap: Gap, lost: Mapping[int, About], read: _Journal, about: Mapping[str, str], absent: Sequence[str]
) -> list[Loss]:
    """Return a gap's losses: one by one where the places between its neighbours tell whose they were.

    ``absent``: the cases nothing is left of.
    """
    low, high = read.own.get(gap.first - 1, 0), read.own.get(gap.last + 1, 1 << 62)
    between_them = [lost[place] for place in sorted(lost) if low < place < high]
    if len(between_them) != gap.size:
        perhaps = tuple(dict.fromkeys([*(found.subject for found in between_them), *absent]))[:_PERHAPS]
        return [Loss(first=gap.first, last=gap.last, perhaps=perhaps, **about)]  # type: ignore[arg-type]
    found = []
    begun = set(read.held)
    for n, one in enumerate(between_them, start=gap.first):
        kind = "" if one.subject in begun else "case.received"
        begun.add(one.subject)
        found.append(Loss(first=n, last=n, subject=one.subject, applicant=one.applicant, kind=kind, **about))  # type: ignore[arg-type]
    return found


def _after_tomorrow() -> str:
    with contextlib.suppress(OverflowError):
        return (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011  whatever zone: two days cover it
    return date.max.isoformat()


def _number(head: tuple[int, str]) -> int:
    return head[0]
