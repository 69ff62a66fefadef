"""``clerk measures`` and ``clerk report``: for supervisors, as text, JSON, CSV and one page of PDF."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.commands import CityEnd, Seat


@pytest.fixture
def supervised(worked_seat: Seat, city: CityEnd, tmp_path: Path) -> Seat:
    """A copy of the window with four cases, a supervisor at it."""
    shutil.copytree(worked_seat.folder, tmp_path / "window")
    seat = Seat(tmp_path / "window", worked_seat.passphrase)
    seat.sign_in(city.account("supervisor", "FS0001"))
    return seat


def test_a_clerk_is_refused(worked_seat: Seat) -> None:
    told = worked_seat.clerk("measures", "--json")

    assert (told.status, told.json["error"]["code"]) == (1, "not-your-role")


def test_the_measures_as_text_json_and_csv(supervised: Seat, tmp_path: Path) -> None:
    told = supervised.json("measures")
    visits = next(one for one in told["measures"] if one["name"] == "visits")

    assert visits["total"]["cases"] == 4
    assert [row["item"] for row in visits["rows"]] == ["居住证"]
    assert {"name", "title", "question", "columns", "rows", "total", "standing"} <= visits.keys()
    one = supervised.clerk("measures", "--name", "visits").done().out
    assert one.startswith("到现场次数（按事项）（visits）")
    assert "合计" in one
    assert supervised.json("measures", "--to", "2020-01-05", "--name", "visits")["measures"][0]["rows"] == []
    supervised.clerk("measures", "--csv", tmp_path / "out" / "all.csv").done()
    assert (tmp_path / "out" / "all.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_day_and_the_week_on_paper(supervised: Seat, tmp_path: Path) -> None:
    for kind in ("day", "week"):
        supervised.clerk("report", kind, "--out", tmp_path / f"{kind}.pdf").done()
        assert (tmp_path / f"{kind}.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    "words",
    [
        ("measures", "--name", "nothing"),
        ("measures", "--from", "2026-03-02", "--to", "2026-03-01"),
        ("report", "month", "--out", "x.pdf"),
        ("report", "day"),
    ],
)
def test_what_is_typed_wrong_is_said(supervised: Seat, words: tuple[str, ...]) -> None:
    assert supervised.clerk(*words).status == 2


def test_a_point_nobody_heard_of_is_refused(supervised: Seat) -> None:
    assert supervised.clerk("measures", "--point", "FS9999", "--json").json["error"]["code"] == "point-unknown"
