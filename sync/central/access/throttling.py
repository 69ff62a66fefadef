"""Slows down guessing: after some failures in a row an account waits, longer each time."""

from __future__ import annotations

from math import ceil
from typing import Any

from sqlalchemy import delete, select

from sync.central.core import Core
from sync.central.problems import ProblemError
from sync.central.schema import throttle

FREE_FAILURES = 5
FIRST_DELAY_MS = 30_000
LONGEST_DELAY_MS = 15 * 60_000
FORGOTTEN_MS = 24 * 3_600_000
"""After a day without an attempt an account begins anew: numbers nobody has must not pile up."""
SWEPT_AT_ONCE = 100


def delay_ms(failures: int) -> int:
    """Return how long an account waits after so many failures in a row."""
    if failures < FREE_FAILURES:
        return 0
    return min(LONGEST_DELAY_MS, FIRST_DELAY_MS << min(failures - FREE_FAILURES, 10))


async def count_attempt(core: Core, account: str) -> None:
    """Count an attempt as failed before the password is looked at, so that many at once gain nothing."""
    now = core.now_ms()
    async with core.database.write() as connection:
        query = select(throttle).where(throttle.c.account == account).with_for_update()
        row = (await connection.execute(query)).mappings().first()
        if row is not None and row["until"] > now:
            raise ProblemError("too-often", headers={"Retry-After": str(ceil((row["until"] - now) / 1000))})
        failures = 1 if row is None else row["failures"] + 1
        values: dict[str, Any] = {"account": account, "failures": failures, "until": now + delay_ms(failures)}
        await core.database.upsert(connection, throttle, [values])
        old = select(throttle.c.account).where(throttle.c.until < now - FORGOTTEN_MS).limit(SWEPT_AT_ONCE)
        await connection.execute(delete(throttle).where(throttle.c.account.in_(old.with_for_update(skip_locked=True))))


async def forget(core: Core, account: str) -> None:
    """The password was right: begin again."""
    async with core.database.write() as connection:
        await connection.execute(delete(throttle).where(throttle.c.account == account))
