"""The measures against cases counted by hand, and lights read from sums against the clocks of every case."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.deadlines import Calendar, DueDay, Light
from clerk_app.domain.journal import CENTRAL, Record
from clerk_app.domain.measure_names import NAMES
from clerk_app.domain.measure_pictures import report
from clerk_app.domain.measure_sums import Period, Sums, gathered, lights, points_of
from clerk_app.domain.measure_tables import Names, Picture, Value
from clerk_app.domain.measures import Counts, contribution, difference, key_of
from clerk_app.domain.standing import Standing, fold_any
from clerk_app.history import clocks
from tests.support.measured import EXPIRED, ITEMS, MISSING, WINDOWS, Weeks, weeks
from tests.support.window_journal import TODAY

EVER = Period(date(2026, 1, 1), date(2026, 12, 31))


def folded(records: list[Record]) -> list[Standing]:
    by_subject: dict[str, list[Record]] = {}
    for record in records:
        by_subject.setdefault(record.entry.subject, []).append(record)
    stood = (fold_any(subject, found) for subject, found in by_subject.items())
    return [one for one in stood if one is not None]


def counted(stood: list[Standing]) -> Counts:
    total: Counter[str] = Counter()
    for one in stood:
        total.update(contribution(one))
    return dict(total)


def picture(name: str, stood: list[Standing], period: Period = EVER, *points: str) -> Picture:
    names = Names({item.code: item.name for item in ITEMS}, {"not-competent": "不属于本机关职权范围"})
    made = report(gathered(counted(stood), period, points), period, points, names, Calendar(), TODAY)
    found = made.picture(name)
    assert found is not None
    return found


def row(found: Picture, *labels: str) -> tuple[Value, ...]:
    [one] = [row for row in found.rows if row[: len(labels)] == labels]
    return one[found.labels :]


def one_case(*acts: tuple[str, date, object], item: int = 0) -> Case:
    """A case of 2026-02-23 and what was said of it after."""
    made = Weeks()
    number = "FS0001-01-260223-0001-X"
    made.case(0)
    received = made.entries[0]
    body = {**received.body, "received_on": "2026-02-23"}
    entries = [replace(received, subject=number, body=body, at="2026-02-23T09:30:00+08:00")]
    made.entries.clear()
    for kind, day, said in acts:
        made.say(CENTRAL if kind == "case.decided" else WINDOWS[0], day, 14, kind, number, said)
    entries += [replace(e, n=n) for n, e in enumerate(made.entries, start=100)]
    stood = fold_any(number, [Record(entry=entry) for entry in entries])
    assert isinstance(stood, Case)
    assert stood.ignored == ()
    return replace(stood, item=ITEMS[item])


NOTICE = (
    "notice.given",
    date(2026, 2, 24),
    b.NoticeGiven(number=1, deficits=(MISSING, EXPIRED), given_on=date(2026, 2, 24)),
)
AGAIN = ("notice.given", date(2026, 2, 25), b.NoticeGiven(number=2, deficits=(MISSING,), given_on=date(2026, 2, 25)))
ACCEPTED = b.Accepted(accepted_on=date(2026, 2, 26), promised_due=DueDay(day=date(2026, 3, 5)))
ACCEPT = ("case.accepted", date(2026, 2, 26), ACCEPTED)
DECIDE = ("case.decided", date(2026, 3, 7), b.Decided(on=date(2026, 3, 7), outcome="denied"))
VISIT = ("visit.recorded", date(2026, 2, 27), b.Visited(on=date(2026, 2, 27)))


def test_visits_are_held_against_the_cap_by_item_and_by_depth() -> None:
    stood: list[Standing] = [one_case(VISIT, VISIT), one_case(), one_case(VISIT, item=1)]

    assert row(picture("visits", stood), "居住证签发") == (2, 4, 2.0, 1.0, 1)
    assert row(picture("visits", stood), "房屋租赁登记备案") == (1, 2, 2.0, 2.0, 0)
    assert row(picture("depth", stood), "III 级") == (2, 4, 2.0, 1.0, 1)
    assert picture("visits", stood).total == ("合计", 3, 6, 2.0, 1.33, 1)


def test_complete_at_the_first_visit_leaves_out_what_nobody_looked_at() -> None:
    deemed = ("case.accepted", date(2026, 3, 3), replace(ACCEPTED, deemed=True))
    stood: list[Standing] = [one_case(ACCEPT), one_case(NOTICE, ACCEPT), one_case(), one_case(deemed)]

    assert row(picture("first", stood), "居住证签发") == (2, 1, 50.0)
    assert row(picture("waiting", stood), "居住证签发") == (2, 3.0, 1)


def test_a_line_is_missing_once_a_case_on_the_day_it_was_first_told() -> None:
    stood: list[Standing] = [one_case(NOTICE, AGAIN), one_case()]
    found = picture("missing", stood)

    assert row(found, "居民身份证", "居住证签发") == (1, 50.0, "未提交")
    assert row(found, "申请表", "居住证签发") == (1, 50.0, "已过有效期")
    assert picture("missing", stood, Period.of("day", date(2026, 2, 25))).rows == ()


def test_handling_is_measured_against_the_promise() -> None:
    stood: list[Standing] = [one_case(ACCEPT, DECIDE)]

    assert row(picture("handling", stood), "居住证签发") == (1, 9.0, 128.6, 1)
    assert row(picture("refusals", stood), "居住证签发", "不予批准") == ("", 1)
    assert picture("handling", stood, Period.of("month", date(2026, 2, 1))).rows == ()


def test_work_is_counted_by_window_and_hour_and_not_the_departments() -> None:
    stood: list[Standing] = [one_case(ACCEPT, DECIDE, VISIT)]

    assert picture("hours", stood).rows == (("09时", 1), ("14时", 2))
    assert picture("windows", stood).rows == (("FS0001-05", 3),)


def test_few_ratings_are_not_told_apart() -> None:
    def rated(*levels: int) -> Picture:
        on = date(2026, 2, 27)
        return picture("ratings", [one_case(*(("rating.given", on, sb.RatingGiven(level=level)) for level in levels))])

    assert rated(5, 5, 4, 1).rows == ()
    assert rated(5, 5, 4, 1).total == ("合计", 4, None)
    assert rated(5, 5, 4, 1, 2).rows[0] == ("非常满意", 2, 40.0)
    assert rated(5, 5, 4, 1, 2).total == ("基本满意以上", 3, 60.0)


def test_bags_are_outstanding_until_they_are_received() -> None:
    stood = folded(weeks(0))

    assert row(picture("bags", stood), "市公安局") == (3, 3, 0, 3)


def test_one_point_is_part_of_all() -> None:
    stood = folded(weeks())
    points = points_of(counted(stood))
    assert points == ["FS0001", "FS0002"]
    for name in ("visits", "missing", "hours", "refusals"):
        whole = picture(name, stood).total[-1 if name in {"hours", "refusals"} else 2]
        parts = [picture(name, stood, EVER, p).total[-1 if name in {"hours", "refusals"} else 2] for p in points]
        assert whole == sum(int(part or 0) for part in parts) > 0


def test_days_add_up_to_the_week() -> None:
    stood = folded(weeks())
    week = Period.of("week", date(2026, 2, 25))
    days = [Period.of("day", date(2026, 2, 23 + n)) for n in range(6)] + [Period.of("day", date(2026, 3, 1))]
    counts = counted(stood)
    total: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for day in days:
        for measure, told in gathered(counts, day).counts.items():
            if measure not in {"clock", "bag"}:
                total.update({(measure, key): n for key, n in told.items()})
    found = gathered(counts, week).counts
    assert total == {(m, k): n for m, told in found.items() if m not in {"clock", "bag"} for k, n in told.items()}


@pytest.mark.parametrize("today", [date(2026, 2, 20), date(2026, 3, 2), date(2026, 3, 9), date(2026, 6, 1)])
def test_the_lights_read_from_the_sums_are_those_of_every_clock(today: date) -> None:
    suspended = ("case.suspended", date(2026, 2, 27), b.Suspended(on=date(2026, 2, 27), reason="听证"))
    stood = [*folded(weeks()), one_case(ACCEPT, suspended)]
    expected: dict[str, Counter[Light]] = {}
    for case in stood:
        if isinstance(case, Case):
            for clock in clocks(case, Calendar(), today):
                if clock.name != "送达":  # is not counted (docs/measures.md)
                    expected.setdefault(case.item.department.name, Counter())[clock.light] += 1

    assert lights(gathered(counted(stood), EVER), Calendar(), today) == expected
    assert sum(map(Counter.total, expected.values())) > 40


def test_the_statute_counts_only_where_nothing_was_promised() -> None:
    both = replace(ACCEPTED, statutory_due=DueDay(day=date(2026, 3, 20)))
    case = one_case(("case.accepted", date(2026, 2, 26), both))
    case = replace(case, item=replace(case.item, statutory=Limit(20)))
    alone = replace(case, accepted=replace(both, promised_due=None))

    assert [key.split("\t")[4] for key in contribution(case) if key.startswith("clock\t")] == ["promise"]
    assert [key.split("\t")[4] for key in contribution(alone) if key.startswith("clock\t")] == ["statute"]


def test_a_difference_leads_from_one_to_the_other() -> None:
    before, after = contribution(one_case()), contribution(one_case(NOTICE, ACCEPT, DECIDE))
    total = Counter(before)
    total.update(difference(before, after))

    assert {key: n for key, n in total.items() if n} == after
    assert difference(after, after) == {}


def test_a_tab_in_a_name_moves_nothing() -> None:
    case = one_case(NOTICE)
    odd = replace(case, item=replace(case.item, code="A\tB", department=replace(case.item.department, name="市\t局")))

    assert {key.count("\t") for key in contribution(odd)} == {key.count("\t") for key in contribution(case)}
    assert key_of("work", "P", "2026-03-02", "a\tb") == "work\tP\t2026-03-02\ta b"
    report(gathered(contribution(odd), EVER), EVER, (), Names(), Calendar(), TODAY)


def test_no_key_holds_anything_personal() -> None:
    told = "\n".join(counted(folded(weeks())))
    for case in folded(weeks()):
        assert case.number not in told
    for personal in ("样例甲", "440604190001010011", "13800000000", "C0001"):
        assert personal not in told


def test_every_measure_has_its_name_on_the_command_line_and_one_column_drawn() -> None:
    made = report(Sums(), EVER, (), Names(), Calendar(), TODAY)
    assert tuple(one.name for one in made.pictures) == NAMES
    for one in made.pictures:
        assert one.heads[one.column].name == one.drawn
        assert len(one.total) == len(one.heads)
        assert one.rows == ()


def test_periods_are_days_weeks_and_months() -> None:
    wednesday = date(2026, 2, 25)
    assert Period.of("week", wednesday) == Period(date(2026, 2, 23), date(2026, 3, 1))
    assert Period.of("month", wednesday).moved(1) == Period(date(2026, 3, 1), date(2026, 3, 31))
    assert Period.of("month", wednesday).moved(-1) == Period(date(2026, 1, 1), date(2026, 1, 31))
    assert Period.of("week", wednesday).moved(-1) == Period(date(2026, 2, 16), date(2026, 2, 22))
    assert str(Period.of("day", wednesday).moved(1)) == "2026-02-26"
