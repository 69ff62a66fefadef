"""办件: a case is the fold of its entries; ``evolve`` is total and pure, and both ends of the line run it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case_parts import Breach, Move, Notice, Remark, Scan, Visit
from clerk_app.domain.catalogue import Material
from clerk_app.domain.checklist import Deficit, Tally, deficits
from clerk_app.domain.deadlines import DueDay, Suspension
from clerk_app.domain.effects import EFFECTS
from clerk_app.domain.folding import evolved, fold_records, worked
from clerk_app.domain.journal import Entry, Record, point_of
from clerk_app.domain.kinds import State
from clerk_app.domain.lots import Lot, at_point, gained
from clerk_app.domain.oversight import NOTHING_SAID, Oversight
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
    extensions: tuple[sb.Extended, ...] = ()
    decided: b.Decided | None = None
    arrived: cb.ResultArrived | None = None
    """The result is at the window."""
    delivered: b.Delivered | None = None
    lots: tuple[Lot, ...] = ()
    """Where each kept sheet is, the result's too."""
    visits: tuple[Visit, ...] = ()
    breaches: tuple[Breach, ...] = ()
    remarks: tuple[Remark, ...] = ()
    moves: tuple[Move, ...] = ()
    """Where the case was taken up since it was received, the latest last."""
    scans: tuple[Scan, ...] = ()
    scans_removed: tuple[str, ...] = ()
    """Ids of the entries whose scans were taken away again."""
    oversight: Oversight = NOTHING_SAID
    """What supervisors said of it."""
    conflicts: tuple[str, ...] = ()
    """Ids of entries central marked conflicting that nobody settled yet."""
    ignored: tuple[str, ...] = ()
    """Ids of entries that did not fit the case as it stood."""
    entries: int = 1
    """How many entries the fold has taken in, of whatever effect."""
    updated_at: str = ""
    work: dict[str, int] = field(default_factory=dict)
    """How many of the entries each window said in each hour (``folding.worked``)."""

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
    """Return the case the records of one subject tell (``folding.fold_records``), or ``None`` when none of them begins it."""
    return fold_records(records, evolve)


def evolve(case: Case | None, entry: Entry) -> Case | None:
    """Return the case after one entry; an entry that does not fit changes nothing but ``ignored``."""
    if case is None:
        return _begin(entry) if entry.kind == "case.received" else None
    return evolved(case, entry, EFFECTS.get(entry.kind))


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
        lots=gained((), {}, body.tallies, at_point(point_of(entry.window))),
        checked_on={t.material: body.received_on for t in body.tallies},
        joint=body.joint,
        prefiling=body.prefiling,
        formerly=body.formerly,
        visits=(Visit(on=body.received_on, entry=entry.id, reason=body.visit_reason),),
        updated_at=entry.at,
        work=worked(entry),
    )
