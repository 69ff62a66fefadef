"""What people wrote is shown as it is: no name, remark or title ever changes a screen or stops it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from clerk_app.domain.kinds import State
from screens.intake.applicant import ApplicantForm
from screens.text import clean, cut, fit, wrap, wrap_parts, wrap_whole
from screens.widgets.checklist import Checklist
from screens.widgets.field import Field
from tests.support.client import ID_NUMBER, PERMIT, opened
from tests.support.screen_dump import dump

NASTY = [
    "王[/b]",
    "[red]李四",
    "[/",
    "[/附件]",
    "[b",
    "\\[",
    "\\\\[",
    "$name ${x}",
    "[@click=app.leave()]点我[/]",
    "小明😀👨‍👩‍👧",
    "𠮷㐂䶮",
    "ＡＢＣ　全角",
    "'; DROP TABLE cases; --",
    "a" * 150,
]
SPOKEN = [n for n in NASTY if n not in {"[b", "[/附件]", "\\\\[", "ＡＢＣ　全角", "'; DROP TABLE cases; --"}]
"""One of each sort, for the long way through all screens."""
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize("name", SPOKEN, ids=range(len(SPOKEN)))
async def test_a_name_goes_through_every_screen(name: str, tmp_path: Path) -> None:
    item = replace(
        PERMIT,
        name=f"居住证{name}"[:60],
        materials=tuple(replace(m, name=f"{m.name}{name}"[:60], where=name, standard=name) for m in PERMIT.materials),
    )
    async with opened(tmp_path, items=(item,)) as client:
        await client.type(f"juzhu\n{ID_NUMBER}\n")
        form = client.app.screen.query_one(ApplicantForm)
        form.field("name").value = name
        form.field("agent_name").value = name
        form.finish()
        await client.settle()
        await client.type("1aamd3")
        await client.type("x\n")
        await client.press("f1", "escape", "f8", "escape", "f9")
        assert cut(name, 20).removesuffix("..") in dump(client.app)
        await client.press("enter")
        assert client.records.summaries()[0].applicant == name
        assert client.records.summaries()[0].state is State.NOTIFIED
        await client.press("f3")
        await client.type("n")
        client.app.screen.query_one(Field).value = name
        await client.press("enter")
        case = client.records.case(client.records.summaries()[0].number)
        assert case is not None
        assert case.remarks[0].text == name.strip()
        await client.type("s")
        await client.press("escape", "escape", "f6", "f3")
        assert cut(name, 10).removesuffix("..") in dump(client.app)


async def test_every_line_keeps_its_width_whatever_is_in_it(tmp_path: Path) -> None:
    materials = tuple(replace(PERMIT.materials[0], id=f"m{n}", name=name) for n, name in enumerate(NASTY))
    async with opened(tmp_path, items=(replace(PERMIT, materials=materials),)) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1")
        assert len(client.app.screen.query_one(Checklist).rows) == len(NASTY)

        strips = client.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {80}
        rows = [line.rstrip() for line in dump(client.app).splitlines() if line.rstrip().endswith("待核")]
        assert len(rows) >= 10
        assert len({cell_len(row) for row in rows}) == 1


@given(ANY_TEXT, st.integers(3, 40))
def test_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(cut(text, width)) <= width


@given(ANY_TEXT)
def test_cleaned_text_holds_nothing_a_terminal_acts_on(text: str) -> None:
    assert not {unicodedata.category(c) for c in clean(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text("汉字ab，。（）1", max_size=120), st.integers(6, 40))
def test_wrapped_text_loses_nothing_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, width)

    assert "".join(lines) == text
    assert all(cell_len(line) <= width for line in lines)


def test_no_line_begins_with_a_closing_mark() -> None:
    assert wrap("申请人签名，日期", 10) == ["申请人签", "名，日期"]


def test_wrapped_lines_hang_below_the_first_and_keep_their_tones() -> None:
    lines = wrap_parts([("12:00 ", "dim"), ("收下材料六份", "strong")], 12, 6)

    assert lines == [[("12:00 ", "dim"), ("收下材", "strong")], [("      ", ""), ("料六份", "strong")]]


def test_whole_parts_are_not_broken_where_they_fit_on_a_line() -> None:
    parts = [("逐日  ", "dim"), ("03-02 起算；", ""), ("03-03 计 1；", ""), ("03-04 计 2", "")]

    lines = wrap_whole(parts, 20, 6)

    assert ["".join(text for text, _ in line) for line in lines] == [
        "逐日  03-02 起算；",
        "      03-03 计 1；",
        "      03-04 计 2",
    ]
    assert lines[0][0] == ("逐日  ", "dim")


def test_a_part_longer_than_a_line_is_broken_and_the_next_goes_on_behind_it() -> None:
    lines = wrap_whole([("a", ""), ("b" * 25, ""), ("cc", "")], 10, 2)

    assert ["".join(text for text, _ in line) for line in lines] == ["abbbbbbbbb", "  bbbbbbbb", "  bbbbbbbb", "  cc"]
