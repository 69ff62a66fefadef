"""The desk: what a signed-in clerk can do, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app import applicants
from clerk_app.domain.case_parts import Notice
from clerk_app.domain.checklist import Deficit, DeficitKind, Tally
from clerk_app.domain.deadlines import YearTable
from clerk_app.domain.draft import Draft
from clerk_app.domain.journal import verify_chain
from clerk_app.domain.kinds import State
from clerk_app.domain.numbers import parse_case_number
from clerk_app.domain.people import Applicant, Person, Role
from clerk_app.domain.summary import summary_of
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from tests.support.counter import Office, office
from tests.support.story import ALL, APPLICANT, PERMIT, SEAT, without


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, [PERMIT, replace(PERMIT, code="SECOND", name="居住证签注")]) as opened:
        yield opened


def draft(
    here: Office, tallies: tuple[Tally, ...] = ALL, applicant: Applicant = APPLICANT, code: str = "PERMIT"
) -> Draft:
    made = replace(here.desk.begin([code]), applicant=applicant)
    checklist = made.checklist()
    for tally in tallies:
        key = checklist.key_of(code, tally.material)
        assert key is not None
        made = made.tallied(key, tally)
    return made


def test_a_case_is_found_by_number_name_and_identity_number(here: Office) -> None:
    number = here.desk.receive(draft(here)).outcomes[0].case.number

    for words in (number, number.lower(), number.replace("-", ""), "样例甲", APPLICANT.id_number, "居住证"):
        assert [s.number for s in here.desk.find_cases(words)] == [number], words


def test_case_numbers_follow_the_window_and_the_day_and_never_repeat(here: Office) -> None:
    """Rule 12: numbers work offline."""
    numbers = [here.desk.receive(draft(here)).outcomes[0].case.number for _ in range(3)]
    here.clock.wait(1)
    numbers.append(here.desk.receive(draft(here)).outcomes[0].case.number)

    parsed = [parse_case_number(n) for n in numbers]
    assert [(p.window, p.serial) for p in parsed if p] == [
        (SEAT.window, 1),
        (SEAT.window, 2),
        (SEAT.window, 3),
        (SEAT.window, 1),
    ]
    assert len(set(numbers)) == 4


def test_a_paper_verified_before_is_offered_with_its_evidence(here: Office) -> None:
    """Rule 10: no paper twice."""
    first = here.desk.receive(draft(here)).outcomes[0].case
    here.clock.wait(1)
    again = draft(here, without("card"), code="SECOND")

    seen = here.desk.already_seen(again)

    key = again.checklist().key_of("SECOND", "card")
    assert key is not None
    assert seen[key].case == first.number
    taken = again.tallied(key, Tally(material=key, evidence=seen[key]))
    assert here.desk.assess(taken).deficits == ()
    assert here.desk.receive(taken).outcomes[0].case.state == "accepted"


def test_a_paper_the_department_found_wrong_is_not_offered_again(here: Office) -> None:
    """Rule 10: only what still holds."""
    first = here.desk.receive(draft(here)).outcomes[0].case
    again = draft(here, without("card"), code="SECOND")
    card = again.checklist().key_of("SECOND", "card")
    assert card in applicants.already_seen(again, [first], here.desk.today)

    found = Deficit(material="card", name="居民身份证", kind=DeficitKind.DEFECTIVE, cure="请换领新证", where="派出所")
    notice = Notice(number=1, given_on=here.desk.today, deficits=(found,), entry="e", stage="correct")

    assert card not in applicants.already_seen(again, [replace(first, notices=(notice,))], here.desk.today)


def test_a_debt_waits_though_the_department_has_taken_the_case_up(here: Office) -> None:
    case = here.desk.receive(draft(here, without("lease")), Decide.PROVISIONAL).outcomes[0].case
    taken_up = replace(case, state=State.UNDER_REVIEW)
    paid = replace(taken_up, tallies={**case.tallies, "lease": Tally(material="lease", copies_kept=1)})

    assert summary_of(taken_up, 0).debt_due == case.owed[0].by.day
    assert summary_of(paid, 0).debt_due is None
    assert "容缺补交" in {c.name for c in here.desk.clocks(taken_up)}
    assert "容缺补交" not in {c.name for c in here.desk.clocks(paid)}
    assert [s.number for s in here.desk.cases("waiting")] == [case.number]


def test_what_only_this_machine_knows_is_shown_as_such(here: Office) -> None:
    """Rule 14: printed is not confirmed."""
    number = here.desk.receive(draft(here)).outcomes[0].case.number

    assert not here.desk.confirmed(number)
    assert here.desk.find_cases(number)[0].unsent == 2
    assert {line.verdict for line in here.desk.history(number)} == {"未上报"}


def test_looking_at_an_identity_number_in_full_is_an_entry(here: Office) -> None:
    """Rule 15: people's data is shown as little as needed."""
    number = here.desk.receive(draft(here)).outcomes[0].case.number

    assert here.desk.reveal_identity(number) == APPLICANT.id_number

    last = here.desk.history(number)[-1]
    assert (last.kind, last.actor) == ("identity.shown", "C0001")


def test_what_is_allowed_follows_the_case(here: Office) -> None:
    case = here.desk.receive(draft(here, without("lease"))).outcomes[0].case
    assert {"supplement", "accept_provisionally", "decline"} <= here.desk.allowed(case)
    assert not {"accept", "notify"} & here.desk.allowed(case)

    case = here.desk.supplement(case.number, [Tally(material="lease", copies_kept=1)]).case

    assert here.desk.allowed(case) == {"remark", "reveal_identity", "withdraw"}
    with pytest.raises(Refused, match="已受理"):
        here.desk.decline(case.number, "晚了")


YEAR = YearTable(year=2026, holidays=(), workdays=())


def test_an_overdue_debt_is_shown_and_only_then_may_the_papers_go_back(tmp_path: Path) -> None:
    """Rule 4: 容缺 has its own clock."""
    with office(tmp_path, [PERMIT], years=[YEAR]) as here:
        case = here.desk.receive(draft(here, without("lease")), Decide.PROVISIONAL).outcomes[0].case
        here.clock.wait(10)
        assert next((c.name, c.left) for c in here.desk.clocks(case)) == ("容缺补交", 0)
        assert "supplement" in here.desk.allowed(case)
        assert "return_papers" not in here.desk.allowed(case)
        with pytest.raises(Refused, match="没有逾期"):
            here.desk.return_papers(case.number, "早了")

        here.clock.wait(1)

        assert "supplement" not in here.desk.allowed(case)
        with pytest.raises(Refused, match="已逾期"):
            here.desk.supplement(case.number, [Tally(material="lease", copies_kept=1)])
        assert here.desk.clocks(case)[0].light == "red"
        assert here.desk.return_papers(case.number, "容缺材料逾期未补").case.state == "returned"


def test_a_case_accepted_by_law_is_neither_declined_nor_returned(here: Office) -> None:
    """Rule 1: past five working days without a notice."""
    case = here.desk.receive(draft(here, without("lease")), Decide.RECEIVE).outcomes[0].case
    assert {"decline", "return_papers", "notify"} <= here.desk.allowed(case)

    here.clock.wait(8)

    assert here.desk.deemed_accepted(case)
    assert here.desk.allowed(case) == {"accept", "supplement", "withdraw", "remark", "reveal_identity"}
    with pytest.raises(Refused, match="依法自收件之日起即为受理"):
        here.desk.decline(case.number, "不符合受理条件")


def test_an_act_that_is_refused_leaves_nothing_behind(here: Office) -> None:
    case = here.desk.receive(draft(here, without("form"))).outcomes[0].case
    before = here.records.entry_count()

    for act in (
        lambda: here.desk.accept(case.number),
        lambda: here.desk.accept_provisionally(case.number),
        lambda: here.desk.notify(case.number),
        lambda: here.desk.supplement(case.number, [Tally(material="card", copies_kept=1)]),
        lambda: here.desk.supplement(case.number, []),
        lambda: here.desk.remark(case.number, "  "),
        lambda: here.desk.supplement(case.number, [Tally(material="form", originals_kept=1)], Decide.DECLINE),
    ):
        with pytest.raises(Refused):
            act()

    assert here.records.entry_count() == before
    assert here.desk.case(case.number) == case


def test_the_state_rebuilt_from_the_journal_equals_the_state_kept(here: Office) -> None:
    for n in range(5):
        case = here.desk.receive(draft(here, without("lease", "photo"))).outcomes[0].case
        here.desk.supplement(case.number, [Tally(material="photo", copies_kept=2)])
        if n % 2:
            here.desk.accept_provisionally(case.number)
        here.desk.remark(case.number, "王[/b] 的备注")

    assert here.records.rebuild() == []
    assert verify_chain([r.entry for r in here.records.journal()]) is None


def test_the_store_opens_again_with_everything_in_it(tmp_path: Path) -> None:
    with office(tmp_path, [PERMIT]) as before:
        case = before.desk.receive(draft(before, without("lease"))).outcomes[0].case
    with office(tmp_path, []) as after:
        assert after.desk.case(case.number) == case
        assert after.desk.item("PERMIT") == PERMIT
        number = after.desk.receive(draft(after)).outcomes[0].case.number
        assert number != case.number
        assert verify_chain([r.entry for r in after.records.journal()]) is None


def test_a_courier_may_not_receive(tmp_path: Path) -> None:
    courier = Person(number="E0001", name="样例揽收员", role=Role.COURIER)
    with office(tmp_path, [PERMIT], person=courier) as here, pytest.raises(Refused) as refused:
        here.desk.receive(draft(here))

    assert refused.value.code == "not-your-role"


def test_a_printed_paper_lands_in_the_folder(here: Office) -> None:
    case = here.desk.receive(draft(here)).outcomes[0].case

    target = here.desk.print_paper("受理回执", case.number).path

    assert target is not None
    assert target.read_bytes().startswith(b"%PDF")
    with pytest.raises(Refused, match="没有"):
        here.desk.paper("不予受理通知书", case.number)


def test_a_reason_that_was_only_chosen_stands_without_its_colon(here: Office) -> None:
    declined = here.desk.receive(draft(here), Decide.DECLINE, "不符合受理条件：", reason_code="conditions")

    body = declined.outcomes[0].case.declined
    assert body is not None
    assert body.reason == "不符合受理条件"
