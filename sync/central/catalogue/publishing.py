"""The catalogue as central publishes it: rows under rising revisions, so that a window asks only for what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.central.core import Core
from sync.central.database import get_meta
from sync.central.problems import ProblemError
from sync.central.schema import catalogue, meta
from sync.wire import Catalogue, CatalogueRow

MAX_PAGE = 2000
MAX_PAGE_BYTES = 8 << 20
CHUNK = 500
"""Rows looked up and written at a time, below both databases' limits on parameters."""
REVISION = "catalogue_revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What an import changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    revision: int = 0
    """Of the catalogue afterwards."""

    @property
    def total(self) -> int:
        """How many rows were given."""
        return self.added + self.changed + self.unchanged


async def publish(core: Core, rows: Iterable[CatalogueRow]) -> Published:
    """Take in rows, whatever revision they name: one that is held already, the same, keeps its revision."""
    added = changed = unchanged = 0
    remaining = iter(rows)
    async with core.database.write() as connection:
        # Importers queue here, so that a revision that can be read has no smaller one still to come.
        revision = int(await get_meta(connection, REVISION, lock=True) or 0)
        while chunk := list(islice(remaining, CHUNK)):
            given = {(r.kind, r.key): _values(r) for r in chunk}
            held = await _held(connection, chunk)
            unchanged += len(chunk) - len(given)
            different = []
            for key, values in given.items():
                if held.get(key) == (values["withdrawn"], values["search"], values["body"]):
                    unchanged += 1
                    continue
                revision += 1
                different.append({**values, "revision": revision})
                changed += key in held
                added += key not in held
            await core.database.upsert(connection, catalogue, different)
        await core.database.upsert(connection, meta, [{"key": REVISION, "value": str(revision)}])
    return Published(added=added, changed=changed, unchanged=unchanged, revision=revision)


async def changes(core: Core, after: int, limit: int) -> Catalogue:
    """Return the rows changed after a revision, in the order of their revisions.

    The last revision given out is always a row's: where none has so high a one, central was restored since it gave it out.
    """
    query = select(catalogue).where(catalogue.c.revision >= after).order_by(catalogue.c.revision).limit(limit + 2)
    async with core.database.read() as connection:
        found = (await connection.execute(query)).mappings().all()
    if after and not found:
        raise ProblemError("cursor-ahead")
    found = [row for row in found if row["revision"] > after][: limit + 1]
    rows: list[CatalogueRow] = []
    size = 0
    for row in found[:limit]:
        size += len(row["body"])
        if rows and size > MAX_PAGE_BYTES:
            break
        rows.append(row_of(row))
    return Catalogue(rows=rows, next=rows[-1].revision if rows else after, more=len(rows) < len(found))


def row_of(row: Mapping[Any, Any]) -> CatalogueRow:
    """Return a row as it goes over the line."""
    return CatalogueRow(
        kind=row["kind"],
        key=row["key"],
        revision=row["revision"],
        withdrawn=row["withdrawn"],
        search=row["search"],
        body=msgspec.Raw(row["body"].encode()),
    )


async def _held(connection: AsyncConnection, chunk: list[CatalogueRow]) -> dict[tuple[str, str], tuple[Any, ...]]:
    columns = (catalogue.c.kind, catalogue.c.key, catalogue.c.withdrawn, catalogue.c.search, catalogue.c.body)
    query = select(*columns).where(catalogue.c.key.in_([row.key for row in chunk]))
    rows = (await connection.execute(query)).all()
    return {(kind, key): (withdrawn, search, body) for kind, key, withdrawn, search, body in rows}


def _values(row: CatalogueRow) -> dict[str, Any]:
    """White space outside of strings is no difference; what is not JSON is refused here, not at a window."""
    body = msgspec.json.format(bytes(row.body), indent=-1)
    msgspec.json.decode(body)
    return {
        "kind": row.kind,
        "key": row.key,
        "withdrawn": row.withdrawn,
        "search": row.search.replace("\0", ""),
        "body": body.decode(),
    }
