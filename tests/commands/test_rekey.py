"""``clerk rotate-keys``: alone, beside a running client, with a new passphrase, and taken up again after a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from clerk_app.store.access.keys import PassphraseUnlock, changing, open_keys, renew_keys
from clerk_app.unlocking import DEMO_PASSPHRASE
from tests.support.commands import PASSPHRASE, Seat, command, environment
from tests.support.pty_run import painting

IMPATIENT = """
import sys
from clerk_app.cli import main
from clerk_app.store.access import rotation
rotation.QUIET = rotation.LOOK = 0.1
sys.exit(main(sys.argv[1:]))
"""
NEW = "样例新口令 battery staple"


def key_number(seat: Seat) -> int:
    found: int = json.loads((seat.folder / "keys.json").read_bytes())["current"]
    return found


def eventually(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_changes_the_keys_and_everything_is_there_as_before(seat: Seat) -> None:
    items = seat.json("items", "--limit", "0")
    told = seat.json("rotate-keys")
    assert told == {"state": "done", "key": 2, "resumed": False, "sealed_with_former_key": []}
    assert key_number(seat) == 2
    assert seat.json("items", "--limit", "0") == items
    assert "旧密钥已除去" in seat.clerk("rotate-keys").done().out
    assert key_number(seat) == 3
    seat.clerk("sync").done()


def test_takes_up_what_was_begun_and_killed(seat: Seat) -> None:
    old = set(open_keys(seat.folder, PassphraseUnlock(PASSPHRASE)).vault.keys)
    renew_keys(seat.folder, PassphraseUnlock(PASSPHRASE))  # all a killed program may have left behind
    seat.clerk("sync").done()
    assert changing(seat.folder)
    assert seat.json("rotate-keys")["resumed"]
    assert set(open_keys(seat.folder, PassphraseUnlock(PASSPHRASE)).vault.keys) == {2} != old


def test_names_the_files_that_stay_sealed_with_the_former_key(seat: Seat) -> None:
    (seat.folder / "store.db.damaged-20260302-090000").write_bytes(b"")
    told = seat.clerk("rotate-keys").done().out
    assert "store.db.damaged-20260302-090000" in told
    assert "备份" in told


class TestPassphrase:
    def test_handed_in_by_file_takes_the_place_of_the_present_one(self, seat: Seat, tmp_path: Path) -> None:
        (tmp_path / "new").write_text("short\n", encoding="utf-8")  # handed in: taken as it is
        seat.env["CLERK_NEW_PASSPHRASE_FILE"] = str(tmp_path / "new")
        assert "新口令" in seat.clerk("rotate-keys", "--passphrase").done().out
        refused = seat.clerk("status")
        assert refused.status == 3
        assert "口令或密钥不对" in refused.err
        seat.passphrase.write_text("short\n", encoding="utf-8")
        seat.clerk("items").done()

    def test_typed_is_typed_twice_and_long_enough(self, seat: Seat) -> None:
        env = {name: value for name, value in seat.env.items() if name != "CLERK_PASSPHRASE_FILE"}
        for typed, answer in ((["七个字符的口令"], "至少 8 个字符"), ([NEW, NEW + "."], "两次输入不一致")):
            with painting(command("rotate-keys", "--passphrase", "--data", seat.folder), env) as terminal:
                terminal.until("本窗口的口令")
                terminal.type(PASSPHRASE + "\n")
                terminal.until("新口令：")
                for n, text in enumerate(typed):
                    if n:
                        terminal.until("再输入一遍")
                    terminal.type(text + "\n")
                terminal.rest()
                assert terminal.process.returncode == 3
                assert answer in terminal.text
                assert not any(text in terminal.text for text in (*typed, PASSPHRASE))
        assert not changing(seat.folder)
        with painting(command("rotate-keys", "--passphrase", "--data", seat.folder), env) as terminal:
            terminal.until("本窗口的口令")
            terminal.type(PASSPHRASE + "\n")
            terminal.until("新口令：")
            terminal.type(NEW + "\n")
            terminal.until("再输入一遍")
            terminal.type(NEW + "\n")
            terminal.rest()
            assert terminal.process.returncode == 0, terminal.text
        assert open_keys(seat.folder, PassphraseUnlock(NEW)).vault.current == 2

    def test_there_is_none_without_a_terminal_or_a_file(self, seat: Seat) -> None:
        refused = seat.clerk("rotate-keys", "--passphrase", "--json")
        assert (refused.status, refused.json["error"]["code"]) == (3, "passphrase-missing")
        assert "CLERK_NEW_PASSPHRASE_FILE" in refused.err
        assert not changing(seat.folder)

    def test_a_window_that_has_none_is_given_none(self, seat: Seat) -> None:
        path = seat.folder / "window.json"
        path.write_text(path.read_text(encoding="utf-8").replace('"passphrase"', '"keyring"'), encoding="utf-8")
        refused = seat.clerk("rotate-keys", "--passphrase", "--json")
        assert (refused.status, refused.json["error"]["code"]) == (2, "no-passphrase")

    def test_typed_for_a_new_window_it_has_eight_characters(self, tmp_path: Path, address: str) -> None:
        words = ("enrol", "--central", address, "--code", "x", "--passphrase", "--data", tmp_path / "window")
        with painting(command(*words), environment()) as terminal:
            terminal.until("本窗口的口令")
            terminal.type("1234567\n")
            terminal.rest()
            assert terminal.process.returncode == 3
            assert "至少 8 个字符" in terminal.text
        assert not (tmp_path / "window" / "keys.json").exists()


class TestBesideTheClient:
    def test_where_nobody_has_to_be_asked_the_client_takes_the_change_up(self, seat: Seat, tmp_path: Path) -> None:
        renew_keys(seat.folder, PassphraseUnlock(PASSPHRASE), PassphraseUnlock(DEMO_PASSPHRASE))
        path = seat.folder / "window.json"  # a key that is no secret stands for one in a keyring
        path.write_text(path.read_text(encoding="utf-8").replace('"passphrase"', '"demo"'), encoding="utf-8")
        seat.clerk("rotate-keys").done()
        program = tmp_path / "impatient.py"
        program.write_text(IMPATIENT, encoding="utf-8")
        with painting([sys.executable, str(program), "--data", str(seat.folder)], seat.env) as client:
            client.until("工号")
            eventually(lambda: (seat.folder / "store.lock").read_bytes() != b"")
            assert seat.json("rotate-keys") == {"state": "asked"}
            eventually(lambda: key_number(seat) == 3 and not changing(seat.folder))
            client.process.send_signal(signal.SIGTERM)
            client.rest()
        seat.clerk("items").done()

    def test_with_a_passphrase_the_client_is_to_be_closed_first(self, seat: Seat) -> None:
        with painting(command("--data", seat.folder), seat.env) as client:
            client.until("工号")
            eventually(lambda: (seat.folder / "store.lock").read_bytes() != b"")
            refused = seat.clerk("rotate-keys", "--json")
            assert (refused.status, refused.json["error"]["code"]) == (3, "store-in-use")
            assert "先退出客户端" in refused.err
            client.process.send_signal(signal.SIGTERM)
            client.rest()

    def test_the_client_goes_on_with_a_change_that_was_begun(self, seat: Seat, tmp_path: Path) -> None:
        renew_keys(seat.folder, PassphraseUnlock(PASSPHRASE))
        program = tmp_path / "impatient.py"
        program.write_text(IMPATIENT, encoding="utf-8")
        with painting([sys.executable, str(program), "--data", str(seat.folder)], seat.env) as client:
            client.until("工号")
            eventually(lambda: not changing(seat.folder))
            client.process.send_signal(signal.SIGTERM)
            client.rest()
            assert client.process.returncode == 0
        assert seat.json("status")["window"]


def test_killed_while_it_works_it_is_finished_by_the_next_run(seat: Seat) -> None:
    with subprocess.Popen(command("rotate-keys", "--data", seat.folder), env=seat.env) as running:
        eventually(lambda: changing(seat.folder) or running.poll() is not None)
        running.kill()
    seat.clerk("items").done()
    seat.clerk("rotate-keys").done()
    assert not changing(seat.folder)
