"""A window from a technician's file: what the file may say, ``clerk setup``, and what was half done when it was killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clerk_app import settings, setup_file
from clerk_app.commands.first import FILE, FirstStart, unfinished
from clerk_app.seat import Refused
from tests.support.commands import PASSPHRASE, CityEnd, Told, clerk, environment

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
WHOLE = {"central": "https://zhongxin.example", "code": "AAA"}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Told]:
    """Run ``clerk setup`` about a folder that is no window yet."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    env = environment(CLERK_PASSPHRASE_FILE=str(passphrase), HOME=str(tmp_path))
    return lambda *words: clerk("setup", *words, "--data", tmp_path / "window", env=env)


ROOT = "5eed" * 16


def written(folder: Path, told: Any) -> Path:
    path = folder / setup_file.NAME
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return path


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("root of the city\n" + PEM, encoding="ascii")
    desks = [{"name": "1号窗", "code": "A"}, {"name": "2号窗", "code": "B"}]
    more = {"ca": "ca.pem", "theme": "light", "unlock": "passphrase", "release_root": ROOT, "scanner": "扫描"}
    file = setup_file.read(written(tmp_path, {"central": " https://x ", "desks": desks, **more}))
    assert (file.central, file.ca, file.unlock) == ("https://x", PEM, "passphrase")
    assert file.wishes == {"theme": "light", "scanner": "扫描", "release_root": ROOT}
    assert file.desk("2号窗").code == "B"
    assert "A" not in repr(file.desks)


@pytest.mark.parametrize(
    "told",
    [
        "", "[]", "nonsense", "[" * 5000, {}, {"central": "x"}, {"code": "x"}, {"central": 7, "code": "x"},
        {**WHOLE, "colour": "red"}, {**WHOLE, "unlock": "magic"}, {**WHOLE, "release_root": "ab"}, {**WHOLE, "ca": "none.pem"},
        {"central": "x", "desks": []}, {"central": "x", "desks": [{"name": "a"}]}, {"central": "x", "desks": "AAA"},
        {"central": "x", "desks": [{"name": "a", "code": "1"}, {"name": "a", "code": "2"}]},
        " " * (setup_file.LARGEST + 1),
    ],
    ids=lambda told: str(told)[:40],
)  # fmt: skip
def test_rubbish_is_refused_in_words(told: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"[一-龥]"):
        setup_file.read(written(tmp_path, told))


def test_a_file_that_is_not_there_and_one_that_is_no_certificate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="读不出来"):
        setup_file.read(tmp_path / "none")
    with pytest.raises(Refused, match="没有证书"):
        setup_file.read_authority(written(tmp_path, "hello"))


def test_files_lie_beside_the_program_and_on_drives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drive = tmp_path / "media" / "clerk" / "USB"
    drive.mkdir(parents=True)
    monkeypatch.setattr(setup_file, "_MOUNTS", (str(tmp_path / "media"),))
    monkeypatch.chdir(tmp_path)
    assert setup_file.found() == []
    file = written(drive, WHOLE)
    assert setup_file.found() == [file]


def test_one_command_makes_a_window(run: Callable[..., Told], city: CityEnd, address: str, tmp_path: Path) -> None:
    desks = [{"name": "1号窗", "code": city.code()}, {"name": "2号窗", "code": "other"}]
    file = written(tmp_path, {"central": address, "desks": desks, "theme": "contrast", "release_root": ROOT})
    before = file.read_bytes()

    assert "1号窗、2号窗" in run("--file", file).err
    assert not settings.enrolled(tmp_path / "window")
    scans = tmp_path / "scans"
    scans.mkdir()
    wanted = ("--file", file, "--desk", "1号窗", "--printer", f"folder:{tmp_path}", "--scanner", scans)
    told = run(*wanted, "--json").done().json

    kept = settings.load(tmp_path / "window")
    assert (told["desk"], told["synced"], told["window"]) == ("1号窗", True, kept.seat.window)
    assert (kept.theme, kept.release_root, kept.scanner, kept.printing) == (
        "contrast", ROOT, str(scans), {"default": {"printer": f"folder:{tmp_path}"}},
    )  # fmt: skip
    assert list(tmp_path.glob("打印测试页*.pdf"))
    assert "failed" not in {one["state"] for one in told["checks"]}
    assert file.read_bytes() == before
    assert not unfinished(tmp_path / "window")
    assert run("--json").done().json["window"] == told["window"]


def test_what_cannot_be_is_refused_and_may_be_said_again(
    run: Callable[..., Told], city: CityEnd, address: str, tmp_path: Path
) -> None:
    assert run().status == 3
    assert run("--central", address).status == 2
    assert run("--central", "nonsense", "--code", "x", "--json").json["error"]["code"] == "address-invalid"
    assert run("--central", address, "--code", "x", "--json").json["error"]["code"] == "code-unknown"
    assert run("--central", "http://127.0.0.1:9", "--code", "x").status == 4
    again = run("--central", address, "--code", city.code(), "--scanner", tmp_path / "none")
    assert (again.status, "没有文件夹" in again.err) == (1, True)
    run("--no-test-page").done()


def test_a_kill_at_any_step_loses_nothing(city: CityEnd, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "window"
    FirstStart(folder).keep(step="enrol", central="http://nowhere.example", code="wrong")
    second = FirstStart(folder)  # another process: nothing but the folder is left
    assert (second.begun.step, second.begun.code, second.unlocks()[-1]) == ("enrol", "wrong", "passphrase")
    with pytest.raises(Refused, match="8"):
        second.enrol("passphrase", "short")
    with pytest.raises(Refused, match="连不上"):
        second.enrol("passphrase", PASSPHRASE)
    third = FirstStart(folder)
    assert (third.unlocks(), third.needs_passphrase()) == (("passphrase",), True)
    third.keep(central=address, code=city.code())
    with pytest.raises(Refused):
        third.enrol("passphrase", "another one")
    third.enrol("passphrase", PASSPHRASE)
    third.close()
    assert "code" not in (folder / FILE).read_text(encoding="utf-8").replace('"code": ""', "")

    fourth = FirstStart(folder)
    assert (fourth.begun.step, fourth.needs_passphrase(), unfinished(folder)) == ("fetch", True, True)
    fourth.enrol("passphrase", PASSPHRASE)
    fourth.keep(step="devices")
    fourth.choose("", "")
    fourth.close()
    fifth = FirstStart(folder)
    assert fifth.begun.step == "devices"
    fifth.finish()
    assert (unfinished(folder), settings.load(folder).seat.central) == (False, address)


def test_a_first_start_whose_notes_are_damaged_begins_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"step": "rea', encoding="utf-8")
    assert FirstStart(tmp_path).begun.step == "where"
    (tmp_path / FILE).write_text('{"step": "ready", "more": 1}', encoding="utf-8")
    assert FirstStart(tmp_path).begun.step == "where"
