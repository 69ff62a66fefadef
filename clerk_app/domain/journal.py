"""业务流水: the append-only record of every act, chained by hash and signed by the window that wrote it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENESIS = "0" * 64
"""``previous`` of a window's first entry."""


CENTRAL = "CENTRAL"
"""Central's own window: it speaks for the departments, and is at no point."""


class Verdict(StrEnum):
    """What central said of an entry; final once said, but for ``quarantined``."""

    APPLIED = "applied"
    MERGED = "merged"
    CONFLICTING = "conflicting"
    REFUSED = "refused"
    QUARANTINED = "quarantined"

    @property
    def counts(self) -> bool:
        """Whether the entry takes part in the fold of its subject."""
        return self in {Verdict.APPLIED, Verdict.MERGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act.

    ``n`` counts a window's entries from 1 without gaps; ``at`` is RFC 3339 with offset, for display only; ``seen`` is
    how many entries of the subject the actor had before them; ``previous`` is the SHA-256 of the window's last entry;
    ``signature`` is Ed25519 (RFC 8032) over ``signed_bytes``, in hex.
    """

    id: str
    """UUIDv7 (RFC 9562)."""
    kind: str
    subject: str
    """The case, parcel or manifest number."""
    at: str
    actor: str
    window: str
    n: int
    seen: int
    previous: str
    body: dict[str, Any] = field(default_factory=dict)
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return the canonical form that is signed: sorted keys, no white space, UTF-8, without the signature."""
        return _canonical({name: getattr(self, name) for name in _FIELDS if name != "signature"})

    def canonical(self) -> bytes:
        """Return the whole entry in the same form, with the signature."""
        return _canonical({name: getattr(self, name) for name in _FIELDS})

    def digest(self) -> str:
        """Return the SHA-256, in hex, of the whole entry; the next entry of this window names it as ``previous``."""
        return hashlib.sha256(self.canonical()).hexdigest()


_FIELDS = tuple(f.name for f in fields(Entry))
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry as a store keeps it: with central's verdict and position, or neither while it is unsent."""

    entry: Entry
    verdict: Verdict | None = None
    position: int | None = None
    """Place in the point's feed, from 1."""
    problem: dict[str, Any] | None = None
    """RFC 9457 problem of a refused or quarantined entry."""
    further: Mapping[str, int] = field(default_factory=dict)
    """Places in the feeds of further points that a supervisor here answers for, by point."""

    @property
    def placed(self) -> bool:
        """Whether a feed has told it."""
        return self.position is not None or bool(self.further)

    @property
    def confirmed(self) -> bool:
        """Whether central has it (rule 14)."""
        return self.verdict is not None


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return one subject's records as they are folded: central's order first, own unsent entries after.

    Every feed tells a subject from its beginning and in the same order: what the own point's has not told yet stands behind what it
    has, and among that the feed that has told the most knows the order.
    """
    held = list(records)
    counts = Counter(point for record in held for point in record.further)
    if not counts:
        return sorted(held, key=lambda r: (r.position is None, r.position or 0, r.entry.n))
    leading = max(counts, key=lambda point: (counts[point], point))
    return sorted(held, key=lambda r: _place(r, leading))


def _place(record: Record, leading: str) -> tuple[int, int, int]:
    if record.position is not None:
        return 0, record.position, 0
    if leading in record.further:
        return 1, record.further[leading], 0
    return 2, not record.further, record.entry.n


@dataclass(frozen=True, slots=True)
class Break:
    """Where a window's chain does not hold."""

    n: int
    reason: str


def is_digest(text: str) -> bool:
    """Whether this is a SHA-256 as digests are written here."""
    return len(text) == 64 and set(text) <= _HEX


def point_of(window: str) -> str:
    """Return the point a window stands at: its id is the point's code and its number."""
    return window.rpartition("-")[0]


def is_tombstone(entry: Entry) -> bool:
    """Whether an entry takes the place of one that was lost."""
    return entry.kind == "entry.lost"


def stands_for(entry: Entry) -> str:
    """Return the digest of the lost entry in whose place this one stands (``entry.lost``); empty for every other."""
    told = entry.body.get("stands_for") if is_tombstone(entry) else None
    return told if isinstance(told, str) and is_digest(told) else ""


def links(before: Entry) -> frozenset[str]:
    """Return the digests by which the next entry may name this one."""
    return frozenset({before.digest(), stands_for(before)} - {""})


def verify_chain(entries: Sequence[Entry], previous: str = GENESIS, first: int = 1) -> Break | None:
    """Return the first place where one window's entries are not gapless or do not name their predecessor's hash."""
    named = frozenset({previous})
    for expected, entry in enumerate(entries, start=first):
        if entry.n != expected:
            return Break(expected, "missing")
        if entry.previous not in named:
            return Break(expected, "hash")
        named = links(entry)
    return None


def signed(entry: Entry, private_key: bytes) -> Entry:
    """Return the entry with its signature; ``private_key`` is 32 raw Ed25519 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # off the path to first paint

    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return replace(entry, signature=key.sign(entry.signed_bytes()).hex())


def signature_holds(entry: Entry, public_key: bytes) -> bool:
    """Whether the entry was signed with the key whose 32 raw public bytes these are."""
    from cryptography.exceptions import InvalidSignature  # off the path to first paint

    try:
        _public_key(public_key).verify(bytes.fromhex(entry.signature), entry.signed_bytes())
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=32)
def _public_key(raw: bytes) -> Ed25519PublicKey:
    """Return a key made ready: one window's entries come in batches."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw)


def _canonical(values: dict[str, Any]) -> bytes:
    try:
        return _encoder.encode(values)
    except OverflowError:  # an integer of more than 64 bits: allowed by JSON, slow to write
        return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


_encoder = msgspec.json.Encoder(order="sorted")
