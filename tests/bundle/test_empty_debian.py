"""From a Debian in which nothing is installed to a received case, with the bundle alone, in under ten commands."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.bundles import Bundle, Debian, empty_debian, inside
from tests.support.commands import whole
from tests.support.parts import real_part
from tests.support.pty_run import Painted, painting

PACKAGE = "/clerk.deb"
DESK = "/srv/desk"
PAPER = "/srv/receipt.pdf"
FEWER_THAN = 10


@dataclass
class Newcomer:
    """Somebody in front of an empty Debian, whose commands are counted."""

    debian: Debian
    commands: list[str] = field(default_factory=list)

    def says(self, *words: str, stdin: str = "") -> str:
        """Run a command; return what it says."""
        self.commands.append(" ".join(words))
        return self.debian.run(words, stdin).stdout

    def json(self, *words: str, stdin: str = "") -> Any:
        """Run a command about the desk; return what it says as JSON."""
        return json.loads(self.says("clerk", *words, "--data", DESK, "--json", stdin=stdin))


@pytest.fixture(scope="module")
def debian(bundle: Bundle) -> Iterator[Debian]:
    """An empty Debian with the package lying in it."""
    real_part("pdftotext", present=shutil.which("pdftotext") is not None, hint="apt-get install poppler-utils")
    with empty_debian() as made:
        shutil.copyfile(bundle.package, made.root / PACKAGE.lstrip("/"))
        yield made


def pythons(root: Path) -> list[str]:
    folders = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/lib", "usr/local/lib")
    return [str(path) for folder in folders for path in (root / folder).glob("*python*")]


@pytest.mark.long
def test_from_an_empty_debian_to_a_received_case(debian: Debian) -> None:
    assert pythons(debian.root) == []
    newcomer = Newcomer(debian)
    newcomer.says("dpkg", "--install", PACKAGE)
    accounts = newcomer.json("demo", "--prepare")["accounts"]
    account = next(one for one in accounts if one["role"] == "clerk")

    opening = ("clerk", "demo", "--data", DESK)
    newcomer.commands.append(" ".join(opening))
    with painting(debian.words(*opening), inside()) as client:
        sign_in_by_keyboard(client, account)
        case, out = receive(newcomer, account)
    assert newcomer.json("doctor")["can_work"] is True

    assert len(newcomer.commands) < FEWER_THAN, newcomer.commands
    assert [one["number"] for one in newcomer.json("cases")] == [case]
    text = subprocess.run(["pdftotext", debian.root / out.lstrip("/"), "-"], check=True, capture_output=True, text=True)
    assert case in text.stdout.replace("\n", "")
    assert "接收" in text.stdout
    assert pythons(debian.root) == []


def sign_in_by_keyboard(client: Painted, account: dict[str, str]) -> None:
    """The client is painted, and lets somebody in."""
    client.until(account["password"], 60)
    client.type(f"{account['number']}\r")
    client.until("口令")
    client.type(f"{account['password']}\r")
    client.until("在线", 60)


def receive(newcomer: Newcomer, account: dict[str, str]) -> tuple[str, str]:
    """Receive an applicant's papers beside the open client, and print the receipt; return the case and the paper."""
    signing = ("clerk", "sign-in", "--as", account["number"], "--password-stdin", "--data", DESK)
    newcomer.says(*signing, stdin=account["password"] + "\n")
    item = newcomer.json("items", "居住证")[0]
    told = json.loads(newcomer.says("clerk", "intake", "-", "--data", DESK, stdin=json.dumps(whole(item)) + "\n"))
    newcomer.json("paper", "接收回执", told["case"], "--out", PAPER)
    return str(told["case"]), PAPER
