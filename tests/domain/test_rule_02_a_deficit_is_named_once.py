"""Rule 2: everything missing is told, once; the supplements match the notice line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clerk_app import planning
from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import Material
from clerk_app.domain.checklist import Defect, Deficit, DeficitKind, Tally, deficit_of
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Role
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.story import CARD, FORM, MONDAY, PERMIT, Counter, without


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


def corrected(counter: Counter, kind: DeficitKind = DeficitKind.DEFECTIVE) -> None:
    """Let the department find fault with the form of an accepted case (补正)."""
    found = Deficit(material="form", name="申请表", kind=kind, cure="请重新填写", where="本窗口")
    notice = b.NoticeGiven(
        number=len(counter.case.notices) + 1, deficits=(found,), given_on=counter.today, stage="correct"
    )
    counter.say([Act("notice.given", counter.number, notice)], Role.DEPARTMENT)


def test_what_the_department_finds_wrong_is_wanted_until_it_is_put_right() -> None:
    counter = Counter()
    counter.receive()
    counter.wait(1)
    corrected(counter)
    assert [d.material for d in planning.wanted(counter.case, counter.today)] == ["form"]

    counter.supplement(Tally(material="form", copies_kept=1))
    assert [d.material for d in planning.wanted(counter.case, counter.today)] == ["form"], "a copy is no original"

    case = counter.supplement(Tally(material="form", originals_kept=1))
    assert planning.wanted(case, counter.today) == ()
    assert case.tallies["form"] == Tally(material="form", originals_kept=1, copies_kept=1)
    assert case.state is State.ACCEPTED

    corrected(counter)
    assert [d.material for d in planning.wanted(counter.case, counter.today)] == ["form"]


def test_a_paper_the_department_found_wrong_is_replaced_not_added_to() -> None:
    counter = Counter()
    counter.receive()
    corrected(counter)

    case = counter.supplement(Tally(material="form", originals_kept=1))

    assert case.tallies["form"].originals_kept == 1


def test_after_acceptance_no_paper_is_taken_that_is_in_order() -> None:
    counter = Counter()
    counter.receive(without("lease"))
    counter.supplement(Tally(material="lease", copies_kept=1))

    with pytest.raises(Refused) as refused:
        counter.supplement(Tally(material="lease", copies_kept=1))

    assert refused.value.code == "not-wanted"
    assert len(counter.case.visits) == 2


def test_a_notice_names_only_what_is_on_the_checklist() -> None:
    counter = Counter()
    counter.receive()
    stray = Deficit(material="passport", name="护照", kind=DeficitKind.MISSING, cure="请提交", where="出入境")
    notice = b.NoticeGiven(number=1, deficits=(stray,), given_on=counter.today, stage="correct")

    with pytest.raises(Refused) as refused:
        counter.say([Act("notice.given", counter.number, notice)], Role.DEPARTMENT)

    assert refused.value.code == "material-unknown"


@pytest.mark.parametrize(
    ("seal", "words"),
    [
        ("", "请补齐出具单位签章"),
        ("单位公章", "请加盖单位公章"),
        ("申请人签名", "请补齐申请人签名"),
        ("申请人", "请补齐申请人签章"),
    ],
)
def test_a_missing_seal_is_told_in_the_lists_own_words(seal: str, words: str) -> None:
    line = Material(id="m", name="证明", seal=seal)
    brought = Tally(material="m", copies_kept=1, defect=Defect(kind=DeficitKind.UNSEALED))

    found = deficit_of(line, brought, MONDAY)

    assert found is not None
    assert found.cure == f"{words}后重新提交"


def test_a_note_that_only_tells_the_fault_is_followed_by_its_cure() -> None:
    def cure(note: str) -> str:
        brought = Tally(material="form", originals_kept=1, defect=Defect(kind=DeficitKind.DEFECTIVE, note=note))
        found = deficit_of(FORM, brought, MONDAY)
        assert found is not None
        return found.cure

    assert cure("缺第3页。") == "缺第3页；请更正后重新提交原件1份"
    assert cure("请补填第3页") == "请补填第3页"
