"""办件: a case is the fold of its entries; ``evolve`` is total and pure, and both ends of the line run it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import Material
from clerk_app.domain.checklist import Deficit, DeficitKind, Tally, deficits, expires_on
from clerk_app.domain.deadlines import DueDay, Suspension
from clerk_app.domain.journal import Entry, Record, Verdict, in_order
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, KINDS, State
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import NotPlain, from_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One appearance of the applicant (rule 8); ``ordinal`` is not kept, the order of days is."""

    on: date
    entry: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A one-time notice that was given."""

    number: int
    given_on: date
    deficits: tuple[Deficit, ...]
    entry: str
    stage: str = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A deficit named in a later notice that the first could have named (rule 2)."""

    notice: int
    material: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    at: str
    actor: str
    text: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One application at the window, as its entries tell it."""

    number: str
    item: b.ItemRef
    applicant: Applicant
    checklist: tuple[Material, ...]
    received_on: date
    received_at: str
    notice_due: DueDay
    point: str
    window: str
    clerk: str
    state: State = State.RECEIVED
    answers: dict[str, str] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    checked_on: dict[str, date] = field(default_factory=dict)
    """When papers for a material last came in, by material."""
    joint: b.JointRef | None = None
    prefiling: str = ""
    official: str = ""
    notices: tuple[Notice, ...] = ()
    supplements: tuple[b.Supplemented, ...] = ()
    accepted: b.Accepted | None = None
    owed: tuple[b.Owed, ...] = ()
    """The commitment of a provisional acceptance, settled debts included (``open_debts``)."""
    declined: b.Declined | None = None
    ended: b.Ended | None = None
    suspensions: tuple[Suspension, ...] = ()
    decided: b.Decided | None = None
    delivered: b.Delivered | None = None
    visits: tuple[Visit, ...] = ()
    breaches: tuple[Breach, ...] = ()
    remarks: tuple[Remark, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Ids of entries central marked conflicting that nobody settled yet."""
    ignored: tuple[str, ...] = ()
    """Ids of entries that did not fit the case as it stood."""
    entries: int = 1
    """How many entries the fold has taken in, of whatever effect."""
    updated_at: str = ""

    def deficits(self, today: date) -> tuple[Deficit, ...]:
        """Return what is still missing or wrong today."""
        return deficits(self.checklist, self.tallies, today)

    def open_debts(self, today: date) -> tuple[b.Owed, ...]:
        """Return the materials of the commitment that are still owed (rule 4)."""
        wanting = {d.material for d in self.deficits(today)}
        return tuple(o for o in self.owed if o.material in wanting)

    def material(self, reference: str) -> Material | None:
        """Return the line with this id, else the only one with exactly this name, else ``None``."""
        for line in self.checklist:
            if line.id == reference:
                return line
        named = [line for line in self.checklist if line.name == reference]
        return named[0] if len(named) == 1 else None

    @property
    def paused(self) -> bool:
        """Whether a special procedure is running."""
        return any(s.end is None for s in self.suspensions)

    @property
    def visits_over_cap(self) -> bool:
        return len(self.visits) > self.item.visits_cap

    @property
    def last_paper_on(self) -> date:
        """The day the last supplement came in, or the day of receipt: the acceptance date (rule 1)."""
        return max((s.on for s in self.supplements), default=self.received_on)


def fold(records: Iterable[Record]) -> Case | None:
    """Return the case the records of one subject tell, or ``None`` when none of them begins it.

    Central's order first, own unsent entries after; refused and quarantined entries are left out, conflicting ones are
    named in ``conflicts`` until an entry settles them, and take effect there if it lets them stand.
    """
    case: Case | None = None
    aside: dict[str, Entry] = {}
    for record in in_order(records):
        entry = record.entry
        if record.verdict in {Verdict.REFUSED, Verdict.QUARANTINED}:
            continue
        if record.verdict is Verdict.CONFLICTING:
            aside[entry.id] = entry
            if case is not None:
                case = replace(case, conflicts=(*case.conflicts, entry.id), entries=case.entries + 1)
            continue
        case = evolve(case, entry)
        if entry.kind == "conflict.settled" and case is not None:
            case = _settle(case, entry, aside)
    return case


def evolve(case: Case | None, entry: Entry) -> Case | None:
    """Return the case after one entry; an entry that does not fit changes nothing but ``ignored``."""
    kind = KINDS.get(entry.kind)
    if case is None:
        return _begin(entry) if entry.kind == "case.received" else None
    counted = replace(case, entries=case.entries + 1, updated_at=max(case.updated_at, entry.at))
    if kind is None or case.state not in kind.states:
        return replace(counted, ignored=(*case.ignored, entry.id))
    try:
        body = from_plain(kind.body, entry.body)
    except NotPlain:
        return replace(counted, ignored=(*case.ignored, entry.id))
    return _EFFECTS[entry.kind](counted, entry, body)


def _begin(entry: Entry) -> Case | None:
    try:
        body = from_plain(b.Received, entry.body)
    except NotPlain:
        return None
    return Case(
        number=entry.subject,
        item=body.item,
        applicant=body.applicant,
        checklist=body.checklist,
        received_on=body.received_on,
        received_at=entry.at,
        notice_due=body.notice_due,
        point=body.point,
        window=entry.window,
        clerk=entry.actor,
        answers=body.answers,
        tallies={t.material: t for t in body.tallies},
        checked_on={t.material: body.received_on for t in body.tallies},
        joint=body.joint,
        prefiling=body.prefiling,
        visits=(Visit(on=body.received_on, entry=entry.id, reason=body.visit_reason),),
        updated_at=entry.at,
    )


def _settle(case: Case, entry: Entry, aside: dict[str, Entry]) -> Case:
    settled = from_plain(b.Settled, entry.body)
    left = replace(case, conflicts=tuple(c for c in case.conflicts if c != settled.entry))
    held = aside.get(settled.entry)
    if held is None or not settled.stands:
        return left
    return evolve(left, held) or left


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
    supplements = tuple(sorted((*case.supplements, body), key=lambda s: (s.on, [x.material for x in s.lines])))
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


_EFFECTS: dict[str, Callable[[Case, Entry, Any], Case]] = {
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
    "entry.lost": lambda c, e, x: c,
}
