"""``clerk scan`` and ``clerk scans``: attached, listed, taken off, told by the doctor, and found by no thief."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Seat, whole
from tests.support.disk import traces
from tests.support.scans import pdf, picture, put


@pytest.fixture
def case(seat: Seat) -> dict[str, Any]:
    item = seat.json("items", "居住证")[0]
    [line] = seat.intake([whole(item)]).done().lines
    return {"number": line["case"], "item": item}


def check(seat: Seat, name: str, *words: str) -> dict[str, Any]:
    told = seat.clerk("doctor", "--json", *words).json
    found: dict[str, Any] = next(one for one in told["checks"] if one["name"] == name)
    return found


def set_scanner(seat: Seat, folder: Path) -> None:
    """Do what whoever sets up the window does: write the folder into its settings."""
    path = seat.folder / "window.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "scanner": str(folder)}, ensure_ascii=False), encoding="utf-8")


def test_a_file_is_attached_listed_and_taken_off(seat: Seat, case: dict[str, Any], tmp_path: Path) -> None:
    number, material = case["number"], case["item"]["materials"][0]
    file = put(tmp_path / "elsewhere", "scan.pdf", pdf(3))
    told = seat.json("scan", "attach", number, material["name"], file)
    assert (told["case"], told["pages"], told["media"], told["state"]) == (number, 3, "application/pdf", "waiting")
    assert file.exists()
    assert seat.json("scans", number) == seat.json("scans") == [told]
    assert seat.json("status")["scans_owed"] == 1
    assert "待传" in seat.clerk("scans").done().out

    assert seat.json("scan", "remove", number, told["entry"][:13], "--reason", "附错了")["scans"] == 0
    assert seat.json("scans", number) == []


def test_what_cannot_be_attached_is_refused_with_the_reason(seat: Seat, case: dict[str, Any], tmp_path: Path) -> None:
    number, material = case["number"], case["item"]["materials"][0]["id"]
    for name, content, code in (("a", b"PK\x03\x04word/", "scan-refused"), ("b", picture()[:-4], "scan-refused")):
        told = seat.clerk("scan", "attach", number, material, put(tmp_path, name, content), "--json")
        assert (told.status, told.json["error"]["code"]) == (1, code)
    assert seat.clerk("scan", "attach", number, material, tmp_path / "gone", "--json").status == 1
    assert seat.clerk("scan", "attach", number, "no such", put(tmp_path, "c", pdf()), "--json").status == 1
    assert seat.clerk("scan", "attach", number).status == 2
    assert seat.json("scans") == []


def test_intake_lines_name_files_relative_to_the_intake_file(seat: Seat, case: dict[str, Any], tmp_path: Path) -> None:
    put(tmp_path / "batch" / "scans", "a.png", picture("PNG"))
    line = whole(case["item"])
    line["received"][0]["scans"] = ["scans/a.png"]
    file = put(tmp_path / "batch", "intake.jsonl", json.dumps(line).encode() + b"\n")
    [told] = seat.clerk("intake", file).done().lines
    assert [one["material"] for one in seat.json("scans", told["case"])] == [line["received"][0]["material"]]


def test_a_file_out_of_the_scanner_s_folder_leaves_it(seat: Seat, case: dict[str, Any], tmp_path: Path) -> None:
    set_scanner(seat, tmp_path / "scanner")
    assert check(seat, "scanner")["state"] == "warning"
    file = put(tmp_path / "scanner", "scan.png", picture("PNG"))
    assert "1 个文件" in check(seat, "scanner")["found"]
    seat.json("scan", "attach", case["number"], case["item"]["materials"][0]["id"], file)
    assert list((tmp_path / "scanner").iterdir()) == []


def test_no_scan_is_readable_on_the_disk_and_the_doctor_names_the_case_of_a_damaged_one(
    seat: Seat, case: dict[str, Any], tmp_path: Path
) -> None:
    name = "欧阳桂芳的身份证"
    file = put(tmp_path / "elsewhere", f"{name}.pdf", pdf(1, title=name))
    told = seat.json("scan", "attach", case["number"], case["item"]["materials"][0]["id"], file)
    assert traces(seat.folder, {"name": name, "title": "欧阳桂芳", "hash": told["sha256"]}) == set()
    assert check(seat, "scans", "--deep")["state"] == "ok"

    [sealed] = (seat.folder / "scans").iterdir()
    raw = sealed.read_bytes()
    sealed.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert check(seat, "scans")["state"] == "ok"
    deep = check(seat, "scans", "--deep")
    assert deep["state"] == "warning"
    assert case["number"] in deep["found"]
    assert "重新扫描" in deep["todo"]
    sealed.unlink()
    assert check(seat, "scans")["state"] == "warning"
    assert seat.json("scans", case["number"])[0]["sha256"] == told["sha256"]
