"""改报: what central refused is said anew in other words, again as it was, or given up; what waits behind it then goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clerk_app import applicants
from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Record
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.leaf import Leaf
from clerk_app.domain.leaves import LeafError, changed, leaves
from clerk_app.domain.numbers import parse_case_number
from clerk_app.domain.people import Person
from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.domain.text import storable
from clerk_app.history import label_of, why
from clerk_app.planning import DECLINE_REASONS, VISIT_REASONS
from clerk_app.scribe import LOST, Scribe
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.store.books.loose_ends import MENDED, WAITS, problem_code
from clerk_app.store.books.subjects import HERE
from clerk_app.store.records import Records

NOT_AGAIN = {
    "case.moved": "续办不能改报：请在“办件”中重新查找这一件，再办续办；这一条选“不再报”。",
    LOST: "核销记录不能改报，请联系技术人员。",
}
"""Kinds that are not said again from here, and what to do instead."""
MAX_LEAF = 2000
Words = tuple[str, Mapping[str, str]]
"""What a leaf is called, if otherwise than usual, and what its codes are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An own entry that central did not take, as it lies before whoever has to see to it."""

    record: Record
    label: str
    code: str
    """Of central's problem."""
    why: str
    """Central's reason, in Chinese."""
    waiting: int = 0
    """How many later entries about the same case wait for it."""
    by_itself: bool = False
    """Whether nothing needs to be done: it waits for another one, and then goes on."""
    not_again: str = ""
    """Chinese: why it cannot be said again; it can still be given up."""


class Mending:
    """One person's ways with what central did not take."""

    def __init__(self, records: Records, seat: Seat, person: Person, scribe: Scribe, clock: Clock) -> None:
        self._records = records
        self._seat = seat
        self._person = person
        self._scribe = scribe
        self._clock = clock

    def refusals(self) -> list[Refusal]:
        """Return what nobody saw to yet, the latest first."""
        found = self._records.loose_ends.refused()
        return [_refusal(record, found) for record in found]

    def refusal(self, entry: str) -> Refusal:
        """Return one, by the id of its entry or the beginning of it; raises ``Refused``."""
        named = [r for r in self.refusals() if entry and r.record.entry.id.startswith(entry.strip().lower())]
        if len(named) != 1:
            words = "被退回的流水中没有这一条，可能已经改报过，或市中心已经收下。"
            raise Refused("not-refused", words, "entry")
        return named[0]

    def leaves(self, entry: str) -> tuple[Leaf, ...]:
        """Return what it says, leaf by leaf; none of a kind this window does not know."""
        said = self.refusal(entry).record.entry
        kind = KINDS.get(said.kind)
        if kind is None:
            return ()
        words: dict[str, Words] = {"visit_reason": ("", VISIT_REASONS), "reason_code": ("", DECLINE_REASONS)}
        words |= self._answers(said.body)
        return tuple(_worded(leaf, words) for leaf in leaves(kind.body, said.body))

    def _answers(self, body: Mapping[str, Any]) -> dict[str, Words]:
        """Return what the questions of a receipt and their answers are called, as the catalogue has them."""
        try:
            told = from_plain(b.Received, dict(body))
        except NotPlain:
            return {}
        item = self._records.item(told.item.code, version=told.item.version)
        asked = item.situations if item is not None else ()
        return {f"answers.{s.id}": (s.question, {a.id: a.label for a in s.answers}) for s in asked}

    def mend(self, entry: str, changes: Mapping[str, str], reason: str) -> Record:
        """Say it anew with these leaves changed; raises ``Refused``."""
        refusal = self._again(entry)
        said = refusal.record.entry
        for path, text in changes.items():
            problem = storable(text, MAX_LEAF, lines=True) if len(text) <= MAX_LEAF else None
            if problem is not None:
                raise Refused("text-invalid", problem, path)
        try:
            body = changed(KINDS[said.kind].body, said.body, changes)
        except LeafError as error:
            raise Refused("leaf-invalid", error.message, error.path) from error
        return self._say(refusal, self._checked(body), reason)

    def say_again(self, entry: str, reason: str) -> Record:
        """Say it again as it is; raises ``Refused``."""
        refusal = self._again(entry)
        said = refusal.record.entry
        try:
            body = from_plain(KINDS[said.kind].body, said.body)
        except NotPlain as error:
            raise Refused("body-invalid", "这一条的内容不完整或格式不对，请改后重报。") from error
        return self._say(refusal, body, reason)

    def give_up(self, entry: str, reason: str) -> None:
        """Do not say it again; raises ``Refused``."""
        if not reason:
            raise Refused("reason-missing", "请写明不再报的理由。", "reason")
        refusal = self.refusal(entry)
        self._must_act(refusal)
        mended = b.Mended(entry=refusal.record.entry.id, reason=reason)
        self._scribe.write(self._person, lambda: [Act(MENDED, self._subject(refusal), mended)])

    def _again(self, entry: str) -> Refusal:
        refusal = self.refusal(entry)
        self._must_act(refusal)
        if refusal.not_again:
            raise Refused("not-again", refusal.not_again)
        return refusal

    def _must_act(self, refusal: Refusal) -> None:
        if refusal.by_itself:
            raise Refused("goes-by-itself", "这一条不用处理：它在等同一办件的前一条，前一条解决后自动上报。")

    def _say(self, refusal: Refusal, body: Any, reason: str) -> Record:
        said = refusal.record.entry
        new = self._scribe.new_id()
        mended = b.Mended(entry=said.id, by=new, reason=reason)

        def plan() -> list[Act]:
            self.refusal(said.id)  # two who mend the same one must not both say it
            return [Act(MENDED, self._subject(refusal), mended), Act(said.kind, said.subject, body, new)]

        self._scribe.write(self._person, plan)
        record = self._records.record(new)
        if record is None:
            raise RuntimeError("what was just written cannot be read")
        return record

    def _subject(self, refusal: Refusal) -> str:
        """Return what the mending is about: the same case, or the window where that case is none of this point's."""
        subject = refusal.record.entry.subject
        parsed = parse_case_number(subject)
        ours = parsed is not None and parsed.point == self._seat.point
        return subject if ours or HERE in self._records.feeds_of(subject) else self._seat.window

    def _checked(self, body: Any) -> Any:
        """Return a body that is mended as the desk would have recorded it; raises ``Refused``."""
        if not isinstance(body, b.Received):
            return body
        today = self._clock().date()
        why_not = applicants.check(body.applicant, today)
        if why_not is not None:
            raise Refused(why_not.code, why_not.message, f"applicant.{why_not.field}")
        return replace(body, applicant=applicants.normalised(body.applicant, today))


def _worded(leaf: Leaf, words: Mapping[str, Words]) -> Leaf:
    """Return a leaf with its name and the words of its codes, where these are not the domain's."""
    label, known = words.get(leaf.path, ("", {}))
    return replace(leaf, label=label or leaf.label, words=known, choices=tuple(known)) if known else leaf


def _refusal(record: Record, found: Sequence[Record]) -> Refusal:
    entry, code = record.entry, problem_code(record)
    by_itself = code in WAITS
    behind = [r for r in found if r.entry.subject == entry.subject and r.entry.n > entry.n and problem_code(r) in WAITS]
    return Refusal(
        record=record,
        label=label_of(entry.kind),
        code=code,
        why=why(record) or "市中心没有说明原因。",
        waiting=0 if by_itself else len(behind),
        by_itself=by_itself,
        not_again=NOT_AGAIN.get(entry.kind, "" if entry.kind in KINDS else "本程序不认识这一种流水，请升级后再改报。"),
    )
