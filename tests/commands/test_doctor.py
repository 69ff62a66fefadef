"""``clerk doctor``: whatever is wrong is a check with what to do, and the exit status says whether a clerk can work."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.checkup.report import LABELS
from clerk_app.domain.journal import Record
from clerk_app.store.access.keys import PassphraseUnlock, open_keys
from clerk_app.store.records import Records
from tests.support.clerk_at import BREAKS, HANGS, clerk_with
from tests.support.commands import PASSPHRASE, PERSON, CityEnd, Seat, Told, clerk, command, environment, whole
from tests.support.examined import NOBODY_THERE, change, checks, contents_of, settled, states
from tests.support.secret_service import SecretService


def test_where_all_is_well_a_clerk_can_work_and_nothing_was_changed(spoilable: Seat) -> None:
    before = contents_of(spoilable.folder)

    told = spoilable.clerk("doctor", "--json")
    found = checks(told)

    assert told.status == 0
    assert {found[name]["state"] for name in ("settings", "folder", "keys", "store", "space", "line", "clock")} == {
        "ok"
    }
    assert found["contents"]["state"] == found["keyring"]["state"] == "skipped"
    assert "未上报 2 条" in found["line"]["found"]
    assert "1 人" in found["sessions"]["found"]
    assert contents_of(spoilable.folder) == before


def test_for_a_person_it_is_a_list_with_a_word_beside_every_check(spoilable: Seat) -> None:
    out = spoilable.clerk("doctor").done().out

    lines = [line for line in out.splitlines() if line.startswith("[")]
    assert [line.split("  ")[1] for line in lines] == list(LABELS.values())
    assert {line[1:3] for line in lines} <= {"正常", "注意", "不行", "未查"}
    assert out.splitlines()[-1].startswith("结论：")


def test_it_tells_nobodys_data(spoilable: Seat) -> None:
    out = spoilable.clerk("doctor", "--deep", "--json").out + spoilable.clerk("doctor", "--deep").out

    assert not any(private in out for private in (PERSON["name"], PERSON["id_number"], PERSON["phone"]))


def test_the_deep_examination_goes_through_all_that_is_there(spoilable: Seat) -> None:
    found = checks(spoilable.clerk("doctor", "--deep", "--json"))["contents"]

    assert found["state"] == "ok", found
    assert "都能打开" in found["found"]


def gone(*names: str) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return spoil


def rubbish(*names: str) -> Callable[[Path], object]:
    return lambda folder: [(folder / name).write_bytes(b"\x00rubbish" * 1000) for name in names]


def other_settings(folder: Path) -> None:
    for name in SETTINGS:
        (folder / name).write_text("[]", encoding="utf-8")


SETTINGS = ("window.json", "window.json.copy")
KEYS = ("keys.json", "keys.json.copy")


def cut(folder: Path) -> None:
    """Leave half of a page of the store."""
    for name in ("store.db-wal", "store.db-shm"):
        (folder / name).unlink(missing_ok=True)
    os.truncate(folder / "store.db", 2048)


SPOILT: list[tuple[str, Callable[[Path], object], set[str], set[str]]] = [
    ("no settings", gone(*SETTINGS), {"settings"}, {"keys", "store"}),
    ("rubbish settings", rubbish(*SETTINGS), {"settings"}, {"keys", "store"}),
    ("settings of another kind", other_settings, {"settings"}, {"keys"}),
    ("no keys", gone(*KEYS), {"keys"}, {"settings", "folder"}),
    ("rubbish keys", rubbish(*KEYS), {"keys"}, {"settings", "folder"}),
    ("no store", gone("store.db"), {"store"}, {"settings", "keys"}),
    ("rubbish store", rubbish("store.db"), {"store"}, {"settings", "keys"}),
    ("store cut off", cut, {"store"}, {"settings", "keys"}),
]


@pytest.mark.parametrize(("spoil", "failed", "good"), [row[1:] for row in SPOILT], ids=[row[0] for row in SPOILT])
def test_what_is_missing_or_spoilt_is_told_and_the_rest_still_looked_at(
    spoilable: Seat, spoil: Callable[[Path], object], failed: set[str], good: set[str]
) -> None:
    spoil(spoilable.folder)
    before = contents_of(spoilable.folder)

    told = spoilable.clerk("doctor", "--deep", "--json")
    found = states(told)

    assert told.status == 3
    assert {name for name, state in found.items() if state == "failed"} == failed
    assert {found[name] for name in good} == {"ok"}
    assert found["space"] == found["papers"] == "ok"
    assert "不能办理" in spoilable.clerk("doctor").out
    assert contents_of(spoilable.folder) == before


@pytest.mark.parametrize("name", [*SETTINGS, *KEYS])
@pytest.mark.parametrize("spoil", [gone, rubbish])
def test_one_of_two_files_that_is_spoilt_stops_nobody_and_is_mended_by_the_next_who_may_write(
    spoilable: Seat, name: str, spoil: Callable[..., Callable[[Path], object]]
) -> None:
    check = "keys" if name.startswith("keys") else "settings"
    content = (spoilable.folder / name).read_bytes()
    spoil(name)(spoilable.folder)
    before = contents_of(spoilable.folder)

    told = spoilable.clerk("doctor", "--json")
    spoilable.clerk("cases", "--json").done()
    spoilable.clerk("status", "--json")

    old = spoil is gone and name.endswith(".copy")  # as a folder from before there were two
    assert (told.status, checks(told)[check]["state"]) == (0, "ok" if old else "warning")
    assert old or name in checks(told)[check]["found"]
    assert contents_of(spoilable.folder) == before

    opened = spoilable.clerk("sign-out").done()
    assert (name in opened.err) is not old
    assert (spoilable.folder / name).read_bytes() == content
    kept = [path.read_bytes() for path in spoilable.folder.glob(f"{name}.damaged-*")]
    assert kept == ([b"\x00rubbish" * 1000] if spoil is rubbish and not name.endswith(".copy") else [])
    assert states(spoilable.clerk("doctor", "--json"))[check] == "ok"
    assert spoilable.clerk("status").err == ""


def test_data_without_settings_are_no_new_window(spoilable: Seat) -> None:
    gone(*SETTINGS)(spoilable.folder)
    before = contents_of(spoilable.folder)

    told = spoilable.clerk("status", "--json")
    again = spoilable.clerk("enrol", "--central", NOBODY_THERE, "--code", "X", "--json")

    for refused in (told, again):
        assert (refused.status, refused.json["error"]["code"]) == (3, "settings-damaged")
        assert "不要在此重新登记" in refused.json["error"]["message"]
    gone(*KEYS)(spoilable.folder)
    assert "不要在此重新登记" in spoilable.clerk("enrol", "--central", NOBODY_THERE, "--code", "X").err
    assert contents_of(spoilable.folder) == {k: v for k, v in before.items() if k not in KEYS}


def test_a_row_that_was_tampered_with_is_a_warning_and_work_goes_on(spoilable: Seat) -> None:
    settled(spoilable.folder)
    with closing(sqlite3.connect(spoilable.folder / "store.db")) as file:
        number = file.execute("SELECT num FROM tables WHERE name = 'journal'").fetchone()[0]
        file.execute(f"UPDATE d{number} SET body = zeroblob(length(body)) WHERE seq = 2")
        file.commit()
    before = contents_of(spoilable.folder)

    told = spoilable.clerk("doctor", "--deep", "--json")
    found = checks(told)

    assert (told.status, told.json["can_work"], told.json["ok"]) == (0, True, False)
    assert found["contents"]["state"] == "warning"
    assert "打不开" in found["contents"]["found"]
    assert contents_of(spoilable.folder) == before


def test_an_older_copy_of_the_file_is_told(spoilable: Seat) -> None:
    settled(spoilable.folder)
    older = (spoilable.folder / "store.db").read_bytes()
    spoilable.intake([whole(spoilable.json("items", "居住证")[0])]).done()
    settled(spoilable.folder)
    (spoilable.folder / "store.db").write_bytes(older)

    told = spoilable.clerk("doctor", "--json")
    found = checks(told)["store"]

    assert (told.status, found["state"]) == (0, "warning")
    assert "较旧的一份" in found["found"]
    assert spoilable.json("status")["troubles"] == ["数据是旧的备份"]


def test_a_folder_that_is_not_there_is_not_made(worked_seat: Seat, tmp_path: Path) -> None:
    told = Seat(tmp_path / "none", worked_seat.passphrase).clerk("doctor", "--json")
    found = checks(told)

    assert told.status == 3
    assert found["settings"]["state"] == found["folder"]["state"] == "failed"
    assert "clerk enrol" in found["settings"]["todo"]
    assert not (tmp_path / "none").exists()


def test_a_file_in_place_of_the_folder(worked_seat: Seat, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")

    told = Seat(tmp_path / "file", worked_seat.passphrase).clerk("doctor", "--json")

    assert told.status == 3
    assert "不是文件夹" in checks(told)["folder"]["found"]


@pytest.mark.parametrize("given", ["wrong", "none", "unreadable"])
def test_without_the_right_passphrase_nobody_can_work(spoilable: Seat, tmp_path: Path, given: str) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong-passphrase\n", encoding="utf-8")
    named = {"wrong": {"CLERK_PASSPHRASE_FILE": str(wrong)}, "none": {}, "unreadable": {"CLERK_PASSPHRASE_FILE": "/no"}}

    told = clerk("doctor", "--json", "--data", spoilable.folder, env=environment(**named[given]))
    found = checks(told)

    assert told.status == 3
    assert found["keys"]["state"] == "failed"
    assert "口令" in found["keys"]["found"]
    assert found["store"]["state"] == found["line"]["state"] == "skipped"


def test_a_real_keyring_is_proven(city: CityEnd, address: str, secret_service: SecretService, tmp_path: Path) -> None:
    env = {**secret_service.environment, **environment(), **secret_service.environment}
    folder = tmp_path / "window"
    clerk("enrol", "--central", address, "--code", city.code(), "--data", folder, env=env).done()

    told = clerk("doctor", "--json", "--data", folder, env=env)
    found = checks(told)

    assert (told.status, found["keyring"]["state"], found["keys"]["state"]) == (0, "ok", "ok")
    assert "SecretService" in found["keyring"]["found"]
    assert found["sessions"]["state"] == "warning"  # nobody has signed in here yet


def test_a_keyring_that_is_not_there_is_named(spoilable: Seat) -> None:
    change(spoilable, unlock="keyring")
    env = environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nothing")

    told = clerk("doctor", "--json", "--data", spoilable.folder, env=env)
    found = checks(told)

    assert told.status == 3
    assert found["keyring"]["state"] == found["keys"]["state"] == "failed"
    assert "钥匙串" in found["keyring"]["found"]


@pytest.fixture
def owned(spoilable: Seat) -> Iterator[Seat]:
    """A window whose store this process has open, as a client has."""
    with Records.open(spoilable.folder, open_keys(spoilable.folder, PassphraseUnlock(PASSPHRASE)).vault):
        yield spoilable


def test_beside_a_running_client_it_only_reads_and_says_so(owned: Seat) -> None:
    told = owned.clerk("doctor", "--deep", "--json")
    found = checks(told)

    assert told.status == 0
    assert f"进程 {os.getpid()}" in found["store"]["found"]
    assert found["contents"]["state"] == "ok", found["contents"]
    assert owned.json("status")["troubles"] == []


def test_a_name_left_in_the_lock_by_a_killed_program_is_nobodys(spoilable: Seat) -> None:
    (spoilable.folder / "store.lock").write_text('{"pid": 1, "host": "h", "since": "2026-01-01"}', encoding="utf-8")

    assert "进程" not in checks(spoilable.clerk("doctor", "--json"))["store"]["found"]


def test_a_lock_that_cannot_be_had_is_told(spoilable: Seat) -> None:
    (spoilable.folder / "store.lock").unlink(missing_ok=True)
    (spoilable.folder / "store.lock").mkdir()

    told = spoilable.clerk("doctor", "--json")
    found = checks(told)["store"]

    assert (told.status, found["state"]) == (3, "failed")
    assert "store.lock" in found["found"]
    assert "移走" in found["todo"]


@pytest.mark.skipif(not shutil.which("setpriv"), reason="takes from root the right to write everywhere")
def test_a_folder_that_may_only_be_read_is_no_place_to_work(spoilable: Seat) -> None:
    for path in spoilable.folder.iterdir():
        if path.is_file():
            path.chmod(0o400)
    spoilable.folder.chmod(0o500)
    bound = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override", "--"] if os.geteuid() == 0 else []
    try:
        done = subprocess.run(
            [*bound, *command("doctor", "--data", spoilable.folder, "--json")],
            capture_output=True,
            env=spoilable.env,
            timeout=60,
            check=False,
        )
    finally:
        spoilable.folder.chmod(0o700)
    told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
    found = checks(told)

    assert told.status == 3
    assert "没有权限" in found["folder"]["found"]
    assert "已登记的都在" in found["folder"]["kept"]


def test_a_folder_others_may_read_is_warned_of(spoilable: Seat) -> None:
    spoilable.folder.chmod(0o755)

    assert states(spoilable.clerk("doctor", "--json"))["folder"] == "warning"


def test_an_entry_that_is_not_as_it_was_written_is_found_by_the_deep_examination(spoilable: Seat) -> None:
    keys = open_keys(spoilable.folder, PassphraseUnlock(PASSPHRASE))
    with Records.open(spoilable.folder, keys.vault, window=spoilable.json("status")["window"]) as records:
        held = records.journal()[1]
        bent = Record(entry=replace(held.entry, actor="C9999"), verdict=held.verdict, position=held.position)
        records.ledger.table("journal").put(held.entry.id, bent)

    assert states(spoilable.clerk("doctor", "--json"))["store"] == "ok"
    told = spoilable.clerk("doctor", "--deep", "--json")
    found = checks(told)["contents"]
    assert (told.status, found["state"]) == (0, "warning")
    assert f"第 {held.entry.n} 条的签名不对" in found["found"]
    assert f"第 {held.entry.n + 1} 条与前一条对不上" in found["found"]


def test_a_folder_that_does_not_answer_is_not_waited_for(spoilable: Seat) -> None:
    told = clerk_with(spoilable, HANGS, "doctor", "--deep", "--json")
    found = checks(told)

    assert (told.status, found["settings"]["state"], found["folder"]["state"]) == (3, "ok", "failed")
    assert "没有反应" in found["folder"]["found"]
    assert found["store"]["state"] == found["papers"]["state"] == "skipped"


@pytest.mark.parametrize("part", ["folder", "space", "papers"])
def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(spoilable: Seat, part: str) -> None:
    told = clerk_with(spoilable, BREAKS.format(part=part), "doctor", "--json")
    found = checks(told)

    assert found[part]["state"] == "failed"
    assert "ZeroDivisionError" in found[part]["found"]
    assert found["store"]["state"] == "ok"
    log = (spoilable.folder / "log" / "clerk.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log
    assert "440601190001010018" not in log
