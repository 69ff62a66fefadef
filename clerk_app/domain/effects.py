"""What each kind of entry does to a case that allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case_parts import Breach, Move, Notice, Remark, Scan, Visit
from clerk_app.domain.checklist import DeficitKind, Tally, expires_on
from clerk_app.domain.deadlines import Suspension
from clerk_app.domain.journal import CENTRAL, Entry, point_of
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, State
from clerk_app.domain.lots import (
    APPLICANT,
    DEPARTMENT,
    Lot,
    at_point,
    emptied,
    gained,
    held_at,
    in_parcel,
    joined,
    moved,
)
from clerk_app.domain.oversight import CASE_OVERSIGHT_EFFECTS

if TYPE_CHECKING:
    from clerk_app.domain.case import Case


def _tallied(case: Case, entry: Entry, tallies: tuple[Tally, ...], on: date | None) -> Case:
    known = {line.id for line in case.checklist}
    taken = {t.material: t for t in tallies if t.material in known}
    dates = dict.fromkeys(taken, on) if on is not None else {}
    lots = gained(case.lots, case.tallies, taken.values(), _here(entry))
    return replace(case, tallies={**case.tallies, **taken}, checked_on={**case.checked_on, **dates}, lots=lots)


def _here(entry: Entry) -> str:
    """Return the place of what lies with who says this."""
    return DEPARTMENT if entry.window == CENTRAL else at_point(point_of(entry.window))


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
    case = _tallied(case, entry, body.tallies, body.on)
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


def _extended(case: Case, _: Entry, body: sb.Extended) -> Case:
    accepted = case.accepted
    if accepted is not None:
        accepted = replace(
            accepted,
            promised_due=body.promised_due or accepted.promised_due,
            statutory_due=body.statutory_due or accepted.statutory_due,
        )
    return replace(case, extensions=(*case.extensions, body), accepted=accepted)


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


def _ended(case: Case, entry: Entry, state: State, **changed: Any) -> Case:
    """The papers that lie at the counter go back over it."""
    return replace(case, state=state, lots=emptied(case.lots, _here(entry), APPLICANT), **changed)


def _decided(case: Case, _: Entry, body: b.Decided) -> Case:
    result = Lot(material=cb.RESULT, at=DEPARTMENT, originals=1)
    lots = case.lots if case.decided is not None else tuple(sorted((*case.lots, result), key=_place_of))
    return replace(case, state=State.DECIDED, decided=body, lots=lots)


def _place_of(lot: Lot) -> tuple[str, str]:
    return lot.material, lot.at


def _packed(case: Case, entry: Entry, body: cb.Packed) -> Case:
    source = in_parcel(body.source) if body.source else _here(entry)
    return replace(case, lots=moved(case.lots, body.lines, source, in_parcel(body.parcel)))


def _unpacked(case: Case, entry: Entry, body: cb.Unpacked) -> Case:
    source = in_parcel(body.parcel)
    left = tuple(lot for lot in case.lots if lot.at != source)
    back = moved(held_at(case.lots, source), body.lines, source, _here(entry))
    return replace(case, lots=joined(left, back))


def _given_back(case: Case, entry: Entry, body: cb.GivenBack) -> Case:
    left = tuple(lot for lot in case.lots if lot.at != _here(entry))
    there = moved(held_at(case.lots, _here(entry)), body.lines, _here(entry), APPLICANT)
    return replace(case, lots=joined(left, there))


def _result(case: Case, place: str) -> tuple[Lot, ...]:
    line = cb.PaperLine(case=case.number, material=cb.RESULT, name="", originals=1)
    return moved(case.lots, (line,), DEPARTMENT, place)


EFFECTS: dict[str, Callable[[Case, Entry, Any], Case]] = {
    "materials.checked": lambda c, e, x: _tallied(c, e, x.tallies, None),
    "notice.given": _noticed,
    "case.supplemented": _supplemented,
    "case.accepted": lambda c, e, x: replace(c, state=State.ACCEPTED, accepted=x),
    "case.accepted_provisionally": _provisional,
    "case.declined": lambda c, e, x: _ended(c, e, State.DECLINED, declined=x),
    "case.withdrawn": lambda c, e, x: _ended(c, e, State.WITHDRAWN, ended=x),
    "case.returned": lambda c, e, x: _ended(c, e, State.RETURNED, ended=x),
    "case.numbered": lambda c, e, x: replace(c, official=x.official),
    "case.taken_up": lambda c, e, x: replace(c, state=State.UNDER_REVIEW),
    "case.suspended": lambda c, e, x: replace(
        c, suspensions=(*c.suspensions, Suspension(start=x.on, kind=x.procedure, reason=x.reason, told=x.told))
    ),
    "case.resumed": _resumed,
    "case.decided": _decided,
    "papers.packed": _packed,
    "papers.unpacked": _unpacked,
    "papers.given_back": _given_back,
    "result.arrived": lambda c, e, x: replace(c, arrived=x, lots=_result(c, _here(e))),
    "result.delivered": lambda c, e, x: replace(c, state=State.CLOSED, delivered=x, lots=_result(c, APPLICANT)),
    "remark.added": _remarked,
    "identity.shown": lambda c, e, x: c,
    "visit.recorded": lambda c, e, x: _visited(c, x.on, e, x.reason),
    "case.extended": _extended,
    **CASE_OVERSIGHT_EFFECTS,
    "case.moved": _moved,
    "scan.attached": _scanned,
    "scan.removed": _unscanned,
    "entry.mended": lambda c, e, x: c,
    "entry.lost": lambda c, e, x: c,
}
