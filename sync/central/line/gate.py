"""Shedding load: so many batches at once, so many waiting, and whoever comes beyond that is told when to come again.

Two lanes: the day's work goes before what piled up while a line was down. Nobody starves: the backlog has every fifth
turn and its share of the queue, and within its lane a window that was sent away takes the place of whoever came later.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sync.central.problems import ProblemError

LIVE, BACKLOG = "live", "backlog"
LIVE_AT_MOST = 200
"""Entries unsent, as a window tells them: one batch."""
TURNS = 4
"""How often the live lane goes first before the backlog has its turn."""
SHARE = 4
"""A full queue holds at least one part in so many of backlog, and the rest of live work, as long as both are there."""
FIRST_GUESS = 0.05
"""Seconds a batch takes, until some were measured."""
LONGEST_TURN = 0.04
"""Seconds a batch is believed to take at most: one that took longer waited for others, as all do while everybody signs in. To come
too early costs a window one question more; to come too late leaves central idle."""
SHORTEST_SPAN, LONGEST_SPAN = 2.0, 300.0
REMEMBERED = 20_000
AWAY = 3600.0
"""Seconds after which a window that was sent away and did not come back is forgotten."""


@dataclass(slots=True, eq=False)
class _Waiting:
    window: str
    lane: str
    since: float
    """When the window was first sent away, or now."""
    turn: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gate:
    """Lets batches in; of one process."""

    def __init__(
        self,
        at_once: int,
        room: int,
        seconds: Callable[[], float],
        chance: Callable[[], float],
        shed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._at_once, self._room = at_once, room
        self._seconds, self._chance, self._shed = seconds, chance, shed
        self._lanes: dict[str, deque[_Waiting]] = {LIVE: deque(), BACKLOG: deque()}
        self._sent_away: OrderedDict[str, float] = OrderedDict()
        self._turns = 0
        self._took = FIRST_GUESS
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(lane) for lane in self._lanes.values())

    @asynccontextmanager
    async def turn(self, window: str, lane: str) -> AsyncIterator[None]:
        """Wait for this batch's turn and hold it for the block; raises ``busy`` with when to come again."""
        await self._enter(window, lane)
        began = self._seconds()
        try:
            yield
        finally:
            took = min(LONGEST_TURN, max(0.0, self._seconds() - began))
            self._took += (took - self._took) / 16
            self._leave()

    async def _enter(self, window: str, lane: str) -> None:
        now = self._seconds()
        mine = _Waiting(window, lane, self._sent_away.get(window, now))
        if self.running < self._at_once and not self.waiting:
            self.running += 1
        else:
            self._queue(mine, now)
            try:
                await mine.turn
            except asyncio.CancelledError:
                self._forsake(mine)
                raise
        self._sent_away.pop(window, None)

    def _queue(self, mine: _Waiting, now: float) -> None:
        if self.waiting >= self._room:
            last = self._gives_way(mine)
            if last is None:
                raise self._sent(mine, now)
            self._lanes[last.lane].remove(last)
            last.turn.set_exception(self._sent(last, now))
        self._lanes[mine.lane].append(mine)

    def _gives_way(self, mine: _Waiting) -> _Waiting | None:
        """Return who leaves a full queue for ``mine``: of the lane that has more than its share, else who was last to come."""
        backlog, other = self._lanes[BACKLOG], self._lanes[LIVE if mine.lane == BACKLOG else BACKLOG]
        share = max(1, self._room // SHARE)
        over = len(backlog) > share if mine.lane == LIVE else len(backlog) < share
        if other and over:
            return max(reversed(other), key=lambda one: one.since)
        last = max(reversed(self._lanes[mine.lane]), key=lambda one: one.since, default=None)
        return last if last is not None and mine.since < last.since else None

    def _sent(self, one: _Waiting, now: float) -> ProblemError:
        self._sent_away.setdefault(one.window, one.since)
        while len(self._sent_away) > REMEMBERED or now - next(iter(self._sent_away.values()), now) > AWAY:
            self._sent_away.popitem(last=False)
        self._shed(one.lane)
        return ProblemError("busy", headers={"Retry-After": str(1 + int(self._chance() * self._span()))})

    def _span(self) -> float:
        """Return over how many seconds those that are sent away come back: as long as their work takes, and half again."""
        owed = len(self._sent_away) + self.waiting
        return min(LONGEST_SPAN, max(SHORTEST_SPAN, 1.5 * owed * self._took / self._at_once))

    def _leave(self) -> None:
        self.running -= 1
        while self.running < self._at_once and self.waiting:
            following = self._next()
            if not following.turn.done():  # else nobody waits for it any more
                self.running += 1
                following.turn.set_result(None)

    def _next(self) -> _Waiting:
        live, backlog = self._lanes[LIVE], self._lanes[BACKLOG]
        if live and not (backlog and self._turns >= TURNS):
            self._turns += 1
            return live.popleft()
        self._turns = 0
        return backlog.popleft()

    def _forsake(self, mine: _Waiting) -> None:
        """Whoever waited went away: its place is free, or the turn it was just given is another's."""
        if mine in self._lanes[mine.lane]:
            self._lanes[mine.lane].remove(mine)
        elif mine.turn.done() and not mine.turn.cancelled() and mine.turn.exception() is None:
            self._leave()


def lane_of(backlog: int | None) -> str:
    """Return the lane of a batch, from what its window says is unsent."""
    return BACKLOG if backlog is not None and backlog > LIVE_AT_MOST else LIVE
