"""A city in an afternoon: every point's window enrolled from a CSV, a case at each, an update rolled out, the fleet watched throughout.

``python -m tests.bench.city_afternoon [--windows 767]``. One real central process on PostgreSQL; the windows are real folders that
speak HTTP to it, in worker processes. One machine in a hundred is such that the new version does not come up on it. The status
is 1 where the fleet page was untrue once, or anything was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.people import Role
from sync import wire
from sync.central.access import enrolment
from sync.central.access.credentials import hash_password
from sync.central.central import Account, Central
from sync.central.releases.rollouts import place_of
from tests.bench.afternoon_truth import Look, Overseer, Truth, Watch, disagreements
from tests.bench.afternoon_window import BROKEN, Contact, Place, begin_worker, enrolled, opened
from tests.bench.line_city import CLERK, PASSWORD, key_of
from tests.support.commands import clerk, command, environment
from tests.support.counter import item_row
from tests.support.postgres import Cluster, binaries, cluster
from tests.support.processes import running
from tests.support.releasing import PASSPHRASE, Publisher, bundle, script
from tests.support.story import PERMIT

NEW = "0.4.0"
SHARES = (5, 50, 100)
SUPERVISOR = "S-CITY"
OVERSEER = 100_000
"""Which key the window has at which the supervisor sits."""
LATE, CUT, BAD = 50, 40, 100
"""One window in so many is opened last, loses the line behind a greeting, or stands on a machine new versions do not run on."""


@dataclass
class Told:
    """What an afternoon came to."""

    windows: int
    steps: list[tuple[str, int, float]] = field(default_factory=list)
    """What was done, by how many windows, in how many seconds."""
    looks: list[Look] = field(default_factory=list)
    """While all went on."""
    failed: int = 0
    entries: int = 0
    page: str = ""
    truth: Truth = field(default_factory=Truth)
    wrong: list[str] = field(default_factory=list)


class Afternoon:
    """The city while it works."""

    def __init__(self, base: Path, url: str, address: str, windows: int, pool: ProcessPoolExecutor) -> None:
        self.base, self.url, self.address = base, url, address
        self.told = Told(windows)
        self.truth = self.told.truth
        self._pool = pool
        self._places = [
            Place(which=n, folder=base / f"w{n}", address=address, broken=n % BAD == min(BAD // 2, windows // 2))
            for n in range(windows)
        ]
        self._names: dict[int, str] = {}
        self._share = 0
        self._met: set[int] = set()
        """Windows that were opened at all."""
        self.overseer = Overseer(address, asyncio.run(_overseer_window(url)), key_of(OVERSEER), SUPERVISOR, PASSWORD)

    def have(self) -> Told:
        """Have the afternoon."""
        with Watch(self.overseer) as watch:
            self._enrol()
            late = {n for n in range(self.told.windows) if n % LATE == 1}
            early = [n for n in range(self.told.windows) if n not in late]
            self._open("first opened", early)
            cut = [n for n in early if n % CUT == 2]
            self._open("a case, the line cut", cut, cases=1, cut=True)
            self._open("a case, said", [n for n in early if n not in cut], cases=1)
            self._open("opened at last", sorted(late))
            self._open("a case there too", sorted(late), cases=1)
            self._open("said what was cut", cut)
            self._roll_out()
        self._judge(watch)
        return self.told

    def _enrol(self) -> None:
        codes = self.base / "codes.csv"
        words = ("central", "enrolment-codes", "--all-points", "--out", codes, "--database", self.url)
        clerk(*words).done()
        with codes.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == self.told.windows
        found = self._do("enrolled from the CSV", enrolled, self._places, [row["code"] for row in rows])
        self._names = {one.which: one.window for one in found}

    def _open(self, what: str, which: list[int], *, cases: int = 0, cut: bool = False) -> None:
        self._met |= set(which)
        places = [self._places[n] for n in which]
        work = _cut if cut else _worked if cases else opened
        done = self._do(what, work, places)
        self.told.entries += sum(one.entries for one in done if cases)
        self._compare(what)

    def _roll_out(self) -> None:
        publisher = Publisher(self.base / "keys", self.base / "releases")
        passphrase = self.base / "passphrase"
        passphrase.write_text(PASSPHRASE)
        secret = ("--passphrase-file", passphrase)
        clerk("central", "release-keys", publisher.keys, *secret).done()
        made = bundle(self.base, NEW, program=script(doctor=f"${{{BROKEN}:-0}}"))  # type: ignore[arg-type]
        words = ("--keys", publisher.keys, "--releases", publisher.releases, *secret)
        clerk("central", "release", made.path, *words).done()
        everyone = list(range(self.told.windows))
        for share in SHARES:
            clerk("central", "rollout", NEW, "--share", str(share), "--database", self.url).done()
            before, self._share = self._share, share
            self._open(f"{share} % offered", everyone)
            self._open(f"{share} % opened again", [n for n in everyone if before <= self._lot(n) < share])

    def _lot(self, which: int) -> int:
        return place_of(NEW, self._names[which])

    def _do(self, what: str, work: Callable[..., Contact], *inputs: Sequence[object]) -> list[Contact]:
        start = time.monotonic()
        found = list(self._pool.map(work, *inputs, chunksize=4))
        self.truth.take(found)
        self.told.steps.append((what, len(found), time.monotonic() - start))
        return found

    def _compare(self, what: str) -> None:
        """Nothing moves now: the page must say exactly what is."""
        which = {name: n for n, name in self._names.items()}
        known = self.truth.now()

        def should(name: str) -> tuple[str, ...]:
            n = which[name]
            one = known[name]
            if n not in self._met:
                return ("unseen",)
            if one.failed:
                return ("failed",)
            return ("outdated",) if self._lot(n) < self._share and one.version != NEW else ()

        self.told.wrong += [f"{what}: {w}" for w in disagreements(self.overseer.look(), self.truth, should)]

    def _judge(self, watch: Watch) -> None:
        told = self.told
        told.looks = watch.looks
        told.wrong += watch.trouble
        told.wrong += [wrong for look in watch.looks for wrong in self.truth.untrue(look)]
        last = self.overseer.look()
        told.failed = sum("failed" in one.states for one in last.windows)
        bad = {self._names[place.which] for place in self._places if place.broken}
        if {one.window for one in last.windows if "failed" in one.states} != bad:
            told.wrong.append("the windows that went back are not those whose machines are such")
        if {one.version for one in last.windows if one.window not in bad} != {NEW}:
            told.wrong.append("a window does not run the new version")
        held = sum(one.last_n for one in last.windows)
        if held != told.entries or not told.entries:
            told.wrong.append(f"central has {held} entries of {told.entries}")
        words = ("central", "fleet", "--limit", "12", "--database", self.url)
        told.page = clerk(*words, env=environment(COLUMNS="120")).done().out


def _worked(place: Place) -> Contact:
    return opened(place, cases=1)


def _cut(place: Place) -> Contact:
    return opened(place, cases=1, cut=True)


async def _overseer_window(url: str) -> str:
    central = await Central.open(url)
    try:
        [code] = await central.make_enrolment_codes("FS0001")
        key = Ed25519PrivateKey.from_private_bytes(key_of(OVERSEER)).public_key().public_bytes_raw().hex()
        return (await enrolment.enrol(central, wire.EnrolmentRequest(code=code, public_key=key))).window
    finally:
        await central.close()


async def found(url: str, points: int) -> None:
    """Put up a city: points with a clerk each, one supervisor of all, one item."""
    central = await Central.open(url)
    codes = [f"FS{n:04d}" for n in range(1, points + 1)]
    proof = hash_password(PASSWORD)
    try:
        await central.add_points((code, f"样例服务点{code}") for code in codes)
        people = [
            Account(number=CLERK.format(point=c), name="样例收件员", role=Role.CLERK, points=(c,), password_hash=proof)
            for c in codes
        ]
        whole = Account(
            number=SUPERVISOR, name="样例督导", role=Role.SUPERVISOR, points=tuple(codes), password_hash=proof
        )
        await central.add_accounts([*people, whole])
        await central.import_rows([item_row(PERMIT)])
    finally:
        await central.close()


@contextlib.contextmanager
def served(url: str, base: Path) -> Iterator[str]:
    """Run central for the length of the block; gives its address."""
    words = command("central", "serve", "--database", url, "--port", "0", "--releases", base / "releases")
    quiet = environment(CLERK_CENTRAL_LOG_LEVEL="error")
    with running(words, env=quiet, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline().decode()
        assert first.startswith("listening on "), first
        yield first.removeprefix("listening on ").strip()


def afternoon(ours: Cluster, base: Path, windows: int, workers: int) -> Told:
    """Have an afternoon with so many windows."""
    context = multiprocessing.get_context("spawn")
    with ours.database() as url:
        asyncio.run(found(url, windows))
        with (
            served(url, base) as address,
            ProcessPoolExecutor(workers, context, initializer=begin_worker, initargs=(str(base),)) as pool,
        ):
            return Afternoon(base, url, address, windows, pool).have()


def main() -> int:
    """Have it, print what it came to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--windows", type=int, default=767)
    parser.add_argument("--workers", type=int, default=max(2, (os.cpu_count() or 2)))
    options = parser.parse_args()
    where = binaries()
    if where is None:
        raise SystemExit("PostgreSQL is not here: apt-get install postgresql")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name, cluster(where, durable=True) as ours:
        told = afternoon(ours, Path(name), options.windows, options.workers)
    for what, count, seconds in told.steps:
        print(f"  {what:<26}{count:>6} windows {seconds:>8.1f} s {count / max(seconds, 1e-9):>8.1f}/s")
    spans = sorted(look.ended - look.begun for look in told.looks)
    print(f"  a look at all of them: half within {spans[len(spans) // 2]:.2f} s, the slowest {spans[-1]:.2f} s")
    print(told.page)
    for wrong in told.wrong[:20]:
        print(f"  !! {wrong}")
    print(
        f"== {told.windows} windows, {told.entries} entries, {told.failed} went back, "
        f"{len(told.looks) + len(told.steps)} looks at the fleet, {len(told.wrong)} untrue, {time.monotonic() - start:.0f} s"
    )
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
