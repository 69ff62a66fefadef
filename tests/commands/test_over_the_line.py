"""Prefilings, cases of other points, conflicts and mending by command, against a real central."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain.numbers import case_number
from tests.support.commands import PERSON, CityEnd, Seat, enrol, line_named, whole

NOBODY = "http://127.0.0.1:9"
NOWHERE = "FS9999-01-260302-0001-9"


@pytest.fixture(scope="module")
def city(new_city: CityEnd, tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """A city of this module's own: its prefilings are received here."""
    return new_city.copy(tmp_path_factory.mktemp("over-the-line") / "city.db")


@pytest.fixture(scope="module")
def address(city: CityEnd) -> Iterator[str]:
    with city.served() as address:
        yield address


@pytest.fixture(scope="module")
def points(city: CityEnd) -> list[str]:
    """Two points of the city."""
    return sorted({account["point"] for account in city.accounts})[:2]


@pytest.fixture
def home(city: CityEnd, address: str, points: list[str], tmp_path: Path) -> Seat:
    """A window of the first point."""
    return enrol(city, address, tmp_path / "home", city.account("clerk", points[0]))


@pytest.fixture
def away(city: CityEnd, address: str, points: list[str], tmp_path: Path) -> Seat:
    """A window of the second."""
    return enrol(city, address, tmp_path / "away", city.account("clerk", points[1]))


def received(seat: Seat, **more: Any) -> str:
    """Record a case that lacks a paper, and send it; return its number."""
    item = seat.json("items", "居住证")[0]
    card = line_named(item, "居民身份证")["id"]
    [answered] = seat.intake([whole(item, without=[card], **more)]).done().lines
    seat.clerk("sync").done()
    return str(answered["case"])


def test_a_prefiling_is_shown_received_by_its_number_and_then_known_as_received(home: Seat) -> None:
    told = home.json("prefiling", "https://hall.example/?ysbh=ys20260001")
    assert told["number"] == "YS20260001"
    assert told["item_name"] == "居住证"
    assert told["applicant"]["name"]
    assert "*" in told["applicant"]["id_number"]
    assert told["situation"]
    assert told["received"]
    assert told["open_questions"] == []
    assert told["applicant"]["name"] in home.clerk("prefiling", "YS20260001").done().out

    [answered] = home.intake([{"prefiling": "YS20260001", "received": []}]).done().lines
    assert answered["state"] == "notified"
    assert answered["prefiling"] == "YS20260001"
    again = home.clerk("prefiling", "YS20260001", "--json")
    assert (again.status, again.json["error"]["code"]) == (1, "prefiling-received")
    assert answered["case"] in again.json["error"]["message"]
    home.clerk("sync").done()
    assert home.json("case", answered["case"])["prefiling"] == "YS20260001"


def test_all_four_of_the_sample_city_open_with_nothing_left_out(home: Seat) -> None:
    for number in ("YS20260002", "YS20260003", "YS20260004"):
        told = home.json("prefiling", number)
        assert told["notes"] == [], number
        assert told["open_questions"] == [], number
        assert told["received"], number


def test_an_unknown_prefiling_is_refused_and_without_the_line_that_is_said(home: Seat) -> None:
    told = home.clerk("prefiling", "YS20269999", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "prefiling-unknown")
    _cut(home)
    told = home.clerk("prefiling", "YS20260004", "--json")
    assert (told.status, told.json["error"]["code"]) == (4, "line-down")
    [answered] = home.intake([{"prefiling": "YS20260002"}]).lines
    assert answered["error"]["code"] == "line-down"


def test_a_case_of_another_point_is_shown_and_taken_up_and_both_points_know(
    home: Seat, away: Seat, points: list[str]
) -> None:
    number = received(home)

    seen = away.json("case", number.lower())
    assert (seen["case"], seen["here"], seen["handled_here"], seen["place"]) == (number, False, False, points[0])
    assert PERSON["id_number"] not in str(seen)
    assert [line["label"] for line in seen["history"]] == ["收件", "一次性告知"]
    assert away.json("clock", number) == home.json("clock", number)
    taken = away.json("take-up", number, "--reason", "搬家")
    assert taken == {"case": number, "state": "arriving", "arriving": True}
    assert away.json("case", number)["state"] == "arriving"
    twice = away.clerk("take-up", number, "--json")
    assert (twice.status, twice.json["error"]["code"]) == (1, "not-to-be-taken-up")
    away.clerk("sync").done()
    here = away.json("case", number)
    assert (here["here"], here["handled_here"], here["state"]) == (True, True, "notified")

    home.clerk("sync").done()
    gone = home.json("case", number)
    assert (gone["handled_here"], gone["place"], [m["to"] for m in gone["moves"]]) == (False, points[1], [points[1]])
    [refused] = home.intake([{"case": number, "decide": "decline", "reason": "不符合"}]).lines
    assert refused["error"]["code"] == "case-elsewhere"
    assert gone["place_name"] in home.clerk("case", number).done().out


def test_a_number_nobody_knows_and_a_dead_line(home: Seat) -> None:
    for number in (NOWHERE, "nothing-such"):
        told = home.clerk("case", number, "--json")
        assert (told.status, told.json["error"]["code"]) == (1, "case-unknown")
        told = home.clerk("take-up", number, "--json")
        assert (told.status, told.json["error"]["code"]) == (1, "case-unknown")
    number = received(home)
    _cut(home)
    assert home.json("case", number)["here"]
    gone = case_number("FS0002", "01", date(2026, 3, 2), 1)
    for words in (("case", gone), ("take-up", gone)):
        told = home.clerk(*words, "--json")
        assert (told.status, told.json["error"]["code"]) == (4, "line-down")


def test_a_conflict_is_listed_and_settled_by_a_supervisor_alone(
    city: CityEnd, address: str, points: list[str], home: Seat, tmp_path: Path
) -> None:
    beside = enrol(city, address, tmp_path / "beside", city.account("clerk", points[0]))
    number = received(home)
    beside.clerk("sync").done()
    for seat, reason in ((home, "不符合条件"), (beside, "申请人不具备资格")):
        [done] = seat.intake([{"case": number, "decide": "decline", "reason": reason}]).done().lines
        assert done["state"] == "declined"
    for seat in (home, beside, home):
        seat.clerk("sync").done()

    [conflict] = home.json("conflicts")
    assert (conflict["case"], conflict["label"]) == (number, "不予受理")
    assert [act["label"] for act in conflict["against"]] == ["不予受理"]
    assert {*conflict["lines"], *conflict["against"][0]["lines"]} == {"不符合条件", "申请人不具备资格"}
    assert conflict["dropped"]
    assert conflict["stands"]
    assert home.json("status")["conflicts"] == 1
    words = ("settle", number, conflict["entry"], "--drop", "--reason", "以先到的为准", "--json")
    told = home.clerk(*words)
    assert (told.status, told.json["error"]["code"]) == (1, "not-your-role")
    home.sign_in(city.account("supervisor", points[0]))
    assert home.clerk(*words).done().json["conflicts"] == 0
    for seat in (home, beside):
        seat.clerk("sync").done()
        assert seat.json("conflicts") == []
        assert seat.json("status")["conflicts"] == 0
        assert "经处理不采用" in seat.clerk("case", number).done().out
    assert home.clerk("settle", number, conflict["entry"], "--stands").status == 2


def test_what_is_refused_is_listed_mended_and_given_up(
    city: CityEnd, address: str, points: list[str], home: Seat, tmp_path: Path
) -> None:
    beside = enrol(city, address, tmp_path / "beside", city.account("clerk", points[0]))
    item = home.json("items", "居住证")[0]
    for seat in (home, beside):
        seat.intake([whole(item, prefiling="YS20260003")]).done()
    for seat in (home, beside):
        seat.clerk("sync").done()

    found = [one for one in beside.json("refused") if one["needs"] == "mend"]
    assert [(one["code"], one["label"]) for one in found] == [("prefiling-received", "收件")]
    [bad] = found
    assert bad["waiting"] == 1
    assert beside.json("status")["refused"] == 1
    assert beside.json("status")["waiting"] == 1
    assert {leaf["path"] for leaf in bad["leaves"]} >= {"prefiling", "applicant.name", "applicant.id_number"}
    assert PERSON["id_number"] not in str(bad)
    assert bad["reason"] in beside.clerk("refused").done().out

    for words, status in (
        (("mend", bad["entry"]), 2),
        (("mend", bad["entry"], "--as-is", "--set", "prefiling="), 2),
        (("mend", bad["entry"], "--set", "prefiling"), 2),
        (("mend", bad["entry"], "--set", "nothing=1"), 1),
        (("mend", "ffff", "--as-is"), 1),
        (("give-up", bad["entry"]), 2),
        (("give-up", "ffff", "--reason", "x"), 1),
    ):
        assert beside.clerk(*words).status == status, words
    told = beside.json("mend", bad["entry"], "--set", "prefiling=", "--reason", "编号填错")
    assert (told["mended"], told["case"], told["kind"]) == (bad["entry"], bad["case"], "case.received")
    beside.clerk("sync").done()
    beside.clerk("sync").done()
    assert beside.json("refused") == []
    assert beside.json("status")["refused"] == beside.json("status")["waiting"] == 0
    assert beside.json("case", bad["case"])["state"] == "accepted"


def _cut(seat: Seat) -> None:
    """Have a window's address be one where nobody listens."""
    for name in ("window.json", "window.json.copy"):
        path = seat.folder / name
        path.write_text(re.sub(r"http://127[0-9.:]+", NOBODY, path.read_text(encoding="utf-8")), encoding="utf-8")
