"""The state of a bag with its carrier is a function of the set of events: real ones and invented ones, however they come."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.tracking import follow, merged, moment_of
from clerk_app.domain.tracking_codes import CODES, Leg
from tests.support.lists import real_list

CODES_TOLD = [*CODES["ems"], "998", ""]
TEXTS = ["", "已签收，他人代收：门卫", "本人签收", "收件人拒收，退回", "因无人在家，已投快递柜"]
PLACES = ["样例处理中心", "样例揽投部"]
TIMES = [
    *(f"2024-12-{day}T{hour:02}:00:00+08:00" for day in (26, 27) for hour in (0, 8, 16)),
    "2024-12-26T00:00:00Z",
    "不详",
]

events = st.builds(
    TrackEvent,
    waybill=st.just("1200000000017"),
    at=st.sampled_from(TIMES),
    code=st.sampled_from(CODES_TOLD),
    name=st.sampled_from(["", "投递结果反馈-退回妥投", "环节"]),
    place=st.sampled_from(PLACES),
    detail=st.sampled_from(TEXTS),
)


@cache
def real() -> tuple[TrackEvent, ...]:
    told: list[dict[str, Any]] = json.loads(real_list("ems_events_sample.json").read_text(encoding="utf-8"))
    return tuple(
        TrackEvent(
            waybill=one["traceNo"],
            at=one["opTime"].replace(" ", "T") + "+08:00",
            code=one["opCode"],
            name=one["opName"],
            place=one["opOrgName"],
        )
        for one in told
    )


def in_batches(data: st.DataObject, told: list[TrackEvent]) -> tuple[TrackEvent, ...]:
    """Tell events in some order, some of them again, in batches of any size."""
    again = data.draw(st.lists(st.sampled_from(told), max_size=6)) if told else []
    line = data.draw(st.permutations([*told, *again]))
    held: tuple[TrackEvent, ...] = ()
    while line:
        size = data.draw(st.integers(1, len(line)))
        held, line = merged(held, line[:size]), line[size:]
    return held


def revised(data: st.DataObject, told: tuple[TrackEvent, ...]) -> list[TrackEvent]:
    """Add versions of some events: with other words, or at an earlier time."""
    more = [
        replace(
            one,
            detail=data.draw(st.sampled_from(TEXTS[:3])),
            at=data.draw(st.sampled_from([one.at, f"{one.at[:17]}00{one.at[19:]}"])),
        )
        for one in data.draw(st.lists(st.sampled_from(told), max_size=5))
    ]
    return [*told, *more]


@given(st.data())
def test_the_real_stream_in_any_order_and_any_batching_ends_in_the_same_state(data: st.DataObject) -> None:
    held = in_batches(data, list(real()))

    tracking = follow(held, "ems")

    assert held == tuple(sorted(real(), key=lambda one: one.at))
    assert tracking == follow(real(), "ems")
    assert (tracking.leg, tracking.went_back) == (Leg.DELIVERED, ())
    assert [step.label for step in tracking.steps][-4:] == ["派送中", "未妥投", "派送中", "妥投"]


@given(st.data())
def test_the_real_stream_with_revisions_ends_in_the_same_state_whatever_came_first(data: st.DataObject) -> None:
    told = revised(data, real())

    tracking = follow(in_batches(data, told), "ems")

    assert tracking == follow(told, "ems")
    assert tracking.leg is Leg.DELIVERED


@given(st.data(), st.lists(events, max_size=12))
def test_any_events_in_any_order_and_any_batching_end_in_the_same_state(
    data: st.DataObject, told: list[TrackEvent]
) -> None:
    held = in_batches(data, told)

    assert set(held) == set(told)
    assert follow(held, "ems") == follow(told, "ems")
    assert merged(held, told) == held


@given(st.lists(events, max_size=12), st.lists(events, max_size=4))
def test_what_nobody_can_read_moves_nothing(told: list[TrackEvent], more: list[TrackEvent]) -> None:
    unread = [one if moment_of(one.at) is None else replace(one, code="999") for one in more]

    before, after = follow(told, "ems"), follow([*told, *unread], "ems")

    assert (before.leg, before.since, before.went_back) == (after.leg, after.since, after.went_back)
    assert len(after.steps) >= len(before.steps)


@given(st.lists(events, max_size=12))
def test_every_event_is_kept_and_every_step_of_the_way_backwards_is_said(told: list[TrackEvent]) -> None:
    tracking = follow(told, "ems")

    assert {one for step in tracking.steps for one in step.versions} == set(told)
    delivered = [n for n, step in enumerate(tracking.steps) if step.leg is Leg.DELIVERED and step.moment is not None]
    if delivered and tracking.leg not in {Leg.DELIVERED, Leg.RETURNED}:
        before = [step.leg for step in tracking.steps[: delivered[-1]] if step.moment is not None]
        assert tracking.went_back or {Leg.RETURNING, Leg.RETURNED} & set(before)


@given(
    st.builds(
        TrackEvent, waybill=st.text(), at=st.text(), code=st.text(), name=st.text(), place=st.text(), detail=st.text()
    )
)
def test_rubbish_is_kept_and_shown(one: TrackEvent) -> None:
    for carrier in ("ems", "manual", ""):
        [step] = follow([one], carrier).steps
        assert step.versions == (one,)
        assert step.label
