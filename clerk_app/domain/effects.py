"""What each kind of entry does to a case that allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from clerk_app.domain import bodies as b
from clerk_app.domain.case_parts import Breach, Move, Notice, Remark, Scan, Visit
from clerk_app.domain.checklist import DeficitKind, Tally, expires_on
from clerk_app.domain.deadlines import Suspension
from clerk_app.domain.journal import Entry
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, State

if TYPE_CHECKING:
    from clerk_app.domain.case import Case


def _tallied(case: Case, tallies: tuple[Tally, ...], on: date | None) -> Case:
    known = {line.id for line in case.checklist}
    taken = {t.material: t for t in tallies if t.material in known}
    dates = dict.fromkeys(taken, on) if on is not None else {}
    return replace(case, tallies={**case.tallies, **taken}, checked_on={**case.checked_on, **dates})


def _visited(case: Case, on: date, entry: Entry, reason: str) -> Case:
    visits = (*case.visits, Visit(on=on, entry=entry.id, reason=reason))
    return replace(case, visits=tuple(sorted(visits, key=lambda v: (v.on, v.entry))))


def _noticed(case: Case, entry: Entry, body: b.NoticeGiven) -> Case:
    notice = Notice(
        number=len(case.notices) + 1,
        given_on=body.given_on,
        deficits=body.deficits,
        entry=entry.id,
        stage=body.stage,
    )
    found = tuple(_breaches(case, notice))
    state = State.NOTIFIED if case.state in BEFORE_ACCEPTANCE else case.state
    return replace(case, state=state, notices=(*case.notices, notice), breaches=(*case.breaches, *found))


def _breaches(case: Case, notice: Notice) -> Iterable[Breach]:
    """Yield what this notice names although the first one could have named it.

    Not held against the clerk: a material the first notice did name, one for which papers came in afterwards, and a
    paper whose validity ran out in between.
    """
    if not case.notices:
        return
    first = case.notices[0]
    named = {d.material for d in first.deficits}
    for deficit in notice.deficits:
        line = case.material(deficit.material)
        came = case.checked_on.get(deficit.material, case.received_on)
        if line is None or deficit.material in named or came > first.given_on:
            continue
        if any(deficit.material in {x.material for x in s.lines} for s in case.supplements):
            continue
        tally = case.tallies.get(line.id)
        last = expires_on(line, tally) if tally is not None else None
        if deficit.kind is DeficitKind.EXPIRED and last is not None and last >= first.given_on:
            continue
        yield Breach(notice=notice.number, material=deficit.material, name=deficit.name)


def _supplemented(case: Case, entry: Entry, body: b.Supplemented) -> Case:
    case = _tallied(case, body.tallies, body.on)
    supplements = tuple(sorted((*case.supplements, body), key=lambda s: (s.on, [x.material for x in s.lines], repr(s))))
    case = replace(case, supplements=supplements)
    if body.visit:
        case = _visited(case, body.on, entry, body.visit_reason)
    if case.state is State.PROVISIONAL and not case.open_debts(body.on):
        case = replace(case, state=State.ACCEPTED)
    return case


def _provisional(case: Case, _: Entry, body: b.AcceptedProvisionally) -> Case:
    accepted = b.Accepted(
        accepted_on=body.accepted_on, promised_due=body.promised_due, statutory_due=body.statutory_due
    )
    return replace(case, state=State.PROVISIONAL, accepted=accepted, owed=body.owed)


def _resumed(case: Case, _: Entry, body: b.Resumed) -> Case:
    ended = tuple(replace(s, end=body.on) if s.end is None else s for s in case.suspensions)
    accepted = case.accepted
    if accepted is not None:
        accepted = replace(
            accepted,
            promised_due=body.promised_due or accepted.promised_due,
            statutory_due=body.statutory_due or accepted.statutory_due,
        )
    return replace(case, suspensions=ended, accepted=accepted)


def _remarked(case: Case, entry: Entry, body: b.Remarked) -> Case:
    remark = Remark(at=entry.at, actor=entry.actor, text=body.text, entry=entry.id)
    return replace(case, remarks=tuple(sorted((*case.remarks, remark), key=lambda r: (r.at, r.entry))))


def _moved(case: Case, entry: Entry, body: b.Moved) -> Case:
    move = Move(on=body.on, to=body.to, name=body.to_name, entry=entry.id)
    return replace(case, moves=(*case.moves, move))


def _scanned(case: Case, entry: Entry, body: b.ScanAttached) -> Case:
    if entry.id in case.scans_removed:
        return case
    scan = Scan(
        material=body.material,
        sha256=body.sha256,
        size=body.size,
        media=body.media,
        pages=body.pages,
        entry=entry.id,
        window=entry.window,
    )
    return replace(case, scans=tuple(sorted((*case.scans, scan), key=lambda s: s.entry)))


def _unscanned(case: Case, _: Entry, body: b.ScanRemoved) -> Case:
    left = tuple(s for s in case.scans if s.entry != body.entry)
    removed = tuple(sorted({*case.scans_removed, body.entry}))
    return replace(case, scans=left, scans_removed=removed)


EFFECTS: dict[str, Callable[[Case, Entry, Any], Case]] = {
    "materials.checked": lambda c, e, x: _tallied(c, x.tallies, None),
    "notice.given": _noticed,
    "case.supplemented": _supplemented,
    "case.accepted": lambda c, e, x: replace(c, state=State.ACCEPTED, accepted=x),
    "case.accepted_provisionally": _provisional,
    "case.declined": lambda c, e, x: replace(c, state=State.DECLINED, declined=x),
    "case.withdrawn": lambda c, e, x: replace(c, state=State.WITHDRAWN, ended=x),
    "case.returned": lambda c, e, x: replace(c, state=State.RETURNED, ended=x),
    "case.numbered": lambda c, e, x: replace(c, official=x.official),
    "case.taken_up": lambda c, e, x: replace(c, state=State.UNDER_REVIEW),
    "case.suspended": lambda c, e, x: replace(
        c, suspensions=(*c.suspensions, Suspension(start=x.on, end=None, kind=x.procedure, reason=x.reason))
    ),
    "case.resumed": _resumed,
    "case.decided": lambda c, e, x: replace(c, state=State.DECIDED, decided=x),
    "result.delivered": lambda c, e, x: replace(c, state=State.CLOSED, delivered=x),
    "remark.added": _remarked,
    "identity.shown": lambda c, e, x: c,
    "visit.recorded": lambda c, e, x: _visited(c, x.on, e, x.reason),
    "conflict.settled": lambda c, e, x: c,
    "case.moved": _moved,
    "scan.attached": _scanned,
    "scan.removed": _unscanned,
    "entry.mended": lambda c, e, x: c,
    "entry.lost": lambda c, e, x: c,
}
