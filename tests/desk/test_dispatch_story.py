"""The whole way: packed, taken by the courier with the line down, short at the department, the result back and handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.kinds import ParcelState, State
from clerk_app.seat import Refused
from sync.central import bag_simulator
from sync.central.bag_simulator import BagSimulator
from sync.central.own_window import OwnWindow
from sync.central.simulator import Simulator
from tests.desk.test_dispatch import hand_over, holders, pack
from tests.support.branches import Branches


def departments(two: Branches, minutes: int = 5) -> None:
    """Let the simulated departments work for some minutes."""
    town = two.town

    async def work() -> None:
        simulator = await Simulator.open(town.central)
        post_room = BagSimulator(central=town.central, window=await OwnWindow.open(town.central))
        for _ in range(4 * minutes):
            town.clock.advance(seconds=15)
            await simulator.step(town.clock())
            await post_room.step(town.clock())

    town.loop.run(work())


@pytest.mark.parametrize("short", [True, False])
def test_from_the_counter_to_the_department_and_back(
    two: Branches, monkeypatch: pytest.MonkeyPatch, *, short: bool
) -> None:
    monkeypatch.setattr(bag_simulator, "SHORT_IN", 1 if short else 1 << 62)
    monkeypatch.setattr(bag_simulator, "TAKES", timedelta(seconds=30))
    case = two.home.receive()
    bag = pack(two.home, seal="封001")
    manifest = hand_over(two.home, bag.number)  # nobody has spoken with central yet
    assert two.home.records.unsent_count() > 3
    two.sync()
    departments(two)
    two.sync()

    code = two.home.desk.case(case).item.department.code
    parcel = two.home.desk.parcel(bag.number)
    assert parcel.state is ParcelState.RECEIVED
    photo = two.home.desk.trace(f"{case}/photo")
    if short:
        [task] = two.home.desk.custody_tasks()
        assert (task.subject, task.open.found.fault) == (bag.number, cb.Fault.SHORT)
        assert {(w.holder.kind, w.holder.code, w.copies) for w in photo} == {
            ("courier", "YZ000123", 1),
            ("department", code, 1),
        }
        assert f"交接清单 {manifest}" in {step.signed for step in photo[0].steps}
    else:
        assert two.home.desk.custody_tasks() == []
        assert {(w.holder.kind, w.holder.code) for w in photo} == {("department", code)}

    [coming] = two.home.desk.parcels("arriving")
    assert (coming.direction, coming.sender) == (cb.Direction.TO_WINDOW, code)
    assert two.home.desk.results_here() == []
    with pytest.raises(Refused, match="到达"):
        two.home.desk.deliver(case, b.Delivered(on=two.home.desk.today, to="样例甲"))
    two.home.desk.receive_parcel(coming.number)
    [here] = two.home.desk.results_here()
    assert here.number == case
    done = two.home.desk.deliver(case, b.Delivered(on=two.home.desk.today, to="样例甲", signed="paper"))
    assert done.state is State.CLOSED
    assert ("applicant", case) in holders(two.home, case)
    two.sync()
    for at in (two.home, two.beside):
        assert at.records.refused() == []
        assert at.records.rebuild() == []
    assert two.beside.desk.case(case) == two.home.desk.case(case)


@pytest.mark.parametrize("handed_out", [False, True])
def test_a_bag_is_received_though_a_result_in_it_came_another_way_before(two: Branches, *, handed_out: bool) -> None:
    case = two.home.receive()
    two.sync()
    departments(two)
    two.sync()
    [coming] = two.home.desk.parcels("arriving")
    assert two.home.desk.disputed(two.home.desk.parcel(coming.number)) == ()
    two.home.desk.result_arrived(case, note="部门派人送来")
    if handed_out:
        two.home.desk.deliver(case, b.Delivered(on=two.home.desk.today, to="样例甲"))
    [line] = two.home.desk.disputed(two.home.desk.parcel(coming.number))
    assert line.material == cb.RESULT

    assert two.home.desk.receive_parcel(coming.number).state is ParcelState.RECEIVED
    two.sync()
    assert two.home.records.refused() == []
    assert two.home.desk.case(case).state is (State.CLOSED if handed_out else State.DECIDED)
    [where] = two.home.desk.trace(f"{case}/{cb.RESULT}")
    assert where.holder.kind is (cb.HandKind.APPLICANT if handed_out else cb.HandKind.POINT)
