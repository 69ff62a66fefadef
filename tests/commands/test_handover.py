"""Unsent work by hand, with the commands people use, over a real central: nothing lost, nothing doubled, nothing readable."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clerk_app import settings
from clerk_app.settings import Settings
from tests.support.commands import PERSON, CityEnd, Seat, Told, enrol, whole

HERE, THERE = "FS0001", "FS0002"
REMARK = "申请人下午来取"


@pytest.fixture(scope="module")
def town(new_city: CityEnd, tmp_path_factory: pytest.TempPathFactory) -> CityEnd:
    """A city of these tests' own."""
    return new_city.copy(tmp_path_factory.mktemp("handover") / "city.db")


@pytest.fixture(scope="module")
def town_address(town: CityEnd) -> Iterator[str]:
    with town.served() as address:
        yield address


@pytest.fixture
def cut_off(town: CityEnd, town_address: str, tmp_path: Path) -> Seat:
    """A window whose line is down for days: it never syncs by itself."""
    return enrol(town, town_address, tmp_path / "cut-off")


@pytest.fixture(scope="module")
def carrier(town: CityEnd, town_address: str, tmp_path_factory: pytest.TempPathFactory) -> Seat:
    """A window of another point, a supervisor at it; whoever signs somebody else in signs the supervisor in again."""
    return enrol(town, town_address, tmp_path_factory.mktemp("carrier") / "window", town.account("supervisor", THERE))


def work(seat: Seat, cases: int) -> list[str]:
    """Record so many cases; return their numbers."""
    item = seat.json("items", "居住证")[0]
    lines = [whole(item, applicant={**PERSON, "address": REMARK}) for _ in range(cases)]
    return [case["case"] for line in seat.intake(lines).done().lines for case in line.get("cases", [line])]


def number_of(seat: Seat) -> str:
    """Return a window's id."""
    return str(json.loads((seat.folder / "window.json").read_text(encoding="utf-8"))["seat"]["window"])


def held(city: CityEnd, window: str) -> list[tuple[int, str, str]]:
    """Return number, point and verdict of every entry of a window that central holds."""
    with closing(sqlite3.connect(city.database)) as file:
        rows = file.execute("SELECT n, point, verdict FROM entries WHERE window = ? ORDER BY n", (window,))
        return [(int(n), str(p), str(v)) for n, p, v in rows.fetchall()]


def journal(seat: Seat) -> list[dict[str, Any]]:
    """Return what the window itself wrote."""
    return [entry for entry in seat.json("journal") if entry["window"] == number_of(seat)]


def revoke(city: CityEnd, window: str, revoked: int) -> None:
    """Shut a window out, or let it in again."""
    with closing(sqlite3.connect(city.database)) as file:
        file.execute("UPDATE windows SET revoked = ? WHERE id = ?", (revoked, window))
        file.commit()


def refused(told: Told, status: int, code: str) -> str:
    assert told.status == status, told.out + told.err
    error = told.json["error"]
    assert error["code"] == code
    return str(error["message"])


def test_three_cases_of_a_window_without_a_line_reach_central_through_another_point_once_each(
    town: CityEnd, cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    cases = work(cut_off, 3)
    window, entries = number_of(cut_off), len(journal(cut_off))
    file = tmp_path / "stick" / "unsent.clerk"
    file.parent.mkdir()

    exported = cut_off.json("export-unsent", file)
    assert exported == {
        "file": str(file),
        "window": window,
        "entries": entries,
        "first": 1,
        "last": entries,
        "damaged": 0,
    }

    taken = carrier.json("import-unsent", file)
    assert (taken["window"], taken["point"]) == (window, HERE)
    assert (taken["entries"], taken["new"], taken["already"], taken["torn"]) == (entries, entries, 0, False)
    assert taken["word"]["actor"] == town.account("supervisor", THERE)["number"]
    assert carrier.json("status")["carried_waiting"] == 1
    assert held(town, number_of(cut_off)) == []
    again = carrier.json("import-unsent", file)
    assert (again["new"], again["already"], again["delivered"]) == (0, entries, 0)

    synced = carrier.json("sync")
    assert (synced["carried"], synced["carried_waiting"]) == (1, 0)
    assert [(n, p) for n, p, _ in held(town, window)] == [(n, HERE) for n in range(1, entries + 1)]
    assert all(verdict in {"applied", "merged"} for *_, verdict in held(town, number_of(cut_off)))
    assert not {case["case"] for case in carrier.json("cases")} & set(cases)
    after = carrier.json("import-unsent", file)
    assert (after["new"], after["already"], after["delivered"]) == (0, entries, entries)
    assert carrier.json("sync")["carried"] == 0

    before = held(town, number_of(cut_off))
    assert cut_off.json("sync")["unsent"] == 0
    assert held(town, number_of(cut_off)) == before
    shown = {case["case"]: case["confirmed"] for case in cut_off.json("cases")}
    assert [shown[case] for case in cases] == [True] * 3


def test_a_newer_file_that_overlaps_brings_only_what_is_new(
    town: CityEnd, cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    work(cut_off, 1)
    first = cut_off.json("export-unsent", older)["entries"]
    work(cut_off, 1)
    both = cut_off.json("export-unsent", newer)["entries"]
    carrier.json("import-unsent", older)
    taken = carrier.json("import-unsent", newer)
    assert (taken["entries"], taken["new"], taken["already"]) == (both, both - first, first)
    assert carrier.json("sync")["carried"] == 2
    assert len(held(town, number_of(cut_off))) == both


def test_a_machine_that_died_is_taken_up_from_its_second_copy(
    town: CityEnd, cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert cut_off.json("second-copy", stick)["state"] == "ok"
    work(cut_off, 2)
    told = cut_off.json("second-copy")
    assert (told["place"], told["state"], told["behind"], told["sealed_for_central"]) == (str(stick), "ok", 0, True)
    window, entries = number_of(cut_off), len(journal(cut_off))
    shutil.rmtree(cut_off.folder)

    [copy] = stick.iterdir()
    taken = carrier.json("import-unsent", copy)
    assert (taken["entries"], taken["new"], taken["torn"]) == (entries, entries, False)
    assert carrier.json("sync")["carried"] == 1
    assert [n for n, _, _ in held(town, window)] == list(range(1, entries + 1))


def test_a_second_copy_whose_stick_was_pulled_too_early_gives_what_is_whole(
    town: CityEnd, cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    cut_off.json("second-copy", stick)
    work(cut_off, 1)
    [copy] = stick.iterdir()
    entries = len(journal(cut_off))
    torn = tmp_path / "torn"
    torn.write_bytes(copy.read_bytes()[:-9])
    taken = carrier.clerk("import-unsent", torn).done()
    assert "没有写完" in taken.out
    carrier.json("sync")
    assert len(held(town, number_of(cut_off))) == entries - 1
    assert carrier.json("import-unsent", copy)["new"] == 1
    carrier.json("sync")
    assert len(held(town, number_of(cut_off))) == entries


def test_a_stick_that_is_gone_fails_no_act_is_told_of_and_catches_up(cut_off: Seat, tmp_path: Path) -> None:
    stick, pocket = tmp_path / "stick", tmp_path / "pocket"
    stick.mkdir()
    cut_off.json("second-copy", stick)
    stick.rename(pocket)
    item = cut_off.json("items", "居住证")[0]
    told = cut_off.intake([whole(item)]).done()
    assert "第二副本" in told.err
    assert "U 盘" in told.err
    assert not stick.exists()
    missing = cut_off.json("second-copy")
    assert missing["state"] == "missing"
    assert missing["behind"] == len(journal(cut_off)) > 0
    pocket.rename(stick)
    assert "第二副本" not in cut_off.intake([whole(item)]).done().err
    assert cut_off.json("second-copy")["state"] == "ok"


def test_the_copy_is_emptied_when_central_has_everything(cut_off: Seat, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    cut_off.json("second-copy", stick)
    work(cut_off, 2)
    [copy] = stick.iterdir()
    full = copy.stat().st_size
    cut_off.json("sync")
    assert copy.stat().st_size < full / 2
    assert cut_off.json("second-copy")["state"] == "ok"
    assert cut_off.json("second-copy", "--off")["state"] == "off"
    assert cut_off.json("second-copy") == {
        "place": "",
        "state": "off",
        "behind": 0,
        "problem": "",
        "sealed_for_central": True,
    }


def test_places_that_are_none_are_refused_and_change_nothing(cut_off: Seat, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    for place, code in ((tmp_path / "none", "place-missing"), (file, "place-missing"), (cut_off.folder, "place-same")):
        assert "。" in refused(cut_off.clerk("second-copy", place, "--json"), 1, code)
    assert cut_off.json("second-copy")["state"] == "off"


def test_nothing_real_is_put_into_a_folder_people_practise_in(carrier: Seat, tmp_path: Path) -> None:
    """What lies there is cleared away when somebody practises next."""
    practice, below = tmp_path / "practice", tmp_path / "practice" / "sub"
    settings.save(practice, Settings(seat=settings.load(carrier.folder).seat, unlock=settings.PRACTICE))
    below.mkdir()
    before = sorted(practice.rglob("*"))
    for words in (("second-copy", below), ("export-unsent", practice / "file"), ("backup", practice / "file")):
        told = carrier.clerk(*words)
        assert (told.status, "练习用的文件夹" in told.err) == (3, True), words
    assert sorted(practice.rglob("*")) == before


def test_only_a_supervisor_takes_up_and_only_somebody_signed_in(
    town: CityEnd, cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    file = tmp_path / "unsent"
    work(cut_off, 1)
    cut_off.json("export-unsent", file)
    carrier.sign_in(town.account("clerk", THERE))
    assert "值班主任" in refused(carrier.clerk("import-unsent", file, "--json"), 1, "not-your-role")
    carrier.clerk("sign-out").done()
    refused(carrier.clerk("import-unsent", file, "--json"), 3, "not-signed-in")
    carrier.sign_in(town.account("supervisor", THERE))
    assert carrier.json("status")["carried_waiting"] == 0


def test_taking_out_asks_for_nobody(cut_off: Seat, tmp_path: Path) -> None:
    work(cut_off, 1)
    cut_off.clerk("sign-out").done()
    assert cut_off.json("export-unsent", tmp_path / "unsent")["entries"] > 0


def test_nothing_unsent_is_an_empty_file_that_anybody_understands(cut_off: Seat, carrier: Seat, tmp_path: Path) -> None:
    file = tmp_path / "unsent"
    assert cut_off.json("export-unsent", file)["entries"] == 0
    taken = carrier.json("import-unsent", file)
    assert (taken["entries"], taken["new"], taken["word"]) == (0, 0, None)
    assert carrier.json("status")["carried_waiting"] == 0


def test_files_that_are_spoilt_or_no_files_of_ours_are_refused_in_words(
    cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    work(cut_off, 1)
    good = tmp_path / "good"
    cut_off.json("export-unsent", good)
    content = good.read_bytes()
    spoilt = {
        b"PK\x03\x04 a letter": "file-foreign",
        content[: len(content) // 2]: "file-incomplete",
        content[:100]: "file-damaged",
    }
    for wrong, code in spoilt.items():
        file = tmp_path / "wrong"
        file.write_bytes(wrong)
        assert "没有导入" in refused(carrier.clerk("import-unsent", file, "--json"), 1, code)
    refused(carrier.clerk("import-unsent", tmp_path / "nowhere", "--json"), 1, "file-unreadable")
    refused(carrier.clerk("import-unsent", tmp_path, "--json"), 1, "file-unreadable")
    assert carrier.json("status")["carried_waiting"] == 0


def test_a_file_of_something_else_is_not_written_over(cut_off: Seat, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"Dear Sir")
    refused(cut_off.clerk("export-unsent", letter, "--json"), 1, "file-exists")
    assert letter.read_bytes() == b"Dear Sir"
    cut_off.json("export-unsent", tmp_path / "unsent")
    cut_off.json("export-unsent", tmp_path / "unsent")


def test_the_windows_own_file_says_that_there_is_nothing_new(town: CityEnd, cut_off: Seat, tmp_path: Path) -> None:
    work(cut_off, 1)
    cut_off.json("export-unsent", tmp_path / "unsent")
    cut_off.sign_in(town.account("supervisor", HERE))
    taken = cut_off.json("import-unsent", tmp_path / "unsent")
    assert (taken["own"], taken["new"], taken["already"]) == (True, 0, taken["entries"])
    assert cut_off.json("status")["carried_waiting"] == 0


def test_what_central_does_not_take_stays_visible_and_is_not_said_for_ever(
    town: CityEnd, cut_off: Seat, carrier: Seat, tmp_path: Path
) -> None:
    work(cut_off, 1)
    early, late = tmp_path / "early", tmp_path / "late"
    cut_off.json("export-unsent", early)
    work(cut_off, 1)
    window = number_of(cut_off)
    revoke(town, window, 1)
    carrier.json("import-unsent", early)
    synced = carrier.json("sync")
    assert (synced["carried"], synced["carried_waiting"], synced["carried_refused"]) == (0, 0, 1)
    [problem] = synced["carried_problems"]
    assert (problem["window"], problem["code"]) == (window, "carried-foreign")
    assert "停用" in carrier.clerk("sync").done().out
    assert carrier.json("status")["carried_refused"] == 1
    revoke(town, window, 0)
    assert carrier.json("sync")["carried"] == 0
    cut_off.json("export-unsent", late)
    assert carrier.json("import-unsent", late)["already"] == 0
    assert carrier.json("sync")["carried"] == 1
    assert carrier.json("import-unsent", early)["new"] == 0
    assert carrier.json("status")["carried_refused"] == 1, "it stays to be seen"


def test_a_window_that_never_met_central_since_says_what_is_needed_first(cut_off: Seat, tmp_path: Path) -> None:
    from clerk_app.store.access.keys import PassphraseUnlock, open_keys
    from clerk_app.store.records import Records

    passphrase = cut_off.passphrase.read_text(encoding="utf-8").strip()
    keys = open_keys(cut_off.folder, PassphraseUnlock(passphrase))
    with Records.open(cut_off.folder, keys.vault, window=number_of(cut_off)) as records:
        records.vault.delete("meta", "handover-key")
    stick = tmp_path / "stick"
    stick.mkdir()
    work(cut_off, 1)
    assert cut_off.json("second-copy", stick)["sealed_for_central"] is False
    assert "clerk sync" in refused(cut_off.clerk("export-unsent", stick / "x", "--json"), 3, "central-key-unknown")
    cut_off.json("sync")
    work(cut_off, 1)
    assert cut_off.json("second-copy")["sealed_for_central"] is True
    assert cut_off.json("export-unsent", stick / "x")["entries"] > 0


def test_neither_file_tells_anything_of_anybody(cut_off: Seat, carrier: Seat, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    cut_off.json("second-copy", stick)
    cases = work(cut_off, 2)
    cut_off.json("export-unsent", stick / "unsent")
    carrier.json("import-unsent", stick / "unsent")
    words = [PERSON["name"], PERSON["id_number"], PERSON["phone"], REMARK, *cases, "居住证"]
    files = [*stick.iterdir(), *(path for path in carrier.folder.rglob("*") if path.is_file())]
    for path in files:
        content = path.read_bytes()
        searched = [content, *_unpacked(content)] if path.parent == stick else [content]
        for word in words:
            told = word.encode(), word.encode("utf-16-le"), word.encode("gb18030"), json.dumps(word).encode()[1:-1]
            if path.suffix != ".db":  # central's catalogue is no secret and names every item
                assert not any(one in part for one in told for part in searched), (path.name, word)
            elif word != "居住证":
                assert not any(one in content for one in told), (path.name, word)


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what any stretch of the file unpacks to."""
    for at in range(len(content)):
        for bits in (15, -15):
            try:
                plain = zlib.decompressobj(bits).decompress(content[at:], 8192)
            except zlib.error:
                continue
            if len(plain) > 16:
                yield plain
