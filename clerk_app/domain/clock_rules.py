"""The rules a clock may run under: what it is called, where it is written, and from which day it counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, as a reader is told it."""

    id: str
    name: str
    basis: str
    start: str
    """From which day it counts, in words."""
    text: str = ""
    """The limit in words, where the item does not publish it."""
    pauses: bool = False
    """Whether the days of a special procedure are left out (行政许可法 §45)."""


LAW = "《行政许可法》"
NOTICE = Rule(
    id="notice",
    name="一次性告知",
    basis=f"{LAW}第三十二条第一款第四项、第八十二条",
    start="收件之日",
    text="收件后5个工作日内一次告知全部欠缺",
)
PROMISED = Rule(
    id="promised",
    name="承诺办结",
    basis=f"事项公布的承诺办结时限；{LAW}第八十二条",
    start="受理之日",
    pauses=True,
)
STATUTORY = Rule(
    id="statutory",
    name="法定办结",
    basis=f"事项公布的法定办结时限；{LAW}第四十二条、第八十二条",
    start="受理之日",
    pauses=True,
)
DEBT = Rule(
    id="debt",
    name="容缺补交",
    basis="容缺受理承诺书",
    start="受理之日",
    text="受理后20个工作日内，且早于承诺办结日至少2个工作日",
)
PROCEDURE = Rule(
    id="procedure",
    name="特别程序",
    basis=f"{LAW}第四十五条",
    start="特别程序开始之日",
    text="所需时间不计入办理时限，并书面告知申请人",
)
DELIVERY = Rule(
    id="delivery",
    name="送达",
    basis=f"{LAW}第四十四条、第八十二条",
    start="作出决定之日",
    text="作出决定后10个工作日内送达",
)
URGE = Rule(id="urge", name="催办答复", basis="值班主任所定答复日期", start="催办之日")
SENT_BACK = Rule(id="sent_back", name="退回整改", basis="值班主任所定整改日期", start="退回之日")
VERIFY = Rule(
    id="verify",
    name="抽中核查",
    basis="信任在先、事后核查",
    start="抽中之日",
    text="抽中后20个工作日内核查",
)
FINDING = Rule(id="finding", name="问题整改", basis="值班主任所定整改日期", start="记录之日")
