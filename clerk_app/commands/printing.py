"""The printers without a screen: which there are, a paper printed, what waits and what was printed how often."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

from clerk_app import roles
from clerk_app import settings as window_settings
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, REFUSED, USAGE, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.printing import Choices, Handed, NotPrinted, Printing, choices_of, found_printers, test_page
from clerk_app.printing.choices import label_of
from clerk_app.printing.queue import BY_HAND, STATE_LABELS
from clerk_app.store.books.prints import PrintJob
from clerk_app.wiring import Window

PATIENCE = 30.0
"""Seconds a paper is followed; after that it waits in the queue."""
FOLDER = "（没有选定打印机时，文书存入文书文件夹）"


def printers(options: argparse.Namespace) -> int:
    """List the printers; needs no window."""
    choices = _choices(options)
    chosen = choices.default.printer
    found = [
        {
            "printer": one.printer,
            "name": one.name,
            "kind": one.kind,
            "default": one.default,
            "chosen": one.printer == chosen,
            "state": one.state,
        }
        for one in found_printers(choices)
    ]
    say(found, options.json, _printer_lines(found))
    return DONE


def _printer_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        marks = [text for text, is_so in (("选定", one["chosen"]), ("系统默认", one["default"])) if is_so]
        told = f"（{'、'.join(marks)}）" if marks else ""
        yield f"{one['printer']}{told}  {one['state'] or '可用'}"
    if not found:
        yield f"没有找到打印机{FOLDER}。"


def _choices(options: argparse.Namespace) -> Choices:
    folder = folder_of(options)
    return choices_of(window_settings.load(folder).printing) if window_settings.enrolled(folder) else Choices()


def print_paper(options: argparse.Namespace) -> int:
    """Print a paper, or the test page."""
    if options.test:
        return _test(options)
    if not (options.kind and options.number):
        raise Stop(USAGE, "用法不对：请给出文书名称和编号，或用 --test 打印测试页。", "usage")
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        handed = desk.print_paper(options.kind, options.number, printer=options.printer or None, copies=options.copies)
        job = None if handed.path is not None else _followed(window.printing, handed)
    if job is not None:
        left = "这一份留在打印队列，客户端打开后继续打印。"
        raise Stop(REFUSED, f"没有打出来：{job.trouble or STATE_LABELS[job.state]} {left}", "not-printed")
    value = {
        "kind": handed.job.kind,
        "number": handed.job.subject,
        "printer": handed.job.printer,
        "nth": handed.nth,
        "file": str(handed.path or ""),
    }
    say(value, options.json, [handed.say()])
    return DONE


def _followed(printing: Printing, handed: Handed) -> PrintJob | None:
    """Have a paper printed and return its job where it is not printed now."""
    end = time.monotonic() + PATIENCE
    while True:
        pause = printing.work()
        job = next((job for job in printing.jobs() if job.id == handed.job.id), None)
        if job is None or job.trouble or job.state in BY_HAND or time.monotonic() > end:
            return job
        time.sleep(min(pause or 0.1, 0.5))


def _test(options: argparse.Namespace) -> int:
    choices = _choices(options)
    wanted = options.printer or choices.default.printer
    named = {one.name: one.printer for one in found_printers(choices)}
    printer = named.get(wanted, wanted)
    if not printer:
        raise Stop(USAGE, "用法不对：还没有选定打印机，请用 --printer 指定；有哪些见 clerk printers。", "usage")
    try:
        found = test_page(printer)
    except NotPrinted as error:
        raise Stop(REFUSED, str(error), "not-printed") from error
    if found.state == "gone" or found.say:
        raise Stop(REFUSED, found.say or "测试页没有打出来。", "not-printed")
    say({"printer": printer, "state": found.state}, options.json, [f"测试页已送打印机 {label_of(printer)}。"])
    return DONE


def prints(options: argparse.Namespace) -> int:
    """List what waits for a printer and what was printed how often."""
    with Window(folder_of(options), read_only=True) as window:
        person = window.gate.current()
        if person is not None:
            roles.check(person, "print_queue")
        jobs = [_job(job) for job in window.records.prints.jobs()]
        counts = [{"number": number, "printed": counts} for number, counts in window.records.prints.every_count()]
    value = {"queue": jobs, "printed": counts}
    say(value, options.json, _print_lines(value))
    return DONE


def _job(job: PrintJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "number": job.subject,
        "asked": job.asked,
        "printer": job.printer,
        "copies": job.copies,
        "state": job.state,
        "state_label": STATE_LABELS.get(job.state, job.state),
        "trouble": job.trouble,
    }


def _print_lines(value: dict[str, Any]) -> Iterator[str]:
    for job in value["queue"]:
        at = job["asked"][:16].replace("T", " ")
        yield f"{at}  {job['state_label']}  {job['number']}  {job['kind']}  {label_of(job['printer'])}  {job['trouble']}"
    if not value["queue"]:
        yield "打印队列是空的。"
    for one in value["printed"]:
        yield f"{one['number']}  " + "、".join(f"{kind} {count} 次" for kind, count in one["printed"].items())
