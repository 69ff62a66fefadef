"""办件: a case is the fold of its entries; ``evolve`` is total and pure, and both ends of the line run it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from clerk_app.domain import bodies as b
from clerk_app.domain.case_parts import Breach, Move, Notice, Remark, Scan, Visit
from clerk_app.domain.catalogue import Material
from clerk_app.domain.checklist import Deficit, Tally, deficits
from clerk_app.domain.deadlines import DueDay, Suspension
from clerk_app.domain.effects import EFFECTS
from clerk_app.domain.journal import Entry, Record, Verdict, in_order, point_of
from clerk_app.domain.kinds import KINDS, State
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import NotPlain, body_of


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
    formerly: str = ""
    """Another number the applicant may hold a receipt of (``bodies.Received``)."""
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
    moves: tuple[Move, ...] = ()
    """Where the case was taken up since it was received, the latest last."""
    scans: tuple[Scan, ...] = ()
    scans_removed: tuple[str, ...] = ()
    """Ids of the entries whose scans were taken away again."""
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
    def place(self) -> str:
        """The point that handles the case now."""
        return self.moves[-1].to if self.moves else point_of(self.window)

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
        body = body_of(kind.body, entry.body)
    except NotPlain:
        return replace(counted, ignored=(*case.ignored, entry.id))
    return EFFECTS[entry.kind](counted, entry, body)


def _begin(entry: Entry) -> Case | None:
    try:
        body = body_of(b.Received, entry.body)
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
        formerly=body.formerly,
        visits=(Visit(on=body.received_on, entry=entry.id, reason=body.visit_reason),),
        updated_at=entry.at,
    )


def _settle(case: Case, entry: Entry, aside: dict[str, Entry]) -> Case:
    settled = body_of(b.Settled, entry.body)
    left = replace(case, conflicts=tuple(c for c in case.conflicts if c != settled.entry))
    held = aside.get(settled.entry)
    if held is None or not settled.stands:
        return left
    after = evolve(left, held) or left
    if held.kind != entry.kind:
        return after
    # A settlement that was in conflict itself: what it settles follows, each entry once at most.
    return _settle(after, held, {name: other for name, other in aside.items() if name != held.id})
