"""Keys in bursts through a real terminal: a barcode reader and a clerk who types ahead are faster than any screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clerk_app.domain.kinds import State
from clerk_app.store.records import Records
from tests.support.client import ID_NUMBER, PASSWORD, SEAT
from tests.support.counter import KEY
from tests.support.tmux import Terminal, terminal


def leave(bench: Terminal, told: Path) -> list[list[str]]:
    bench.wait_for("DONE")
    bench.keys("C-q")
    bench.wait_gone()
    found: list[list[str]] = json.loads(told.read_text(encoding="utf-8"))
    return found


def test_a_hundred_scans_with_enter_each_land_in_their_own_field(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    scans = [f"{n:03}ABCDEFGHIJKLMNOPQRSTUVWXYZ0" for n in range(100)]
    with terminal(["-m", "tests.support.key_bench", str(told)], (80, 24), "scans") as bench:
        bench.wait_for("READY")
        for start in range(0, 100, 10):
            bench.burst(*(part for scan in scans[start : start + 10] for part in (scan, "<Enter>")))
        bench.send("DONE")
        found = leave(bench, told)

    assert found == [[f"i{n % 10}", scan] for n, scan in enumerate(scans)]


def test_typing_right_behind_function_keys_and_tabs_lands_where_it_is_meant(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    with terminal(["-m", "tests.support.key_bench", str(told)], (80, 24), "ahead") as bench:
        bench.wait_for("READY")
        for n in range(10):
            bench.burst(
                "a", "<F2>", f"two{n}", "<Enter>", "<F4>", f"asked{n}", "<Enter>", "<F3>", "b", "<Tab>", "c", "<Enter>"
            )
        bench.send("DONE")
        found = leave(bench, told)

    expected = [[[f"i{n}", f"two{n}"], ["asked", f"asked{n}"], [f"i{(2 * n + 1) % 10}", "c"]] for n in range(10)]
    assert found == [one for round in expected for one in round]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_the_story_typed_in_one_burst_records_the_case(size: tuple[int, int], tmp_path: Path) -> None:
    with terminal(["-m", "tests.support.client_program", str(tmp_path)], size, f"story{size[0]}") as client:
        client.wait_for("工号")
        client.burst("C0001", "<Enter>", PASSWORD, "<Enter>")
        client.wait_for("回车 选定")
        client.burst(
            "jzz", "<Enter>", ID_NUMBER, "<Enter>", "样例甲", "<Enter>", "13800000000", "<Enter>", "1", "aaaaa", "<F9>"
        )
        client.wait_for("请确认")
        client.keys("Enter")
        shown = client.wait_for("已登记")
        assert "【已受理】" in shown
        client.burst("<Enter>", "<F3>", ID_NUMBER, "<Enter>", "p")
        client.wait_for("打印哪一种文书")
        client.keys("Escape")
        client.wait_for("经过")
        client.keys("C-q")
        client.wait_gone()

    with Records.open(tmp_path, KEY, window=SEAT.window) as records:
        assert [(s.applicant, s.state) for s in records.summaries()] == [("样例甲", State.ACCEPTED)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_locking_and_changing_clerks_in_bursts_keep_every_key_in_its_place(
    size: tuple[int, int], tmp_path: Path
) -> None:
    with terminal(["-m", "tests.support.client_program", str(tmp_path)], size, f"lock{size[0]}") as client:
        client.wait_for("工号")
        client.burst("C0001", "<Enter>", PASSWORD, "<Enter>", "jzz", "<Enter>", ID_NUMBER, "<Enter>", "样例")
        client.burst("<F11>", PASSWORD, "<Enter>", "甲", "<Enter>", "13800000000", "<Enter>", "1", "aa")
        client.burst("<F12>", "1", "C0002", "<Enter>", PASSWORD, "<Enter>", "jzz", "<Enter>")
        shown = client.wait_for("李样例 C0002")
        assert "样例甲" not in shown
        client.burst("<F11>")
        shown = client.wait_for("王样例（C0001）没有办完的内容")
        assert "居住证" not in shown
        client.burst("<BTab>", "<C-u>", "C0001", "<Enter>", PASSWORD, "<Enter>", "aaa", "<F9>")
        client.wait_for("请确认")
        client.keys("Enter")
        client.wait_for("【已受理】")
        client.burst("<Enter>", "<C-q>")
        client.wait_for("没有登记的内容")
        client.keys("Enter")
        client.wait_gone()

    with Records.open(tmp_path, KEY, window=SEAT.window) as records:
        assert [(s.applicant, s.state) for s in records.summaries()] == [("样例甲", State.ACCEPTED)]
