"""Signing in and out, the line's area, and the small things around the story."""

from __future__ import annotations

from pathlib import Path

from clerk_app.line import LineStatus
from clerk_app.services import DemoAccount
from screens.base import AreaScreen
from screens.dialogs import Notice
from screens.intake.screen import Intake
from screens.sign_in.screen import SignIn
from screens.widgets.header import StatusHeader
from tests.support.client import ID_NUMBER, PASSWORD, SampleCity, opened
from tests.support.screen_dump import dump


async def test_nothing_but_signing_in_can_be_reached_before(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.press("f2", "f3", "f6", "f11", "f12")

        assert isinstance(client.app.screen, SignIn)


async def test_a_wrong_password_is_said_and_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.type("C0001\nwrong\n")

        assert "工号或口令不对。" in dump(client.app)
        await client.type(f"{PASSWORD}\n")
        assert isinstance(client.app.screen, Intake)


async def test_without_the_line_a_clerk_who_was_here_before_signs_in_just_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f12", "2")
        assert isinstance(client.app.screen, SignIn)
        client.authority.reachable = False
        await client.sign_in()

        assert isinstance(client.app.screen, Intake)


async def test_a_password_is_never_on_the_screen(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        await client.type(f"C0001\n{PASSWORD}")

        assert PASSWORD not in dump(client.app)


async def test_an_account_of_the_sample_city_is_taken_from_the_list(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False, demo=True) as client:
        await client.press("tab", "tab", "enter")

        assert isinstance(client.app.screen, Intake)
        assert "样例" in dump(client.app).splitlines()[0]


async def test_the_next_person_finds_nothing_of_the_one_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲")
        await client.press("f12", "2", "enter")
        assert ID_NUMBER not in dump(client.app)
        await client.sign_in()

        assert isinstance(client.app.screen, Intake)
        assert not client.app.screen.begun


async def test_trying_now_pokes_the_line(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        before = client.line.pokes
        await client.press("f6", "ctrl+r")

        assert client.line.pokes == before + 1


async def test_the_lines_area_says_why_it_is_down_how_often_it_tried_and_what_waits(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1A")
        await client.press("f9", "enter", "enter")
        client.line.seen = LineStatus(last_problem="证书不受信任。", attempt=4, next_try_in=9.4)
        await client.press("f6")
        shown = dump(client.app)

        assert "证书不受信任。" in shown
        assert "已试 4 次，9 秒后再试" in shown
        assert "未发 2 条" in shown
        assert shown.count("FS0001-03-260302-0001") == 2


async def test_only_a_sample_city_can_be_switched_off(tmp_path: Path) -> None:
    async with opened(tmp_path / "real") as client:
        await client.press("f6")
        assert "停启市中心" not in dump(client.app)
    async with opened(tmp_path / "demo", demo=True) as client:
        await client.press("f6", "f8")
        city = client.app.services.demo
        assert isinstance(city, SampleCity)
        assert not city.running
        await client.press("f8")
        assert city.running


async def test_a_fault_of_the_machine_is_said_and_the_client_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        screen = client.app.screen
        assert isinstance(screen, AreaScreen)

        def broken() -> None:
            raise OSError("磁盘已满")

        screen.ask(broken, lambda _: None)
        await client.settle()
        assert isinstance(client.app.screen, Notice)
        assert "磁盘已满" in dump(client.app)
        await client.press("enter")
        await client.type("jzz")
        assert "居住证签注" in dump(client.app)


async def test_the_looks_change_by_a_key_and_text_stays_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        before = dump(client.app)
        themes = []
        for _ in range(4):
            await client.press("ctrl+t")
            themes.append(client.app.theme)
            assert dump(client.app) == before

        assert sorted(themes) == ["contrast", "dark", "light", "sixteen"]


async def test_the_header_keeps_the_window_the_line_and_the_unsent_at_80_columns(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24), demo=True) as client:
        first = dump(client.app).splitlines()[0]

        assert all(words in first for words in ("03号窗", "王样例 C0001", "在线", "未发 0", "样例"))


async def test_clicking_an_area_goes_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.pilot.click(StatusHeader, offset=(12, 0))
        await client.settle()

        assert client.app.area == "cases"


def test_sample_accounts_are_the_demos_own() -> None:
    assert all(isinstance(account, DemoAccount) for account in SampleCity().accounts)


async def test_told_to_end_the_client_leaves_without_asking(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲")
        client.app.action_leave()
        await client.pilot.pause()

    assert client.app.return_code == 0
