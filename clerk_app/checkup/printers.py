"""Whether the printers that are chosen are there and take papers, and what waits for them."""

from __future__ import annotations

from clerk_app.checkup.report import Check, State, ok, skipped, wrong
from clerk_app.printing import choices_of, found_printers
from clerk_app.printing.choices import label_of
from clerk_app.settings import Settings
from clerk_app.store.records import Records

KEPT = "办件照常登记，文书留在打印队列"
SETTLE = "请在“设置”（Ctrl+O）的打印机一栏处理，或改选别的打印机。"


def printer(settings: Settings, records: Records | None) -> Check:
    """Whether papers come out; prints nothing."""
    choices = choices_of(settings.printing)
    if choices.problems:
        found = f"打印设置里有用不了的：{'；'.join(choices.problems)}。"
        return wrong("printer", found, "请在“设置”（Ctrl+O）里重新选择打印机。", KEPT, State.WARNING)
    chosen = choices.printers()
    jobs = records.prints.jobs() if records is not None else []
    last = next((job.trouble for job in reversed(jobs) if job.trouble), "")
    queue = f"；{len(jobs)} 份在打印队列" if jobs else ""
    if not chosen:
        if not jobs:
            return skipped("printer", "没有选定打印机，文书存入文件夹", "在“设置”（Ctrl+O）里可以选打印机。")
        return wrong("printer", f"没有选定打印机{queue}。{last}", SETTLE, KEPT, State.WARNING)
    states = {one.printer: one.state for one in found_printers(choices)}
    bad = [f"{label_of(name)}：{states[name].rstrip('。')}" for name in chosen if states.get(name)]
    if bad:
        return wrong("printer", f"{'；'.join(bad)}{queue}。", SETTLE, KEPT, State.WARNING)
    if last:
        return wrong("printer", f"打印机可用{queue}，最近一次没打出来：{last}", SETTLE, KEPT, State.WARNING)
    return ok("printer", f"{'、'.join(map(label_of, chosen))} 可用{queue}")
