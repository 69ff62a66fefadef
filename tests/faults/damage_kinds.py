"""The damages: each is really done to a copy of a window's folder; no key is needed for any of them."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.support.faults_city import Site
from tests.support.faults_shim import Does

YEAR = 365 * 86400


class Means(StrEnum):
    """What a damage may do to the work at the window."""

    NOTHING = "work goes on, and nothing is missing"
    HEALS = "work goes on; what central has is back after a sync"
    STOPS = "work stops until somebody has done what the message says; nothing was touched"


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage: what it is, how it is done, and what it must mean."""

    name: str
    do: Callable[[Site], None]
    means: Means = Means.HEALS
    base: str = "whole"
    """Which copy of the window it is done to (``faults_city.Ground``)."""


@contextmanager
def file_of(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open a store's file as somebody who has no key, and leave the log as it is."""
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as file:
        yield file


def table(file: sqlite3.Connection, name: str) -> str:
    """Return the SQL name of one of the window's tables."""
    return f"d{file.execute('SELECT num FROM tables WHERE name = ?', (name,)).fetchone()[0]}"


def spoil(path: Path, at: int, content: bytes | None = None) -> None:
    """Write over a file from a place on; without content, one bit is flipped."""
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(1)
        file.seek(at)
        file.write(bytes((old[0] ^ 0x10,)) if content is None else content)


def _settled(site: Site) -> int:
    """Move the log into the file, as a clean end does; return the size of a page."""
    with file_of(site.folder) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(file.execute("PRAGMA page_size").fetchone()[0])


def _body(site: Site, name: str, *, last: bool) -> int:
    """Return where in the file the body of a table's first or last row lies."""
    _settled(site)
    with file_of(site.folder) as file:
        order = "DESC" if last else "ASC"
        body = file.execute(f"SELECT body FROM {table(file, name)} ORDER BY seq {order}").fetchone()[0]
    place = site.store.read_bytes().find(body[:40])
    assert place > 0
    return place + 20


def _flip_body(name: str, *, last: bool) -> Callable[[Site], None]:
    return lambda site: spoil(site.store, _body(site, name, last=last))


def _flip_mark(site: Site) -> None:
    _settled(site)
    with file_of(site.folder) as file:
        body = file.execute("SELECT sealed FROM mark").fetchone()[0]
    spoil(site.store, site.store.read_bytes().find(body[:40]) + 20)


def _flip_at(place: int) -> Callable[[Site], None]:
    def do(site: Site) -> None:
        _settled(site)
        spoil(site.store, place)

    return do


def _flip_index(site: Site) -> None:
    size = _settled(site)
    with file_of(site.folder) as file:
        index = f"{table(file, 'journal')}_id"
        root = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (index,)).fetchone()[0]
    spoil(site.store, root * size - 30)


def _zero_page(site: Site) -> None:
    size = _settled(site)
    place = _body(site, "journal", last=True)
    spoil(site.store, place - place % size, bytes(size))


def _cut(keep: Callable[[int], int]) -> Callable[[Site], None]:
    def do(site: Site) -> None:
        _settled(site)
        os.truncate(site.store, keep(site.store.stat().st_size))

    return do


def _sql(*statements: str) -> Callable[[Site], None]:
    """Say statements in which {journal} and its like stand for the tables."""

    def do(site: Site) -> None:
        with file_of(site.folder) as file:
            file.execute("ATTACH ? AS older", (str(site.ground.older / "store.db"),))
            file.execute("ATTACH ? AS other", (str(site.ground.other / "store.db"),))
            names = {name: table(file, name) for name in ("journal", "cases", "subjects", "meta")}
            for statement in statements:
                file.execute(statement.format(**names))

    return do


_SWAP = (
    "CREATE TEMP TABLE held AS SELECT seq, rev, body FROM {journal} WHERE seq IN (2, 3)",
    "UPDATE {journal} SET body = (SELECT body FROM held WHERE held.seq = 5 - {journal}.seq) WHERE seq IN (2, 3)",
)
_REPLAY = (
    "UPDATE main.{journal} SET (rev, body) = (SELECT rev, body FROM older.{journal} WHERE seq = 7) WHERE seq = 7",
)
_DELETE = ("DELETE FROM {journal} WHERE seq = (SELECT max(seq) FROM {journal})",)
_FOREIGN = (
    "UPDATE main.{journal} SET (rev, body) = (SELECT rev, body FROM other.{journal} WHERE seq = 1) WHERE seq = 1",
)


def _older(site: Site) -> None:
    for name in ("store.db-wal", "store.db-shm"):
        (site.folder / name).unlink(missing_ok=True)
    shutil.copy(site.ground.older / "store.db", site.store)


def _older_under_log(site: Site) -> None:
    shutil.copy(site.ground.older / "store.db", site.store)


def _gone(*names: str) -> Callable[[Site], None]:
    def do(site: Site) -> None:
        for name in names:
            (site.folder / name).unlink(missing_ok=True)

    return do


def _garble(*names: str) -> Callable[[Site], None]:
    def do(site: Site) -> None:
        for name in names:
            path = site.folder / name
            path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))

    return do


def _foreign_keys(site: Site) -> None:
    for name in ("keys.json", "keys.json.copy"):
        shutil.copy(site.ground.other / name, site.folder / name)


def _folder_instead(name: str) -> Callable[[Site], None]:
    def do(site: Site) -> None:
        (site.folder / name).rename(site.folder / f"{name}.moved")
        (site.folder / name).mkdir(mode=0o700)

    return do


def _held(site: Site) -> None:
    handle = os.open(site.folder / "store.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    site.held.append(handle)


def _with_shim(arm: Callable[[Site], None]) -> Callable[[Site], None]:
    """Have a disk that behaves so under every command."""

    def do(site: Site) -> None:
        site.before.append(lambda: site.ground.shim.watch(site.folder))
        site.before.append(lambda: arm(site))

    return do


_read_only = _with_shim(lambda site: site.ground.shim.arm(1, Does.FAIL, 30, sticky=True))
_full = _with_shim(lambda site: site.ground.shim.room(0))


def _full_without_reserve(site: Site) -> None:
    (site.folder / "reserve.bin").unlink()
    _full(site)


def _clock(ahead: int) -> Callable[[Site], None]:
    return lambda site: site.before.append(lambda: site.ground.shim.clock(ahead))


def _no_stick(site: Site) -> None:
    shutil.rmtree(site.ground.stick)


def _garble_stick(site: Site) -> None:
    for path in site.ground.stick.rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))


DAMAGES = (
    Damage("a flipped bit in the head of page 1", _flip_at(20)),
    Damage("a flipped bit in the table of contents (page 1)", _flip_at(108)),
    Damage("a flipped bit in a row of the journal that central has", _flip_body("journal", last=False)),
    Damage("a flipped bit in a row of the journal that only this window has", _flip_body("journal", last=True)),
    Damage("a flipped bit in a case", _flip_body("cases", last=True)),
    Damage("a flipped bit in a row of the catalogue", _flip_body("items", last=False)),
    Damage("a flipped bit in a page of an index", _flip_index),
    Damage("a flipped bit in the mark", _flip_mark),
    Damage("a page of the journal zeroed", _zero_page),
    Damage("`store.db` cut in half", _cut(lambda size: size // 2)),
    Damage("`store.db` one byte short", _cut(lambda size: size - 1)),
    Damage("`store.db` empty", _cut(lambda size: 0)),
    Damage("`store.db` deleted", _gone("store.db", "store.db-wal", "store.db-shm")),
    Damage("`store.db` deleted, its log left", _gone("store.db"), base="running"),
    Damage("a directory in the place of `store.db`", _folder_instead("store.db"), Means.STOPS),
    Damage("an older `store.db` put back", _older),
    Damage("an older `store.db` put back under the newer log", _older_under_log, base="running"),
    Damage("the log `store.db-wal` deleted", _gone("store.db-wal", "store.db-shm"), base="running"),
    Damage("the log `store.db-wal` garbled", _garble("store.db-wal"), base="running"),
    Damage("two rows' contents swapped", _sql(*_SWAP)),
    Damage("an older content of a row put back", _sql(*_REPLAY)),
    Damage("a row deleted", _sql(*_DELETE)),
    Damage("a row of another window's store put in", _sql(*_FOREIGN)),
    Damage("`store.db` of a newer version", _sql("PRAGMA user_version = 999"), Means.STOPS),
    Damage("`keys.json` missing", _gone("keys.json"), Means.NOTHING),
    Damage("`keys.json` garbled", _garble("keys.json"), Means.NOTHING),
    Damage("`keys.json` and its copy missing", _gone("keys.json", "keys.json.copy"), Means.STOPS),
    Damage("`keys.json` and its copy garbled", _garble("keys.json", "keys.json.copy"), Means.STOPS),
    Damage("`keys.json` of another window", _foreign_keys, Means.STOPS),
    Damage("`window.json` missing", _gone("window.json"), Means.NOTHING),
    Damage("`window.json` garbled", _garble("window.json"), Means.NOTHING),
    Damage("`window.json` and its copy missing", _gone("window.json", "window.json.copy"), Means.STOPS),
    Damage("`window.json` and its copy garbled", _garble("window.json", "window.json.copy"), Means.STOPS),
    Damage("`store.seen` missing", _gone("store.seen"), Means.NOTHING),
    Damage("`store.seen` garbled", _garble("store.seen"), Means.NOTHING),
    Damage("`reserve.bin` gone", _gone("reserve.bin"), Means.NOTHING),
    Damage("`store.lock` held by another program", _held, Means.STOPS),
    Damage("a directory in the place of `store.lock`", _folder_instead("store.lock"), Means.STOPS),
    Damage("the folder can only be read", _read_only, Means.STOPS),
    Damage("the disk full, the reserve there", _full, Means.NOTHING),
    Damage("the disk full, the reserve used up", _full_without_reserve, Means.STOPS),
    Damage("with a second copy: `store.db` deleted", _gone("store.db", "store.db-wal", "store.db-shm"), base="copied"),
    Damage("with a second copy: a row that only this window has", _flip_body("journal", last=True), base="copied"),
    Damage("the second copy missing", _no_stick, Means.NOTHING, base="copied"),
    Damage("the second copy garbled", _garble_stick, Means.NOTHING, base="copied"),
    Damage("the clock five years back", _clock(-5 * YEAR), Means.NOTHING),
    Damage("the clock three years ahead", _clock(3 * YEAR), Means.NOTHING),
)
