"""What lists are made of: summaries from memory, of the points whose feeds are looked at."""

from __future__ import annotations

from clerk_app.domain.case import Case
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.standing import Summary
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.text import searchable
from clerk_app.domain.tips import TipSummary
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.subjects import OWN
from clerk_app.store.offering import Offering


class Listing(Offering):
    """The lists of ``Records``; none of them waits for a write under way in another thread."""

    _cases: Casebook

    def summaries(self, feeds: frozenset[str] = OWN) -> list[CaseSummary]:
        """Return the summary of every case that one of these points' feeds tells of, the latest change first.

        ``feeds``: codes of further points, and ``HERE`` for the own one, which alone is looked at unless others are named.
        """
        return self._cases.summaries(feeds)

    def feeds_of(self, subject: str) -> frozenset[str]:
        """Return the points whose feeds tell of a subject (``HERE``: the own one's); none of one nobody knows here."""
        return self._cases.feeds(subject)

    def case_count(self) -> int:
        """Return how many cases this point's feed tells of."""
        return self._cases.count()

    def parcels(self, feeds: frozenset[str] = OWN) -> list[ParcelSummary]:
        """Return the summaries of bags likewise."""
        return self._cases.parcels(feeds)

    def manifests(self, feeds: frozenset[str] = OWN) -> list[ManifestSummary]:
        """Return the summaries of manifests likewise."""
        return self._cases.manifests(feeds)

    def summary(self, number: str) -> CaseSummary | None:
        """Return one case's summary."""
        return self._cases.summary(number)

    def find_cases(self, words: str, feeds: frozenset[str] = OWN) -> list[CaseSummary]:
        """Return the cases among these in which every word is found: number, official number, name, identity number, phone, item."""
        return self._cases.find(words, feeds)

    def cases_of_applicant(self, id_number: str) -> list[Case]:
        """Return all cases of this point with exactly this identity number, the latest change first."""
        return self._cases.of_applicant(id_number)

    def marked_cases_of(self, id_number: str) -> list[Case]:
        """Return those of them to which a mark against a false paper was ever added; where there is none, no case is read."""
        wanted = searchable(id_number)
        told = (told for _, told in self._cases.known(OWN))
        mine = [s for s in told if isinstance(s, CaseSummary) and s.marked and s.id_number.lower() == wanted]
        return [case for case in (self._cases.case(s.number) for s in mine) if case is not None]

    def tips(self, feeds: frozenset[str] = OWN) -> list[TipSummary]:
        """Return the summaries of tips likewise."""
        return self._cases.tips(feeds)

    def told(self, feeds: frozenset[str] = OWN) -> list[tuple[str, Summary | None]]:
        """Return every such subject with its summary, if it makes anything; one that did not change is the same object."""
        return self._cases.known(feeds)
