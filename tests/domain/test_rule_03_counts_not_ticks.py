"""Rule 3: what is due and what was brought are counts of originals seen, originals kept, copies and files."""

from __future__ import annotations

import pytest

from clerk_app.domain.catalogue import Due, Form, Material
from clerk_app.domain.checklist import DeficitKind, Tally, deficit_of, demand, received_words, satisfied_by_counts
from tests.support.checklists import TODAY

SEEN_AND_COPIED = Material(id="m", name="身份证", due=Due(inspect=1, copies=2))
KEPT = Material(id="m", name="申请表", due=Due(keep=2))
EITHER = Material(id="m", name="证明", due=Due(either=2))


@pytest.mark.parametrize(
    ("material", "tally", "kind"),
    [
        (SEEN_AND_COPIED, Tally(material="m"), DeficitKind.MISSING),
        (SEEN_AND_COPIED, Tally(material="m", originals_seen=1, copies_kept=1), DeficitKind.SHORT),
        (SEEN_AND_COPIED, Tally(material="m", copies_kept=2), DeficitKind.WRONG_KIND),
        (SEEN_AND_COPIED, Tally(material="m", originals_seen=3), DeficitKind.WRONG_KIND),
        (SEEN_AND_COPIED, Tally(material="m", originals_seen=1, copies_kept=2), None),
        (SEEN_AND_COPIED, Tally(material="m", originals_kept=1, copies_kept=2), None),
        (KEPT, Tally(material="m", originals_seen=2), DeficitKind.WRONG_KIND),
        (KEPT, Tally(material="m", originals_kept=1, originals_seen=1), DeficitKind.SHORT),
        (KEPT, Tally(material="m", electronic=2), DeficitKind.WRONG_KIND),
        (KEPT, Tally(material="m", originals_kept=2), None),
        (EITHER, Tally(material="m", originals_kept=1), DeficitKind.SHORT),
        (EITHER, Tally(material="m", originals_kept=1, copies_kept=1), None),
        (EITHER, Tally(material="m", originals_seen=2), DeficitKind.WRONG_KIND),
    ],
)
def test_each_kind_of_paper_is_counted_for_itself(material: Material, tally: Tally, kind: DeficitKind | None) -> None:
    found = deficit_of(material, tally, TODAY)

    assert (found.kind if found else None) == kind
    assert satisfied_by_counts(material, tally) == (kind is None)


def test_the_cure_says_what_was_brought_and_what_is_still_missing() -> None:
    found = deficit_of(SEEN_AND_COPIED, Tally(material="m", copies_kept=1), TODAY)

    assert found is not None
    assert found.cure == "已收复印件1份，还差原件1份（验后退还）、复印件1份"


def test_a_file_serves_for_paper_only_where_the_line_takes_either() -> None:
    file = Tally(material="m", electronic=1)
    paper = Material(id="m", name="证明", due=Due(copies=1))
    paper_or_file = Material(id="m", name="证明", due=Due(copies=1), form=Form.PAPER_OR_ELECTRONIC)

    assert deficit_of(paper, file, TODAY) is not None
    assert deficit_of(paper_or_file, file, TODAY) is None


def test_demand_and_receipt_name_every_count() -> None:
    line = Material(id="m", name="证明", due=Due(inspect=2, keep=1, copies=1, either=3, electronic=1))
    brought = Tally(material="m", originals_seen=1, originals_kept=2, copies_kept=3, electronic=4)

    assert demand(line) == "原件1份（验后退还）、原件1份、复印件1份、原件或复印件3份、电子件1份"
    assert received_words(brought) == "原件1份（已验退）、原件2份、复印件3份、电子件4份"


@pytest.mark.parametrize(
    ("due", "papers"),
    [
        (Due(inspect=1, copies=1), 2),
        (Due(inspect=1, keep=1), 1),
        (Due(keep=2, copies=1, either=2), 3),
        (Due(keep=1, either=3), 3),
        (Due(electronic=4), 0),
    ],
)
def test_an_original_that_is_kept_is_not_brought_twice_to_be_seen(due: Due, papers: int) -> None:
    assert due.papers == papers
