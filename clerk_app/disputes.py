"""Conflicts: acts that were done on one case or bag without knowing of each other, side by side, and a supervisor's word on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_telling import hand_words
from clerk_app.domain.custody_words import DIRECTION_LABELS
from clerk_app.domain.journal import Entry, Record, point_of
from clerk_app.domain.kinds import PARCEL_LABELS, STATE_LABELS, TIP_LABELS
from clerk_app.domain.lots import parcel_of
from clerk_app.domain.merge import against
from clerk_app.domain.people import Person
from clerk_app.domain.standing import Standing, evolve_any
from clerk_app.domain.tips import Tip
from clerk_app.history import label_of, lines
from clerk_app.paperwork import place_name
from clerk_app.scribe import SETTLED, Scribe
from clerk_app.seat import Act, Refused
from clerk_app.sight import Sight
from clerk_app.store.records import Records

NO_EFFECT = "与办件现状不符，采用也不起作用"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One act, as it is shown beside another."""

    entry: str
    label: str
    actor: str
    window: str
    point: str
    """The name of the window's service point."""
    at: str
    """By its own window's clock."""
    position: int | None
    """In central's order."""
    lines: tuple[str, ...]
    """What it says, in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """An act that central marked conflicting, and those it conflicts with."""

    subject: str
    """The case's, bag's or hand-over's number."""
    title: str
    """What it is, in a few words."""
    state: str
    act: Told
    against: tuple[Told, ...]
    now: tuple[str, ...]
    """How the case stands without it."""
    then: tuple[str, ...]
    """How it would stand with it."""


class Disputes:
    """Finds conflicts and settles them."""

    def __init__(self, records: Records, scribe: Scribe, person: Person, sight: Sight) -> None:
        self._records = records
        self._scribe = scribe
        self._person = person
        self._sight = sight

    def everywhere(self, point: str = "") -> list[Dispute]:
        """Return every conflict nobody settled yet: of cases, then of bags and hand-overs, the latest change first."""
        lists = (self._sight.summaries(point), self._sight.parcels(point), self._sight.manifests(point))
        numbers = [one.number for summaries in lists for one in summaries if one.conflicts]
        found = (self._records.stood(number) for number in numbers)
        return [dispute for stood in found if stood is not None for dispute in self.of(stood)]

    def of(self, stood: Standing) -> list[Dispute]:
        """Return the conflicts of one case, bag or hand-over, in central's order."""
        records = self._records.records_of(stood.number)
        by_id = {record.entry.id: record for record in records}
        return [self._dispute(stood, by_id[id], records) for id in stood.conflicts if id in by_id]

    def _dispute(self, stood: Standing, record: Record, records: Sequence[Record]) -> Dispute:
        others = {entry.id for entry in against(record.entry, records)}
        return Dispute(
            subject=stood.number,
            title=_title(stood),
            state=stood.state.value,
            act=self._told(record),
            against=tuple(self._told(r) for r in records if r.entry.id in others),
            now=self._standing(stood),
            then=self._with(stood, record.entry),
        )

    def _told(self, record: Record) -> Told:
        entry = record.entry
        return Told(
            entry=entry.id,
            label=label_of(entry.kind),
            actor=entry.actor,
            window=entry.window,
            point=self._records.point_name(point_of(entry.window)) if "-" in entry.window else "",
            at=entry.at,
            position=record.position,
            lines=tuple(lines(record)),
        )

    def _with(self, stood: Standing, entry: Entry) -> tuple[str, ...]:
        """Return how it would stand if the entry took effect now."""
        after = evolve_any(replace(stood, conflicts=tuple(c for c in stood.conflicts if c != entry.id)), entry)
        if after is None or entry.id in after.ignored:
            return (NO_EFFECT,)
        return self._standing(after)

    def _standing(self, stood: Standing) -> tuple[str, ...]:
        if isinstance(stood, Parcel):
            return PARCEL_LABELS[stood.state], f"由 {hand_words(stood.holder)} 保管"
        if isinstance(stood, Tip):
            return TIP_LABELS[stood.state], stood.text
        return self._case(stood) if isinstance(stood, Case) else (f"{len(stood.closed.lines)} 袋",)

    def _case(self, case: Case) -> tuple[str, ...]:
        found = [STATE_LABELS[case.state]]
        if case.accepted is not None:
            found.append(f"自 {case.accepted.accepted_on} 起受理")
            if case.accepted.promised_due is not None:
                found.append(f"承诺 {case.accepted.promised_due} 前办结")
        if case.notices:
            found.append(f"告知 {len(case.notices)} 次")
        wanting = len(case.deficits(case.last_paper_on))
        found.append(f"材料还缺 {wanting} 项" if wanting else "材料齐全")
        bags = {parcel_of(lot.at): 0 for lot in case.lots if parcel_of(lot.at)}
        for lot in case.lots:
            if parcel_of(lot.at):
                bags[parcel_of(lot.at)] += lot.originals + lot.copies
        found += [f"{sheets} 份在寄递袋 {number}" for number, sheets in bags.items()]
        found.append(f"由 {place_name(case, self._records)} 办理")
        return tuple(found)

    def settle(self, stood: Standing, entry: str, stands: bool, reason: str) -> Standing:
        """Record a supervisor's word; raises ``Refused``. ``entry``: its id, or the beginning of it."""
        named = [id for id in stood.conflicts if entry and id.startswith(entry.strip().lower())]
        if len(named) != 1:
            raise Refused("not-conflicting", "这一条没有待处理的冲突，可能已经处理过了。", "entry")
        if not reason.strip():
            raise Refused("reason-missing", "请写明采用或不采用的理由。", "reason")
        body = b.Settled(entry=named[0], stands=stands, reason=reason.strip())
        return self._scribe.record(self._person, lambda: [Act(SETTLED, stood.number, body)])[stood.number]


def _title(stood: Standing) -> str:
    if isinstance(stood, Parcel):
        return f"寄递袋　{DIRECTION_LABELS[stood.sealed.direction]}　{stood.sealed.to.name}"
    if isinstance(stood, Tip):
        return f"办事提示　{stood.offered.material_name}"
    return f"{stood.item.name}  {stood.applicant.name}" if isinstance(stood, Case) else "交接清单"
