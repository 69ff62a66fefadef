"""Anything entries of a supervisor's desk may say, for properties over kinds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.supervision import is_drawn

TASKS = ("declined", "breach:1", "custody:extra/1")
SEED = "5eed" * 8
EXTRA = "extra"
"""The id of the entry that something may be said about."""


def seed_for(number: str, share: float) -> str:
    """A seed under which a case is drawn."""
    seeds = (f"{n:032x}" for n in range(10_000))
    return next(seed for seed in seeds if is_drawn(seed, number, 1, share))


def drawn(number: str, due: date, share: float = 0.1) -> sb.VerificationDrawn:
    """The word that a case was drawn."""
    return sb.VerificationDrawn(
        batch="b1",
        seed=seed_for(number, share),
        risk=1,
        share=share,
        population=40,
        digest="0" * 64,
        due=DueDay(due),
    )


def supervising(draw: st.DrawFn, subject: str, on: date) -> dict[str, Any]:
    """Something every kind of entry of a supervisor's desk may say."""
    task = draw(st.sampled_from(TASKS))
    due = DueDay(on + timedelta(days=draw(st.integers(1, 9))))
    undone = draw(st.sampled_from([*TASKS, f"mark:{EXTRA}", f"urge:{EXTRA}", "conflict:then0"]))
    far = DueDay(on + timedelta(days=90))
    word = draw(st.sampled_from(["甲", "乙"]))
    return {
        "case.extended": sb.Extended(
            on=on, days=5, reason=word, approved_by="负责人", promised_due=far, statutory_due=far, basis=word
        ),
        "case.urged": sb.Urged(to="公安", text=word, answer_by=due),
        "case.urge_answered": sb.UrgeAnswered(entry=EXTRA, text=word),
        "task.assigned": sb.TaskAssigned(task=task, to=word),
        "task.sent_back": sb.TaskSentBack(task=task, to="", reason=word, by=due),
        "task.answered": sb.TaskAnswered(task=task, entry=EXTRA, text=word),
        "task.concluded": sb.TaskConcluded(task=task, outcome="guide", note=word),
        "verification.drawn": drawn(subject, due.day),
        "verification.done": sb.VerificationDone(passed=draw(st.booleans()), evidence=word),
        "finding.recorded": sb.FindingRecorded(code="late", text=word),
        "mark.added": sb.MarkAdded(reason=word, basis="条例"),
        "act.undo_asked": sb.UndoAsked(entry=EXTRA, task=undone, reason=word),
        "act.undone": sb.Undone(ask=EXTRA, task=undone, agrees=draw(st.booleans())),
        "rating.given": sb.RatingGiven(level=draw(st.integers(1, 5))),
    }
