"""``clerk losses`` and ``clerk write-off``: what was lost is listed by name, and written off by a supervisor alone."""

from __future__ import annotations

from pathlib import Path

from tests.support.broken import change, num_of
from tests.support.commands import CityEnd, Seat, whole


def test_what_is_lost_is_listed_and_written_off_by_a_supervisor(city: CityEnd, seat: Seat) -> None:
    nothing = seat.json("losses")
    assert nothing == {"losses": [], "notices": []}
    assert "没有灭失" in seat.clerk("losses").done().out

    item = seat.json("items", "居住证")[0]
    numbers = [line["case"] for line in seat.intake([whole(item)] * 3).done().lines]
    lost = take_away(seat, numbers[1])

    refused = seat.clerk("write-off", "--reason", "断电损坏", "--json")
    assert refused.status == 1
    assert refused.json["error"]["code"] == "not-your-role"
    told = seat.json("losses")
    assert [(x["case"], x["state"]) for x in told["losses"]] == [(numbers[1], "open")] * lost
    assert "store.db.damaged-" in told["notices"][0]
    assert numbers[1] in seat.clerk("losses").done().out

    stopped = seat.clerk("sync")
    assert stopped.status == 3
    assert numbers[1] in stopped.err
    seat.sign_in(city.account("supervisor", seat.json("status")["point"]))
    done = seat.clerk("write-off", "--reason", "断电损坏", "--json").done().json
    assert done["written_off"] == lost
    seat.clerk("sync").done()
    assert [c["case"] for c in seat.json("cases") if c["case"] in numbers] == [numbers[2], numbers[0]]
    assert [x["state"] for x in seat.json("losses")["losses"]] == ["written-off"] * lost
    assert seat.json("losses")["notices"] == []


def test_what_the_second_copy_has_comes_back_by_itself(seat: Seat, tmp_path: Path) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    seat.clerk("second-copy", place).done()
    item = seat.json("items", "居住证")[0]
    numbers = [line["case"] for line in seat.intake([whole(item)] * 3).done().lines]
    lost = take_away(seat, numbers[1])
    seat.clerk("sync").done()
    told = seat.json("losses")
    assert [(x["case"], x["state"]) for x in told["losses"]] == [(numbers[1], "returned")] * lost
    assert told["notices"] == []
    assert {*numbers} <= {case["case"] for case in seat.json("cases")}


def take_away(seat: Seat, number: str) -> int:
    """Delete a case's entries from the file, as somebody who has no key; return how many."""
    entries = seat.json("journal")
    lost = [place for place, entry in enumerate(entries, start=1) if entry["subject"] == number]
    change(
        seat.folder / "store.db",
        lambda file: file.execute(
            f"DELETE FROM d{num_of(file, 'journal')} WHERE seq BETWEEN ? AND ?", (lost[0], lost[-1])
        ),
    )
    return len(lost)
