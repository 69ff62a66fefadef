"""What holds for every checklist: complete means no deficit, one thing missing means exactly that deficit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Due, Form, Material, Necessity, ServiceItem
from clerk_app.domain.checklist import (
    Defect,
    DeficitKind,
    Tally,
    applicable,
    deficit_of,
    deficits,
    is_due,
    satisfied_by_counts,
    unanswered,
)
from tests.support.checklists import TODAY, dues, enough, items, materials, tallies

ANSWERS = st.sampled_from([{}, {"s": "yes"}, {"s": "no"}, {"s": "other"}])
KINDS = st.sampled_from([DeficitKind.WRONG_KIND, DeficitKind.EXPIRED, DeficitKind.UNSEALED, DeficitKind.DEFECTIVE])


@given(item=items("A"), answers=ANSWERS)
def test_a_complete_checklist_has_no_deficit(item: ServiceItem, answers: dict[str, str]) -> None:
    lines = applicable(item.materials, answers)
    brought = {m.id: enough(m, issued=TODAY) for m in lines if is_due(m)}

    assert deficits(lines, brought, TODAY) == ()


@given(item=items("A"), answers=ANSWERS, data=st.data())
def test_leaving_out_one_due_material_yields_exactly_that_deficit(
    item: ServiceItem, answers: dict[str, str], data: st.DataObject
) -> None:
    lines = applicable(item.materials, answers)
    due = [m for m in lines if is_due(m)]
    assume(due)
    gone = data.draw(st.sampled_from(due))
    brought = {m.id: enough(m) for m in lines if m is not gone}
    found = deficits(lines, brought, TODAY)

    assert [(d.material, d.name, d.kind) for d in found] == [(gone.id, gone.name, DeficitKind.MISSING)]
    assert found[0].cure
    assert found[0].where


@given(line=materials("m"), counted=st.sampled_from(["originals_seen", "originals_kept", "copies_kept", "electronic"]))
def test_one_paper_less_than_enough_is_a_deficit(line: Material, counted: str) -> None:
    line = replace(line, necessity=Necessity.REQUIRED, form=Form.PAPER)
    brought = enough(line)
    assume(getattr(brought, counted) > 0)
    less = replace(brought, **{counted: getattr(brought, counted) - 1})

    assert not satisfied_by_counts(line, less)
    assert deficit_of(line, less, TODAY) is not None


@given(line=materials("m"), brought=tallies("m"), more=tallies("m"))
def test_bringing_more_never_makes_the_counts_worse(line: Material, brought: Tally, more: Tally) -> None:
    both = replace(
        brought,
        originals_seen=brought.originals_seen + more.originals_seen,
        originals_kept=brought.originals_kept + more.originals_kept,
        copies_kept=brought.copies_kept + more.copies_kept,
        electronic=brought.electronic + more.electronic,
    )

    assert satisfied_by_counts(line, both) >= satisfied_by_counts(line, brought)


@given(one=dues(), other=dues(), line=materials("m"), brought=tallies("m"))
def test_the_larger_of_two_demands_satisfies_both_and_no_more(
    one: Due, other: Due, line: Material, brought: Tally
) -> None:
    def satisfied(due: Due) -> bool:
        return satisfied_by_counts(replace(line, due=due), brought)

    assert satisfied(one | other) == (satisfied(one) and satisfied(other))
    assert (one | other).papers <= one.papers + other.papers


@given(line=materials("m"), kind=KINDS, note=st.sampled_from(["", "请重新盖章"]))
def test_what_the_clerk_marks_is_a_deficit_with_a_cure(line: Material, kind: DeficitKind, note: str) -> None:
    marked = replace(enough(line), defect=Defect(kind=kind, note=note))
    found = deficit_of(line, marked, TODAY)

    assert (found is not None) == is_due(line)
    if found is not None:
        assert found.kind is kind
        assert note in found.cure
        assert found.cure


@given(line=materials("m"), brought=tallies("m"))
def test_an_optional_line_is_never_asked_for(line: Material, brought: Tally) -> None:
    assert deficit_of(replace(line, necessity=Necessity.OPTIONAL), brought, TODAY) is None


@given(line=materials("m"), age=st.integers(0, 500))
def test_a_paper_holds_through_its_last_day(line: Material, age: int) -> None:
    line = replace(line, necessity=Necessity.REQUIRED)
    found = deficit_of(line, enough(line, issued=TODAY - timedelta(days=age)), TODAY)
    expired = line.validity_days is not None and age > line.validity_days

    assert (found.kind if found else None) == (DeficitKind.EXPIRED if expired else None)


def test_a_paper_without_a_date_of_issue_is_not_called_expired() -> None:
    line = Material(id="m", name="体检表", validity_days=0)

    assert deficit_of(line, enough(line), TODAY) is None


def test_all_that_is_wrong_with_one_paper_is_told_at_once() -> None:
    line = Material(id="m", name="证明", due=Due(copies=2), seal="单位公章", validity_days=30)
    brought = Tally(
        material="m", copies_kept=1, defect=Defect(kind=DeficitKind.UNSEALED), issued=TODAY - timedelta(days=31)
    )
    found = deficit_of(line, brought, TODAY)

    assert found is not None
    assert found.kind is DeficitKind.SHORT
    assert "还差复印件1份" in found.cure
    assert "请加盖单位公章" in found.cure
    assert "2026-03-01过有效期" in found.cure


def test_a_paper_looked_at_and_handed_back_is_named_by_its_fault() -> None:
    line = Material(id="m", name="证明", seal="单位公章")
    handed_back = Tally(material="m", defect=Defect(kind=DeficitKind.UNSEALED))
    found = deficit_of(line, handed_back, TODAY)

    assert found is not None
    assert found.kind is DeficitKind.UNSEALED


def test_a_validity_beyond_the_last_date_there_is_never_ends() -> None:
    line = Material(id="m", name="证明", validity_days=10**9)

    assert deficit_of(line, enough(line, issued=TODAY), date.max) is None


@given(item=items("A"), answers=ANSWERS)
def test_a_question_is_open_until_one_of_its_own_answers_is_given(item: ServiceItem, answers: dict[str, str]) -> None:
    assert bool(unanswered(item, answers)) == (answers.get("s") not in {"yes", "no"})


@given(item=items("A"), answers=ANSWERS)
def test_lines_apply_by_their_answers_and_keep_their_order(item: ServiceItem, answers: dict[str, str]) -> None:
    lines = applicable(item.materials, answers)

    assert [m for m in item.materials if m in lines] == list(lines)
    assert all(m in lines for m in item.materials if not m.when)
    assert all(m.when == {"s": (answers.get("s"),)} for m in lines if m.when)
