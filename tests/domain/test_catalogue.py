"""Papers are recognised across items by their kind, or by their name as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Material, normal_name
from tests.support.checklists import item


@pytest.mark.parametrize(
    "written",
    [
        "身份证",
        " 身份证 ",
        "身份证（原件）",
        "身份证(复印件)",
        "身份证（原件及复印件各1份）",
        "身份证（原件）（2份）",
        "身 份\t证（复印件一份）",
    ],
)
def test_the_same_paper_is_recognised_however_it_is_written(written: str) -> None:
    assert normal_name(written) == "身份证"


@pytest.mark.parametrize("other", ["身份证（正反面）", "身份证明", "（原件）身份证", "身份证（原件）说明"])
def test_what_says_more_than_form_and_number_is_another_paper(other: str) -> None:
    assert normal_name(other) != "身份证"


@pytest.mark.parametrize("name", ["（原件）", "(1份)", ""])
def test_a_name_of_nothing_but_form_keeps_itself(name: str) -> None:
    assert normal_name(name) == name


@given(name=st.text("身证原复印件各1份（）() \u3000ＡｂC", max_size=20))
def test_normalising_twice_changes_nothing_more(name: str) -> None:
    assert normal_name(normal_name(name)) == normal_name(name)


def test_the_kind_of_paper_goes_before_its_name() -> None:
    assert Material(id="m", name="居民身份证", document="身份证").paper_key == "身份证"
    assert Material(id="m", name="ＩＤ　卡（原件）").paper_key == "id卡"


def test_a_line_is_found_by_id_before_name_and_by_name_only_where_one_bears_it() -> None:
    named_as_id = Material(id="1", name="2")
    by_id = Material(id="2", name="合同")
    twin, other_twin = Material(id="3", name="证明"), Material(id="4", name="证明")
    one = item("A", named_as_id, by_id, twin, other_twin)

    assert one.material("2") is by_id
    assert one.material("合同") is by_id
    assert one.material("证明") is None
    assert one.material("没有") is None
