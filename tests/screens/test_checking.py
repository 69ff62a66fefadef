"""What the keys do to a checklist's counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Due, Form, Material, Necessity
from clerk_app.domain.checklist import DeficitKind, Evidence, Tally
from screens.checking import Count, Sheet
from tests.support.checklists import TODAY, dues

CARD = Material(id="card", name="身份证", due=Due(inspect=1, copies=1))
FORM = Material(id="form", name="申请表", due=Due(keep=1))
PROOF = Material(id="proof", name="证明", due=Due(either=2), necessity=Necessity.DEFERRABLE)
LETTER = Material(id="letter", name="推荐信", necessity=Necessity.OPTIONAL)
SHEET = Sheet(today=TODAY, materials=tuple((m.id, m) for m in (CARD, FORM, PROOF, LETTER)))


def marks(sheet: Sheet) -> list[str]:
    return [line.mark[0] for line in sheet.lines()]


def test_nothing_is_said_of_a_line_before_it_was_dealt_with() -> None:
    assert marks(SHEET) == ["待核", "待核", "待核", "选交"]


def test_each_key_counts_one_more_and_the_mark_follows() -> None:
    sheet = SHEET.counted("card", Count.SEEN)
    assert marks(sheet)[0] == "[错]", "no copy was brought: not the kind that is due"
    sheet = sheet.counted("card", Count.COPIES)
    assert marks(sheet)[0] == "[齐]"
    assert sheet.line("card").brought == "验1 复1"


def test_a_digit_sets_what_was_counted_last_or_what_the_line_asks_for_first() -> None:
    assert SHEET.counted("card", Count.COPIES).set_count("card", 3).line("card").brought == "复3"
    assert SHEET.set_count("form", 2).line("form").brought == "收2"
    assert SHEET.set_count("proof", 1).line("proof").mark[0] == "[少]"


def test_counts_do_not_go_below_nothing() -> None:
    assert SHEET.counted("card", Count.SEEN, -1).line("card").brought == "-"


def test_missing_owed_and_defective_are_told_apart() -> None:
    sheet = SHEET.missing("card").owing("proof").defective("form", DeficitKind.UNSEALED, "")
    assert marks(sheet) == ["[缺]", "[章]", "[欠]", "选交"]
    assert sheet.owed == {"proof"}
    assert sheet.line("form").brought == "收1", "a defective paper was brought"


def test_a_count_takes_back_that_the_line_is_owed() -> None:
    assert SHEET.owing("proof").set_count("proof", 2).owed == frozenset()


def test_the_cursor_goes_to_the_next_line_nobody_dealt_with() -> None:
    assert SHEET.filled("form").next_open(0) == 2
    assert SHEET.missing("proof").next_open(1) == 0
    done = SHEET.filled_all()
    assert done.next_open(1) == 2
    assert done.next_open(3) == 3


def test_filling_the_rest_leaves_what_was_dealt_with() -> None:
    sheet = SHEET.missing("card").filled_all()
    assert marks(sheet) == ["[缺]", "[齐]", "[齐]", "选交"]
    assert sheet.unlooked() == []


def test_an_earlier_verification_stands_for_the_paper_until_one_is_counted() -> None:
    seen = Evidence(case="X", material="card", seen_on=date(2026, 3, 1))
    sheet = replace(SHEET, offers={"card": seen})
    assert marks(sheet)[0] == "可用旧"
    assert marks(sheet.reused("card"))[0] == "[旧]"
    assert sheet.reused("card").counted("card", Count.SEEN).line("card").tally.evidence is None
    assert sheet.reused("form") is sheet


def test_a_supplement_asks_only_for_what_is_still_open() -> None:
    sheet = replace(SHEET, before={"card": Tally(material="card", originals_seen=1), "form": Tally(material="form")})
    assert [sheet.line(k).asked for k in ("card", "form")] == ["复1", "收1"]
    after = sheet.filled("card").after()
    assert (after["card"].originals_seen, after["card"].copies_kept) == (1, 1)
    assert sheet.filled("card").line("card").mark[0] == "[齐]"


def test_an_expired_paper_is_said_once_its_day_is_known() -> None:
    limited = Material(id="m", name="证明", due=Due(keep=1), validity_days=30)
    sheet = Sheet(today=TODAY, materials=(("m", limited),)).filled("m")
    assert marks(sheet) == ["[齐]"]
    assert marks(sheet.issued("m", date(2026, 1, 1))) == ["[过]"]


@given(dues(), st.sampled_from(Form), st.sampled_from([Necessity.REQUIRED, Necessity.DEFERRABLE]))
def test_filling_a_line_leaves_no_deficit(due: Due, form: Form, necessity: Necessity) -> None:
    material = Material(id="m", name="材料", due=due, form=form, necessity=necessity)
    sheet = Sheet(today=TODAY, materials=(("m", material),))

    assert sheet.filled("m").deficits() == []
    assert [line.key for line in sheet.deficits()] == ["m"]


@given(dues(), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
def test_filling_a_supplement_cures_whatever_was_brought_before(due: Due, seen: int, kept: int, copies: int) -> None:
    material = Material(id="m", name="材料", due=due)
    before = Tally(material="m", originals_seen=seen, originals_kept=kept, copies_kept=copies)
    sheet = Sheet(today=TODAY, materials=(("m", material),), before={"m": before})

    assert sheet.filled("m").deficits() == []


@pytest.mark.parametrize("count", list(Count))
def test_every_kind_of_count_has_its_own_number(count: Count) -> None:
    sheet = SHEET.counted("letter", count).set_count("letter", 7)
    assert sheet.line("letter").brought[1:] == "7"
    assert sheet.line("letter").mark[0] == "[收]"
