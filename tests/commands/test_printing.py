"""``clerk printers``, ``clerk print``, ``clerk prints`` and the doctor's word, over a real spooler where one is needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_app.commands import print_grammar
from clerk_app.printing.choices import MOST_COPIES
from tests.support.commands import Seat, whole
from tests.support.cups import HINT, PRESENT, PrivateCups, private_cups
from tests.support.parts import real_part

RECEIPT = "接收回执"


@pytest.fixture(scope="module")
def spooler() -> Iterator[PrivateCups]:
    real_part("CUPS", present=PRESENT, hint=HINT)
    with private_cups() as running:
        yield running


@pytest.fixture
def case(seat: Seat) -> str:
    item = seat.json("items", "居住证")[0]
    [line] = seat.intake([whole(item)]).done().lines
    return str(line["case"])


@pytest.fixture
def cups(spooler: PrivateCups, seat: Seat) -> PrivateCups:
    seat.env |= {name: spooler.environment[name] for name in ("CUPS_SERVER", "PATH")}
    return spooler


def choose(seat: Seat, told: dict[str, Any]) -> None:
    """Do what whoever sets up the window does: write the printers into its settings."""
    path = seat.folder / "window.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**value, "printing": told}, ensure_ascii=False), encoding="utf-8")


def check(seat: Seat) -> dict[str, Any]:
    told = seat.clerk("doctor", "--json").json
    found: dict[str, Any] = next(one for one in told["checks"] if one["name"] == "printer")
    return found


def test_a_paper_into_a_folder_is_counted(seat: Seat, case: str, tmp_path: Path) -> None:
    first = seat.json("print", RECEIPT, case, "--printer", f"folder:{tmp_path}")
    again = seat.clerk("print", RECEIPT, case, "--printer", f"folder:{tmp_path}").done().out

    assert (first["nth"], first["file"]) == (1, str(tmp_path / f"{case}-{RECEIPT}.pdf"))
    assert "（补打第2次）" in again
    told = seat.json("prints")
    assert told == {"queue": [], "printed": [{"number": case, "printed": {RECEIPT: 2}}]}
    assert f"{case}  {RECEIPT} 2 次" in seat.clerk("prints").done().out
    assert check(seat)["state"] == "skipped"


def test_wrong_words_are_answered_with_what_is_right(seat: Seat, case: str) -> None:
    assert seat.clerk("print", RECEIPT).status == 2
    assert seat.clerk("print", RECEIPT, case, "--copies", "0").status == 2
    assert seat.clerk("print", "--test").status == 2
    told = seat.clerk("print", RECEIPT, case, "--printer", "nowhere", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "printer-unknown")
    told = seat.clerk("print", "没有的文书", case, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "paper-unknown")


def test_a_real_printer_found_chosen_tried_and_stopped(seat: Seat, case: str, cups: PrivateCups) -> None:
    place = cups.printer("Counter")
    assert seat.json("printers")[0] | {"default": False} == {
        "printer": "cups:Counter",
        "name": "Counter",
        "kind": "cups",
        "default": False,
        "chosen": False,
        "state": "",
    }
    choose(seat, {"default": {"printer": "cups:Counter", "copies": 2}})
    assert "cups:Counter（选定）  可用" in seat.clerk("printers").done().out
    assert check(seat)["state"] == "ok"
    assert "已送打印机 Counter" in seat.clerk("print", "--test").done().out
    assert seat.json("prints")["printed"] == []
    assert seat.json("print", RECEIPT, case, "--copies", "3")["printer"] == "cups:Counter"
    assert "copies=3" in (place / "options").read_text(encoding="utf-8")

    cups.run("cupsdisable", "Counter")
    told = seat.clerk("print", RECEIPT, case, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "not-printed")
    assert "打印机已停用" in told.json["error"]["message"]
    [job] = seat.json("prints")["queue"]
    assert (job["kind"], job["number"], job["state_label"]) == (RECEIPT, case, "排队")
    assert "打印机已停用" in seat.clerk("prints").done().out
    assert seat.clerk("print", "--test", "--printer", "Counter").status == 1
    found = check(seat)
    assert found["state"] == "warning"
    assert "Counter：打印机已停用" in found["found"]
    assert "1 份在打印队列" in found["found"]


def test_the_grammar_knows_how_many_copies_there_may_be() -> None:
    assert print_grammar.MOST_COPIES == MOST_COPIES


def test_settings_that_cannot_be_used_are_told_by_the_doctor(seat: Seat) -> None:
    choose(seat, {"default": {"printer": "hp"}})
    assert "认不出" in check(seat)["found"]
