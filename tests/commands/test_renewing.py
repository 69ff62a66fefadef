"""A cloned disk, and a disk image put back: each goes on as a new window, and nothing that was recorded is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import CityEnd, Seat, enrol, whole


@pytest.fixture(scope="module")
def town(new_city: CityEnd, tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """A city of these tests' own."""
    return new_city.copy(tmp_path_factory.mktemp("renewing") / "city.db")


@pytest.fixture(scope="module")
def town_address(town: CityEnd) -> Iterator[str]:
    with town.served() as address:
        yield address


@pytest.fixture
def window(town: CityEnd, town_address: str, tmp_path: Path) -> Seat:
    """A window with one case that central has, and a supervisor at it."""
    seat = enrol(town, town_address, tmp_path / "window", town.account("supervisor", "FS0001"))
    work(seat, 1)
    seat.clerk("sync").done()
    return seat


def clone(seat: Seat) -> Seat:
    """Return a second machine with the same disk."""
    folder = seat.folder.with_name("clone")
    shutil.copytree(seat.folder, folder)
    passphrase = folder.with_name("clone.passphrase")
    shutil.copy(seat.passphrase, passphrase)
    return Seat(folder, passphrase)


def work(seat: Seat, cases: int) -> list[str]:
    """Record so many cases; return their numbers."""
    item = seat.json("items", "居住证")[0]
    return [line["case"] for line in seat.intake([whole(item) for _ in range(cases)]).done().lines]


def name(seat: Seat) -> str:
    return str(json.loads((seat.folder / "window.json").read_text(encoding="utf-8"))["seat"]["window"])


def held(city: CityEnd) -> list[tuple[str, str]]:
    """Return window and subject of every case begun that counts at central."""
    query = "SELECT window, subject FROM entries WHERE kind = 'case.received' AND position IS NOT NULL"
    with closing(sqlite3.connect(city.database)) as file:
        return [(str(w), str(s)) for w, s in file.execute(query)]


def test_a_clone_becomes_another_window_and_both_histories_stay(town: CityEnd, window: Seat) -> None:
    twin = clone(window)
    mine = work(window, 2)
    window.clerk("sync").done()
    theirs = work(twin, 3)  # the same serials: two numbers are given twice
    refused = twin.clerk("sync")
    assert refused.status != 0
    assert "clerk renew-window" in refused.err
    told = twin.json("renew-window")
    assert told["entries"] >= 3
    assert told["unsent"] == 0
    assert name(twin) == told["window"] != name(window)
    assert set(told["renamed"]) == set(mine) & set(theirs)
    said = {subject for by, subject in held(town) if by == told["window"]}
    assert said == {told["renamed"].get(number, number) for number in theirs}
    assert {subject for by, subject in held(town) if by == name(window)} >= set(mine)


def test_the_number_on_the_receipt_still_finds_the_renamed_case(town: CityEnd, window: Seat) -> None:
    twin = clone(window)
    work(window, 1)
    window.clerk("sync").done()
    [printed] = work(twin, 1)
    renamed = twin.json("renew-window")["renamed"]
    twin.sign_in(town.account("supervisor", "FS0001"))
    found = [case["case"] for case in twin.json("cases", printed)]
    assert renamed[printed] in found


def test_both_go_on_working_afterwards(town: CityEnd, window: Seat) -> None:
    twin = clone(window)
    work(window, 1)
    window.clerk("sync").done()
    work(twin, 1)
    twin.json("renew-window")
    twin.sign_in(town.account("supervisor", "FS0001"))
    new = [*work(twin, 1), *work(window, 1)]
    twin.clerk("sync").done()
    window.clerk("sync").done()
    twin.clerk("sync").done()
    assert set(new) <= {subject for _, subject in held(town)}
    assert {case["case"] for case in twin.json("cases")} == {case["case"] for case in window.json("cases")}


def test_the_former_window_s_files_are_kept_as_they_were(window: Seat) -> None:
    twin = clone(window)
    work(window, 1)
    window.clerk("sync").done()
    work(twin, 1)
    before = (twin.folder / "keys.json").read_bytes()
    told = twin.json("renew-window")
    assert (Path(told["kept"]) / "keys.json").read_bytes() == before
    assert (Path(told["kept"]) / "store.db").exists()


def test_a_window_whose_history_is_central_s_is_not_renewed(window: Seat) -> None:
    work(window, 1)
    told = window.clerk("renew-window")
    assert told.status != 0
    assert "不需要" in told.err
    window.clerk("sync").done()


def test_an_image_put_back_that_went_on_by_itself_is_a_clone_too(town: CityEnd, window: Seat) -> None:
    image = clone(window)
    lost = work(window, 1)
    window.clerk("sync").done()
    shutil.rmtree(window.folder)
    shutil.copytree(image.folder, window.folder)
    recorded = work(window, 1)
    assert window.clerk("sync").status != 0
    told = window.json("renew-window")
    assert told["unsent"] == 0
    subjects = {subject for _, subject in held(town)}
    assert set(lost) <= subjects
    assert {told["renamed"].get(number, number) for number in recorded} <= subjects


def test_a_renewal_cut_while_files_are_changed_over_goes_on(window: Seat) -> None:
    twin = clone(window)
    work(window, 1)
    window.clerk("sync").done()
    work(twin, 1)
    told = twin.json("renew-window")
    # As if cut in the middle: half of the new window's files still where they were made.
    coming = twin.folder / "renewed"
    coming.mkdir()
    (twin.folder / "keys.json").rename(coming / "keys.json")
    kept = Path(told["kept"]).name
    (coming / "ready.json").write_text(json.dumps({"keep": kept, "away": True}), encoding="utf-8")
    assert twin.json("renew-window")["window"] == told["window"]
    assert not coming.exists()
    twin.clerk("sync").done()
