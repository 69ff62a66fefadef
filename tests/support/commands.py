"""The ``clerk`` command as people run it: a process of its own, over a folder, with a real central beside it."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.support.fork_server import ForkServer, at_start
from tests.support.processes import running
from tests.support.tree import ROOT

PASSPHRASE = "sample-passphrase"
PERSON = {"kind": "person", "name": "区桂芳", "id_number": "440601190001010018", "phone": "13800000000"}
"""Born in 1900: nobody's number."""
NO_TRACEBACK = "Traceback"
LONGEST = 120
"""Seconds any command may take."""
_forking = threading.Lock()


@dataclass
class Told:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]

    def done(self) -> Told:
        """Fail the test unless the command did what it was asked for."""
        assert self.status == 0, f"status {self.status}\n{self.out[-2000:]}\n{self.err[-2000:]}"
        return self


def command(*words: str | Path) -> list[str]:
    """Return the command line that runs ``clerk`` from this tree."""
    return [sys.executable, "-m", "clerk_app.cli", *map(str, words)]


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which only what the test says is set; the locale is one that knows no Chinese."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLERK_", "LC_", "LANG"))}
    return {**kept, "PYTHONPATH": str(ROOT), "LC_ALL": "C", **more}


def clerk(*words: str | Path, stdin: str | bytes = "", env: Mapping[str, str] | None = None, **popen: Any) -> Told:
    """Run ``clerk`` to its end; never may it show a traceback."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    env = environment() if env is None else env
    told = None if popen else _forked([*map(str, words)], given, env)
    if told is None:
        done = subprocess.run(
            command(*words), input=given, capture_output=True, env=env, timeout=LONGEST, check=False, **popen
        )
        told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert NO_TRACEBACK not in told.out + told.err, told.err
    return told


def _forked(words: Sequence[str], given: bytes, env: Mapping[str, str]) -> Told | None:
    """Run a command in a child of the fork server; ``None`` where it cannot: another one runs, or the start differs."""
    if not hasattr(os, "fork") or at_start(env) != at_start(environment()) or not _forking.acquire(blocking=False):
        return None
    try:
        with contextlib.ExitStack() as open_:
            files = [open_.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            files[0].write(given)
            for file in files:
                file.seek(0)
            status = _fork_server().run(words, env, [file.fileno() for file in files], LONGEST)
            out, err = (_whole(file) for file in files[1:])
            return Told(status, out, err)
    finally:
        _forking.release()


def _whole(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@functools.cache
def _fork_server() -> ForkServer:
    return ForkServer(environment())


@dataclass
class Seat:
    """A window's folder, and how it is unlocked."""

    folder: Path
    passphrase: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.env = environment(CLERK_PASSPHRASE_FILE=str(self.passphrase))

    def clerk(self, *words: str | Path, stdin: str | bytes = "") -> Told:
        """Run a command about this window."""
        return clerk(*words, "--data", self.folder, stdin=stdin, env=self.env)

    def json(self, *words: str | Path) -> Any:
        """Run a command that must succeed; return what it says as JSON."""
        return self.clerk(*words, "--json").done().json

    def intake(self, lines: Iterable[Mapping[str, Any]]) -> Told:
        """Record intakes from standard input."""
        return self.clerk("intake", "-", stdin="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))

    def sign_in(self, account: Mapping[str, str]) -> None:
        """Sign somebody in."""
        words = ("sign-in", "--as", account["number"], "--password-stdin")
        self.clerk(*words, stdin=account["password"] + "\n").done()


@dataclass
class CityEnd:
    """A seeded central's database and its people."""

    database: Path
    accounts: list[dict[str, str]]

    def copy(self, to: Path) -> CityEnd:
        """Return the same city in a file of its own."""
        with closing(sqlite3.connect(self.database)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)
        return CityEnd(to, self.accounts)

    @property
    def clerk_account(self) -> dict[str, str]:
        """A clerk of the first point."""
        return next(account for account in self.accounts if account["role"] == "clerk")

    def account(self, role: str, point: str) -> dict[str, str]:
        """Somebody with this role at this point."""
        return next(account for account in self.accounts if (account["role"], account["point"]) == (role, point))

    def code(self, point: str = "") -> str:
        """Issue an enrolment code for a point, the first where none is named."""
        where = ("--database", self.database, "--point", point or self.accounts[0]["point"])
        words = ("central", "enrolment-codes", *where)
        return str(clerk(*words, "--json").done().json["codes"][0])

    @contextmanager
    def served(self, port: int = 0) -> Iterator[str]:
        """Serve it for the length of the block; yields the address."""
        words = command("central", "serve", "--database", self.database, "--port", str(port))
        with running(words, env=environment(), stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            first = process.stdout.readline().decode()
            assert first.startswith("listening on "), first
            yield first.removeprefix("listening on ").strip()

    def entries(self) -> list[tuple[str, str]]:
        """Return id and verdict of every entry central holds, read past its program."""
        with closing(sqlite3.connect(self.database)) as file:
            rows = file.execute("SELECT document, verdict FROM entries ORDER BY n").fetchall()
        return [(json.loads(document)["id"], verdict) for document, verdict in rows]


def seed_city(folder: Path) -> CityEnd:
    """Seed the small sample city."""
    database = folder / "city.db"
    told = clerk("central", "seed", "--database", database, "--json").done()
    return CityEnd(database, told.json["accounts"])


def enrol(city: CityEnd, address: str, folder: Path, account: Mapping[str, str] | None = None) -> Seat:
    """Make a folder a window with somebody signed in: at their point, or a clerk at the city's first."""
    account = account or city.clerk_account
    passphrase = folder.with_name(folder.name + ".passphrase")
    passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
    seat = Seat(folder, passphrase)
    seat.clerk("enrol", "--central", address, "--code", city.code(account["point"])).done()
    seat.sign_in(account)
    return seat


def port_of(address: str) -> int:
    """Return the port of an address."""
    return int(address.rpartition(":")[2])


def enough(material: Mapping[str, Any]) -> dict[str, Any]:
    """Return what satisfies a line of ``clerk items``, from its JSON alone."""
    seen = material["originals_handling"] == "inspect"
    return {
        "material": material["id"],
        "originals_seen": material["originals"] if seen else 0,
        "originals_kept": 0 if seen else material["originals"],
        "copies_kept": material["copies"],
        "electronic": material["electronic"],
    }


def line_named(item: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an item's line of this name."""
    return next(line for line in item["materials"] if line["name"] == name)


def due(item: Mapping[str, Any], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the lines of an item that are due under these answers."""
    return [
        line
        for line in item["materials"]
        if line["necessity"] != "optional"
        and all(answers.get(question) in allowed for question, allowed in line["when"].items())
    ]


def first_answers(item: Mapping[str, Any]) -> dict[str, str]:
    """Answer every question with its first answer."""
    return {question["id"]: question["answers"][0]["id"] for question in item["situations"]}


def whole(item: Mapping[str, Any], without: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """Return an intake of an item with everything that is due, but for the lines named."""
    answers = first_answers(item)
    return {
        "item": item["code"],
        "applicant": PERSON,
        "situation": answers,
        "received": [enough(line) for line in due(item, answers) if line["id"] not in without],
        "decide": "auto",
        **more,
    }
