"""Where a Chinese line may end (避头尾), whatever the text and the width."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clerk_app.paper.lines import NOT_AT_END, NOT_AT_START, break_lines, printable, units

MARKS = "，。、；：！？）》”（《“"
TEXTS = st.text(alphabet="政务服务事项申请材料" + MARKS + "AB19-. ", max_size=120)
WIDTHS = st.integers(min_value=6, max_value=40)


def wide(text: str) -> float:
    """Measure as a fixed-width Chinese font does: two for a full-width character, one for the others."""
    return float(sum(2 if ord(c) > 0x2000 else 1 for c in text))


@given(TEXTS, WIDTHS)
def test_breaking_neither_adds_nor_drops_a_character(text: str, width: int) -> None:
    lines = break_lines(text, width, wide)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXTS, WIDTHS)
def test_no_line_is_wider_than_the_column(text: str, width: int) -> None:
    assert all(wide(line) <= width for line in break_lines(text, width, wide))


@given(TEXTS, WIDTHS)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, width: int) -> None:
    assume(all(wide(unit) <= width for unit in units(text)))
    lines = [line for line in break_lines(text, width, wide) if line]
    assert not [line for line in lines[1:] if line[0] in NOT_AT_START]
    assert not [line for line in lines[:-1] if line[-1] in NOT_AT_END]


@pytest.mark.parametrize("mark", "，。、；：！？）》”")
def test_a_closing_mark_takes_the_character_before_it_to_the_next_line(mark: str) -> None:
    assert break_lines(f"一二三四五{mark}六", 10, wide) == ["一二三四", f"五{mark}六"]


@pytest.mark.parametrize("mark", "（《“")
def test_an_opening_mark_goes_to_the_next_line_with_what_it_opens(mark: str) -> None:
    assert break_lines(f"一二三四{mark}五六", 10, wide) == ["一二三四", f"{mark}五六"]


def test_a_code_stays_whole_where_it_fits_a_line() -> None:
    number = "FS0123-01-260714-0001-K"
    assert break_lines(f"办件编号{number}号", 24, wide) == ["办件编号", number, "号"]


def test_a_code_too_long_for_a_line_is_cut_behind_a_hyphen() -> None:
    assert break_lines("FS0123-01-260714-0001-K", 12, wide) == ["FS0123-01-", "260714-0001-", "K"]


def test_a_mark_is_not_cut_off_the_long_word_it_closes() -> None:
    assert break_lines("ABCDEFGHIJKL，一", 6, wide) == ["ABCDEF", "GHIJK", "L，一"]


def test_the_indent_narrows_the_first_line_of_each_paragraph_only() -> None:
    assert break_lines("一二三四五六七\n八九十", 8, wide, indent=4) == ["一二", "三四五六", "七", "八九", "十"]


def test_a_text_of_nothing_is_one_empty_line() -> None:
    assert break_lines("", 10, wide) == [""]


def test_characters_without_a_shape_are_not_printed_and_blanks_of_all_kinds_are_spaces() -> None:
    assert printable("张\u200b三\t李\xa0四\x00\ufeff　王\r\n五\u2028六") == "张三 李 四　王\n五\n六"
