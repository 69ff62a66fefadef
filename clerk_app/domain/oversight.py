"""What supervisors said of a case, a bag or a hand-over: one value that all of them carry, and what each kind of entry does to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.journal import Entry

CONFLICT, MARK, URGE, VERIFY, UNDO = "conflict", "mark", "urge", "verify", "undo"
"""What the task of such an act is called by, with the id of the entry it is about behind a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who said something, and when."""

    entry: str
    at: str
    actor: str
    window: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    by: Stamp
    said: sb.TaskAssigned


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack:
    by: Stamp
    said: sb.TaskSentBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    by: Stamp
    said: sb.TaskAnswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    by: Stamp
    said: sb.TaskConcluded
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Urge:
    by: Stamp
    said: sb.Urged
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgeAnswer:
    by: Stamp
    said: sb.UrgeAnswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    by: Stamp
    said: sb.VerificationDrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    by: Stamp
    said: sb.VerificationDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    by: Stamp
    said: sb.FindingRecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    by: Stamp
    said: sb.MarkAdded
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Somebody asked that an act be undone."""

    by: Stamp
    said: sb.UndoAsked
    decided: Stamp | None = None
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    by: Stamp
    said: sb.RatingGiven


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A settlement that let an entry not stand: it may be asked to be undone."""

    by: Stamp
    said: b.Settled
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """Everything of that kind, in an order that does not depend on how entries that commute came together."""

    assigned: tuple[Assigned, ...] = ()
    sent_back: tuple[SentBack, ...] = ()
    answered: tuple[Answered, ...] = ()
    concluded: tuple[Concluded, ...] = ()
    urged: tuple[Urge, ...] = ()
    urge_answers: tuple[UrgeAnswer, ...] = ()
    drawn: tuple[Draw, ...] = ()
    verified: tuple[Verified, ...] = ()
    findings: tuple[Finding, ...] = ()
    marks: tuple[Mark, ...] = ()
    undoings: tuple[Undoing, ...] = ()
    ratings: tuple[Rating, ...] = ()
    dropped: tuple[Dropped, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the kind was said."""
        return not any(getattr(self, f.name) for f in fields(self))

    def conclusion(self, task: str) -> Concluded | None:
        """Return how a task ended, or ``None`` while it is open."""
        return next((c for c in reversed(self.concluded) if c.said.task == task and not c.undone), None)

    def assignee(self, task: str) -> sb.TaskAssigned | None:
        """Return who was asked last to see to a task."""
        return next((a.said for a in reversed(self.assigned) if a.said.task == task), None)

    def returned(self, task: str) -> SentBack | None:
        """Return how a task was sent back last."""
        return next((s for s in reversed(self.sent_back) if s.said.task == task), None)

    def answer(self, task: str) -> Answered | None:
        """Return the answer to how it was sent back last, or ``None`` while there is none."""
        sent = self.returned(task)
        return next((a for a in self.answered if sent is not None and a.said.entry == sent.by.entry), None)

    def urge_answer(self, urge: str) -> UrgeAnswer | None:
        """Return the first answer to a call."""
        return next((a for a in self.urge_answers if a.said.entry == urge), None)


NOTHING_SAID = Oversight()


def task_of_act(oversight: Oversight, entry: str) -> tuple[str, str] | None:
    """Return the task an act of a supervisor is about and who did it, where the act may be undone and was not yet."""
    for one in oversight.concluded:
        if one.by.entry == entry and not one.undone:
            return one.said.task, one.by.actor
    for kind, acts in ((MARK, oversight.marks), (URGE, oversight.urged)):
        for act in acts:
            if act.by.entry == entry and not act.undone:
                return f"{kind}:{entry}", act.by.actor
    for settled in oversight.dropped:
        if settled.by.entry == entry and not settled.undone:
            return f"{CONFLICT}:{settled.said.entry}", settled.by.actor
    return None


def stamp(entry: Entry) -> Stamp:
    """Return who said an entry, and when."""
    return Stamp(entry=entry.id, at=entry.at, actor=entry.actor, window=entry.window)


def with_said(stood: Any, entry: Entry, body: Any) -> Any:
    """Return what stands after something that only adds to what supervisors said of it."""
    name, made = _ADDED[type(body)]
    held = (*getattr(stood.oversight, name), made(by=stamp(entry), said=body))
    put = tuple(sorted(held, key=_place_of))
    return replace(stood, oversight=replace(stood.oversight, **{name: put}))


def _place_of(one: Any) -> str:
    """What is about one task stays as it came, for such acts do not commute; the others are in the order of their ids."""
    return getattr(one.said, "task", "") or ("" if isinstance(one, Dropped | Verified) else one.by.entry)


def with_settlement(stood: Any, entry: Entry, body: b.Settled) -> Any:
    """Note a settlement that let nothing stand; what one lets stand has its effect and is not undone any more."""
    return stood if body.stands else with_said(stood, entry, body)


def with_undo_asked(stood: Any, entry: Entry, body: sb.UndoAsked) -> Any:
    """Note the wish; who undoes what they did themselves needs nobody else."""
    found = task_of_act(stood.oversight, body.entry)
    stood = with_said(stood, entry, body)
    if found is None or found[1] != entry.actor:
        return stood
    return _undo(_decide(stood, entry.id, entry, agreed=True), body.entry)


def with_undone(stood: Any, entry: Entry, body: sb.Undone) -> Any:
    """Undo what was asked for, or note that nobody agreed."""
    asked = next((u for u in stood.oversight.undoings if u.by.entry == body.ask and u.decided is None), None)
    if asked is None:
        return stood
    stood = _decide(stood, body.ask, entry, agreed=body.agrees)
    return _undo(stood, asked.said.entry) if body.agrees else stood


def _decide(stood: Any, ask: str, entry: Entry, *, agreed: bool) -> Any:
    undoings = tuple(
        replace(u, decided=stamp(entry), agreed=agreed) if u.by.entry == ask else u for u in stood.oversight.undoings
    )
    return replace(stood, oversight=replace(stood.oversight, undoings=undoings))


def _undo(stood: Any, undone: str) -> Any:
    """Take the effect of an act away; a conflict that was settled by it lies in the queue again."""
    held: Oversight = stood.oversight
    again = tuple(d.said.entry for d in held.dropped if d.by.entry == undone and not d.undone)
    after = replace(
        held,
        concluded=tuple(replace(c, undone=True) if c.by.entry == undone else c for c in held.concluded),
        marks=tuple(replace(m, undone=True) if m.by.entry == undone else m for m in held.marks),
        urged=tuple(replace(u, undone=True) if u.by.entry == undone else u for u in held.urged),
        dropped=tuple(replace(d, undone=True) if d.by.entry == undone else d for d in held.dropped),
    )
    new = tuple(entry for entry in again if entry not in stood.conflicts)
    return replace(stood, oversight=after, conflicts=(*stood.conflicts, *new))


_ADDED: Mapping[type[Any], tuple[str, Callable[..., Any]]] = {
    sb.TaskAssigned: ("assigned", Assigned),
    sb.TaskSentBack: ("sent_back", SentBack),
    sb.TaskAnswered: ("answered", Answered),
    sb.TaskConcluded: ("concluded", Concluded),
    sb.Urged: ("urged", Urge),
    sb.UrgeAnswered: ("urge_answers", UrgeAnswer),
    sb.VerificationDrawn: ("drawn", Draw),
    sb.VerificationDone: ("verified", Verified),
    sb.FindingRecorded: ("findings", Finding),
    sb.MarkAdded: ("marks", Mark),
    sb.UndoAsked: ("undoings", Undoing),
    sb.RatingGiven: ("ratings", Rating),
    b.Settled: ("dropped", Dropped),
}
OVERSIGHT_EFFECTS: Mapping[str, Callable[[Any, Entry, Any], Any]] = {
    **dict.fromkeys(
        (
            "task.assigned",
            "task.sent_back",
            "task.answered",
            "task.concluded",
            "finding.recorded",
        ),
        with_said,
    ),
    "act.undo_asked": with_undo_asked,
    "act.undone": with_undone,
    "conflict.settled": with_settlement,
}
"""Of the kinds that may be about anything."""
CASE_OVERSIGHT_EFFECTS: Mapping[str, Callable[[Any, Entry, Any], Any]] = {
    **OVERSIGHT_EFFECTS,
    **dict.fromkeys(
        (
            "case.urged",
            "case.urge_answered",
            "verification.drawn",
            "verification.done",
            "mark.added",
            "rating.given",
        ),
        with_said,
    ),
}
"""Of these and the kinds that are about cases only."""
