"""A real folder watched by the real watcher: what is whole appears, whatever else lies or happens there."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from clerk_app.devices import original
from clerk_app.devices.scanner import Scanner
from clerk_app.devices.settling import Seen
from tests.support.scans import pdf, picture, put

WAIT = 20.0
Files = Sequence[Seen]


@contextmanager
def watching(folder: Path, *, polls: bool = False, patience: float = 30.0, sweep: float = 60.0) -> Iterator[Scanner]:
    scanner = Scanner(folder, is_share=lambda _: polls, steady=0.05, patience=patience, sweep=sweep).start()
    try:
        yield scanner
    finally:
        scanner.stop()
        assert not [t for t in threading.enumerate() if t.name == "scanner" and t.is_alive()]


def until(scanner: Scanner, holds: Callable[[Files], bool]) -> Files:
    with scanner.changed:
        assert scanner.changed.wait_for(lambda: holds(scanner.waiting()), WAIT), scanner.waiting()
        return scanner.waiting()


def names(found: Files) -> list[str]:
    return [seen.path.name for seen in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scanner"
    made.mkdir()
    return made


@pytest.mark.parametrize("polls", [False, True], ids=["told", "polling"])
def test_a_file_that_comes_is_told_with_what_it_holds(folder: Path, *, polls: bool) -> None:
    with watching(folder, polls=polls) as scanner:
        put(folder, "a", pdf(3))
        [seen] = until(scanner, bool)
        assert (seen.media, seen.pages, seen.refused, seen.path.name) == ("application/pdf", 3, "", "a")


def test_files_from_before_the_start_are_there_the_newest_first(folder: Path) -> None:
    for n, name in enumerate(("old", "newer", "newest")):
        path = put(folder, name, picture(seed=n))
        os.utime(path, (1000 + n, 1000 + n))
    with watching(folder) as scanner:
        assert names(until(scanner, lambda found: len(found) == 3)) == ["newest", "newer", "old"]


def test_a_file_renamed_into_place_and_one_that_grows_come_when_they_are_whole(folder: Path, tmp_path: Path) -> None:
    content = picture(seed=1)
    with watching(folder) as scanner:
        with (folder / "slow.jpg").open("wb") as slow:
            for at in range(0, len(content) - 20, 100):
                slow.write(content[at : at + 100])
                slow.flush()
            put(tmp_path, "made.part", picture(seed=2)).rename(folder / "renamed.jpg")
            assert names(until(scanner, bool)) == ["renamed.jpg"]
            slow.seek(0)
            slow.write(content)
        assert set(names(until(scanner, lambda found: len(found) == 2))) == {"slow.jpg", "renamed.jpg"}


def test_a_burst_of_files_all_comes(folder: Path) -> None:
    with watching(folder) as scanner:
        for n in range(60):
            put(folder, f"{n}.png", picture("PNG", seed=n))
        assert len(until(scanner, lambda found: len(found) == 60)) == 60


def test_links_folders_pipes_and_hidden_files_are_no_scans(folder: Path, tmp_path: Path) -> None:
    put(folder / "inside", "deep.png", picture("PNG"))
    put(folder, ".hidden.png", picture("PNG"))
    (folder / "link.png").symlink_to(put(tmp_path, "target.png", picture("PNG")))
    (folder / "nowhere").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.png")
    with watching(folder) as scanner:
        put(folder, "real.png", picture("PNG", seed=3))
        assert names(until(scanner, bool)) == ["real.png"]


def test_what_is_no_scan_is_told_with_the_reason_and_what_is_not_whole_after_a_while(folder: Path) -> None:
    with watching(folder, patience=0.3) as scanner:
        put(folder, "notes.pdf", "笔记".encode())
        put(folder, "cut.jpg", picture()[:-5])
        found = until(scanner, lambda found: len(found) == 2)
        reasons = {seen.path.name: seen.refused for seen in found}
        assert "文本文件" in reasons["notes.pdf"]
        assert "不完整" in reasons["cut.jpg"]
        put(folder, "cut.jpg", picture())
        until(scanner, lambda found: any(not seen.refused for seen in found))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    put(folder, "locked.png", picture("PNG")).chmod(0)
    with watching(folder, patience=0.2) as scanner:
        [seen] = until(scanner, bool)
        assert "没有权限" in seen.refused


def test_a_file_that_goes_waits_no_more(folder: Path) -> None:
    path = put(folder, "a.png", picture("PNG"))
    with watching(folder) as scanner:
        until(scanner, bool)
        path.unlink()
        until(scanner, lambda found: not found)


@pytest.mark.parametrize("polls", [False, True], ids=["told", "polling"])
def test_a_folder_that_vanishes_is_said_and_watched_again_when_it_is_back(folder: Path, *, polls: bool) -> None:
    put(folder, "a.png", picture("PNG"))
    with watching(folder, polls=polls, sweep=0.1) as scanner:
        until(scanner, bool)
        folder.rename(folder.with_name("away"))
        with scanner.changed:
            assert scanner.changed.wait_for(lambda: "不在" in scanner.trouble, WAIT)
            assert scanner.waiting() == ()
        folder.mkdir()
        with scanner.changed:
            assert scanner.changed.wait_for(lambda: not scanner.trouble, WAIT)
        put(folder, "b.png", picture("PNG", seed=2))
        assert names(until(scanner, bool)) == ["b.png"]


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    with watching(tmp_path / "later", sweep=0.1) as scanner:
        with scanner.changed:
            assert scanner.changed.wait_for(lambda: bool(scanner.trouble), WAIT)
        put(tmp_path / "later", "a.png", picture("PNG"))
        until(scanner, bool)


def test_a_file_in_hand_is_hidden_comes_back_when_let_go_and_goes_when_it_is_finished(folder: Path) -> None:
    path = put(folder, "a.png", picture("PNG"))
    with watching(folder) as scanner:
        [seen] = until(scanner, bool)
        scanner.claim(path, seen.stamp)
        assert scanner.waiting() == ()
        scanner.give_back(path)
        assert names(scanner.waiting()) == ["a.png"]
        scanner.claim(path, seen.stamp)
        assert scanner.finish(path)
        assert not path.exists()


def test_a_file_written_anew_since_it_was_taken_in_hand_is_not_removed(folder: Path) -> None:
    path = put(folder, "a.png", picture("PNG"))
    with watching(folder) as scanner:
        [seen] = until(scanner, bool)
        scanner.claim(path, seen.stamp)
        put(folder, "a.png", picture("PNG", (80, 80), seed=9))
        scanner.finish(path)
        assert path.exists()
        until(scanner, bool)


def test_ten_thousand_files_are_taken_in_turn_and_the_end_does_not_wait_for_them(folder: Path) -> None:
    content = picture("PNG")
    for n in range(10_000):
        put(folder, f"{n:05}.png", content)
    with watching(folder) as scanner:
        assert len(until(scanner, lambda found: len(found) >= 20)) <= 500


def test_a_file_is_read_whole_and_told_from_every_other(folder: Path, tmp_path: Path) -> None:
    path = put(folder, "a.png", picture("PNG"))
    held = original.read(path)
    assert held.raw == path.read_bytes()
    (folder / "link").symlink_to(path)
    for name in ("link", "gone", "nul\0"):
        with pytest.raises(original.Unreadable):
            original.read(folder / name)
    with pytest.raises(original.Unreadable, match="文件"):
        original.read(tmp_path)
    assert not original.take_away(put(folder, "a.png", b"other"), held.stamp)
    assert original.take_away(folder / "gone", held.stamp)
