"""办事提示: what a supervisor approved is published with the catalogue, so that the next notice at every point prints it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.kinds import TipState
from clerk_app.domain.plain import to_plain
from clerk_app.domain.tips import PublishedTip, Tip
from sync.central.catalogue.publishing import REVISION
from sync.central.core import Core
from sync.central.database import get_meta
from sync.central.entries.judging import Held
from sync.central.schema import catalogue, meta

KIND = "tip"


async def follow(core: Core, connection: AsyncConnection, states: Mapping[str, Held]) -> bool:
    """Publish and withdraw tips as these subjects now stand, in the transaction that stores their entries; say whether any were."""
    tips = [held.stood for held in states.values() if isinstance(held.stood, Tip)]
    if not tips:
        return False
    # Who imports a catalogue queues at the same row.
    revision = int(await get_meta(connection, REVISION, lock=True) or 0)
    query = select(catalogue.c.key, catalogue.c.withdrawn, catalogue.c.body)
    query = query.where(catalogue.c.kind == KIND, catalogue.c.key.in_([tip.number for tip in tips]))
    held = {key: (withdrawn, body) for key, withdrawn, body in (await connection.execute(query)).all()}
    rows: list[dict[str, Any]] = []
    for tip in tips:
        printed = tip.state is TipState.APPROVED
        if not printed and tip.number not in held:
            continue
        body = msgspec.json.encode(to_plain(PublishedTip.of(tip))).decode()
        if held.get(tip.number) == (not printed, body):
            continue
        revision += 1
        rows.append(
            {
                "kind": KIND,
                "key": tip.number,
                "revision": revision,
                "withdrawn": not printed,
                "search": "",
                "body": body,
            }
        )
    if rows:
        await core.database.upsert(connection, catalogue, rows)
        await core.database.upsert(connection, meta, [{"key": REVISION, "value": str(revision)}])
    return bool(rows)
