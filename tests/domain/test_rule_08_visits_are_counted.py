"""Rule 8: every appearance of the applicant is one visit, against the item's cap."""

from __future__ import annotations

from dataclasses import replace

from clerk_app.domain import bodies as b
from clerk_app.domain.checklist import Tally
from clerk_app.planning import plan_supplement
from clerk_app.seat import Act
from tests.support.story import PERMIT, Counter, without


def test_receipt_and_each_supplement_are_visits() -> None:
    counter = Counter(replace(PERMIT, visits_cap=2))
    assert len(counter.receive(without("lease")).visits) == 1
    counter.wait(1)

    case = counter.supplement(Tally(material="lease", copies_kept=1))

    assert len(case.visits) == 2
    assert not case.visits_over_cap


def test_a_visit_beyond_the_cap_is_seen_with_its_reason() -> None:
    counter = Counter(replace(PERMIT, visits_cap=1))
    counter.receive(without("lease"))
    counter.wait(1)
    brought = [Tally(material="lease", copies_kept=1)]

    case = counter.say([plan_supplement(counter.case, brought, True, "unclear-guide", counter.today)])

    assert case.visits_over_cap
    assert case.visits[-1].reason == "unclear-guide"


def test_what_comes_by_post_is_no_visit() -> None:
    counter = Counter()
    counter.receive(without("lease"))
    brought = [Tally(material="lease", copies_kept=1)]

    case = counter.say([plan_supplement(counter.case, brought, False, "", counter.today)])

    assert len(case.visits) == 1


def test_an_appearance_with_nothing_in_hand_counts_too() -> None:
    counter = Counter()
    counter.receive(without("lease"))

    case = counter.say([Act("visit.recorded", counter.number, b.Visited(on=counter.today, reason="other"))])

    assert len(case.visits) == 2
