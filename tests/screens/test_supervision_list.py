"""The list of 督办: several tasks at once, views and words, scans that come in between, a draw, and what rings."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from clerk_app.planning import Decide
from screens.cases.clocks import CaseClocks
from screens.cases.view import CaseView
from screens.measures.screen import PicturesScreen
from screens.scan_dialogs import NOT_TAKEN, Pick, Sure
from screens.supervision.drawing import DrawView
from screens.supervision.screen import Supervision
from screens.supervision.task import TaskView
from tests.support import supervised as made
from tests.support.at_supervision import at_work, choose, entries, kinds, shown, tasks
from tests.support.client import SUPERVISOR, Client, opened
from tests.support.dispatching import NASTY
from tests.support.screen_dump import dump

# several at once


async def test_what_is_chosen_ends_alike_in_one_act(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        numbers = [made.declined(client) for _ in range(4)]
        await client.press("f5", "insert", "insert", "insert")
        told = dump(client.app)
        assert "选中 3 项" in told
        assert told.count(" * ") + told.count(">* ") + told.count("* ") >= 3
        await client.press("f7")
        await choose(client, "结论")
        await client.type("1\n\n")
        assert "等共" not in dump(client.app)
        await client.press("enter")
        assert "已登记：结论（3 项）" in dump(client.app)
        assert len([n for n in numbers if kinds(client, n)]) == 1
        assert "选中" not in dump(client.app).replace("Ins 选中", "")


async def test_different_kinds_are_sent_back_together_but_not_concluded(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        made.declined(client)
        made.rated(client)
        await client.press("f5", "insert", "insert", "f7")
        labels = [option.label for option in client.app.screen._options]  # type: ignore[attr-defined]
        assert labels == ["退回整改", "转办"]
        await choose(client, "退回整改")
        await client.type("请说明\n\n\n\n")
        assert [task.state for task in tasks(client)] == ["sent", "sent"]
        assert "退回待答" in dump(client.app)


async def test_what_must_be_seen_to_one_by_one_is_not_done_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        made.tipped(client)
        await client.press("f5", "insert", "f7")
        shown(client, Supervision)
        assert "不能一起办" in dump(client.app)


async def test_cursor_and_choice_stay_where_they_were_when_more_comes(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        first, second = made.declined(client), made.declined(client)
        await client.press("f5", "insert")
        screen = client.app.screen
        assert isinstance(screen, Supervision)
        assert screen.listing.current is not None
        assert screen.listing.current.subject == second
        made.conflict(client)
        client.app.tick()
        await client.settle()

        assert len(screen.listing.rows) == 4
        assert screen.listing.current.subject == second
        assert {subject for subject, _ in screen.marked} == {first}
        made.desk_as(client).conclude([(first, "declined")], "founded")
        client.app.tick()
        await client.settle()
        assert screen.marked == {}


# what is listed


async def test_views_orders_and_words_narrow_the_list(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40), signed_in=False) as client:
        await at_work(client)
        made.declined(client, NASTY)
        number = made.rated(client)
        await client.press("f5")
        await client.type("8\n")
        screen = client.app.screen
        assert isinstance(screen, Supervision)
        assert [task.subject for task in screen.listing.rows] == [number]
        await client.type("1\n")
        await client.press("f8")
        assert "次序：到期先后" in dump(client.app)
        await client.type(f"{NASTY}\n")
        assert [task.who for task in screen.listing.rows] == [NASTY]
        await client.type("没有的词\n")
        assert "没有符合的" in dump(client.app)
        await client.press("escape")
        assert len(screen.listing.rows) == 2
        made.desk_as(client).assign([(number, screen.listing.rows[0].key)], SUPERVISOR.number)
        await client.type("9\n")
        await client.press("ctrl+r")
        assert [task.subject for task in screen.listing.rows] == [number]
        assert "转我" in dump(client.app)


async def test_a_number_without_a_task_is_said_beside_the_field(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.case(client)
        await client.press("f5")
        await client.type(f"{number}\n")
        shown(client, Supervision)
        assert "现在没有要督办的事" in dump(client.app)


# scans that come in between


def scan(client: Client, *texts: str) -> None:
    for text in texts:
        for character in text:
            client.app.post_message(events.Key(character, character))
        client.app.post_message(events.Key("enter", "\r"))


WAYS: dict[str, tuple[str, ...]] = {
    "list": (),
    "menu": ("f10",),
    "choice": ("f10", "1", "enter"),
    "words": ("f10", "1", "enter", "1", "enter"),
    "sure": ("f10", "1", "enter", "1", "enter", "enter"),
    "page": ("enter",),
    "page-menu": ("enter", "f10"),
    "bulk": ("insert", "f7"),
    "draw": ("ctrl+d",),
    "draw-day": ("ctrl+d", "1", "enter"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_burst_of_scans_does_nothing_but_lead_to_a_task(way: str, tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        one, other = made.declined(client), made.rated(client)
        bag = made.bag_short(client)
        await client.press("f5", *WAYS[way])
        before = entries(client), type(client.app.screen)
        scan(client, one, bag, other)
        await client.settle()

        assert entries(client) == before[0]
        screen = client.app.screen
        if way in {"list", "page"}:
            assert isinstance(screen, TaskView)
            assert screen.task_shown.subject == other
            await client.press("escape")
            shown(client, Supervision)
        else:
            assert type(screen) is before[1]
            assert NOT_TAKEN[:8] in dump(client.app)


# a draw


async def test_a_draw_lists_who_was_met_and_the_seed(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40), signed_in=False) as client:
        await at_work(client)
        numbers = {made.owing(client) for _ in range(30)}
        await client.press("f5", "ctrl+d")
        await client.type("4\n\n\n")
        shown(client, Sure)
        await client.press("enter")
        screen = client.app.screen
        assert isinstance(screen, DrawView)
        drawn = set(screen.listing.rows)
        assert drawn
        assert drawn <= numbers
        [seed] = {
            one.said.seed
            for number in drawn
            for one in client.records.case(number).oversight.drawn  # type: ignore[union-attr]
        }
        assert seed in dump(client.app)
        await client.press("enter")
        shown(client, TaskView)


# telling people


async def test_new_red_lights_ring_once_and_say_nothing_personal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, (120, 40), signed_in=False) as client:
        rung: list[int] = []
        monkeypatch.setattr(client.app, "bell", lambda: rung.append(1))
        await at_work(client)
        number = made.conflict(client, NASTY)
        made.case(client, Decide.RECEIVE, made.LACKING, name=NASTY)
        client.app.tick()
        await client.settle()
        assert rung == [1]
        told = dump(client.app)
        assert "新增冲突 1 处" in told
        assert NASTY not in told
        assert number not in told
        client.app.tick()
        await client.settle()
        assert rung == [1]
        for _ in range(9):
            client.clock.wait(1)
        client.app.tick()
        await client.settle()
        assert rung == [1, 1], "a day begins"
        assert "红 " in dump(client.app).splitlines()[0]


async def test_muted_it_does_not_ring_and_that_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, (120, 40), signed_in=False) as client:
        rung: list[int] = []
        kept: list[bool] = []
        monkeypatch.setattr(client.app, "bell", lambda: rung.append(1))
        object.__setattr__(client.app.services, "keep_muted", kept.append)
        await at_work(client)
        await client.press("ctrl+b")
        assert kept == [True]
        made.conflict(client)
        client.app.tick()
        await client.settle()
        assert rung == []
        assert "新增冲突 1 处" in dump(client.app)
        await client.press("ctrl+b")
        assert kept == [True, False]


async def test_what_is_opened_from_here_leads_back_here(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.declined(client, NASTY)
        await client.press("f5", "f9")
        shown(client, PicturesScreen)
        await client.press("escape", "enter", "f9")
        shown(client, CaseClocks)
        await client.press("escape", "enter")
        shown(client, CaseView)
        assert "[F5督办]" in dump(client.app)
        await client.type("n留意\n")
        shown(client, CaseView)
        assert client.records.case(number).remarks[0].text == "留意"  # type: ignore[union-attr]
        await client.press("escape", "f8")
        shown(client, Pick)
        await client.press("enter")
        assert "》已打印" in dump(client.app)
        await client.press("escape")
        shown(client, Supervision)


async def test_one_point_is_seen_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, (120, 40), signed_in=False) as client:
        await at_work(client)
        made.declined(client)
        await client.press("f5")
        screen = client.app.screen
        assert isinstance(screen, Supervision)
        assert "服务点" not in dump(client.app)
        monkeypatch.setattr(screen.desk, "points", lambda: ("FS0001", "FS0002"), raising=False)
        await client.press("ctrl+r", "ctrl+f")
        await client.type("3\n")
        assert screen.listing.rows == []
        assert "服务点：FS0002" in dump(client.app)
        await client.press("ctrl+f")
        await client.type("2\n")
        assert len(screen.listing.rows) == 1
