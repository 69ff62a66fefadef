"""督办: what of a case needs a person, and which cases are drawn to be verified; nothing here is stored, all of it is told by folds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from clerk_app.domain.catalogue import Handling, Unit
from clerk_app.domain.custody_bodies import Fault
from clerk_app.domain.custody_words import FAULT_LABELS
from clerk_app.domain.deadlines import Suspension
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, IN_PROGRESS, State
from clerk_app.domain.oversight import Oversight
from clerk_app.domain.supervision_words import LOW, TaskKind

if TYPE_CHECKING:
    from clerk_app.domain.case import Case
    from clerk_app.domain.custody import Manifest, Parcel

SHARES = (0.02, 0.05, 0.1, 0.2)
"""Of cases of weight 1 that a draw may take: what places use (双随机、一公开)."""
VERIFY_DAYS = 20
"""Working days within which a drawn case is verified."""
URGE_DAYS = 2
"""Working days within which a call is answered, and what was sent back put right."""


REVIEW_DAYS: Mapping[TaskKind, int] = {
    **dict.fromkeys((TaskKind.CONFLICT, TaskKind.QUARANTINE, TaskKind.DAMAGE), 1),
    **dict.fromkeys((TaskKind.DEEMED, TaskKind.UNDO, TaskKind.RATING), 2),
    **dict.fromkeys((TaskKind.FAILED, TaskKind.CUSTODY), 3),
    **dict.fromkeys((TaskKind.BREACH, TaskKind.DECLINED, TaskKind.VISITS, TaskKind.TIP), 5),
    TaskKind.VERIFY: VERIFY_DAYS,
    TaskKind.UNANSWERED: URGE_DAYS,
    TaskKind.FINDING: VERIFY_DAYS,
}
"""Working days within which a task is seen to that has no day of its own."""
SETTLE_DAYS: Mapping[Fault, int] = {
    Fault.LOST: 1,
    Fault.MISSING_BAG: 1,
    Fault.NOT_LISTED: 1,
    Fault.SHORT: 2,
    Fault.SEAL_BROKEN: 2,
}
"""Working days within which a discrepancy is settled, counted from the day after it was found: what may be lost is looked for first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStub:
    """Something of one subject that needs a person, as far as it does not hang on what day it is."""

    key: str
    """Unique within its subject; begins with the kind."""
    kind: TaskKind
    at: str
    """Since when, RFC 3339 or a day."""
    due: date | None = None
    days: int = 0
    """Working days from ``at`` within which it is seen to, where there is no ``due``; 0: as its kind has it."""
    to: str = ""
    """The number of who was asked to see to it."""
    entry: str = ""
    """The entry it is about."""
    note: str = ""
    """What it is about, in a few Chinese words."""
    returned: str = ""
    """Empty, ``sent`` where it was sent back and nobody answered yet, or ``answered``."""
    returned_to: str = ""
    """Of a task that was sent back: whose it is to put right; empty: anybody's at the window."""
    returned_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStub:
    """A clock that runs: the queue tells its light of the day."""

    key: str
    """``clock:notice``, ``clock:promised``, ``clock:statutory``, ``debt``."""
    started_on: date
    due: date
    provisional: bool = False
    natural: bool = False
    """Counted in calendar days, not working days."""
    suspensions: tuple[Suspension, ...] = ()
    to: str = ""
    returned: str = ""
    returned_to: str = ""
    returned_by: date | None = None


def tasks_of(case: Case) -> tuple[TaskStub, ...]:
    """Return what of a case needs a person whatever day it is, in the order of the kinds."""
    seen = case.oversight
    found = [_placed(seen, stub) for stub in _tasks(case) if seen.conclusion(stub.key) is None]
    return tuple(sorted(found, key=lambda t: (_RANK[t.kind], t.at, t.key)))


def _tasks(case: Case) -> Iterator[TaskStub]:
    for entry in case.conflicts:
        yield TaskStub(key=f"conflict:{entry}", kind=TaskKind.CONFLICT, at=case.updated_at, entry=entry)
    if case.accepted is not None and case.accepted.deemed:
        yield TaskStub(
            key="deemed",
            kind=TaskKind.DEEMED,
            at=case.accepted.accepted_on.isoformat(),
            note=f"应于 {case.notice_due} 前告知",
        )
    for number in dict.fromkeys(b.notice for b in case.breaches):
        names = [b.name for b in case.breaches if b.notice == number]
        notice = case.notices[number - 1]
        yield TaskStub(
            key=f"breach:{number}",
            kind=TaskKind.BREACH,
            at=notice.given_on.isoformat(),
            entry=notice.entry,
            note="、".join(names[:3]) + (f"等{len(names)}项" if names[3:] else ""),
        )
    for ordinal, visit in enumerate(case.visits[case.item.visits_cap :], start=case.item.visits_cap + 1):
        yield TaskStub(
            key=f"visits:{ordinal}",
            kind=TaskKind.VISITS,
            at=visit.on.isoformat(),
            entry=visit.entry,
            note=f"第 {ordinal} 次，上限 {case.item.visits_cap} 次",
        )
    if case.declined is not None:
        yield TaskStub(
            key="declined", kind=TaskKind.DECLINED, at=case.declined.on.isoformat(), note=case.declined.reason[:40]
        )
    yield from _oversight_tasks(case.oversight)


def _oversight_tasks(seen: Oversight) -> Iterator[TaskStub]:
    verified = seen.verified[-1] if seen.verified else None
    if seen.drawn and verified is None:
        draw = seen.drawn[0]
        yield TaskStub(key="verify", kind=TaskKind.VERIFY, at=draw.by.at, due=draw.said.due.day, entry=draw.by.entry)
    if verified is not None and not verified.said.passed:
        yield TaskStub(key="failed", kind=TaskKind.FAILED, at=verified.by.at, entry=verified.by.entry)
    for rating in seen.ratings:
        if rating.said.level <= LOW:
            key = f"rating:{rating.by.entry}"
            yield TaskStub(key=key, kind=TaskKind.RATING, at=rating.by.at, entry=rating.by.entry)
    for urge in seen.urged:
        if not urge.undone and seen.urge_answer(urge.by.entry) is None:
            yield TaskStub(
                key=f"unanswered:{urge.by.entry}",
                kind=TaskKind.UNANSWERED,
                at=urge.by.at,
                due=urge.said.answer_by.day,
                entry=urge.by.entry,
                note=urge.said.to,
            )
    yield from shared_tasks(seen)


def shared_tasks(seen: Oversight) -> Iterator[TaskStub]:
    """Yield what supervisors said of anything, a bag as well, and what waits for somebody."""
    for undoing in seen.undoings:
        if undoing.decided is None:
            key = f"undo:{undoing.by.entry}"
            yield TaskStub(key=key, kind=TaskKind.UNDO, at=undoing.by.at, entry=undoing.by.entry)
    for finding in seen.findings:
        if finding.said.fix_by is not None:
            key = f"finding:{finding.by.entry}"
            yield TaskStub(
                key=key,
                kind=TaskKind.FINDING,
                at=finding.by.at,
                due=finding.said.fix_by,
                entry=finding.by.entry,
                note=finding.said.about,
            )


def settle_days(fault: Fault) -> int:
    """Return the working days within which a discrepancy is settled."""
    return SETTLE_DAYS.get(fault, REVIEW_DAYS[TaskKind.CUSTODY])


def custody_tasks(stood: Parcel | Manifest) -> tuple[TaskStub, ...]:
    """Return what of a bag or a hand-over needs a person: each discrepancy that is open, and conflicts."""
    seen = stood.oversight
    found = [
        TaskStub(
            key=f"custody:{o.entry}/{o.number}",
            kind=TaskKind.CUSTODY,
            at=o.on.isoformat(),
            days=settle_days(o.found.fault),
            entry=o.entry,
            note=FAULT_LABELS[o.found.fault],
        )
        for o in stood.discrepancies
        if o.closed is None
    ]
    found += [
        TaskStub(key=f"conflict:{entry}", kind=TaskKind.CONFLICT, at=stood.updated_at, entry=entry)
        for entry in stood.conflicts
    ]
    found += [stub for stub in shared_tasks(seen) if seen.conclusion(stub.key) is None]
    return tuple(_placed(seen, stub) for stub in found)


def _placed(seen: Oversight, stub: TaskStub) -> TaskStub:
    """Return a task with who was asked to see to it."""
    if not (seen.assigned or seen.sent_back):
        return stub
    to, returned, whose, by = _course(seen, stub.key)
    return TaskStub(
        key=stub.key,
        kind=stub.kind,
        at=stub.at,
        due=stub.due,
        days=stub.days,
        to=to,
        entry=stub.entry,
        note=stub.note,
        returned=returned,
        returned_to=whose,
        returned_by=by,
    )


def _course(seen: Oversight, key: str) -> tuple[str, str, str, date | None]:
    assigned, sent = seen.assignee(key), seen.returned(key)
    to = assigned.to if assigned is not None else ""
    if sent is None:
        return to, "", "", None
    return to, "answered" if seen.answer(key) is not None else "sent", sent.said.to, sent.said.by.day


def clocks_of(case: Case) -> tuple[ClockStub, ...]:
    """Return the clocks of a case that run, or stand still, whatever day it is."""
    found = []
    if case.state in BEFORE_ACCEPTANCE and not case.notices:
        found.append(_clock(case, "clock:notice", case.received_on, case.notice_due.day, case.notice_due.provisional))
    accepted = case.accepted
    if accepted is None or case.state not in IN_PROGRESS:
        return tuple(found)
    limits = (
        ("clock:promised", accepted.promised_due, case.item.promised),
        ("clock:statutory", accepted.statutory_due, case.item.statutory),
    )
    for key, due, limit in limits:
        if due is not None:
            natural = limit is not None and limit.unit is not Unit.WORKDAY
            found.append(_clock(case, key, accepted.accepted_on, due.day, due.provisional, natural=natural, held=True))
    owed = [o.by for o in case.open_debts(case.last_paper_on)] if case.owed else []
    if owed:
        first = min(owed, key=lambda by: by.day)
        found.append(_clock(case, "debt", accepted.accepted_on, first.day, first.provisional))
    return tuple(found)


def _clock(
    case: Case, key: str, started: date, due: date, provisional: bool, *, natural: bool = False, held: bool = False
) -> ClockStub:
    to, returned, whose, by = _course(case.oversight, key)
    return ClockStub(
        key=key,
        started_on=started,
        due=due,
        provisional=provisional,
        natural=natural,
        suspensions=case.suspensions if held else (),
        to=to,
        returned=returned,
        returned_to=whose,
        returned_by=by,
    )


def keys_of(case: Case) -> frozenset[str]:
    """Return the keys of everything of a case that can be assigned, sent back or concluded as it stands now."""
    return frozenset({t.key for t in tasks_of(case)} | {c.key for c in clocks_of(case)})


# the draw


def risk_of(case: Case) -> tuple[int, tuple[str, ...]]:
    """Return the weight of a case in a draw, 1 at least, and the codes of what makes it: trust is given, and verified where it was."""
    taken = [t for t in case.tallies.values() if not t.empty]
    why = {
        "provisional": bool(case.owed),
        "evidence": any(t.evidence is not None for t in taken),
        "copies": any(t.copies_kept and not (t.originals_seen or t.originals_kept) for t in taken),
        "electronic": any(t.electronic for t in taken),
        "deemed": case.accepted is not None and case.accepted.deemed,
        "fast": case.item.handling is Handling.IMMEDIATE,
    }
    codes = tuple(code for code, holds in why.items() if holds)
    return 1 + sum(_WEIGHTS[code] for code in codes), codes


def may_be_drawn(case: Case) -> bool:
    """Whether a case can stand in a draw: it was accepted on trust, and nobody verified it yet."""
    trusted = case.accepted is not None and case.state not in {State.WITHDRAWN, State.RETURNED}
    return trusted and not case.oversight.drawn and not case.oversight.verified


def lot(seed: str, number: str) -> float:
    """Return a case's lot under a seed, from 0 up to but not 1: the first 7 bytes of SHA-256 over both."""
    drawn = hashlib.sha256(f"{seed}\0{number}".encode()).digest()
    return int.from_bytes(drawn[:7]) / float(1 << 56)


def is_drawn(seed: str, number: str, risk: int, share: float) -> bool:
    """Whether a case of this weight is drawn under a seed."""
    return lot(seed, number) < share * risk


def digest_of(population: Iterable[tuple[str, int]]) -> str:
    """Return what a draw was over: SHA-256, in hex, over numbers and weights in the order of the numbers."""
    text = "\n".join(f"{number} {risk}" for number, risk in sorted(population))
    return hashlib.sha256(text.encode()).hexdigest()


_WEIGHTS = {"provisional": 3, "evidence": 1, "copies": 1, "electronic": 1, "deemed": 2, "fast": 1}
MOST_RISK = 1 + sum(_WEIGHTS.values())
_RANK = {kind: rank for rank, kind in enumerate(TaskKind)}
