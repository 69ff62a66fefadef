"""物料流转凭证 with what is known of its bag."""

from __future__ import annotations

from datetime import datetime

import pytest

from clerk_app.paper.blocks import Paper
from clerk_app.paper.context import CustodyLeg, CustodyTrail
from clerk_app.paper.papers import compose
from tests.support.bags import (
    BAG,
    LINES,
)
from tests.support.marks import tables
from tests.support.papers import accepted_case, context_of

LEG = CustodyLeg(
    department="样例市公安局",
    receiver="赵某某",
    taken_at=datetime.fromisoformat("2026-07-14T16:05:00+08:00"),
    taken_by="梁样例（工号 EMS0042）",
    given_at=datetime.fromisoformat("2026-07-15T09:20:00+08:00"),
    given_by="梁样例（工号 EMS0042）",
)


def slip(trail: CustodyTrail | None) -> Paper:
    return compose("物料流转凭证", context_of(accepted_case(), trail=trail))


def test_the_slip_names_bag_seal_and_every_hand_that_is_known() -> None:
    paper = slip(CustodyTrail(parcel=BAG, seal="FQ1", legs=(LEG,)))
    text = list(paper.texts())
    assert BAG in text
    assert "FQ1" in text
    _, legs = tables(paper)
    assert legs.rows[0] == (
        *("样例市公安局", "赵某某", "2026年7月14日\n16:05", "梁样例（工号 EMS0042）"),
        *("", "2026年7月15日\n09:20", "梁样例（工号 EMS0042）"),
    )
    assert [set(row) for row in legs.rows[1:]] == [{""}] * 3


@pytest.mark.parametrize(("known", "empty"), [(0, 3), (1, 3), (3, 1), (4, 1), (7, 1)])
def test_the_slip_leaves_rows_for_the_hands_to_come(known: int, empty: int) -> None:
    _, legs = tables(slip(CustodyTrail(legs=(LEG,) * known)))
    assert len([row for row in legs.rows if not any(row)]) == empty
    assert len(legs.rows) == max(known, 1) + empty


def test_the_slip_of_one_of_two_bags_lists_what_is_in_that_one() -> None:
    materials, _ = tables(slip(CustodyTrail(parcel=BAG, lines=LINES)))
    assert [row[1:4] for row in materials.rows] == [
        ("居住证申领登记表", "1", ""),
        ("社会保险参保证明", "", "2"),
        ("合计（共2项）", "1", "2"),
    ]
    none, _ = tables(slip(CustodyTrail(parcel=BAG, lines=())))
    assert none.rows == ()


def test_a_slip_without_a_trail_is_as_one_of_which_nothing_is_known() -> None:
    assert slip(None) == slip(CustodyTrail())
