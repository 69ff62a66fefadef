"""What this window knows of papers that travel: what waits, which bags are where, what is not as it should be, who holds what."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.casework import Casework
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import dispatch
from clerk_app.domain.custody import Manifest, Open, Parcel
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.custody_words import DIRECTION_LABELS
from clerk_app.domain.deadlines import DueDay, add_workdays
from clerk_app.domain.dispatch import Group
from clerk_app.domain.kinds import MOVING, PARCEL_LABELS, ParcelState
from clerk_app.domain.lots import at_point
from clerk_app.domain.numbers import plain
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.supervision import settle_days
from clerk_app.domain.text import searchable
from clerk_app.domain.tracing import Whereabout, parcel_steps, whereabouts
from clerk_app.seat import Clock, Refused, Seat
from clerk_app.sight import Sight
from clerk_app.store.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A discrepancy that somebody has to settle."""

    subject: str
    """The bag or the manifest."""
    open: Open
    waits: int
    """Calendar days since it was found."""
    due: DueDay
    """The last day to settle it."""
    late: bool


def _told(one: ParcelSummary) -> str:
    """Return all by which a bag is found, without the cases it holds."""
    labels = PARCEL_LABELS[one.state], DIRECTION_LABELS[one.direction]
    hands = one.sender, one.to, one.to_name, one.holder
    numbers = one.number, one.number.replace("-", ""), one.manifest, one.waybill, one.seal, *one.holds
    return searchable("\n".join((*numbers, *labels, *hands, one.event, one.event_place)))


class Bags:
    """Reads only; raises ``Refused`` for what is not known here."""

    def __init__(self, records: Records, casework: Casework, seat: Seat, clock: Clock, sight: Sight) -> None:
        self._records = records
        self._casework = casework
        self._seat = seat
        self._clock = clock
        self._sight = sight

    # looking

    def groups(self) -> list[Group]:
        """Return what lies here and must go elsewhere, by where it goes."""
        return dispatch.groups(self._records.summaries(), self._seat.point, self._records.point_name)

    def results(self) -> list[CaseSummary]:
        """Return the cases of which something lies here for the applicant: the result, or papers of a case that is over."""
        point, place = self._seat.point, at_point(self._seat.point)
        return [s for s in self._records.summaries() if s.result == place or dispatch.goes_back(s, point)]

    def parcels(self, scope: str = "all", point: str = "") -> list[ParcelSummary]:
        """Return the bags ``packed`` here and still here, ``moving``, ``arriving`` here, with a ``discrepancy``, or ``all``."""
        return [one for one in self._sight.parcels(point) if self._in_scope(one, scope)]

    def find(self, words: str, scope: str, point: str = "") -> list[ParcelSummary]:
        """Return the bags in which every word is found, as cases are found by theirs."""
        found = self.parcels(scope, point)
        for word in words.split():
            cases = {case.number for case in self._sight.find_cases(word, point)}
            found = [one for one in found if searchable(word) in _told(one) or cases.intersection(one.holds)]
        return found

    def _in_scope(self, one: ParcelSummary, scope: str) -> bool:
        mine, point = one.sender == self._seat.point, self._seat.point
        return {
            "packed": mine and one.state is ParcelState.SEALED,
            "moving": one.state in MOVING and not (mine and one.state is ParcelState.SEALED),
            "arriving": one.to == point and one.to_kind is cb.HandKind.POINT and one.state in MOVING,
            "discrepancy": one.discrepancies > 0 or one.conflicts > 0,
        }.get(scope, True)

    def manifests(self, point: str = "") -> list[ManifestSummary]:
        """Return the hand-overs, the latest first."""
        return self._sight.manifests(point)

    def parcel(self, number: str) -> Parcel:
        """Return a bag by its number or its waybill; raises ``Refused``."""
        found = self._sight.stood(self._named(number))
        if not isinstance(found, Parcel):
            raise Refused("parcel-unknown", f"本窗口没有寄递袋“{number[:40]}”。", "parcel")
        return found

    def _named(self, number: str) -> str:
        code = plain(number)
        if parse_custody_number(code) is not None:
            return code
        return next((one.number for one in self._sight.parcels() if code and plain(one.waybill) == code), code)

    def manifest(self, number: str) -> Manifest:
        """Return a manifest; raises ``Refused``."""
        found = self._sight.stood(plain(number))
        if not isinstance(found, Manifest):
            raise Refused("manifest-unknown", f"本窗口没有交接清单“{number[:40]}”。", "manifest")
        return found

    def disputed(self, parcel: Parcel) -> tuple[cb.PaperLine, ...]:
        """Return the lines of a bag whose papers are elsewhere, as far as this window knows."""
        if parcel.state not in MOVING:
            return ()
        cases = (self._records.case(number) for number in parcel.cases)
        return tuple(line for case in cases if case is not None for line in dispatch.disputed(parcel, case))

    def tasks(self, point: str = "") -> list[Task]:
        """Return the discrepancies that are open, the oldest first."""
        found = []
        bags = [s.number for s in self._sight.parcels(point) if s.discrepancies]
        lists = [s.number for s in self._sight.manifests(point) if s.discrepancies]
        for subject in (*bags, *lists):
            stood = self._records.stood(subject)
            if isinstance(stood, Parcel | Manifest):
                found += [self._task(subject, one) for one in stood.discrepancies if one.closed is None]
        return sorted(found, key=lambda task: (task.open.on, task.subject, task.open.number))

    def _task(self, subject: str, one: Open) -> Task:
        today = self._clock().date()
        due = add_workdays(self._records.calendar(), one.on, settle_days(one.found.fault))
        late = today > due.day and not due.provisional
        return Task(subject=subject, open=one, waits=(today - one.on).days, due=due, late=late)

    def subject(self, text: str) -> str:
        """Return the number of the bag or manifest somebody names; raises ``Refused``."""
        number = parse_custody_number(text)
        return self.manifest(text).number if number is not None and number.letter == "M" else self.parcel(text).number

    # where is it

    def trace(self, text: str) -> list[Whereabout]:
        """Return where the papers of a case (``CASE``), one of them (``CASE/MATERIAL``) or those in a bag are."""
        words, _, material = text.partition("/")
        custody = parse_custody_number(words)
        if custody is not None and custody.letter == "P":
            parcel = self.parcel(words)
            return [one for case in parcel.cases for one in self._of_case(case) if self._was_in(one, parcel)]
        case = self._casework.case(words)
        found = self._of_case(case.number)
        wanted = material.strip()
        return [one for one in found if not wanted or wanted in {one.material, one.name}]

    def _of_case(self, number: str) -> list[Whereabout]:
        case = self._records.case(number)
        if case is None:
            return []
        return whereabouts(case, self._records.records_of(number), self._bag, self._records.point_name)

    def _bag(self, number: str) -> Parcel | None:
        found = self._records.stood(number)
        return found if isinstance(found, Parcel) else None

    @staticmethod
    def _was_in(one: Whereabout, parcel: Parcel) -> bool:
        return any((line.case, line.material) == (one.case, one.material) for line in parcel.sealed.lines)

    @staticmethod
    def steps(parcel: Parcel) -> list[str]:
        """Return a bag's way in words."""
        return [f"{step.at}　{step.what}" for step in parcel_steps(parcel)]
