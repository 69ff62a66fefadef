"""``clerk doctor``: whether a clerk can work here; ``clerk set-time``: what time it is."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

from clerk_app.checkup.examination import Examination
from clerk_app.checkup.report import STATE_LABELS, Check, Report, State
from clerk_app.commands.output import DONE, NOT_READY, USAGE, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.domain.timing import BEIJING
from clerk_app.hardening import harden
from clerk_app.line import LineDown, LineRefused, LineStatus
from clerk_app.program.build_info import build_info
from clerk_app.settings import Settings
from clerk_app.store.access.keys import Keys
from clerk_app.store.records import Records
from clerk_app.unlocking import unlock_for
from clerk_app.window_clock import WindowClock
from clerk_app.wiring import Window

PATIENCE = 5.0
"""Seconds central is waited for."""
_NARROW = 8
"""Columns of the longest label."""


def doctor(options: argparse.Namespace) -> int:
    """Examine the window; the exit status says whether a clerk can work."""
    if options.program:
        from clerk_app.commands.program_check import check

        return check(options)
    harden()  # a passphrase may be typed before anything else is opened
    report = Examination(folder_of(options), unlock_for, probe, deep=options.deep).run()
    say(as_json(report), options.json, lines(report))
    return DONE if report.can_work else NOT_READY


def probe(settings: Settings, records: Records, keys: Keys, clock: WindowClock) -> LineStatus:
    """Ask central whether it is there, for at most ``PATIENCE`` seconds."""
    from sync.connect import connect

    told: list[LineStatus] = []

    def ask() -> None:
        try:
            with closing(connect(records, settings.seat, keys.signing_key, clock, clock.heard, ca=settings.ca)) as end:
                end.greet()
        except (LineDown, LineRefused) as down:
            told.append(LineStatus(last_problem=str(down)))
        else:
            told.append(LineStatus(online=True, clock_skew=end.clock_skew))

    asking = threading.Thread(target=ask, name="probe", daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return told[0] if told else LineStatus(last_problem=f"市中心 {PATIENCE:g} 秒内没有应答。")


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as the command prints it."""
    return {
        "ok": report.ok,
        "can_work": report.can_work,
        "version": build_info().version,
        "window": report.window,
        "point": report.point,
        "checks": [
            {
                "name": check.name,
                "label": check.label,
                "state": check.state.value,
                "found": check.found,
                "kept": check.kept,
                "todo": check.todo,
            }
            for check in report.checks
        ],
    }


def lines(report: Report) -> Iterator[str]:
    """Yield the report for a person."""
    for check in report.checks:
        yield f"[{STATE_LABELS[check.state]}]  {check.label}{'  ' * (_NARROW // 2 - len(check.label))}  {check.found}"
        yield from _below(check)
    wrong = [check.label for check in report.checks if check.state is State.FAILED]
    if not report.can_work:
        yield f"结论：现在不能办理（{'、'.join(wrong) or '见上'}）。已登记的都没有改动。"
    elif report.ok:
        yield "结论：一切正常，可以办理。"
    else:
        yield "结论：可以办理；有需要注意的，见上。"


def _below(check: Check) -> Iterator[str]:
    indent = " " * (8 + _NARROW + 2)
    if check.kept:
        yield f"{indent}留存：{check.kept}。"
    if check.todo:
        yield f"{indent}处理：{check.todo}"


def set_time(options: argparse.Namespace) -> int:
    """Take a person's word for the time, until central is heard."""
    said = options.time
    with Window(folder_of(options)) as window:
        try:
            reading = window.clock.set(said)
        except ValueError:
            text = '这个时间不可能是现在，没有改动。请核对后重新输入，如 clerk set-time "2026-11-23 09:30"。'
            raise Stop(USAGE, text, "time-invalid") from None
    now = datetime.fromtimestamp(reading.now, BEIJING)
    value = {"time": now.isoformat(timespec="seconds"), "skew": round(reading.skew), "doubt": reading.doubt.value}
    say(value, options.json, [f"已按 {now:%Y-%m-%d %H:%M} 计时，连上市中心后以市中心为准。本机时钟没有改动。"])
    return DONE
