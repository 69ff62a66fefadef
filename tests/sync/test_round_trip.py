"""What is said at a window comes to central once, and both ends tell the same of every case."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from clerk_app.domain.checklist import Tally
from clerk_app.domain.journal import Verdict
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Role
from clerk_app.domain.plain import to_plain
from clerk_app.line import LineDown
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from sync.wire import PROBLEMS, CatalogueRow
from tests.support.booth import CLERK, Booth, Town, booth
from tests.support.city import OTHER_POINT, POINT
from tests.support.story import PERMIT, without

LEASE = Tally(material="lease", copies_kept=1)


def test_acts_go_up_verdicts_come_down_and_both_ends_fold_to_the_same_cases(here: Town, window: Booth) -> None:
    accepted, notified = window.receive(), window.receive(without("form"))
    window.desk.remark(accepted, "留意")
    report = window.sync()

    assert (report.pushed, report.refused, report.unsent) == (5, 0, 0)
    assert report.pulled == 0, "the feed's echo of own entries is no news"
    assert {r.verdict for r in window.own()} == {Verdict.APPLIED}
    assert [r.position for r in window.own()] == [1, 2, 3, 4, 5]
    assert window.cases() == here.cases()
    assert (window.cases()[accepted].state, window.cases()[notified].state) == (State.ACCEPTED, State.NOTIFIED)
    assert window.desk.confirmed(accepted)


def test_the_catalogue_comes_with_the_first_round_and_only_changes_after(here: Town, window: Booth) -> None:
    assert window.records.item(PERMIT.code) == PERMIT
    assert [hit.key for hit in window.desk.search_items("居住证")] == [PERMIT.code]
    assert window.sync().catalogue == 0
    here.loop.run(here.central.add_point("FS0003", "高明区行政服务中心"))
    assert window.sync().catalogue == 1
    assert window.records.point_name("FS0003") == "高明区行政服务中心"


def test_fifty_intakes_while_central_is_down_go_up_once_when_it_is_back(here: Town, window: Booth) -> None:
    here.stop()
    numbers = [window.receive() for _ in range(50)]
    with pytest.raises(LineDown, match="连不上"):
        window.sync()
    assert window.records.unsent_count() == 100
    here.start()

    assert window.sync().unsent == 0
    feed = here.feed()
    assert len(feed) == len({r.entry.id for r in feed}) == 100
    assert [r.entry for r in feed] == [r.entry for r in window.own()]
    assert set(window.cases()) == set(numbers)
    assert window.cases() == here.cases()
    assert window.records.rebuild() == []


def test_more_entries_than_a_batch_takes_go_up_in_several(here: Town, window: Booth) -> None:
    number = window.receive()
    for n in range(230):
        window.desk.remark(number, f"第 {n} 条")
    assert (window.sync().pushed, window.records.unsent_count()) == (232, 0)
    assert len(here.feed()) == 232


def test_two_windows_of_a_point_see_each_others_acts(here: Town, window: Booth, tmp_path: Path) -> None:
    with booth(here.enrol(), tmp_path / "two", here.clock, here.bridge) as other:
        number = window.receive(without("lease"))
        window.sync()
        assert other.sync().pulled == 2
        other.desk.supplement(number, [LEASE])
        other.sync()
        assert window.sync().pulled == 2
        assert window.cases() == other.cases() == here.cases()
        assert window.cases()[number].state is State.ACCEPTED


def test_two_decisions_taken_apart_are_kept_and_both_ends_agree_which_conflicts(
    here: Town, window: Booth, tmp_path: Path
) -> None:
    with booth(here.enrol(), tmp_path / "two", here.clock, here.bridge) as other:
        number = window.receive(decide=Decide.RECEIVE)
        window.sync()
        other.sync()
        window.desk.accept(number)
        other.desk.decline(number, "不属于本局职权范围", "not-competent")
        other.sync()
        window.sync()
        other.sync()

        assert window.cases() == other.cases() == here.cases()
        [conflict] = window.cases()[number].conflicts
        assert window.cases()[number].state is State.DECLINED
        assert [r.entry.kind for r in window.own() if r.entry.id == conflict] == ["case.accepted"]
        assert [r.verdict for r in window.own()] == [Verdict.APPLIED, Verdict.CONFLICTING]


def test_a_window_whose_folder_was_lost_enrols_again_and_the_points_cases_come_back(
    here: Town, window: Booth, tmp_path: Path
) -> None:
    numbers = {window.receive(), window.receive(without("form"))}
    window.sync()
    before = window.cases()
    shutil.rmtree(tmp_path / "one")
    again = here.enrol()

    assert again.window != window.seat.window
    with booth(again, tmp_path / "one", here.clock, here.bridge) as new:
        new.sync()
        assert set(new.cases()) == numbers
        assert new.cases() == before
        added = new.receive()
        assert added not in numbers
        assert new.sync().unsent == 0


def test_what_central_refuses_lies_open_with_its_reason_and_other_cases_flow(here: Town, tmp_path: Path) -> None:
    """At the window a courier was taken for a clerk; central knows better."""
    here.loop.run(here.central.add_account("K1", "梁丁", "sample-password", Role.COURIER, [POINT]))
    courier = replace(CLERK, number="K1")
    seat = here.enrol()
    with booth(seat, tmp_path / "one", here.clock, here.bridge, person=courier) as window:
        window.sync()
        bad = window.receive()
        report = window.sync()
        assert (report.refused, report.unsent) == (2, 0)
        assert [r.entry.subject for r in window.records.refused()] == [bad, bad]
        assert [(r.problem or {})["type"] for r in window.records.refused()] == [PROBLEMS + "not-your-role"] * 2
        assert all((r.problem or {})["detail"] for r in window.records.refused())
    with booth(seat, tmp_path / "one", here.clock, here.bridge) as window:
        good = window.receive()
        window.sync()
        assert set(window.cases()) == {good}
        assert window.cases() == here.cases()
        assert len(window.records.refused()) == 2


def test_an_act_too_large_for_the_line_is_refused_before_it_is_written(here: Town, window: Booth) -> None:
    """An entry central can never take would hold up every later one."""
    long = replace(PERMIT.materials[0], standard="长" * 400_000)
    item = replace(PERMIT, materials=(long, *PERMIT.materials[1:]))
    body = msgspec.Raw(msgspec.json.encode(to_plain(item)))
    here.loop.run(here.central.import_rows([CatalogueRow(kind="item", key=item.code, revision=0, body=body)]))
    window.sync()
    with pytest.raises(Refused, match="收不下") as refused:
        window.receive()
    assert refused.value.code == "entry-too-large"
    assert window.records.entry_count() == 0


def test_a_session_is_kept_for_the_next_command_and_renewed_when_its_time_is_over(here: Town, window: Booth) -> None:
    kept = window.records.get_meta("line-session")
    window.sync()
    assert window.records.get_meta("line-session") == kept
    here.clock.advance(minutes=13)
    window.sync()
    assert window.records.get_meta("line-session") != kept


def test_a_case_of_another_point_is_told_with_its_entries_or_there_is_none(
    here: Town, window: Booth, tmp_path: Path
) -> None:
    number = window.receive(without("form"))
    window.desk.remark(number, "改天再来")
    window.sync()
    key = bytes(range(3, 35))
    with booth(here.enrol(key, OTHER_POINT), tmp_path / "far", here.clock, here.bridge, key=key) as far:
        told = far.end.case(number)
        assert told == [r for r in here.feed() if r.entry.subject == number]
        assert far.end.case(number + "-X") is None
        here.bridge.app = None
        with pytest.raises(LineDown):
            far.end.case(number)
