"""What a supervisor says of tasks and of whom they wait for, what windows answer, and four eyes over what is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.checklist import Tally
from clerk_app.domain.supervision import keys_of
from tests.support.overseen import Point, point, refused
from tests.support.story import SEAT, without

WEDNESDAY = date(2026, 3, 4)
"""Two working days after the Monday on which all this happens."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Point]:
    with point(tmp_path) as opened:
        yield opened


def parcel(here: Point) -> str:
    """Pack a bag of which one paper is damaged; return its number."""
    here.receive()
    [group] = here.clerk.to_pack()
    packing = here.clerk.packing(group.direction, group.to, [one.number for one in group.cases])
    bag = here.clerk.pack(packing, seal="FQ001")
    found = cb.Discrepancy(fault=cb.Fault.DAMAGED, parcel=bag.number, line=bag.sealed.lines[0], note="封面破损")
    here.clerk.note_discrepancy(bag.number, [found])
    return bag.number


# tasks


def test_a_task_is_given_to_somebody_else_and_the_last_word_holds(here: Point) -> None:
    number = here.declined()
    here.chief.assign([(number, "declined")], "S0002", "属梁主任分管", "梁主任")
    [stood] = here.second.assign([(number, "declined")], "S0002")
    assert isinstance(stood, Case)
    said = stood.oversight.assignee("declined")
    assert said is not None
    assert (said.to, said.to_name) == ("S0002", "梁主任"), "whoever takes a task is known by name"
    assert ("转办", "“拒收复核”转 梁主任：属梁主任分管") in here.said(number)


def test_what_is_sent_back_names_a_day_and_is_answered_by_the_window(here: Point) -> None:
    number = here.declined()
    [stood] = here.chief.send_back([(number, "declined")], "C0001", "请补写不予受理的依据")
    sent = stood.oversight.returned("declined")
    assert sent is not None
    assert sent.said.by.day == WEDNESDAY
    assert "answer_task" in here.clerk.allowed(here.case(number))

    answered = here.clerk.answer_task(number, "declined", "已补写并告知申请人")
    assert answered.oversight.answer("declined") is not None
    assert "declined" in keys_of(here.case(number)), "an answer ends nothing"
    assert here.said(number)[-2:] == [
        ("退回整改", "“拒收复核”退回，2026-03-04 前整改：请补写不予受理的依据"),
        ("整改答复", "“拒收复核”：已补写并告知申请人"),
    ]
    with refused(here, "task-answered"):
        here.clerk.answer_task(number, "declined", "再答复")
    here.chief.send_back([(number, "declined")], "", "仍不清楚", date(2026, 3, 9))
    here.clerk.answer_task(number, "declined", "已当面说明")
    here.chief.conclude([(number, "declined")], "founded")
    with refused(here, "task-concluded"):
        here.clerk.answer_task(number, "declined", "再答复")


def test_many_tasks_of_one_kind_end_together_or_not_at_all(here: Point) -> None:
    numbers = [here.declined() for _ in range(4)]
    refs = [(number, "declined") for number in numbers]
    accepted = here.receive()
    with refused(here, "task-unknown"):
        here.chief.conclude([*refs[:2], (accepted, "declined")], "founded")
    assert all("declined" in keys_of(here.case(number)) for number in numbers)

    done = here.chief.conclude([*refs, (numbers[0].lower(), "declined")], "guide", "指南漏写了受理条件")

    assert [stood.number for stood in done] == numbers, "named twice is said once"
    assert not any(keys_of(here.case(number)) for number in numbers)
    assert here.said(numbers[0])[-1] == ("督办结论", "“拒收复核”指南有误，转请修订：指南漏写了受理条件")
    with refused(here, "task-concluded"):
        here.second.conclude(refs[:1], "founded")
    with refused(here, "task-concluded"):
        here.second.send_back(refs[:1], "", "再看")


def test_what_cannot_be_concluded_is_refused_with_what_can_be_done(here: Point) -> None:
    number, waits = here.declined(), here.receive(without("form"))
    here.clerk.supplement(waits, [Tally(material="form", originals_kept=1)])
    assert "visits:2" in keys_of(here.case(waits))
    accepted = here.receive()
    for code, refs, outcome in (
        ("nothing-chosen", [], "founded"),
        ("kinds-differ", [(number, "declined"), (waits, "visits:2")], "guide"),
        ("body-invalid", [(number, "declined")], "explained"),
        ("body-invalid", [(accepted, "clock:promised")], "upheld"),
        ("task-unknown", [(number, "breach:2")], "upheld"),
        ("task-unknown", [(number, "nonsense")], "upheld"),
        ("case-unknown", [("FS0001-01-260302-0999-X", "declined")], "founded"),
        ("case-unknown", [("FS0001-01-P260302-0999-X", "declined")], "founded"),
    ):
        with refused(here, code):
            here.chief.conclude(refs, outcome)
    with refused(here, "to-missing"):
        here.chief.assign([(number, "declined")], " ")
    with refused(here, "reason-missing"):
        here.chief.send_back([(number, "declined")], "", " ")
    with refused(here, "day-past"):
        here.chief.send_back([(number, "declined")], "", "整改", date(2026, 3, 1))
    with refused(here, "text-invalid"):
        here.chief.conclude([(number, "declined")], "founded", "好\x07")
    with refused(here, "task-unknown"):
        here.clerk.answer_task(number, "declined", "没有人退回")
    with refused(here, "not-your-role"):
        here.clerk.conclude([(number, "declined")], "founded")


def test_a_bags_discrepancy_is_assigned_and_sent_back_and_closed_by_evidence_alone(here: Point) -> None:
    bag = parcel(here)
    [task] = here.clerk.custody_tasks()
    key = f"custody:{task.open.entry}/{task.open.number}"
    here.chief.assign([(bag, key)], "S0002")
    here.chief.send_back([(bag.lower(), key)], "", "请说明破损经过")
    stood = here.clerk.answer_task(bag, key, "装袋时即已破损")
    assert stood.oversight.answer(key) is not None
    with refused(here, "body-invalid"):
        here.chief.conclude([(bag, key)], "upheld")
    with refused(here, "task-unknown"):
        here.chief.assign([(bag, "custody:x/1")], "S0002")
    here.chief.close_discrepancy(bag, task.open.entry, task.open.number, "照常使用", "照片")
    with refused(here, "task-unknown"):
        here.chief.assign([(bag, key)], "S0002")


# calls


def test_a_call_goes_to_whoever_has_the_case_and_is_answered_once(here: Point) -> None:
    waits, accepted = here.receive(without("form")), here.receive()
    assert here.chief.urge(waits, "请催申请人补件").oversight.urged[0].said.to == SEAT.point_name
    case = here.chief.urge(accepted, "即将到期，请抓紧", by=date(2026, 3, 6))
    [urge] = case.oversight.urged
    assert (urge.said.to, urge.said.answer_by.day) == (case.item.department.name, date(2026, 3, 6))
    key = f"unanswered:{urge.by.entry}"
    assert key in keys_of(case)
    assert "answer_urge" in here.clerk.allowed(case)

    case = here.clerk.answer_urge(accepted, urge.by.entry[:30].upper(), "部门答复明日办结")
    assert key not in keys_of(case)
    assert here.said(accepted)[-2:] == [
        ("催办", f"{case.item.department.name}：即将到期，请抓紧（2026-03-06 前答复）"),
        ("催办答复", "部门答复明日办结"),
    ]
    for code, entry, text in (
        ("urge-answered", urge.by.entry, "再答复"),
        ("urge-unknown", "ffff", "答复"),
        ("urge-unknown", "", "答复"),
    ):
        with refused(here, code):
            here.clerk.answer_urge(accepted, entry, text)
    for code, text in (("text-missing", "  "), ("text-invalid", "快\x07")):
        with refused(here, code):
            here.chief.urge(accepted, text)
    with refused(here, "not-your-role"):
        here.clerk.urge(accepted, "快")


# four eyes


def concluded(here: Point) -> tuple[str, str]:
    """Return a case whose task the first supervisor concluded, and the entry of that."""
    number = here.declined()
    [stood] = here.chief.conclude([(number, "declined")], "founded")
    return number, stood.oversight.concluded[-1].by.entry


def test_ones_own_act_is_undone_at_once(here: Point) -> None:
    number, entry = concluded(here)
    [(found, words)] = here.chief.undoable(number)
    assert found == entry
    assert words == "督办结论　“拒收复核”理由成立　S0001　2026-03-02"

    here.chief.ask_undo(number, entry, "点错了")

    assert "declined" in keys_of(here.case(number))
    assert here.chief.undoable(number) == []
    with refused(here, "not-undoable"):
        here.second.ask_undo(number, entry, "已经撤销")
    here.chief.conclude([(number, "declined")], "unfounded")
    assert keys_of(here.case(number)) == frozenset()


@pytest.mark.parametrize("agrees", [True, False])
def test_what_another_did_is_undone_when_a_second_one_agrees(here: Point, agrees: bool) -> None:
    number, entry = concluded(here)
    stood = here.second.ask_undo(number, entry, "理由并不成立")
    [asked] = stood.oversight.undoings
    ask = asked.by.entry
    assert keys_of(here.case(number)) == {f"undo:{ask}"}, "until then the conclusion stands"
    assert here.chief.undoable(number) == []
    assert "undo" in here.chief.allowed(here.case(number))
    assert "undo" not in here.second.allowed(here.case(number))
    for code, desk, named, reason in (
        ("four-eyes", here.second, ask, "同意"),
        ("not-asked", here.chief, "ffff", "同意"),
        ("not-asked", here.chief, entry, "同意"),
    ):
        with refused(here, code):
            desk.undo(number, named, True, reason)
    with refused(here, "reason-missing"):
        here.chief.undo(number, ask, False)
    with refused(here, "undo-asked"):
        here.chief.ask_undo(number, entry, "再申请")

    here.chief.undo(number, ask, agrees, "核对过")

    assert ("declined" in keys_of(here.case(number))) == agrees
    assert f"undo:{ask}" not in keys_of(here.case(number))
    words = "同意撤销" if agrees else "不同意撤销"
    assert here.said(number)[-2:] == [
        ("申请撤销", "撤销“拒收复核”的处理：理由并不成立"),
        ("复核撤销", f"{words}：核对过"),
    ]
    with refused(here, "not-asked"):
        here.chief.undo(number, ask, True)


def test_calls_and_marks_may_be_undone_and_answers_may_not(here: Point) -> None:
    number = here.receive()
    here.chief.urge(number, "抓紧")
    here.chief.mark(number, "租赁合同系伪造", "《广东省社会信用条例》")
    here.clerk.remark(number, "已知悉")
    assert [words.partition("　")[0] for _, words in here.second.undoable(number)] == ["催办", "虚假材料记录"]
    for entry, _ in here.second.undoable(number):
        here.second.ask_undo(number, entry, "查无实据")
    for asked in here.case(number).oversight.undoings:
        here.chief.undo(number, asked.by.entry, True)
    seen = here.case(number).oversight
    assert seen.urged[0].undone
    assert seen.marks[0].undone
    with refused(here, "urge-unknown"):
        here.clerk.answer_urge(number, seen.urged[0].by.entry, "答复")
    with refused(here, "not-your-role"):
        here.clerk.undoable(number)


# what makes sense


def test_what_makes_sense_is_named_for_a_supervisor_alone(here: Point) -> None:
    accepted, over = here.receive(), here.declined()
    acts = {"extend", "suspend", "resume", "urge", "verify", "assign", "mark", "record_finding", "undo", "ask_undo"}
    assert not acts & here.clerk.allowed(here.case(accepted))
    assert acts & here.chief.allowed(here.case(accepted)) == {
        *("extend", "suspend", "urge", "assign", "mark", "record_finding")
    }
    assert acts & here.chief.allowed(here.case(over)) == {"assign", "mark", "record_finding"}
    assert "resume" in here.chief.allowed(here.chief.suspend(accepted, "hearing", "申请人要求听证"))


def test_every_act_folds_to_the_same_from_the_journal(here: Point) -> None:
    number, _ = concluded(here)
    here.chief.urge(number, "抓紧")
    here.chief.record_finding(number, "late", "拖延")
    assert here.office.records.rebuild() == []
