"""An intake before it is recorded: what was chosen, answered and counted so far, as a value with a live verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from clerk_app.domain import acts
from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import JointService, Material, ServiceItem, Situation
from clerk_app.domain.checklist import Deficit, Tally, applicable, deficits
from clerk_app.domain.joint import JointChecklist, Saved, item_answers, merge, questions, saved, split
from clerk_app.domain.people import Applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldScan:
    """A scanned file in hand: kept already, attached with the act it belongs to."""

    sha256: str
    size: int
    media: str
    pages: int
    path: str = ""
    """Where the original lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One applicant's intake of one item, or of several with one set of papers (rule 9)."""

    items: tuple[ServiceItem, ...]
    joint: JointService | None = None
    applicant: Applicant | None = None
    answers: dict[str, str] = field(default_factory=dict)
    """By question key (``questions``)."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By line key of the merged checklist."""
    prefiling: str = ""
    scans: dict[str, tuple[HeldScan, ...]] = field(default_factory=dict)
    """By line key of the merged checklist."""

    def answered(self, question: str, answer: str) -> Draft:
        """Return the draft with one question answered; tallies of lines that no longer apply are kept aside unused."""
        return replace(self, answers={**self.answers, question: answer})

    def tallied(self, key: str, tally: Tally | None) -> Draft:
        """Return the draft with one line's tally set, or cleared by ``None``."""
        rest = {k: t for k, t in self.tallies.items() if k != key}
        return replace(self, tallies=rest if tally is None else {**rest, key: replace(tally, material=key)})

    def scanned(self, key: str, scan: HeldScan) -> Draft:
        """Return the draft with one more scan of a line's paper."""
        return replace(self, scans={**self.scans, key: (*self.scans.get(key, ()), scan)})

    def scans_of(self, item: ServiceItem) -> dict[str, tuple[HeldScan, ...]]:
        """Return the scans of one item's own lines that apply, by material: a paper that serves several items is each one's."""
        sources = ((line.key, code, own) for line in self.checklist().lines for code, own in line.sources)
        return {own: self.scans[key] for key, code, own in sources if code == item.code and self.scans.get(key)}

    def checklist(self) -> JointChecklist:
        """Return the merged checklist under the answers so far."""
        return merge(self.items, self.answers)

    def open_questions(self) -> tuple[Situation, ...]:
        """Return the questions that have no valid answer yet."""
        return tuple(q for q in questions(self.items) if self.answers.get(q.id) not in {a.id for a in q.answers})

    def saved(self) -> Saved:
        """Return how many papers and visits the joint intake saves; zeros for a single item."""
        return saved(self.items, self.answers)

    def lines_of(self, item: ServiceItem) -> tuple[Material, ...]:
        """Return one item's own lines that apply, optional ones included."""
        return applicable(item.materials, item_answers(self.items, item, self.answers))

    def tallies_of(self, item: ServiceItem) -> dict[str, Tally]:
        """Return the tallies of one item's own lines."""
        handed = split(self.checklist(), self.tallies).get(item.code, {})
        known = {m.id for m in item.materials}
        return {key: tally for key, tally in handed.items() if key in known}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAssessment:
    """The live verdict over a draft: the worst outlook of its items, and the merged list of what is wrong."""

    outlook: acts.Outlook
    deficits: tuple[Deficit, ...]
    """Of the merged checklist: the same paper once."""
    due: int
    open_questions: tuple[Situation, ...]
    why_not_deferrable: str = ""

    @property
    def ready(self) -> bool:
        """Whether every question is answered, so that the outlook can be acted on."""
        return not self.open_questions


def item_ref(item: ServiceItem) -> b.ItemRef:
    """Return what a case keeps of its item."""
    return b.ItemRef(
        code=item.code,
        name=item.name,
        department=item.department,
        version=item.version,
        handling=item.handling,
        promised=item.promised,
        statutory=item.statutory,
        visits_cap=item.visits_cap,
        provisional_allowed=item.provisional_allowed,
        sample=item.sample,
        depth=item.depth,
    )


def assess_draft(draft: Draft, today: date) -> DraftAssessment:
    """Return what the papers received so far allow."""
    merged = draft.checklist()
    lines = tuple(line.material for line in merged.lines)
    found = deficits(lines, draft.tallies, today)
    discredited = draft.applicant is not None and draft.applicant.discredited
    parts = [
        acts.assess(item_ref(item), discredited, draft.lines_of(item), draft.tallies_of(item), today)
        for item in draft.items
    ]
    outlooks = {p.outlook for p in parts}
    worst = next(
        (o for o in (acts.Outlook.INCOMPLETE, acts.Outlook.DEFERRABLE) if o in outlooks), acts.Outlook.COMPLETE
    )
    return DraftAssessment(
        outlook=worst,
        deficits=found,
        due=sum(1 for line in lines if line.necessity != "optional"),
        open_questions=draft.open_questions(),
        why_not_deferrable=next((p.why_not_deferrable for p in parts if p.why_not_deferrable), ""),
    )
