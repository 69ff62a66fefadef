"""The whole story by keyboard: a real terminal, a real city with the full catalogue, the line down in the middle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.settings import load
from sync.central.sample.people import sample_people
from tests.support.parts import real_part
from tests.support.tmux import ROOT, Terminal, terminal

SIZES = [(80, 24), (120, 40)]
PERSON = sample_people(1)[0]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A full sample city, made once."""
    folder = tmp_path_factory.mktemp("city") / "made"
    command = [sys.executable, "-m", "clerk_app.cli", "demo", "--full", "--prepare", "--data", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def told(folder: Path, *words: str) -> list[dict[str, object]]:
    """Return what a command beside the running client prints as JSON."""
    command = [sys.executable, "-m", "clerk_app.cli", *words, "--data", str(folder), "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def receive_all_but_the_photo(client: Terminal) -> str:
    """Take 居住证 in, tell what is missing, and return the screen with the result."""
    wrong = PERSON.id_number[:-1] + ("1" if PERSON.id_number[-1] != "1" else "2")
    client.send("jzz")
    client.wait_for("居住证补领换领")
    client.keys("Enter")
    client.wait_for("身份证号")
    client.send(wrong)
    client.keys("Tab")
    client.wait_for("校验码不符")
    client.keys("BTab", *(["BSpace"] * 18))
    client.burst(PERSON.id_number, "<Enter>", PERSON.name, "<Enter>", "13800000000", "<Enter>")
    client.wait_for("现在住的是哪种住处")
    client.send("111")
    client.wait_for("缺 5 项")
    client.send("a")
    client.wait_for("缺 4 项")
    client.send("amaa")
    client.wait_for("都可容缺后补")
    client.keys("F9")
    client.wait_for("一次性告知")
    client.keys("Enter")
    return client.wait_for("【待补正】")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.long
def test_from_the_counter_to_the_city_and_back_by_keyboard(size: tuple[int, int], city: Path, tmp_path: Path) -> None:
    real_part("tmux", present=shutil.which("tmux") is not None, hint="apt-get install tmux")
    folder = tmp_path / "city"
    shutil.copytree(city, folder)
    with terminal(
        ["-m", "clerk_app.cli", "demo", "--full", "--data", str(folder)], size, f"journey{size[0]}"
    ) as client:
        client.wait_for("sample-C0001")
        client.burst("C0001", "<Enter>", "sample-C0001", "<Enter>")
        client.wait_for("F7 加选")
        shown = receive_all_but_the_photo(client)
        assert "申请材料补正告知书" in shown
        client.keys("Enter", "F6")
        client.wait_for("上次成功")
        client.wait_for("未发 0")
        client.keys("F8")
        client.wait_for("离线")

        client.keys("F3")
        client.wait_for("办件编号")
        client.send(PERSON.id_number)
        client.wait_for(PERSON.name)
        client.keys("Enter")
        client.wait_for("s 补收")
        client.send("s")
        client.wait_for("第 2 次到场（上限 1）")
        client.send("a")
        client.wait_for("补齐了")
        client.keys("F9")
        client.wait_for("登记后材料齐全")
        client.keys("Enter")
        client.wait_for("超过上限（1 次）")
        client.send("1")
        client.wait_for("【已受理】")
        client.wait_for("未发 2")

        client.keys("Enter", "F6")
        client.wait_for("上次成功")
        client.keys("F8")
        client.wait_for("在线")
        client.wait_for("未发 0")
        [case] = told(folder, "cases")
        assert (case["state"], case["confirmed"], case["visits"]) == ("accepted", True, 2)
        printed = load(folder).papers_folder(folder)
        papers = sorted(p.name.split("-")[-1] for p in printed.glob("*.pdf"))
        client.keys("C-q")
        client.wait_gone()
    kinds = [(e["kind"], e["verdict"]) for e in told(folder, "journal")]
    assert kinds[:4] == [
        ("case.received", "applied"),
        ("notice.given", "applied"),
        ("case.supplemented", "applied"),
        ("case.accepted", "applied"),
    ]
    assert list(printed.glob("*")) == []
    assert papers == sorted(["接收回执.pdf", "申请材料补正告知书.pdf", "受理回执.pdf"])
