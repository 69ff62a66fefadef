"""A supervisor's act made offline against one made at another window: both visible, settled by the rules of conflicts."""

from __future__ import annotations

import pytest

from clerk_app.domain.case import Case
from clerk_app.domain.supervision import keys_of
from clerk_app.history import CONFLICT, DROPPED, STOOD
from clerk_app.seat import Refused
from tests.support.branches import Branches
from tests.support.city import PASSWORD
from tests.support.story import without

TASK = "declined"


def declined(two: Branches) -> str:
    number = two.home.receive(())
    two.home.desk.decline(number, "不属于本机关职权范围")
    two.sync()
    return number


def concluded_twice(two: Branches) -> str:
    """Two windows of a point end one task offline, each in its own way."""
    number = declined(two)
    two.chief(two.home).conclude([(number, TASK)], "founded", "依据充分")
    two.chief(two.beside).conclude([(number, TASK)], "unfounded", "应予受理")
    two.sync()
    return number


def outcomes(case: Case) -> list[str]:
    """What the task ended with, each time it did."""
    return [one.said.outcome for one in case.oversight.concluded if not one.undone]


def test_of_two_conclusions_the_later_one_waits_and_both_are_seen_at_both_windows(two: Branches) -> None:
    number = concluded_twice(two)

    for at in (two.home, two.beside):
        case = at.cases()[number]
        assert outcomes(case) == ["founded"]
        assert keys_of(case) == {f"conflict:{case.conflicts[0]}"}
        [dispute] = two.chief(at).disputes(number)
        assert dispute.act.lines == ("“拒收复核”理由不成立，应予受理：应予受理",)
        assert [act.lines for act in dispute.against] == [("“拒收复核”理由成立：依据充分",)]
        verdicts = [line.verdict for line in at.desk.history(number) if line.label == "督办结论"]
        assert verdicts == ["已确认", CONFLICT]
    assert two.home.cases() == two.beside.cases() == {number: two.town.cases()[number]}


@pytest.mark.parametrize("stands", [True, False])
def test_a_word_on_it_settles_it_and_every_window_folds_the_same(two: Branches, stands: bool) -> None:
    number = concluded_twice(two)
    chief = two.chief(two.beside)
    [dispute] = chief.disputes(number)

    chief.settle(number, dispute.act.entry, stands, "两位主任商定")
    two.sync()

    assert two.home.cases() == two.beside.cases() == {number: two.town.cases()[number]}
    case = two.home.cases()[number]
    assert case.conflicts == ()
    assert outcomes(case)[-1] == ("unfounded" if stands else "founded")
    assert (STOOD if stands else DROPPED) in [line.verdict for line in two.home.desk.history(number)]
    assert two.home.records.rebuild() == two.beside.records.rebuild() == []


def test_a_settlement_that_dropped_an_act_is_taken_back_and_the_conflict_lies_there_again(two: Branches) -> None:
    number = concluded_twice(two)
    chief = two.chief(two.home)
    [dispute] = chief.disputes(number)
    chief.settle(number, dispute.act.entry, False, "先到的算")
    named = dict(chief.undoable(number))
    [settled] = [entry for entry, words in named.items() if words.startswith("处理冲突")]

    chief.ask_undo(number, settled, "应以第二个为准")  # their own: at once

    assert two.home.cases()[number].conflicts == (dispute.act.entry,), "it lies in the queue again"
    chief.settle(number, dispute.act.entry, True, "以第二个为准")
    two.sync()
    assert outcomes(two.beside.cases()[number])[-1] == "unfounded"
    assert two.home.cases() == {number: two.town.cases()[number]}


def test_sending_back_here_and_concluding_there_conflict_and_other_tasks_do_not(two: Branches) -> None:
    number, other = declined(two), declined(two)
    two.chief(two.home).send_back([(number, TASK), (other, TASK)], "", "请补依据")
    two.chief(two.beside).conclude([(number, TASK)], "founded")
    two.chief(two.beside).urge(other, "抓紧")
    two.chief(two.beside).record_finding(other, "late", "拖延")
    two.sync()

    assert len(two.home.cases()[number].conflicts) == 1
    assert two.home.cases()[other].conflicts == ()
    seen = two.home.cases()[other].oversight
    assert (len(seen.sent_back), len(seen.urged), len(seen.findings)) == (1, 1, 1)


def test_two_who_extend_one_case_offline_extend_it_once(two: Branches) -> None:
    number = two.home.receive()
    two.sync()
    for at, days in ((two.home, 5), (two.beside, 10)):
        two.chief(at).extend(number, days, "核实", "样例市公安局副局长")
    two.sync()

    for at in (two.home, two.beside):
        case = at.cases()[number]
        assert [told.days for told in case.extensions] == [5]
        assert len(case.conflicts) == 1


def test_a_supervisor_of_another_point_decides_nothing_about_the_terms_of_a_case_that_left(two: Branches) -> None:
    number = two.home.receive(without("form"))
    two.sync()
    two.away.desk.take_up_case(two.away.desk.look_elsewhere(number))
    two.sync()
    here, there = two.chief(two.home), two.chief(two.away)
    assert not {"suspend", "extend"} & here.allowed(here.case(number))
    assert here.urge(number, "请接办的服务点抓紧").oversight.urged
    two.sync()
    assert there.case(number).oversight.urged


def test_who_answers_for_two_points_sees_to_both_from_one_window(two: Branches) -> None:
    accepted, over = two.away.receive(), two.away.receive(())
    two.away.desk.decline(over, "不属于本机关职权范围")
    two.home.end.authenticate("S1", PASSWORD)
    two.sync()
    chief = two.chief(two.home)

    assert {"extend", "suspend"} <= chief.allowed(chief.case(accepted))
    chief.extend(accepted, 5, "核实", "样例市公安局副局长")
    chief.conclude([(over, TASK)], "founded")
    chief.mark(accepted, "租赁合同系伪造", "《广东省社会信用条例》")
    with pytest.raises(Refused):
        two.home.desk.answer_task(over, TASK, "不是本服务点的事")
    two.sync()

    assert [told.days for told in two.away.cases()[accepted].extensions] == [5]
    assert outcomes(two.away.cases()[over]) == ["founded"]
    assert [line.verdict for line in two.away.desk.history(accepted)][-2:] == ["已确认", "已确认"]
