"""收件 by the number of an application made online: filled in, and nothing is lost where it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.domain.kinds import State
from screens.inquiry import Waiting
from screens.intake.applicant import ApplicantForm
from screens.intake.screen import Intake
from tests.support.client import ID_NUMBER, PERMIT, Client, opened
from tests.support.over_the_line import NUMBER, filed
from tests.support.screen_dump import dump


def intake(client: Client) -> Intake:
    base = client.app.screen_stack[0]
    assert isinstance(base, Intake)
    return base


@pytest.mark.parametrize("typed", [NUMBER, NUMBER.lower(), f"HTTPS://HALL.EXAMPLE/A?YSBH={NUMBER}"])
async def test_a_scanned_number_opens_the_papers_with_everything_filled_in(typed: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        filed(client, "王[/b]䶮")
        await client.type(f"{typed}\n")

        screen = intake(client)
        assert screen.stage == "papers"
        assert screen.draft is not None
        assert (screen.draft.prefiling, screen.draft.answers) == (NUMBER, {"living": "rented"})
        shown = dump(client.app)
        assert f"预申报 {NUMBER}" in shown
        assert "王[/b]䶮" in shown
        assert "电1" in shown
        await client.type("aaaaa")
        await client.press("f9", "enter")
        [summary] = client.records.summaries()
        assert (summary.applicant, summary.prefiling) == ("王[/b]䶮", NUMBER)


async def test_what_does_not_hold_is_shown_where_it_stands(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        bad = {"kind": "person", "name": "样例", "id_number": ID_NUMBER[:-1] + "8"}
        filed(client, applicant=bad, situation={"gone": "x"}, received=({"material": "nothing"},))
        await client.type(f"{NUMBER}\n")
        assert "没有照搬" in dump(client.app)
        await client.press("enter")

        assert intake(client).stage == "who"
        assert client.app.screen.query_one(ApplicantForm).field("name").value == "样例"
        assert "有误" in dump(client.app)


async def test_while_central_takes_its_time_nothing_else_waits_and_esc_ends_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        filed(client)
        client.inquiry.answering.clear()
        await client.type(f"{NUMBER}\n")
        assert isinstance(client.app.screen, Waiting)
        assert "正在向市中心查询" in dump(client.app)
        client.app.look_at_line()
        await client.settle()
        assert client.app.desk_work.idle, "the desk answered meanwhile"
        await client.press("escape")
        client.inquiry.answering.set()

        assert client.app.screen_stack == [intake(client)]
        assert intake(client).draft is None
        await client.press("ctrl+u")
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n")
        assert intake(client).stage in {"which", "who"}


async def test_what_comes_while_the_window_is_locked_is_shown_to_who_asked(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        filed(client)
        client.inquiry.answering.clear()
        await client.type(f"{NUMBER}\n")
        await client.press("f11")
        client.inquiry.answering.set()
        await client.settle()
        assert "样例丙" not in dump(client.app)
        await client.type("yangli-0001\n")

        assert intake(client).draft is not None
        assert intake(client).stage == "papers"


async def test_with_the_line_down_one_key_goes_on_by_hand_and_the_case_names_the_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        filed(client)
        client.inquiry.reachable = False
        await client.type(f"{NUMBER}\n")
        assert "取不到预申报" in dump(client.app)
        await client.press("1")
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1A")
        await client.press("f9", "enter")

        [summary] = client.records.summaries()
        assert summary.prefiling == NUMBER


async def test_the_line_back_the_same_is_asked_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        filed(client)
        client.inquiry.reachable = False
        await client.type(f"{NUMBER}\n")
        client.inquiry.reachable = True
        await client.press("2")
        assert intake(client).stage == "papers"


@pytest.mark.parametrize("changed", [{"received_as": "FS0001-03-260302-0001-V"}, {"item": "GONE"}, None])
async def test_one_that_cannot_be_received_is_said_and_what_was_begun_stays(
    changed: dict[str, str] | None, tmp_path: Path
) -> None:
    async with opened(tmp_path) as client:
        if changed is not None:
            filed(client, **changed)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n")
        await client.press("escape", "escape", "escape")
        await client.type(f"{NUMBER}\n")
        assert "没有办成" in dump(client.app)
        await client.press("enter")

        assert intake(client).form.field("name").value == "样例甲"
        assert intake(client).draft is not None


async def test_what_was_begun_is_asked_about_before_a_prefiling_takes_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        filed(client)
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n")
        await client.press("escape", "escape", "escape")
        await client.type(f"{NUMBER}\n")
        await client.press("escape")
        assert intake(client).form.field("name").value == "样例甲"
        await client.type("\n")
        await client.press("enter")
        assert intake(client).form.field("name").value == "样例丙"


async def test_an_item_code_that_is_in_the_catalogue_is_no_prefiling(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        client.inquiry.reachable = False
        await client.type(f"{PERMIT.code}\n")
        assert intake(client).stage == "who"
        await client.press("ctrl+r", "enter")
        await client.type("20260302-0099\n")
        assert "取不到预申报" in dump(client.app)
        assert State.RECEIVED not in [s.state for s in client.records.summaries()]
