"""Papers from hand to hand: packed, handed over, received, delivered; every sheet with exactly one holder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from clerk_app.dispatch import Signed
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import pickup
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.pickup import Scan
from clerk_app.seat import Refused
from tests.support.booth import Booth
from tests.support.branches import Branches
from tests.support.story import without

COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", name="邮政速递", person="样例揽收员")
SIGNED = Signed(taker=COURIER, proof="pin", company="邮政速递")


def pack(at: Booth, *, seal: str = "S1") -> Parcel:
    """Put everything that waits there into one bag."""
    [group] = at.desk.to_pack()
    packing = at.desk.packing(group.direction, group.to, [one.number for one in group.cases])
    return at.desk.pack(packing, seal)


def hand_over(at: Booth, *bags: str) -> str:
    """Give bags to the courier."""
    held = at.desk.begin_pickup()
    for bag in bags:
        held, scan, _ = at.desk.scan_bag(held, bag)
        assert scan is Scan.TAKEN
    return at.desk.close_pickup(held, SIGNED, {}).number


def holders(at: Booth, case: str) -> set[tuple[str, str]]:
    return {(one.holder.kind, one.holder.code) for one in at.desk.trace(case)}


def test_what_was_received_waits_by_where_it_goes_and_only_what_was_kept_can_be_packed(two: Branches) -> None:
    number = two.home.receive()
    [group] = two.home.desk.to_pack()
    case = two.home.desk.case(number)
    assert (group.direction, group.to.name) == (cb.Direction.TO_DEPARTMENT, case.item.department.name)
    packing = two.home.desk.packing(group.direction, group.to, [number])
    assert {(line.material, line.originals, line.copies) for line in packing.lines} == {
        ("form", 1, 0),
        ("card", 0, 1),
        ("lease", 0, 1),
        ("photo", 0, 2),
    }
    assert [(r.name, r.originals) for r in packing.returned] == [("居民身份证", 1)]
    assert packing.warnings == ()
    bag = two.home.desk.pack(packing, "封001")
    assert two.home.desk.to_pack() == []
    assert [p.number for p in two.home.desk.parcels("packed")] == [bag.number]
    with pytest.raises(Refused) as refused:
        two.home.desk.pack(packing, "封002")
    assert refused.value.code == "papers-not-here"


def test_bags_are_found_by_their_numbers_and_by_the_cases_in_them(two: Branches) -> None:
    desk = two.home.desk
    first, second = two.home.receive(), two.home.receive()
    bags = {}
    for case, seal in ((first, "FQ-甲一"), (second, "FQ-乙二")):
        [group] = desk.to_pack()
        bags[case] = desk.pack(desk.packing(group.direction, group.to, [case]), seal).number

    def found(words: str, scope: str = "all") -> set[str]:
        return {one.number for one in desk.find_parcels(words, scope)}

    name = desk.case(first).applicant.name
    assert found("") == found(name) == found("送部门") == set(bags.values())
    assert found(first.lower()) == found(first.replace("-", "")) == found("ｆｑ-甲一") == {bags[first]}
    assert found(f"{name} {second}") == {bags[second]}
    assert found(f"{first} 乙二") == found(f"{name} 没有这个") == found(first, "moving") == set()


def test_a_paper_still_under_check_warns(two: Branches) -> None:
    number = two.home.receive(without("form"))
    [group] = two.home.desk.to_pack()
    packing = two.home.desk.packing(group.direction, group.to, [number])
    assert group.cases[0].warning
    assert number in packing.warnings[0]


def test_a_bag_that_is_opened_again_gives_everything_back(two: Branches) -> None:
    two.home.receive()
    bag = pack(two.home)
    opened = two.home.desk.unseal(bag.number, "装错")
    assert opened.state is ParcelState.UNSEALED
    [group] = two.home.desk.to_pack()
    assert group.sheets == 5
    two.sync()
    assert two.home.records.refused() == []


def test_the_courier_takes_bag_after_bag_and_the_line_may_be_down(two: Branches) -> None:
    case = two.home.receive()
    bag = pack(two.home)
    held = two.home.desk.begin_pickup()
    held, scan, number = two.home.desk.scan_bag(held, bag.number.lower())
    assert (scan, number) == (Scan.TAKEN, bag.number)
    assert two.home.desk.scan_bag(held, bag.number)[1] is Scan.TWICE
    assert two.home.desk.scan_bag(held, bag.number[:-1] + "?")[1] is Scan.UNREADABLE
    manifest = two.home.desk.close_pickup(held, SIGNED, {})
    assert [line.parcel for line in manifest.closed.lines] == [bag.number]
    assert holders(two.home, case) == {("courier", "YZ000123")}
    assert two.home.desk.begin_pickup().expected == {}
    two.sync()
    assert two.home.records.refused() == []
    assert two.beside.desk.manifest(manifest.number) == two.home.desk.manifest(manifest.number)
    assert holders(two.beside, case) == holders(two.home, case)


def test_what_is_not_as_the_list_says_needs_a_reason_and_stands_on_the_manifest(two: Branches) -> None:
    two.home.receive()
    bag = pack(two.home)
    other = parcel_number("FS0001", "05", date(2026, 3, 2), 900)
    held = two.home.desk.begin_pickup()
    held, scan, _ = two.home.desk.scan_bag(held, other)
    assert scan is Scan.NOT_LISTED
    with pytest.raises(Refused, match="原因"):
        two.home.desk.close_pickup(held, SIGNED, {})
    held = pickup.with_stranger(held, other, "其他窗口昨日所封，一并带走")
    manifest = two.home.desk.close_pickup(held, SIGNED, {bag.number: "柜中未见"})
    assert [d.found.fault for d in manifest.discrepancies] == [cb.Fault.NOT_LISTED, cb.Fault.MISSING_BAG]
    assert [task.subject for task in two.home.desk.custody_tasks()] == [manifest.number] * 2
    two.sync()
    assert two.home.records.refused() == []


def test_two_windows_pack_the_same_paper_offline_and_exactly_one_bag_holds_it(two: Branches) -> None:
    case = two.home.receive()
    two.sync()
    one, other = pack(two.home, seal="A"), pack(two.beside, seal="B")
    two.sync()

    for at in (two.home, two.beside):
        assert {whereabout.parcel for whereabout in at.desk.trace(case)} == {one.number}
        assert at.desk.disputed(at.desk.parcel(one.number)) == ()
        assert {line.material for line in at.desk.disputed(at.desk.parcel(other.number))} == {
            "form",
            "card",
            "lease",
            "photo",
        }
        [dispute] = at.desk.disputes(case)
        assert dispute.act.label == "装袋"
    two.chief(two.home).settle(case, dispute.act.entry, stands=True, reason="实物在二号窗口的袋里")
    two.sync()
    for at in (two.home, two.beside):
        assert {whereabout.parcel for whereabout in at.desk.trace(case)} == {other.number}
        assert at.desk.disputed(at.desk.parcel(other.number)) == ()


def test_two_hands_on_one_bag_are_a_conflict(two: Branches) -> None:
    two.home.receive()
    bag = pack(two.home)
    two.sync()
    hand_over(two.home, bag.number)
    hand_over(two.beside, bag.number)
    two.sync()
    for at in (two.home, two.beside):
        parcel = at.desk.parcel(bag.number)
        assert len(parcel.legs) == 1
        assert len(parcel.conflicts) == 1


def test_a_bag_for_another_point_is_heard_of_there_and_its_papers_lie_there_once_it_came(two: Branches) -> None:
    case = two.home.receive(without("form"))
    two.sync()
    two.away.desk.take_up_case(two.away.desk.look_elsewhere(case), "搬到南海")
    two.sync()
    [group] = two.home.desk.to_pack()
    assert (group.direction, group.to.code) == (cb.Direction.TO_POINT, two.away.seat.point)
    bag = pack(two.home)
    hand_over(two.home, bag.number)
    two.sync()
    [coming] = two.away.desk.parcels("arriving")
    assert coming.number == bag.number
    received = two.away.desk.receive_parcel(bag.number)
    assert received.state is ParcelState.RECEIVED
    two.sync()
    for at in (two.home, two.away):
        assert at.records.refused() == []
        assert holders(at, case) == {("point", two.away.seat.point)}


def test_a_short_paper_opens_a_task_that_only_evidence_closes(two: Branches) -> None:
    case = two.home.receive(without("form"))
    two.sync()
    two.away.desk.take_up_case(two.away.desk.look_elsewhere(case), "搬到南海")
    two.sync()
    bag = pack(two.home)
    hand_over(two.home, bag.number)
    two.sync()
    line = next(line for line in bag.sealed.lines if line.material == "photo")
    assert line.copies == 2
    short = cb.Discrepancy(fault=cb.Fault.SHORT, parcel=bag.number, line=replace(line, copies=1), note="少一张照片")
    two.away.desk.receive_parcel(bag.number, [short])
    two.sync()
    [task] = two.home.desk.custody_tasks()
    assert (task.subject, task.open.found.fault) == (bag.number, cb.Fault.SHORT)
    told = [(w.holder.kind, w.copies, w.disputed) for w in two.home.desk.trace(f"{case}/photo")]
    assert sorted(told) == [("courier", 1, True), ("point", 1, False)]
    with pytest.raises(Refused, match="值班主任"):
        two.home.desk.close_discrepancy(bag.number, task.open.entry, 1, "已找到", "袋底")
    chief = two.chief(two.home)
    with pytest.raises(Refused, match="凭据"):
        chief.close_discrepancy(bag.number, task.open.entry, 1, "已找到", " ")
    chief.close_discrepancy(bag.number, task.open.entry, 1, "已找到", "照片在袋底，双方签字")
    two.sync()
    assert two.away.desk.custody_tasks() == []


def test_a_result_is_logged_in_and_handed_over_here_and_not_before(two: Branches) -> None:
    case = two.home.receive()
    with pytest.raises(Refused):
        two.home.desk.deliver(case, b.Delivered(on=date(2026, 3, 4), to="样例甲"))


def test_the_slip_the_label_and_the_list_name_the_bag(two: Branches) -> None:
    case = two.home.receive()
    bag = pack(two.home, seal="封001")
    manifest = hand_over(two.home, bag.number)
    for content in (
        two.home.desk.label(bag.number),
        two.home.desk.manifest_paper(manifest),
        two.home.desk.paper("物料流转凭证", case),
    ):
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        assert bag.number in text.translate({0: None, 10: None})
    for printed in (two.home.desk.print_label(bag.number), two.home.desk.print_manifest(manifest)):
        assert printed.path is not None
        assert printed.path.is_file()


def test_the_history_of_a_case_tells_of_its_papers_in_words(two: Branches) -> None:
    case = two.home.receive()
    bag = pack(two.home)
    [line] = [line for line in two.home.desk.history(case) if line.label == "装袋"]
    assert bag.number in line.text
    assert "复印件" in line.text


def test_a_supervisor_settles_whose_hands_a_bag_went_through(two: Branches) -> None:
    two.home.receive()
    bag = pack(two.home)
    two.sync()
    hand_over(two.home, bag.number)
    hand_over(two.beside, bag.number)
    two.sync()
    chief = two.chief(two.home)
    [dispute] = chief.disputes()
    assert (dispute.subject, dispute.act.label) == (bag.number, "交接")
    assert dispute.now[0] == "在途"
    settled = chief.settle(bag.number, dispute.act.entry, stands=False, reason="只交了一次，重复登记")
    assert settled.conflicts == ()
    two.sync()
    assert two.beside.desk.disputes() == []


def test_a_discrepancy_has_a_last_day(two: Branches) -> None:
    two.home.receive()
    bag = pack(two.home)
    two.home.desk.note_discrepancy(bag.number, [cb.Discrepancy(fault=cb.Fault.LOST, parcel=bag.number, note="找不到")])
    [task] = two.home.desk.custody_tasks()
    assert (task.due.day - task.open.on).days >= 1
    assert not task.late
    two.town.clock.advance(days=9)
    [task] = two.home.desk.custody_tasks()
    assert (task.waits, task.late) == (9, not task.due.provisional)


def test_papers_of_a_case_that_was_given_up_on_their_way_come_back_and_go_over_the_counter(two: Branches) -> None:
    case = two.home.receive()
    bag = pack(two.home)
    two.home.desk.withdraw(case, "不办了")
    two.home.desk.unseal(bag.number, "申请人撤件")
    assert two.home.desk.to_pack() == []
    [here] = two.home.desk.results_here()
    assert here.number == case
    two.home.desk.give_back(case)
    assert holders(two.home, case) == {("applicant", case)}
    assert two.home.desk.results_here() == []
    with pytest.raises(Refused):
        two.home.desk.give_back(case)
    two.sync()
    assert two.home.records.refused() == []


def test_a_bag_is_received_by_whom_it_goes_to_or_comes_back_to_its_sender(two: Branches) -> None:
    case = two.home.receive()
    bag = pack(two.home)
    hand_over(two.home, bag.number)
    with pytest.raises(Refused, match="不能在此签收"):
        two.home.desk.receive_parcel(bag.number)
    back = two.home.desk.receive_parcel(bag.number, returned=True)
    assert back.state is ParcelState.RETURNED
    assert holders(two.home, case) == {("point", two.home.seat.point)}


def test_a_list_printed_at_another_window_names_the_one_that_closed_it(two: Branches) -> None:
    two.home.receive()
    manifest = hand_over(two.home, pack(two.home).number)
    two.sync()
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(two.beside.desk.manifest_paper(manifest))).pages)
    text = text.translate({0: None, 10: None})
    assert two.home.seat.window in text
    assert two.beside.seat.window not in text
