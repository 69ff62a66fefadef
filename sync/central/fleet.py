"""The fleet: every window as it last spoke, what is the matter with it, and the whole of them in numbers.

Nothing here is asked of a window: what it told with its last greeting is what is known, and when that was stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from clerk_app.domain.timing import SKEW
from sync.central.core import Core
from sync.central.releases import rollouts
from sync.central.releases.rollouts import Rollout
from sync.central.schema import points, windows
from sync.wire_fleet import Fleet, FleetSummary, FleetWindow, Share, WindowWord, heard

MAX_WINDOWS = 2000
"""Of one page."""
SILENT_MS = 24 * 3_600_000
"""So long after its last word a window is missed: it speaks every minute while it is open, and every desk opens daily."""
BEHIND_MS = 3_600_000
"""So old the oldest unsent act may be while the line is merely busy."""
LEAST_DISK = 500
"""Free megabytes; with less, printing and copies fail first."""
PRINTS = ("", "ok", "none")
QUEUE = "queue-"
ENDED = ("revoked", "retired", "moved")
"""Of a window that is no more."""
STATES = ("failed", "refused", "behind", "silent", "disk", "clock", "printer", "unseen", "outdated", *ENDED)
"""What can be the matter with a window, the worst first."""

_WINDOWS = select(*windows.c, points.c.name.label("point_name")).join(points, points.c.code == windows.c.point)


async def page(
    core: Core, of: Collection[str] | None, *, point: str = "", state: str = "", after: str = "", limit: int = 500
) -> Fleet:
    """Return a page of the windows of some points (``None``: of all), by their ids; the summary is of all asked for."""
    known = await told(core, of, point)
    wanted = [one for one in known if not state or state in one.states]
    rest = [one for one in wanted if one.window > after]
    more = len(rest) > limit
    return Fleet(
        windows=rest[:limit], next=rest[limit - 1].window if more else "", summary=summary(wanted if state else known)
    )


async def told(core: Core, of: Collection[str] | None = None, point: str = "") -> list[FleetWindow]:
    """Return the windows of some points (``None``: of all), or of one of them, by their ids."""
    query = _WINDOWS.order_by(windows.c.id)
    if point:
        query = query.where(windows.c.point == point)
    if of is not None:
        query = query.where(windows.c.point.in_(sorted(of)))
    async with core.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
        offers = await rollouts.held(connection)
    now = core.now_ms()
    return sorted((_window(row, offers, now) for row in rows), key=lambda one: one.window)


def summary(known: Iterable[FleetWindow]) -> FleetSummary:
    """Return windows in numbers; those that are no more are counted among the states alone."""
    known = list(known)
    working = [one for one in known if not one.revoked]
    waiting = [one for one in working if one.word is not None and one.word.oldest]
    oldest = min((one.word.oldest for one in waiting if one.word is not None), key=_ms, default="")
    return FleetSummary(
        windows=len(working),
        backlog=sum(one.backlog or 0 for one in working),
        oldest=oldest,
        versions=_shares(Counter(one.version for one in working).items()),
        states=tuple(
            Share(name=state, windows=n) for state in STATES if (n := sum(state in one.states for one in known))
        ),
    )


def worst_first(known: Sequence[FleetWindow]) -> list[FleetWindow]:
    """Return windows in the order in which somebody should look at them; those that are no more come last."""
    return sorted(known, key=lambda one: (one.revoked, *_rank(one), -(one.backlog or 0), one.window))


def _rank(one: FleetWindow) -> tuple[int, int]:
    worst = STATES.index(one.states[0]) if one.states else len(STATES)
    return worst, -len(one.states)


def _shares(counted: Iterable[tuple[str, int]]) -> tuple[Share, ...]:
    """Return the most common first."""
    return tuple(Share(name=name, windows=n) for name, n in sorted(counted, key=lambda one: (-one[1], one[0])))


def _window(row: Mapping[Any, Any], offers: Sequence[Rollout], now: int) -> FleetWindow:
    word = heard_word(row["word"])
    if word is not None and row["backlog"] == 0:  # it has said everything since
        word.oldest = ""
    offered = rollouts.release_for(offers, row["id"], row["point"], row["version"]) if row["version"] else ""
    return FleetWindow(
        window=row["id"],
        point=row["point"],
        last_n=row["last_n"],
        last_seen=_moment(row["last_seen"]) or None,
        version=row["version"],
        backlog=row["backlog"],
        revoked=row["revoked"],
        parent=row["parent"] or "",
        point_name=row["point_name"],
        states=states_of(row, word, now, offered),
        word=word,
        word_at=_moment(row["word_at"]),
        offered=offered,
        enrolled_at=_moment(row["enrolled_at"]),
        retired_at=_moment(row["retired_at"]),
        moved_to=row["moved_to"] or "",
    )


def heard_word(kept: str | None) -> WindowWord | None:
    """Return a window's word as it is kept; ``None``: it said none, or one that only another version understands."""
    return heard(kept)


def states_of(row: Mapping[Any, Any], word: WindowWord | None, now: int, offered: str = "") -> tuple[str, ...]:
    """Return what is the matter with a window, the worst first; of one that is no more, that alone."""
    if row["revoked"]:
        return ("moved" if row["moved_to"] else "retired" if row["retired_at"] is not None else "revoked",)
    found = set(_of_word(word, now)) if word is not None else set()
    if row["last_seen"] is None:
        found.add("unseen")
    elif now - row["last_seen"] > SILENT_MS:
        found.add("silent")
    if offered and not (word is not None and word.program is not None and word.program.failed == offered):
        found.add("outdated")
    return tuple(state for state in STATES if state in found)


def _of_word(word: WindowWord, now: int) -> Iterable[str]:
    if word.program is not None and word.program.failed:
        yield "failed"
    if word.refused:
        yield "refused"
    if word.oldest and now - _ms(word.oldest) > BEHIND_MS:
        yield "behind"
    if word.disk is not None and word.disk < LEAST_DISK:
        yield "disk"
    if abs(word.skew or 0) > SKEW:
        yield "clock"
    if word.printer not in PRINTS and not word.printer.startswith(QUEUE):
        yield "printer"


def _ms(moment: str) -> int:
    """Return a moment a window told; what is none is long ago."""
    try:
        return int(datetime.fromisoformat(moment).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return 0


def _moment(ms: int | None) -> str:
    return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
