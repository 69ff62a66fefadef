"""The measures without a screen: as lines, JSON or CSV, and the printed 日报 and 周报."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, USAGE, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.domain.measure_sums import Period
from clerk_app.domain.measure_tables import Picture, shown
from clerk_app.wiring import Window


def measures(options: argparse.Namespace) -> int:
    """Show the measures of some days, or write them as CSV."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        period, points = _period(desk, options), tuple(options.points)
        if options.csv is not None:
            content = desk.measures_csv(period, points, options.name)
            options.csv.parent.mkdir(parents=True, exist_ok=True)
            options.csv.write_bytes(content)
            say({"file": str(options.csv), "bytes": len(content)}, options.json, [f"已存为 {options.csv}"])
            return DONE
        told = desk.measures(period, points)
    pictures = [picture for picture in told.pictures if options.name in {"", picture.name}]
    value = {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "points": list(told.points),
        "today": told.today.isoformat(),
        "measures": [_plain(picture) for picture in pictures],
    }
    say(value, options.json, (line for picture in pictures for line in _lines(picture)))
    return DONE


def report(options: argparse.Namespace) -> int:
    """Write the 日报 or 周报 as PDF."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        content = desk.report_paper(options.kind, options.on or desk.today, tuple(options.points))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    say({"file": str(options.out), "bytes": len(content)}, options.json, [f"已存为 {options.out}"])
    return DONE


def _period(desk: Desk, options: argparse.Namespace) -> Period:
    last = options.to or desk.today
    first = options.begin or min(last, Period.of("week", last).first)
    if first > last:
        raise Stop(USAGE, "用法不对：--from 应不晚于 --to。", "usage")
    return Period(first, last)


def _plain(picture: Picture) -> dict[str, Any]:
    names = [head.name for head in picture.heads]
    return {
        "name": picture.name,
        "title": picture.title,
        "question": picture.question,
        "standing": picture.standing,
        "columns": [{"name": h.name, "title": h.title, "unit": h.unit} for h in picture.heads],
        "rows": [dict(zip(names, row, strict=True)) for row in picture.rows],
        "total": dict(zip(names, picture.total, strict=True)),
    }


def _lines(picture: Picture) -> Iterator[str]:
    yield f"{picture.title}（{picture.name}）：{picture.question}"
    for row in (*picture.rows, picture.total):
        labels = " ".join(str(cell) for cell in row[: picture.labels] if cell)
        numbers = zip(picture.heads, row, strict=True)
        told = [f"{head.title} {shown(value, head)}" for head, value in list(numbers)[picture.labels :] if value != ""]
        yield "  " + "  ".join([labels, *told])
