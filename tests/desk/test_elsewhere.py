"""A case begun at one point is taken up at another: read over the line, moved by an entry, seen by both."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from clerk_app.domain.checklist import Tally
from clerk_app.domain.kinds import State
from clerk_app.elsewhere import ASKED_FOR
from clerk_app.line import LineDown
from clerk_app.seat import Refused
from tests.support.branches import Branches
from tests.support.story import without

LEASE = Tally(material="lease", copies_kept=1)


def moved(two: Branches) -> str:
    """Receive a case at home, and have the other point take it up."""
    number = two.home.receive(without("form", "lease"))
    two.sync()
    two.away.desk.take_up_case(two.away.desk.look_elsewhere(number), "搬到南海")
    two.sync()
    return number


def test_a_case_of_another_point_is_read_over_the_line_and_nothing_of_it_is_kept(two: Branches) -> None:
    number = two.home.receive(without("form"))
    two.sync()

    preview = two.away.desk.look_elsewhere(f" {number.lower()} ")

    assert preview.case == two.home.records.case(number)
    assert [line.label for line in preview.history] == ["收件", "一次性告知"]
    assert (preview.place_name, preview.why_not) == ("禅城区行政服务中心", "")
    assert two.away.records.entry_count() == 0
    assert two.away.desk.find_cases(number) == []
    with pytest.raises(Refused) as refused:
        two.away.desk.case(number)
    assert refused.value.code == "case-unknown"


def test_a_case_taken_up_is_on_its_way_until_the_feed_brings_it_and_then_everything_may_be_done(two: Branches) -> None:
    number = two.home.receive(without("form"))
    two.sync()
    desk = two.away.desk

    assert desk.take_up_case(desk.look_elsewhere(number)) == number
    [coming] = desk.arriving()
    assert (coming.number, coming.sent, coming.reason) == (number, False, ASKED_FOR)
    assert desk.find_cases(number) == []
    assert two.away.records.unsent_count() == 1
    with pytest.raises(Refused, match="转入中"):
        desk.take_up_case(desk.look_elsewhere(number))
    two.away.sync()

    assert desk.arriving() == []
    case = desk.case(number)
    assert case.place == two.away.seat.point
    assert {"supplement", "withdraw", "decline"} <= desk.allowed(case)
    done = desk.supplement(number, [Tally(material="form", originals_kept=1)])
    assert done.case.state is State.ACCEPTED
    two.sync()
    assert two.home.cases()[number] == two.away.cases()[number]
    assert two.home.desk.history(number) == desk.history(number)


def test_the_point_that_lost_a_case_sees_where_it_is_and_who_took_it_and_decides_no_more(two: Branches) -> None:
    number = moved(two)
    desk = two.home.desk
    case = desk.case(number)

    where = desk.whereabouts(case)
    assert (where.point, where.name, where.here, where.by) == ("FS0002", "南海区行政服务中心", False, "C2")
    assert where.since == two.town.clock().date().isoformat()
    assert desk.allowed(case) == {"remark", "reveal_identity", "supplement", "take_up_case"}
    with pytest.raises(Refused, match="南海区行政服务中心") as refused:
        desk.withdraw(number, "不办了")
    assert refused.value.code == "case-elsewhere"
    assert "转回" in refused.value.message
    assert "异地续办" in [line.label for line in desk.history(number)]
    assert "搬到南海" in next(line.text for line in desk.history(number) if line.kind == "case.moved")


def test_papers_may_be_brought_to_either_point_and_only_the_one_that_handles_the_case_accepts_it(two: Branches) -> None:
    number = moved(two)
    brought = [Tally(material="form", originals_kept=1), LEASE]

    here = two.home.desk.supplement(number, brought)
    assert here.case.state is State.NOTIFIED
    two.sync()
    assert two.away.desk.accept(number).case.state is State.ACCEPTED
    two.sync()
    assert two.home.cases()[number].state is State.ACCEPTED


def test_a_case_goes_back_the_same_way(two: Branches) -> None:
    number = moved(two)

    two.home.desk.take_up_case(two.home.desk.look_elsewhere(number))
    two.sync()

    assert two.home.cases()[number].place == two.home.seat.point
    assert two.home.cases() == two.away.cases()
    assert not two.away.desk.whereabouts(two.away.desk.case(number)).here


def test_papers_are_issued_by_the_point_that_handles_the_case_and_tell_of_the_move(two: Branches) -> None:
    number = moved(two)

    for desk in (two.home.desk, two.away.desk):
        pages = PdfReader(BytesIO(desk.paper("接收回执", number))).pages
        shown = "".join(page.extract_text() for page in pages).replace("\x00", "").replace("\n", "")
        assert "南海区行政服务中心" in shown
        assert "异地续办" in shown
        assert "转由南海区行政服务中心办理" in shown


def test_without_the_line_nothing_is_fetched_and_nothing_recorded(two: Branches) -> None:
    number = two.home.receive()
    two.sync()
    preview = two.away.desk.look_elsewhere(number)
    two.town.stop()

    with pytest.raises(LineDown):
        two.away.desk.look_elsewhere(number)
    two.away.desk.take_up_case(preview)  # read while the line was up: recorded, and sent when it is back
    two.town.start()
    two.sync()
    assert two.away.cases()[number].place == two.away.seat.point


@pytest.mark.parametrize("number", ["", "nothing-such", "FS0001-01-250603-0001-X", "王[/b]䶮", "44060419000101001X"])
def test_what_is_no_case_number_is_not_asked_for(two: Branches, number: str) -> None:
    with pytest.raises(Refused) as refused:
        two.away.desk.look_elsewhere(number)
    assert refused.value.code == "case-unknown"


def test_a_case_that_is_over_or_here_is_not_taken_up(two: Branches) -> None:
    over, here = two.home.receive(), two.away.receive()
    two.home.desk.withdraw(over, "不办了")
    two.sync()

    for desk, number, told in ((two.away.desk, over, "已经结束"), (two.away.desk, here, "本服务点")):
        preview = desk.look_elsewhere(number)
        assert told in preview.why_not
        with pytest.raises(Refused, match=told):
            desk.take_up_case(preview)


def test_two_points_that_take_a_case_up_at_once_are_a_conflict_both_see(two: Branches) -> None:
    number = moved(two)
    preview = two.home.desk.look_elsewhere(number)
    two.away.desk.withdraw(number, "不办了")
    two.away.sync()

    two.home.desk.take_up_case(preview)
    two.sync()

    assert two.home.cases()[number] == two.away.cases()[number]
    assert two.home.cases()[number].conflicts or two.home.desk.refusals()
