"""Rule 10: a paper of the same applicant that was in order, and still is, need not be shown again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Due, Material, Necessity
from clerk_app.domain.checklist import (
    Defect,
    DeficitKind,
    Evidence,
    Tally,
    deficit_of,
    received_words,
    satisfied_by_counts,
    verified_before,
)
from tests.support.checklists import TODAY, enough, materials

CASE = "FS0123-01-260105-0007-K"
SEEN_ON = date(2026, 1, 5)
PASSPORT = Material(id="m", name="身份证", due=Due(inspect=1, copies=1))


def test_a_paper_that_was_in_order_is_offered_with_its_evidence() -> None:
    found = verified_before(PASSPORT, enough(PASSPORT), CASE, SEEN_ON, TODAY)

    assert found == Evidence(case=CASE, material="m", seen_on=SEEN_ON)


def test_evidence_stands_for_the_paper_and_says_where_it_was_seen() -> None:
    stands_in = Tally(material="m", evidence=Evidence(case=CASE, material="m", seen_on=SEEN_ON))

    assert satisfied_by_counts(PASSPORT, stands_in)
    assert deficit_of(PASSPORT, stands_in, TODAY) is None
    assert not stands_in.empty
    assert received_words(stands_in) == f"此前已核验（{CASE}）"


@pytest.mark.parametrize("necessity", Necessity)
@pytest.mark.parametrize(
    "tally",
    [
        Tally(material="m"),
        Tally(material="m", copies_kept=1),
        Tally(material="m", originals_seen=1),
        replace(enough(PASSPORT), defect=Defect(kind=DeficitKind.DEFECTIVE)),
        Tally(material="m", evidence=Evidence(case=CASE, material="m", seen_on=SEEN_ON)),
    ],
    ids=["nothing", "copy only", "original only", "defective", "itself only evidence"],
)
def test_a_paper_that_was_not_in_order_proves_nothing(tally: Tally, necessity: Necessity) -> None:
    line = replace(PASSPORT, necessity=necessity)

    assert verified_before(line, tally, CASE, SEEN_ON, TODAY) is None


@given(line=materials("m"), validity=st.integers(0, 90), age=st.integers(0, 90), seen=st.integers(0, 90))
def test_a_paper_is_offered_through_the_last_day_of_its_validity(
    line: Material, validity: int, age: int, seen: int
) -> None:
    line = replace(line, validity_days=validity)
    seen_on = TODAY - timedelta(days=min(age, seen))
    dated = enough(line, issued=TODAY - timedelta(days=age))
    undated = enough(line)

    assert (verified_before(line, dated, CASE, seen_on, TODAY) is not None) == (age <= validity)
    assert (verified_before(line, undated, CASE, seen_on, TODAY) is not None) == (min(age, seen) <= validity)


def test_a_validity_beyond_the_last_date_there_is_never_ends() -> None:
    lasting = replace(PASSPORT, validity_days=10**9)

    assert verified_before(lasting, enough(lasting), CASE, SEEN_ON, date.max) is not None
