"""Who may use which door of the desk: one table, checked where the doors are and not on the screens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from clerk_app.domain.kinds import SUPERVISOR, WINDOW
from clerk_app.domain.people import Person, Role
from clerk_app.seat import Refused

T = TypeVar("T")

ROLE_LABELS = {
    Role.CLERK: "窗口人员",
    Role.SUPERVISOR: "值班主任",
    Role.COURIER: "揽收员",
    Role.DEPARTMENT: "部门人员",
}
ANYBODY = frozenset(Role)
"""Doors behind which nobody's data are: the catalogue, the day, the window in numbers."""
DOORS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("today", "calendar", "preset", "search_items", "item", "planned", "joint", "status"), ANYBODY),
    **dict.fromkeys(("begin", "check_applicant", "applicant_warnings", "assess", "receive"), WINDOW),
    **dict.fromkeys(("known_applicant", "already_seen"), WINDOW),
    **dict.fromkeys(("points", "points_of", "point_name", "changes"), WINDOW),
    **dict.fromkeys(("cases", "find_cases", "case", "history", "confirmed", "allowed"), WINDOW),
    **dict.fromkeys(("clocks", "reckonings", "deemed_accepted", "wanted", "visit_would_breach"), WINDOW),
    **dict.fromkeys(("supplement", "accept", "notify", "accept_provisionally", "decline"), WINDOW),
    **dict.fromkeys(("withdraw", "return_papers", "remark", "reveal_identity"), WINDOW),
    **dict.fromkeys(("papers_of", "paper", "print_paper"), WINDOW),
    **dict.fromkeys(("printers", "trays", "print_test_page", "print_queue"), WINDOW),
    **dict.fromkeys(("retry_print", "cancel_print", "reroute_print"), WINDOW),
    **dict.fromkeys(("unsent", "losses"), WINDOW),
    **dict.fromkeys(("prefiling", "look_elsewhere", "take_up_case", "arriving", "whereabouts"), WINDOW),
    **dict.fromkeys(("disputes", "refusals", "refusal", "leaves", "mend", "say_again", "give_up"), WINDOW),
    **dict.fromkeys(("scanner", "waiting_scans", "hold_scan", "release_scans"), WINDOW),
    **dict.fromkeys(("attach_scan", "remove_scan", "scans_of"), WINDOW),
    **dict.fromkeys(("to_pack", "results_here", "parcels", "find_parcels", "manifests", "parcel", "manifest"), WINDOW),
    **dict.fromkeys(("disputed", "way_of", "trace", "custody_tasks", "note_discrepancy"), WINDOW),
    **dict.fromkeys(("packing", "packing_for_applicant", "pack", "unseal", "set_waybill"), WINDOW),
    **dict.fromkeys(("ask_pickup", "cancel_pickup", "begin_pickup", "scan_bag", "close_pickup"), WINDOW),
    **dict.fromkeys(("courier", "verify_courier", "courier_on_paper"), WINDOW),
    **dict.fromkeys(("label", "print_label", "manifest_paper", "print_manifest"), WINDOW),
    **dict.fromkeys(("receive_parcel", "result_arrived", "deliver", "give_back"), WINDOW),
    **dict.fromkeys(("answer_task", "answer_urge"), WINDOW),
    **dict.fromkeys(("assign", "send_back", "conclude", "urge", "extend", "suspend", "resume"), SUPERVISOR),
    **dict.fromkeys(("draw", "verify", "record_finding", "mark", "undoable", "ask_undo", "undo"), SUPERVISOR),
    **dict.fromkeys(("refresh_tasks", "my_returns", "tips", "tip", "offer_tip", "rate"), WINDOW),
    **dict.fromkeys(("tasks", "task_counts", "approve_tip", "decline_tip", "withdraw_tip"), SUPERVISOR),
    **dict.fromkeys(("measures", "measured_points", "measures_csv", "export_measures"), SUPERVISOR),
    **dict.fromkeys(("report_paper", "print_report"), SUPERVISOR),
    **dict.fromkeys(("take_up", "write_off", "settle", "close_discrepancy"), SUPERVISOR),
}
"""Public method or property of the desk → who may use it. What a role then may do to a case, ``domain.kinds`` says."""


def guarded(cls: type[T]) -> type[T]:
    """Have every public method and property of a class look at ``DOORS`` first; one that is not in it is the window's own.

    The class's objects have a ``person``; somebody whose role is not named gets ``Refused``.
    """
    for name, found in list(vars(cls).items()):
        if name.startswith("_"):
            continue
        if isinstance(found, property) and found.fget is not None:
            setattr(cls, name, property(_checked(name, found.fget), doc=found.__doc__))
        elif callable(found):
            setattr(cls, name, _checked(name, found))
    return cls


def check(person: Person, door: str) -> None:
    """Raise ``Refused`` where somebody may not use a door of the desk."""
    if person.role not in DOORS.get(door, WINDOW):
        if person.role in WINDOW:
            raise Refused("not-your-role", "这一步须由值班主任登录后办理。")
        label = ROLE_LABELS.get(person.role, person.role)
        raise Refused("not-your-role", f"您的岗位是{label}，不能查看或办理收件和办件。请由窗口人员或值班主任登录。")


def _checked(name: str, door: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(door)
    def enter(desk: Any, *given: Any, **named: Any) -> Any:
        check(desk.person, name)
        return door(desk, *given, **named)

    return enter
