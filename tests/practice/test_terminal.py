"""``clerk practice`` as it is started: in a terminal, killed in the middle, and without a socket from beginning to end."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from tests.practice.test_apart import SOCKETS
from tests.support.commands import clerk
from tests.support.tmux import Terminal, terminal

LISTENED = f"""
import sys
def hook(event, args):
    if event in {SOCKETS!r}:
        open(sys.argv[-1], "a").write(event)
sys.addaudithook(hook)
from clerk_app.cli import main
sys.exit(main(sys.argv[1:-1]))
"""


def begin(screen: Terminal) -> None:
    """Sign in, and read what the lesson is about."""
    screen.wait_for("sample-C0001")
    screen.burst("C0001", "<Enter>", "sample-C0001", "<Enter>")
    screen.wait_for("桌上的材料")
    screen.keys("Enter")
    screen.wait_for("1/4句")


def test_it_is_killed_begun_anew_and_scored_and_no_socket_is_ever_opened(tmp_path: Path) -> None:
    folder, heard = tmp_path / "practice", tmp_path / "sockets"
    command = ["-c", LISTENED, "practice", "容缺受理", "--data", str(folder), str(heard)]
    with terminal(command, (80, 24), "practice-killed") as screen:
        begin(screen)
        screen.keys("C-n")
        screen.wait_for("2/4句")
        os.kill(screen.pid(), signal.SIGKILL)
        screen.wait_gone()
    with terminal(command, (120, 40), "practice") as screen:
        begin(screen)
        screen.keys("C-y")
        screen.wait_for("办完了")
        screen.keys("1")
        screen.wait_for("0 分")
        screen.keys("Enter", "C-q")
        screen.wait_gone()
    told = clerk("practice", "--json", "--data", folder).done().json
    assert [(play["lesson"], play["score"]) for play in told["history"]] == [("provisional", 0)]
    assert json.loads((folder / "window.json").read_text(encoding="utf-8"))["unlock"] == "practice"
    assert not heard.exists()
