"""A window whose history went its own way (a disk image put back, a clone) goes on as a new window of its point.

Both histories stay: central's under the old name, and what this machine alone wrote is said anew under the new one.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.journal import GENESIS
from sync.central.access.enrolment import new_window, point_name, public_key_of
from sync.central.access.sessions import Caller
from sync.central.core import Core
from sync.central.entries.screening import MAX_INTEGER
from sync.central.problems import ProblemError
from sync.central.schema import entries, windows
from sync.wire import Enrolment, IncarnationRequest


async def begin(core: Core, caller: Caller, request: IncarnationRequest) -> Enrolment:
    """Make a new window of the machine that holds the key; the same key again gets the same window."""
    key = public_key_of(request.public_key)
    if not 0 <= request.shared_n < MAX_INTEGER or key == caller.public_key.hex():
        raise ProblemError("malformed")
    async with core.database.write() as connection:
        mine = select(windows.c.revoked).where(windows.c.id == caller.window).with_for_update()
        if (await connection.execute(mine)).scalar_one():
            raise ProblemError("window-revoked")
        query = select(windows.c.id, windows.c.number).where(
            windows.c.point == caller.point, windows.c.parent == caller.window, windows.c.public_key == key
        )
        made = (await connection.execute(query)).first()
        if made is None:
            await _check_fork(connection, caller, request)
            row = await new_window(
                connection, caller.point, key, core.now_ms(), parent=caller.window, parent_n=request.shared_n
            )
            window, number = row["id"], row["number"]
        else:
            window, number = made
        name = await point_name(connection, caller.point)
    return Enrolment(
        window=window,
        number=number,
        point=caller.point,
        point_name=name or "",
        epoch=core.epoch,
        handover=None if core.handover is None else core.handover.told(),
    )


async def _check_fork(connection: AsyncConnection, caller: Caller, request: IncarnationRequest) -> None:
    """The histories must part right behind ``shared_n``: where they do not, the window just goes on."""
    shared, after = [await _digest(connection, caller, request.shared_n + i) for i in (0, 1)]
    if shared != request.shared_digest or after is None or after == request.fork_digest:
        raise ProblemError("incarnation-needless")


async def _digest(connection: AsyncConnection, caller: Caller, n: int) -> str | None:
    if n == 0:
        return GENESIS
    query = select(entries.c.digest).where(
        entries.c.point == caller.point, entries.c.window == caller.window, entries.c.n == n
    )
    return (await connection.execute(query)).scalar()
