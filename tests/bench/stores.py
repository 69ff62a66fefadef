"""Stores of a given size for the benchmarks, filled quickly, and the bare things they are measured against."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB

from clerk_app.domain.catalogue import Department, Due, Limit, Material, ServiceItem
from clerk_app.domain.plain import to_plain
from clerk_app.domain.summary import summary_of
from clerk_app.store.records import Records
from sync.wire import CatalogueRow
from tests.support.window_journal import KEY, WINDOW, Journal

BATCH = 500
"""Cases a transaction while a store is filled."""


def catalogue(count: int) -> list[CatalogueRow]:
    """Make items of the size real ones have (about 6 KB)."""
    rows = []
    for n in range(count):
        materials = tuple(
            Material(
                id=f"m{k}",
                name=f"第{k}项申请材料（样例{n}）",
                due=Due(keep=1, copies=k % 3),
                source="申请人自备",
                where=f"样例市样例区样例路{n % 977}号政务服务中心{k}号窗口",
                standard="材料齐全，内容清晰，签名盖章完整，复印件须与原件一致并注明日期。" * 2,
                basis="《样例管理办法》第十二条、第十三条",
            )
            for k in range(8)
        )
        item = ServiceItem(
            code=f"11440600{n:08d}4440100{n % 997:03d}000",
            name=f"样例事项{n}审批",
            department=Department(code=f"D{n % 167:03d}", name=f"样例市第{n % 167}局"),
            promised=Limit(10),
            materials=materials,
            sample=True,
        )
        body = msgspec.Raw(json.dumps(to_plain(item), ensure_ascii=False).encode())
        search = f"ylsx{n}sp;yanglishixiang{n}shenpi|ylsdj;yanglishidiju"
        rows.append(CatalogueRow(kind="item", key=item.code, revision=n + 1, search=search, body=body))
    return rows


def fill(folder: Path, cases: int, rows: Sequence[CatalogueRow] = (), key: bytes = KEY) -> Journal:
    """Make a store with this many cases, two entries each, through the store's own writing methods."""
    journal = Journal()
    with Records.open(folder, key, window=WINDOW) as records:
        for start in range(0, len(rows), 2000):
            records.put_catalogue(rows[start : start + 2000], start + 2000, more=start + 2000 < len(rows))
        while len(journal.cases) < cases:
            with records.transaction():
                for _ in range(min(BATCH, cases - len(journal.cases))):
                    serial = len(journal.cases)
                    entry = journal.receive(f"样例{serial}", f"4406041900{serial:08d}")
                    journal.write(records, entry, journal.remark(entry.subject))
            journal.entries.clear()
    return journal


def bytes_of_an_act(folder: Path) -> int:
    """Return how many bytes one receipt puts into rows, the mark included."""
    file = sqlite3.connect(f"{(folder / 'store.db').as_uri()}?mode=ro", uri=True)
    try:
        total = int(file.execute("SELECT length(sealed) FROM mark").fetchone()[0])
        for (num,) in file.execute("SELECT num FROM tables WHERE name IN ('journal', 'cases', 'subjects')").fetchall():
            total += int(file.execute(f"SELECT length(body) FROM d{num} ORDER BY seq DESC LIMIT 1").fetchone()[0])
        return total
    finally:
        file.close()


def bare_sqlite(path: Path, size: int, rows: int) -> Callable[[int], float]:
    """Return a bare durable insert of so many bytes into a table of so many rows; it returns the seconds it took."""
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, body BLOB)")
    body = b"x" * size
    file.execute("BEGIN")
    file.executemany("INSERT INTO rows VALUES (?, ?)", ((f"{n:020d}", body) for n in range(rows)))
    file.execute("COMMIT")
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def insert(n: int) -> float:
        start = time.perf_counter()
        file.execute("INSERT INTO rows VALUES (?, ?)", (f"{rows + n:020d}", body))
        return time.perf_counter() - start

    return insert


def stock_tinydb(path: Path, document: dict[str, Any], rows: int) -> Callable[[], float]:
    """Return an insert through TinyDB's stock ``JSONStorage`` into a table of so many such documents.

    The file is not synced to the disk, as TinyDB does not; the first insert, in which it looks for the next id, is done.
    """
    text = json.dumps(document)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"_default": {')
        file.write(", ".join(f'"{n}": {text}' for n in range(1, rows + 1)))
        file.write("}}")
    database = TinyDB(path)
    database.insert(document)

    def insert() -> float:
        start = time.perf_counter()
        database.insert(document)
        return time.perf_counter() - start

    return insert


def document_of(journal: Journal) -> dict[str, Any]:
    """Return what one act keeps, as one document: its entry, its case and what lists show of it."""
    entry = journal.receive()
    case = journal.cases[entry.subject]
    told = {"entry": to_plain(entry), "case": to_plain(case), "summary": to_plain(summary_of(case, 1))}
    return dict(json.loads(json.dumps(told)))
