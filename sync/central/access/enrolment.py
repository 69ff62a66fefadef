"""Making a machine a window: single-use codes that expire, exchanged for a window id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.journal import GENESIS
from sync.central.access import codes, retiring
from sync.central.access.codes import UnknownPoint
from sync.central.access.credentials import CODE_LENGTH, clean, fingerprint
from sync.central.core import Core
from sync.central.problems import ProblemError
from sync.central.schema import enrolment_codes, points, windows
from sync.wire import Enrolment, EnrolmentRequest, normal_code

__all__ = ["UnknownPoint", "enrol", "make_codes"]

BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAX_WINDOWS = 36 * 36 - 1
"""At one point: two characters of base 36, ``00`` left out."""


async def make_codes(core: Core, point: str, count: int, valid_for: timedelta = codes.VALID_FOR) -> list[str]:
    """Return new single-use codes for windows of a point; raises ``UnknownPoint``."""
    return [made.code for made in await codes.issue(core, [codes.Wanted(point=point, count=count)], valid_for)]


async def enrol(core: Core, request: EnrolmentRequest) -> Enrolment:
    """Make a window of the machine that holds the key; the same code with the same key gets the same window again."""
    code = normal_code(clean(request.code, 4 * CODE_LENGTH))
    key = public_key_of(request.public_key)
    async with core.database.write() as connection:
        query = select(enrolment_codes).where(enrolment_codes.c.hash == fingerprint(code)).with_for_update()
        held = (await connection.execute(query)).mappings().first()
        if held is None:
            raise ProblemError("code-unknown")
        if held["window"] is not None:
            window = await _enrolled_before(connection, held["window"], key)
        elif held["expires_at"] <= core.now_ms():
            raise ProblemError("code-unknown")
        else:
            await retiring.check_move(connection, request, held["moves"])
            window = await new_window(connection, held["point"], key, core.now_ms())
            if held["moves"]:
                await retiring.moved(core, connection, held["moves"], window["id"])
            used = update(enrolment_codes).where(enrolment_codes.c.hash == held["hash"])
            await connection.execute(used.values(window=window["id"]))
        name = await point_name(connection, held["point"])
    return Enrolment(
        window=window["id"],
        number=window["number"],
        point=held["point"],
        point_name=name or "",
        epoch=core.epoch,
        handover=None if core.handover is None else core.handover.told(),
    )


def public_key_of(text: str) -> str:
    """Return an Ed25519 public key as it is kept, or refuse it."""
    try:
        raw = bytes.fromhex(clean(text))
    except ValueError as error:
        raise ProblemError("malformed") from error
    if len(raw) != 32:
        raise ProblemError("malformed")
    return raw.hex()


async def _enrolled_before(connection: AsyncConnection, window: str, key: str) -> dict[str, Any]:
    """The answer to the first try may have been lost: whoever holds the key may hear it again."""
    row = (await connection.execute(select(windows).where(windows.c.id == window))).mappings().one()
    if row["public_key"] != key:
        raise ProblemError("code-unknown")
    if row["revoked"]:
        raise ProblemError("window-revoked")
    return {"id": row["id"], "number": row["number"]}


async def new_window(
    connection: AsyncConnection,
    point: str,
    key: str,
    now: int,
    *,
    parent: str | None = None,
    parent_n: int | None = None,
) -> dict[str, Any]:
    """Give the machine that holds the key the point's next window number."""
    taken = update(points).where(points.c.code == point, points.c.windows < MAX_WINDOWS)
    taken = taken.values(windows=points.c.windows + 1)
    ordinal = (await connection.execute(taken.returning(points.c.windows))).scalar()
    if ordinal is None:
        raise ProblemError("code-unknown", "本服务点的窗口号已用完，请联系管理员。")
    number = BASE36[ordinal // 36] + BASE36[ordinal % 36]
    row = {"id": f"{point}-{number}", "number": number}
    values: dict[str, Any] = {"point": point, "public_key": key, "last_digest": GENESIS, "enrolled_at": now}
    values |= {"parent": parent, "parent_n": parent_n}
    await connection.execute(insert(windows).values(**row, **values))
    return row


async def point_name(connection: AsyncConnection, point: str) -> str | None:
    """Return what a point is called, or ``None`` where there is no such point."""
    return (await connection.execute(select(points.c.name).where(points.c.code == point))).scalar()
