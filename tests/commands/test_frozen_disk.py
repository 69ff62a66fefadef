"""A frozen copy of the disk yields no name, no number, no remark and no secret, whenever it is taken."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clerk_app.settings import load
from clerk_app.store.access.keys import PassphraseUnlock, open_keys
from clerk_app.tray import tray
from tests.support.commands import CityEnd, Seat, whole
from tests.support.disk import frozen, traces
from tests.support.parts import real_part
from tests.support.scans import pdf, put
from tests.support.tmux import Terminal, terminal

PERSON = {
    "kind": "person",
    "name": "欧阳桂芳",
    "id_number": "440601190001010018",
    "phone": "13912345678",
    "address": "样例街道紫荆巷九号之二",
}
REMARK = "申请人听力不便请当面书写"
SECRETS = {**{name: text for name, text in PERSON.items() if name != "kind"}, "remark": REMARK}
MEMORY = Path("/dev/shm")  # noqa: S108  a file system in memory is what is wanted
BUSY = """
import sys
from pathlib import Path
from clerk_app.wiring import Window
with Window(Path(sys.argv[1])) as window:
    desk = window.desk(window.gate.current())
    case = window.records.summaries()[0]
    window.records.vault._connection.execute("PRAGMA cache_size = 4")  # pages go to the log before the commit
    with window.records.transaction():
        for n in range(300):
            desk.remark(case.number, sys.argv[2])
        print("within", flush=True)
        sys.stdin.readline()
    print("behind", flush=True)
    sys.stdin.readline()
"""
BROKEN = """
import sys
from clerk_app.cli import main
from screens.cases.view import CaseView
def fail(self):
    case = self.desk.case(self.number)
    raise RuntimeError(f"{case.applicant.name} {case.applicant.id_number} {case.applicant.phone} {case.applicant.address}")
CaseView.on_mount = fail
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Machine:
    """A window's machine: all folders of one person, with a signed-in window and a case."""

    root: Path
    memory: Path
    seat: Seat
    account: dict[str, str]
    copies: int = 0
    secrets: dict[str, str] = field(default_factory=dict)

    def readable(self, *, memory: bool = False) -> set[str]:
        """Return what a thief finds on the disk as it is at this moment; in memory, too, where that is asked."""
        self.copies += 1
        copy = self.root.with_name(f"frozen{self.copies}")
        try:
            return traces(frozen([self.root, *([self.memory] if memory else [])], copy), self.secrets)
        finally:
            shutil.rmtree(copy, ignore_errors=True)


@pytest.fixture
def memory() -> Iterator[Path]:
    real_part("A file system in memory", present=os.access(MEMORY, os.W_OK), hint="mount -t tmpfs tmpfs /dev/shm")
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="clerk-test-") as name:
        yield Path(name)


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder that is surely not in memory, as others of the tests may be."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="clerk-test-") as name:
        yield Path(name)


@pytest.fixture
def machine(city: CityEnd, address: str, tmp_path: Path, disk: Path, memory: Path) -> Machine:
    root = disk / "machine"
    folders = {"HOME": "home", "TMPDIR": "tmp"}
    folders |= {f"XDG_{kind}_HOME": f"home/.{kind.lower()}" for kind in ("STATE", "CACHE", "CONFIG", "DATA")}
    for folder in folders.values():
        (root / folder).mkdir(parents=True, exist_ok=True)
    secrets = tmp_path / "handed-in"  # a file the person hands in; not on the machine
    secrets.write_text("sample-passphrase-of-the-test\n", encoding="utf-8")
    seat = Seat(root / "home" / "window", secrets)
    seat.env |= {name: str(root / folder) for name, folder in folders.items()}
    seat.env |= {"XDG_RUNTIME_DIR": str(memory)}
    seat.clerk("enrol", "--central", address, "--code", city.code()).done()
    account = city.clerk_account
    seat.sign_in(account)
    keys = open_keys(seat.folder, PassphraseUnlock("sample-passphrase-of-the-test"))
    known = {**SECRETS, "password": account["password"], "passphrase": "sample-passphrase-of-the-test"}
    known |= {"vault key": keys.vault_key.hex(), "signing key": keys.signing_key.hex()}
    made = Machine(root, memory, seat, account, secrets=known)
    (root / "stick").mkdir()
    seat.clerk("second-copy", root / "stick").done()
    [item] = seat.json("items", "--limit", "1")
    [line] = seat.intake([{**whole(item), "applicant": PERSON}]).done().lines
    assert line["case"]
    return made


def test_what_is_searched_for_would_be_found(tmp_path: Path) -> None:
    name = PERSON["name"]
    forms = {
        "plain": name.encode(),
        "wide": name.encode("utf-16-le"),
        "gbk": name.encode("gbk"),
        "json": json.dumps(name).encode(),
        "packed": b"x" * 77 + zlib.compress(f"<{name}>".encode()),
        "paper": b"%PDF-1.7",
    }
    for form, content in forms.items():
        (tmp_path / form).write_bytes(b"\0" * 5000 + content + b"\0" * 5000)
    (tmp_path / f"{name}.txt").touch()
    found = traces(tmp_path, {"name": name})
    assert found == {
        *(f"name in {form}" for form in forms if form != "paper"),
        "a paper in paper",
        f"name in the name {name}.txt",
    }


def client_of(machine: Machine, *program: str) -> AbstractContextManager[Terminal]:
    """Run the client, or a program that runs it, on a terminal of the machine."""
    own = {name: value for name, value in machine.seat.env.items() if os.environ.get(name) != value}
    words = [*(program or ("-m", "clerk_app.cli")), "--data", str(machine.seat.folder)]
    return terminal(words, (120, 40), "frozen", own)


def open_the_case(machine: Machine, client: Terminal) -> None:
    """Sign in and go to the case of the person everything is searched for."""
    client.wait_for("工号")
    client.burst(machine.account["number"], "<Enter>", machine.account["password"], "<Enter>")
    client.wait_for("F7 加选")
    client.keys("F3")
    client.wait_for("办件编号")
    client.send(PERSON["id_number"])
    client.wait_for(PERSON["name"])
    client.keys("Enter")


def print_the_first(client: Terminal) -> None:
    """Print the first paper of the case that is shown."""
    client.wait_for("p 打印")
    client.send("p")
    client.wait_for("打印哪一种")
    client.keys("Enter")
    client.wait_for("已打印")


def eventually(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_commands_leave_nothing_readable(machine: Machine, tmp_path: Path) -> None:
    seat = machine.seat
    assert machine.readable() == set()
    for number, password in (
        (PERSON["name"], "x"),
        (PERSON["id_number"], REMARK),
        (machine.account["number"], "wrong"),
    ):
        refused = seat.clerk("sign-in", "--as", number, "--password-stdin", stdin=password + "\n")
        assert refused.status != 0
    assert machine.readable() == set()
    seat.sign_in(machine.account)
    case = seat.json("cases", PERSON["id_number"])[0]
    assert case["applicant"]
    seat.clerk("journal").done()
    seat.clerk("intake", "-", stdin=json.dumps({"applicant": PERSON, "item": PERSON["name"]}) + "\n")
    asked_for = machine.memory / "asked-for.pdf"
    seat.clerk("paper", "接收回执", case["case"], "--out", asked_for).done()
    assert asked_for.read_bytes().startswith(b"%PDF-")
    material = next(m["id"] for m in seat.json("items", case["item"])[0]["materials"] if m["necessity"] == "required")
    scan = put(tmp_path / "handed-in-too", f"{PERSON['name']}.pdf", pdf(1, title=PERSON["name"]))
    seat.clerk("scan", "attach", case["case"], material, scan).done()
    assert len(list((seat.folder / "scans").iterdir())) == 1
    assert machine.readable() == set()
    seat.clerk("sync").done()
    assert machine.readable() == set()
    seat.clerk("rotate-keys").done()
    seat.clerk("sign-out").done()
    assert machine.readable() == set()


def test_within_a_transaction_behind_it_and_killed_nothing_is_readable(machine: Machine) -> None:
    log = machine.seat.folder / "store.db-wal"
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, str(machine.seat.folder), REMARK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=machine.seat.env,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "within\n"
        assert log.stat().st_size > 100_000
        assert machine.readable(memory=True) == set()
        child.stdin.write("on\n")
        child.stdin.flush()
        assert child.stdout.readline() == "behind\n"
        assert machine.readable(memory=True) == set()
        child.kill()
    assert log.stat().st_size > 100_000
    assert machine.readable(memory=True) == set()


def test_the_client_leaves_nothing_readable_while_it_runs_and_killed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(machine.memory))
    folder = load(machine.seat.folder).papers_folder(machine.seat.folder)
    assert folder.is_relative_to(machine.memory)
    with client_of(machine) as client:
        client.wait_for("工号")
        client.burst(PERSON["name"], "<Enter>", REMARK, "<Enter>")
        client.wait_for("口令不正确")
        assert machine.readable(memory=True) == set()
        client.keys("C-q")
        client.wait_gone()
    with client_of(machine) as client:
        open_the_case(machine, client)
        print_the_first(client)
        assert len(list(folder.glob("*.pdf"))) == 1
        assert folder.stat().st_mode & 0o077 == 0
        assert machine.readable() == set()
        os.kill(client.pid(), signal.SIGKILL)
        client.wait_gone()
    assert len(list(folder.glob("*.pdf"))) == 1
    assert machine.readable() == set()
    machine.seat.clerk("sync").done()  # the next program that has the window takes the papers away
    assert list(folder.glob("*")) == []
    assert machine.readable(memory=True) == set()


def test_papers_are_taken_away_when_somebody_leaves_the_window(machine: Machine) -> None:
    machine.seat.env["XDG_RUNTIME_DIR"] = str(machine.root)  # on a disk: no place for papers
    folder = machine.seat.folder / "papers"
    with client_of(machine) as client:
        open_the_case(machine, client)
        print_the_first(client)
        [paper] = folder.glob("*.pdf")
        assert paper.stat().st_mode & 0o077 == folder.stat().st_mode & 0o077 == 0
        client.keys("Enter", "F11")
        client.wait_for("锁")
        eventually(lambda: not paper.exists())
        assert machine.readable() == set()
        client.send(machine.account["password"])
        client.keys("Enter")
        client.wait_for("p 打印")
        print_the_first(client)
        assert paper.exists()
        client.keys("Enter", "C-q")
        client.wait_gone()
    assert list(folder.glob("*")) == []
    assert machine.readable() == set()


def test_a_program_that_breaks_writes_nobody_s_data_into_its_log(machine: Machine, tmp_path: Path) -> None:
    program = tmp_path / "broken.py"
    program.write_text(BROKEN, encoding="utf-8")
    with client_of(machine, str(program)) as client:
        open_the_case(machine, client)
        client.wait_gone()
    assert "RuntimeError" in (machine.seat.folder / "log" / "clerk.log").read_text(encoding="utf-8")
    assert machine.readable(memory=True) == set()


class TestTray:
    def test_lies_in_memory_only_where_that_is_this_persons_own(
        self, tmp_path: Path, disk: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        window = tmp_path / "window"
        memory.chmod(0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
        assert tray(window).is_relative_to(memory)
        assert tray(window) != tray(tmp_path / "other")
        memory.chmod(0o755)
        assert tray(window) == window / "papers"
        for elsewhere in (str(disk), str(disk / "missing"), "relative", ""):
            monkeypatch.setenv("XDG_RUNTIME_DIR", elsewhere)
            assert tray(window) == window / "papers"
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        assert tray(window) == window / "papers"
