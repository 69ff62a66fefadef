"""Papers from hand to hand by command: packed, handed over from a file, received, traced; against a real central."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Verdict
from sync.central.central import Central
from sync.central.own_window import OwnWindow, Said
from tests.support.commands import PERSON, CityEnd, Seat, Told, clerk, enrol, line_named, whole

PIN = "270614"


@pytest.fixture(scope="module")
def city(new_city: CityEnd, tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """A city of this module's own, with a courier who comes to its first point."""
    copy = new_city.copy(tmp_path_factory.mktemp("custody") / "city.db")
    for badge, more in (("YZ900001", ()), ("YZ900002", ("--for", "NOBODY"))):
        words = ("central", "courier", "add", badge, "--name", "样例揽收员", "--point", copy.accounts[0]["point"])
        clerk(*words, *more, "--company", "样例速递", "--pin-stdin", "--database", copy.database, stdin=PIN).done()
    return copy


@pytest.fixture(scope="module")
def address(city: CityEnd) -> Iterator[str]:
    with city.served() as address:
        yield address


@pytest.fixture(scope="module")
def points(city: CityEnd) -> list[str]:
    """Two points of the city, the courier's first."""
    first = city.accounts[0]["point"]
    return [first, next(account["point"] for account in city.accounts if account["point"] != first)]


@pytest.fixture
def home(city: CityEnd, address: str, points: list[str], tmp_path: Path) -> Seat:
    """A window of the first point, which has heard of everything."""
    seat = enrol(city, address, tmp_path / "home", city.account("clerk", points[0]))
    seat.clerk("sync").done()
    return seat


def received(seat: Seat, lacking: str = "") -> str:
    item = seat.json("items", "居住证")[0]
    without = [line_named(item, lacking)["id"]] if lacking else []
    [answered] = seat.intake([whole(item, without=without)]).done().lines
    return str(answered["case"])


def waiting(seat: Seat, case: str) -> dict[str, Any]:
    """Return the group a case waits in."""
    found = [group for group in seat.json("pack") if case in {one["case"] for one in group["cases"]}]
    assert len(found) == 1
    return dict(found[0])


def packed(seat: Seat, case: str, *more: str) -> dict[str, Any]:
    return dict(seat.json("pack", "--to", waiting(seat, case)["to"]["code"], "--case", case, *more))


def hand_over(seat: Seat, *pickups: Mapping[str, Any]) -> Told:
    said = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in pickups)
    return seat.clerk("handover", "-", stdin=said)


def test_what_waits_is_listed_packed_labelled_and_opened_again(home: Seat, tmp_path: Path) -> None:
    case = received(home)
    group = waiting(home, case)
    assert group["direction"] == "to_department"
    assert case in home.clerk("pack").done().out
    bag = packed(home, case, "--seal", "S001", "--note", "急件")
    assert (bag["state"], bag["seal"], bag["to"]["code"]) == ("sealed", "S001", group["to"]["code"])
    assert {line["case"] for line in bag["lines"]} == {case}
    assert all(case not in str(group) for group in home.json("pack"))

    number = bag["parcel"]
    assert [one["parcel"] for one in home.json("parcels", "--scope", "packed", number.lower())] == [number]
    assert home.json("parcels", "--scope", "arriving", number) == []
    [listed] = home.json("parcels", "s001", case)
    assert (listed["parcel"], listed["event"]) == (number, None)
    shown = home.json("parcel", "show", number.lower())
    assert (shown["parcel"], shown["disputed"]) == (number, [])
    assert "封袋" in shown["steps"][0]["what"]
    assert number in home.clerk("parcels").done().out
    assert "S001" in home.clerk("parcel", "show", number).done().out
    home.clerk("paper", "寄递袋标签", number, "--out", tmp_path / "label.pdf").done()
    assert (tmp_path / "label.pdf").read_bytes().startswith(b"%PDF")

    told = home.clerk("parcel", "waybill", number, "EA123456789CN", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "waybill-invalid")
    assert home.json("parcel", "waybill", number, "1234567890123")["waybill"] == "1234567890123"
    assert home.json("parcel", "show", "1234567890123")["parcel"] == number
    assert home.json("parcel", "ask-pickup", number, "--on", "2027-03-02")["parcel"] == number
    told = home.clerk("parcel", "ask-pickup", number, "--on", "2027-03-02", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "pickup-asked")
    home.clerk("parcel", "cancel-pickup", number).done()
    assert home.json("parcel", "unseal", number, "--reason", "装错")["state"] == "unsealed"
    assert waiting(home, case)["direction"] == "to_department"
    home.clerk("sync").done()
    assert home.json("status")["refused"] == 0


def test_what_cannot_be_packed_is_refused_and_says_why(home: Seat) -> None:
    case = received(home)
    code = waiting(home, case)["to"]["code"]
    for words, status, why in (
        (("--to", "nothing-such"), 1, "nothing-to-pack"),
        (("--case", "FS9999-01-260302-0001-9"), 1, "case-unknown"),
        (("--applicant", case), 1, "parcel-empty"),
        (("--seal", "S1"), 2, "usage"),
        (("--to", code, "--waybill", "EA123456789CN"), 1, "waybill-invalid"),
    ):
        told = home.clerk("pack", *words, "--json")
        assert (told.status, told.json["error"]["code"]) == (status, why), words
    packed(home, case)
    told = home.clerk("pack", "--to", code, "--case", case, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "nothing-to-pack")


def test_a_pickup_is_a_line_of_a_file_and_is_durable_with_its_answer(home: Seat, tmp_path: Path) -> None:
    cases = [received(home) for _ in range(3)]
    one, other, third = (packed(home, case, "--seal", f"S{n}")["parcel"] for n, case in enumerate(cases))
    good = {
        "badge": "yz-900001",
        "pin": PIN,
        "bags": [one.lower(), other],
        "broken": {other: "封签裂开"},
        "missing": {third: "柜中未见"},
    }
    told = hand_over(
        home,
        {**good, "pin": "270615"},
        {**good, "bags": [one, one]},
        {**good, "bags": [one[:-1]]},
        {**good, "broken": {other: " "}},
        {**good, "badge": "YZ900002"},
        {**good, "badge": "YZ999999"},
        {**good, "proof": "paper"},
        {"badge": 1},
        good,
        good,
    )
    assert told.status == 1
    assert [(line["line"], line.get("error", {}).get("code")) for line in told.lines] == [
        (1, "pin-wrong"),
        (2, "bag-twice"),
        (3, "bag-unreadable"),
        (4, "reason-missing"),
        (5, "courier-not-for"),
        (6, "badge-unknown"),
        (7, "proof-unclear"),
        (8, "shape-invalid"),
        (9, None),
        (10, "bag-not-listed"),
    ]
    done = told.lines[8]
    assert (done["badge"], done["bags"], done["left"]) == ("YZ900001", [one, other], [])
    assert [(d["fault"], d["parcel"]) for d in done["discrepancies"]] == [
        ("seal_broken", other),
        ("missing_bag", third),
    ]

    assert home.json("parcel", "show", one)["holder"]["code"] == "YZ900001"
    assert home.json("parcel", "show", third)["state"] == "sealed"


def test_the_list_of_a_pickup_and_where_every_paper_is(home: Seat, tmp_path: Path) -> None:
    case = received(home)
    number = packed(home, case)["parcel"]
    by_hand = {"badge": "YZ900001", "proof": "paper", "bags": [number], "broken": {number: "封签裂开"}}
    [done] = hand_over(home, by_hand).done().lines
    [listed] = [m for m in home.json("manifests") if m["manifest"] == done["manifest"]]
    assert (listed["parcels"], listed["discrepancies"]) == ([number], 1)
    shown = home.json("manifests", done["manifest"])
    assert (shown["proof"], [line["broken"] for line in shown["lines"]]) == ("paper", [True])
    assert "样例揽收员" in home.clerk("manifests", done["manifest"]).done().out
    home.clerk("paper", "交接清单", done["manifest"], "--out", tmp_path / "list.pdf").done()
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")

    held = home.json("where", case)
    assert {(row["holder"]["code"], row["parcel"]) for row in held} == {("YZ900001", number)}
    steps = held[0]["steps"]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    assert any(done["manifest"] in step["signed"] for step in steps)
    assert home.json("where", f"{case}/{held[0]['name']}") == [held[0]]
    assert {row["case"] for row in home.json("where", number)} == {case}
    assert "样例揽收员" in home.clerk("where", case).done().out
    home.clerk("sync").done()
    assert home.json("status")["refused"] == 0


def test_where_names_what_is_unknown(home: Seat) -> None:
    for what, code in (("FS9999-01-260302-0001-9", "case-unknown"), ("nothing", "case-unknown")):
        told = home.clerk("where", what, "--json")
        assert (told.status, told.json["error"]["code"]) == (1, code)
    case = received(home)
    assert (home.clerk("where", f"{case}/nothing", "--json").status, home.clerk("where").status) == (1, 2)


def test_a_bag_comes_to_another_point_one_copy_short_and_a_supervisor_closes_that(
    city: CityEnd, address: str, points: list[str], home: Seat, tmp_path: Path
) -> None:
    away = enrol(city, address, tmp_path / "away", city.account("clerk", points[1]))
    case = received(home, "居民身份证")
    home.clerk("sync").done()
    away.clerk("take-up", case).done()
    for seat in (away, home):
        seat.clerk("sync").done()
    bag = packed(home, case)
    number = bag["parcel"]
    assert (bag["direction"], bag["to"]["code"]) == ("to_point", points[1])
    told = hand_over(home, {"badge": "YZ900001", "bags": [number]}).done()
    assert json.loads(told.out)["proof"] == "paper", "without a PIN the courier signs the printed list"
    home.clerk("sync").done()
    away.clerk("sync").done()

    assert [one["parcel"] for one in away.json("parcels", "--scope", "arriving")] == [number]
    line = bag["lines"][0]
    paper = f"{case}/{line['name']}"
    for words, code in (
        (("--short", f"{case}/nothing=1", "--note", "x"), "paper-not-listed"),
        (("--short", f"{paper}=99", "--note", "x"), "count-invalid"),
        (("--short", f"{paper}=1"), "reason-missing"),
    ):
        told = away.clerk("parcel", "receive", number, *words, "--json")
        assert (told.status, told.json["error"]["code"]) == (1, code)
    came = away.json("parcel", "receive", number, "--short", f"{paper}=1", "--note", "清点少一份")
    assert (came["state"], came["holder"]["code"]) == ("parcel_received", points[1])
    assert {row["holder"]["code"] for row in away.json("where", paper)} >= {"YZ900001"}
    noted = away.json("note-discrepancy", number, "damaged", "--note", "袋角破损")
    assert (noted["fault"], noted["parcel"]) == ("damaged", number)

    away.clerk("sync").done()
    home.clerk("sync").done()
    short = next(task for task in home.json("discrepancies") if task["fault"] == "short")
    assert (short["subject"], short["note"], short["waits"]) == (number, "清点少一份", 0)
    assert "清点少一份" in home.clerk("discrepancies").done().out
    closing = ("close-discrepancy", short["entry"], "--outcome", "已找到", "--evidence", "双方签字", "--json")
    told = home.clerk(*closing)
    assert (told.status, told.json["error"]["code"]) == (1, "not-your-role")
    home.sign_in(city.account("supervisor", points[0]))
    assert home.clerk("close-discrepancy", "ffff", *closing[2:]).json["error"]["code"] == "discrepancy-unknown"
    assert home.clerk(*closing).done().json["open"] == 1
    assert [task["fault"] for task in home.json("discrepancies") if task["subject"] == number] == ["damaged"]
    home.clerk("sync").done()
    assert (home.json("status")["refused"], away.json("status")["refused"]) == (0, 0)


def decided(city: CityEnd, case: str, seen: int) -> None:
    """Have the department decide, past the served central's program."""

    async def decide() -> None:
        central = await Central.open(str(city.database))
        try:
            own = await OwnWindow.open(central)
            body = b.Decided(on=date(2027, 1, 4), outcome="approved", document="样例〔2027〕1号")
            things = [Said(kind="case.decided", subject=case, seen=seen, body=body)]
            [told] = await own.say(things, "部门（样例）", datetime.now(UTC))
            assert told.verdict is Verdict.APPLIED, told
        finally:
            await central.close()

    asyncio.run(decide())


def test_a_result_is_logged_in_and_handed_over_or_posted(city: CityEnd, home: Seat, tmp_path: Path) -> None:
    item = home.json("items", "居住证")[0]
    living = {**PERSON, "address": "样例街 2 号"}
    answered = home.intake([whole(item), whole(item), whole(item, applicant=living)]).done().lines
    one, other, posted = (str(line["case"]) for line in answered)
    home.clerk("sync").done()
    for case in (one, other, posted):
        decided(city, case, 2)
    home.clerk("sync").done()
    assert home.json("results") == []
    told = home.clerk("deliver", one, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "result-not-here")
    for case in (one, other, posted):
        assert home.json("result-arrived", case, "--note", "部门送来")["case"] == case
    assert {row["case"] for row in home.json("results")} == {one, other, posted}
    assert one in home.clerk("results").done().out

    done = home.json("deliver", one, "--id-number", PERSON["id_number"])
    assert (done["state"], done["to"], done["agent"]) == ("closed", PERSON["name"], "")
    assert "送达回执" in done["papers"]
    home.clerk("paper", "送达回执", one, "--out", tmp_path / "receipt.pdf").done()
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF")
    given = home.clerk("deliver", other, "--agent", "样例乙", "--why", "family").done()
    assert "样例乙" in given.out
    held = home.json("where", f"{other}/办理结果")
    assert [(row["holder"]["kind"], row["originals"]) for row in held] == [("applicant", 1)]

    told = home.clerk("pack", "--applicant", posted, "--waybill", "1234567890123", "--carrier", "ems", "--json").done()
    assert (told.json["direction"], told.json["address"]["name"]) == ("to_applicant", PERSON["name"])
    assert PERSON["phone"] not in told.out
    assert [row["holder"]["kind"] for row in home.json("where", told.json["parcel"])] == ["point"]
    assert home.json("results") == []
    home.clerk("sync").done()
    assert home.json("status")["refused"] == 0


def test_a_result_that_is_not_here_is_neither_logged_in_nor_delivered(home: Seat) -> None:
    case = received(home)
    assert home.json("results") == []
    for words in (("result-arrived", case), ("deliver", case), ("deliver", case, "--agent", "甲", "--why", "family")):
        refused = home.clerk(*words, "--json")
        assert (refused.status, refused.json["error"]["code"]) == (1, "state-forbids")
    assert home.clerk("deliver", case, "--agent", "甲").status == 2
    told = home.clerk("deliver", case, "--id-number", "440604190001010017", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "identity-differs")
