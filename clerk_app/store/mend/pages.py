"""A SQLite file and its log as pages, read without SQLite: nothing in them is believed, and nothing makes it fail.

See https://www.sqlite.org/fileformat2.html: §1.2 the header, §1.5 freed pages, §1.6 b-tree pages and overflow chains,
§2.1 records, §4.1 the frames of the log.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import NamedTuple

Bytes = bytes | mmap.mmap
Value = None | int | float | str | bytes
TABLE_LEAF, INDEX_LEAF = 0x0D, 0x0A
HEADER = 100
"""Bytes of the file's header, on its first page."""
_LOG_HEADER, _FRAME_HEADER = 32, 24
_MAGIC = b"SQLite format 3\0"
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_MOST_PAYLOAD = 64 << 20
"""Bytes; no row of ours comes near."""
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class Place(NamedTuple):
    """One version of a page: where it stands, and up to which frame the log counts for what it leads to."""

    number: int
    at: int
    in_log: bool
    upto: int
    """Index of the last frame of its transaction; -1: a page of the file, whose companions are in the file too."""


class Image:
    """Both files at one page size."""

    def __init__(self, database: Bytes, log: Bytes, size: int) -> None:
        self.size = size
        self._database = database
        self._log = log
        self._frames: dict[int, list[tuple[int, int]]] = {}
        """Of each page number the frames that hold it: index and where the page begins."""
        self._ends: list[int] = []
        """For each frame the last one of its transaction; -1 for those of a transaction that was never committed."""
        self._current = -1
        """The last committed frame that counts."""
        self._index_log()
        self.usable = size - self._reserved()

    @staticmethod
    def told_sizes(database: Bytes, log: Bytes) -> list[int]:
        """Return the page sizes the two headers tell, if they can be true."""
        told = []
        if database[:16] == _MAGIC and len(database) >= HEADER:
            size = int.from_bytes(database[16:18], "big")
            told.append(65536 if size == 1 else size)
        if len(log) >= _LOG_HEADER and int.from_bytes(log[:4], "big") in _LOG_MAGIC:
            told.append(int.from_bytes(log[8:12], "big"))
        return [size for size in told if 512 <= size <= 65536 and not size & (size - 1)]

    def _reserved(self) -> int:
        return self._database[20] if self._database[:16] == _MAGIC and len(self._database) >= HEADER else 0

    def _index_log(self) -> None:
        """Find every frame; those after the last commit of their salt belong to no transaction that was finished."""
        step = _FRAME_HEADER + self.size
        count = max(0, len(self._log) - _LOG_HEADER) // step
        salts: list[bytes] = []
        commits: dict[bytes, int] = {}
        for index in range(count):
            at = _LOG_HEADER + index * step
            head = self._log[at : at + _FRAME_HEADER]
            number, truncated, salt = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big"), head[8:16]
            self._frames.setdefault(number, []).append((index, at + _FRAME_HEADER))
            salts.append(salt)
            if truncated:
                commits[salt] = index
        self._ends = [-1] * count
        end = -1
        for index in reversed(range(count)):
            head = self._log[_LOG_HEADER + index * step + 4 : _LOG_HEADER + index * step + 8]
            if any(head):
                end = index
            if index <= commits.get(salts[index], -1):
                self._ends[index] = end
        current = self._log[16:24] if count else b""
        self._current = commits.get(current, -1)

    # which pages there are

    def living(self) -> Iterator[Place]:
        """Yield the pages as the file stands with its log, without those it let go of."""
        freed = self._freed()
        for number in range(1, len(self._database) // self.size + 1):
            if number not in freed and self._newest(number, self._current) is None:
                yield Place(number, (number - 1) * self.size, in_log=False, upto=-1)
        for number in self._frames:
            newest = self._newest(number, self._current)
            if newest is not None and number not in freed:
                yield Place(number, newest[1], in_log=True, upto=self._current)

    def left_over(self) -> Iterator[Place]:
        """Yield all other versions of pages that were once part of the file."""
        living = {(place.in_log, place.at) for place in self.living()}
        for number in range(1, len(self._database) // self.size + 1):
            at = (number - 1) * self.size
            if (False, at) not in living:
                yield Place(number, at, in_log=False, upto=-1)
        for number, frames in self._frames.items():
            for index, at in frames:
                if self._ends[index] >= 0 and (True, at) not in living:
                    yield Place(number, at, in_log=True, upto=self._ends[index])

    def _newest(self, number: int, upto: int) -> tuple[int, int] | None:
        return next((f for f in reversed(self._frames.get(number, ())) if f[0] <= upto and self._ends[f[0]] >= 0), None)

    def _freed(self) -> set[int]:
        """Return the numbers of the pages on the list of freed ones, as far as it can be followed."""
        first = self.page(self._version(1, self._current))
        freed: set[int] = set()
        if first[:16] != _MAGIC:
            return freed
        trunk = int.from_bytes(first[32:36], "big")
        trunks: set[int] = set()
        while trunk and trunk not in trunks:
            trunks.add(trunk)
            page = self.page(self._version(trunk, self._current))
            count = int.from_bytes(page[4:8], "big")
            if not page or count > self.size // 4 - 2:
                break
            freed.update(struct.unpack_from(f">{count}I", page, 8))
            trunk = int.from_bytes(page[:4], "big")
        return freed | trunks

    # what is on them

    def page(self, place: Place) -> bytes:
        """Return a page's bytes; empty where there are none."""
        source = self._log if place.in_log else self._database
        found = bytes(source[place.at : place.at + self.size]) if place.at >= 0 else b""
        return found if len(found) == self.size else b""

    def kind(self, place: Place) -> int:
        """Return the first byte of a page's b-tree header."""
        source = self._log if place.in_log else self._database
        at = place.at + (HEADER if place.number == 1 else 0)
        return source[at] if 0 <= at < len(source) else 0

    def _version(self, number: int, upto: int) -> Place:
        newest = self._newest(number, upto)
        if newest is None:
            return Place(number, (number - 1) * self.size, in_log=False, upto=upto)
        return Place(number, newest[1], in_log=True, upto=upto)

    def payloads(self, place: Place, local: bytes, total: int, overflow: int) -> Iterator[bytes]:
        """Yield a cell's payload, once for each state of the file its overflow pages may be those of."""
        for upto in dict.fromkeys((place.upto, self._current, -1)):
            parts, left, number, seen = [local], total - len(local), overflow, set[int]()
            while left > 0 and number and number not in seen:
                seen.add(number)
                page = self.page(self._version(number, upto))
                if not page:
                    break
                part = page[4 : min(self.usable, left + 4)]
                parts.append(part)
                left -= len(part)
                number = int.from_bytes(page[:4], "big")
            if left <= 0:
                yield b"".join(parts)


def cells(image: Image, place: Place, *, with_rowid: bool) -> Iterator[tuple[int, Iterator[list[Value]]]]:
    """Yield the cells of a leaf: row number (0 where there is none), and the readings of its columns."""
    page = image.page(place)
    start = HEADER if place.number == 1 else 0
    if len(page) < start + 8:
        return
    count = min(int.from_bytes(page[start + 3 : start + 5], "big"), (image.size - start - 8) // 2)
    for index in range(count):
        at = int.from_bytes(page[start + 8 + 2 * index : start + 10 + 2 * index], "big")
        if at < start + 8 or at >= image.usable:
            continue
        total, at = varint(page, at)
        rowid = 0
        if with_rowid:
            rowid, at = varint(page, at)
        if 0 < total <= _MOST_PAYLOAD:
            yield rowid, _readings(image, place, page, at, total, table=with_rowid)


def _readings(image: Image, place: Place, page: bytes, at: int, total: int, *, table: bool) -> Iterator[list[Value]]:
    usable = image.usable
    most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
    if total <= most:
        columns = record(page[at : at + total])
        if columns is not None:
            yield columns
        return
    least = (usable - 12) * 32 // 255 - 23
    kept = least + (total - least) % (usable - 4)
    kept = kept if kept <= most else least
    overflow = int.from_bytes(page[at + kept : at + kept + 4], "big")
    for payload in image.payloads(place, page[at : at + kept], total, overflow):
        columns = record(payload)
        if columns is not None:
            yield columns


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer (as a signed one of 64 bits) and where it ends; past the end there are zeros."""
    value = 0
    for index in range(9):
        byte = data[at + index] if at + index < len(data) else 0
        if index == 8:
            value = value << 8 | byte
            return (value - (1 << 64) if value >> 63 else value), at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    raise AssertionError("the ninth byte ends it")


def record(payload: bytes) -> list[Value] | None:
    """Return a record's columns, or ``None`` where the bytes are none."""
    size, at = varint(payload, 0)
    body = size
    columns: list[Value] = []
    if not at <= size <= len(payload):
        return None
    while at < size:
        kind, at = varint(payload, at)
        length = _length(kind)
        if length is None or body + length > len(payload):
            return None
        try:
            columns.append(_value(kind, payload[body : body + length]))
        except UnicodeDecodeError:
            return None
        body += length
    return columns if at == size and body == len(payload) else None


def _length(kind: int) -> int | None:
    if kind in {0, 8, 9}:
        return 0
    if kind in _INTEGERS:
        return _INTEGERS[kind]
    if kind == 7:
        return 8
    return (kind - 12) // 2 if kind >= 12 else None


def _value(kind: int, raw: bytes) -> Value:
    if kind == 0:
        return None
    if kind in {8, 9}:
        return kind - 8
    if kind == 7:
        return float(struct.unpack(">d", raw)[0])
    if kind < 12:
        return int.from_bytes(raw, "big", signed=True)
    return raw.decode() if kind % 2 else raw
