"""The catalogue's search: every key press over the whole catalogue, in memory, best hits first.

Each field of all rows stands in one joined string, in the order in which equal hits are to be shown (shorter names
first). A search is ``str.find`` over those strings, one pass for each way of matching, best way first, and ends as soon
as the list is full. Pinyin keys come with the catalogue (``docs/protocol.md``); nothing here knows how to make them.
"""

from __future__ import annotations

import sys
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import msgspec

from clerk_app.domain.editions import Edition
from clerk_app.store.books.column import END, Column, bare_of, folded

_FORMAT = f"search-2-{sys.byteorder}"
Offered = Callable[[str, str], bool]
_SIFTED = 200
"""Rows gathered before ranking when several words must match: more than anybody pages through."""


class Rank(IntEnum):
    """In which way a hit matched, best first."""

    CODE = 0
    CODE_PREFIX = 1
    INITIALS_PREFIX = 2
    NAME_PREFIX = 3
    PINYIN_PREFIX = 4
    NAME = 5
    INITIALS = 6
    PINYIN = 7
    CODE_PART = 8
    DEPARTMENT = 9


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One thing that can be found, with the pinyin keys central made for it."""

    kind: str
    """``item`` or ``joint``."""
    key: str
    name: str
    department: str = ""
    pinyin: str = ""
    """``initials…;full…|initials…;full…``: of the name and of the department, variants parted by spaces."""
    edition: Edition | None = None
    """Where it is one version of several, or has its days."""

    @property
    def code(self) -> str:
        """By which people know it; several versions share one."""
        return self.edition.code if self.edition is not None else self.key


@dataclass(frozen=True, slots=True)
class Hit:
    """One row that was found."""

    kind: str
    key: str
    """The item's code, whichever version was found."""
    name: str
    department: str
    rank: Rank


class _Saved(msgspec.Struct, array_like=True):
    """What ``dump`` writes."""

    format: str
    columns: list[tuple[str, bytes, bytes, bytes]]
    kinds: list[str]
    kind_of: bytes
    offices: list[tuple[str, str]]
    office_of: bytes
    editions: list[Edition]


class SearchIndex:
    """All rows of the catalogue, ready to be searched; immutable."""

    def __init__(
        self,
        columns: Sequence[Column],
        kinds: tuple[Sequence[str], array[int]],
        offices: tuple[Sequence[tuple[str, str]], array[int]],
        editions: Iterable[Edition],
    ) -> None:
        self._columns = columns
        self._keys, self._titles, self._given, self._codes, self._names, self._initials, self._pinyin = columns
        self._kinds, self._kind_of = kinds
        self._offices, self._office_of = offices
        self._office_sizes = Counter(self._office_of)
        self.editions = {edition.key: edition for edition in editions}
        """By the key of the row."""

    @classmethod
    def build(cls, rows: Iterable[SearchRow]) -> SearchIndex:
        """Return an index of these rows; a later row of the same kind and key replaces an earlier one."""
        unique = {(row.kind, row.key): row for row in rows}
        ordered = sorted(unique.values(), key=lambda row: (len(row.name), row.name, row.kind, row.key))
        spelled = [_spellings(row.pinyin.partition("|")[0]) for row in ordered]
        columns = (
            Column.of((row.key for row in ordered), ordered=False),
            Column.of((row.name for row in ordered), ordered=False),
            Column.of((row.pinyin for row in ordered), ordered=False),
            Column.of(folded(row.code) for row in ordered),
            Column.of(bare_of(folded(row.name)) for row in ordered),
            Column.of(initials for initials, _ in spelled),
            Column.of(full for _, full in spelled),
        )
        editions = (row.edition for row in ordered if row.edition is not None)
        return cls(columns, _numbered(row.kind for row in ordered), _offices(ordered), editions)

    def changed(self, rows: Iterable[SearchRow], withdrawn: Iterable[tuple[str, str]] = ()) -> SearchIndex:
        """Return the index after a delta of the catalogue: rows added or replaced, each ``(kind, key)`` taken away."""
        gone = set(withdrawn)
        kept = (row for row in self.rows() if (row.kind, row.key) not in gone)
        return SearchIndex.build([*kept, *rows])

    def __len__(self) -> int:
        return len(self._kind_of)

    def rows(self) -> Iterator[SearchRow]:
        """Yield what the index was built from."""
        for row in range(len(self)):
            (kind, key), hit = self._name_of(row), self._hit(row, Rank.CODE)
            yield SearchRow(kind, key, hit.name, hit.department, self._given.value(row), self.editions.get(key))

    def holds(self, kind: str, key: str) -> bool:
        """Whether there is such a row."""
        return any(self._name_of(row) == (kind, key) for row in self._codes.beginning(folded(key) + END))

    def search(self, words: str, limit: int = 50, offered: Offered | None = None) -> list[Hit]:
        """Return the rows in which every word is found, best first; of those only that are ``offered``, by kind and key."""
        wanted = list(dict.fromkeys(unicodedata.normalize("NFKC", words).lower().split()))
        if not wanted or limit <= 0:
            return []
        found: dict[int, Rank] = {}
        if len(wanted) > 1:
            found = self._all_of(wanted, limit, offered)
        else:
            for row, rank in self._ranked(wanted[0]):
                if row not in found and (offered is None or offered(*self._name_of(row))):
                    found[row] = rank
                if len(found) == limit:
                    break
        return [self._hit(row, rank) for row, rank in found.items()]

    def _name_of(self, row: int) -> tuple[str, str]:
        return self._kinds[self._kind_of[row]], self._keys.value(row)

    def _hit(self, row: int, rank: Rank) -> Hit:
        kind, key = self._name_of(row)
        edition = self.editions.get(key)
        return Hit(
            kind,
            edition.code if edition else key,
            self._titles.value(row),
            self._offices[self._office_of[row]][0],
            rank,
        )

    def _ranked(self, word: str) -> Iterator[tuple[int, Rank]]:
        """Yield the rows in which the word is found, best way of matching first; a row may come more than once."""
        bare = bare_of(word)
        yield from ((row, Rank.CODE) for row in self._codes.beginning(word + END))
        yield from ((row, Rank.CODE_PREFIX) for row in self._codes.beginning(word))
        for rank, column in self._heads(bare):
            yield from ((row, rank) for row in column.beginning(bare))
        for rank, column, needle in self._parts(word, bare):
            yield from ((row, rank) for row in column.containing(needle))
        offices = self._offices_with(bare)
        if offices:
            yield from ((row, Rank.DEPARTMENT) for row, office in enumerate(self._office_of) if office in offices)

    def _heads(self, bare: str) -> list[tuple[Rank, Column]]:
        """The ways in which a word may be the beginning of something."""
        if not bare:
            return []
        if not bare.isascii():
            return [(Rank.NAME_PREFIX, self._names)]
        return [
            (Rank.INITIALS_PREFIX, self._initials),
            (Rank.NAME_PREFIX, self._names),
            (Rank.PINYIN_PREFIX, self._pinyin),
        ]

    def _parts(self, word: str, bare: str) -> list[tuple[Rank, Column, str]]:
        """The ways in which a word may stand within something."""
        parts = [(Rank.NAME, self._names, bare)] if bare else []
        if bare and bare.isascii():
            parts += [(Rank.INITIALS, self._initials, bare), (Rank.PINYIN, self._pinyin, bare)]
        return [*parts, (Rank.CODE_PART, self._codes, word)]

    def _offices_with(self, bare: str) -> set[int]:
        return {n for n, (_, text) in enumerate(self._offices) if bare in text} if bare else set()

    def _all_of(self, words: list[str], limit: int, offered: Offered | None) -> dict[int, Rank]:
        """Go through the rows of the most telling word and keep those in which the other words are found too."""
        lead, *rest = sorted(words, key=self._weight)
        tests = [(bare_of(word), self._parts(word, bare_of(word)), self._offices_with(bare_of(word))) for word in rest]
        found: dict[int, Rank] = {}
        seen: set[int] = set()
        for row, rank in self._ranked(lead):
            if row in seen:
                continue
            seen.add(row)
            best: Rank | None = rank
            for bare, parts, offices in tests:
                other = self._rank_in(row, bare, parts, offices)
                best = None if best is None or other is None else min(best, other)
                if best is None:
                    break
            if best is not None and (offered is None or offered(*self._name_of(row))):
                found[row] = best
                if len(found) >= max(_SIFTED, limit):
                    break
        return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0]))[:limit])

    def _rank_in(self, row: int, bare: str, parts: list[tuple[Rank, Column, str]], offices: set[int]) -> Rank | None:
        for rank, column, needle in parts:
            if column.text.find(needle, column.starts[row], column.starts[row + 1]) >= 0:
                return next((head for head, there in self._heads(bare) if there.begins(row, bare)), rank)
        return Rank.DEPARTMENT if self._office_of[row] in offices else None

    def _weight(self, word: str) -> int:
        """Roughly in how many rows a word is found: its department and the shortest of its columns tell enough."""
        bare = bare_of(word)
        if not bare:
            return len(self)
        shared = sum(self._office_sizes[office] for office in self._offices_with(bare))
        return shared + (self._initials if bare.isascii() else self._names).text.count(bare)

    def dump(self) -> bytes:
        """Return the index as bytes that ``load`` reads in a few milliseconds."""
        return msgspec.msgpack.encode(
            _Saved(
                _FORMAT,
                [(c.text, c.starts.tobytes(), c.order.tobytes(), c.owner.tobytes()) for c in self._columns],
                list(self._kinds),
                self._kind_of.tobytes(),
                list(self._offices),
                self._office_of.tobytes(),
                list(self.editions.values()),
            )
        )

    @classmethod
    def load(cls, blob: bytes) -> SearchIndex:
        """Return the index that ``dump`` wrote; ``ValueError`` when it was another version: build it anew then."""
        saved = msgspec.msgpack.decode(blob, type=_Saved)
        columns = [Column(text, *map(_numbers, numbers)) for text, *numbers in saved.columns]
        kind_of, office_of = _numbers(saved.kind_of), _numbers(saved.office_of)
        lengths = {len(column.starts) - 1 for column in columns} | {len(kind_of), len(office_of)}
        if saved.format != _FORMAT or len(columns) != 7 or len(lengths) != 1:
            raise ValueError("not a search index of this version")
        return cls(columns, (saved.kinds, kind_of), (saved.offices, office_of), saved.editions)


def _spellings(keys: str) -> tuple[str, str]:
    """Return the variants of the initials and of the full pinyin, parted by spaces."""
    initials, _, full = keys.lower().partition(";")
    return " ".join(initials.split()), " ".join(full.split())


def _numbered(values: Iterable[str]) -> tuple[list[str], array[int]]:
    numbers: dict[str, int] = {}
    of_row = array("I", (numbers.setdefault(value, len(numbers)) for value in values))
    return list(numbers), of_row


def _offices(rows: Sequence[SearchRow]) -> tuple[list[tuple[str, str]], array[int]]:
    """Return each department with the text a word is looked for in, and the department of each row."""
    names, of_row = _numbered(row.department for row in rows)
    keys = {row.department: row.pinyin.partition("|")[2] for row in rows}
    texts = []
    for name in names:
        initials, full = _spellings(keys[name])
        texts.append((name, f"{bare_of(folded(name))} {initials} {full}"))
    return texts, of_row


def _numbers(data: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(data)
    return numbers
