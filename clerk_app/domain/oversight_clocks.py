"""The clocks that supervisors set: calls to be answered, what is to be put right, checks after the fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clerk_app.domain.case_clock import CaseClock, Teller
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.clock_rules import FINDING, SENT_BACK, URGE, VERIFY
from clerk_app.domain.deadlines import marked
from clerk_app.domain.oversight import Oversight, Stamp
from clerk_app.domain.reckoning import reckon_to
from clerk_app.domain.supervision import VERIFY_DAYS


def oversight_clocks(teller: Teller, seen: Oversight, decided: date | None) -> Iterator[CaseClock]:
    """Yield what supervisors set days for, in the order of the kinds; what was undone runs no more and is not told."""
    for urge in seen.urged:
        if urge.undone:
            continue
        answer = seen.urge_answer(urge.by.entry)
        yield teller.begun(
            URGE,
            urge.said.answer_by,
            reckon_to(teller.calendar, _day(urge.by), urge.said.answer_by.day),
            None,
            of=urge.by.entry,
            about=urge.said.to,
            ended=_day(answer.by) if answer is not None else None,
            stopped=teller.over_on or decided,
            note=urge.said.text,
        )
    yield from (_sent_back(teller, seen, n) for n in range(len(seen.sent_back)))
    yield from _verification(teller, seen)
    for finding in seen.findings:
        if finding.said.fix_by is None:
            continue
        begun, concluded = _day(finding.by), seen.conclusion(f"finding:{finding.by.entry}")
        yield teller.begun(
            FINDING,
            marked(teller.calendar, begun, finding.said.fix_by),
            reckon_to(teller.calendar, begun, finding.said.fix_by),
            None,
            of=finding.by.entry,
            about=finding.said.about,
            ended=_day(concluded.by) if concluded is not None else None,
            note=finding.said.text,
        )


def _sent_back(teller: Teller, seen: Oversight, place: int) -> CaseClock:
    """Answered, it is over; sent back again or concluded, nobody waits for this answer any more."""
    sent = seen.sent_back[place]
    answer = next((a for a in seen.answered if a.said.entry == sent.by.entry), None)
    concluded = seen.conclusion(sent.said.task)
    later = [s.by for s in seen.sent_back[place + 1 :] if s.said.task == sent.said.task]
    later += [concluded.by] if concluded is not None else []
    return teller.begun(
        SENT_BACK,
        sent.said.by,
        reckon_to(teller.calendar, _day(sent.by), sent.said.by.day),
        None,
        of=sent.by.entry,
        ended=_day(answer.by) if answer is not None else None,
        stopped=min((_day(one) for one in later), default=None),
        note=sent.said.reason,
    )


def _verification(teller: Teller, seen: Oversight) -> Iterator[CaseClock]:
    """The first draw counts, as it does in the queue."""
    if not seen.drawn:
        return
    draw = seen.drawn[0]
    verified = _day(seen.verified[-1].by) if seen.verified else None
    reckoning = reckon_to(teller.calendar, _day(draw.by), draw.said.due.day)
    limit = Limit(VERIFY_DAYS)
    yield teller.begun(VERIFY, draw.said.due, reckoning, limit, ended=verified)


def _day(by: Stamp) -> date:
    return date.fromisoformat(by.at[:10])
