"""What the store costs, as ratios in one run: an act saved durably at four sizes, opening, memory.

Everything is done in turns, so that whatever else the machine does falls on all alike. The acts are compared with a bare
SQLite insert of the same bytes into a table of as many rows, and with TinyDB's stock storage.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from clerk_app.store.records import Records
from tests.bench.stores import bare_sqlite, bytes_of_an_act, catalogue, document_of, fill, stock_tinydb
from tests.support.window_journal import KEY, WINDOW, Journal

SIZES = (0, 1_000, 10_000, 50_000)
CATALOGUE_AT = 10_000
"""The size that has the whole catalogue, too, and is opened and weighed."""
ITEMS = 11_389
ACTS = 300
STOCK = {0: 30, 1_000: 10, 10_000: 4, 50_000: 2}
"""How often TinyDB's storage is asked: it takes seconds where there is much."""
INSERT_TARGET = 2.0
"""Times a bare SQLite insert of the same bytes, for one sealed document, at every size."""
ACT_TARGET = 2.5
"""The same for a whole act: an entry hashed into the chain, its case, its summary, the outbox and the mark."""
FLAT_TARGET = 1.3
"""Times the same act in an empty store, with 50,000 cases."""
STOCK_TARGET = 1000.0
"""Times as fast as TinyDB's stock storage with 10,000 documents."""
OPEN_TARGET = 150.0
"""Milliseconds until the store is usable, cases and search included."""
MEMORY_TARGET = 40.0
"""MB the opened store takes."""
Times = dict[tuple[str, int], list[float]]


def save(records: Records, journal: Journal) -> float:
    """Record one receipt; return the seconds it took."""
    entry = journal.receive()
    case = journal.cases[entry.subject]
    start = time.perf_counter()
    records.append([entry], [case])
    return time.perf_counter() - start


def insert(records: Records, n: int, body: dict[str, str]) -> float:
    """Insert one document through the ledger; return the seconds it took."""
    table = records.ledger.table("bench")
    start = time.perf_counter()
    table.put(f"{n:020d}", body)
    return time.perf_counter() - start


def measure(base: Path, size: int, journals: dict[int, Journal]) -> Times:
    """Take turns between the sizes and what they are measured against."""
    times: Times = {(what, cases): [] for what in ("act", "insert", "bare", "stock") for cases in SIZES}
    bare = {cases: bare_sqlite(base / f"bare-{cases}.db", size, cases) for cases in SIZES}
    body = {"text": "x" * (size - 50)}
    with ExitStack() as held:
        stores = {cases: held.enter_context(Records.open(base / str(cases), KEY, window=WINDOW)) for cases in SIZES}
        gc.collect()
        gc.freeze()
        for n in range(ACTS):
            for cases in SIZES:
                times["act", cases].append(save(stores[cases], journals[cases]))
                times["bare", cases].append(bare[cases](n))
                times["insert", cases].append(insert(stores[cases], n, body))
    document = document_of(Journal())
    for cases in SIZES:
        stock = stock_tinydb(base / "stock.json", document, cases)
        times["stock", cases] = [stock() for _ in range(STOCK[cases])]
    return times


def opened(folder: Path) -> dict[str, float]:
    """Open the store in a process of its own; return milliseconds and megabytes."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_store", "--open", str(folder)],
        capture_output=True,
        check=True,
        text=True,
    )
    result: dict[str, float] = json.loads(told.stdout)
    return result


def open_once(folder: Path) -> None:
    """Open, search once, and tell what it cost."""
    before = resident()
    start = time.perf_counter()
    records = Records.open(folder, KEY, window=WINDOW)
    ready = time.perf_counter()
    records.search_items("样例事项")
    searched = time.perf_counter()
    gc.collect()
    rss = resident() - before
    start_item = time.perf_counter()
    for n in range(200):
        records.item(f"11440600{n * 7:08d}4440100{n * 7 % 997:03d}000")
    item = (time.perf_counter() - start_item) / 200
    summaries = records.summaries()
    start_case = time.perf_counter()
    for summary in summaries[:500]:
        records.case(summary.number)
    case = (time.perf_counter() - start_case) / min(500, len(summaries))
    start_find = time.perf_counter()
    records.find_cases("样例77")
    find = time.perf_counter() - start_find
    records.close()
    figures = {"open": ready - start, "search": searched - ready, "item": item, "case": case, "find": find}
    print(json.dumps({**{name: value * 1e3 for name, value in figures.items()}, "mb": rss}))


def resident() -> float:
    """Return this process's resident memory in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def p99(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    if sys.argv[1:2] == ["--open"]:
        open_once(Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        journals = {}
        for cases in SIZES:
            start = time.perf_counter()
            journals[cases] = fill(base / str(cases), cases, catalogue(ITEMS) if cases == CATALOGUE_AT else ())
            on_disk = sum(path.stat().st_size for path in (base / str(cases)).iterdir()) / 1e6
            took = time.perf_counter() - start
            items = f" and {ITEMS} items" if cases == CATALOGUE_AT else ""
            print(f"store of {cases} cases{items} filled in {took:.1f} s, {on_disk:.0f} MB on disk", flush=True)
        told = [opened(base / str(CATALOGUE_AT)) for _ in range(5)]
        size = bytes_of_an_act(base / str(CATALOGUE_AT))
        times = measure(base, size, journals)
        return int(not all([sizes_told(size, times), opening_told(told)]))


def sizes_told(size: int, times: Times) -> bool:
    """Print the acts by size; return whether they are as they must be."""
    half = {key: statistics.median(values) for key, values in times.items()}
    print(f"an act is a receipt of {size} bytes; {ACTS} acts a size; ratios of medians (and of p99)")
    print(
        "   cases   act median     p99   / bare SQLite (p99)   one document / bare   TinyDB JSONStorage = times an act"
    )
    for cases in SIZES:
        act, bare, stock = half["act", cases], half["bare", cases], half["stock", cases]
        tail = p99(times["act", cases]) / p99(times["bare", cases])
        print(
            f"{cases:8d}  {act * 1e3:8.3f} ms {p99(times['act', cases]) * 1e3:6.2f}  {act / bare:8.2f}x ({tail:.2f}x)"
            f"  {half['insert', cases] / bare:16.2f}x  {stock * 1e3:12.1f} ms ({STOCK[cases]} inserts) = {stock / act:.0f}x"
        )
    worst_act = max(half["act", c] / half["bare", c] for c in SIZES)
    worst_insert = max(half["insert", c] / half["bare", c] for c in SIZES)
    flat = half["act", SIZES[-1]] / half["act", SIZES[0]]
    stock = half["stock", CATALOGUE_AT] / half["act", CATALOGUE_AT]
    print(f"worst whole act: {worst_act:.2f}x a bare insert (target {ACT_TARGET}x)")
    print(f"worst sealed document: {worst_insert:.2f}x (target {INSERT_TARGET}x)")
    print(f"an act at {SIZES[-1]} cases against one at {SIZES[0]}: {flat:.2f}x (target {FLAT_TARGET}x)")
    print(f"against TinyDB's stock storage at {CATALOGUE_AT}: {stock:.0f}x as fast (target {STOCK_TARGET:.0f}x)")
    return worst_act <= ACT_TARGET and worst_insert <= INSERT_TARGET and flat <= FLAT_TARGET and stock >= STOCK_TARGET


def opening_told(told: list[dict[str, float]]) -> bool:
    """Print what opening costs; return whether it is as it must be."""
    best = {name: statistics.median(t[name] for t in told) for name in told[0]}
    usable = best["open"] + best["search"]
    print(f"opening {CATALOGUE_AT} cases and {ITEMS} items: {best['open']:.0f} ms, ", end="")
    print(f"first search {best['search']:.0f} ms (target {OPEN_TARGET:.0f} ms together)")
    print(f"memory: {best['mb']:.1f} MB (target {MEMORY_TARGET:.0f} MB)")
    print(f"one item read: {best['item'] * 1e3:.0f} us, one case: {best['case'] * 1e3:.0f} us, ", end="")
    print(f"find: {best['find']:.1f} ms")
    return usable <= OPEN_TARGET and best["mb"] <= MEMORY_TARGET


if __name__ == "__main__":
    sys.exit(main())
