"""What time it is where the machine's clock may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.timing import (
    EARLIEST,
    LATEST,
    MAY_LEAP,
    MAY_SLIP,
    Doubt,
    Known,
    keep,
    learn,
    read,
    runs_back,
)

DAY = 86400.0
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC).timestamp()
YEARS = 10 * 365 * DAY
MOMENTS = st.floats(-1e11, 1e12)


def known(skew: float = 0.0) -> Known:
    return Known(trusted=NOON, skew=skew, said_by="central" if skew else "")


def test_a_clock_that_agrees_with_what_is_known_is_gone_by() -> None:
    seen = read(NOON + DAY, known(), 0)

    assert (seen.now, seen.doubt, seen.steady) == (NOON + DAY, Doubt.NONE, NOON + DAY)


@pytest.mark.parametrize("back", [1, MAY_SLIP])
def test_a_small_step_back_is_nothing(back: float) -> None:
    assert read(NOON - back, known(), 0).doubt is Doubt.NONE


@pytest.mark.parametrize("back", [MAY_SLIP + 1, DAY, YEARS, NOON])
def test_behind_the_last_trusted_time_it_goes_on_from_there(back: float) -> None:
    seen = read(NOON - back, known(), 300)

    assert (seen.now, seen.doubt, seen.steady) == (NOON + 300, Doubt.BEHIND, NOON + 300)


def test_a_long_holiday_is_believed_and_more_is_used_but_not_trusted() -> None:
    assert read(NOON + MAY_LEAP, known(), 0).doubt is Doubt.NONE
    seen = read(NOON + YEARS, known(), 60)

    assert (seen.now, seen.doubt, seen.steady) == (NOON + YEARS, Doubt.AHEAD, NOON + 60)
    after = keep(known(), seen)
    assert after.trusted == NOON + 60
    right = read(NOON + 3600, after, 0)
    assert (right.now, right.doubt) == (NOON + 3600, Doubt.NONE)


@pytest.mark.parametrize("skew", [-YEARS, -600, 600, YEARS])
def test_a_skew_that_central_told_is_corrected_also_after_a_restart(skew: float) -> None:
    told = learn(NOON + skew, NOON, "central")
    assert (told.trusted, told.skew) == (NOON, skew)

    seen = read(NOON + skew + DAY, told, 0)

    assert (seen.now, seen.doubt, seen.skew) == (NOON + DAY, Doubt.CORRECTED, skew)


@pytest.mark.parametrize("skew", [-YEARS, -3 * DAY, 3 * DAY, YEARS])
def test_a_clock_that_was_put_right_meanwhile_is_not_corrected_any_more(skew: float) -> None:
    seen = read(NOON + DAY / 2, known(skew), 0)

    assert (seen.now, seen.doubt) == (NOON + DAY / 2, Doubt.NONE)
    assert keep(known(skew), seen).skew == 0


@pytest.mark.parametrize("skew", [-3600, -600, 600, 3600])
def test_within_one_process_a_clock_that_is_put_right_is_noticed_however_little_it_was_off(skew: float) -> None:
    assert read(NOON + 10 + skew, known(skew), 10, exact=True).doubt is Doubt.CORRECTED
    seen = read(NOON + 10, known(skew), 10, exact=True)

    assert (seen.now, seen.doubt) == (NOON + 10, Doubt.NONE)


def test_less_than_a_minute_is_not_corrected() -> None:
    assert learn(NOON + 59, NOON, "central").skew == 0
    assert learn(NOON - 61, NOON, "central").skew == -61


def test_central_takes_back_a_time_that_was_trusted_wrongly() -> None:
    wrong = keep(known(), read(NOON + MAY_LEAP, known(), 0))
    assert read(NOON + 60, wrong, 0).doubt is Doubt.BEHIND

    seen = read(NOON + 60, learn(NOON, NOON, "central"), 60)

    assert (seen.now, seen.doubt) == (NOON + 60, Doubt.NONE)


def test_a_machine_switched_off_for_months_is_asked_about_until_somebody_says_what_time_it_is() -> None:
    months = NOON + 90 * DAY
    assert read(months, known(), 0).doubt is Doubt.AHEAD

    assert read(months + 5, learn(months, months, "person"), 5).doubt is Doubt.NONE


@pytest.mark.parametrize("system", [-1e9, 0.0, EARLIEST - 1])
def test_without_anything_known_a_time_before_there_was_a_window_is_not_believed(system: float) -> None:
    seen = read(system, Known(), 7)

    assert (seen.now, seen.doubt) == (EARLIEST + 7, Doubt.BEHIND)


@given(MOMENTS, st.none() | st.floats(EARLIEST, LATEST), st.floats(-1e11, 1e11), st.floats(-10, 1e9), st.booleans())
@settings(max_examples=200)
def test_every_clock_gives_a_time_that_a_case_can_be_numbered_with(
    system: float, trusted: float | None, skew: float, elapsed: float, exact: bool
) -> None:
    before = Known(trusted=trusted, skew=skew, said_by="central")

    seen = read(system, before, elapsed, exact=exact)

    assert EARLIEST - MAY_SLIP <= seen.now <= LATEST
    assert trusted is None or seen.now >= min(trusted, LATEST) - MAY_SLIP
    assert seen.steady <= max(seen.now, EARLIEST + max(0, elapsed))
    after = keep(before, seen)
    assert after.trusted is not None
    assert trusted is None or after.trusted >= trusted


@given(st.lists(MOMENTS, min_size=1, max_size=8), st.floats(0, 40 * DAY))
@settings(max_examples=200)
def test_after_any_jumps_ahead_a_clock_that_is_put_right_is_as_before(jumps: list[float], later: float) -> None:
    state = known()
    for jump in jumps:
        far = NOON + MAY_LEAP + 1 + abs(jump)
        state = keep(state, read(far, state, 0))

    assert read(NOON + later, state, 0).doubt is Doubt.NONE


def test_only_a_real_step_back_is_called_one() -> None:
    assert runs_back("2036-11-23T09:00:00+08:00", "2026-11-23T09:00:00+08:00")
    assert not runs_back("2026-11-23T09:02:00+08:00", "2026-11-23T09:00:00+08:00")
    assert not runs_back("2026-11-23T09:00:00+08:00", "2026-11-23T01:30:00+00:00")
    assert not runs_back("2026-11-23T09:00:00", "1970-01-01T00:00:00+00:00")
    assert not runs_back("no time", "1970-01-01T00:00:00+00:00")
