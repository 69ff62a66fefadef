"""What central publishes: items, joint services, the calendar, the points; rows read one by one, and the search keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec

from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.editions import Edition, edition_key
from clerk_app.domain.tips import PublishedTip
from clerk_app.store.books.offer import ITEM, MOST_CHANGES, Name, Offer
from clerk_app.store.books.search import Hit, SearchIndex, SearchRow
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.rows import Kind
from clerk_app.store.ledger import Ledger

TABLES = {"item": "items", "joint": "joint_services", "calendar": "calendars", "point": "points", "tip": "tips"}
UNKNOWN = "published-"
"""Before a kind nobody here knows, it is the name of its table."""
SEARCH = "search"
INDEX, SINCE = "index", "since"
KINDS = {
    TABLES["item"]: Kind(open=True, packed=True),
    TABLES["joint"]: Kind(open=True),
    TABLES["calendar"]: Kind(open=True),
    TABLES["point"]: Kind(open=True),
    TABLES["tip"]: Kind(open=True),
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
    code: str = ""
    version: int = 1
    effective_from: date | None = None
    effective_until: date | None = None

    def edition(self, key: str) -> Edition | None:
        """Return the version an item's row is, if there is anything to say about it."""
        edition = Edition(
            key=key,
            code=self.code or key,
            version=self.version,
            starts=self.effective_from,
            ends=self.effective_until,
        )
        return None if edition.plain else edition


class _Found(msgspec.Struct):
    search: str
    body: _Named


class _Item(msgspec.Struct):
    body: ServiceItem


class _Joint(msgspec.Struct):
    body: JointService


class _Year(msgspec.Struct):
    body: YearTable


class _Tip(msgspec.Struct):
    body: PublishedTip


class _Blob(msgspec.Struct):
    index: bytes


class _Since(msgspec.Struct):
    """What the index does not know: rows, and names of what was withdrawn."""

    rows: list[SearchRow]
    gone: list[Name]


_found = msgspec.json.Decoder(_Found).decode
_named = msgspec.json.Decoder(_Named).decode
_item = msgspec.json.Decoder(_Item).decode
_joint = msgspec.json.Decoder(_Joint).decode
_year = msgspec.json.Decoder(_Year).decode
_tip = msgspec.json.Decoder(_Tip).decode
_blob = msgspec.json.Decoder(_Blob).decode
_since = msgspec.json.Decoder(_Since).decode


class Published:
    """The catalogue as this window has it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._vault = ledger.vault
        self._offer: Offer | None = None
        self._changes: dict[Name, SearchRow | None] = {}
        """What the offer does not know yet; ``None``: withdrawn."""
        self._calendar: Calendar | None = None

    def put(
        self, rows: Sequence[PublishedRow], next_revision: int, *, more: bool, only: Collection[Name] | None = None
    ) -> None:
        """Take in changed and withdrawn documents; they can be searched when there are no ``more`` to come.

        ``only``: kind and key of everything there is; whatever else is here was of a life of central that is over.
        """
        offer = self._searched()
        with self._vault.transaction():
            before = dict(self._changes)
            self._vault.on_undo(lambda: setattr(self, "_changes", before))
            for row in rows:
                self._put_row(row)
            if only is not None:
                self._drop_others(only)
            if self._changes:
                self._keep_changes(offer)
            self._vault.set_note(REVISION, next_revision)
            self._vault.on_done(self._forget_calendar)
        if not more and self._changes:
            self._renew(offer)

    def _put_row(self, row: PublishedRow) -> None:
        table = self._ledger.table(TABLES.get(row.kind, UNKNOWN + row.kind))
        body = bytes(row.body)
        if row.withdrawn:
            table.discard(row.key)
        else:
            table.put(row.key, _Row(row.revision, row.search, msgspec.Raw(body)))
        if row.kind in _SEARCHED:
            found = None if row.withdrawn else _search_row(row.kind, row.key, row.search, _name_in(body))
            self._changes[row.kind, row.key] = found

    def _drop_others(self, only: Collection[Name]) -> None:
        kinds = {table: kind for kind, table in TABLES.items()}
        for name in self._vault.tables():
            kind = kinds.get(name) or name.removeprefix(UNKNOWN)
            if kind == name:
                continue  # not published
            for key in [key for key in self._vault.ids(name) if (kind, key) not in only]:
                self._vault.delete(name, key)
                if kind in _SEARCHED:
                    self._changes[kind, key] = None

    def _keep_changes(self, offer: Offer) -> None:
        """Keep with the rows what the index does not know of them; where that is too much, there is no index until the end."""
        table = self._ledger.table(SEARCH)
        changes = {**offer.since, **self._changes}
        if len(changes) > MOST_CHANGES or not self._vault.has(SEARCH, INDEX):
            table.discard(INDEX)
            table.discard(SINCE)
            return
        rows = [row for row in changes.values() if row is not None]
        table.put(SINCE, _Since(rows, [name for name, row in changes.items() if row is None]))

    def revision(self) -> int:
        return int(self._vault.note(REVISION) or 0)

    def item(self, code: str, on: date | None = None, version: int | None = None) -> ServiceItem | None:
        """Return an item as it is in force on a day, or one version of it, or with neither its newest."""
        if version is not None:
            key = edition_key(code, version)
            editions = self.editions(code)
            chosen = next((one.key for one in editions if one.version == version), "" if editions else key)
        else:
            edition = self._searched().edition(code, on)
            chosen = edition.key if edition is not None else "" if self.editions(code) else code
        found = self._ledger.table(TABLES["item"]).fetch(chosen, _item) if chosen else None
        if found is None or version not in {None, found.body.version}:
            return None
        return found.body if on is None or found.body.edition.holds(on) else None

    def editions(self, code: str) -> tuple[Edition, ...]:
        """Return the versions of an item, the first to begin first; none where there is but one, in force always."""
        return self._searched().editions(code)

    def items(self, on: date | None = None) -> Iterator[ServiceItem]:
        """Yield every item as it is in force on a day, or as its newest version has it, in the order in which they came."""
        offer = self._searched()
        for _, key, row in self._ledger.table(TABLES["item"]).walk(_item):
            code = row.body.code
            chosen = offer.edition(code, on)
            if (chosen.key if chosen is not None else "" if offer.editions(code) else code) == key:
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

    def tips(self) -> list[PublishedTip]:
        """Return the tips that notices print."""
        return [row.body for _, _, row in self._ledger.table(TABLES["tip"]).walk(_tip)]

    def point_name(self, code: str) -> str:
        """Return a service point's name, or its code."""
        found = self._ledger.table(TABLES["point"]).fetch(code, _found)
        return found.body.name if found and found.body.name else code

    # search

    def search(self, words: str, limit: int, on: date | None = None) -> list[Hit]:
        """Return the best hits of a day; while a long delivery is under way, among what was there before."""
        return self._searched().search(words, limit, on)

    def _searched(self) -> Offer:
        offer = self._offer
        if offer is None:
            self._offer = offer = self._load()
        return offer

    def _load(self) -> Offer:
        table = self._ledger.table(SEARCH)
        try:
            saved, since = table.fetch(INDEX, _blob), table.fetch(SINCE, _since)
            if saved is not None:
                rows: dict[Name, SearchRow | None] = {(row.kind, row.key): row for row in (since.rows if since else ())}
                return Offer(SearchIndex.load(saved.index), {**rows, **dict.fromkeys(since.gone if since else ())})
        except (StoreDamaged, ValueError, msgspec.DecodeError):
            pass  # bent, or of another version: made anew from the rows
        index = SearchIndex.build(self._rows())
        if not self._vault.read_only and not self._changes:
            self._save(index)
        return Offer(index, {})

    def _rows(self) -> Iterable[SearchRow]:
        for kind in _SEARCHED:
            for _, key, row in self._ledger.table(TABLES[kind]).walk(_found):
                yield _search_row(kind, key, row.search, row.body)

    def _renew(self, offer: Offer) -> None:
        """Let what came be found."""
        if self._vault.has(SEARCH, INDEX):
            self._offer = offer.changed(self._changes)
        else:
            index = offer.whole(self._changes)
            self._save(index)
            self._offer = Offer(index, {})
        self._changes = {}

    def _save(self, index: SearchIndex) -> None:
        with self._vault.transaction():
            self._ledger.table(SEARCH).discard(SINCE)
            self._ledger.table(SEARCH).put(INDEX, _Blob(index.dump()))

    def forget(self) -> None:
        """Read everything again when it is asked for next."""
        self._offer = None
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
    edition = named.edition(key) if kind == ITEM else None
    return SearchRow(kind, key, named.name, named.department.name, pinyin, edition)
