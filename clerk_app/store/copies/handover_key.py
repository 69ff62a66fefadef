"""Central's public key for work that is carried by hand, as this window was told it; kept sealed, so that nobody swaps it."""

from __future__ import annotations

import msgspec

from clerk_app.store.records import Records

_META = "handover-key"
_RAW = 32


class _Kept(msgspec.Struct):
    id: str
    key: str


def central_key(records: Records) -> tuple[str, bytes] | None:
    """Return id and raw X25519 public key, or ``None`` where central has not told them yet."""
    raw = records.get_meta(_META)
    if not raw:
        return None
    kept = msgspec.json.decode(raw, type=_Kept)
    return kept.id, bytes.fromhex(kept.key)


def keep_central_key(records: Records, id: str, key: str) -> None:
    """Keep what central told, if it is a key and news."""
    try:
        known = central_key(records)
        if len(bytes.fromhex(key)) != _RAW or known == (id, bytes.fromhex(key)):
            return
    except ValueError:
        return
    records.put_meta(_META, msgspec.json.encode(_Kept(id, key)))
