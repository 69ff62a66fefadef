"""The end of a window: shut out at once, retired in good order, or going on as another window at another point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.central.core import Core
from sync.central.fleet import heard_word
from sync.central.problems import ProblemError
from sync.central.schema import blobs, scans, windows
from sync.wire import EnrolmentRequest, move_bytes

FRESH_MS = 3_600_000
"""So old a window's last word may be for it to tell how the window stands."""


class UnknownWindow(ValueError):
    """There is no such window, or it is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What central knows of a window that is to end, and what would be lost with it."""

    window: str
    said: int | None
    """Seconds since its last word; ``None``: it never spoke."""
    backlog: int | None
    """Entries it had not said then; ``None``: it did not tell."""
    refused: int
    """Entries of its that were refused and wait for a person."""
    scans: int
    """Files its entries name that are not here."""

    @property
    def fresh(self) -> bool:
        """Whether its last word tells how it stands now."""
        return self.said is not None and 1000 * self.said <= FRESH_MS

    @property
    def in_order(self) -> bool:
        """Whether nothing is lost with it."""
        return self.fresh and self.backlog == 0 and not self.refused and not self.scans


async def revoke(core: Core, window: str) -> bool:
    """Shut a window out at its next call, in every process; whether there is one."""
    async with core.database.write() as connection:
        return bool((await connection.execute(_ending(window))).rowcount)


async def retire(core: Core, window: str, *, force: bool = False) -> Standing:
    """End a window that has said everything, or, by force, any; raises ``UnknownWindow``.

    Returns how it stood; it was ended where that is in order, or by force.
    """
    async with core.database.write() as connection:
        standing = await _standing(core, connection, window)
        if force or standing.in_order:
            await connection.execute(_ending(window).values(retired_at=core.now_ms()))
    return standing


async def check_move(connection: AsyncConnection, request: EnrolmentRequest, moves: str | None) -> None:
    """Raise a problem unless a code that moves a window, and only such a code, comes from that very window."""
    if not moves and not request.former:
        return
    if not moves:
        raise ProblemError("code-unknown", "这不是迁移用的登记码，请向管理员索取本窗口的迁移码。")
    if not request.former:
        raise ProblemError("code-unknown", f"这是窗口 {moves} 的迁移码，请在该窗口的机器上执行 clerk move。")
    query = select(windows.c.public_key, windows.c.revoked).where(windows.c.id == moves).with_for_update()
    row = (await connection.execute(query)).one()
    if row.revoked:
        raise ProblemError("window-revoked")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.public_key))
        key.verify(bytes.fromhex(request.former), move_bytes(request.code, request.public_key))
    except (InvalidSignature, ValueError) as error:
        raise ProblemError("code-unknown", f"这是窗口 {moves} 的迁移码，请在该窗口的机器上执行 clerk move。") from error


async def moved(core: Core, connection: AsyncConnection, former: str, to: str) -> None:
    """End the window that goes on as another."""
    await connection.execute(_ending(former).values(retired_at=core.now_ms(), moved_to=to))


def _ending(window: str) -> Any:
    """Central's own window is no window of a point, and is never ended."""
    return update(windows).where(windows.c.id == window, windows.c.point.is_not(None)).values(revoked=True)


async def _standing(core: Core, connection: AsyncConnection, window: str) -> Standing:
    query = select(windows).where(windows.c.id == window, windows.c.point.is_not(None)).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None or row["revoked"]:
        raise UnknownWindow(window)
    here = select(blobs.c.sha256).where(blobs.c.sha256 == scans.c.sha256).exists()
    owed = select(func.count()).select_from(scans)
    owed = owed.where(scans.c.point == row["point"], scans.c.window == window, ~here)
    word = heard_word(row["word"])
    seen = row["last_seen"]
    return Standing(
        window=window,
        said=None if seen is None else max(0, (core.now_ms() - seen) // 1000),
        backlog=row["backlog"],
        refused=0 if word is None else word.refused,
        scans=(await connection.execute(owed)).scalar_one(),
    )
