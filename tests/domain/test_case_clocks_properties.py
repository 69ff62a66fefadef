"""Whatever was said of a case, in whatever order: each of its clocks adds up, and is the clock that is counted elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case, evolve
from clerk_app.domain.case_clock import Standing
from clerk_app.domain.case_clocks import case_clocks
from clerk_app.domain.catalogue import Limit, Unit
from clerk_app.domain.checklist import Tally
from clerk_app.domain.clock_words import check_words, days_words, extension_words, pause_words, rule_words
from clerk_app.domain.deadlines import Calendar, DueDay, promised_due
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from sync.central.catalogue.calendar_seed import seed_tables
from tests.support.story import ALL, PERMIT, Counter, without

CALENDAR = Calendar(seed_tables([2024, 2025, 2026]))
LIMITS = st.builds(Limit, st.integers(0, 60), st.sampled_from(Unit))


@st.composite
def said(draw: st.DrawFn, on: date) -> tuple[str, Any]:
    """Something that moves, ends or begins a clock; nobody asked whether it fits."""
    due = DueDay(on + timedelta(days=draw(st.integers(0, 60))))
    word = draw(st.sampled_from(["甲", "乙"]))
    lease = Tally(material="lease", copies_kept=1)
    line = b.SupplementLine(material="lease", name="租赁合同", brought=lease, cured=True)
    kinds: dict[str, Any] = {
        "case.suspended": b.Suspended(on=on, reason=word, told=draw(st.none() | LIMITS)),
        "case.resumed": b.Resumed(on=on, promised_due=due, statutory_due=due),
        "case.extended": sb.Extended(
            on=on, days=draw(st.integers(1, 15)), reason=word, approved_by="", promised_due=due
        ),
        "case.supplemented": b.Supplemented(on=on, lines=(line,), tallies=(lease,)),
        "case.decided": b.Decided(on=on, outcome="denied"),
        "case.withdrawn": b.Ended(on=on),
        "case.urged": sb.Urged(to=word, text=word, answer_by=due),
        "task.sent_back": sb.TaskSentBack(task="declined", to="", reason=word, by=due),
        "finding.recorded": sb.FindingRecorded(code="late", text=word, fix_by=due.day),
        "result.delivered": b.Delivered(on=on, to=word),
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    return kind, kinds[kind]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, date]:
    """A case of any limits after anything, and some day to look at it."""
    begun = draw(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
    item = replace(PERMIT, promised=draw(st.none() | LIMITS), statutory=draw(st.none() | LIMITS))
    counter = Counter(item, day=begun, calendar=CALENDAR)
    decide = draw(st.sampled_from([Decide.AUTO, Decide.RECEIVE, Decide.PROVISIONAL]))
    try:
        case = counter.receive(ALL if decide is Decide.AUTO else without("lease"), decide)
    except Refused:
        case = counter.receive(ALL)
    for _ in range(draw(st.integers(0, 6))):
        counter.wait(draw(st.integers(0, 20)))
        kind, body = draw(said(counter.today))
        entry = counter.entry(kind, body)
        counter.entries.append(entry)
        case = evolve(case, entry) or case
    return case, counter.today + timedelta(days=draw(st.integers(0, 20)))


@given(cases())
def test_every_clock_adds_up(found: tuple[Case, date]) -> None:
    case, today = found
    told = case_clocks(case, CALENDAR, today)

    assert len({clock.key for clock in told}) == len(told)
    for clock in told:
        assert (clock.light is not None) == (clock.standing in {Standing.RUNNING, Standing.PAUSED} and bool(clock.due))
        if clock.standing in {Standing.KEPT, Standing.STOPPED} and clock.due and clock.ended_on:
            assert clock.ended_on <= clock.due.day
        if clock.reckoning is None:
            continue
        days = clock.reckoning.days
        assert (days[0].day, days[-1].day) == (clock.reckoning.start, max(days[0].day, clock.reckoning.due.day))
        assert clock.reckoning.counted == sum(limit.days for limit in clock.reckoning.limits)
        assert all((days_words(clock.reckoning), rule_words(clock), check_words(clock) is not None))
        assert all([*map(pause_words, clock.pauses), *map(extension_words, clock.extensions)])


@given(cases())
def test_a_clock_s_day_is_the_day_counted_for_the_papers(found: tuple[Case, date]) -> None:
    case, today = found
    if case.accepted is None:
        return
    over = case.decided or case.ended
    as_of = over.on if over is not None else today
    for clock in case_clocks(case, CALENDAR, today):
        limit = {"promised": case.item.promised, "statutory": case.item.statutory}.get(clock.key)
        if limit is None or clock.reckoning is None or clock.standing is Standing.FUTURE:
            continue
        due = promised_due(CALENDAR, limit, case.accepted.accepted_on, case.suspensions, as_of)
        for extension in clock.extensions:
            more = promised_due(CALENDAR, extension.limit, due.day, case.suspensions, as_of)
            due = DueDay(more.day, due.provisional or more.provisional)
        assert clock.reckoning.due == due
