"""What the step decides about further points' feeds."""

from __future__ import annotations

import msgspec
import pytest

from clerk_app.domain.journal import Entry, Verdict
from sync import wire
from sync.engine import plans
from sync.engine.following import LISTEN
from sync.engine.further_operations import TakeFurther
from sync.engine.values import Answered, Ask, Disk, Kind
from tests.support.conversing import failure, failure_of, feeds, have
from tests.support.honest import FURTHER, WINDOW, Honest, entry, told


@pytest.fixture
def ends() -> Honest:
    """Give a window that has nothing to say, and central."""
    return Honest()


def far(count: int) -> list[Entry]:
    return [entry(n, "FS0002-01") for n in range(1, count + 1)]


def asked_of_feeds(ends: Honest) -> list[list[tuple[int, int]]]:
    told = (msgspec.json.decode(r.content, type=wire.FeedsRequest) for r in ends.asked if r.path == "/v1/feeds")
    return [[(place.after, place.mark) for place in one.feeds] for one in told]


def test_further_points_are_heard_to_their_ends_each_share_with_the_mark_of_its_own_end(ends: Honest) -> None:
    ends.further, ends.page = far(250), 150
    taken: list[tuple[int, int]] = []

    def noted(effect: Ask | Disk) -> None:
        if isinstance(effect, Disk) and isinstance(effect.operation, TakeFurther):
            taken.append((effect.operation.position, effect.operation.mark))

    state = have(ends, plans.a_round(WINDOW), noted)
    assert failure_of(state) is None
    assert state.ended is not None
    assert (state.ended.report.further, state.ended.report.pulled) == (1, 250)
    assert taken == [(100, 100001), (150, 150001), (250, 250001)]
    assert asked_of_feeds(ends) == [[(0, 0)], [(150, 150001)]]


def test_a_further_feed_that_is_another_by_now_is_heard_anew_by_itself() -> None:
    ends = Honest(further=far(2))
    have(ends, plans.a_round(WINDOW))
    ends.life, ends.asked = 2, []
    assert failure_of(have(ends, plans.a_round(WINDOW))) is None
    assert asked_of_feeds(ends) == [[(2, 2001)], [(2, 2001)], [(0, 0)]]
    assert ends.further_at == (2, 2002)
    assert {"after": 0} in feeds(ends)
    assert [query for query in feeds(ends) if "limit" in query] == [], "the own feed is as it was"


@pytest.mark.parametrize("code", ["not-found", "method", "rule"])
def test_a_central_that_does_not_tell_further_feeds_holds_up_nothing(ends: Honest, code: str) -> None:
    ends.further, ends.rows = far(1), 1
    assert failure_of(have(ends, plans.a_round(WINDOW), feeds=told(404, code))) is None
    assert (ends.further_at, ends.revision, ends.unsent) == ((0, 0), 1, [])


@pytest.mark.parametrize("spoilt", ["gap", "end", "stranger"])
def test_a_page_with_a_hole_is_none(ends: Honest, spoilt: str) -> None:
    ends.further = far(1)
    first = wire.FeedEntry(position=2 if spoilt == "gap" else 1, verdict=Verdict.APPLIED, entry=far(1)[0])
    page = wire.PointFeed(point="FS0003" if spoilt == "stranger" else FURTHER, entries=[first], next=1)
    page.next = 5 if spoilt == "end" else first.position
    refused = failure(have(ends, plans.a_round(WINDOW), feeds=Answered(message=wire.Feeds(feeds=[page]))))
    assert refused.kind is Kind.DOWN
    assert ends.further_at == (0, 0)


def test_waiting_for_news_asks_for_all_feeds_at_once_and_only_where_several_are_heard(ends: Honest) -> None:
    state = have(ends, plans.listening(WINDOW))
    assert (state.ended is not None and state.ended.result, ends.asked) == (None, [])
    ends.further = far(1)
    state = have(ends, plans.listening(WINDOW))
    assert state.ended is not None
    assert state.ended.result is True
    [asked] = [msgspec.json.decode(r.content, type=wire.FeedsRequest) for r in ends.asked if r.path == "/v1/feeds"]
    assert ([place.point for place in asked.feeds], asked.wait) == (["FS0001", FURTHER], LISTEN)
    ends.further_at = (1, 1001)
    state = have(ends, plans.listening(WINDOW))
    assert state.ended is not None
    assert state.ended.result is False
