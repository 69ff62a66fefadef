"""How many papers a name and its columns ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import ONE_PAPER, Due
from sync.central.importing.counts import MAX_COUNT, counts_in, counts_in_name, due_of, number_in


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("申请表", None),
        ("申请表（原件）", Due(keep=1)),
        ("申请表(原件)", Due(keep=1)),
        ("申请表【复印件】", Due(copies=1)),
        ("身份证复印件", Due(copies=1)),
        ("营业执照副本（复印件加盖公章）", Due(copies=1)),
        ("身份证复印件2份", Due(copies=2)),
        ("申请表（一式三份）", Due(either=3)),
        ("申请表一式两份", Due(either=2)),
        ("申请表 3份", Due(either=3)),
        ("照片2张", Due(either=2)),
        ("申请表（原件，3份）", Due(keep=3)),
        ("授权书（原件）（2份）", Due(keep=2)),
        ("合同（原件2份、复印件1份）", Due(keep=2, copies=1)),
        ("身份证（原件及复印件）", Due(inspect=1, copies=1)),
        ("身份证原件及复印件各1份", Due(inspect=1, copies=1)),
        ("户口簿（1份原件、2份复印件）", Due(inspect=1, copies=2)),
        ("户口簿（原件1份/复印件1份）", Due(inspect=1, copies=1)),
        ("登记表（原件1份复印件2份）", Due(inspect=1, copies=2)),
        ("证书（原件核验后退回）", Due(inspect=1)),
        ("证书（验原件收复印件）", Due(inspect=1, copies=1)),
        ("证书（复印件1份，验原件）", Due(inspect=1, copies=1)),
        ("证书（收原件及复印件）", Due(keep=1, copies=1)),
        ("证书（原件或复印件）", Due(either=1)),
        ("身份证（原件）", Due(inspect=1)),
        ("不动产权证书（原件，十二份）", Due(keep=12)),
    ],
)
def test_annotations_in_names_are_read(name: str, due: Due | None) -> None:
    assert counts_in_name(name).due == due


@pytest.mark.parametrize(
    "name",
    ["股份转让协议", "第十二月份报表", "竣工验收原始文件", "营业执照（正、副本）", "分公司登记表", "一件事申请表"],
)
def test_words_that_only_look_like_counts_say_nothing(name: str) -> None:
    assert counts_in_name(name).due is None


@given(st.integers(1, MAX_COUNT), st.integers(1, MAX_COUNT))
def test_both_numbers_of_a_name_are_read(originals: int, copies: int) -> None:
    due = counts_in_name(f"登记表（原件{originals}份，复印件{copies}份）").due
    assert due is not None
    assert (due.inspect + due.keep, due.copies, due.either) == (originals, copies, 0)


def test_a_number_no_paper_is_asked_for_in_is_marked() -> None:
    counts = counts_in_name("申请书（原件5000份）")
    assert counts.odd
    assert counts.due == Due(keep=1)


def test_an_electronic_copy_is_noted_and_not_counted() -> None:
    assert counts_in_name("总平面图（纸质及电子版）").electronic
    assert counts_in_name("总平面图（纸质及电子版）").due is None


@pytest.mark.parametrize(
    ("name", "originals", "copies", "due"),
    [
        ("申请表", 0, 0, ONE_PAPER),
        ("申请表", 2, 0, Due(keep=2)),
        ("申请表", 0, 1, Due(copies=1)),
        ("学历证书", 1, 1, Due(inspect=1, copies=1)),
        ("施工合同", 2, 1, Due(keep=2, copies=1)),
        ("居民身份证", 1, 0, Due(inspect=1)),
    ],
)
def test_columns_give_the_counts(name: str, originals: int, copies: int, due: Due) -> None:
    assert due_of(name, originals, copies, None) == due


def test_what_the_name_says_of_showing_holds_for_the_columns_counts() -> None:
    named = counts_in("验原件收复印件").due
    assert due_of("证书", 2, 1, named) == Due(inspect=2, copies=1)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("2.0", 2), ("三", 3), ("十二", 12), ("二十", 20), ("3份", 3), ("２", 2), ("-1", None), ("150", None)],
)
def test_counts_in_cells(text: str, number: int | None) -> None:
    assert number_in(text) == number
