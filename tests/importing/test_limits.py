"""Time limits as departments write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Limit, Unit
from sync.central.importing.limits import limit_in

CALENDAR = Unit.CALENDAR_DAY


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("3", Limit(3)),
        ("3.0", Limit(3)),
        ("３个工作日", Limit(3)),
        ("20日", Limit(20)),
        ("15天", Limit(15)),
        ("三个工作日", Limit(3)),
        ("二十个工作日", Limit(20)),
        ("一百二十日", Limit(120)),
        ("15个自然日", Limit(15, CALENDAR)),
        ("30日历日", Limit(30, CALENDAR)),
        ("1个月", Limit(30, CALENDAR)),
        ("1年", Limit(365, CALENDAR)),
        ("3-5个工作日", Limit(5)),
        ("5个工作日以内", Limit(5)),
        ("即办", Limit(0)),
        ("0", Limit(0)),
        ("当场办结", Limit(0)),
        ("0.5个工作日", Limit(1)),
        ("2小时", Limit(0)),
        ("48小时", Limit(2)),
    ],
)
def test_understood(text: str, limit: Limit) -> None:
    assert limit_in(text) == limit


@pytest.mark.parametrize("text", ["", "-3", "1900-01-03", "视情况而定", "法定", "999999", "3号楼2层", "A" * 10_000])
def test_not_a_limit(text: str) -> None:
    assert limit_in(text) is None


def test_the_unit_of_the_column_holds_unless_the_cell_says_otherwise() -> None:
    assert limit_in("7", CALENDAR) == Limit(7, CALENDAR)
    assert limit_in("7个工作日", CALENDAR) == Limit(7)


@given(st.text(max_size=40))
def test_whatever_is_written_a_limit_is_never_negative(text: str) -> None:
    limit = limit_in(text)
    assert limit is None or limit.days >= 0
