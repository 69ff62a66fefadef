"""Further points' feeds, as a conversation uses the store (``clerk_app.store.books.further``)."""

from __future__ import annotations

from typing import Any

from clerk_app.domain.journal import Record, point_of
from clerk_app.domain.trail import Step
from clerk_app.store.books.further import FurtherPoint
from sync import wire
from sync.engine import further_operations as ops
from sync.engine.values import Operation
from sync.hold import Act, Hold


def _follow(hold: Hold, told: ops.Follow) -> tuple[wire.FeedPlace, ...]:
    points = [FurtherPoint(one.point, one.until, one.durable_position) for one in told.points]
    hold.records.further.follow(points)
    return _places(hold)


def _places(hold: Hold) -> tuple[wire.FeedPlace, ...]:
    further = hold.records.further
    held = ((one.point, further.place(one.point)) for one in further.points())
    return tuple(wire.FeedPlace(point=point, after=at.position, mark=at.mark) for point, at in held)


def _followed(hold: Hold, _: ops.Followed) -> tuple[wire.FeedPlace, ...]:
    others, records = _places(hold), hold.records
    own = wire.FeedPlace(point=point_of(hold.window), after=records.feed_cursor(), mark=records.feed_mark())
    return (own, *others) if others else ()


def _take(hold: Hold, told: ops.TakeFurther) -> None:
    taken = [Record(entry=f.entry, verdict=f.verdict, position=f.position) for f in told.entries]
    hold.records.take_further(told.point, taken, told.position, told.mark)


def _look_back(hold: Hold, told: ops.LookBackAt) -> tuple[Step, ...]:
    return hold.records.further.place(told.point).trail


def _begin_anew(hold: Hold, told: ops.BeginAnewAt) -> int:
    hold.records.further.begin_anew(told.point, told.sure)
    return told.sure.position if told.sure is not None else 0


ACTS: dict[type[Operation[Any]], Act] = {
    ops.Follow: _follow,
    ops.Followed: _followed,
    ops.TakeFurther: _take,
    ops.LookBackAt: _look_back,
    ops.BeginAnewAt: _begin_anew,
}
