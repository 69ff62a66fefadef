"""Other windows' work on its way through this one, as a conversation uses it (``clerk_app.store.copies.carried``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from clerk_app.store.copies.carried import DELIVERED, REFUSED, Carried, CarriedFile
from clerk_app.store.errors import StoreDamaged
from sync.engine import operations as ops
from sync.engine.values import Operation
from sync.hold import Act, Hold


def _load(held: CarriedFile) -> ops.Load:
    return ops.Load(
        word=held.word,
        header=held.opening,
        signature=held.signature,
        parts=held.parts,
        sent=held.sent,
        refused=held.refused_entries,
    )


def _waiting(hold: Hold, _: ops.WaitingLoads) -> tuple[ops.Load, ...]:
    return tuple(_load(held) for held in Carried(hold.records).waiting())


def _delivered(hold: Hold, told: ops.DeliveredLoads) -> tuple[ops.Load, ...]:
    since = hold.clock() - timedelta(seconds=told.idle)
    found = Carried(hold.records).delivered()
    return tuple(_load(held) for held in found if not held.asked_at or datetime.fromisoformat(held.asked_at) <= since)


def _part(hold: Hold, told: ops.TakePart) -> ops.Part:
    try:
        found = Carried(hold.records).part(told.content, told.number)
    except StoreDamaged as error:
        return ops.Part(b"", lost=f"这份代报的文件在本机已损坏（{error.reason}），请重新导入。")
    return ops.Part(b"", lost="这份代报的文件在本机已不完整，请重新导入。") if found is None else ops.Part(found)


def _sent(hold: Hold, told: ops.PartSent) -> None:
    _change(hold, told.content, sent=told.sent, refused_entries=told.refused)


def _ended(hold: Hold, told: ops.LoadEnded) -> None:
    now = hold.clock().isoformat(timespec="seconds")
    if told.code:
        _change(hold, told.content, state=REFUSED, code=told.code, problem=told.problem, settled_at=now)
    else:
        _change(hold, told.content, drop=told.drop, state=DELIVERED, settled_at=now, asked_at=now)


def _asked(hold: Hold, told: ops.LoadAsked) -> None:
    _change(hold, told.content, drop=told.drop, asked_at=hold.clock().isoformat(timespec="seconds"))


def _change(hold: Hold, content: str, *, drop: bool = False, **changed: Any) -> None:
    """Keep what became of a file; one that is there no more is left alone."""
    carried = Carried(hold.records)
    with hold.records.transaction():
        held = carried.file(content)
        if held is not None:
            carried.keep(msgspec.structs.replace(held, **changed), drop=drop)


ACTS: dict[type[Operation[Any]], Act] = {
    ops.WaitingLoads: _waiting,
    ops.DeliveredLoads: _delivered,
    ops.TakePart: _part,
    ops.PartSent: _sent,
    ops.LoadEnded: _ended,
    ops.LoadAsked: _asked,
}
