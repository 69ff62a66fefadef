"""From a Debian in which nothing is installed to a received case, with the bundle alone, in under ten commands."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clerk_app import VERSION
from tests.support.bundles import Debian, built, empty_debian, inside
from tests.support.commands import whole
from tests.support.parts import real_part
from tests.support.processes import running
from tests.support.pty_run import Painted, painting

PACKAGE = "/clerk.deb"
DESK = "/srv/desk"
PAPER = "/srv/receipt.pdf"
FEWER_THAN = 10
LIBRARIES = """
export LD_LIBRARY_PATH=/opt/clerk/_internal
find /opt/clerk -type f '(' -name '*.so*' -o -name clerk ')' | while read -r file; do ldd "$file" 2>&1 | sed "s|^|$file: |"; done
"""
LINKED = re.compile(r": \s+(\S+ => /\S+ \(0x|/\S+ \(0x|linux-vdso\S+ \(0x|statically linked)")


@dataclass
class Newcomer:
    """Somebody in front of an empty Debian, whose commands are counted."""

    debian: Debian
    commands: list[str] = field(default_factory=list)

    def says(self, *words: str, stdin: str = "") -> str:
        """Run a command; return what it says."""
        self.commands.append(" ".join(words))
        return self.debian.run(words, stdin).stdout

    def begins(self, *words: str) -> list[str]:
        """Return the command line of a command that goes on for a while."""
        self.commands.append(" ".join(("clerk", *words)))
        return self.debian.words("clerk", *words)

    def json(self, *words: str, stdin: str = "") -> Any:
        """Run a command about the desk; return what it says as JSON."""
        return json.loads(self.says("clerk", *words, "--data", DESK, "--json", stdin=stdin))


@pytest.fixture(scope="module")
def debian() -> Iterator[Debian]:
    """An empty Debian with the package lying in it."""
    real_part("pdftotext", present=shutil.which("pdftotext") is not None, hint="apt-get install poppler-utils")
    with empty_debian() as made:
        shutil.copyfile(built().package, made.root / PACKAGE.lstrip("/"))
        yield made


def pythons(root: Path) -> list[str]:
    folders = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/lib", "usr/local/lib")
    return [str(path) for folder in folders for path in (root / folder).glob("*python*")]


@pytest.mark.long
def test_from_an_empty_debian_to_a_received_case(debian: Debian) -> None:
    assert pythons(debian.root) == []
    the_archive_runs(debian)
    newcomer = Newcomer(debian)
    newcomer.says("dpkg", "--install", PACKAGE)
    accounts = newcomer.json("demo", "--prepare")["accounts"]
    account = next(one for one in accounts if one["role"] == "clerk")

    opening = newcomer.begins("demo", "--data", DESK)
    with painting(opening, inside()) as client:
        sign_in_by_keyboard(client, account)
        leave_by_keyboard(client)

    settings = json.loads((debian.root / DESK.lstrip("/") / "window.json").read_text(encoding="utf-8"))
    where = ("--database", f"{DESK}/city/city.db", "--port", settings["seat"]["central"].rpartition(":")[2])
    with running(newcomer.begins("central", "serve", *where), env=inside(), stdout=subprocess.PIPE) as central:
        assert central.stdout is not None
        assert central.stdout.readline().startswith(b"listening on ")
        case = receive(newcomer, account)
    newcomer.json("paper", "接收回执", case, "--out", PAPER)
    assert newcomer.json("doctor")["can_work"] is True

    assert len(newcomer.commands) < FEWER_THAN, newcomer.commands
    paper = debian.root / PAPER.lstrip("/")
    text = subprocess.run(["pdftotext", paper, "-"], check=True, capture_output=True, text=True).stdout
    assert case in text.replace("\n", "")
    assert "接收" in text
    assert pythons(debian.root) == []


def the_archive_runs(debian: Debian) -> None:
    """The archive needs nothing but a folder; every library finds its own, and the program finds itself whole."""
    built().unpacked(debian.root / "opt")
    assert debian.run(["/opt/clerk/clerk", "--version"]).stdout == f"clerk {VERSION}\n"
    linked = debian.run(["sh", "-c", LIBRARIES]).stdout.splitlines()
    assert len(linked) > 300
    assert [line for line in linked if not LINKED.search(line)] == []
    debian.run(["/opt/clerk/clerk", "doctor", "--program"])


def sign_in_by_keyboard(client: Painted, account: dict[str, str]) -> None:
    """The client is painted, and lets somebody in."""
    client.until(account["password"], 60)
    client.type(f"{account['number']}\r")
    client.until("口令")
    client.type(f"{account['password']}\r")
    client.until("在线", 60)


def leave_by_keyboard(client: Painted) -> None:
    """The client ends when it is told to, and the demo's central with it."""
    client.type("\x11")
    client.rest()
    assert client.process.returncode == 0


def receive(newcomer: Newcomer, account: dict[str, str]) -> str:
    """Receive an applicant's papers by commands; return the case."""
    signing = ("clerk", "sign-in", "--as", account["number"], "--password-stdin", "--data", DESK)
    newcomer.says(*signing, stdin=account["password"] + "\n")
    item = newcomer.json("items", "居住证")[0]
    told = json.loads(newcomer.says("clerk", "intake", "-", "--data", DESK, stdin=json.dumps(whole(item)) + "\n"))
    return str(told["case"])
