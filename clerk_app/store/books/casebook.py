"""The book of cases: each case as its entries fold, and in memory what lists show and cases are found by."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from clerk_app.domain.case import Case
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.journal import Record, in_order
from clerk_app.domain.standing import Standing, Summary, fold_any, summary_of_any
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.text import searchable
from clerk_app.domain.tips import TipSummary
from clerk_app.store.books.book import Book
from clerk_app.store.books.changes import Changes
from clerk_app.store.books.counted import NOTHING, Counted
from clerk_app.store.books.subjects import HERE, OWN, SUBJECTS, decode_subject, decoder_of, feeds_of, row_of
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

S = TypeVar("S", CaseSummary, ParcelSummary, ManifestSummary, TipSummary)
TABLE = "cases"
"""What every subject's entries fold to: cases, bags and manifests, each under its number."""
FOLDED = "folded"
FOLDS = 5
"""Raised whenever a fold or its summary tells more than it did before: what was kept is told anew at the next opening."""


class _Known:
    """A subject as it stands in memory."""

    __slots__ = ("feeds", "last", "places", "summary", "words")

    def __init__(self, places: Iterable[int], summary: Summary | None, feeds: frozenset[str] = OWN) -> None:
        self.places = array("I", places)
        self.last = max(self.places, default=0)
        """The place of what came last: lists are in this order, whatever a clock said."""
        self.summary = summary
        self.feeds = feeds
        self.words = ""
        """What the case is found by, made when it is first looked for."""


class Casebook:
    """All subjects of the journal, and the cases they make."""

    def __init__(self, ledger: Ledger, book: Book) -> None:
        self._vault = ledger.vault
        self._cases = ledger.table(TABLE)
        self._rows = ledger.table(SUBJECTS)
        self._book = book
        self._sums = Counted(ledger)
        self._known: dict[str, _Known] = {}
        self._staged: dict[str, _Known] = {}
        self._count = 0
        self._further: Counter[str] = Counter()
        """How many subjects each further point's feed tells of."""
        self.changes = Changes()

    def load(self) -> None:
        """Take every subject's row into memory; rows that do not open are made anew from the journal."""
        self._sums.forget()
        shared: dict[str, str] = {}
        heard: dict[tuple[str, ...], frozenset[str]] = {(HERE,): OWN}
        read: dict[str, _Known] = {}
        for _, name, row in self._rows.walk(decode_subject):
            feeds = heard.setdefault(row.feeds, frozenset(row.feeds))
            read[name] = _Known(row.entries, _sharing(row.told, shared), feeds)
        self._known = read
        self.changes.forget()
        lost = {row for table, row in self._vault.damages if table == SUBJECTS}
        if lost or any(f.table in {SUBJECTS, ""} for f in self._vault.findings):
            self._recover()
        self._count = sum(map(_is_case, self._known.values()))
        self._further = Counter(feed for known in self._known.values() for feed in known.feeds if feed != HERE)

    def fold_as_now(self) -> None:
        """Fold every subject anew where a program wrote the store that folded otherwise: once, in one transaction."""
        if self._vault.note(FOLDED) == FOLDS and self._sums.sound:
            return
        with self._vault.transaction():
            if self._vault.note(FOLDED) != FOLDS:
                self._sums.doubt()
                for name in list(self._known):
                    self.refold(name, ())
                self._vault.set_note(FOLDED, FOLDS)
            self._sums.recount(self._everything)

    def counts(self) -> dict[str, int]:
        """Return the sums of what every subject adds to the measures, pruned ones included."""
        with self._vault.transaction():
            return self._sums.sums(self._everything)

    def counts_from_scratch(self) -> dict[str, int]:
        """Return the same, reckoned from every fold that is kept."""
        with self._vault.transaction():
            return self._sums.from_scratch(self._everything)

    def _everything(self) -> Iterator[Standing]:
        for name in [*self._known, *(name for name in self._staged if name not in self._known)]:
            found = self.stood(name)
            if found is not None:
                yield found

    def _recover(self) -> None:
        """Find every subject's entries by reading the whole journal."""
        places: dict[str, list[int]] = {}
        for place, record in self._book.walk():
            places.setdefault(record.entry.subject, []).append(place)
        for name, found in places.items():
            known = self._known.get(name)
            if known is None or set(found) - set(known.places):
                self._known[name] = _Known(found, None, feeds_of(r for r in map(self._book.at, found) if r is not None))
                stood = self.stood(name)
                self._known[name].summary = summary_of_any(stood, self._unsent(found)) if stood else None

    # reading

    def records_of(self, subject: str) -> list[Record]:
        """Return what can be read of one subject's records, in the order they are folded."""
        known = self._of(subject)
        found = (self._book.at(place) for place in known.places) if known else ()
        return in_order(record for record in found if record is not None)

    def case(self, number: str) -> Case | None:
        """Return a case; one whose row does not open is folded anew."""
        found = self.stood(number)
        return found if isinstance(found, Case) else None

    def stood(self, subject: str) -> Standing | None:
        """Return a case, a bag or a manifest, likewise."""
        try:
            return self._fetched(subject)
        except StoreDamaged:
            return fold_any(subject, self.records_of(subject))

    def count(self) -> int:
        """Return how many subjects make a case."""
        return self._count

    def summary(self, number: str) -> CaseSummary | None:
        known = self._known.get(number)
        return known.summary if known and isinstance(known.summary, CaseSummary) else None

    def feeds(self, subject: str) -> frozenset[str]:
        """Return the points whose feeds tell of a subject (``HERE``: the own one's); none of one nobody knows here."""
        known = self._known.get(subject)
        return known.feeds if known is not None else frozenset()

    def further(self) -> set[str]:
        """Return the further points whose feeds tell of anything here."""
        return {feed for feed, count in self._further.items() if count}

    def summaries(self, feeds: frozenset[str] = OWN) -> list[CaseSummary]:
        """Return the summary of every case that one of these points' feeds tells of, the latest change first."""
        return _latest(self._known.values(), CaseSummary, feeds)

    def parcels(self, feeds: frozenset[str] = OWN) -> list[ParcelSummary]:
        """Return the summaries of bags likewise."""
        return _latest(self._known.values(), ParcelSummary, feeds)

    def manifests(self, feeds: frozenset[str] = OWN) -> list[ManifestSummary]:
        """Return the summaries of manifests likewise."""
        return _latest(self._known.values(), ManifestSummary, feeds)

    def tips(self, feeds: frozenset[str] = OWN) -> list[TipSummary]:
        """Return the summaries of tips likewise."""
        return _latest(self._known.values(), TipSummary, feeds)

    def find(self, words: str, feeds: frozenset[str] = OWN) -> list[CaseSummary]:
        """Return the cases among these in which every word is found, the latest change first."""
        wanted = searchable(words).split()
        if not wanted:
            return []
        found = []
        for known in list(self._known.values()):
            if not isinstance(known.summary, CaseSummary):
                continue
            known.words = known.words or _words(known.summary)
            if all(word in known.words for word in wanted):
                found.append(known)
        return _latest(found, CaseSummary, feeds)

    def of_applicant(self, id_number: str) -> list[Case]:
        """Return every case of one applicant, the latest change first."""
        wanted = searchable(id_number)
        mine = [s for s in self.summaries() if wanted and s.id_number.lower() == wanted]
        return [case for case in (self.case(s.number) for s in mine) if case is not None]

    def differing(self) -> list[str]:
        """Return the numbers of the cases that are not what the journal tells."""
        different = []
        for name in list(self._known):
            with self._vault.transaction():
                try:
                    kept = self._cases.fetch(name, decoder_of(name))
                except StoreDamaged:
                    different.append(name)
                    continue
                if fold_any(name, self.records_of(name)) != kept:
                    different.append(name)
        return different

    def known(self, feeds: frozenset[str] | None = None) -> list[tuple[str, Summary | None]]:
        """Return every subject, or those that one of these points' feeds tells of, with its summary, if it makes anything."""
        held = list(self._known.items())
        if feeds is not None:
            held = [(name, known) for name, known in held if known.feeds is feeds or not known.feeds.isdisjoint(feeds)]
        return [(name, known.summary) for name, known in held]

    def places_of(self, subject: str) -> Sequence[int]:
        """Return the places of a subject's entries in the journal."""
        known = self._of(subject)
        return known.places if known else ()

    def holds(self, subject: str, entry_id: str) -> bool:
        """Whether an entry is among a subject's, wherever an index may say that it is not there."""
        known = self._of(subject)
        found = map(self._book.at, known.places) if known else ()
        return any(record is not None and record.entry.id == entry_id for record in found)

    def whole(self, subject: str) -> list[Record] | None:
        """Return all of one subject's records, or ``None`` where one does not open."""
        known = self._of(subject)
        found = [self._book.at(place) for place in known.places] if known else []
        records = [record for record in found if record is not None]
        return in_order(records) if len(records) == len(found) else None

    # writing, always inside the caller's transaction

    def forget(self, subject: str) -> None:
        """Take a subject's case and row away; its entries are the caller's."""
        stood = self.stood(subject)
        if stood is not None:
            self._sums.lay_aside(stood)
        self._cases.discard(subject)
        self._take_away(subject)

    def _take_away(self, subject: str) -> None:
        self._rows.discard(subject)

        def gone() -> None:
            known = self._known.pop(subject, None)
            self._count -= _is_case(known)
            self._counted(known, None)
            self.changes.note({subject})

        self._vault.on_done(gone)

    def drop(self, subject: str, gone: Sequence[int]) -> None:
        """Fold a subject anew without entries that were taken out; one of which nothing is left is forgotten."""
        left = [place for place in self.places_of(subject) if place not in gone]
        if left:
            self._refold(subject, left)
        else:
            self._stands(subject, None)
            self._take_away(subject)

    def keep(self, stood: Standing, added: Iterable[int]) -> None:
        """Put a case, bag or manifest as it is folded now, with the entries that came to it."""
        self._stands(stood.number, stood)
        self._put(stood.number, self._with(stood.number, added), lambda unsent: summary_of_any(stood, unsent))

    def touch(self, subject: str, added: Iterable[int]) -> None:
        """Note that entries came to a subject, or were heard of, that change no case."""
        known = self._of(subject)
        summary = known.summary if known else None
        self._put(
            subject, self._with(subject, added), lambda unsent: replace(summary, unsent=unsent) if summary else None
        )

    def refold(self, subject: str, added: Sequence[int]) -> None:
        """Fold a subject anew; where one of its entries does not open, the case stays as it was kept."""
        self._refold(subject, self._with(subject, added))

    def _refold(self, subject: str, places: list[int]) -> None:
        records = [record for record in map(self._book.at, places) if record is not None]
        if len(records) < len(places):
            known = self._of(subject)
            summary = known.summary if known else None
            self._put(subject, places, lambda unsent: replace(summary, unsent=unsent) if summary else None)
            return
        stood, feeds = fold_any(subject, records), feeds_of(records)
        if stood is not None:
            self._stands(subject, stood)
            self._put(subject, places, lambda unsent: summary_of_any(stood, unsent), feeds)
        else:
            self._stands(subject, None)
            self._put(subject, places, lambda _: None, feeds)

    def _stands(self, subject: str, stood: Standing | None) -> None:
        """Keep how a subject stands now, and count what that adds."""
        is_new = self._is_new(subject)
        before = NOTHING if is_new else self._sums.added(subject, lambda: self._fetched(subject))
        if stood is None:
            self._cases.discard(subject)
        else:
            self._cases.put(subject, stood, new=is_new)
        self._sums.change(subject, before, stood)

    def _fetched(self, subject: str) -> Standing | None:
        """Return what is kept of a subject; raises ``StoreDamaged``."""
        return self._cases.fetch(subject, decoder_of(subject))

    def _with(self, subject: str, added: Iterable[int]) -> list[int]:
        """Return a subject's places, each once: an entry that takes a damaged one's place comes to where that stood."""
        return list(dict.fromkeys([*self.places_of(subject), *added]))

    def _put(
        self,
        subject: str,
        places: list[int],
        summary: Callable[[int], Summary | None],
        feeds: frozenset[str] | None = None,
    ) -> None:
        told = summary(self._unsent(places))
        known = self._of(subject)
        if feeds is None:
            feeds = known.feeds if known is not None else OWN
        self._rows.put(subject, row_of(places, told, feeds), new=self._is_new(subject))
        if not self._staged:
            self._vault.on_done(self._publish)
            self._vault.on_undo(self._staged.clear)
        self._staged[subject] = _Known(places, told, feeds)

    def _publish(self) -> None:
        self._count += sum(_is_case(known) - _is_case(self._known.get(name)) for name, known in self._staged.items())
        for name, known in self._staged.items():
            self._counted(self._known.get(name), known)
        self._known.update(self._staged)
        self.changes.note(self._staged)
        self._staged.clear()

    def _counted(self, before: _Known | None, after: _Known | None) -> None:
        if before is not None and before.feeds is not OWN:
            self._further.subtract(before.feeds - OWN)
        if after is not None and after.feeds is not OWN:
            self._further.update(after.feeds - OWN)

    def _of(self, subject: str) -> _Known | None:
        return self._staged.get(subject) or self._known.get(subject)

    def _is_new(self, subject: str) -> bool:
        """Whether there are surely no rows of a subject; where anything was found damaged, nothing is sure."""
        return self._of(subject) is None and not self._vault.damages and not self._vault.findings

    def _unsent(self, places: Iterable[int]) -> int:
        unsent = self._book.unsent()
        return sum(place in unsent for place in places)


def _is_case(known: _Known | None) -> bool:
    """Whether it is a case of this point's."""
    return known is not None and isinstance(known.summary, CaseSummary) and HERE in known.feeds


def _sharing(summary: Summary | None, shared: dict[str, str]) -> Summary | None:
    """Return the summary with texts that many cases have in common kept once."""
    if not isinstance(summary, CaseSummary):
        return summary
    for name in ("item", "item_name", "department"):
        text = getattr(summary, name)
        object.__setattr__(summary, name, shared.setdefault(text, text))
    return summary


def _latest(subjects: Iterable[_Known], kind: type[S], feeds: frozenset[str]) -> list[S]:
    found = [
        (known.last, known.summary)
        for known in list(subjects)
        if isinstance(known.summary, kind) and (known.feeds is feeds or not known.feeds.isdisjoint(feeds))
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return [summary for _, summary in found]


def _words(summary: CaseSummary) -> str:
    number, official = summary.number, summary.official
    fields = (
        number,
        number.replace("-", ""),
        official,
        summary.formerly,
        summary.formerly.replace("-", ""),
        summary.applicant,
        summary.id_number,
        summary.phone,
        summary.item_name,
        summary.prefiling,
    )
    return searchable("\n".join(fields))
