"""Databases as earlier versions of central left them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, insert
from sqlalchemy.ext.asyncio import create_async_engine

from sync.central.database import database_url

FIRST: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "central" / "museum" / "central_v1.json").read_text(encoding="utf-8")
)
"""Of the first version: how it made its tables, what it stored, and what it answered then."""


async def put_up_the_first(url: str, *more: str) -> None:
    """Make a database of the first version, with what it held; ``more`` are statements after that."""
    engine = create_async_engine(database_url(url))
    tables = MetaData()
    async with engine.begin() as connection:
        for statement in FIRST["ddl"][engine.dialect.name]:
            await connection.exec_driver_sql(statement)
        await connection.run_sync(tables.reflect)
        for table in tables.sorted_tables:
            if FIRST["rows"][table.name]:
                await connection.execute(insert(table), FIRST["rows"][table.name])
        for statement in more:
            await connection.exec_driver_sql(statement)
    await engine.dispose()
