"""A real window in a small city, made once and copied for each damage; its commands run as processes of their own.

Commands are forked from this process, which has imported them and was started with the shim: the same program as people
run, without the time a start takes.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import importlib
import io
import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import clerk_app.commands
import sync.connect  # noqa: F401 - as the commands of the window
from clerk_app import cli
from clerk_app.line import LineRefused
from clerk_app.settings import NotEnrolled, SettingsDamaged
from clerk_app.store.access.keys import PassphraseUnlock, open_keys
from clerk_app.store.errors import VaultError
from clerk_app.wiring import Window
from tests.support.commands import PASSPHRASE, PERSON, CityEnd, Told, environment, seed_city, whole
from tests.support.faults_shim import Shim

CONFIRMED, UNSENT = 5, 2
"""Cases of the window that central has, and that only the window has."""
NAMES = (PERSON["name"], PERSON["id_number"], PERSON["phone"])


class CentralEnd:
    """Central over a copy of a database; set back and stopped at will, always on the same port."""

    def __init__(self, database: Path) -> None:
        command = [sys.executable, "-m", "tests.support.faults_central", str(database)]
        env = {name: value for name, value in environment().items() if name != "LD_PRELOAD"}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        self.address = f"http://127.0.0.1:{int(self._line())}"
        self._serves = False

    @contextlib.contextmanager
    def served(self) -> Iterator[None]:
        """Serve for the length of the block, from the database as it was at first."""
        self._go()
        try:
            yield
        finally:
            self._go()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        assert line, "central ended"
        return line


@dataclass
class Site:
    """A folder a damage is done to, and how its commands are run."""

    ground: Ground
    folder: Path
    before: list[Callable[[], None]] = field(default_factory=list)
    """What is done in the process of a command before it begins."""
    held: list[int] = field(default_factory=list)
    """Descriptors a damage keeps open."""

    @property
    def store(self) -> Path:
        return self.folder / "store.db"

    def sign_in(self) -> Told:
        """Sign the clerk in, as after a store was lost."""
        account = self.ground.account
        words = ("sign-in", "--as", account["number"], "--password-stdin")
        return self.clerk(*words, stdin=account["password"] + "\n")

    def idle(self) -> Told:
        """Have the client's idle moment: its daily round, and then what its line does."""

        def rounds() -> int:
            try:
                with Window(self.folder) as window, contextlib.closing(window.connect()) as end:
                    window.tidy()
                    end.sync()
            except VaultError as refused:
                print(refused.say, file=sys.stderr)  # noqa: T201 - it is what this process says
                return 3
            except (SettingsDamaged, NotEnrolled, LineRefused) as refused:
                print(refused, file=sys.stderr)  # noqa: T201 - as above
                return 3
            return 0

        return _forked(rounds, "", self.before, self.ground.passphrase)

    def clerk(self, *words: str | Path, stdin: str = "") -> Told:
        """Run a command about this window."""
        return forked([*map(str, words), "--data", str(self.folder)], stdin, self.before, self.ground.passphrase)


@dataclass
class Ground:
    """The window as it was before any damage."""

    place: Path
    passphrase: Path
    central: CentralEnd
    shim: Shim
    account: dict[str, str]
    numbers: list[str] = field(default_factory=list)
    """Its cases, the confirmed ones first."""
    intake: Path = Path()
    """A file of one more intake."""

    confirmed = CONFIRMED

    @property
    def whole(self) -> Path:
        """The window, closed."""
        return self.place / "whole"

    @property
    def older(self) -> Path:
        """The window as it was with four cases, the fourth unsent."""
        return self.place / "older"

    @property
    def other(self) -> Path:
        """Another window of the same point."""
        return self.place / "other"

    @property
    def stick(self) -> Path:
        """Where the window ``copied`` keeps its second copy."""
        return self.place / "stick"

    def numbers_of(self, base: str) -> list[str]:
        """Return the cases of a copy, the confirmed ones first."""
        return self.numbers[: CONFIRMED + UNSENT + (base == "running")]

    def site(self, base: str) -> Site:
        """Return a fresh copy of the window.

        ``whole``: closed; ``running``: as its disk is while it works, with the last act in the log alone; ``copied``: closed,
        with a second copy.
        """
        folder = self.place / "site" / "window"
        shutil.rmtree(folder.parent, ignore_errors=True)
        shutil.copytree(self.place / base, folder)
        shutil.rmtree(self.stick, ignore_errors=True)
        if base == "copied":
            shutil.copytree(self.place / "stick-then", self.stick)
        return Site(self, folder)


def forked(words: Sequence[str], stdin: str, before: Sequence[Callable[[], None]], passphrase: Path) -> Told:
    """Run ``clerk`` in a child of this process and return what it said."""
    return _forked(lambda: cli.main(words), stdin, before, passphrase)


def _forked(run: Callable[[], int], stdin: str, before: Sequence[Callable[[], None]], passphrase: Path) -> Told:
    outs = [os.memfd_create(name) for name in ("out", "err", "in")]
    os.write(outs[2], stdin.encode())
    os.lseek(outs[2], 0, os.SEEK_SET)
    gc.freeze()  # a collection in the child would write to every page it shares
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            for handle, number in zip(outs, (1, 2, 0), strict=True):
                os.dup2(handle, number)
            sys.stdout, sys.stderr = (io.TextIOWrapper(open(n, "wb", closefd=False)) for n in (1, 2))  # noqa: SIM115
            sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False))  # noqa: SIM115
            os.environ["CLERK_PASSPHRASE_FILE"] = str(passphrase)
            for act in before:
                act()
            status = run()
        except SystemExit as left:
            status = int(left.code or 0)
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    said = [_text(handle) for handle in outs[:2]]
    for handle in outs:
        os.close(handle)
    return Told(os.waitstatus_to_exitcode(ended), *said)


def _text(handle: int) -> str:
    os.lseek(handle, 0, os.SEEK_SET)
    with open(handle, "rb", closefd=False) as file:
        return file.read().decode()


@contextlib.contextmanager
def ground(place: Path) -> Iterator[Ground]:
    """Make the city, the window and its acts."""
    for module in pkgutil.iter_modules(clerk_app.commands.__path__):  # loaded once here, and there in every child
        importlib.import_module(f"clerk_app.commands.{module.name}")
    hashlib.scrypt = functools.cache(hashlib.scrypt)  # type: ignore[assignment]  # one passphrase, opened hundreds of times
    city = seed_city(place)
    passphrase = place / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    central = CentralEnd(city.database)
    made = Ground(place, passphrase, central, Shim(), city.clerk_account)
    try:
        _make(made, city)
        yield made
    finally:
        central.close()


def _make(made: Ground, city: CityEnd) -> None:
    point = city.accounts[0]["point"]
    words = ["central", "enrolment-codes", "--database", str(city.database), "--point", point, "--count", "2", "--json"]
    codes = forked(words, "", (), made.passphrase).done().json["codes"]
    made.intake = made.place / "one.jsonl"
    with made.central.served():
        window, other = Site(made, made.whole), Site(made, made.other)
        for site, code in zip((window, other), codes, strict=True):
            site.clerk("enrol", "--central", made.central.address, "--code", code).done()
            site.sign_in().done()
            item = site.clerk("items", "--limit", "1", "--json").done().json[0]
            made.intake.write_text(json.dumps(whole(item), ensure_ascii=False), encoding="utf-8")
            _record(site, 3)
        window.clerk("sync").done()
        _record(window, 1)
        shutil.copytree(made.whole, made.older)
        _record(window, CONFIRMED - 4)
        window.clerk("sync").done()
        _record(window, UNSENT)
        made.numbers = sorted(case["case"] for case in window.clerk("cases", "--json").done().json)
    (made.place / "live.db").rename(city.database)
    copied = Site(made, made.place / "copied")
    shutil.copytree(made.whole, copied.folder)
    made.stick.mkdir()
    copied.clerk("second-copy", made.stick).done()
    shutil.copytree(made.stick, made.place / "stick-then")
    made.numbers.append(_leave_running(made))
    for folder in (made.whole, made.other):  # derived once here, and known in every child
        open_keys(folder, PassphraseUnlock(PASSPHRASE))


def _record(site: Site, cases: int) -> None:
    for _ in range(cases):
        site.clerk("intake", site.ground.intake).done()


def _leave_running(made: Ground) -> str:
    """Copy the window's folder after one more act, before it is closed; return the case's number."""
    site = Site(made, made.place / "worked")
    shutil.copytree(made.whole, site.folder)

    def copy_first() -> None:
        close = Window.close

        def closing(window: Window) -> None:
            shutil.copytree(window.folder, made.place / "running")
            close(window)

        Window.close = closing  # type: ignore[assignment, method-assign]

    site.before.append(copy_first)
    return str(site.clerk("intake", made.intake).done().lines[0]["case"])
