"""Which version of an item is received today, what is planned with it, and why one is not received: by the desk's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.editions import Edition, in_force
from clerk_app.seat import Refused
from clerk_app.store.records import Records


def chosen(records: Records, code: str, on: date) -> ServiceItem:
    """Return an item as it is in force on a day; raises ``Refused`` where it is not received then, saying why."""
    item = records.item(code, on)
    if item is not None:
        return item
    other = records.item(code)
    if other is None:
        raise Refused("item-unknown", f"事项目录中没有代码为“{code[:64]}”的事项。", "item")
    raise Refused("item-not-in-force", _why(other, records.editions(code), on), "item")


def must_be_offered(records: Records, item: ServiceItem, on: date) -> None:
    """Raise ``Refused`` where an item that was chosen earlier is not received, or not in this version, by now."""
    now = records.item(item.code, on)
    if now is not None and now.version == item.version:
        return
    if now is None and records.item(item.code) is None and item.edition.holds(on):
        return  # withdrawn since: what was begun under it is not lost
    if now is None:
        raise Refused("item-not-in-force", _why(item, records.editions(item.code) or (item.edition,), on), "item")
    raise Refused(
        "item-superseded", f"“{item.name}”今天执行的是第 {now.version} 版，材料清单可能不同，请重新选定事项。", "item"
    )


def planned(editions: Sequence[Edition], on: date) -> str:
    """Return what changes next with an item that is in force, in Chinese; empty where nothing is planned."""
    now = in_force(editions, on)
    for day in _turns(editions, on):
        then = in_force(editions, day)
        if then == now:
            continue
        if then is not None:
            return f"自 {day} 起执行新版" if now is not None else f"自 {day} 起办理"
        again = next((later for later in _turns(editions, day) if in_force(editions, later) is not None), None)
        told = f"办理至 {day - timedelta(days=1)}"
        return f"{told}，之后停办" if again is None else f"{told}，自 {again} 起执行新版"
    return ""


def _turns(editions: Sequence[Edition], after: date) -> list[date]:
    """Return the days past a day on which a version begins, or has just ended."""
    begins = {one.starts for one in editions if one.starts is not None}
    over = {one.ends + timedelta(days=1) for one in editions if one.ends is not None and one.ends < date.max}
    return sorted(day for day in begins | over if day > after)


def _why(item: ServiceItem, editions: Sequence[Edition], on: date) -> str:
    begins = next((day for day in _turns(editions, on) if in_force(editions, day) is not None), None)
    ended = max((one.ends for one in editions if one.ends is not None and one.ends < on), default=None)
    over = f"办理至 {ended}，现已停办" if ended is not None else "现在不办理"
    if begins is None:
        return f"“{item.name}”{over}，不能收件。"
    if ended is None:
        return f"“{item.name}”自 {begins} 起办理，今天还不能收件。"
    return f"“{item.name}”{over}，自 {begins} 起重新办理，今天不能收件。"
