"""Every command in the documents is run, against a city and a window that are there for it; none that does not exist is named."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clerk_app.commands import grammar
from clerk_app.commands.output import Stop
from tests.support.commands import CityEnd, Seat, Told, clerk, enrol, environment, seed_city, whole
from tests.support.documented import commands, commands_in, variants
from tests.support.lists import HEADER, workbook
from tests.support.releasing import PASSPHRASE, bundle
from tests.support.tree import ROOT

NOT_RUN = {
    "clerk central serve": "serves until it is stopped: the grammar takes it",
    "clerk central fleet --watch": "looks again until it is stopped: the grammar takes it",
    "clerk print --test --printer": "needs that printer; tests/printing has a spooler of its own: the grammar takes it",
    "clerk central seed --full": "takes ten seconds, and the tests of the sample make it: the grammar takes it",
    "make": "installs, tests or runs for hours: make -n knows what it would do",
}
"""What is not run, and what is looked at instead."""
NO_TERMINAL = ("clerk", "clerk --low-bandwidth", "clerk --no-low-bandwidth", "clerk demo", "clerk practice")
"""What opens the client: without a terminal it says that it needs one, with status 3."""
SOURCE = "这是从源代码运行的程序"
REFUSED_HERE = {"clerk update --check": SOURCE, "clerk update --now": SOURCE, "clerk update --back": "没有上一版本"}
"""What has nothing to do where the program is no bundle says so, with status 1."""
VALUES = {"DATE": "2026-03-02", "NAME": "first", "TIME": "2026-11-23 09:30"}
"""Placeholders that mean the same everywhere."""


@dataclass
class Scratch:
    """A central that is served, a window with some work, and copies of both for whatever changes them."""

    folder: Path
    city: CityEnd
    address: str
    seat: Seat
    case: str
    window_id: str
    made: int = 0

    def fresh(self, name: str) -> Path:
        """Return a path nothing is at."""
        self.made += 1
        return self.folder / f"{self.made}-{name}"

    def window(self) -> Seat:
        """Return a copy of the window."""
        folder = self.fresh("window")
        shutil.copytree(self.seat.folder, folder)
        return Seat(folder, self.seat.passphrase)

    def run(self, words: Sequence[str]) -> Told:
        """Run one command with its placeholders filled in."""
        given = list(words[1:])
        for count in (3, 2):
            prepare = PREPARED.get(" ".join(words[:count]))
            if prepare is not None:
                return prepare(self, given)
        return self.window().clerk(*self._filled(given))

    def _filled(self, words: Sequence[str], **more: str | Path) -> list[str]:
        known = {**VALUES, "CASE": self.case, "CODE": "FS0001", "FILE": self.fresh("file"), **more}
        if "DIR" in words and "DIR" not in more:
            known["DIR"] = self.fresh("dir")
            Path(known["DIR"]).mkdir()
        return [str(known.get(word, word)) for word in words]

    def on_central(self, words: list[str]) -> Told:
        """Run a command about the city on a copy of it."""
        database = self.city.copy(self.fresh("city.db")).database
        known = {"C0123": "C0002", "FS0001-03": self.window_id}
        if "$TOKEN" in words:
            begun = clerk("central", "backed-up", "--begin", "--database", database).done()
            known["$TOKEN"] = begun.out.strip()
        if "catalogue.xlsx" in words:
            known["catalogue.xlsx"] = str(catalogue(self.fresh("catalogue.xlsx")))
        known |= {name: str(self.fresh(name)) for name in ("codes.csv", "cards.pdf", "fleet.csv") if name in words}
        if "desks.csv" in words:
            known["desks.csv"] = str(self.fresh("desks.csv"))
            Path(known["desks.csv"]).write_text("point,desk,count\nFS0001,一号窗口,2\n", encoding="utf-8")
        if "--void" in words:
            clerk("central", "enrolment-codes", "--point", "FS0001", "--database", database).done()
        return clerk(*(known.get(word, word) for word in words), "--database", database)

    def released(self, words: list[str]) -> Told:
        """Make keys, or sign a bundle with some, on a machine that is not central."""
        place = self.fresh("release")
        place.mkdir()
        known = {"/media/release-keys": place / "keys", "/srv/releases": place / "releases"}
        known |= {name: bundle(place, "0.3.1", platform="linux-x86_64").path for name in words if name.endswith(".zst")}
        secret = place / "passphrase"
        secret.write_text(PASSPHRASE, encoding="utf-8")
        env = environment(CLERK_RELEASE_PASSPHRASE_FILE=str(secret))
        if words[1:2] == ["release"] or "--rotate" in words:
            clerk("central", "release-keys", place / "keys", env=env).done()
        return clerk(*(known.get(word, word) for word in words), env=env)

    def rolled_out(self, words: list[str]) -> Told:
        """Offer a version; what is stopped was offered before."""
        database = self.city.copy(self.fresh("city.db")).database
        if "--stop" in words:
            clerk("central", "rollout", "0.3.1", "--database", database).done()
        return clerk(*words, "--database", database)

    def enrolled(self, words: list[str]) -> Told:
        """Enrol a window of its own."""
        said = {"https://central.example": self.address, "URL": self.address, "CODE": self.city.code()}
        folder = self.fresh("enrolled")
        return clerk(*(said.get(word, word) for word in words), "--data", folder, env=self.seat.env)

    def moved(self, words: list[str]) -> Told:
        """Move a window that has nothing of anybody's."""
        if "--code" not in words:
            return clerk(*words, "--help")  # the name of the command, and not a whole one
        account = self.city.account("clerk", "FS0001")
        seat = enrol(self.city, self.address, self.fresh("moving"), account)
        window = json.loads((seat.folder / "window.json").read_text(encoding="utf-8"))["seat"]["window"]
        code = clerk("central", "move", window, "--to", "FS0002", "--json", "--database", self.city.database).done()
        return seat.clerk(*self._filled(words, CODE=json.loads(code.out)["code"]))

    def practised(self, words: list[str]) -> Told:
        """Tell of a practice folder nobody has practised in."""
        return clerk(*words, "--data", self.fresh("practice"))

    def restored(self, words: list[str]) -> Told:
        """Restore a backup into an empty folder."""
        backup = self.fresh("backup")
        self.seat.clerk("backup", backup).done()
        return clerk(*self._filled(words, FILE=backup, DIR=self.fresh("restored")), env=self.seat.env)

    def imported(self, words: list[str]) -> Told:
        """Import at one window what another exported."""
        export = self.fresh("export")
        self.seat.clerk("export-unsent", export).done()
        other = enrol(self.city, self.address, self.fresh("other"), self.city.account("supervisor", "FS0001"))
        return other.clerk(*self._filled(words, FILE=export))


PREPARED: dict[str, Callable[[Scratch, list[str]], Told]] = {
    "clerk central release": Scratch.released,
    "clerk central release-keys": Scratch.released,
    "clerk central rollout": Scratch.rolled_out,
    "clerk central": Scratch.on_central,
    "clerk enrol": Scratch.enrolled,
    "clerk move": Scratch.moved,
    "clerk practice": Scratch.practised,
    "clerk restore": Scratch.restored,
    "clerk import-unsent": Scratch.imported,
}
"""Commands that need something of their own beforehand."""


def catalogue(path: Path) -> Path:
    """Write a small workbook as a department hands it in."""
    return workbook(path, [HEADER, (1, "居住证签注", "市公安局", "3个工作日", "申请表")])


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    folder = tmp_path_factory.mktemp("documented")
    city = seed_city(folder)
    with city.served() as address:
        seat = enrol(city, address, folder / "window", city.account("supervisor", "FS0001"))
        seat.intake([whole(seat.json("items", "居住证")[0])]).done()
        [case] = seat.json("cases")
        yield Scratch(folder, city, address, seat, case["case"], case["case"][: len("FS0001-01")])


def parsed(words: Sequence[str]) -> bool:
    """Whether the grammar takes these words."""
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            grammar.parser().parse_args([VALUES.get(word, word) for word in words[1:]])
        except SystemExit as end:
            return not end.code  # --help, --version
        except Stop:
            return False
    return True


def outcome(scratch: Scratch, words: Sequence[str]) -> str:
    """Run a command, and return what is wrong with it; nothing: it does what it is documented for."""
    text = " ".join(words)
    if words[0] == "make":
        done = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, env=environment(), check=False)
        return "" if done.returncode == 0 else done.stderr.decode()
    if not parsed(words):
        if any(word.startswith("-") or not word.islower() for word in words):
            return "the grammar does not take it"
        told = clerk(*words[1:], "--help")  # the name of a command, and not a whole one
        return "" if told.status == 0 else f"there is no such command: {told.err}"
    if text in NO_TERMINAL or (text.startswith("clerk practice ") and not words[-1].startswith("--")):
        told = clerk(*words[1:], env=environment(CLERK_DATA=str(scratch.seat.folder)))
        return "" if (told.status, "终端" in told.err) == (3, True) else f"{told.status} {told.err}"
    if any(text.startswith(one) for one in NOT_RUN):
        return ""
    told = scratch.run(words)
    if text in REFUSED_HERE:
        return "" if (told.status, REFUSED_HERE[text] in told.err) == (1, True) else f"{told.status} {told.err}"
    return "" if told.status == 0 else f"status {told.status}\n{told.out[-500:]}\n{told.err[-500:]}"


def test_every_command_does_what_it_is_documented_for(scratch: Scratch) -> None:
    """One test, so that the city and the window are made once however the tests are shared out."""
    told = [(one.where, words, outcome(scratch, words)) for one in commands() for words in variants(one.text)]
    assert len(told) > 40
    assert [(where, " ".join(words), wrong) for where, words, wrong in told if wrong] == []


def test_what_is_not_there_is_noticed(scratch: Scratch) -> None:
    for text in ("clerk nonsense", "clerk central nonsense FILE", "make nonsense", "clerk cases --nonsense"):
        assert outcome(scratch, text.split()), text


def test_commands_are_found_wherever_they_stand() -> None:
    text = "See `clerk\nsync` and `clerk-x`.\n```\nTOKEN=$(clerk a --b)\nmake c\npip d\n```\n`clerk report day|week [--on DATE]`"
    assert commands_in(text) == ["clerk a --b", "make c", "clerk sync", "clerk report day|week [--on DATE]"]
    assert variants("clerk report day|week [--on DATE]") == [
        ["clerk", "report", "day"],
        ["clerk", "report", "week"],
        ["clerk", "report", "day", "--on", "DATE"],
        ["clerk", "report", "week", "--on", "DATE"],
    ]
