"""The couriers of the point, as a conversation uses the store (``clerk_app.store.books.couriers``)."""

from __future__ import annotations

from typing import Any

from clerk_app.store.books.couriers import CourierList, keep_couriers, kept_couriers
from sync.engine import courier_operations as ops
from sync.engine.values import Operation
from sync.hold import Act, Hold


def _known(hold: Hold, _: ops.CouriersKnown) -> str:
    kept = kept_couriers(hold.records)
    return kept.revision if kept is not None else ""


def _keep(hold: Hold, told: ops.KeepCouriers) -> None:
    keep_couriers(hold.records, CourierList(revision=told.revision, couriers=told.couriers))


ACTS: dict[type[Operation[Any]], Act] = {
    ops.CouriersKnown: _known,
    ops.KeepCouriers: _keep,
}
