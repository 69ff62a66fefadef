"""The window's part of 督办: answers to what was sent back, ratings, tips, and a supervisor at a case."""

from __future__ import annotations

from pathlib import Path

from clerk_app.domain.supervision_words import TaskKind
from screens.cases.view import CaseView
from screens.scan_dialogs import Sure
from tests.support import supervised as made
from tests.support.at_supervision import at_work, choose, entries, kinds, shown, tasks
from tests.support.client import CLERK, ID_NUMBER, opened
from tests.support.dispatching import NASTY
from tests.support.screen_dump import dump

# the window's part


async def test_a_clerk_has_no_such_area(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        assert "F5" not in dump(client.app).splitlines()[0]
        await client.press("f5", "ctrl+b")
        assert client.app.area == "intake"


async def test_what_was_sent_back_is_listed_and_answered(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        made.calendar_known(client)
        number = made.declined(client, NASTY)
        made.desk_as(client).send_back([(number, "declined")], CLERK.number, "请补写依据")
        await client.press("f3", "f8", "f8", "f8")
        told = dump(client.app)
        assert "[待整改]" in told
        assert number in told
        assert NASTY in told
        await client.press("enter")
        shown(client, CaseView)
        await client.type("y")
        assert "请补写依据" in dump(client.app)
        await client.type("已补写\n")
        assert [task.state for task in tasks(client)] == ["answered"]
        assert "整改答复" in dump(client.app)
        await client.press("escape")
        assert number not in dump(client.app)


async def test_a_call_is_answered_and_a_bag_sent_back_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        made.calendar_known(client)
        number = made.urged(client)
        bag = made.bag_short(client)
        [task] = [task for task in tasks(client) if task.subject == bag]
        made.desk_as(client).send_back([(bag, task.key)], "", "查一查")
        await client.press("f3", "f8", "f8", "f8")
        assert {"催办", "退回"} <= set(dump(client.app).split())
        await client.press("enter")
        await client.type("y正在办\n")
        assert kinds(client, number) == []
        await client.press("escape", "enter")
        await client.type("已补\n")
        assert [one.state for one in tasks(client) if one.subject == bag] == ["answered"]


async def test_an_applicant_rates_in_one_key_and_nobody_reads_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        good, bad = made.case(client), made.case(client)
        await client.press("f3")
        await client.type(f"{good}\n")
        await client.type("r5")
        [rating] = client.records.case(good).oversight.ratings  # type: ignore[union-attr]
        assert (rating.said.level, rating.said.tags) == (5, ())
        assert "非常满意" not in dump(client.app)
        before = entries(client)
        await client.type("r")
        assert entries(client) == before
        await client.press("escape")
        await client.type(f"{bad}\n")
        await client.type("r11")
        await client.press("escape")
        [rating] = client.records.case(bad).oversight.ratings  # type: ignore[union-attr]
        assert (rating.said.level, rating.said.tags) == (1, ("slow",))


async def test_rating_is_offered_when_an_intake_is_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1A")
        await client.press("f9", "enter")
        await client.type("r4")
        [summary] = client.records.summaries()
        [rating] = client.records.case(summary.number).oversight.ratings  # type: ignore[union-attr]
        assert rating.said.level == 4


async def test_a_tip_is_offered_from_the_checklist_and_from_the_case(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        number = made.case(client)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1t")
        await client.type(f"{NASTY}\n")
        await client.press("f3")
        await client.type(f"{number}\n")
        await client.type("m2周末也办\n")
        desk = made.desk_as(client)
        found = {(tip.material, tip.text) for tip in desk.tips("offered")}
        assert found == {("form", NASTY), ("card", "周末也办")}


async def test_a_supervisor_acts_on_a_case_from_its_page(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.case(client)
        await client.press("f3")
        await client.type(f"{number}\n")
        await client.type("g")
        await choose(client, "催办")
        await client.type("请抓紧\n\n\n")
        shown(client, Sure)
        await client.press("enter")
        assert TaskKind.UNANSWERED in kinds(client, number)
        assert "催办" in dump(client.app)
