"""What central publishes: items, joint services, the calendar, the points; rows read one by one, and the search keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import msgspec

from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.store.books.search import Hit, SearchIndex, SearchRow
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.rows import Kind
from clerk_app.store.ledger import Ledger

TABLES = {"item": "items", "joint": "joint_services", "calendar": "calendars", "point": "points"}
SEARCH = "search"
KINDS = {
    TABLES["item"]: Kind(open=True, packed=True),
    TABLES["joint"]: Kind(open=True),
    TABLES["calendar"]: Kind(open=True),
    TABLES["point"]: Kind(open=True),
    SEARCH: Kind(open=True),
}
REVISION = "catalogue"
_SEARCHED = ("item", "joint")


class PublishedRow(Protocol):
    """One catalogue document as central publishes it (``sync.wire.CatalogueRow``)."""

    kind: str
    key: str
    revision: int
    withdrawn: bool
    search: str

    @property
    def body(self) -> Any:
        """The document as JSON bytes; ``msgspec.Raw`` will do."""


class _Row(msgspec.Struct):
    revision: int
    search: str
    body: msgspec.Raw


class _Office(msgspec.Struct):
    name: str = ""


class _Named(msgspec.Struct):
    name: str = ""
    department: _Office = msgspec.field(default_factory=_Office)


class _Found(msgspec.Struct):
    search: str
    body: _Named


class _Item(msgspec.Struct):
    body: ServiceItem


class _Joint(msgspec.Struct):
    body: JointService


class _Year(msgspec.Struct):
    body: YearTable


class _Blob(msgspec.Struct):
    index: bytes


_found = msgspec.json.Decoder(_Found).decode
_named = msgspec.json.Decoder(_Named).decode
_item = msgspec.json.Decoder(_Item).decode
_joint = msgspec.json.Decoder(_Joint).decode
_year = msgspec.json.Decoder(_Year).decode
_blob = msgspec.json.Decoder(_Blob).decode


class Published:
    """The catalogue as this window has it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._vault = ledger.vault
        self._index: SearchIndex | None = None
        self._changes: dict[tuple[str, str], SearchRow | None] = {}
        """What the index does not know yet; ``None``: withdrawn."""
        self._calendar: Calendar | None = None

    def put(self, rows: Sequence[PublishedRow], next_revision: int, *, more: bool) -> None:
        """Take in changed and withdrawn documents; the search is made anew when there are no ``more`` to come."""
        with self._vault.transaction():
            before = dict(self._changes)
            self._vault.on_undo(lambda: setattr(self, "_changes", before))
            for row in rows:
                self._put_row(row)
            if self._changes:
                self._ledger.table(SEARCH).discard("index")
            self._vault.set_note(REVISION, next_revision)
            self._vault.on_done(self._forget_calendar)
        if not more and self._changes:
            self._save_index()

    def _put_row(self, row: PublishedRow) -> None:
        table = self._ledger.table(TABLES.get(row.kind, f"published-{row.kind}"))
        body = bytes(row.body)
        if row.withdrawn:
            table.discard(row.key)
        else:
            table.put(row.key, _Row(row.revision, row.search, msgspec.Raw(body)))
        if row.kind in _SEARCHED:
            found = None if row.withdrawn else _search_row(row.kind, row.key, row.search, _name_in(body))
            self._changes[row.kind, row.key] = found

    def revision(self) -> int:
        return int(self._vault.note(REVISION) or 0)

    def item(self, code: str) -> ServiceItem | None:
        found = self._ledger.table(TABLES["item"]).fetch(code, _item)
        return found.body if found else None

    def items(self) -> Iterator[ServiceItem]:
        """Yield every item, in the order in which they came."""
        for _, _, row in self._ledger.table(TABLES["item"]).walk(_item):
            yield row.body

    def joint(self, code: str) -> JointService | None:
        found = self._ledger.table(TABLES["joint"]).fetch(code, _joint)
        return found.body if found else None

    def calendar(self) -> Calendar:
        """Return the calendar of all year tables that came."""
        calendar = self._calendar
        if calendar is None:
            years = self._ledger.table(TABLES["calendar"]).walk(_year)
            self._calendar = calendar = Calendar(row.body for _, _, row in years)
        return calendar

    def point_name(self, code: str) -> str:
        """Return a service point's name, or its code."""
        found = self._ledger.table(TABLES["point"]).fetch(code, _found)
        return found.body.name if found and found.body.name else code

    # search

    def search(self, words: str, limit: int) -> list[Hit]:
        """Return the best hits; while a long delivery is under way, among what was there before."""
        index = self._index
        if index is None:
            self._index = index = self._load_index()
        return index.search(words, limit)

    def _load_index(self) -> SearchIndex:
        try:
            saved = self._ledger.table(SEARCH).fetch("index", _blob)
            if saved is not None:
                return SearchIndex.load(saved.index)
        except (StoreDamaged, ValueError, msgspec.DecodeError):
            pass  # bent, or of another version: made anew from the rows
        index = SearchIndex.build(self._rows())
        if not self._vault.read_only and not self._changes:
            self._ledger.table(SEARCH).put("index", _Blob(index.dump()))
        return index

    def _rows(self) -> Iterable[SearchRow]:
        for kind in _SEARCHED:
            for _, key, row in self._ledger.table(TABLES[kind]).walk(_found):
                yield _search_row(kind, key, row.search, row.body)

    def _save_index(self) -> None:
        if self._index is None:
            index = SearchIndex.build(self._rows())
        else:
            gone = [key for key, row in self._changes.items() if row is None]
            index = self._index.changed([row for row in self._changes.values() if row is not None], gone)
        self._ledger.table(SEARCH).put("index", _Blob(index.dump()))
        self._index = index
        self._changes = {}

    def forget(self) -> None:
        """Read everything again when it is asked for next."""
        self._index = None
        self._changes = {}
        self._calendar = None

    def _forget_calendar(self) -> None:
        self._calendar = None


def _name_in(body: bytes) -> _Named:
    """Return a document's names; one that has none in the known places is still found by its key."""
    try:
        return _named(body)
    except msgspec.DecodeError:
        return _Named()


def _search_row(kind: str, key: str, pinyin: str, named: _Named) -> SearchRow:
    return SearchRow(kind, key, named.name, named.department.name, pinyin)
