"""Discrepancies: noting one against a bag or a hand-over, and closing one with evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.custody_words import FAULT_LABELS
from screens.dialogs import Option, required
from screens.dispatch.words import fault_words
from screens.scan_dialogs import Pick, Words

if TYPE_CHECKING:
    from clerk_app.bags import Task
    from screens.scan_screen import ScanScreen

LATER = (
    cb.Fault.SHORT,
    cb.Fault.DAMAGED,
    cb.Fault.EXTRA,
    cb.Fault.WRONG_ADDRESS,
    cb.Fault.REFUSED,
    cb.Fault.RETURNED,
    cb.Fault.LOST,
)
"""What may be found out about a bag or a hand-over after it left."""


def note_against(screen: ScanScreen, subject: str, then: Callable[[], None]) -> None:
    """Ask what is wrong, and record it."""
    desk = screen.desk

    def picked(fault: str | None) -> None:
        if fault:
            what = FAULT_LABELS[cb.Fault(fault)]
            prompt = Words(f"差异：{what}", "情况", check=required("请写明情况"))
            screen.open(prompt, lambda note: worded(cb.Fault(fault), note) if note else None)

    def worded(fault: cb.Fault, note: str) -> None:
        named = parse_custody_number(subject)
        parcel = subject if named is not None and named.letter == "P" else ""
        found = cb.Discrepancy(fault=fault, parcel=parcel, note=note)
        screen.ask(lambda: desk.note_discrepancy(subject, [found]), lambda _: done())

    def done() -> None:
        screen.clerk.look_at_line()
        screen.say("差异已登记，转值班主任处理", "good")
        then()

    screen.open(Pick("哪一种差异", [Option(fault, FAULT_LABELS[fault]) for fault in LATER]), picked)


def conclude(screen: ScanScreen, task: Task, then: Callable[[], None]) -> None:
    """Ask how a discrepancy came out and on what evidence, and close it."""
    desk = screen.desk
    told = f"{task.subject}\n{fault_words(task.open.found)}"

    def outcome(words: str | None) -> None:
        if words:
            prompt = Words("差异结案：凭据", "凭据", words=told, check=required("结案须写明凭据"))
            screen.open(prompt, lambda evidence: close(words, evidence) if evidence else None)

    def close(words: str, evidence: str) -> None:
        entry, number = task.open.entry, task.open.number
        screen.ask(lambda: desk.close_discrepancy(task.subject, entry, number, words, evidence), lambda _: done())

    def done() -> None:
        screen.clerk.look_at_line()
        screen.say("已结案", "good")
        then()

    screen.open(Words("差异结案：结果", "结果", words=told, check=required("请写明结果")), outcome)
