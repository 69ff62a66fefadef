"""Repair of a damaged store, at opening: everything that can be read goes into a new file, the damaged one is kept beside.

What was there last is swapped in one step: until ``store.db.new`` is whole on the disk the damaged store stands where it
stood, and repair begins again; from then on whoever opens the folder ends the swap. What the rows then mean (gaps in the chain,
cases, the catalogue) is brought in order by ``store.mend.mending``, inside the new file.
"""

from __future__ import annotations

import contextlib
import filecmp
import logging
import mmap
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from clerk_app.store.books import book, casebook, counted, gaps, losses, prints, published, scan_rows, subjects
from clerk_app.store.errors import StoreDamaged, StoreOlder, StoreTooNew, VaultError
from clerk_app.store.file import schema, witness
from clerk_app.store.file.backup import prove
from clerk_app.store.file.durable import create_private_file, sync_folder
from clerk_app.store.file.lock import StoreLock
from clerk_app.store.file.rows import MARK_PLACE, Mark, Sums, Table
from clerk_app.store.file.seal import Sealer, VaultKeys
from clerk_app.store.mend.pages import Bytes
from clerk_app.store.mend.salvage import Salvage, salvage

log = logging.getLogger("clerk.store")

FILE = "store.db"
TABLES = (
    book.TABLE,
    casebook.TABLE,
    subjects.SUBJECTS,
    counted.TABLE,
    counted.GONE,
    *published.TABLES.values(),
    published.SEARCH,
    "meta",
    gaps.TABLE,
    losses.TABLE,
    "carried",
    "carried-parts",
    "pruned",
    scan_rows.TABLE,
    prints.TABLE,
)
"""Every table there may be; the mark, where it can be read, names the others."""
DOUBT = "doubt"
"""Note of the mark: what the repair has to bring in order, as ``store.mend.mending`` reads it."""
_NEW, _PART = FILE + ".new", FILE + ".part"
_WAL, _SHM = "-wal", "-shm"
_SPARE = 1 << 20
_MANY = 1000
"""No program will be so many versions of the file ahead: such a number is a bent one."""
_SKIPPED_PLACES, _SKIPPED_REVISIONS = 1000, 1 << 20
"""Where the last mark is lost nobody knows what was given out after it: so much is left out, so that nothing is given twice."""


class NoRoom(StoreDamaged):
    """There is no room for a copy of the damaged file; nothing was changed."""

    def __init__(self, needed: int) -> None:
        super().__init__(reason="no room")
        self.say = (
            f"窗口数据文件已损坏，修复要先留一份原件，磁盘空间不够（还需 {max(1, needed >> 20)} MB）。"
            "程序没有改动任何数据。请清理磁盘后重新打开本程序，修复会自动进行。"
        )


def finish(folder: Path) -> None:
    """End a swap that was begun; does nothing where there is none."""
    new = folder / _NEW
    if not new.exists():
        return
    for name in (FILE + _WAL, FILE + _SHM):  # of the damaged file: they must not be taken for the new one's
        (folder / name).unlink(missing_ok=True)
    sync_folder(folder)
    new.replace(folder / FILE)
    sync_folder(folder)


def finish_if_begun(folder: Path) -> None:
    """End a swap that was begun, as the folder's owner; raises ``StoreInUse``."""
    if (folder / _NEW).exists():
        with _told(), _owned(folder):
            finish(folder)


def lost_file(folder: Path) -> bool:
    """Whether the file itself is gone or empty, though its log holds something."""
    return _size(folder / FILE) == 0 and _size(folder / (FILE + _WAL)) > 0


def wanted(findings: Sequence[StoreDamaged], doubt: Any) -> bool:
    """Whether the file has to be made anew: what SQLite or the mark says is wrong with it, but not that it is old."""
    told = bool(doubt) and bool(doubt.get("rebuild"))
    return told or any(not isinstance(finding, StoreOlder) for finding in findings)


def is_damage(folder: Path, key: bytes | VaultKeys, error: VaultError) -> bool:
    """Whether a store that does not open is damaged, and not another's or a later version's: its rows open all the same."""
    if isinstance(error, StoreDamaged):
        return True
    with _mapped(folder / FILE) as database, _mapped(folder / (FILE + _WAL)) as logged:
        if isinstance(error, StoreTooNew):
            return int.from_bytes(database[60:64], "big") > schema.SCHEMA + _MANY
        return _salvaged(database, logged, Sealer(key)).count() > 0


def keep_beside(folder: Path) -> str:
    """Copy the store as it is to a file beside it, and return that file's name; raises ``NoRoom``, ``StoreFailing``.

    A copy that holds the same already is used again, so that a repair begun many times does not fill the disk.
    """
    with _told():
        return _keep_beside(folder)


def _keep_beside(folder: Path) -> str:
    sources = {name: folder / (FILE + name) for name in ("", _WAL) if _size(folder / (FILE + name))}
    for held in sorted(folder.glob(f"{FILE}.damaged-*[0-9]"), reverse=True)[:1]:
        if all(_same(path, held.with_name(held.name + name)) for name, path in sources.items()):
            return held.name
    need = 2 * sum(_size(path) for path in sources.values()) + _SPARE
    free = shutil.disk_usage(folder).free
    if free < need:
        raise NoRoom(need - free)
    stem = f"{FILE}.damaged-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    kept, tries = stem, 1
    while (folder / kept).exists():
        tries += 1
        kept = f"{stem}-{tries}"
    for name, path in reversed(sources.items()):  # the log first: a copy that can be seen has its log
        _copy(path, folder / (kept + name))
    if "" not in sources:
        create_private_file(folder / kept)
    sync_folder(folder)
    return kept


def rebuild(folder: Path, key: bytes | VaultKeys | Sealer, kept: str = "", *, owned: bool = False) -> None:
    """Make the store anew from what can be read of it; raises ``NoRoom``, ``StoreInUse``, ``StoreFailing``.

    ``kept`` names the copy beside where it was made already; ``owned``: the caller holds the folder's lock.
    """
    sealer = key if isinstance(key, Sealer) else Sealer(key)
    with _told(), contextlib.nullcontext() if owned else _owned(folder):
        kept = kept or keep_beside(folder)
        with _mapped(folder / kept) as database, _mapped(folder / (kept + _WAL)) as logged:
            found = _salvaged(database, logged, sealer)
        wanting = found.wanting()
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        whole = found.mark is not None and not wanting
        doubt = {"wanting": wanting, "kept": kept, "cause": "damaged", "at": at, "whole": whole}
        seen = witness.read(folder, sealer)
        store = (seen.store if seen is not None else found.store) or str(uuid.uuid4())  # the witness is proven
        _write(folder / _PART, found, store, _mark(found, doubt, whole=whole), sealer)
        (folder / _PART).replace(folder / _NEW)
        sync_folder(folder)
        finish(folder)
    log.warning("store rebuilt: %d rows read, tables wanting: %s; kept %s", found.count(), wanting or "none", kept)


def _salvaged(database: Bytes, logged: Bytes, sealer: Sealer) -> Salvage:
    """Look for the tables that are known, and once more if the mark names others."""
    found = salvage(database, logged, sealer, TABLES)
    others = [name for name in (found.mark.sums if found.mark is not None else ()) if name not in TABLES]
    return salvage(database, logged, sealer, [*TABLES, *others]) if others else found


def _mark(found: Salvage, doubt: dict[str, Any], *, whole: bool) -> Mark:
    mark = found.mark or Mark()
    sums = found.sums()
    revision = max([mark.revision, *(row.rev for rows in found.rows.values() for row in rows.values())])
    if not whole:
        revision += _SKIPPED_REVISIONS
        sums = {name: Sums(s.rows, s.revisions, s.last + _SKIPPED_PLACES) for name, s in sums.items()}
    notes = {**mark.notes, DOUBT: {**doubt, "mark": found.mark is not None}}
    return msgspec.structs.replace(mark, revision=revision, sums=sums, notes=notes)


def _write(path: Path, found: Salvage, store: str, mark: Mark, sealer: Sealer) -> None:
    """Write a store's file, whole and on the disk when this returns."""
    for name in ("", _WAL, _SHM):
        path.with_name(path.name + name).unlink(missing_ok=True)
    connection = schema.connect(path, read_only=False)
    try:
        schema.prepare(connection, path, lambda held: prove(held, sealer), read_only=False)
        run = connection.execute
        run("BEGIN IMMEDIATE")
        run("UPDATE about SET value = ? WHERE name = 'store'", (store.encode(),))
        run("INSERT INTO about VALUES ('key', ?)", (sealer.check(store),))
        for num, name in enumerate(mark.sums, start=1):
            table = Table(num)
            for statement in table.create:
                run(statement)
            run("INSERT INTO tables VALUES (?, ?)", (num, name))
            rows = ((saved.seq, row, saved.rev, saved.sealed) for row, saved in found.rows.get(name, {}).items())
            connection.executemany(table.insert, rows)
        run("INSERT INTO mark VALUES (1, ?)", (sealer.seal(MARK_PLACE, msgspec.json.encode(mark)),))
        run("COMMIT")
        run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Have the system's refusals and SQLite's told as faults of the store: what was there is still there."""
    try:
        yield
    except OSError as error:
        raise schema.meaning(error) from error
    except sqlite3.Error as error:
        raise schema.translated(error) from error


@contextlib.contextmanager
def _owned(folder: Path) -> Iterator[None]:
    held = StoreLock(folder / "store.lock")
    try:
        yield
    finally:
        held.release()


@contextlib.contextmanager
def _mapped(path: Path) -> Iterator[Bytes]:
    if not _size(path):
        yield b""
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def _copy(source: Path, target: Path) -> None:
    create_private_file(target)
    with source.open("rb") as read, target.open("r+b") as write:
        shutil.copyfileobj(read, write, 1 << 20)
        write.flush()
        os.fsync(write.fileno())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _same(one: Path, other: Path) -> bool:
    return other.exists() and filecmp.cmp(one, other, shallow=False)
