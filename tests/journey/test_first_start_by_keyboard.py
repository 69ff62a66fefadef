"""From nothing to a clerk who has signed in, by keyboard in a real terminal, with a kill on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app import settings
from clerk_app.commands.first import unfinished
from tests.support.commands import PASSPHRASE, CityEnd, seed_city
from tests.support.tmux import Terminal, terminal


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    return seed_city(tmp_path_factory.mktemp("city"))


@pytest.fixture
def address(city: CityEnd) -> Iterator[str]:
    with city.served() as address:
        yield address


def enrol(client: Terminal, address: str, code: str) -> None:
    """Say the wrong code first, and then the right one."""
    client.wait_for("第 1 步")
    client.burst(address, "<Enter>", "wrong", "<Enter>")
    client.wait_for("没有可用的系统钥匙串")
    client.burst("<Enter>", PASSPHRASE, "<Enter>", PASSPHRASE, "<Enter>")
    client.wait_for("登记码不存在")
    client.keys("Escape")
    client.wait_for("第 1 步")
    client.burst("<Tab>", "<C-u>", code, "<Enter>")
    client.wait_until(lambda shown: "第 2 步" in shown and ">本窗口的口令" in shown, "the ways to the keys")
    client.burst("<Enter>", PASSPHRASE, "<Enter>")


def test_from_nothing_to_a_clerk_at_work(city: CityEnd, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "window"
    command = ["-m", "clerk_app.cli", "--data", str(folder)]
    env = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/dev/null"}
    (tmp_path / "Scans").mkdir()
    with terminal(command, (80, 24), "first", env) as client:
        enrol(client, address, city.code())
        client.wait_for("第 4 步")
        os.kill(client.pid(), signal.SIGKILL)
        client.wait_gone()
    assert (settings.enrolled(folder), unfinished(folder)) == (True, True)

    with terminal(command, (80, 24), "again", env) as client:
        client.wait_for("接着设置")
        client.burst(PASSPHRASE, "<Enter>")
        client.wait_for("暂不设打印机")
        client.burst("<Enter>", "<Down>", "<Enter>")
        client.wait_for("可以开始：")
        client.keys("F9")
        client.wait_for("工号")
        account = city.clerk_account
        client.burst(account["number"], "<Enter>", account["password"], "<Enter>")
        client.wait_for("未发 0")
        client.send("jzz")
        client.wait_for("居住证签注")
        client.keys("C-q")
        client.wait_gone()

    assert not unfinished(folder)
    assert settings.load(folder).scanner == str(tmp_path / "Scans")


def test_leaving_before_anything_was_said_leaves_no_window(tmp_path: Path) -> None:
    with terminal(["-m", "clerk_app.cli", "--data", str(tmp_path / "window")], (120, 40), "leave") as client:
        client.wait_for("第 1 步")
        client.keys("C-q")
        client.wait_gone()
    assert not settings.enrolled(tmp_path / "window")
