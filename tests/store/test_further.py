"""Further points' feeds in the store: each has places of its own, and goes as it came."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Entry, Record, Verdict, in_order
from clerk_app.domain.plain import to_plain
from clerk_app.domain.trail import Step
from clerk_app.store.books.further import FurtherPoint
from clerk_app.store.books.subjects import HERE
from clerk_app.store.errors import StoreFull
from clerk_app.store.records import Records
from tests.support.city import received
from tests.support.counter import KEY

WINDOW = "FS0001-01"
NOW = datetime(2025, 6, 3, 9, tzinfo=UTC)
P2, P3 = (FurtherPoint(point=code, until=(NOW + timedelta(days=3)).isoformat()) for code in ("FS0002", "FS0003"))
CASE = "FS0002-01-250603-0001-T"
OTHER = "FS0002-01-250603-0002-R"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(tmp_path / "store", KEY, window=WINDOW, reserve=4096) as opened:
        yield opened


def history(subject: str = CASE, remarks: int = 2, window: str = "FS0002-01") -> list[Entry]:
    bodies: list[tuple[str, object]] = [("case.received", received(window[:6]))]
    bodies += [("remark.added", b.Remarked(text=f"备注{n}")) for n in range(remarks)]
    return [
        Entry(
            id=f"{subject}/{n}",
            kind=kind,
            subject=subject,
            at="2025-06-03T09:00:00+08:00",
            actor="C2",
            window=window,
            n=n,
            seen=n - 1,
            previous="0" * 64,
            body=to_plain(body),
        )
        for n, (kind, body) in enumerate(bodies, start=1)
    ]


def page(entries: Sequence[Entry], after: int = 0) -> list[Record]:
    return [Record(entry=e, verdict=Verdict.APPLIED, position=n) for n, e in enumerate(entries, start=after + 1)]


def follow(records: Records, *points: FurtherPoint) -> None:
    records.further.follow(points)


def hear(records: Records, point: FurtherPoint, entries: Sequence[Entry], after: int = 0, mark: int = 7) -> None:
    records.take_further(point.point, page(entries, after), after + len(entries), mark)


def test_what_a_further_feed_tells_is_there_and_in_no_list_of_the_own_point(records: Records) -> None:
    follow(records, P2)
    hear(records, P2, history())
    assert records.feeds_of(CASE) == {"FS0002"}
    assert (records.summaries(), records.find_cases(CASE), records.case_count()) == ([], [], 0)
    assert [s.number for s in records.summaries(frozenset({"FS0002"}))] == [CASE]
    assert [s.number for s in records.find_cases(CASE, frozenset({HERE, "FS0002"}))] == [CASE]
    assert records.feed_cursor() == 0
    place = records.further.place("FS0002")
    assert (place.position, place.mark, place.trail) == (3, 7, (Step(1, 3, 7),))


def test_it_is_as_it_was_after_it_was_opened_again(tmp_path: Path) -> None:
    with Records.open(tmp_path, KEY, window=WINDOW, reserve=4096) as records:
        follow(records, P2, P3)
        hear(records, P2, history())
        hear(records, P3, history()[:2], mark=9)
        held = records.records_of(CASE), records.feeds_of(CASE)
    with Records.open(tmp_path, KEY, window=WINDOW, reserve=4096) as records:
        assert (records.records_of(CASE), records.feeds_of(CASE)) == held
        assert records.further.points() == (P2, P3)
        assert [s.number for s in records.summaries(frozenset({"FS0003"}))] == [CASE]
        follow(records, P3)
        assert records.feeds_of(CASE) == {"FS0003"}
        assert [r.entry.n for r in records.records_of(CASE)] == [1, 2]


@pytest.mark.parametrize("order", list(itertools.permutations(("own", "P2", "P3"))))
def test_whichever_feed_tells_it_first_the_subject_is_one(records: Records, order: tuple[str, ...]) -> None:
    follow(records, P2, P3)
    for feed in order:
        if feed == "own":
            records.take_feed(page(history()), 3, 5)
        else:
            hear(records, P2 if feed == "P2" else P3, history(), after=0)
    assert [r.entry.n for r in records.records_of(CASE)] == [1, 2, 3]
    assert records.feeds_of(CASE) == {HERE, "FS0002", "FS0003"}
    assert records.entry_count() == 3
    assert records.case_count() == 1
    for left, feeds in (((P3,), {HERE, "FS0003"}), ((), {HERE})):
        follow(records, *left)
        assert records.feeds_of(CASE) == feeds
    assert [(r.position, dict(r.further)) for r in records.records_of(CASE)] == [(n, {}) for n in (1, 2, 3)]
    assert records.rebuild() == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_prefixes_of_several_feeds_are_told_in_the_order_of_the_whole(data: st.DataObject) -> None:
    """Of a subject each feed tells a beginning, at places of its own that only grow."""
    entries = history(remarks=7)
    told = [Record(entry=e, verdict=Verdict.APPLIED) for e in entries]
    for feed in (HERE, "FS0002", "FS0003", "FS0004"):
        heard = data.draw(st.integers(0, len(entries)))
        places = sorted(data.draw(st.sets(st.integers(1, 99), min_size=heard, max_size=heard)))
        for n, place in enumerate(places):
            was = told[n]
            told[n] = replace(was, further={**was.further, feed: place}) if feed else replace(was, position=place)
    held = [record for record in told if record.placed]
    assert in_order(data.draw(st.permutations(held))) == held


def test_a_point_that_is_followed_again_is_heard_from_its_beginning(records: Records) -> None:
    follow(records, P2)
    hear(records, P2, history())
    follow(records)
    assert records.further.place("FS0002").position == 0
    assert records.entry_count() == 0
    assert records.further.points() == ()
    follow(records, P2)
    assert records.further.place("FS0002").position == 0


def test_leaving_that_is_cut_off_goes_on_with_the_next_word(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(records, P2)
    hear(records, P2, [*history(), *history(OTHER)])
    monkeypatch.setattr("clerk_app.store.books.further.BATCH", 1)
    drop, left = records._cases.drop, [1]

    def full(subject: str, gone: Sequence[int]) -> None:
        if not left:
            raise StoreFull
        left.pop()
        drop(subject, gone)

    monkeypatch.setattr(records._cases, "drop", full)
    with pytest.raises(StoreFull):
        follow(records)
    assert records.entry_count() == 3
    monkeypatch.setattr(records._cases, "drop", drop)
    follow(records)
    assert records.entry_count() == 0


def test_what_a_restored_feed_lost_is_set_aside_until_it_is_heard_again(records: Records) -> None:
    follow(records, P2, P3)
    hear(records, P2, history())
    hear(records, P3, history()[:2])
    assert records.further.begin_anew("FS0002", Step(1, 1, 4)) == {CASE}
    told = records.records_of(CASE)
    assert [(r.verdict, dict(r.further)) for r in told] == [
        (Verdict.APPLIED, {"FS0002": 1, "FS0003": 1}),
        (Verdict.APPLIED, {"FS0003": 2}),
        (Verdict.QUARANTINED, {}),
    ]
    assert records.further.place("FS0002").position == 1
    hear(records, P2, history()[1:], after=1)
    assert [r.further["FS0002"] for r in records.records_of(CASE)] == [1, 2, 3]
    assert {r.verdict for r in records.records_of(CASE)} == {Verdict.APPLIED}


def test_the_days_are_counted_from_what_central_said(records: Records) -> None:
    longer = replace_until(P3, days=4)
    follow(records, P2, longer)
    records.further.expire(NOW + timedelta(days=2))
    assert records.further.points() == (P2, longer)
    records.further.expire(NOW + timedelta(days=3))
    assert records.further.points() == (longer,)


def replace_until(point: FurtherPoint, days: int) -> FurtherPoint:
    return FurtherPoint(point=point.point, until=(NOW + timedelta(days=days)).isoformat())


def test_a_store_that_follows_nobody_writes_nothing_for_it(records: Records) -> None:
    generation = records.vault.generation
    for _ in range(3):
        follow(records)
    assert records.vault.generation == generation
