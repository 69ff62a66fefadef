"""A record as its bookkeeping needs it: the entry stays the bytes it was written as, and is looked into no further."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from clerk_app.domain.journal import Entry, Verdict

LOST = {
    "type": "urn:clerk:problem:lost",
    "title": "Central was restored from a backup without this entry",
    "status": 410,
    "detail": "市中心从备份恢复后没有这一条，等登记它的窗口再报。",
}
"""The problem of another window's entry that a restored central has not got."""


class Waiting(NamedTuple):
    """One unsent entry."""

    id: str
    n: int
    raw: bytes
    """The entry as JSON."""

    def entry(self) -> Entry:
        """Return the entry itself."""
        return _entry(self.raw)


class Brief(msgspec.Struct):
    """What central said of an entry; the members are a ``Record``'s, in its order."""

    entry: msgspec.Raw
    verdict: Verdict | None = None
    position: int | None = None
    problem: dict[str, Any] | None = None
    further: dict[str, int] = {}

    @property
    def head(self) -> Head:
        return _head(self.entry)


class Head(msgspec.Struct):
    """What tells one entry from every other."""

    id: str
    n: int
    subject: str


brief_of = msgspec.json.Decoder(Brief).decode
_head = msgspec.json.Decoder(Head).decode
_entry = msgspec.json.Decoder(Entry).decode


def waiting_of(body: bytes) -> Waiting:
    """Return the entry of a record's body."""
    raw = brief_of(body).entry
    head = _head(raw)
    return Waiting(head.id, head.n, bytes(raw))
