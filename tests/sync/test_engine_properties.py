"""The step, whatever happens: never an error, never two things at once, the same again for the same, and an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.engine import machine, pace, plans
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Effect,
    Event,
    Failed,
    Failure,
    Heard,
    Kind,
    Rest,
    Round,
    Show,
)
from tests.support.honest import WINDOW, Honest, entry

CODES = ("", "epoch-changed", "gap", "cursor-ahead", "entry-reused", "not-found", "too-often", "token-invalid", "rule")
FAILURES = st.builds(
    Failure,
    kind=st.sampled_from(list(Kind)),
    text=st.just("不行。"),
    code=st.sampled_from(CODES),
    status=st.sampled_from((0, 401, 403, 404, 409, 429)),
    retry_after=st.sampled_from((None, 0.0, 7.0)),
)
NONSENSE = st.sampled_from(
    (Begun(), Done(None), Done(7), Done(""), Done(()), Answered(message=b""), Answered(message=None))
)
MISHAPS = st.one_of(st.none(), st.none(), st.none(), FAILURES.map(Failed), NONSENSE)
"""``None``: what is asked for comes about."""
SOON = 3
"""Rounds after which every queue is empty, once nothing goes wrong any more."""


@dataclass
class Run:
    """One conversation with both ends, step by step."""

    ends: Honest
    state: machine.Conversation
    now: float = 0.0
    effects: list[tuple[Effect, ...]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def begin(self) -> Ask | Disk | None:
        return self.step(Begun())

    def step(self, what: Heard) -> Ask | Disk | None:
        """Tell what happened; return what is to be done now."""
        self.now += 1.0
        event = Event(what=what, now=self.now, chance=0.5)
        self.state, effects = machine.step(self.state, event)
        self.events.append(event)
        self.effects.append(effects)
        *shown, last = effects or (Show(""),)
        assert all(isinstance(effect, Show) and effect.text for effect in shown)
        if isinstance(last, Show):
            assert self.state.ended is not None
            return None
        assert self.state.ended is None
        return last

    def go_on(self, mishaps: list[Heard | None], most: int = 400) -> None:
        """Go on to the end; what happens instead of what is asked for is taken from ``mishaps``."""
        wanted = self.begin()
        for mishap in [*mishaps, *[None] * most]:
            if wanted is None:
                return
            wanted = self.step(self.ends.do(wanted) if mishap is None else mishap)
        raise AssertionError("it does not end")


def a_day(mishaps: list[Heard | None], unsent: int = 5, rows: int = 5) -> Run:
    ends = Honest(rows=rows, further=[entry(n, "FS0002-01") for n in range(1, 6)])
    ends.write(unsent)
    run = Run(ends, plans.a_round(WINDOW))
    run.go_on(mishaps)
    return run


@settings(deadline=None)
@given(st.lists(MISHAPS, max_size=60))
def test_whatever_happens_one_thing_is_asked_for_at_a_time_until_it_ends(mishaps: list[Heard | None]) -> None:
    a_day(mishaps)


@settings(deadline=None)
@given(st.lists(st.one_of(FAILURES.map(Failed), NONSENSE), min_size=250, max_size=250))
def test_where_nothing_ever_comes_about_it_ends_all_the_same(mishaps: list[Heard]) -> None:
    run = Run(Honest(), plans.a_round(WINDOW))
    wanted = run.begin()
    for mishap in mishaps:
        if wanted is None:
            return
        wanted = run.step(mishap)
    assert wanted is None


@settings(deadline=None)
@given(st.lists(MISHAPS, max_size=60))
def test_the_same_events_lead_to_the_same_effects_and_states(mishaps: list[Heard | None]) -> None:
    first = a_day(mishaps)
    state = plans.a_round(WINDOW)
    effects: list[tuple[Effect, ...]] = []
    for event in first.events:
        before = state
        state, told = machine.step(state, event)
        again = machine.step(before, event)
        assert again == (state, told)
        effects.append(told)
    assert (state, effects) == (first.state, first.effects)


@settings(deadline=None)
@given(st.lists(MISHAPS, max_size=40), st.lists(MISHAPS, max_size=40))
def test_once_nothing_goes_wrong_the_queue_is_empty_soon(one: list[Heard | None], two: list[Heard | None]) -> None:
    run = a_day(one)
    run.ends.write(3)
    run.state = plans.a_round(WINDOW)
    run.go_on(two)
    for _ in range(SOON):
        run.state = plans.a_round(WINDOW)
        run.go_on([])
    ends = run.ends
    assert run.state.ended is not None
    assert run.state.ended.failure is None
    assert ends.unsent == []
    assert [entry.n for entry in ends.held] == list(range(1, ends.written + 1))
    assert (ends.cursor, ends.revision) == (len(ends.held), ends.rows)
    assert ends.further_at == (5, ends.marked(5))


ROUND_ENDS = st.one_of(st.none(), FAILURES)


@given(st.lists(st.tuples(ROUND_ENDS, st.floats(0, 0.999), st.floats(0, 1e5)), max_size=30))
def test_a_line_always_comes_back_to_a_round_and_never_waits_for_more_than_it_was_asked_to(
    rounds: list[tuple[Failure | None, float, float]],
) -> None:
    state, effect = pace.step(pace.begin(), pace.PaceEvent(what=pace.Started(), now=0.0, chance=0.0))
    now = 0.0
    for failure, chance, took in rounds:
        assert isinstance(effect, Round)
        now += took
        state, rest = pace.step(state, pace.PaceEvent(what=pace.Came(failure), now=now, chance=chance))
        assert isinstance(rest, Rest)
        asked: Any = failure.retry_after if failure is not None else None
        assert 0.0 <= rest.seconds <= (asked or 0.0) + 300.0
        assert rest.patient == bool(asked)
        now += rest.seconds
        state, effect = pace.step(state, pace.PaceEvent(what=pace.Woken(), now=now, chance=chance))
