"""Central: an open database and everything the command line does to it; ``app.build_app`` puts it on the line."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

import msgspec
from sqlalchemy import delete, select, update

from clerk_app.domain.journal import Entry
from clerk_app.domain.numbers import case_number
from clerk_app.domain.people import Role
from sync.central.access import codes, enrolment, retiring
from sync.central.access.credentials import clean, hash_password
from sync.central.catalogue import publishing
from sync.central.catalogue.publishing import Published
from sync.central.core import Core, utc_now
from sync.central.database import Database, get_meta
from sync.central.entries import ingest
from sync.central.entries.carried import handover_pair
from sync.central.entries.states import States
from sync.central.files import scans
from sync.central.schema import accounts, catalogue, meta, points, prefilings, tokens
from sync.central.settings import Settings
from sync.wire import CatalogueRow, EntriesAnswer, EntriesRequest, Prefiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody to be known; ``password_hash`` (``credentials.hash_password``) saves hashing one password often."""

    number: str
    name: str
    role: Role
    points: tuple[str, ...]
    password: str = ""
    password_hash: str = ""


class Central(Core):
    """The city's end of the line."""

    @classmethod
    async def open(
        cls,
        database_url: str,
        clock: Callable[[], datetime] = utc_now,
        *,
        settings: Settings | None = None,
        migrate: bool = True,
    ) -> Self:
        """Open a database, by URL or path, making its tables where there are none, or bringing them to today's form."""
        told = settings or Settings(database=database_url)
        database = await Database.open(database_url, pool=told.pool, migrate=migrate)
        try:
            async with database.write() as connection:
                epoch = await get_meta(connection, "epoch", lock=True)
                if epoch is None:
                    epoch = secrets.token_hex(8)
                    await database.upsert(connection, meta, [{"key": "epoch", "value": epoch}])
                handover = await handover_pair(database, connection)
        except BaseException:
            await database.close()
            raise
        return cls(database=database, epoch=epoch, states=States(), clock=clock, handover=handover, settings=told)

    async def close(self) -> None:
        """End the long polls and give back every connection."""
        self.bell.silence()
        await self.database.close()

    async def begin_epoch(self) -> str:
        """Begin a new life, before central is served again after a restore: windows then say again what was lost."""
        self.epoch = secrets.token_hex(8)
        async with self.database.write() as connection:
            await self.database.upsert(connection, meta, [{"key": "epoch", "value": self.epoch}])
        await scans.reconcile(self)
        return self.epoch

    async def add_point(self, code: str, name: str) -> None:
        """Make a service point known, or rename it; its windows' catalogue learns of it."""
        await self.add_points([(code, name)])

    async def add_points(self, named: Iterable[tuple[str, str]]) -> None:
        """Make many service points known at once, each as code and name."""
        rows = [{"code": _point_code(code), "name": name} for code, name in named]
        new = [{**row, "position": 0, "windows": 0} for row in rows]
        async with self.database.write() as connection:
            held = {code for (code,) in await connection.execute(select(points.c.code))}
            for row in rows:
                if row["code"] in held:
                    renamed = update(points).where(points.c.code == row["code"])
                    await connection.execute(renamed.values(name=row["name"]))
            await self.database.upsert(connection, points, [row for row in new if row["code"] not in held])
        await self.import_rows(
            CatalogueRow(kind="point", key=str(r["code"]), revision=0, body=msgspec.Raw(msgspec.json.encode(r)))
            for r in rows
        )

    async def add_account(self, number: str, name: str, password: str, role: Role, points: Iterable[str]) -> None:
        """Make a person known, or change them."""
        account = Account(number=number, name=name, password=password, role=Role(role), points=tuple(points))
        await self.add_accounts([account])

    async def add_accounts(self, people: Iterable[Account]) -> None:
        """Make many people known at once."""
        rows = await asyncio.to_thread(lambda: [_account_row(person) for person in people])
        async with self.database.write() as connection:
            await self.database.upsert(connection, accounts, rows)

    async def revoke_account(self, number: str) -> bool:
        """Shut an account out at its next call; whether there is one."""
        async with self.database.write() as connection:
            done = await connection.execute(update(accounts).where(accounts.c.number == number).values(revoked=True))
            await connection.execute(delete(tokens).where(tokens.c.account == number))
        return done.rowcount > 0

    async def revoke_window(self, window: str) -> bool:
        """Shut a window out at its next call; whether there is one."""
        return await retiring.revoke(self, window)

    async def make_enrolment_codes(
        self, point: str, count: int = 1, valid_for: timedelta = codes.VALID_FOR
    ) -> list[str]:
        """Return new single-use codes for windows of a point; raises ``UnknownPoint``."""
        return await enrolment.make_codes(self, point, count, valid_for)

    async def import_rows(self, rows: Iterable[CatalogueRow]) -> Published:
        """Publish catalogue rows; only what differs from what is held gets a new revision."""
        return await publishing.publish(self, rows)

    async def catalogue_counts(self) -> dict[str, int]:
        """Return how many rows of each kind are published and not withdrawn."""
        query = select(catalogue.c.kind).where(catalogue.c.withdrawn.is_(False))
        counts: dict[str, int] = {}
        async with self.database.read() as connection:
            for (kind,) in await connection.execute(query):
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    async def put_prefiling(self, prefiling: Prefiling) -> None:
        """Keep an application made online until it is received."""
        row = {"number": clean(prefiling.number), "document": msgspec.json.encode(prefiling).decode()}
        async with self.database.write() as connection:
            await self.database.upsert(connection, prefilings, [row])

    async def ingest(self, window: str, public_key: bytes, entries: list[Entry]) -> EntriesAnswer:
        """Take in entries as if they had come over the line."""
        request = EntriesRequest(epoch=self.epoch, entries=entries)
        return await ingest.ingest(self, window, public_key, request)


def _point_code(code: str) -> str:
    """A point whose windows could give no case its number is none."""
    case_number(code, "01", date(2000, 1, 1), 1)
    return code


def _account_row(person: Account) -> dict[str, object]:
    return {
        "number": clean(person.number),
        "name": person.name,
        "role": person.role.value,
        "password_hash": person.password_hash or hash_password(person.password),
        "points": json.dumps(list(person.points)),
        "revoked": False,
    }
