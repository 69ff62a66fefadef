"""Rule 2: everything missing is told, once; the supplements match the notice line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clerk_app import planning
from clerk_app.domain import bodies as b
from clerk_app.domain.checklist import Defect, DeficitKind, Tally
from clerk_app.domain.kinds import State
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.story import CARD, MONDAY, PERMIT, Counter, without


def test_the_notice_names_everything_with_its_cure_and_where_it_is_got() -> None:
    case = Counter().receive((*without("lease", "photo"), Tally(material="photo", copies_kept=1)))

    assert case.state is State.NOTIFIED
    named = {d.material: d for d in case.notices[0].deficits}
    assert {m: d.kind for m, d in named.items()} == {"lease": DeficitKind.MISSING, "photo": DeficitKind.SHORT}
    assert named["lease"].where == "住建局租赁所"
    assert "复印件1份" in named["lease"].cure
    assert "还差" in named["photo"].cure


@pytest.mark.parametrize(
    ("tally", "kind"),
    [
        (Tally(material="card", copies_kept=1), DeficitKind.WRONG_KIND),
        (Tally(material="card", originals_seen=1), DeficitKind.WRONG_KIND),
        (Tally(material="photo", copies_kept=1), DeficitKind.SHORT),
        (
            Tally(material="form", originals_kept=1, defect=Defect(kind=DeficitKind.UNSEALED)),
            DeficitKind.UNSEALED,
        ),
        (
            Tally(material="form", originals_kept=1, defect=Defect(kind=DeficitKind.DEFECTIVE, note="第3栏漏填")),
            DeficitKind.DEFECTIVE,
        ),
    ],
)
def test_every_kind_of_deficit_is_told_apart(tally: Tally, kind: DeficitKind) -> None:
    case = Counter().receive((*without(tally.material), tally))

    assert [(d.material, d.kind) for d in case.notices[0].deficits] == [(tally.material, kind)]


def test_an_expired_paper_is_a_deficit_by_its_date() -> None:
    card = replace(CARD, validity_days=30)
    counter = Counter(replace(PERMIT, materials=tuple(card if m.id == "card" else m for m in PERMIT.materials)))
    old = Tally(material="card", originals_seen=1, copies_kept=1, issued=date(2026, 1, 1))

    case = counter.receive((*without("card"), old))

    assert [d.kind for d in case.notices[0].deficits] == [DeficitKind.EXPIRED]


def test_a_notice_that_leaves_something_out_is_refused() -> None:
    counter = Counter()
    case = counter.receive(without("lease", "photo"), Decide.RECEIVE)
    partial = b.NoticeGiven(number=1, deficits=case.deficits(MONDAY)[:1], given_on=MONDAY)

    with pytest.raises(Refused) as refused:
        counter.say([Act("notice.given", counter.number, partial)])

    assert refused.value.code == "notice-differs"


def test_naming_later_what_the_first_notice_could_have_named_is_a_breach() -> None:
    counter = Counter()
    counter.receive(without("lease"))
    found = Tally(material="form", originals_kept=1, defect=Defect(kind=DeficitKind.DEFECTIVE, note="签名漏签"))
    counter.say([Act("materials.checked", counter.number, b.Checked(tallies=(found,)))])

    case = counter.go_on()

    assert [(x.notice, x.material) for x in case.breaches] == [(2, "form")]


def test_a_paper_that_ran_out_after_the_first_notice_is_no_breach() -> None:
    card = replace(CARD, validity_days=30)
    counter = Counter(replace(PERMIT, materials=tuple(card if m.id == "card" else m for m in PERMIT.materials)))
    aging = Tally(material="card", originals_seen=1, copies_kept=1, issued=date(2026, 2, 5))
    counter.receive((*without("card", "lease"), aging))
    counter.wait(14)

    case = counter.supplement(Tally(material="lease", copies_kept=1))

    assert [d.material for d in case.notices[-1].deficits] == ["card"]
    assert case.breaches == ()


def test_a_supplement_that_is_defective_itself_is_no_breach_and_no_second_notice() -> None:
    counter = Counter()
    counter.receive(without("lease"))
    counter.wait(1)

    bad = Tally(material="lease", copies_kept=1, defect=Defect(kind=DeficitKind.UNSEALED))
    case = counter.supplement(bad)

    assert case.state is State.NOTIFIED
    assert len(case.notices) == 1
    assert case.breaches == ()


def test_a_supplement_the_notice_did_not_ask_for_is_refused() -> None:
    counter = Counter()
    counter.receive(without("lease"))

    with pytest.raises(Refused) as refused:
        counter.supplement(Tally(material="letter", copies_kept=1))

    assert refused.value.code == "not-on-notice"
    assert counter.case.supplements == ()


def test_a_short_number_is_made_up_by_what_is_brought_later() -> None:
    counter = Counter()
    counter.receive((*without("photo"), Tally(material="photo", copies_kept=1)))
    counter.wait(1)

    case = counter.supplement(Tally(material="photo", copies_kept=1))

    assert case.state is State.ACCEPTED
    assert case.tallies["photo"].copies_kept == 2
    assert [(x.material, x.cured) for x in case.supplements[0].lines] == [("photo", True)]


def test_a_defective_paper_is_replaced_not_added_to() -> None:
    counter = Counter()
    bad = Tally(material="form", originals_kept=1, defect=Defect(kind=DeficitKind.DEFECTIVE, note="漏填"))
    counter.receive((*without("form"), bad))

    case = counter.supplement(Tally(material="form", originals_kept=1))

    assert case.state is State.ACCEPTED
    assert case.tallies["form"] == Tally(material="form", originals_kept=1)


def test_what_is_still_wanted_follows_the_notice() -> None:
    counter = Counter()
    counter.receive(without("card", "lease"))
    counter.wait(1)
    counter.supplement(Tally(material="lease", copies_kept=1))

    assert [d.material for d in planning.wanted(counter.case, counter.today)] == ["card"]
