"""Who may use which door of the desk: every public one is in the table, and the desk itself looks there."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_app.desk import Desk
from clerk_app.domain.kinds import SUPERVISOR, WINDOW
from clerk_app.domain.people import Person, Role
from clerk_app.line import LineDown
from clerk_app.roles import ANYBODY, DOORS
from clerk_app.seat import Refused
from tests.support.counter import KEY, DeadLine, Office, office
from tests.support.story import APPLICANT, PERMIT, SEAT

PUBLIC = sorted({name for cls in Desk.__mro__[:-1] for name in vars(cls) if not name.startswith("_")})
OPEN = {name for name, roles in DOORS.items() if roles == ANYBODY}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, [PERMIT]) as opened:
        yield opened


def desk_of(here: Office, role: Role) -> Desk:
    person = Person(number="X0001", name="某", role=role, points=(SEAT.point,))
    return Desk(here.records, SEAT, person, KEY, here.clock, DeadLine(), here.folder / "papers")


def use(desk: Desk, name: str) -> Any:
    """Go through a door, with whatever it asks for; what is behind it does not matter here."""
    if isinstance(inspect.getattr_static(Desk, name), property):
        return getattr(desk, name)
    door = getattr(desk, name)
    needed = [p for p in inspect.signature(door).parameters.values() if p.default is p.empty]
    return door(*["x" for _ in needed])


def test_every_public_door_of_the_desk_is_in_the_table_and_nothing_else() -> None:
    assert set(PUBLIC) == set(DOORS)


def test_what_shows_a_case_an_applicant_or_an_entry_is_for_the_window_alone() -> None:
    assert {"today", "calendar", "preset", "search_items", "item", "planned", "joint", "status"} == OPEN
    assert {name for name, roles in DOORS.items() if roles == SUPERVISOR} == {
        "take_up",
        "write_off",
        "settle",
        "close_discrepancy",
        *("assign", "send_back", "conclude", "urge", "extend", "suspend", "resume"),
        *("draw", "verify", "record_finding", "mark", "undoable", "ask_undo", "undo"),
        "tasks",
        "task_counts",
        "measures",
        "measured_points",
        "measures_csv",
        "export_measures",
        "report_paper",
        "print_report",
        "approve_tip",
        "decline_tip",
        "withdraw_tip",
    }
    assert all(roles <= WINDOW for name, roles in DOORS.items() if name not in OPEN)


@pytest.mark.parametrize("role", [Role.COURIER, Role.DEPARTMENT])
@pytest.mark.parametrize("name", PUBLIC)
def test_somebody_of_another_role_is_refused_by_the_desk_itself(name: str, role: Role, here: Office) -> None:
    desk = desk_of(here, role)
    before = here.records.entry_count()
    if name in OPEN:
        use(desk, name)
        return
    with pytest.raises(Refused) as refused:
        use(desk, name)

    assert refused.value.code == "not-your-role"
    assert "值班主任" in refused.value.message
    assert here.records.entry_count() == before


@pytest.mark.parametrize("role", [Role.CLERK, Role.SUPERVISOR])
@pytest.mark.parametrize("name", PUBLIC)
def test_clerk_and_supervisor_are_let_through_where_the_table_says(name: str, role: Role, here: Office) -> None:
    code = ""
    try:
        use(desk_of(here, role), name)
    except Refused as refused:
        code = refused.code
    except (AttributeError, TypeError, LookupError, LineDown):
        code = "open"  # what was handed in made no sense behind the door

    assert (code == "not-your-role") == (role not in DOORS[name])


def test_a_courier_finds_nobody_by_name_or_number(here: Office) -> None:
    courier = desk_of(here, Role.COURIER)
    for words in (APPLICANT.name, APPLICANT.id_number):
        with pytest.raises(Refused, match="揽收员"):
            courier.find_cases(words)
    with pytest.raises(Refused):
        courier.known_applicant(APPLICANT.id_number)
