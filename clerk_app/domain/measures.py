"""What a case, a bag or a list adds to the measures (``docs/measures.md``): counts under keys, and sums are all there is to them.

A key is a measure, the point and the day it is counted on, and what it is told apart by, joined by tabs. The measures of a point, a
week or the district are sums over keys; when a fold changes, they change by the difference of what it adds. So they are the same
whatever order things are heard in. No key holds anything personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clerk_app.domain.bodies import Accepted
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Unit
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_bodies import HandKind
from clerk_app.domain.deadlines import Suspension
from clerk_app.domain.journal import point_of
from clerk_app.domain.kinds import IN_PROGRESS, MOVING, State
from clerk_app.domain.standing import Standing

SEPARATOR = "\t"
STANDING_DAY = ""
"""The day of what stands now, and is counted on no day."""
NOTICE, PROMISE, STATUTE, DEBT = "notice", "promise", "statute", "debt"
"""The clocks that are counted (``CLOCK``): of promise and statute only the one that ends first is, and that is the promise."""

RECEIVED, VISITS, CAP, OVER = "received", "visits", "cap", "over"
JUDGED, FIRST = "judged", "first"
MISSING = "missing"
WAITED, WAITED_DAYS, DEEMED = "waited", "waited-days", "deemed"
DECIDED, DECIDED_DAYS = "decided", "decided-days"
PROMISED, PROMISED_DAYS, PROMISED_USED, LATE = "promised", "promised-days", "promised-used", "late"
WORK = "work"
CLOCK = "clock"
BAG = "bag"
REFUSED = "refused"
RATED = "rated"
OWED = "owed"
"""Stands in ``MISSING`` where a kind of deficit stands: the paper is owed under a commitment."""

Counts = dict[str, int]


def key_of(measure: str, point: str, day: str, *told: str) -> str:
    """Return the key of a count."""
    return SEPARATOR.join((measure, point, day, *map(_part, told)))


def contribution(stood: Standing | None) -> Counts:
    """Return what one subject adds to the measures; of nothing, nothing."""
    if stood is None:
        return {}
    counts: Counts = {}
    for worked, n in stood.work.items():
        hour, _, window = worked.partition(" ")
        counts[f"{WORK}\t{point_of(window)}\t{hour[:10]}\t{_part(window)}\t{hour[11:]}"] = n
    if isinstance(stood, Case):
        _case(stood, counts)
    elif isinstance(stood, Parcel):
        _bag(stood, counts)
    return counts


def home_of(stood: Standing) -> tuple[str, str]:
    """Return the point and day under which a subject's counts are kept together: they never change."""
    if isinstance(stood, Case):
        return point_of(stood.window), stood.received_on.isoformat()
    match stood:
        case Parcel():
            begun = stood.sealed_at
        case Manifest():
            begun = stood.closed.at
        case _:
            begun = stood.offered_at
    return point_of(stood.window), begun[:10]


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> Counts:
    """Return by how much the sums change when a subject adds ``after`` instead of ``before``."""
    changed = {key: n - before.get(key, 0) for key, n in after.items() if n != before.get(key, 0)}
    changed.update((key, -n) for key, n in before.items() if key not in after)
    return changed


def _part(text: str) -> str:
    return text.replace(SEPARATOR, " ") if SEPARATOR in text else text


def _case(case: Case, counts: Counts) -> None:
    """Every act runs through this twice: the keys are put together as cheaply as may be."""
    ref, point = case.item, point_of(case.window)
    item = _part(ref.code)
    intake = f"\t{point}\t{case.received_on.isoformat()}\t{item}"
    by_depth = f"{intake}\t{_part(ref.depth)}"
    visits = len(case.visits)
    counts[RECEIVED + by_depth] = 1
    counts[VISITS + by_depth] = visits
    if ref.visits_cap:
        counts[CAP + by_depth] = ref.visits_cap
    if visits > ref.visits_cap:
        counts[OVER + by_depth] = 1
    accepted = case.accepted
    if accepted is not None or case.notices or case.declined is not None:
        _intake(case, point, item, intake, counts)
    if case.notices or case.owed:
        _missing(case, point, item, counts)
    if case.declined is not None:
        on = case.declined.on.isoformat()
        counts[f"{REFUSED}\t{point}\t{on}\t{item}\tdeclined\t{_part(case.declined.reason_code)}"] = 1
    if case.ended is not None and case.state is State.RETURNED:
        counts[f"{REFUSED}\t{point}\t{case.ended.on.isoformat()}\t{item}\treturned\t"] = 1
    if case.decided is not None:
        _decided(case, item, counts)
    for rating in case.oversight.ratings:
        key = key_of(RATED, point_of(rating.by.window), rating.by.at[:10], str(rating.said.level))
        counts[key] = counts.get(key, 0) + 1
    if case.state is State.RECEIVED:
        _clock(case, NOTICE, case.received_on, case.notice_due.day, Unit.WORKDAY, counts)
    elif accepted is not None and case.state in IN_PROGRESS:
        _terms(case, accepted, counts)


def _intake(case: Case, point: str, item: str, intake: str, counts: Counts) -> None:
    accepted = case.accepted
    if accepted is not None and accepted.deemed:
        counts[DEEMED + intake] = 1
        return
    counts[JUDGED + intake] = 1
    if accepted is None:
        return
    if not (case.notices or case.supplements or case.owed):
        counts[FIRST + intake] = 1
    on = accepted.accepted_on
    counts[f"{WAITED}\t{point}\t{on.isoformat()}\t{item}"] = 1
    if days := (on - case.received_on).days:
        counts[f"{WAITED_DAYS}\t{point}\t{on.isoformat()}\t{item}"] = days


def _missing(case: Case, point: str, item: str, counts: Counts) -> None:
    """Each line of the checklist counts once a case, on the day it was first asked for again."""
    told: set[str] = set()

    def tell(material: str, kind: str, on: date) -> None:
        line = case.material(material)
        if line is not None and line.id not in told:
            told.add(line.id)
            key = f"{MISSING}\t{point}\t{on.isoformat()}\t{item}\t{_part(line.name)}\t{kind}"
            counts[key] = counts.get(key, 0) + 1

    for notice in case.notices:
        for deficit in notice.deficits:
            tell(deficit.material, deficit.kind.value, notice.given_on)
    if case.accepted is not None:
        for owed in case.owed:
            tell(owed.material, OWED, case.accepted.accepted_on)


def _decided(case: Case, item: str, counts: Counts) -> None:
    decided, accepted = case.decided, case.accepted
    if decided is None:
        return
    place = f"\t{_part(case.place)}\t{decided.on.isoformat()}\t{item}"
    if decided.outcome == "denied":
        counts[f"{REFUSED}{place}\tdenied\t"] = 1
    if accepted is None:
        return
    used = (decided.on - accepted.accepted_on).days
    counts[DECIDED + place] = 1
    _some(counts, DECIDED_DAYS + place, used)
    if accepted.promised_due is not None:
        counts[PROMISED + place] = 1
        _some(counts, PROMISED_DAYS + place, (accepted.promised_due.day - accepted.accepted_on).days)
        _some(counts, PROMISED_USED + place, used)
        _some(counts, LATE + place, int(decided.on > accepted.promised_due.day))


def _some(counts: Counts, key: str, n: int) -> None:
    if n:
        counts[key] = n


def _terms(case: Case, accepted: Accepted, counts: Counts) -> None:
    for clock, due, limit in (
        (PROMISE, accepted.promised_due, case.item.promised),
        (STATUTE, accepted.statutory_due, case.item.statutory),
    ):
        if due is not None:
            unit = limit.unit if limit is not None else Unit.WORKDAY
            _clock(case, clock, accepted.accepted_on, due.day, unit, counts, case.suspensions)
            break
    debts = case.open_debts(case.last_paper_on) if case.owed else ()
    if debts:
        _clock(case, DEBT, accepted.accepted_on, min(owed.by.day for owed in debts), Unit.WORKDAY, counts)


def _clock(
    case: Case,
    clock: str,
    started: date,
    due: date,
    unit: Unit,
    counts: Counts,
    suspensions: tuple[Suspension, ...] = (),
) -> None:
    pauses = ";".join(f"{s.start}~{s.end or ''}" for s in suspensions) if suspensions else ""
    told = f"{_part(case.item.department.name)}\t{clock}\t{started.isoformat()}\t{due.isoformat()}"
    counts[f"{CLOCK}\t{_part(case.place)}\t{STANDING_DAY}\t{told}\t{unit.value}\t{pauses}"] = 1


def _bag(bag: Parcel, counts: Counts) -> None:
    if bag.state not in MOVING:
        return
    to = bag.sealed.to
    point = point_of(bag.window) or (to.code if to.kind is HandKind.POINT else "")
    counts[key_of(BAG, point, bag.sealed_at[:10], to.name or to.code, bag.state.value)] = 1
