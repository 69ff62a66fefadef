"""``clerk`` itself: the screen over a window's folder, and how it ends."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.support.commands import PASSPHRASE, Seat, command, environment
from tests.support.pty_run import painting

BROKEN = """
import sys
from clerk_app.cli import main
from screens.sign_in.screen import SignIn
def fail(self):
    raise RuntimeError("机密")
SignIn.on_mount = fail
sys.exit(main(sys.argv[1:]))
"""
LEADER = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes the terminal its own: the kernel sends ``SIGHUP`` to nobody else when it goes."""


def test_it_opens_at_the_sign_in_and_ends_in_order_when_told_to(shared_seat: Seat) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        with painting(command("--data", shared_seat.folder), shared_seat.env) as client:
            client.until("工号")
            client.process.send_signal(number)
            client.rest()
            assert client.process.returncode == 0
            assert "\x1b[?1049l" in client.text  # the terminal is given back as it was
            assert "Traceback" not in client.text
        shared_seat.clerk("sync").done()


@pytest.mark.parametrize(
    "typed", ["", "C0001\r", "C0001\rno-such-password\r" + "C0001\t" * 20], ids=["", "typing", "asking"]
)
@pytest.mark.parametrize("told", [True, False], ids=["told by a signal", "not told"])
def test_it_ends_in_order_when_its_terminal_is_gone(shared_seat: Seat, told: bool, typed: str) -> None:
    words = command("--data", shared_seat.folder)
    with painting([sys.executable, "-c", LEADER, *words] if told else words, shared_seat.env) as client:
        client.until("工号")
        client.type(typed)
        client.unplug()
        assert client.process.wait(30) == 0
    shared_seat.clerk("sync").done()


def test_a_passphrase_is_asked_for_at_the_terminal(shared_seat: Seat) -> None:
    with painting(command("--data", shared_seat.folder), environment()) as client:
        client.until("本窗口的口令")
        client.type(PASSPHRASE + "\n")
        client.until("工号")
        client.process.send_signal(signal.SIGTERM)
        client.rest()
        assert client.process.returncode == 0


def test_a_wrong_passphrase_is_a_sentence(shared_seat: Seat) -> None:
    with painting(command("--data", shared_seat.folder), environment()) as client:
        client.until("本窗口的口令")
        client.type("wrong\n")
        client.rest()
        assert client.process.returncode == 3
        assert "口令或密钥不对" in client.text


def test_a_wrong_passphrase_file_and_a_store_in_use_are_sentences_too(shared_seat: Seat, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong\n", encoding="utf-8")
    with painting(command("--data", shared_seat.folder), environment(CLERK_PASSPHRASE_FILE=str(wrong))) as client:
        client.rest()
        assert client.process.returncode == 3
        assert "口令或密钥不对" in client.text.rpartition("\x1b[?1049l")[2]

    with painting(command("--data", shared_seat.folder), shared_seat.env) as first:
        first.until("工号")
        eventually_held(shared_seat.folder)
        with painting(command("--data", shared_seat.folder), shared_seat.env) as second:
            second.rest()
            assert second.process.returncode == 3
            assert f"进程 {first.process.pid}" in second.text
            assert "\x1b[?1049h" not in second.text


def eventually_held(folder: Path) -> None:
    """Wait until the client behind its first screen has opened the store."""
    end = time.monotonic() + 30
    while not (folder / "store.lock").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_fault_of_the_program_leaves_a_sentence_and_a_log(seat: Seat, tmp_path: Path) -> None:
    program = tmp_path / "broken.py"
    program.write_text(BROKEN, encoding="utf-8")

    with painting([sys.executable, str(program), "--data", str(seat.folder)], seat.env) as client:
        client.rest()
        assert client.process.returncode == 1

    assert "程序出错" in client.text
    assert "Traceback" not in client.text
    assert "机密" not in client.text
    log = (seat.folder / "log" / "clerk.log").read_text(encoding="utf-8")
    assert "RuntimeError" in log
    assert "机密" not in log.replace('raise RuntimeError("机密")', "")


@pytest.mark.parametrize("setting", ["theme", "keymap"])
def test_odd_settings_of_taste_keep_nobody_from_working(seat: Seat, setting: str) -> None:
    path = seat.folder / "window.json"
    odd = '"theme": "nothing-such"' if setting == "theme" else '"keymap": {"nothing.such": "f1", "app.help": ""}'
    path.write_text(path.read_text(encoding="utf-8").rstrip().rstrip("}") + f', "x": 1, {odd}}}', encoding="utf-8")

    with painting(command("--data", seat.folder), seat.env) as client:
        client.until("工号")
        client.process.send_signal(signal.SIGTERM)
        client.rest()
        assert client.process.returncode == 0
