"""督办 by keyboard: each kind of task met and seen to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clerk_app.domain.supervision_words import TaskKind
from clerk_app.planning import Decide
from screens.cases.disputes import DisputeView
from screens.dispatch.bag import BagView
from screens.line.screen import LineArea
from screens.scan_dialogs import Words
from screens.supervision.task import TaskView
from tests.support import supervised as made
from tests.support.at_supervision import at_work, choose, do, entries, kinds, meet, shown
from tests.support.client import Client, opened
from tests.support.dispatching import NASTY
from tests.support.screen_dump import dump


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
