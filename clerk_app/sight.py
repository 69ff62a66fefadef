"""What of a window's records somebody sees: what their own point's feed tells, and of further points' those they answer for."""

from __future__ import annotations

from clerk_app.domain.case import Case
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.people import Person, Role
from clerk_app.domain.standing import Standing
from clerk_app.domain.summary import CaseSummary
from clerk_app.seat import Clock, Refused, Seat
from clerk_app.store.books.subjects import HERE, OWN
from clerk_app.store.records import Records


class Sight:
    """One person's view of the records; in every call ``point`` empty means all the points they answer for."""

    def __init__(self, records: Records, seat: Seat, person: Person, clock: Clock) -> None:
        """``clock``: one that does not run ahead (``WindowClock.steady``)."""
        self._records = records
        self._seat = seat
        self._person = person
        self._clock = clock

    def points(self) -> tuple[str, ...]:
        """Return the points this person answers for here, the window's own first: one, but for a supervisor of several."""
        if self._person.role is not Role.SUPERVISOR:
            return (self._seat.point,)
        now = self._clock()
        followed = (one for one in self._records.further.points() if one.lasts(now))
        return (self._seat.point, *(one.point for one in followed if one.point in self._person.points))

    def feeds(self, point: str = "") -> frozenset[str]:
        """Return the feeds that tell what is seen; raises ``Refused`` for a point that is none of theirs."""
        points = self.points()
        if point and point not in points:
            raise Refused("not-your-point", "您不负责这个服务点，或本窗口还没有它的数据。", "point")
        wanted = (point,) if point else points
        return OWN if wanted == (self._seat.point,) else frozenset(self._feed(code) for code in wanted)

    def _feed(self, point: str) -> str:
        return HERE if point == self._seat.point else point

    def points_of(self, subject: str) -> tuple[str, ...]:
        """Return which of these points hear of a subject."""
        told = self._records.feeds_of(subject)
        return tuple(point for point in self.points() if self._feed(point) in told)

    def sees(self, subject: str) -> bool:
        """Whether a subject is among what is seen; one that nobody here knows is not hidden."""
        told = self._records.feeds_of(subject)
        return not told or not told.isdisjoint(self.feeds())

    def is_here(self, subject: str) -> bool:
        """Whether the window's own point hears of it."""
        told = self._records.feeds_of(subject)
        return not told or HERE in told

    def case(self, number: str) -> Case | None:
        """Return a case, if it is seen."""
        return self._records.case(number) if self.sees(number) else None

    def stood(self, subject: str) -> Standing | None:
        """Return a case, a bag or a manifest likewise."""
        return self._records.stood(subject) if self.sees(subject) else None

    def summaries(self, point: str = "") -> list[CaseSummary]:
        """Return the cases' summaries, the latest change first."""
        return self._records.summaries(self.feeds(point))

    def parcels(self, point: str = "") -> list[ParcelSummary]:
        """Return the bags' likewise."""
        return self._records.parcels(self.feeds(point))

    def manifests(self, point: str = "") -> list[ManifestSummary]:
        """Return the manifests' likewise."""
        return self._records.manifests(self.feeds(point))

    def find_cases(self, words: str, point: str = "") -> list[CaseSummary]:
        """Return the cases in which every word is found."""
        return self._records.find_cases(words, self.feeds(point))

    def changes(self, mark: int) -> tuple[int, frozenset[str] | None]:
        """Return which subjects changed, came or went since a mark (``Changes.since``)."""
        after, names = self._records.changes.since(mark)
        return after, None if names is None else frozenset(filter(self.sees, names))
