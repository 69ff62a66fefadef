"""Codes for a district, the fleet on a page, the end of a window: what whoever runs the city types."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clerk_app.commands import fleet_grammar, fleet_page
from clerk_app.commands.tables import csv_bytes, fitted, guarded, shown_width
from sync.central import fleet
from sync.wire_fleet import FleetSummary, FleetWindow, ProgramTold, Share, TroubleTold, WindowWord
from tests.support.commands import CityEnd, Seat, Told, clerk, command, environment, whole
from tests.support.processes import running


def central(city: CityEnd, *words: str | Path) -> Told:
    return clerk("central", *words, "--database", city.database)


def rows_of(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.fixture
def points(own_city: CityEnd) -> list[str]:
    return sorted({account["point"] for account in own_city.accounts})


def test_a_list_becomes_codes_that_open_in_a_spreadsheet(own_city: CityEnd, points: list[str], tmp_path: Path) -> None:
    wanted, out = tmp_path / "points.csv", tmp_path / "codes.csv"
    wanted.write_bytes(f"服务点,台席,数量\n{points[0]},一号窗口,2\n\n{points[1]},=cmd,\n".encode("gb18030"))
    central(own_city, "enrolment-codes", "--csv", wanted, "--out", out).done()
    rows = rows_of(out)
    assert [(row["point"], row["desk"]) for row in rows] == [
        (points[0], "一号窗口"),
        (points[0], "一号窗口"),
        (points[1], "'=cmd"),
    ]
    assert all(re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", row["code"]) and row["point_name"] for row in rows)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = central(own_city, "enrolment-codes", "--csv", wanted, "--out", out, "--json")
    assert (again.status, rows_of(out)) == (1, rows)
    listed = central(own_city, "enrolment-codes", "--list", "--json").done().json["unused"]
    assert len(listed) == 3
    assert [row["code"] for row in rows if row["code"][:4] in json.dumps(listed)] == []


@pytest.mark.parametrize(
    "line", ["NOWHERE,,1", "{point},,0", "{point},,x", "{point},a\tb,1", ",,1", "{point}," + "长" * 21 + ",1"]
)
def test_a_list_with_one_wrong_line_issues_nothing(
    own_city: CityEnd, points: list[str], tmp_path: Path, line: str
) -> None:
    wanted = tmp_path / "points.csv"
    wanted.write_text(f"point,desk,count\n{points[0]},,1\n" + line.format(point=points[0]) + "\n", encoding="utf-8")
    told = central(own_city, "enrolment-codes", "--csv", wanted, "--out", tmp_path / "out.csv")
    assert told.status == 1
    assert not (tmp_path / "out.csv").exists()
    assert central(own_city, "enrolment-codes", "--list", "--json").done().json["unused"] == []


def test_codes_are_voided_by_code_by_handle_and_by_point(own_city: CityEnd, points: list[str]) -> None:
    made = (
        central(own_city, "enrolment-codes", "--district", points[0][:4], "--count", "3", "--json")
        .done()
        .json["issued"]
    )
    assert {point for point in points if point.startswith(points[0][:4])} <= {one["point"] for one in made}
    first = [one["code"] for one in made if one["point"] == points[0]]
    listed = central(own_city, "enrolment-codes", "--list", points[0], "--json").done().json["unused"]
    assert len(listed) == 3
    assert central(own_city, "enrolment-codes", "--void", first[0].lower(), "--json").done().json == {"voided": 1}
    left = central(own_city, "enrolment-codes", "--list", points[0], "--json").done().json["unused"]
    central(own_city, "enrolment-codes", "--void", left[0]["handle"]).done()
    assert central(own_city, "enrolment-codes", "--void", points[0], "--json").done().json == {"voided": 1}
    assert central(own_city, "enrolment-codes", "--void", first[0]).status == 1


def test_a_card_that_cannot_be_printed_leaves_no_code(own_city: CityEnd, points: list[str], tmp_path: Path) -> None:
    cards, out = tmp_path / "cards.pdf", tmp_path / "codes.csv"
    words = ("enrolment-codes", "--point", points[0], "--out", out, "--cards", cards)
    assert central(own_city, *words).status == 2
    assert central(own_city, *words, "--central", "no address").status == 2
    told = central(own_city, *words, "--central", "https://central.example", "--desk", "台\U0010fffd", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "paper-unprintable")
    assert not cards.exists()
    assert not out.exists()
    assert central(own_city, "enrolment-codes", "--list", "--json").done().json["unused"] == []
    central(own_city, *words, "--central", "https://central.example").done()
    assert cards.read_bytes().startswith(b"%PDF-")


def test_a_window_tells_of_itself_and_is_retired_once_it_has_said_everything(city: CityEnd, seat: Seat) -> None:
    window = seat.json("status")["window"]

    def known() -> Any:
        told = central(city, "fleet", "--json").done().json
        return next(one for one in told["windows"] if one["window"] == window)

    word = known()["word"]
    assert word["disk"] > 0
    assert word["store"] > 0
    assert word["program"]["version"] == known()["version"]
    seat.intake([whole(seat.json("items", "居住证")[0])]).done()
    seat.clerk("status").done()  # greets, and sends nothing
    waiting = known()
    assert waiting["backlog"] == 2
    assert waiting["word"]["oldest"]
    told = central(city, "retire", window, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "not-in-order")
    assert "2 条未上报" in told.err
    seat.clerk("sync").done()
    assert (known()["backlog"], "oldest" in known()["word"]) == (0, False)
    central(city, "retire", window).done()
    assert known()["states"] == ["retired"]
    assert seat.clerk("sync").status != 0
    assert central(city, "retire", window).status == 1


def test_what_went_wrong_last_is_told_as_a_code(city: CityEnd, seat: Seat) -> None:
    (seat.folder / "log").mkdir(exist_ok=True)
    trouble = {"code": "command-failed.KeyError", "at": "2026-11-23T09:00:00+00:00"}
    (seat.folder / "log" / "trouble.json").write_text(json.dumps(trouble))
    seat.clerk("sync").done()
    window = seat.json("status")["window"]
    told = central(city, "fleet", "--json").done().json["windows"]
    assert next(one for one in told if one["window"] == window)["word"]["trouble"] == trouble


def test_the_page_is_shown_again_and_again_until_it_is_stopped(own_city: CityEnd) -> None:
    words = command("central", "fleet", "--watch", "1", "--database", own_city.database)
    with running(words, env=environment(), stdout=subprocess.PIPE) as process, closing(process.stdout) as out:  # type: ignore[type-var]
        assert out is not None
        seen = 0
        while seen < 2:
            seen += "在用窗口".encode() in out.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


WORST = FleetWindow(
    window="440604001001-ZZ",
    point="440604001001",
    point_name="很长很长的样例市样例区样例街道政务服务中心",
    last_n=12,
    last_seen="2026-11-20T01:00:00+00:00",
    version="0.3.0",
    backlog=1234,
    states=("failed", "refused", "behind", "silent", "disk", "clock", "printer"),
    word=WindowWord(
        oldest="2026-11-20T09:00:00+08:00",
        skew=-4000,
        disk=120,
        printer="queue-128",
        program=ProgramTold(version="0.3.0", failed="0.4.0", reason="doctor"),
        trouble=TroubleTold(code="not-pruned.StoreReadOnly", at="2026-11-20T09:00:00+08:00"),
    ),
    offered="0.4.0",
)
FINE = FleetWindow(window="FS0001-01", point="FS0001", last_n=1, point_name="=HYPERLINK(1)\x1b[2J", version="0.4.0")


@pytest.mark.parametrize("width", [60, 80, 120, 140, 160])
def test_the_page_is_never_wider_than_the_terminal_and_the_worst_comes_first(width: int) -> None:
    known = fleet.worst_first([FINE, WORST])
    lines = list(fleet_page.page(fleet.summary(known), known, width))
    assert max(shown_width(line) for line in lines) <= width
    assert [line.split()[0] for line in lines[-2:]] == [WORST.window, FINE.window]
    assert "更新失败（自检未过" in lines[-2]
    assert width < 140 or "not-prun" in lines[-2]
    assert "\x1b" not in "".join(lines)


def test_a_summary_tells_versions_the_most_common_first() -> None:
    told = FleetSummary(windows=3, backlog=7, versions=(Share(name="0.4.0", windows=2), Share(name="", windows=1)))
    assert list(fleet_page.head(told))[:2] == ["在用窗口 3 个，未上报 7 条", "版本：0.4.0 2 个 · 未知 1 个"]


def test_every_state_has_its_words_and_can_be_asked_for() -> None:
    assert fleet_grammar.STATES == fleet.STATES
    assert fleet_page.LABELS.keys() == set(fleet.STATES)


def test_nothing_in_a_spreadsheet_is_reckoned() -> None:
    assert [guarded(cell) for cell in ("=1+1", "+1", "-1", "@x", "\tx", -3, None, "x")] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "-3", "", "x",
    ]  # fmt: skip
    assert csv_bytes(["a"], [["=1"]]) == b"\xef\xbb\xbfa\r\n'=1\r\n"


def test_text_is_cut_where_a_wide_character_does_not_fit() -> None:
    assert [fitted("样例市", width) for width in (7, 6, 5, 4)] == ["样例市 ", "样例市", "样例…", "样… "]
    assert fitted("7", 3, right=True) == "  7"
