"""A whole identity number is seen where it was typed, on printed papers, and after an entry that says who looked and why."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from clerk_app.commands import shapes
from clerk_app.intake_file import answer
from clerk_app.seat import Refused
from screens.cases.view import CaseView
from screens.intake.applicant import ApplicantForm
from tests.support.client import ID_NUMBER, PERMIT, SECOND, Client, opened
from tests.support.screen_dump import dump

MASKED = "440*************17"
AGENT = "440604190001010033"


def shows(client: Client) -> bool:
    """Whether a whole number is anywhere on the screen, line breaks or not."""
    shown = dump(client.app).replace("\n", "").replace(" ", "")
    return ID_NUMBER in shown or AGENT in shown


async def receive(client: Client) -> None:
    await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n1aa")
    await client.press("f9", "enter")


async def test_no_screen_shows_a_number_nobody_typed_or_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40)) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n1")
        assert not shows(client), "once the stage is closed it is masked"
        walk = ["aa", "f8", "escape", "f9", "enter", "enter", "f3"]
        for step in walk:
            await (client.press(step) if step[0] == "f" or len(step) > 2 else client.type(step))
            assert not shows(client), step
        assert MASKED in dump(client.app)
        await client.press("enter")
        assert isinstance(client.app.screen, CaseView)
        for step in (
            "pageup",
            "p",
            "escape",
            "s",
            "escape",
            "n",
            "escape",
            "x",
            "escape",
            "f1",
            "escape",
            "ctrl+p",
            "escape",
        ):
            await client.press(step)
            assert not shows(client), step
        for step in ("escape", "f6", "ctrl+r", "f2", "f12", "escape", "f11"):
            await client.press(step)
            assert not shows(client), step


async def test_a_search_by_number_shows_it_in_the_field_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40)) as client:
        await receive(client)
        await client.press("enter", "f3")
        await client.type(ID_NUMBER)
        lines = [line for line in dump(client.app).splitlines() if ID_NUMBER in line]

        assert len(lines) == 1
        assert "办件编号" not in lines[0]
        assert MASKED in dump(client.app)


async def test_nobody_is_found_by_name_in_the_intake_and_a_number_typed_brings_no_other_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n")
        await client.press("escape")
        form = client.app.screen.query_one(ApplicantForm)
        form.field("agent_name").value = "经办人甲"
        form.field("agent_id_number").value = AGENT
        form.finish()
        await client.settle()
        await client.type("1aa")
        await client.press("f9", "enter", "enter")
        await client.type(f"jzz\n{ID_NUMBER}\n")
        form = client.app.screen.query_one(ApplicantForm)

        assert form.field("name").value == "样例甲"
        assert form.field("agent_id_number").value == ""


async def test_looking_is_an_entry_each_time_and_the_number_goes_with_the_view(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await receive(client)
        await client.press("f3")

        def looked() -> int:
            return sum(r.entry.kind == "identity.shown" for r in client.records.journal())

        for n, leave in enumerate((["escape", "enter"], ["f2", "f3"], ["s", "escape"]), start=1):
            await client.type("v核对本人\n")
            assert shows(client)
            assert looked() == n
            await client.press(*leave)
            assert isinstance(client.app.screen, CaseView)
            assert not shows(client), leave


async def test_a_look_that_cannot_be_recorded_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as client:
        await receive(client)
        await client.press("f3")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(client.records, "append", full)
        await client.type("v核对本人\n")
        assert not shows(client)
        await client.press("enter")
        assert not shows(client)


async def test_a_revealed_number_is_not_there_for_the_next_person(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await receive(client)
        await client.press("f3")
        await client.type("v核对本人\n")
        client.app.copy_to_clipboard(ID_NUMBER)
        await client.press("f12", "1")
        assert not shows(client)
        await client.sign_in(SECOND)
        await client.press("f3")
        await client.press("enter")

        assert isinstance(client.app.screen, CaseView)
        assert not shows(client)
        assert client.app.clipboard == ""


async def test_what_commands_print_holds_no_whole_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(tmp_path) as client:
        desk = client.app.desk
        assert desk is not None
        caplog.set_level(logging.DEBUG)
        given = {
            "item": PERMIT.code,
            "applicant": {"name": "样例甲", "id_number": ID_NUMBER, "agent_name": "乙", "agent_id_number": AGENT},
            "situation": {"living": "owned"},
            "received": [],
        }
        told = [answer(desk, 1, json.dumps(given).encode())]
        told += [answer(desk, 2, json.dumps({**given, "situation": {}}).encode())]
        wrong = {**given, "applicant": {**given["applicant"], "id_number": ID_NUMBER[:-1] + "1"}}  # type: ignore[dict-item]
        told += [answer(desk, 3, json.dumps(wrong).encode())]
        summaries = [shapes.case(s) for s in client.records.find_cases(ID_NUMBER)]
        assert len(summaries) == 1
        entries = [shapes.entry(r) for r in client.records.journal()]
        lines = list(shapes.case_lines(summaries))
        history = [str(line) for line in desk.history(summaries[0]["case"])]
        printed = json.dumps([told, summaries, entries, lines, history], ensure_ascii=False)

        assert ID_NUMBER not in printed
        assert AGENT not in printed
        assert ID_NUMBER not in caplog.text
        assert MASKED in printed


async def test_no_refusal_quotes_the_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await receive(client)
        desk = client.app.desk
        assert desk is not None
        number = client.records.summaries()[0].number
        for act in (desk.accept, desk.accept_provisionally, desk.notify):
            with pytest.raises(Refused) as refused:
                act(number)
            assert ID_NUMBER not in refused.value.message
