"""Every key has an id, a name and a line of help, can be bound anew, and nothing speaks English."""

from __future__ import annotations

import re
import unicodedata
from importlib import import_module
from pathlib import Path

import pytest
from textual import events

from screens.bindings import live_bindings
from screens.dialogs import Notice
from screens.help import Help, commands
from screens.intake.screen import Intake
from screens.keymap import KEY_MODULES, MOVES, REGISTRY, checked, key, key_name
from screens.palette import Palette
from tests.support.client import SUPERVISOR, Client, opened
from tests.support.screen_dump import GOLDEN, dump
from tests.support.supervised import declined

CHINESE = re.compile("[\u4e00-\u9fff]")
ALLOWED = re.compile(
    r"https?://\S+|/media/\S+|clerk-setup\.json|\b(?:HP|LaserJet|PEM|F[0-9]{1,2}|Esc|Tab|Shift|Ctrl|Home|End|Del|Ins|PIN|PgUp|PgDn|II|III|IV|jzz|yangli|sample|window|papers|pdf|[A-Z0-9][A-Z0-9-]*[0-9][A-Z0-9-]*"
    r"|[a-z]+\.[a-z0-9-]+|[a-zA-Z])\b"
)
AREAS = {"intake": "f2", "cases": "f3", "dispatch": "f4", "line": "f6"}


@pytest.fixture(autouse=True)
def all_keys() -> None:
    for module in KEY_MODULES:
        import_module(module)


def test_every_key_has_a_chinese_label_and_a_line_of_help() -> None:
    for id, binding in REGISTRY.items():
        assert CHINESE.search(binding.tooltip), id
        assert CHINESE.search(binding.description), id


def test_two_bindings_may_not_share_an_id() -> None:
    with pytest.raises(ValueError, match=r"app\.help"):
        key("app.help", "f1", "other", "别的", "别的")


def test_no_screen_asks_for_a_key_that_the_client_takes_first() -> None:
    of_the_client = [one for id, one in REGISTRY.items() if one.priority and id.startswith(("app.", "practice."))]
    taken = {keys for one in of_the_client for keys in one.key.split(",")}
    assert "ctrl+o" in taken
    asked = {(id, keys) for id, one in REGISTRY.items() if not one.priority for keys in one.key.split(",")}
    in_dialogs = {("result.case", "f3")}  # no area is reached from there, so the key is free
    assert {(id, keys) for id, keys in asked if keys in taken} == in_dialogs


async def test_all_live_keys_of_every_area_come_from_the_registry_and_stand_in_help_and_palette(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        for area in AREAS.values():
            await client.press(area)
            live = {live.binding.id for live in live_bindings(client.app.screen, shown=False)}
            listed = {command.id for command in commands(client.app.screen)}
            await client.press("ctrl+p")
            palette = client.app.screen
            assert isinstance(palette, Palette)
            offered = {command.id for command in palette._commands}
            await client.press("escape")

            assert live == listed <= set(REGISTRY)
            assert {id for id in live if id not in MOVES} == offered


@pytest.mark.parametrize("keys", [("f5",), ("f5", "enter"), ("f5", "insert")], ids=["list", "task", "chosen"])
async def test_all_live_keys_of_a_supervisor_stand_in_the_help(keys: tuple[str, ...], tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        declined(client)
        await client.sign_in(SUPERVISOR)
        await client.press(*keys)
        live = {live.binding.id for live in live_bindings(client.app.screen, shown=False)}
        assert live == {command.id for command in commands(client.app.screen)} <= set(REGISTRY)
        assert {"app.supervision", "app.mute"} <= live


async def test_a_rebound_key_works_is_shown_and_the_old_one_is_gone(tmp_path: Path) -> None:
    async with opened(tmp_path, keymap={"app.cases": "f7", "cases.scope": "f9"}) as client:
        await client.press("f3")
        assert isinstance(client.app.screen, Intake)
        await client.press("f7")

        assert "F9 范围" in dump(client.app)
        before = dump(client.app)
        await client.press("f8")
        assert dump(client.app) == before
        await client.press("f9")
        assert "[在办]" in dump(client.app)


async def test_a_keymap_that_cannot_be_used_is_said_on_the_first_screen(tmp_path: Path) -> None:
    keymap = {"no.such-key": "f7", "app.cases": "f3,hyper-k"}
    async with opened(tmp_path, signed_in=False, keymap=keymap) as client:
        shown = dump(client.app)

        assert "没有编号为 no.such-key 的按键" in shown
        assert "不认识的按键" in shown


def test_keys_are_checked_by_their_last_part() -> None:
    assert checked({"app.help": "ctrl+h,f1"}).problems == ()
    assert checked({"app.help": "ctrl+nokey"}).bound == {}


def test_keys_are_named_as_on_the_keyboard() -> None:
    assert [key_name(k) for k in ("f9", "ctrl+p", "shift+tab", "space", "k", "A", "minus")] == [
        "F9",
        "Ctrl+P",
        "Shift+Tab",
        "空格",
        "k",
        "A",
        "-",
    ]


async def test_a_command_chosen_in_the_palette_is_done_where_it_belongs(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("ctrl+p")
        await client.type("转到同步\n")

        assert client.app.area == "line"


async def test_help_lists_the_keys_of_the_screen_below(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f6", "f1")

        assert isinstance(client.app.screen, Help)
        assert "立即重试" in dump(client.app)
        await client.press("escape")
        assert client.app.area == "line"


def test_no_screen_speaks_english() -> None:
    """Every golden dump, but for numbers, names of keys and the ids the help shows."""
    dumps = sorted(GOLDEN.glob("*.txt"))
    assert len(dumps) >= 40
    for path in dumps:
        for line in path.read_text(encoding="utf-8").splitlines():
            rest = ALLOWED.sub("", line)
            assert not re.search("[A-Za-z]{2,}", rest), f"{path.name}: {line}"


def test_no_golden_dump_holds_a_character_of_ambiguous_width() -> None:
    """Such characters are two cells wide on some terminals and would move every column behind them."""
    for path in sorted(GOLDEN.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        wide = {c for c in text if unicodedata.east_asian_width(c) == "A"} - set("“”")
        assert not wide, f"{path.name}: {wide}"


async def test_leaving_asks_only_while_something_is_half_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await half_done(client)
        await client.press("ctrl+q")
        assert "有填写了一半" in dump(client.app)
        await client.press("escape")
        assert client.app.return_code is None
        await client.press("ctrl+r", "enter")
        assert not isinstance(client.app.screen, Notice)
        client.app.post_message(events.Key("ctrl+q", None))
        await client.pilot.pause()

    assert client.app.return_code == 0


async def half_done(client: Client) -> None:
    await client.type("jzz\n440604190001010017\n样例甲")
