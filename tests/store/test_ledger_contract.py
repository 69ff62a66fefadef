"""The ledger and TinyDB's own memory storage, told the same, answer the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tinydb import TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from clerk_app.store.file.vault import Vault
from clerk_app.store.ledger import Ledger

KEY = bytes(32)
TABLES = ("办件", "items", "_default")
leaves = st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4) | st.sampled_from(["𠮷", "a\n'\""])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
documents = st.fixed_dictionaries({"n": st.integers(0, 5), "s": st.sampled_from("abc")}, optional={"x": values})
tables = st.sampled_from(TABLES)
ids = st.integers(1, 12)
queries = st.sampled_from(
    [
        where("n") == 1,
        where("n") > 2,
        (where("s") == "a") & (where("n") < 4),
        where("x").exists(),
        ~(where("s") == "b"),
        where("x").any([1]),
    ]
)


def plain(answer: Any) -> Any:
    """Return an answer without what is rightly different: ids as text, classes."""
    if isinstance(answer, Document):
        return (str(answer.doc_id), dict(answer))
    if isinstance(answer, list):
        return [plain(x) for x in answer]
    if isinstance(answer, int) and not isinstance(answer, bool):
        return str(answer)
    return answer


def outcome(act: Callable[[], Any]) -> Any:
    try:
        return plain(act())
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        return type(error)


class Contract(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = self.open()
        self.model = TinyDB(storage=MemoryStorage)

    def open(self) -> Ledger:
        return Ledger(Vault(Path(self.folder.name), KEY, reserve=0))

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    def both(self, act: Callable[[Any], Any]) -> None:
        assert outcome(lambda: act(self.ledger)) == outcome(lambda: act(self.model))

    @rule(table=tables, document=documents)
    def insert(self, table: str, document: dict[str, Any]) -> None:
        self.both(lambda db: db.table(table).insert(_copy(document)))

    @rule(document=documents)
    def insert_by_default(self, document: dict[str, Any]) -> None:
        self.both(lambda db: db.insert(_copy(document)))

    @rule(table=tables, document=documents, doc_id=ids)
    def insert_with_id(self, table: str, document: dict[str, Any], doc_id: int) -> None:
        self.both(lambda db: db.table(table).insert(Document(_copy(document), doc_id)))

    @rule(table=tables, many=st.lists(documents, max_size=3), doc_id=st.none() | ids)
    def insert_multiple(self, table: str, many: list[dict[str, Any]], doc_id: int | None) -> None:
        def given() -> list[Any]:
            last = [Document({"n": 1, "s": "a"}, doc_id)] if doc_id else []
            return [*_copy(many), *last]

        self.both(lambda db: db.table(table).insert_multiple(given()))

    @rule(table=tables, query=queries, fields=st.fixed_dictionaries({"n": st.integers(0, 5)}, optional={"y": values}))
    def update(self, table: str, query: Any, fields: dict[str, Any]) -> None:
        self.both(lambda db: db.table(table).update(_copy(fields), query))

    @rule(table=tables, some=st.lists(ids, max_size=3, unique=True))
    def update_by_ids(self, table: str, some: list[int]) -> None:
        self.both(lambda db: db.table(table).update({"y": [1]}, doc_ids=some))

    @rule(table=tables)
    def update_all(self, table: str) -> None:
        self.both(lambda db: db.table(table).update(increment("n")))

    @rule(table=tables)
    def update_with_an_operation(self, table: str) -> None:
        self.both(lambda db: db.table(table).update(delete("x"), where("x").exists()))

    @rule(table=tables, one=queries, two=queries)
    def update_multiple(self, table: str, one: Any, two: Any) -> None:
        self.both(lambda db: db.table(table).update_multiple([({"y": 1}, one), (increment("n"), two)]))

    @rule(table=tables, query=queries, document=documents)
    def upsert(self, table: str, query: Any, document: dict[str, Any]) -> None:
        self.both(lambda db: db.table(table).upsert(_copy(document), query))

    @rule(table=tables, document=documents, doc_id=ids)
    def upsert_with_id(self, table: str, document: dict[str, Any], doc_id: int) -> None:
        self.both(lambda db: db.table(table).upsert(Document(_copy(document), doc_id)))

    @rule(table=tables, query=queries)
    def remove(self, table: str, query: Any) -> None:
        self.both(lambda db: db.table(table).remove(query))

    @rule(table=tables, some=st.lists(ids, max_size=3, unique=True))
    def remove_by_ids(self, table: str, some: list[int]) -> None:
        self.both(lambda db: db.table(table).remove(doc_ids=some))

    @rule(table=tables)
    def truncate(self, table: str) -> None:
        self.both(lambda db: db.table(table).truncate())

    @rule(table=tables)
    def drop_table(self, table: str) -> None:
        self.both(lambda db: db.drop_table(table))

    @precondition(lambda self: len(self.model.tables()) == 3)
    @rule()
    def drop_tables(self) -> None:
        self.both(lambda db: db.drop_tables())

    @rule(table=tables, query=queries, doc_id=ids, some=st.lists(ids, max_size=4))
    def ask(self, table: str, query: Any, doc_id: int, some: list[int]) -> None:
        self.both(lambda db: db.table(table).search(query))
        self.both(lambda db: db.table(table).count(query))
        self.both(lambda db: db.table(table).get(query))
        self.both(lambda db: db.table(table).contains(query))
        self.both(lambda db: db.table(table).get(doc_id=doc_id))
        self.both(lambda db: db.table(table).contains(doc_id=doc_id))
        self.both(lambda db: db.table(table).get(doc_ids=some))

    @rule(table=tables)
    def ask_nothing(self, table: str) -> None:
        self.both(lambda db: db.table(table).get())
        self.both(lambda db: db.table(table).contains())
        self.both(lambda db: db.table(table).remove())
        self.both(lambda db: db.table(table).insert(["no", "mapping"]))
        self.both(lambda db: db.table(table).upsert({"n": 1}))

    @rule()
    def open_anew(self) -> None:
        self.ledger.close()
        self.ledger = self.open()
        for name in self.model.tables():  # TinyDB too forgets the next id with its table object
            self.model.table(name)._next_id = None

    @invariant()
    def all_is_the_same(self) -> None:
        assert self.ledger.tables() == self.model.tables()
        for table in TABLES:
            self.both(lambda db, table=table: db.table(table).all())  # type: ignore[misc]
            self.both(lambda db, table=table: len(db.table(table)))  # type: ignore[misc]
        self.both(list)
        self.both(len)


def _copy(value: Any) -> Any:
    """Give each database its own: TinyDB's memory keeps what it was given, not a copy."""
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list) else value


TestContract = Contract.TestCase
TestContract.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
