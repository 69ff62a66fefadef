"""督办 by keyboard: each kind of task met and seen to, several at once, scans that come in between, and what windows answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual import events

from clerk_app.docket_tasks import Task
from clerk_app.domain.people import Person
from clerk_app.domain.supervision_words import TaskKind
from clerk_app.planning import Decide
from screens.cases.clocks import CaseClocks
from screens.cases.disputes import DisputeView
from screens.cases.view import CaseView
from screens.dispatch.bag import BagView
from screens.line.screen import LineArea
from screens.measures.screen import PicturesScreen
from screens.scan_dialogs import NOT_TAKEN, Pick, Sure, Words
from screens.supervision.drawing import DrawView
from screens.supervision.screen import Supervision
from screens.supervision.task import TaskView
from tests.support import supervised as made
from tests.support.client import CLERK, ID_NUMBER, SUPERVISOR, Client, opened
from tests.support.dispatching import NASTY
from tests.support.screen_dump import dump


async def at_work(client: Client, person: Person = SUPERVISOR) -> None:
    made.calendar_known(client)
    await client.sign_in(person)


def shown(client: Client, kind: type) -> None:
    assert type(client.app.screen) is kind, dump(client.app)


async def meet(client: Client, number: str) -> None:
    """Open the task of a subject by its number."""
    await client.press("f5")
    await client.type(f"{number}\n")
    shown(client, TaskView)


async def choose(client: Client, label: str) -> None:
    """Choose a line of the menu that is open, by its number."""
    menu = client.app.screen
    assert isinstance(menu, Pick), dump(client.app)
    labels = [option.label for option in menu._options]
    await client.type(f"{labels.index(label) + 1}\n")


async def do(client: Client, label: str, *answers: str) -> None:
    """Choose an act, answer what is asked, and confirm what is read back; an answer behind ``#`` is chosen by its label."""
    await client.press("f10")
    await choose(client, label)
    for answer in answers:
        if answer.startswith("#"):
            await choose(client, answer[1:])
        else:
            await client.type(f"{answer}\n")
    shown(client, Sure)
    await client.press("enter")


def kinds(client: Client, number: str) -> list[TaskKind]:
    return [task.kind for task in tasks(client) if task.subject == number]


def tasks(client: Client) -> list[Task]:
    desk = made.desk_as(client)
    desk.refresh_tasks()
    return desk.tasks()


def entries(client: Client) -> int:
    return made.desk_as(client).status().entries


@dataclass(frozen=True, kw_only=True)
class Met:
    """A kind of task, an act on it with its answers, and the kinds that are left."""

    made: Callable[[Client], str]
    act: str
    answers: tuple[str, ...] = ()
    left: tuple[TaskKind, ...] = ()
    days: int = 0
    says: str = field(default="已登记：")


K = TaskKind
EACH = {
    K.DEEMED: Met(made=made.deemed, act="结论", answers=("#有正当理由", "停电"), left=(K.CLOCK,)),
    K.CLOCK: Met(made=lambda c: made.case(c, name=NASTY), days=7, act="延长期限", answers=("5", "复杂", "李局长", "")),
    K.DEBT: Met(made=made.owing, days=3, act="催办", answers=("请抓紧", "", ""), left=(K.DEBT, K.UNANSWERED)),
    K.CUSTODY: Met(made=made.bag_short, act="退回整改", answers=("查清", "20260310", "C0001"), left=(K.CUSTODY,)),
    K.VERIFY: Met(made=made.to_verify, act="核查属实", answers=("致电房东", "")),
    K.BREACH: Met(made=made.told_twice, act="结论", answers=("#属实，计入差错", "")),
    K.DECLINED: Met(made=made.declined, act="结论", answers=("#理由成立", "")),
    K.VISITS: Met(made=made.visited, act="结论", answers=("#指南有误，转请修订", "漏写")),
    K.UNANSWERED: Met(made=made.urged, act="转办", answers=("", "属另一组"), left=(K.UNANSWERED,)),
    K.UNDO: Met(made=made.undo_asked, act="同意撤销", answers=("",), left=(K.DECLINED,)),
    K.RATING: Met(made=made.rated, act="结论", answers=("#已回访整改", "")),
    K.TIP: Met(made=made.tipped, act="不采用提示", answers=("不准确",)),
    K.FINDING: Met(made=made.finding, act="结论", answers=("#已整改", "")),
}


@pytest.mark.parametrize("kind", EACH)
async def test_each_kind_is_met_and_seen_to(kind: TaskKind, tmp_path: Path) -> None:
    met = EACH[kind]
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = met.made(client)
        for _ in range(met.days):
            client.clock.wait(1)
        assert kind in kinds(client, number)
        await meet(client, number)
        while client.app.screen.task_shown.kind is not kind:  # type: ignore[attr-defined]
            await client.press("f7")
        await do(client, met.act, *met.answers)

        shown(client, TaskView)
        assert met.says in dump(client.app)
        assert tuple(sorted(kinds(client, number))) == tuple(sorted(met.left))


async def test_a_notice_that_is_late_is_not_concluded_before_the_case_is_accepted_by_law(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.case(client, Decide.RECEIVE, made.LACKING)
        client.clock.wait(9)
        assert kinds(client, number) == [K.DEEMED]
        await meet(client, number)
        await client.press("f10")
        assert "结论" not in [option.label for option in client.app.screen._options]  # type: ignore[attr-defined]
        await choose(client, "打开办件")
        await client.type("a\n")
        await client.press("enter", "escape")
        shown(client, TaskView)
        await client.press("f7")
        assert client.app.screen.task_shown.key == "deemed"  # type: ignore[attr-defined]


async def test_a_conflict_is_settled_side_by_side(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.conflict(client, NASTY)
        await meet(client, number)
        assert NASTY in dump(client.app)
        await client.press("f10")
        await choose(client, "裁定冲突")
        shown(client, DisputeView)
        await client.type("x按先到的办\n")
        shown(client, TaskView)
        assert K.CONFLICT not in kinds(client, number)


async def test_a_discrepancy_is_closed_with_evidence(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        bag = made.bag_short(client)
        await meet(client, bag)
        await client.press("f10")
        await choose(client, "差异结案")
        await client.type("已补一份\n部门回函\n")
        assert kinds(client, bag) == []
        assert "已办结，不在督办之列" in dump(client.app)
        await client.press("enter")
        shown(client, BagView)


async def test_a_false_paper_is_marked_before_that_is_the_conclusion(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.to_verify(client)
        await meet(client, number)
        await do(client, "核查不实", "#房屋租赁合同", "致电房东，没有签过", "")
        assert kinds(client, number) == [K.FAILED]
        await client.press("f7")
        await do(client, "结论", "#已记录虚假材料", "")
        assert "还没有虚假材料记录" in dump(client.app)
        await do(client, "虚假材料记录", "#房屋租赁合同", "伪造", "《条例》第三条", "")
        await do(client, "结论", "#已记录虚假材料", "")
        assert kinds(client, number) == []


async def test_a_tip_is_approved_in_better_words(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.tipped(client, "周末也办")
        await meet(client, number)
        await do(client, "采用提示", "，带身份证")
        tip = made.desk_as(client).tip(number)
        assert tip.text == "周末也办，带身份证"


async def test_what_central_refused_leads_to_where_it_is_mended(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.quarantined(client)
        await meet(client, number)
        await client.press("f10")
        await choose(client, "去同步处理")
        shown(client, LineArea)


async def test_what_cannot_be_written_off_is_refused_beside_the_field(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.damaged(client)
        await meet(client, number)
        before = entries(client)
        await do(client, "核销", "硬盘坏了")
        shown(client, TaskView)
        assert "已登记" not in dump(client.app)
        assert entries(client) == before


async def test_who_asked_to_undo_does_not_decide_it(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        client.authority.people.append(made.SECOND_CHIEF)
        await at_work(client, made.SECOND_CHIEF)
        number = made.undo_asked(client)
        await meet(client, number)
        assert "须由另一位值班主任复核" in dump(client.app)
        await client.press("f10")
        labels = [option.label for option in client.app.screen._options]  # type: ignore[attr-defined]
        assert not {"同意撤销", "不同意撤销"} & set(labels)


async def test_a_step_is_undone_by_who_did_it(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.declined(client)
        await meet(client, number)
        await do(client, "结论", "#理由成立", "")
        await client.press("f10")
        await choose(client, "撤销一步")
        await client.type("1\n看错了\n\n")
        assert kinds(client, number) == [K.DECLINED]


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
        assert K.UNANSWERED in kinds(client, number)
        assert "催办" in dump(client.app)


async def test_words_in_an_answer_are_no_markup(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await at_work(client)
        number = made.declined(client, NASTY)
        await meet(client, number)
        await client.press("f10")
        await choose(client, "退回整改")
        shown(client, Words)
        await client.type(f"{NASTY}[red]\n\n\n")
        assert f"{NASTY}[red]" in dump(client.app)
        await client.press("enter")
        assert f"{NASTY}[red]" in dump(client.app)


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
        assert "已打印《" in dump(client.app)
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
        await client.press("ctrl+r", "ctrl+o")
        await client.type("3\n")
        assert screen.listing.rows == []
        assert "服务点：FS0002" in dump(client.app)
        await client.press("ctrl+o")
        await client.type("2\n")
        assert len(screen.listing.rows) == 1
