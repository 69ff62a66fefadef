"""Central's own window: what is said of cases and bags by those who sit at no counter, chained and signed like everybody's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select

from clerk_app.domain.journal import CENTRAL, GENESIS, Entry, signed
from clerk_app.domain.numbers import uuid7
from clerk_app.domain.plain import to_plain
from clerk_app.domain.timing import BEIJING
from sync.central.central import Central
from sync.central.database import get_meta
from sync.central.problems import ProblemError
from sync.central.schema import meta, windows
from sync.wire import EntryVerdict

KEY = "central_window_key"
TRIES = 16
OVERTAKEN = frozenset({"gap", "chain-broken", "entry-reused"})
"""Another process spoke in between: the same is said anew after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something to be said of a subject, seen so far."""

    kind: str
    subject: str
    seen: int
    body: Any
    """One of the bodies of ``clerk_app.domain``."""


@dataclass(kw_only=True)
class OwnWindow:
    """The key of central's own window, and its voice."""

    central: Central
    private_key: bytes
    public_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Find the key that others prove the signatures with."""
        self.public_key = Ed25519PrivateKey.from_private_bytes(self.private_key).public_key().public_bytes_raw()

    @classmethod
    async def open(cls, central: Central) -> Self:
        """Make central's own window, if there is none yet."""
        database = central.database
        async with database.write() as connection:
            held = await get_meta(connection, KEY, lock=True)
            private_key = bytes.fromhex(held) if held else Ed25519PrivateKey.generate().private_bytes_raw()
            window = cls(central=central, private_key=private_key)
            if held is None:
                await database.upsert(connection, meta, [{"key": KEY, "value": private_key.hex()}])
                row = {"id": CENTRAL, "number": "00", "last_digest": GENESIS, "enrolled_at": central.now_ms()}
                await connection.execute(insert(windows).values(**row, public_key=window.public_key.hex()))
        return window

    async def say(self, things: Sequence[Said], actor: str, now: datetime) -> list[EntryVerdict]:
        """Say things in this order, as one batch, and return what came of each; raises ``ProblemError``."""
        if not things:
            return []
        async with self.central.speaking:
            for _ in range(TRIES):
                batch = await self._chained(things, actor, now)
                try:
                    return (await self.central.ingest(CENTRAL, self.public_key, batch)).verdicts
                except ProblemError as error:
                    if error.code not in OVERTAKEN:
                        raise
        raise ProblemError("unavailable")

    async def _chained(self, things: Sequence[Said], actor: str, now: datetime) -> list[Entry]:
        async with self.central.database.read() as connection:
            query = select(windows.c.last_n, windows.c.last_digest).where(windows.c.id == CENTRAL)
            n, previous = (await connection.execute(query)).one()
        batch: list[Entry] = []
        for said in things:
            n += 1
            seed = hashlib.sha256(f"{said.kind}:{said.subject}:{n}".encode()).digest()
            entry = Entry(
                id=uuid7(int(now.timestamp() * 1000), seed[:10]),
                kind=said.kind,
                subject=said.subject,
                at=now.astimezone(BEIJING).isoformat(timespec="seconds"),
                actor=actor,
                window=CENTRAL,
                n=n,
                seen=said.seen,
                previous=previous,
                body=dict(to_plain(said.body)),
            )
            batch.append(signed(entry, self.private_key))
            previous = batch[-1].digest()
        return batch
