"""The counter's story by keyboard: from ``jzz`` to the right paper, and the applicant who comes back."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from clerk_app.domain.kinds import State
from clerk_app.line import LineStatus
from screens.cases.view import CaseView
from screens.dialogs import Notice
from screens.intake.result import Result
from screens.intake.screen import Intake
from screens.widgets.checklist import Checklist
from screens.widgets.header import StatusHeader
from tests.support.client import ID_NUMBER, LEASE, PASSWORD, PERMIT, Client, opened
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]


def only_case(client: Client) -> str:
    (summary,) = client.records.summaries()
    return summary.number


def papers(client: Client) -> list[str]:
    return sorted(path.name.rsplit("-", 1)[1] for path in (client.folder / "papers").iterdir())


async def to_checklist(client: Client, words: str = "jzz", answer: str = "1") -> None:
    await client.type(f"{words}\n{ID_NUMBER}\n样例甲\n13800000000\n{answer}")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_complete_papers_are_accepted_and_both_receipts_printed(size: tuple[int, int], tmp_path: Path) -> None:
    async with opened(tmp_path, size) as client:
        await to_checklist(client)
        await client.type("aaaaa")
        assert "齐全，可以受理" in dump(client.app)
        await client.press("f9", "enter")

        assert isinstance(client.app.screen, Result)
        assert only_case(client) in dump(client.app)
        assert "本机已记录，待市中心确认" in dump(client.app)
        assert client.records.summaries()[0].state is State.ACCEPTED
        assert papers(client) == ["受理回执.pdf", "接收回执.pdf"]


async def test_the_verdict_changes_with_every_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        said = []
        for keys in ("k", "\n", "s", "c", "\n", "m", "a", "a"):
            await client.type(keys)
            said.append(next(line for line in dump(client.app).splitlines() if "结论" in line).strip())

        assert said[0] == "结论  缺 4 项，其中 4 项待核，应一次性告知补正"
        assert said[2] == "结论  缺 4 项，其中 3 项待核，应一次性告知补正"
        assert said[3] == "结论  缺 3 项，其中 3 项待核，应一次性告知补正"
        assert said[7] == "结论  缺 1 项，都可容缺后补：可告知补正，也可容缺受理"


async def test_what_is_missing_is_told_once_and_the_supplements_close_the_case(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.type("aammd")
        await client.type("3")
        await client.type("请加盖单位公章\n")
        await client.press("f9", "enter")
        number = only_case(client)
        assert client.records.summaries()[0].state is State.NOTIFIED
        assert papers(client) == ["接收回执.pdf", "申请材料补正告知书.pdf"]

        client.clock.wait(1)
        await client.press("enter", "f3")
        await client.type(f"{number.lower()}\n")
        assert isinstance(client.app.screen, CaseView)
        await client.type("s")
        rows = [line.material.name for line in client.app.screen.query_one(Checklist).rows]
        assert rows == ["相片采集回执", "房屋租赁合同", "就业证明"]
        await client.type("aaa")
        assert "补齐了，可以受理" in dump(client.app)
        await client.press("f9", "enter")
        assert "到场次数超过上限（1 次）：什么原因" in dump(client.app)
        await client.type("4")

        case = client.records.case(number)
        assert case is not None
        assert case.state is State.ACCEPTED
        assert [v.reason for v in case.visits] == ["", "defective"]
        assert "受理回执.pdf" in papers(client)


@pytest.mark.parametrize("words", ["样例甲", ID_NUMBER, "居住证"])
async def test_a_case_is_found_by_name_identity_number_and_item_with_enter_right_behind(
    words: str, tmp_path: Path
) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "enter", "f3")
        await client.type(f"{words}\n")

        assert isinstance(client.app.screen, CaseView)
        assert client.app.screen.number == only_case(client)


async def test_enter_right_behind_the_key_for_the_list_means_its_first_row_however_slow_the_disk(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "enter")
        first, then = threading.Event(), threading.Event()
        for disk in (first, then):
            client.app.desk_work.do(lambda disk=disk: disk.wait(20), lambda _: None, lambda _: None, hold=False)  # type: ignore[misc]
            if disk is first:
                for key in ("f3", "enter"):
                    client.app.post_message(events.Key(key, None))
                await client.pilot.pause()
        client.app.revision += 1  # something came from the city: the list is read once more
        client.app.screen.looked()  # type: ignore[attr-defined]
        first.set()
        await client.pilot.pause()
        then.set()
        await client.settle()

        assert isinstance(client.app.screen, CaseView)
        assert client.app.screen.number == only_case(client)


async def test_owed_materials_give_a_provisional_acceptance_and_the_commitment(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.type("aaoaa")
        await client.press("f9", "enter")

        assert client.records.summaries()[0].state is State.PROVISIONAL
        assert papers(client) == ["受理回执.pdf", "容缺受理承诺书.pdf", "接收回执.pdf"]


async def test_a_material_that_may_not_be_owed_is_not(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.type("o")

        assert "第 1 项不是可容缺后补的材料" in dump(client.app)
        assert client.app.screen.query_one(Checklist).sheet.owed == frozenset()


async def test_declining_asks_for_a_reason_and_prints_the_refusal(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f8", "3")
        await client.type("2\n")
        await client.press("enter")

        assert client.records.summaries()[0].state is State.DECLINED
        assert papers(client) == ["不予受理通知书.pdf", "接收回执.pdf"]


async def test_a_wrong_check_digit_is_refused_at_the_field(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type("jzz\n440604190001010016\n")
        shown = dump(client.app)

        assert "校验码" in shown
        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.stage == "who"
        assert client.app.focused is client.app.screen.form.field("id_number").input


async def test_an_applicant_known_here_is_not_typed_again_and_verified_papers_are_offered(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.type("aaaaa")
        await client.press("f9", "enter", "enter")
        client.clock.wait(1)
        await client.type(f"jzz\n{ID_NUMBER}\n\n\n1")
        checklist = client.app.screen.query_one(Checklist)
        offered = [row.offered is not None for row in checklist.rows]
        assert offered[1], "the identity card was verified yesterday"
        await client.type("".join("r" if there else "a" for there in offered[:5]))
        assert checklist.rows[1].mark[0] == "[旧]"
        await client.press("f9", "enter")

        newest = max(client.records.summaries(), key=lambda s: s.number)
        assert (newest.applicant, newest.state) == ("样例甲", State.ACCEPTED)


async def test_several_items_picked_are_one_intake_and_ask_once_for_the_same_paper(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type("jzz")
        await client.press("f7")
        await client.type("fwzl\n")
        await client.type(f"{ID_NUMBER}\n样例甲\n\n1")
        names = [line.material.name for line in client.app.screen.query_one(Checklist).rows]
        assert len(names) == len(set(names))
        assert names.count("居民身份证") == 1
        await client.type("A")
        await client.press("f9", "enter")

        assert sorted(s.item for s in client.records.summaries()) == sorted([PERMIT.code, LEASE.code])
        assert "少交" in dump(client.app)


async def test_half_done_work_survives_a_look_elsewhere(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.type("aa")
        before = dump(client.app)
        await client.press("f3", "f6", "f2")

        assert dump(client.app) == before


async def test_the_line_going_down_changes_a_word_in_the_header_and_nothing_else(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        assert "在线" in dump(client.app).splitlines()[0]
        client.line.seen = LineStatus(last_problem="连不上市中心。", attempt=1)
        client.app.look_at_line()
        await to_checklist(client)
        await client.type("aaaaa")
        await client.press("f9", "enter")

        assert "离线" in dump(client.app).splitlines()[0]
        assert client.records.summaries()[0].state is State.ACCEPTED
        assert client.app.screen_stack[0].query_one(StatusHeader).state.unsent == 2
        client.line.seen = replace(client.line.seen, online=True, last_problem="")
        client.app.look_at_line()
        await client.settle()
        assert "在线" in dump(client.app).splitlines()[0]


async def test_an_identity_number_is_masked_until_somebody_says_why_and_that_is_recorded(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "f3")
        assert ID_NUMBER not in dump(client.app)
        await client.type("v核对本人\n")

        assert ID_NUMBER in dump(client.app)
        assert [r.entry.kind for r in client.records.journal()][-1] == "identity.shown"


async def test_a_case_number_scanned_into_the_search_opens_the_case(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "enter")
        await client.type(f"{only_case(client)}\n")

        assert isinstance(client.app.screen, CaseView)


async def test_the_whole_intake_typed_ahead_without_a_pause_comes_out_right(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.type(f"C0001\n{PASSWORD}\njzz\n{ID_NUMBER}\n样例甲\n13800000000\n1aaaaa")
        await client.press("f9", "enter")

        (summary,) = client.records.summaries()
        assert (summary.applicant, summary.state) == ("样例甲", State.ACCEPTED)
        assert not isinstance(client.app.screen, Notice)


async def test_an_item_for_organisations_asks_for_one(tmp_path: Path) -> None:
    handbook = replace(PERMIT, subjects=("organisation",))
    async with opened(tmp_path, items=(handbook,)) as client:
        await client.type("jzz\n")

        assert "统一社会信用代码" in dump(client.app)
