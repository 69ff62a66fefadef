"""Each command of a window, its answers and its exit status, against a real central."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from clerk_app.store.access.keys import PassphraseUnlock, open_keys
from clerk_app.store.records import Records
from tests.support.commands import PASSPHRASE, CityEnd, Seat, clerk, command, enrol, environment, line_named, whole

NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def full_seat(shared_seat: Seat) -> Seat:
    """A window with one accepted and one notified case."""
    item = shared_seat.json("items", "居住证")[0]
    card = line_named(item, "居民身份证")["id"]
    answered = shared_seat.intake([whole(item), whole(item, without=[card])]).done().lines
    assert [line["state"] for line in answered] == ["accepted", "notified"]
    shared_seat.clerk("sync").done()
    return shared_seat


def test_items_are_found_by_initials_with_their_materials(full_seat: Seat) -> None:
    found = full_seat.json("items", "jzz")

    item = found[0]
    assert item["name"] == "居住证"
    assert {"code", "name", "department", "handling", "visits_cap", "materials"} <= item.keys()
    wanted = {"id", "name", "necessity", "originals", "copies", "where"}
    assert all(wanted <= line.keys() for line in item["materials"])
    assert "居住证" in full_seat.clerk("items", "jzz", "--limit", "1").done().out


def test_items_without_words_are_listed_by_name_up_to_the_limit(full_seat: Seat) -> None:
    everything = full_seat.json("items", "--limit", "0")

    names = [(item["name"], item["code"]) for item in everything]
    assert len(names) >= 60
    assert names == sorted(set(names))
    assert full_seat.json("items") == everything[:50]
    assert full_seat.json("items", "--limit", "3") == everything[:3]


def test_a_joint_service_is_found_too_and_has_the_members_of_an_item(full_seat: Seat) -> None:
    found = [row for row in full_seat.json("items", "一件事", "--limit", "0") if row["kind"] == "joint"]

    assert len(found) >= 10
    assert all({"code", "name", "department", "handling", "visits_cap", "materials"} <= row.keys() for row in found)
    assert all(len(row["items"]) > 1 for row in found)


def test_cases_are_listed_and_found_and_their_numbers_masked(full_seat: Seat) -> None:
    cases = full_seat.json("cases")

    assert {"case", "item", "state", "confirmed"} <= cases[0].keys()
    assert {case["state"] for case in cases} >= {"accepted", "notified"}
    assert all(case["confirmed"] for case in cases)
    assert "440601190001010018" not in json.dumps(cases)
    assert full_seat.json("cases", cases[0]["case"].lower())[0]["case"] == cases[0]["case"]
    assert full_seat.json("cases", "查无此人") == []


def test_the_journal_is_listed_in_its_order(full_seat: Seat) -> None:
    entries = full_seat.json("journal")

    assert {"id", "kind", "subject", "at"} <= entries[0].keys()
    window = full_seat.json("status")["window"]
    own = [entry["n"] for entry in entries if entry["window"] == window]
    assert own
    assert own == list(range(1, len(own) + 1))
    assert entries[0]["kind"] == "case.received"
    assert full_seat.clerk("journal").done().out.count("\n") == len(entries)


def test_status_has_its_members(full_seat: Seat) -> None:
    status = full_seat.json("status")

    assert {"entries", "unsent", "refused", "online", "catalogue_revision"} <= status.keys()
    assert status["online"] is True
    assert status["unsent"] == status["refused"] == 0
    assert status["catalogue_revision"] > 0
    assert "在线" in full_seat.clerk("status").done().out


def test_a_paper_is_written_as_pdf_and_an_unknown_one_refused(full_seat: Seat, tmp_path: Path) -> None:
    case = next(case["case"] for case in full_seat.json("cases") if case["state"] == "notified")
    out = tmp_path / "new" / "notice.pdf"

    told = full_seat.json("paper", "申请材料补正告知书", case, "--out", out)

    assert told == {"file": str(out), "bytes": out.stat().st_size}
    assert out.read_bytes().startswith(b"%PDF-")
    refused = full_seat.clerk("paper", "不予受理通知书", case, "--out", tmp_path / "no.pdf", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "paper-unknown")
    unknown = full_seat.clerk("paper", "接收回执", "nothing-such", "--out", tmp_path / "no.pdf", "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (1, "case-unknown")
    assert not (tmp_path / "no.pdf").exists()
    nowhere = full_seat.clerk("paper", "接收回执", case, "--out", tmp_path)
    assert nowhere.status == 1
    assert "这是一个文件夹" in nowhere.err


def test_a_reader_that_goes_away_is_no_error(full_seat: Seat) -> None:
    words = shlex.join(command("items", "--limit", "0", "--json", "--data", full_seat.folder))

    done = subprocess.run(
        ["/bin/bash", "-c", f"{words} | head -c 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        env=full_seat.env,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr, done.returncode) == (b"[", b"", 0)


def test_nobody_signed_in_is_not_ready(seat: Seat, tmp_path: Path) -> None:
    assert seat.clerk("sign-out").done().out == "已退出登录。\n"

    for words in (("intake", "-"), ("paper", "接收回执", "X", "--out", tmp_path / "x.pdf")):
        told = seat.clerk(*words, "--json")
        assert (told.status, told.json["error"]["code"]) == (3, "not-signed-in")
    assert seat.json("status")["signed_in"] is None


def test_a_wrong_password_is_refused_and_a_missing_terminal_named(shared_seat: Seat) -> None:
    told = shared_seat.clerk("sign-in", "--as", "C0001", "--password-stdin", "--json", stdin="wrong\n")
    assert (told.status, told.json["error"]["code"]) == (1, "credentials-wrong")
    told = shared_seat.clerk("sign-in", "--as", "C0001", "--password-stdin", "--json", stdin="")
    assert (told.status, told.json["error"]["code"]) == (1, "credentials-missing")
    told = shared_seat.clerk("sign-in", "--as", "C0001", "--json")
    assert (told.status, told.json["error"]["code"]) == (3, "no-terminal")


def test_the_passphrase_comes_from_a_file_or_a_descriptor(full_seat: Seat, tmp_path: Path) -> None:
    handle = os.open(full_seat.passphrase, os.O_RDONLY)
    try:
        told = clerk(
            "status", "--data", full_seat.folder, env=environment(CLERK_PASSPHRASE_FILE=str(handle)), pass_fds=(handle,)
        )
    finally:
        os.close(handle)
    assert told.status == 0

    wrong = tmp_path / "wrong"
    wrong.write_text("wrong\n", encoding="utf-8")
    for named, code in ((wrong, "wrong-key"), (tmp_path / "none", "passphrase-missing"), ("", "passphrase-missing")):
        env = environment(CLERK_PASSPHRASE_FILE=str(named)) if named else environment()
        told = clerk("status", "--data", full_seat.folder, "--json", env=env)
        assert (told.status, told.json["error"]["code"]) == (3, code)


def test_a_store_in_use_names_its_owner_and_may_still_be_read(full_seat: Seat) -> None:
    keys = open_keys(full_seat.folder, PassphraseUnlock(PASSPHRASE))
    with Records.open(full_seat.folder, keys.vault_key):
        for words in (("sync",), ("intake", "-"), ("sign-out",)):
            told = full_seat.clerk(*words, "--json")
            assert (told.status, told.json["error"]["code"]) == (3, "store-in-use")
            assert f"进程 {os.getpid()}" in told.json["error"]["message"]
        assert full_seat.json("status")["online"] is True
        assert full_seat.json("cases")


@pytest.mark.skipif(not shutil.which("setpriv"), reason="takes from root the right to write everywhere")
def test_a_folder_that_may_only_be_read(full_seat: Seat, tmp_path: Path) -> None:
    folder = tmp_path / "window"
    shutil.copytree(full_seat.folder, folder)
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    bound = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override", "--"]
    if os.geteuid() != 0:
        bound = []
    try:
        done = subprocess.run(
            [*bound, *command("intake", "-", "--data", folder, "--json")],
            input=b"{}\n",
            capture_output=True,
            env=full_seat.env,
            timeout=60,
            check=False,
        )
    finally:
        folder.chmod(0o700)

    assert done.returncode in {1, 3}, done.stderr
    assert b"Traceback" not in done.stderr
    message = json.loads(done.stdout)["error"]["message"]
    assert "没有权限" in message or "只能读取" in message


def test_enrolling_twice_a_bad_code_and_bad_addresses(shared_seat: Seat, address: str, tmp_path: Path) -> None:
    again = shared_seat.clerk("enrol", "--central", address, "--code", "X", "--json")
    assert (again.status, again.json["error"]["code"]) == (3, "already-enrolled")
    new = Seat(tmp_path / "new", shared_seat.passphrase)
    for url, status, code in (
        (address, 1, "code-unknown"),
        (NOBODY_THERE, 4, "line-down"),
        ("ftp://central", 1, "address-invalid"),
        ("http://[bad", 1, "address-invalid"),
        ("http://", 1, "address-invalid"),
        ("central", 1, "address-invalid"),
        ("http://bad host/", 1, "address-invalid"),
    ):
        told = new.clerk("enrol", "--central", url, "--code", "BAD", "--json")
        assert (told.status, told.json["error"]["code"]) == (status, code), url
    assert not (tmp_path / "new" / "window.json").exists()


def test_without_keyring_and_passphrase_enrolling_says_what_to_do(city: CityEnd, address: str, tmp_path: Path) -> None:
    env = environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nothing")
    told = clerk("enrol", "--central", address, "--code", "X", "--data", tmp_path / "w", "--json", env=env)

    assert (told.status, told.json["error"]["code"]) == (3, "keyring-unavailable")
    assert "CLERK_PASSPHRASE_FILE" in told.json["error"]["message"]
    assert "--passphrase" in told.json["error"]["message"]


def test_an_enrolment_cut_short_goes_on_with_the_same_code(city: CityEnd, address: str, tmp_path: Path) -> None:
    seat = enrol(city, address, tmp_path / "window")
    before = seat.json("status")["window"]
    code = city.code()
    other = Seat(tmp_path / "other", seat.passphrase)
    first = other.json("enrol", "--central", address, "--code", code)
    for name in ("window.json", "window.json.copy"):
        (other.folder / name).unlink()  # as if the power had gone before it was written
    (other.folder / "store.db").unlink()

    second = other.json("enrol", "--central", address, "--code", code)

    assert second["window"] == first["window"] != before


def test_an_unexpected_error_is_a_sentence_with_the_traceback_in_the_log(full_seat: Seat, tmp_path: Path) -> None:
    folder = tmp_path / "window"
    shutil.copytree(full_seat.folder, folder)
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import os, sys\nfrom clerk_app import status\n"
        "def fail(*_): raise RuntimeError(os.environ['PRIVATE'])\n"
        "status.status = fail\nfrom clerk_app.cli import main\nsys.exit(main())\n",
        encoding="utf-8",
    )

    done = subprocess.run(
        [*command()[:1], broken, "status", "--json", "--data", folder],
        capture_output=True,
        env={**full_seat.env, "PRIVATE": "applicant '区桂芳' 440601190001010018 in 李四 \"Smith\""},
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "program-error"
    assert b"Traceback" not in done.stderr
    log = folder / "log" / "clerk.log"
    assert str(log) in done.stderr.decode()
    written = log.read_text(encoding="utf-8")
    assert "RuntimeError" in written
    assert "broken.py" in written
    assert not any(private in written for private in ("区桂芳", "440601190001010018", "李四", "Smith"))
