"""What central refused is said anew, again as it was, or given up; what waited for it goes on, and the list grows shorter."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

import pytest

from clerk_app.desk import Desk
from clerk_app.domain.journal import Verdict
from clerk_app.domain.kinds import KINDS, State
from clerk_app.domain.leaf import Leaf
from clerk_app.domain.leaf_labels import LABELS
from clerk_app.domain.leaves import LeafError, changed, label_of, leaves
from clerk_app.domain.people import Role
from clerk_app.domain.plain import to_plain
from clerk_app.mending import Refusal
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from tests.support.booth import CLERK, Booth, open_records
from tests.support.branches import Branches
from tests.support.city import POINT
from tests.support.counter import KEY, DeadLine
from tests.support.story import without

NUMBER = "YS20260001"


def twice_received(two: Branches) -> str:
    """Have two windows receive one prefiling; return the later one's case, which central refuses with its notice behind it."""
    two.file()
    drafts = [booth.desk.prefiling(NUMBER).draft for booth in (two.home, two.beside)]
    two.home.desk.receive(drafts[0])
    number = two.beside.desk.receive(drafts[1]).outcomes[0].case.number
    two.home.sync()
    two.beside.sync()
    return number


def first(booth: Booth | Desk) -> Refusal:
    """Return the one refused entry that needs somebody."""
    desk = booth.desk if isinstance(booth, Booth) else booth
    [refusal] = [r for r in desk.refusals() if not r.by_itself]
    return refusal


def test_a_refused_receipt_tells_its_reason_and_what_waits_behind_it(two: Branches) -> None:
    number = twice_received(two)

    refusal = first(two.beside)

    assert (refusal.label, refusal.code, refusal.waiting) == ("收件", "prefiling-received", 1)
    assert refusal.why
    [waits] = [r for r in two.beside.desk.refusals() if r.by_itself]
    assert (waits.code, waits.record.entry.subject) == ("waits", number)
    status = two.beside.desk.status()
    assert (status.refused, status.waiting) == (1, 1)
    for act in (two.beside.desk.say_again, lambda entry: two.beside.desk.give_up(entry, "不要了")):
        with pytest.raises(Refused, match="不用处理"):
            act(waits.record.entry.id)


def test_mended_it_keeps_its_number_and_what_waited_counts_too(two: Branches) -> None:
    number = twice_received(two)
    refusal = first(two.beside)

    record = two.beside.desk.mend(refusal.record.entry.id[:23], {"prefiling": ""}, "另一位申请人")

    assert (record.entry.subject, record.entry.kind, record.verdict) == (number, "case.received", None)
    assert [r.by_itself for r in two.beside.desk.refusals()] == [True]
    assert two.beside.desk.status().refused == 0
    two.beside.sync()
    two.sync()
    assert two.beside.desk.refusals() == []
    assert two.beside.desk.status().waiting == 0
    assert two.beside.cases() == two.home.cases()
    assert two.beside.cases()[number].state is State.NOTIFIED
    assert two.beside.cases()[number].prefiling == ""
    with pytest.raises(Refused, match="没有这一条"):
        two.beside.desk.mend(refusal.record.entry.id, {"prefiling": ""})


def test_mending_and_the_new_entry_are_one_act_in_that_order(two: Branches) -> None:
    twice_received(two)
    refusal = first(two.beside)
    before = two.beside.records.head()[0]

    new = two.beside.desk.mend(refusal.record.entry.id, {"applicant.phone": "13900000000", "prefiling": ""})

    mended, said = [r.entry for r in two.beside.own()][-2:]
    assert [mended.n, said.n] == [before + 1, before + 2]
    assert (mended.kind, mended.body["entry"], mended.body["by"]) == (
        "entry.mended",
        refusal.record.entry.id,
        new.entry.id,
    )
    assert (said.id, said.actor, said.body["applicant"]["phone"]) == (new.entry.id, "C1", "13900000000")


def test_given_up_it_leaves_the_list_and_holds_nobody_up(two: Branches) -> None:
    number = twice_received(two)
    refusal = first(two.beside)

    with pytest.raises(Refused, match="理由"):
        two.beside.desk.give_up(refusal.record.entry.id, " ")
    two.beside.desk.give_up(refusal.record.entry.id, "申请人已在另一窗口办理")
    assert two.beside.desk.status().refused == 0
    two.beside.sync()
    two.sync()

    assert number not in two.beside.cases()
    assert refusal.record.entry.id not in [r.record.entry.id for r in two.beside.desk.refusals()]


def test_the_cause_gone_it_is_said_again_as_it_was(two: Branches, tmp_path: Path) -> None:
    """At the window a courier was taken for a clerk; then central made them one."""
    two.town.loop.run(two.town.central.add_account("K1", "梁丁", "sample-password", Role.COURIER, [POINT]))
    home = two.home
    courier = Desk(
        home.records,
        home.seat,
        replace(CLERK, number="K1"),
        two.keys[home.seat.window],
        two.town.clock,
        DeadLine(),
        tmp_path / "papers",
    )
    number = home.receive(decide=Decide.RECEIVE)
    two.sync()
    courier.withdraw(number, "不办了")
    home.desk.remark(number, "留意")
    two.sync()
    refusal = first(home)
    assert (refusal.code, refusal.label) == ("not-your-role", "撤件")
    assert home.cases()[number].state is State.RECEIVED

    record = home.desk.say_again(refusal.record.entry.id)
    two.sync()

    assert record.entry.body == refusal.record.entry.body
    assert record.entry.actor == "C1"
    assert home.cases()[number].state is State.WITHDRAWN
    assert home.cases() == two.beside.cases()
    assert home.desk.refusals() == []


def test_the_list_is_the_same_after_opening_again(two: Branches) -> None:
    twice_received(two)
    beside = two.beside
    assert [r.by_itself for r in beside.desk.refusals()] == [True, False]
    beside.desk.mend(first(beside).record.entry.id, {"prefiling": ""})
    beside.records.close()

    with open_records(beside.folder, beside.seat.window) as records:
        assert len(records.loose_ends.refused()) == records.loose_ends.waiting() == 1
        assert len(records.refused()) == 2


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"applicant.id_number": "440604190001010018"}, "id-number-check-digit", "applicant.id_number"),
        ({"applicant.name": ""}, "name-missing", "applicant.name"),
        ({"applicant.name": "王\x07"}, "text-invalid", "applicant.name"),
        ({"received_on": "昨天"}, "leaf-invalid", "received_on"),
        ({"tallies.0.copies_kept": "一份"}, "leaf-invalid", "tallies.0.copies_kept"),
        ({"tallies.0.copies_kept": "-1"}, "count-invalid", "lease"),
        ({"tallies.99.copies_kept": "1"}, "leaf-invalid", "tallies.99.copies_kept"),
        ({"nothing.such": "1"}, "leaf-invalid", "nothing.such"),
        ({"item.handling": "soon"}, "leaf-invalid", "item.handling"),
        ({"checklist": "[]"}, "material-unknown", "lease"),
        ({"checklist": "{"}, "leaf-invalid", "checklist"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_leaf_and_nothing_is_written(
    two: Branches, changes: dict[str, str], code: str, field: str
) -> None:
    twice_received(two)
    refusal = first(two.beside)
    before = two.beside.records.entry_count()

    with pytest.raises(Refused) as refused:
        two.beside.desk.mend(refusal.record.entry.id, changes)

    assert (refused.value.code.startswith(code.split("-", maxsplit=1)[0]), refused.value.field) == (True, field)
    assert two.beside.records.entry_count() == before


def test_somebody_whose_role_may_not_say_it_may_not_mend_it(two: Branches) -> None:
    number = two.home.receive()
    two.home.desk.withdraw(number, "不办了")
    two.beside.sync()
    two.sync()
    with pytest.raises(Refused, match="没有这一条"):
        two.home.desk.mend("0196", {"reason": "x"})
    courier = replace(CLERK, role=Role.COURIER)
    desk = Desk(two.home.records, two.home.seat, courier, KEY, two.town.clock, DeadLine(), two.home.folder)
    for act in (desk.refusals, lambda: desk.mend("x", {}), lambda: desk.give_up("x", "y")):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "not-your-role"


def test_a_refused_move_is_not_said_again_but_asked_anew(two: Branches) -> None:
    number = two.home.receive(without("form"))
    two.sync()
    preview = two.away.desk.look_elsewhere(number)
    two.home.desk.withdraw(number, "不办了")
    two.sync()
    two.away.desk.take_up_case(preview)
    two.sync()
    found = two.away.desk.refusals()
    for refusal in found:
        assert refusal.not_again
        with pytest.raises(Refused, match="重新查找"):
            two.away.desk.say_again(refusal.record.entry.id)
        two.away.desk.give_up(refusal.record.entry.id, "已经办结")
    two.sync()
    assert two.away.desk.refusals() == []
    assert two.away.desk.arriving() == []


# the form


def members(kind: type) -> set[str]:
    """Return every member's name of a body, however deep."""
    found: set[str] = set()
    todo = [kind]
    while todo:
        one = todo.pop()
        for name, hint in get_type_hints(one).items():
            found.add(name)
            parts = [hint, *getattr(hint, "__args__", ())]
            todo += [p for p in parts if isinstance(p, type) and dataclasses.is_dataclass(p) and p is not one]
    return found


def test_every_member_of_every_body_has_a_chinese_name() -> None:
    unnamed = {name for kind in KINDS.values() for name in members(kind.body)} - LABELS.keys()
    assert unnamed == set()


def test_leaves_of_a_body_are_all_there_in_order_with_numbers_masked_and_go_back_as_they_were(two: Branches) -> None:
    number = twice_received(two)
    entry = first(two.beside).record.entry
    found = {leaf.path: leaf for leaf in two.beside.desk.leaves(entry.id)}

    assert next(iter(found)).startswith("applicant.")
    assert found["applicant.name"] == Leaf(
        path="applicant.name", label="申请人 名称", value="王[/b]䶮", kind="text", optional=True
    )
    assert found["applicant.id_number"].value == "440*************17"
    assert found["tallies.0.electronic"].label == "1 租赁合同 电子件"
    assert found["applicant.discredited"].value == "否"
    assert "440604190001010017" not in str(found.values())
    kind = KINDS["case.received"].body
    same = {p: leaf.value for p, leaf in found.items() if not leaf.secret}
    assert to_plain(changed(kind, entry.body, same)) == to_plain(changed(kind, entry.body, {}))
    assert number == entry.subject


def test_a_body_of_any_shape_has_leaves_and_can_be_put_right() -> None:
    kind = KINDS["case.received"].body
    broken = {"applicant": {"name": 7, "kind": ["x"]}, "checklist": "none", "received_on": 3, "extra": {}}

    found = {leaf.path: leaf for leaf in leaves(kind, broken)}

    assert found["applicant.name"].kind == "data"
    assert found["received_on"].value == "3"
    with pytest.raises(LeafError):
        changed(kind, broken, {"applicant.name": "王"})
    withdrawn = KINDS["case.withdrawn"].body
    assert changed(withdrawn, {"on": 3}, {"on": "2026-03-02"}).reason == ""
    assert label_of("tallies.0.copies_kept") == "收到材料 1 复印件"


def test_a_part_left_out_because_it_is_as_usual_can_be_set() -> None:
    kind = KINDS["case.declined"].body
    body = changed(kind, {"on": "2026-03-02", "reason": "不符合"}, {"basis": "《居住证暂行条例》"})
    assert (body.basis, body.reason) == ("《居住证暂行条例》", "不符合")
    accepted = KINDS["case.accepted"].body
    due = changed(accepted, {"accepted_on": "2026-03-02"}, {"promised_due": '{"day": "2026-03-16"}'}).promised_due
    assert due.day.isoformat() == "2026-03-16"


def test_verdicts_other_than_refused_are_not_listed(two: Branches) -> None:
    two.home.receive()
    two.sync()
    assert {r.verdict for r in two.home.own()} == {Verdict.APPLIED}
    assert two.home.desk.refusals() == []
