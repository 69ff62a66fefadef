"""Locking: nothing personal stays on the screen, what is typed goes nowhere else, and everything comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from screens.cases.view import CaseView
from screens.dialogs import Confirm, Prompt
from screens.intake.screen import Intake
from screens.lock.screen import Lock
from screens.sign_in.screen import SignIn
from screens.widgets.checklist import Checklist
from screens.widgets.virtual_list import VirtualList
from tests.support.client import CLERK, ID_NUMBER, LOCK_AFTER, PASSWORD, Client, opened
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
PERSONAL = ("样例甲", ID_NUMBER, "440***", "138", "FS0001-03-", "居住证", "13800000000")


async def to_checklist(client: Client) -> None:
    await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n1aa")


async def unlock(client: Client) -> None:
    await client.type(f"{PASSWORD}\n")


def nothing_personal(client: Client) -> None:
    assert isinstance(client.app.screen, Lock)
    shown = dump(client.app)
    assert [words for words in PERSONAL if words in shown] == []
    assert "王样例（C0001）" in shown


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_the_lock_key_hides_everything_and_the_password_puts_it_back(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with opened(tmp_path, size) as client:
        await to_checklist(client)
        before, focus = dump(client.app), client.app.focused
        await client.press("f11")
        nothing_personal(client)
        await unlock(client)

        assert dump(client.app) == before
        assert client.app.focused is focus
        await client.type("aaa")
        await client.press("f9", "enter")
        assert len(client.records.summaries()) == 1


async def test_it_locks_after_the_idle_time_and_not_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.wait(LOCK_AFTER - 1)
        assert isinstance(client.app.screen, Intake)
        await client.wait(1)
        nothing_personal(client)


@pytest.mark.parametrize("event", ["key", "paste", "mouse"])
async def test_a_key_a_paste_or_the_mouse_begins_the_idle_time_anew(event: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.wait(LOCK_AFTER - 1)
        if event == "key":
            await client.press("down")
        elif event == "paste":
            client.app.post_message(events.Paste("居"))
        else:
            await client.pilot.hover(Checklist)
        await client.settle()
        await client.wait(LOCK_AFTER - 1)
        assert isinstance(client.app.screen, Intake)
        await client.wait(1)
        assert isinstance(client.app.screen, Lock)


async def test_the_clients_own_timers_do_not_keep_it_open(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        for _ in range(10):
            await client.wait(LOCK_AFTER / 10)
        assert isinstance(client.app.screen, Lock)


async def test_nobody_signed_in_is_not_locked(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.wait(LOCK_AFTER)
        assert isinstance(client.app.screen, SignIn)


async def test_an_open_dialog_is_hidden_and_comes_back_with_what_was_typed(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "f3")
        await client.type("n电话核实张三")
        before = dump(client.app)
        await client.press("f11")
        nothing_personal(client)
        assert "电话核实" not in dump(client.app)
        await unlock(client)

        assert isinstance(client.app.screen, Prompt)
        assert dump(client.app) == before
        await client.press("enter")
        case = client.records.case(client.records.summaries()[0].number)
        assert case is not None
        assert [remark.text for remark in case.remarks] == ["电话核实张三"]


async def test_the_scroll_and_the_cursor_of_a_list_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("down", "down", "down")
        listing = client.app.screen.query_one(Checklist)
        before = (listing.cursor, listing.scroll_offset)
        await client.press("f11")
        await unlock(client)

        assert (listing.cursor, listing.scroll_offset) == before


async def test_the_lock_key_in_a_burst_locks_at_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例")
        for one in ("f11", *PASSWORD, "enter", "甲"):
            client.app.post_message(events.Key(one, one if len(one) == 1 else {"enter": "\r"}.get(one)))
        await client.settle()

        form = client.app.screen
        assert isinstance(form, Intake)
        assert form.form.field("name").value == "样例甲"


async def test_what_is_typed_while_it_is_locked_goes_into_its_fields_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        before = dump(client.app)
        await client.press("f11", "f2", "f3", "f6", "f9", "f8", "f12", "f11", "escape")
        await client.type("wrong\n")
        await client.press("ctrl+r", "ctrl+p", "escape")
        assert isinstance(client.app.screen, Lock)
        await unlock(client)

        assert dump(client.app) == before
        assert client.records.summaries() == []


async def test_a_scan_goes_nowhere_and_costs_no_failure(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "enter")
        number = client.records.summaries()[0].number
        await client.press("f11")
        for _ in range(7):
            await client.type(f"{number}\n")
        assert isinstance(client.app.screen, Lock)
        assert "扫描的内容没有录入" in dump(client.app)
        assert number not in dump(client.app)
        await unlock(client)

        assert isinstance(client.app.screen, Intake)


async def test_a_wrong_password_stays_locked_and_five_cost_a_wait(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f11")
        for _ in range(5):
            await client.type("wrong\n")
        assert "口令不对" in dump(client.app)
        await unlock(client)
        assert "连续输错 5 次，请 30 秒后再试" in dump(client.app)
        assert isinstance(client.app.screen, Lock)


async def test_unlocking_needs_no_line(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f11")
        client.authority.reachable = False
        asked = client.authority.asked
        await unlock(client)

        assert isinstance(client.app.screen, Intake)
        assert client.authority.asked == asked


async def test_a_revealed_number_is_hidden_again_by_the_lock(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "f3")
        await client.type("v核对本人\n")
        assert ID_NUMBER in dump(client.app)
        await client.press("f11")
        await unlock(client)

        assert isinstance(client.app.screen, CaseView)
        assert ID_NUMBER not in dump(client.app)
        assert "440*************17" in dump(client.app)


async def test_a_revealed_number_is_hidden_even_under_a_dialog(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "f3")
        await client.type("v核对本人\nn")
        assert ID_NUMBER in dump(client.app)
        await client.press("f11")
        await unlock(client)
        assert isinstance(client.app.screen, Prompt)
        await client.press("escape")

        assert ID_NUMBER not in dump(client.app)


async def test_notes_and_the_clipboard_do_not_outlast_the_lock(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        client.app.copy_to_clipboard(ID_NUMBER)
        client.app.notify("样例甲 已登记", markup=False)
        await client.settle()
        assert "样例甲" in dump(client.app)
        await client.press("f11")
        client.app.notify("样例甲 已确认", markup=False)
        await client.settle()

        nothing_personal(client)
        assert client.app.clipboard == ""


async def test_an_answer_that_comes_while_it_is_locked_shows_nothing(tmp_path: Path) -> None:
    """Work that is under way goes on; a refusal is shown on its own screen, not over the lock."""
    async with opened(tmp_path) as client:
        screen = client.app.screen
        assert isinstance(screen, Intake)
        await client.press("f11")

        def broken() -> None:
            raise OSError("样例甲")

        screen.ask(broken, lambda _: None, hold=False)
        await client.settle()
        nothing_personal(client)
        await unlock(client)
        assert "没有办成" in dump(client.app)


async def test_idle_time_waits_for_work_whose_outcome_is_about_to_be_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        release = client.app.gate.hold()
        client.ticks.now += LOCK_AFTER
        client.app.tick()
        assert isinstance(client.app.screen, Intake)
        release()
        await client.wait(0)
        assert isinstance(client.app.screen, Lock)


async def test_the_title_of_the_window_names_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        assert (client.app.title, client.app.sub_title) == ("综合窗口", "")


async def test_the_password_does_not_stay_in_the_field(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f11")
        await client.type("half")
        await client.press("escape")
        await unlock(client)
        assert isinstance(client.app.screen, Lock), "half and the password together are wrong"
        await client.press("f11")
        await unlock(client)
        await client.press("f11")
        await client.type("\n")

        assert isinstance(client.app.screen, Lock)


async def test_leaving_from_the_lock_asks_while_something_is_half_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f11", "ctrl+q")
        assert isinstance(client.app.screen, Confirm)
        assert "样例甲" not in dump(client.app)
        await client.press("escape")
        await unlock(client)

        assert client.app.screen.query_one(Checklist).sheet.tallies


async def test_who_is_signed_in_is_not_so_for_commands_while_it_is_locked(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        gate = client.app.services.gate
        assert gate.current() == CLERK
        await client.press("f11")
        assert gate.current() is None
        await unlock(client)
        assert gate.current() == CLERK


async def test_lists_behind_the_lock_are_read_anew_when_it_opens(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_checklist(client)
        await client.press("f9", "enter", "enter", "f3", "f11")
        await unlock(client)

        assert len(client.app.screen.query_one("#cases-list", VirtualList).rows) == 1
