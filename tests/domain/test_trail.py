"""Few of the places passed are kept, and of those that count one not far before any."""

from __future__ import annotations

from math import log2

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.trail import Step, gone_on


def walked(*positions: int) -> tuple[Step, ...]:
    trail: tuple[Step, ...] = ()
    for position in positions:
        trail = gone_on(trail, position, position + 1000)
    return trail


@given(st.integers(1, 700))
def test_little_is_kept_and_more_of_what_is_near(last: int) -> None:
    places = [step.position for step in walked(*range(1, last + 1))]
    assert places == sorted(set(places))
    assert places[-1] == last
    assert len(places) <= 2 * log2(last) + 3
    for lost in range(1, last):
        sure = max((place for place in places if place <= last - lost), default=0)
        assert last - sure <= 3 * lost


@given(st.lists(st.integers(1, 40), max_size=60))
def test_what_lies_behind_a_place_the_cursor_went_back_to_is_no_part_of_it(positions: list[int]) -> None:
    passed: list[int] = []
    for position in positions:
        passed = [*(place for place in passed if place < position), position]
    trail = walked(*positions)
    assert [step.position for step in trail] == sorted({step.position for step in trail} & set(passed))
    assert [step.position for step in trail[-1:]] == passed[-1:]
    assert [step.number for step in trail] == sorted({step.number for step in trail})


def test_a_place_of_which_central_said_nothing_is_none() -> None:
    trail = gone_on(walked(3, 5), 9, 0)
    assert [step.position for step in trail] == [3, 5]
    assert gone_on(trail, 4, 0) == trail[:1]
    assert gone_on(trail, 0, 0) == ()
