"""The couriers of this window's point, as central told them last: one sealed row, because the ids of rows are not sealed."""

from __future__ import annotations

import msgspec

from clerk_app.domain.couriers import Courier
from clerk_app.store.records import Records

KEY = "couriers"


class CourierList(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes to this point, and which of central's lists that is."""

    revision: str
    couriers: tuple[Courier, ...] = ()


_decode = msgspec.json.Decoder(CourierList).decode


def kept_couriers(records: Records) -> CourierList | None:
    """Return the list as it was told last, or ``None`` where none was ever told, or it cannot be read."""
    raw = records.get_meta(KEY)
    try:
        return _decode(raw) if raw else None
    except msgspec.DecodeError:  # written by another version of this program: central is asked again
        return None


def keep_couriers(records: Records, told: CourierList) -> None:
    """Keep a list in the place of the one before."""
    records.put_meta(KEY, msgspec.json.encode(told))
