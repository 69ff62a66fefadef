"""In a real terminal, both ways of painting: what input methods commit, what is pasted, bursts, and resizing while typing."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.support.client import PASSWORD
from tests.support.tmux import Terminal, terminal

MODES = pytest.mark.parametrize("thrifty", ["0", "1"], ids=["plain", "low-bandwidth"])
SIZES = ((80, 24), (100, 30), (81, 25), (120, 40), (80, 24))


def resize(client: Terminal, width: int, height: int) -> None:
    client.tmux("resize-window", "-t", "0", "-x", str(width), "-y", str(height))


def whole(height: int, shown: str) -> bool:
    """Whether the screen fills the terminal, from its header to its keys."""
    lines = shown.splitlines()
    return len(lines) == height and "F2" in lines[0] and any("Esc 上一步" in line for line in lines[-2:])


@MODES
def test_no_character_is_lost_while_the_terminal_is_resized(thrifty: str, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    words = [f"{n:02}办件abcdefghijklmnop" for n in range(30)]
    env = {"CLERK_LOW_BANDWIDTH": thrifty}
    with terminal(["-m", "tests.support.key_bench", str(told)], (80, 24), f"size{thrifty}", env) as bench:
        bench.wait_for("READY")
        for n, word in enumerate(words):
            bench.send(word[:9])
            resize(bench, *SIZES[n % len(SIZES)])
            bench.burst(word[9:], "<Enter>")
        bench.send("DONE")
        bench.wait_for("DONE")
        bench.keys("C-q")
        bench.wait_gone()
    assert json.loads(told.read_text(encoding="utf-8")) == [[f"i{n % 10}", word] for n, word in enumerate(words)]


@MODES
def test_what_is_shown_stands_after_every_size_and_every_way_of_typing(thrifty: str, tmp_path: Path) -> None:
    command = ["-m", "tests.support.client_program", str(tmp_path)]
    with terminal(
        command, (80, 24), f"shown{thrifty}", {"CLERK_LOW_BANDWIDTH": thrifty, "COLUMNS": "80", "LINES": "24"}
    ) as client:
        client.wait_for("工号")
        client.burst("C0001", "<Enter>", PASSWORD, "<Enter>")
        client.wait_for("代码或部门")
        client.send("居住证签注")  # an input method commits several characters in one read
        client.wait_for(">事项   居住证签注")
        client.keys("C-u")
        client.tmux("set-buffer", "居住证\n")
        client.tmux("paste-buffer", "-p", "-t", "0")  # in brackets, as the client asked for
        first = client.wait_until(lambda shown: ">事项   居住证  " in shown and "签注" in shown, "what was pasted")
        for width, height in SIZES:
            resize(client, width, height)
            shown = client.wait_until(partial(whole, height), f"the keys at the bottom of {width}x{height}")
            assert "居住证签注" in shown
        assert client.wait_until(lambda shown: shown == first, "the first screen again") == first
        client.keys("C-l")
        assert client.wait_until(lambda shown: shown == first, "the screen painted anew") == first
