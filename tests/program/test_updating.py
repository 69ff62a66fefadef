"""The background work: fetches what central offers once, tells what stood in the way, and asks again later."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.line import LineDown
from clerk_app.program.switching import Programs
from clerk_app.program.updating import PAUSE, Updating
from tests.support.releasing import PLATFORM, Publisher, Served, bundle


class Ticks:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def updating(programs: Programs, served: Served, ticks: Ticks) -> Updating:
    return Updating(programs, PLATFORM, served.opened, store=1, now=ticks)


def test_what_is_offered_is_fetched_once(
    updating: Updating, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    assert updating.work() == ""
    assert served.asked == [], "nothing is asked before central offers something"
    updating.offered("0.3.1")
    assert updating.work() == ""
    assert (updating.programs.state().staged, updating.ready) == ("0.3.1", "0.3.1")
    asked = len(served.asked)
    updating.work()
    assert len(served.asked) == asked


@pytest.mark.parametrize("release", ["", "0.3.0", "0.2.0", "../../etc", "latest"])
def test_what_is_no_news_is_not_asked_for(updating: Updating, served: Served, release: str) -> None:
    updating.offered(release)
    assert updating.work() == ""
    assert served.asked == []


def test_a_refusal_is_told_and_tried_again_after_a_while(
    updating: Updating, publisher: Publisher, served: Served, tmp_path: Path, ticks: Ticks
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    whole = publisher.target("0.3.1").read_bytes()
    publisher.target("0.3.1").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    updating.offered("0.3.1")
    assert "与签名不符" in updating.work()
    assert "与签名不符" in updating.programs.state().trouble
    publisher.target("0.3.1").write_bytes(whole)
    asked = len(served.asked)
    ticks.now += PAUSE - 1
    updating.work()
    assert len(served.asked) == asked, "not over and over"
    ticks.now += 2
    assert updating.work() == ""
    assert (updating.programs.state().staged, updating.programs.state().trouble) == ("0.3.1", "")


def test_a_version_that_can_never_be_taken_is_given_up_and_told(
    updating: Updating, publisher: Publisher, tmp_path: Path, ticks: Ticks
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members={"../outside": b"x"}))
    updating.offered("0.3.1")
    assert updating.work()
    ticks.now += 10 * PAUSE
    assert not updating.due
    assert "0.3.1" in updating.programs.news()[0]
    assert updating.programs.state().reason("0.3.1")


def test_a_line_that_goes_down_is_told_and_work_that_is_called_off_is_not(
    updating: Updating, publisher: Publisher, served: Served, tmp_path: Path, ticks: Ticks
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))

    def down(begin: int, end: int) -> None:
        raise LineDown("连不上市中心。")

    served.before_piece = down
    updating.offered("0.3.1")
    assert "连不上市中心" in updating.work()
    ticks.now += 2 * PAUSE
    assert updating.work(cancelled=lambda: True) == ""
    served.before_piece = lambda begin, end: None
    assert updating.work() == ""
    assert updating.ready == "0.3.1"


def test_a_newer_one_takes_the_place_of_one_that_still_waits(
    updating: Updating, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"), bundle(tmp_path, "0.3.2"))
    for version in ("0.3.1", "0.3.2"):
        updating.offered(version)
        updating.work()
    assert updating.programs.state().staged == "0.3.2"
    assert [path.name for path in (updating.programs.folder / "program" / "versions").iterdir()] == ["0.3.2"]


def test_a_program_that_is_no_bundle_is_kept_new_by_nobody(served: Served, tmp_path: Path) -> None:
    assert Updating.of_bundle(tmp_path, served.opened, "") is None
