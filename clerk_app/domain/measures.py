"""What a case, a bag or a list adds to the measures (``docs/measures.md``): counts under keys, and sums are all there is to them.

A key is a measure, the point and the day it is counted on, and what it is told apart by, joined by tabs. The measures of a point, a
week or the district are sums over keys; when a fold changes, they change by the difference of what it adds. So they are the same
whatever order things are heard in. No key holds anything personal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.custody import Parcel
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
OWED = "owed"
"""Stands in ``MISSING`` where a kind of deficit stands: the paper is owed under a commitment."""

Counts = dict[str, int]
_Add = Callable[..., None]


def key_of(measure: str, point: str, day: str, *told: str) -> str:
    """Return the key of a count."""
    return SEPARATOR.join((measure, point, day, *(part.replace(SEPARATOR, " ") for part in told)))


def contribution(stood: Standing | None) -> Counts:
    """Return what one subject adds to the measures; of nothing, nothing."""
    if stood is None:
        return {}
    counts: Counts = {}

    def add(measure: str, point: str, day: str, *told: str, n: int = 1) -> None:
        if n:
            key = key_of(measure, point, day, *told)
            counts[key] = counts.get(key, 0) + n

    for worked, n in stood.work.items():
        hour, _, window = worked.partition(" ")
        add(WORK, point_of(window), hour[:10], window, hour[11:], n=n)
    if isinstance(stood, Case):
        _case(stood, add)
    elif isinstance(stood, Parcel):
        _bag(stood, add)
    return counts


def home_of(stood: Standing) -> tuple[str, str]:
    """Return the point and day under which a subject's counts are kept together: they never change."""
    if isinstance(stood, Case):
        return point_of(stood.window), stood.received_on.isoformat()
    return point_of(stood.window), (stood.sealed_at if isinstance(stood, Parcel) else stood.closed.at)[:10]


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> Counts:
    """Return by how much the sums change when a subject adds ``after`` instead of ``before``."""
    changed = {key: n - before.get(key, 0) for key, n in after.items() if n != before.get(key, 0)}
    changed.update((key, -n) for key, n in before.items() if key not in after)
    return changed


def _case(case: Case, add: _Add) -> None:
    item, point, day = case.item.code, point_of(case.window), case.received_on.isoformat()
    cap, visits = case.item.visits_cap, len(case.visits)
    add(RECEIVED, point, day, item, case.item.depth)
    add(VISITS, point, day, item, case.item.depth, n=visits)
    add(CAP, point, day, item, case.item.depth, n=cap)
    add(OVER, point, day, item, case.item.depth, n=int(visits > cap))
    _intake(case, point, day, add)
    _missing(case, point, add)
    _refused(case, point, add)
    _handling(case, add)
    _clocks(case, add)


def _intake(case: Case, point: str, day: str, add: _Add) -> None:
    accepted = case.accepted
    if accepted is not None and accepted.deemed:
        add(DEEMED, point, day, case.item.code)
    elif accepted is not None or case.notices or case.declined is not None:
        whole = accepted is not None and not (case.notices or case.supplements or case.owed)
        add(JUDGED, point, day, case.item.code)
        add(FIRST, point, day, case.item.code, n=int(whole))
    if accepted is not None and not accepted.deemed:
        on = accepted.accepted_on
        add(WAITED, point, on.isoformat(), case.item.code)
        add(WAITED_DAYS, point, on.isoformat(), case.item.code, n=(on - case.received_on).days)


def _missing(case: Case, point: str, add: _Add) -> None:
    """Each line of the checklist counts once a case, on the day it was first asked for again."""
    told: set[str] = set()

    def tell(material: str, kind: str, on: date) -> None:
        line = case.material(material)
        if line is not None and line.id not in told:
            told.add(line.id)
            add(MISSING, point, on.isoformat(), case.item.code, line.name, kind)

    for notice in case.notices:
        for deficit in notice.deficits:
            tell(deficit.material, deficit.kind.value, notice.given_on)
    if case.accepted is not None:
        for owed in case.owed:
            tell(owed.material, OWED, case.accepted.accepted_on)


def _refused(case: Case, point: str, add: _Add) -> None:
    item = case.item.code
    if case.declined is not None:
        add(REFUSED, point, case.declined.on.isoformat(), item, "declined", case.declined.reason_code)
    if case.ended is not None and case.state is State.RETURNED:
        add(REFUSED, point, case.ended.on.isoformat(), item, "returned", "")
    if case.decided is not None and case.decided.outcome == "denied":
        add(REFUSED, case.place, case.decided.on.isoformat(), item, "denied", "")


def _handling(case: Case, add: _Add) -> None:
    decided, accepted = case.decided, case.accepted
    if decided is None or accepted is None:
        return
    item, point, day = case.item.code, case.place, decided.on.isoformat()
    used = (decided.on - accepted.accepted_on).days
    add(DECIDED, point, day, item)
    add(DECIDED_DAYS, point, day, item, n=used)
    if accepted.promised_due is not None:
        add(PROMISED, point, day, item)
        add(PROMISED_DAYS, point, day, item, n=(accepted.promised_due.day - accepted.accepted_on).days)
        add(PROMISED_USED, point, day, item, n=used)
        add(LATE, point, day, item, n=int(decided.on > accepted.promised_due.day))


def _clocks(case: Case, add: _Add) -> None:
    def run(clock: str, started: date, due: date, unit: Unit, suspensions: tuple[Suspension, ...] = ()) -> None:
        department = case.item.department.name
        pauses = ";".join(f"{s.start}~{s.end or ''}" for s in suspensions)
        told = (department, clock, started.isoformat(), due.isoformat(), unit.value, pauses)
        add(CLOCK, case.place, STANDING_DAY, *told)

    accepted = case.accepted
    if case.state is State.RECEIVED:
        run(NOTICE, case.received_on, case.notice_due.day, Unit.WORKDAY)
    if accepted is None or case.state not in IN_PROGRESS:
        return
    for clock, due, limit in (
        (PROMISE, accepted.promised_due, case.item.promised),
        (STATUTE, accepted.statutory_due, case.item.statutory),
    ):
        if due is not None:
            run(clock, accepted.accepted_on, due.day, (limit or Limit(0)).unit, case.suspensions)
            break
    debts = case.open_debts(case.last_paper_on) if case.owed else ()
    if debts:
        run(DEBT, accepted.accepted_on, min(owed.by.day for owed in debts), Unit.WORKDAY)


def _bag(bag: Parcel, add: _Add) -> None:
    if bag.state not in MOVING:
        return
    to = bag.sealed.to
    point = point_of(bag.window) or (to.code if to.kind is HandKind.POINT else "")
    add(BAG, point, bag.sealed_at[:10], to.name or to.code, bag.state.value)
