"""Scans by keyboard: one key attaches what was just scanned, a badge says that something waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clerk_app.devices.scanner import Scanner
from screens.cases.scans import CaseScans
from screens.dialogs import Choose, Notice
from tests.support.client import ID_NUMBER, Client, opened
from tests.support.scans import pdf, picture, put
from tests.support.screen_dump import dump

WAIT = 20.0
SIZES = [(80, 24), (120, 40)]


@contextmanager
def watched(folder: Path) -> Iterator[Scanner]:
    folder.mkdir()
    scanner = Scanner(folder, steady=0.05).start()
    try:
        yield scanner
    finally:
        scanner.stop()


async def scanned(client: Client, scanner: Scanner, *files: tuple[str, bytes]) -> None:
    """Have files come, and the screen look."""
    for name, content in files:
        put(scanner.folder, name, content)
    with scanner.changed:
        assert scanner.changed.wait_for(lambda: len(scanner.waiting()) >= len(files), WAIT)
    client.app.tick()
    await client.settle()


async def to_checklist(client: Client) -> None:
    await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n1")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_one_key_attaches_what_was_scanned_and_the_receipt_carries_it(
    size: tuple[int, int], tmp_path: Path
) -> None:
    with watched(tmp_path / "scanner") as scanner:
        async with opened(tmp_path / "window", size, scanner=scanner) as client:
            await to_checklist(client)
            assert "f 扫描" in dump(client.app)
            await scanned(client, scanner, ("a.pdf", pdf(2)))
            assert "扫描 1" in dump(client.app).splitlines()[0]
            await client.type("f")
            assert "扫1" in dump(client.app)
            assert "扫描 1" not in dump(client.app).splitlines()[0]
            await client.type("aaaaa")
            await client.press("f9", "enter")

            [summary] = client.records.summaries()
            case = client.records.case(summary.number)
            assert case is not None
            assert [(s.material, s.pages) for s in case.scans] == [("form", 2)]
            assert list(scanner.folder.iterdir()) == []


async def test_of_several_one_is_chosen_or_all_and_what_is_no_scan_says_why(tmp_path: Path) -> None:
    with watched(tmp_path / "scanner") as scanner:
        async with opened(tmp_path / "window", scanner=scanner) as client:
            await to_checklist(client)
            files = [(f"{n}.png", picture("PNG", seed=n)) for n in range(2)]
            await scanned(client, scanner, *files, ("[bold]notes", "笔记".encode()))
            await client.type("f")
            assert isinstance(client.app.screen, Choose)
            shown = dump(client.app)
            assert "全部 2 份" in shown
            assert "[bold]notes" in shown
            assert "文本文件" in shown
            await client.type("2")
            assert "扫2" in dump(client.app)


async def test_taken_off_or_thrown_away_the_files_wait_again(tmp_path: Path) -> None:
    with watched(tmp_path / "scanner") as scanner:
        async with opened(tmp_path / "window", scanner=scanner) as client:
            await to_checklist(client)
            await scanned(client, scanner, ("a.png", picture("PNG")))
            await client.type("f")
            assert scanner.waiting() == ()
            await client.type("F")
            assert len(scanner.waiting()) == 1
            assert "扫1" not in dump(client.app)
            await client.type("f")
            await client.press("ctrl+r", "enter")
            assert len(scanner.waiting()) == 1
            assert list((tmp_path / "window" / "scans").iterdir()) == []


async def test_with_nothing_waiting_the_key_says_so_and_without_a_folder_there_is_none(tmp_path: Path) -> None:
    with watched(tmp_path / "scanner") as scanner:
        async with opened(tmp_path / "window", scanner=scanner) as client:
            await to_checklist(client)
            await client.type("f")
            assert isinstance(client.app.screen, Notice)
            assert "没有新的文件" in dump(client.app)
    async with opened(tmp_path / "other") as client:
        await to_checklist(client)
        assert "f 扫描" not in dump(client.app)
        await client.type("f")
        assert "没有可附" not in dump(client.app)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_on_a_case_scans_are_attached_seen_and_taken_off(size: tuple[int, int], tmp_path: Path) -> None:
    with watched(tmp_path / "scanner") as scanner:
        async with opened(tmp_path / "window", size, scanner=scanner) as client:
            await to_checklist(client)
            await client.type("aaaaa")
            await client.press("f9", "enter", "enter", "f3", "enter")
            await client.type("f")
            assert isinstance(client.app.screen, CaseScans)
            await scanned(client, scanner, ("a.png", picture("PNG")))
            assert "待附 1 份" in dump(client.app)
            await client.press("down")
            await client.type("f")
            shown = dump(client.app)
            assert "扫描 1 份（待传 1）" in shown
            assert "PNG 1 页" in shown

            [summary] = client.records.summaries()
            case = client.records.case(summary.number)
            assert case is not None
            client.records.scans.uploaded(case.scans[0].sha256)
            await client.press("ctrl+r")
            assert "已传" in dump(client.app)
            await client.press("down")
            await client.type("x")
            await client.type("附错了\n")
            assert "扫描 1 份" not in dump(client.app)
            case = client.records.case(summary.number)
            assert case is not None
            assert case.scans == ()


async def test_what_cannot_be_attached_is_said_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(tmp_path / "scanner") as scanner:
        async with opened(tmp_path / "window", scanner=scanner) as client:
            await to_checklist(client)
            await scanned(client, scanner, ("a.png", picture("PNG")))
            waiting = scanner.waiting()
            monkeypatch.setattr(scanner, "waiting", lambda: waiting)
            waiting[0].path.unlink()
            await client.type("f")
            assert "文件不在了" in dump(client.app)
            await client.press("enter")
            assert "扫1" not in dump(client.app)
