"""The steps of a hand-over and what each says; no applicant is named in any of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from clerk_app.domain.pickup import Scan
from screens.dispatch.views import to_words
from screens.widgets.prose import Para
from screens.widgets.virtual_list import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clerk_app.dispatch import Signed
    from clerk_app.domain.pickup import Pickup


class Step(IntEnum):
    """Where a hand-over stands."""

    BADGE = 0
    PIN = 1
    BAGS = 2
    MISSING = 3
    SIGN = 4
    DONE = 5


STEP_WORDS = ("1 工牌", "2 PIN", "3 扫袋", "4 未交", "5 签字")
FIELDS = {
    Step.BADGE: ("工牌", "请扫揽收员的工牌"),
    Step.PIN: ("PIN", "请揽收员输入 6 位 PIN，回车"),
    Step.BAGS: ("袋", "逐袋扫描；扫完按 F9"),
    Step.MISSING: ("袋", "找到的袋照扫；没有的按 F8 写原因，留下的不用管"),
    Step.SIGN: ("签字", "双方核对数目，窗口人员按 F9 确认"),
    Step.DONE: ("工牌", "下一位揽收员请扫工牌；结束按 Esc"),
}
FEEDBACK = {
    Scan.TAKEN: ("已收", "good"),
    Scan.TWICE: ("重复：这一袋已经扫过", "warn"),
    Scan.NOT_LISTED: ("不在清单：按 F8 写原因，或按 Del 拿掉", "bad"),
    Scan.NOT_FOR: ("不归这位揽收员领取：请另放", "bad"),
    Scan.UNREADABLE: ("看不清：请再扫一次", "bad"),
}


def feedback(scan: Scan, number: str) -> tuple[str, str]:
    """Return what came of a scan, in words and a tone; what could not be read is not repeated."""
    words, tone = FEEDBACK[scan]
    return (words if scan is Scan.UNREADABLE else f"{words}    {number}"), tone


def step_paras(step: Step) -> list[Para]:
    """Return the line of steps."""
    parts = []
    for n, words in enumerate(STEP_WORDS):
        here = n == step
        parts.append((f"[{words}]" if here else f" {words} ", "accent" if here else "dim"))
    return [Para([*parts, ("  已封存" if step is Step.DONE else "", "good")])]


@dataclass(frozen=True, slots=True)
class Row:
    """One bag of the list."""

    number: str
    to: str
    papers: int
    state: str
    tone: str


def taken_rows(pickup: Pickup) -> list[Row]:
    """Return strangers, what was scanned, the latest first, and what is still to come.

    So a scan changes the rows and not how many there are, and nothing has to be laid out anew for it.
    """
    strangers = [
        Row(number, "不在清单", 0, f"原因：{note}" if note else "要写原因（F8）", "warn" if note else "bad")
        for number, note in pickup.strangers.items()
    ]
    rows = []
    for number in reversed(tuple(pickup.taken)):
        one = pickup.expected[number]
        broken = pickup.broken.get(number)
        state, tone = ("已收", "good") if broken is None else (f"已收，封签破损：{broken}", "bad")
        rows.append(Row(number, to_words(one), one.originals + one.copies, state, tone))
    return [*reversed(strangers), *rows, *_still_to_come(pickup)]


def _still_to_come(pickup: Pickup) -> list[Row]:
    ahead = ((number, pickup.expected[number]) for number in pickup.missing)
    return [Row(number, to_words(one), one.originals + one.copies, "还没有扫", "dim") for number, one in ahead]


def missing_rows(pickup: Pickup, missing: Mapping[str, str]) -> list[Row]:
    """Return what should go and was not scanned."""
    rows = []
    for number in pickup.missing:
        one = pickup.expected[number]
        why = missing.get(number)
        state, tone = ("留在这里，等下一次", "dim") if why is None else (f"未见：{why}", "bad")
        rows.append(Row(number, to_words(one), one.originals + one.copies, state, tone))
    return rows


def row_cells(row: Row) -> list[Cell]:
    """Return a bag's cells."""
    return [Cell(row.number, "strong"), Cell(row.to), Cell(str(row.papers or ""), "dim"), Cell(row.state, row.tone)]


def count_words(pickup: Pickup) -> str:
    """Return the count, e.g. ``12/30``."""
    return f"{len(pickup.taken)}/{len(pickup.taken) + len(pickup.missing)}"


def sign_paras(pickup: Pickup, signed: Signed, missing: Mapping[str, str]) -> list[Para]:
    """Return what both sign."""
    kept = len(pickup.missing) - len(missing)
    papers = sum(pickup.expected[n].originals + pickup.expected[n].copies for n in pickup.taken)
    proof = "PIN 已核对" if signed.proof == "pin" else "在打印的清单上手签"
    faults = len([n for n in pickup.broken if n in pickup.taken]) + len(pickup.strangers) + len(missing)
    who = f"{signed.taker.person}（{signed.taker.code}）{signed.company}"
    return [
        Para([("交出    ", "dim"), (f"{len(pickup.taken)} 袋，{papers} 份", "strong")]),
        Para([("留下    ", "dim"), (f"{kept} 袋，不算差异", "")]),
        Para([("差异    ", "dim"), (f"{faults} 条，记入清单" if faults else "没有", "bad" if faults else "good")]),
        Para([("揽收员  ", "dim"), (who, "strong"), (f"  {proof}", "good" if signed.proof == "pin" else "warn")]),
        Para([("窗口    ", "dim"), ("按 F9 确认：清单封存，不可更改，打印两联", "")]),
    ]
