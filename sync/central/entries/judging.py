"""What central says of an entry, over the state it is said over: the folded case, bag or manifest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerk_app.domain.case import Case
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import KINDS, About
from clerk_app.domain.merge import judge
from clerk_app.domain.numbers import parse_case_number
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.standing import Standing, about_of, evolve_any, fold_any, refusal_of
from sync.central.problems import rule_problem
from sync.wire import Problem

BEYOND_SETTLING = frozenset({"unknown-kind", "body-invalid", "case-exists", "case-unknown", "number-foreign"})
"""What is wrong with an entry whatever became of the case; the rest a supervisor may settle where acts conflict."""
UNHEARD = frozenset({Verdict.REFUSED, Verdict.QUARANTINED})
"""What has no place in the feed."""

Judged = tuple[Verdict, Problem | None]


@dataclass(frozen=True, slots=True)
class Held:
    """What central holds about one subject."""

    version: int = 0
    """How many entries with a place were stored about it."""
    records: tuple[Record, ...] = ()
    """Those, in central's order."""
    stood: Standing | None = None
    """What they tell."""

    @property
    def case(self) -> Case | None:
        """The case they tell, if they tell one."""
        return self.stood if isinstance(self.stood, Case) else None

    def after(self, record: Record) -> Held:
        """Return what is held once one more entry has its place."""
        records = (*self.records, record)
        if record.verdict is Verdict.CONFLICTING or record.entry.kind == "conflict.settled":
            stood = fold_any(record.entry.subject, records)
        else:
            stood = evolve_any(self.stood, record.entry)
        return Held(self.version + 1, records, stood)


def judge_entry(
    entry: Entry,
    held: Held,
    own: Sequence[Record] = (),
    forebears: frozenset[str] = frozenset(),
    reach: frozenset[str] = frozenset(),
) -> Judged:
    """Return the verdict over an entry whose signature, actor and point are in order.

    ``own`` are the window's entries about the subject that have no place: it counted them as seen. ``reach``: the points the
    actor answers for.
    """
    verdict = judge(entry, [*held.records, *own])
    refused = refusal_of(held.stood, entry, reach) or _number_refusal(entry, forebears)
    if refused is None or (verdict is Verdict.CONFLICTING and refused.code not in BEYOND_SETTLING):
        return verdict, None
    return Verdict.REFUSED, rule_problem(refused.code, refused.message)


def _number_refusal(entry: Entry, forebears: frozenset[str]) -> Refusal | None:
    """Whatever begins does so under a number of the window that says so, or of one it is an incarnation of: papers are printed."""
    if KINDS[entry.kind].states:
        return None
    case = about_of(entry.subject) is About.CASE
    number = parse_case_number(entry.subject) if case else parse_custody_number(entry.subject)
    if number is not None and number.text == entry.subject and number.window in {entry.window, *forebears}:
        return None
    return Refusal(code="number-foreign", message="编号不是本窗口所编。")
