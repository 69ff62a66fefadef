"""What disks, people and thieves do to a store's file; and a window's store in the midst of its work to do it to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from clerk_app.domain.plain import to_plain
from clerk_app.store.records import Records
from sync.wire import CatalogueRow
from tests.support.story import PERMIT
from tests.support.window_journal import KEY, TODAY, WINDOW, Journal, heard, verdicts

PAGE = 4096


def opened(folder: Path, *, read_only: bool = False) -> Records:
    """Open a window's records as the client does; a test fills no disk."""
    return Records.open(folder, KEY, window=WINDOW, read_only=read_only, reserve=4096)


@dataclass
class Worked:
    """A window's folder after some work, closed, and what was in it."""

    folder: Path
    mine: Journal = field(default_factory=Journal)
    other: Journal = field(default_factory=lambda: Journal(window="FS0001-02"))
    said: int = 0
    """Own entries up to this number are central's, at the positions of ``feed``."""
    feed: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "store.db"


def worked(folder: Path, *, cases: int = 40, unsent: int = 6, checkpoint: bool = True) -> Worked:
    """Make a window that received cases, heard others', has a catalogue, and still has some entries to say."""
    done = Worked(folder)
    with opened(folder) as records:
        rows = [
            CatalogueRow(
                kind="item",
                key=f"SAMPLE-{n}",
                revision=n + 1,
                body=msgspec.Raw(msgspec.json.encode({**to_plain(PERMIT), "code": f"SAMPLE-{n}"})),
            )
            for n in range(30)
        ]
        records.put_catalogue(rows, 30)
        records.put_meta("password:C0001", b"secret")
        records.put_meta("line-epoch", b"one")
        for _ in range(cases):
            receive(records, done)
        settle(records, done)
        records.take_feed(heard([done.other.receive("样例乙") for _ in range(8)], done.feed + 1), done.feed + 8)
        done.feed += 8
        for n in range(unsent):
            if n % 2:
                done.mine.write(records, done.mine.remark(done.mine.entries[n].subject))
            else:
                receive(records, done)
        if checkpoint:
            records.vault.checkpoint()
    return done


def receive(records: Records, done: Worked) -> str:
    """Take in one case, with a number of this store's own counting."""
    with records.transaction():
        serial = records.next_serial(TODAY)
        entry = done.mine.receive("样例甲")
        assert int(entry.subject.split("-")[3]) == serial
        done.mine.write(records, entry)
    return entry.subject


def settle(records: Records, done: Worked) -> None:
    """Central confirms everything that was written."""
    fresh = done.mine.entries[done.said :]
    records.settle(verdicts(fresh, done.feed + 1))
    done.said, done.feed = done.said + len(fresh), done.feed + len(fresh)


def pages_of(done: Worked, table: str, *, index: bool = False) -> list[int]:
    """Return the pages, counted from 0, on which rows of a table begin, or on which its index tells of them."""
    raw = done.file.read_bytes()
    with closing(sqlite3.connect(done.file)) as file:
        rows = file.execute(f"SELECT id, body FROM d{num_of(file, table)}").fetchall()
    found = set()
    for row, body in rows:
        if not index:
            found.add(raw.find(body[:40]) // PAGE)
        else:
            found |= {
                n for n in range(len(raw) // PAGE) if raw[n * PAGE] == 10 and row.encode() in raw[n * PAGE :][:PAGE]
            }
    return sorted(found)


def num_of(file: sqlite3.Connection, table: str) -> int:
    """Return the number a table has in the file."""
    return int(file.execute("SELECT num FROM tables WHERE name = ?", (table,)).fetchone()[0])


def overwrite(path: Path, at: int, content: bytes) -> None:
    """Write over a stretch of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def change(path: Path, act: Callable[[sqlite3.Connection], object]) -> None:
    """Change a closed store's file as somebody who has no key."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        act(file)
