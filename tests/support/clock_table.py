"""The table of due days derived by hand (tests/domain/clock_table.csv), and a case for each of its rows.

The derivations are from the State Council's notices: 国办发明电〔2023〕7号 (2024), 〔2024〕12号 (2025), 〔2025〕7号 (2026).
No notice of 2027 is assumed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import CaseClock
from clerk_app.domain.case_clocks import case_clocks
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import Calendar, DueDay, Suspension
from clerk_app.domain.people import Role
from clerk_app.planning import Decide
from clerk_app.seat import Act
from sync.central.catalogue.calendar_seed import seed_tables
from sync.central.importing.limits import limit_in
from tests.support.story import PERMIT, Counter, without

PATH = Path(__file__).parent.parent / "domain" / "clock_table.csv"
CALENDAR = Calendar(seed_tables(range(2023, 2027)))
KEYS = {"notice": "notice", "term": "promised", "supplement": "promised", "debt": "debt:lease", "delivery": "delivery"}
"""Kind of row → the clock it is about; of a procedure, the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, as it is written."""

    clock: str
    start: date
    printed: str
    """The limit as it is printed."""
    limit: Limit
    supplements: tuple[date, ...]
    pauses: tuple[Suspension, ...]
    extension: Limit | None
    due: DueDay | None
    """``None``: no debt may be owed."""
    remark: str

    def __str__(self) -> str:
        """Name the row in a test's report."""
        return f"{self.clock} {self.start} {self.printed} {self.remark[:12]}"


def rows() -> Iterator[Row]:
    """Yield the table."""
    with PATH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["provisional"] in {"", "暂定"}, row
            yield Row(
                clock=row["clock"],
                start=date.fromisoformat(row["start"]),
                printed=row["limit"],
                limit=_limit(row["limit"]),
                supplements=tuple(date.fromisoformat(one) for one in row["supplements"].split(";") if one),
                pauses=tuple(_pause(one) for one in row["pauses"].split(";") if one),
                extension=_limit(row["extension"]) if row["extension"] else None,
                due=DueDay(date.fromisoformat(row["due"]), bool(row["provisional"])) if row["due"] else None,
                remark=row["remark"],
            )


def _limit(text: str) -> Limit:
    """Read a limit as it is read from a department's list."""
    found = limit_in(text)
    assert found is not None, text
    return found


def _pause(text: str) -> Suspension:
    first, _, end = text.partition("..")
    return Suspension(start=date.fromisoformat(first), end=date.fromisoformat(end))


def clock_of(row: Row, case: Case, today: date) -> CaseClock:
    """Return the clock a row is about."""
    key = KEYS.get(row.clock, "procedure:1")
    return next(one for one in case_clocks(case, CALENDAR, today) if one.key == key)


def told(row: Row) -> Counter:
    """Return the case a row tells, up to the day its clock has begun and every pause is over."""
    item = replace(PERMIT, promised=row.limit, statutory=None)
    counter = Counter(item if row.clock in {"term", "supplement", "debt"} else PERMIT, day=row.start, calendar=CALENDAR)
    match row.clock:
        case "notice":
            counter.receive(without("lease"), Decide.RECEIVE)
        case "debt":
            counter.receive(without("lease"), Decide.PROVISIONAL)
        case "supplement":
            _supplemented(counter, row)
        case _:
            counter.receive()
    if row.clock == "procedure":
        begun = b.Suspended(on=row.start, reason="专家评审", told=row.limit)
        counter.say([Act("case.suspended", counter.number, begun)], Role.SUPERVISOR)
    if row.clock == "delivery":
        counter.say([Act("case.decided", counter.number, b.Decided(on=row.start, outcome="approved"))], Role.DEPARTMENT)
    for pause in row.pauses:
        _paused(counter, pause, row.due)
    if row.extension is not None:
        _extended(counter, row.extension, row.due)
    return counter


def _extended(counter: Counter, by: Limit, due: DueDay | None) -> None:
    """Extend the promise; to which day is what the table says."""
    said = sb.Extended(
        on=counter.today, days=by.days, reason="案情复杂", approved_by="局长", basis="条例", promised_due=due
    )
    counter.say([Act("case.extended", counter.number, said)], Role.SUPERVISOR)


def _supplemented(counter: Counter, row: Row) -> None:
    missing = ("lease", "photo")[: len(row.supplements)]
    brought = {"lease": Tally(material="lease", copies_kept=1), "photo": Tally(material="photo", copies_kept=2)}
    counter.receive(without(*missing))
    for on, material in zip(row.supplements, missing, strict=True):
        counter.today = on
        counter.supplement(brought[material])


def _paused(counter: Counter, pause: Suspension, due: DueDay | None) -> None:
    """Begin and end a special procedure; to which day the promise has moved is what the table says."""
    assert pause.end is not None
    counter.today = pause.start
    counter.say(
        [Act("case.suspended", counter.number, b.Suspended(on=pause.start, reason="专家评审"))], Role.SUPERVISOR
    )
    counter.today = pause.end
    resumed = b.Resumed(on=pause.end, promised_due=due)
    counter.say([Act("case.resumed", counter.number, resumed)], Role.SUPERVISOR)
