"""Every look can be read: contrast after WCAG, the 16 colours of real consoles, no colour at all, and it is kept."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color

from clerk_app.terminal import Terminal, chosen
from screens.palette256 import in_256
from screens.themes import FEW, NAMES, THEMES
from tests.support.client import made, opened
from tests.support.commands import environment
from tests.support.pty_run import painting
from tests.support.screen_dump import dump

PAIRS = (
    *((ink, ground) for ink in ("ink", "dim", "accent", "good", "warn", "bad") for ground in ("ground", "panel")),
    *((ink, "resting") for ink in ("ink", "good", "warn", "bad")),
    *(("ink", field) for field in ("field", "field-focus")),
    *(("dim", field) for field in ("field", "field-focus")),
    ("cursor-ink", "cursor"),
    ("header-ink", "header"),
    *(("ground", loud) for loud in ("good", "warn", "bad")),
)
"""Which colour of a look is written on which."""
ORDER = (
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    *(f"bright_{name}" for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")),
)  # fmt: skip
CONSOLES = {
    "linux": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "conhost": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
    "conhost, old": "000000 800000 008000 808000 000080 800080 008080 c0c0c0 808080 ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff",
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "putty": "000000 bb0000 00bb00 bbbb00 0000bb bb00bb 00bbbb bbbbbb 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
}
"""What the 16 colours are, in the order of their numbers."""


def luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def too_low(colours: dict[str, str], least: float) -> list[tuple[str, str, float]]:
    found = [(ink, ground, round(contrast(colours[ink], colours[ground]), 2)) for ink, ground in PAIRS]
    return [one for one in found if one[2] < least]


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme.name != FEW], ids=lambda theme: theme.name)
def test_everything_stands_out_from_its_ground(theme: object) -> None:
    look = next(one for one in THEMES if one is theme)
    assert too_low(look.variables, 7.0 if look.name == "contrast" else 4.5) == []


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme.name != FEW], ids=lambda theme: theme.name)
def test_everything_stands_out_in_256_colours_as_well(theme: object) -> None:
    look = in_256(next(one for one in THEMES if one is theme))
    assert too_low(look.variables, 7.0 if look.name == "contrast" else 4.5) == []


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_terminal_is_told_the_very_colours_that_were_chosen(theme: object) -> None:
    look = in_256(next(one for one in THEMES if one is theme))
    for colour in (one for one in look.variables.values() if one.startswith("#")):
        told = RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT)
        assert told.get_truecolor().hex == colour


@pytest.mark.parametrize("console", CONSOLES)
def test_sixteen_colours_can_be_read_on_every_console(console: str) -> None:
    look = next(one for one in THEMES if one.name == FEW)
    real = dict(zip(ORDER, (f"#{colour}" for colour in CONSOLES[console].split()), strict=True))
    named = {name: real[colour.removeprefix("ansi_")] for name, colour in look.variables.items() if "ansi_" in colour}
    assert too_low(named, 4.5) == []


def test_every_look_has_a_name_a_clerk_reads() -> None:
    assert list(NAMES) == [theme.name for theme in THEMES]


async def test_the_look_that_was_chosen_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("ctrl+t")
        assert client.worn == ["light"]


async def test_a_terminal_of_few_colours_gets_the_look_made_of_them(tmp_path: Path) -> None:
    with made(tmp_path, terminal=Terminal(few_colours=True)) as client:
        assert client.app.theme == FEW
        async with client.app.run_test(size=(80, 24)) as pilot:
            client.pilot = pilot
            await client.settle()
            assert "工号" in dump(client.app)


def colours(tmp_path: Path, **told: str) -> list[str]:
    """Return the colours the client's first screen is painted in on a terminal that says this of itself."""
    command = [sys.executable, "-m", "tests.support.client_program", str(tmp_path)]
    with painting(command, environment(**told)) as client:
        client.until("F10")
        return re.findall(r"(?<=[\[;])(?:[34]8;[25];[0-9;]+?(?=;[34]8|m)|(?:3|4|9|10)[0-7](?=[;m]))", client.text)


def test_sixteen_colours_are_all_that_is_said_to_a_terminal_of_sixteen(tmp_path: Path) -> None:
    found = colours(tmp_path, TERM="linux", CLERK_LOW_BANDWIDTH="0")
    assert found
    assert [one for one in found if ";" in one] == []


def test_without_colour_everything_is_grey(tmp_path: Path) -> None:
    found = colours(tmp_path, NO_COLOR="1", COLORTERM="truecolor", CLERK_LOW_BANDWIDTH="0")
    assert found
    assert [one for one in found if one.startswith(("38;2", "48;2")) and len(set(one.split(";")[2:])) > 1] == []


@pytest.mark.parametrize(
    ("said", "environ", "flag", "thrifty", "colours"),
    [
        (None, {}, None, False, "auto"),
        (None, {"SSH_CONNECTION": "a 1 b 2"}, None, True, "256"),
        (None, {"SSH_TTY": "/dev/pts/1"}, False, False, "auto"),
        (None, {}, True, True, "256"),
        (None, {"SSH_CONNECTION": "a", "CLERK_LOW_BANDWIDTH": "0"}, None, False, "auto"),
        ({"low_bandwidth": True}, {}, None, True, "256"),
        ({"low_bandwidth": False}, {"SSH_TTY": "x"}, None, False, "auto"),
        ({"low_bandwidth": "auto"}, {"SSH_TTY": "x"}, None, True, "256"),
        ({"low_bandwidth": "rubbish", "colours": 7}, {}, None, False, "auto"),
        ("rubbish", {}, None, False, "auto"),
        ({"colours": "truecolor"}, {"SSH_TTY": "x"}, None, True, "truecolor"),
        ({"colours": "16"}, {}, None, False, "standard"),
        (None, {"TERM": "linux"}, None, False, "standard"),
        (None, {"TERM": "linux", "COLORTERM": "truecolor"}, None, False, "auto"),
    ],
)
def test_how_a_terminal_is_painted(
    said: object, environ: dict[str, str], flag: bool | None, thrifty: bool, colours: str
) -> None:
    found = chosen(said, environ, flag)
    assert (found.thrifty, found.colours, found.few_colours) == (thrifty, colours, colours == "standard")
