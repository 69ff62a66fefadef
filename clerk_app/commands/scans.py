"""Scanned papers without a screen: attached to a case, taken off again, listed with where their files are."""

from __future__ import annotations

import argparse
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, say
from clerk_app.commands.window import folder_of
from clerk_app.desk import Desk
from clerk_app.domain.scan_content import MEDIA_LABELS, media_words
from clerk_app.scanning import STATE_WORDS, AttachedScan
from clerk_app.wiring import Window


def attach(options: argparse.Namespace) -> int:
    """Attach a file to a material of a case; one out of the scanner's folder leaves it."""
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        before = {scan.entry for scan in desk.case(options.case).scans}
        number = desk.attach_scan(options.case, options.material, options.file.resolve()).number
        [value] = [one for one in _of(desk, number) if one["entry"] not in before]
    told = f"已附到 {value['case']} 的“{value['material_name']}”：{value['media_label']}，{value['pages']} 页。"
    say(value, options.json, [told])
    return DONE


def remove(options: argparse.Namespace) -> int:
    """Take a scan off a case."""
    with Window(folder_of(options)) as window:
        case = signed_in(window).remove_scan(options.case, options.entry, options.reason)
    say({"case": case.number, "scans": len(case.scans)}, options.json, [f"已从 {case.number} 撤下，留有记录。"])
    return DONE


def scans(options: argparse.Namespace) -> int:
    """List the scans of one case, or of every case in which this window attached any."""
    with Window(folder_of(options), read_only=True) as window:
        desk = signed_in(window)
        numbers = [desk.case(options.case).number] if options.case else window.records.scans.subjects()
        found = [one for number in numbers for one in _of(desk, number)]
    say(found, options.json, map(_line, found))
    return DONE


def _of(desk: Desk, number: str) -> list[dict[str, Any]]:
    return [_value(number, one) for one in desk.scans_of(number)]


def _value(number: str, one: AttachedScan) -> dict[str, Any]:
    scan = one.scan
    return {
        "case": number,
        "material": scan.material,
        "material_name": one.material,
        "entry": scan.entry,
        "sha256": scan.sha256,
        "size": scan.size,
        "media": scan.media,
        "media_label": MEDIA_LABELS.get(scan.media, scan.media),
        "pages": scan.pages,
        "window": scan.window,
        "state": one.state,
        "state_label": STATE_WORDS[one.state],
        "words": one.words,
    }


def _line(row: dict[str, Any]) -> str:
    what = media_words(row["media"], row["pages"], row["size"])
    return f"{row['case']}  {row['material_name']}  {what}  {row['words']}  {row['entry']}"
