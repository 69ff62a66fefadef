"""``clerk clock``: every clock of a case, told to people and to scripts so that it can be counted again."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.commands import Seat, line_named, whole


@pytest.fixture(scope="module")
def told(worked_seat: Seat) -> dict[str, Any]:
    """The clocks of an accepted case."""
    number = worked_seat.json("cases")[0]["case"]
    found: dict[str, Any] = worked_seat.json("clock", number)
    return found


def clock(told: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["clocks"] if one["key"] == key)
    return found


def test_an_accepted_case_tells_what_ran_runs_and_will_run(told: dict[str, Any]) -> None:
    assert [(one["key"], one["standing"]) for one in told["clocks"]] == [
        ("notice", "kept"),
        ("promised", "running"),
        ("statutory", "running"),
        ("delivery", "future"),
    ]
    assert told["preset"] == {"id": "either", "label": "用时达90%或仅剩1个工作日"}
    assert clock(told, "delivery")["basis"].startswith("《行政许可法》第四十四条")


def test_the_days_lead_from_the_start_to_the_due_day_one_by_one(told: dict[str, Any]) -> None:
    for key in ("notice", "promised", "statutory"):
        one = clock(told, key)
        days = [date.fromisoformat(day["day"]) for day in one["days"]]

        assert days[0].isoformat() == one["started_on"]
        assert days[-1].isoformat() == one["due"] == one["reckoned"]
        assert all(after - before == timedelta(days=1) for before, after in pairwise(days))
        assert [day["number"] for day in one["days"] if day["number"]] == list(range(1, one["limit"]["days"] + 1))
        assert one["counted"] == one["limit"]["days"]
        assert {day["why_label"] for day in one["days"] if not day["number"]} >= {"起算日不计"}
        assert one["agrees"]


def test_what_is_still_to_begin_has_no_due_day(told: dict[str, Any]) -> None:
    delivery = clock(told, "delivery")

    assert (delivery["due"], delivery["light"], delivery["days"]) == (None, None, [])
    assert date.fromisoformat(delivery["if_today"]) > date.fromisoformat(told["today"])


def test_a_person_reads_the_same(worked_seat: Seat, told: dict[str, Any]) -> None:
    out = worked_seat.clerk("clock", told["case"]).done().out

    promised = clock(told, "promised")
    assert f"承诺办结  {promised['due']}" in out
    assert promised["runs"] in out
    assert "《行政许可法》第三十二条第一款第四项" in out
    assert "[正常]" in out


def test_a_debt_is_told_with_what_is_owed(seat: Seat) -> None:
    item = seat.json("items", "居住证")[0]
    line = next(one for one in item["materials"] if one["necessity"] == "deferrable")
    owing = {**whole(item, without=[line_named(item, line["name"])["id"]]), "decide": "provisional"}
    number = seat.intake([owing]).done().lines[0]["case"]

    value = seat.json("clock", number)

    debt = next(one for one in value["clocks"] if one["name"] == "容缺补交")
    assert debt["about"] == line["name"]
    assert debt["due"] < clock(value, "promised")["due"]
    assert debt["counted"] <= debt["limit"]["days"] == 20


def test_a_case_nobody_knows_is_refused(worked_seat: Seat) -> None:
    told = worked_seat.clerk("clock", "FS0001-01-260302-0001-X", "--json")

    assert (told.status, told.json["error"]["code"]) == (1, "case-unknown")
