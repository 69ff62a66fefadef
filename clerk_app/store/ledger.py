"""The ledger: TinyDB's public interface over the vault; a write touches the documents it changes and no others.

Ids are strings; an id made for a plain document is the next whole number, as TinyDB's. What a call returns is the caller's
own: changing it changes nothing in the store. ``put``/``fetch`` are the same documents without the detour over dicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

import msgspec
from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.vault import Vault

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class VaultStorage(Storage):
    """TinyDB's storage over a vault; whole-database reads and writes are there for those who ask for them."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return every document of every table."""
        tables = {name: {row.id: _decode(row.body) for row in self.vault.scan(name)} for name in self.vault.tables()}
        return tables or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make ``data`` all there is."""
        vault = self.vault
        with vault.transaction():
            for name in set(vault.tables()) - data.keys():
                vault.drop(name)
            for name, documents in data.items():
                vault.make(name)
                for row in set(vault.ids(name)) - {str(i) for i in documents}:
                    vault.delete(name, row)
                for row, document in documents.items():
                    body = _encode(document)
                    if vault.read(name, str(row)) != body:
                        vault.write(name, str(row), body)

    def close(self) -> None:
        """Close the vault."""
        self.vault.close()


class _Overlay(MutableMapping[object, Any]):
    """One table during an update: documents are read when looked at; what was changed is told at the end."""

    def __init__(self, vault: Vault, table: str) -> None:
        self._vault = vault
        self._table = table
        self._read: dict[str, bytes] = {}
        self._held: dict[str, Any] = {}
        self._gone: set[str] = set()

    def __getitem__(self, row: object) -> Any:
        row = str(row)
        if row not in self._held:
            body = None if row in self._gone else self._vault.read(self._table, row)
            if body is None:
                raise KeyError(row)
            self._read[row] = body
            self._held[row] = _decode(body)
        return self._held[row]

    def __setitem__(self, row: object, document: Any) -> None:
        self._held[str(row)] = document

    def __delitem__(self, row: object) -> None:
        row = str(row)
        if row not in self:
            raise KeyError(row)
        self._held.pop(row, None)
        self._read.pop(row, None)
        self._gone.add(row)

    def __contains__(self, row: object) -> bool:
        row = str(row)
        if row in self._held:
            return True
        return row not in self._gone and self._vault.has(self._table, row)

    def __iter__(self) -> Iterator[str]:
        kept = dict.fromkeys(row for row in self._vault.ids(self._table) if row not in self._gone)
        yield from [*kept, *(row for row in self._held if row not in kept)]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keep(self) -> None:
        """Write what differs from what was read."""
        changed = [
            (row, body) for row, document in self._held.items() if (body := _encode(document)) != self._read.get(row)
        ]
        for row in self._gone:
            self._vault.delete(self._table, row)
        for row, body in changed:
            self._vault.write(self._table, row, body)


class LedgerTable(Table):
    """A TinyDB table whose documents are rows of the vault."""

    document_id_class = str  # type: ignore[assignment]  # tinydb types ids as int and means any class

    def __init__(self, storage: VaultStorage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        self._vault = storage.vault
        super().__init__(storage, name, cache_size=0, persist_empty=False)
        if persist_empty:
            self._vault.make(name)

    # the way without dicts

    def put(self, doc_id: str, value: object, *, new: bool = False) -> int:
        """Put a value that encodes to a JSON object in place of the document; return its place in the table's order.

        ``new``: the caller knows that there is none yet, so none is looked for.
        """
        return self._vault.write(self.name, doc_id, _encode(value), new=new)

    def fetch(self, doc_id: str, decode: Callable[[bytes], T]) -> T | None:
        """Return the document through ``decode``, or ``None``; raises ``StoreDamaged``."""
        body = self._vault.read(self.name, doc_id)
        return None if body is None else self._told(doc_id, body, decode)

    def fetch_at(self, seq: int, decode: Callable[[bytes], T]) -> T | None:
        """Return the document at a place in the table's order, or ``None``."""
        row = self._vault.read_at(self.name, seq)
        return None if row is None else self._told(row.id, row.body, decode)

    def walk(self, decode: Callable[[bytes], T], after: int = 0) -> Iterator[tuple[int, str, T]]:
        """Yield place, id and document past a place; damaged ones are left out (``Vault.damages``)."""
        for seq, row, body in self._vault.scan(self.name, after):
            try:
                value = decode(body)
            except msgspec.DecodeError:
                self._vault.damages[self.name, row] = StoreDamaged(self.name, row, "shape")
            else:
                yield seq, row, value

    def discard(self, doc_id: str) -> bool:
        """Remove a document; return whether there was one."""
        return self._vault.delete(self.name, doc_id)

    def _told(self, doc_id: str, body: bytes, decode: Callable[[bytes], T]) -> T:
        try:
            return decode(body)
        except msgspec.DecodeError as error:
            raise StoreDamaged(self.name, doc_id, "shape") from error

    # TinyDB's calls

    def get(self, cond: QueryLike | None = None, doc_id: object = None, doc_ids: Iterable[object] | None = None) -> Any:
        """Return one document by query or id, or a list by ids; by id, one row is read."""
        if doc_id is not None:
            return self._document(str(doc_id))
        if doc_ids is not None:
            wanted = {str(i) for i in doc_ids}
            found = ((self._vault.read(self.name, i), i) for i in self._vault.ids(self.name) if i in wanted)
            return [self.document_class(_decode(body), cast("int", i)) for body, i in found if body is not None]
        if cond is not None:
            return next((document for document in self if cond(document)), None)
        raise RuntimeError("You have to pass either cond or doc_id or doc_ids")

    def search(self, cond: QueryLike) -> list[Document]:
        """Return all documents that match."""
        return [document for document in self if cond(document)]

    def contains(self, cond: QueryLike | None = None, doc_id: object = None) -> bool:
        """Whether a document matches, or has this id."""
        if doc_id is not None:
            return self._vault.has(self.name, str(doc_id))
        return super().contains(cond)

    def insert(self, document: Mapping[str, Any]) -> Any:
        """Add a document; return its id."""
        return str(super().insert(document))

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Add documents, all or none; return their ids."""
        return [str(i) for i in super().insert_multiple(documents)]

    def update(
        self,
        fields: Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None],
        cond: QueryLike | None = None,
        doc_ids: Iterable[Any] | None = None,
    ) -> list[int]:
        """Change the matching documents; return their ids."""
        if doc_ids is not None:
            return super().update(fields, doc_ids=cast("list[int]", [str(i) for i in doc_ids]))
        if cond is None:
            return super().update(fields)
        with self._vault.transaction():
            return super().update(fields, doc_ids=cast("list[int]", self._matching(cond)))

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[Any] | None = None) -> list[int]:
        """Remove the matching documents; return their ids."""
        if doc_ids is not None:
            return super().remove(doc_ids=cast("list[int]", [str(i) for i in doc_ids]))
        if cond is None:
            return super().remove()
        with self._vault.transaction():
            return super().remove(doc_ids=cast("list[int]", self._matching(cond)))

    def truncate(self) -> None:
        """Remove all documents."""
        with self._vault.transaction():
            self._vault.make(self.name)
            self._vault.clear(self.name)
        self._next_id = None

    def __len__(self) -> int:
        return self._vault.count(self.name)

    def __iter__(self) -> Iterator[Document]:
        for row in self._vault.scan(self.name):
            yield self.document_class(_decode(row.body), cast("int", row.id))

    # what TinyDB calls underneath

    def _document(self, doc_id: str) -> Document | None:
        body = self._vault.read(self.name, doc_id)
        return None if body is None else self.document_class(_decode(body), cast("int", doc_id))

    def _matching(self, cond: QueryLike) -> list[str]:
        return [row.id for row in self._vault.scan(self.name) if cond(_decode(row.body))]

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return {row.id: _decode(row.body) for row in self._vault.scan(self.name)}

    def _get_next_id(self) -> Any:
        number = cast("int | None", self._next_id)
        if number is None:
            number = max((int(i) for i in self._vault.ids(self.name) if i.isdecimal()), default=0) + 1
        self._next_id = cast("None", number + 1)
        return str(number)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        vault = self._vault
        with vault.transaction():
            overlay = _Overlay(vault, self.name)
            updater(overlay)
            vault.on_undo(self._forget_next_id)
            vault.make(self.name)
            overlay.keep()

    def _forget_next_id(self) -> None:
        self._next_id = None


class Ledger(TinyDB):
    """A TinyDB database over a vault; ``transaction`` makes one act of writes to any of its tables."""

    table_class = LedgerTable  # type: ignore[assignment]  # without its plug-in mypy takes tinydb's own as the type
    default_storage_class = VaultStorage  # type: ignore[assignment]  # tinydb pins the default's own class

    def __init__(self, vault: Vault) -> None:
        super().__init__(vault)
        self.vault = vault

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context whose writes become durable together, or leave nothing behind."""
        return self.vault.transaction()

    def table(self, name: str, **kwargs: Any) -> LedgerTable:
        """Return a table; it comes into being with its first write."""
        return cast("LedgerTable", super().table(name, **kwargs))

    def tables(self) -> set[str]:
        """Return the names of the tables that hold, or held, documents."""
        return set(self.vault.tables())

    def drop_table(self, name: str) -> None:
        """Drop one table."""
        self.vault.drop(name)
        self._tables.pop(name, None)

    def drop_tables(self) -> None:
        """Drop all tables."""
        with self.vault.transaction():
            for name in self.vault.tables():
                self.vault.drop(name)
        self._tables.clear()
