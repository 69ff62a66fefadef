from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import where
from tinydb.table import Document

from clerk_app.store.errors import StoreReadOnly
from clerk_app.store.file.vault import Vault
from clerk_app.store.ledger import Ledger

KEY = bytes(32)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(Vault(tmp_path, KEY, reserve=0)) as opened:
        yield opened


def test_what_a_call_returns_is_the_callers_own(ledger: Ledger) -> None:
    given: dict[str, Any] = {"n": 1, "list": [1]}
    doc_id = ledger.insert(given)
    given["list"].append(2)
    for answer in (
        ledger.get(doc_id=doc_id),
        ledger.all()[0],
        ledger.search(where("n") == 1)[0],
        ledger.get(where("n") == 1),
    ):
        answer["list"].append(3)
        answer["n"] = 2
    assert ledger.search(where("n") == 1) == [{"n": 1, "list": [1]}]


def test_a_transaction_spans_tables_and_leaves_nothing_when_it_fails(ledger: Ledger) -> None:
    ledger.table("cases").insert({"n": 1})

    def act() -> None:
        with ledger.transaction():
            ledger.table("cases").update({"n": 2})
            ledger.table("outbox").insert({"case": 1})
            assert ledger.tables() == {"cases", "outbox"}
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        act()
    assert ledger.tables() == {"cases"}
    assert ledger.table("cases").all() == [{"n": 1}]
    assert ledger.table("outbox").all() == []
    assert ledger.table("outbox").insert({"case": 2}) == "1"
    assert ledger.table("cases").insert({"n": 3}) == "2"


def test_a_refused_insert_inside_a_transaction_spoils_nothing(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.insert(Document({"n": 1}, "a"))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="already exists"):
            ledger.insert(Document({"n": 2}, "a"))  # type: ignore[arg-type]
    assert [(str(d.doc_id), dict(d)) for d in ledger] == [("a", {"n": 1})]


def test_a_write_touches_only_the_documents_it_changes(ledger: Ledger) -> None:
    ledger.insert_multiple({"n": n} for n in range(20))
    written: list[str] = []
    write = ledger.vault.write

    def noted(table: str, row: str, body: bytes, *, new: bool = False) -> int:
        written.append(row)
        return write(table, row, body, new=new)

    ledger.vault.write = noted  # type: ignore[method-assign]
    ledger.update({"n": 5}, where("n") == 5)  # nothing changes
    assert written == []
    ledger.update({"m": 1}, where("n") >= 18)
    ledger.upsert(Document({"n": 7}, "x"))  # type: ignore[arg-type]
    assert written == ["19", "20", "x"]


def test_reading_by_id_does_not_grow_with_the_table(ledger: Ledger) -> None:
    ledger.insert_multiple({"n": n, "text": "x" * 500} for n in range(3000))

    def seconds(doc_id: str) -> float:
        start = time.perf_counter()
        for _ in range(100):
            assert ledger.get(doc_id=doc_id) is not None
        return (time.perf_counter() - start) / 100

    whole = time.perf_counter()
    assert len(ledger.all()) == 3000
    whole = time.perf_counter() - whole
    assert min(seconds("7"), seconds("2999")) < whole / 50


def test_documents_may_be_put_and_fetched_without_dicts(ledger: Ledger) -> None:
    table = ledger.table("t")
    assert table.put("a", {"n": 1}) == 1
    assert table.put("a", {"n": 2}) == 1
    assert table.get(doc_id="a") == {"n": 2}
    assert table.fetch("a", bytes) == table.fetch_at(1, bytes) == b'{"n":2}'
    assert list(table.walk(len)) == [(1, "a", 7)]
    assert table.discard("a")
    assert not table.discard("a")
    assert table.fetch("a", bytes) is None


def test_the_storage_can_be_read_and_replaced_as_a_whole(ledger: Ledger) -> None:
    assert ledger.storage.read() is None
    ledger.storage.write({"t": {"1": {"n": 1}, "2": {"n": 2}}, "u": {}})
    assert ledger.storage.read() == {"t": {"1": {"n": 1}, "2": {"n": 2}}, "u": {}}
    ledger.storage.write({"t": {"2": {"n": 3}}})
    assert ledger.storage.read() == {"t": {"2": {"n": 3}}}


def test_a_ledger_opened_to_read_refuses_to_write(ledger: Ledger) -> None:
    ledger.insert({"n": 1})
    with Ledger(Vault(ledger.vault.folder, KEY, read_only=True)) as looking:
        assert looking.all() == [{"n": 1}]
        with pytest.raises(StoreReadOnly):
            looking.insert({})
        with pytest.raises(StoreReadOnly):
            looking.truncate()
        with pytest.raises(StoreReadOnly):
            looking.update({"n": 2})


def test_it_says_what_it_is(ledger: Ledger) -> None:
    ledger.insert({"n": 1})
    assert "tables_count=1" in repr(ledger)
    assert "total=1" in repr(ledger.table("_default"))
