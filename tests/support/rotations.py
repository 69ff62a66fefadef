"""A window's folder whose keys are changed, and what is asked of it afterwards."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from clerk_app.domain.catalogue import Department, ServiceItem
from clerk_app.domain.journal import verify_chain
from clerk_app.domain.plain import to_plain
from clerk_app.store.access.keys import (
    Keys,
    changing,
    create_keys,
    open_keys,
)
from clerk_app.store.access.rotation import Rotation, Step
from clerk_app.store.access.unlock import KeyringUnlock, Unlock
from clerk_app.store.records import Records
from sync.wire import CatalogueRow
from tests.support.rings import Ring
from tests.support.window_journal import WINDOW, Journal

CASES = 30
BATCH = 16


def filled(folder: Path, unlock: Unlock) -> Path:
    """Make a window's folder with some cases and a catalogue, sealed with the first key."""
    with opened(folder, create_keys(folder, unlock)) as records:
        receive(records, CASES)
        records.put_catalogue([published(n) for n in range(30)], 7)
    return folder


def opened(folder: Path, keys: Keys) -> Records:
    return Records.open(folder, keys.vault, window=WINDOW)


def published(n: int) -> CatalogueRow:
    item = ServiceItem(
        code=f"SAMPLE-{n}", name=f"公开事项{n}", department=Department(code="GA", name="公安局"), sample=True
    )
    body = msgspec.Raw(msgspec.json.encode(to_plain(item)))
    return CatalogueRow(kind="item", key=item.code, revision=n + 1, search=item.name, body=body)


def receive(records: Records, count: int, done: Callable[[], object] = lambda: None) -> None:
    """Record new cases, two entries an act."""
    n, previous = records.head()
    held = {s.number: case for s in records.summaries() if (case := records.case(s.number)) is not None}
    journal = Journal(n=n, previous=previous, cases=held)
    for _ in range(count):
        with records.transaction():
            entry = journal.receive()
            journal.write(records, entry)
            journal.write(records, journal.remark(entry.subject))
        done()


def is_whole(records: Records, count: int = CASES) -> bool:
    """Whether every case and entry is there once, as it was signed and folded, and the catalogue with them."""
    entries = [record.entry for record in records.journal()]
    numbers = [entry.subject for entry in entries if entry.kind == "case.received"]
    assert records.damages() == []
    assert verify_chain(entries) is None
    assert records.rebuild() == []
    assert len(set(numbers)) == len(numbers)
    assert len(entries) == 2 * len(numbers)
    assert len(list(records.items())) == 30
    return len(numbers) == count


def rows(folder: Path) -> dict[tuple[str, int], tuple[str, int, bytes]]:
    """Return every row of the closed store as somebody reads it who has no key."""
    found: dict[tuple[str, int], tuple[str, int, bytes]] = {}
    with closing(sqlite3.connect(folder / "store.db")) as file:
        for num, name in file.execute("SELECT num, name FROM tables").fetchall():
            for seq, row, rev, body in file.execute(f"SELECT seq, id, rev, body FROM d{num}"):
                found[name, seq] = (row, rev, body)
    return found


def key_numbers(folder: Path) -> set[int]:
    return {body[1] for _, _, body in rows(folder).values()}


def rotate(folder: Path, unlock: Unlock, steps: int | None = None, batch: int = BATCH) -> list[Step]:
    """Open the window, change its keys, or go on with it, for at most so many steps, and close it."""
    done: list[Step] = []
    with opened(folder, open_keys(folder, unlock)) as records:
        rotation = Rotation(records.vault, unlock, batch=batch)
        if not changing(folder):
            rotation.begin(unlock)
        for step in rotation.steps() if steps != 0 else ():
            done.append(step)
            if len(done) == steps:
                break
    return done


def all_bodies(folder: Path) -> list[tuple[Any, ...]]:
    """Return every row with its body, beside the running owner."""
    found = []
    with closing(sqlite3.connect(f"file:{folder / 'store.db'}?mode=ro", uri=True)) as file:
        for num, name in file.execute("SELECT num, name FROM tables").fetchall():
            found += [(num, name, *row) for row in file.execute(f"SELECT seq, id, rev, body FROM d{num}")]
    return found


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def ring_of(unlock: KeyringUnlock) -> Ring:
    ring = unlock._keyring
    assert isinstance(ring, Ring)
    return ring


def eventually(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)
