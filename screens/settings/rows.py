"""What each section of the settings shows: rows of a label and what is set, each with what changes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerk_app.bag_papers import LABEL, MANIFEST
from clerk_app.domain.deadlines import preset_of
from clerk_app.paperwork import (
    ACCEPTANCE,
    COMMITMENT,
    CUSTODY,
    DELIVERY,
    EXTENSION,
    NOTICE,
    RECEIPT,
    REFUSAL,
    SUSPENSION,
)
from clerk_app.print_doors import STATE_LABELS, FoundPrinter, PrintJob
from clerk_app.printing.choices import Choice, Choices, choices_of, label_of
from clerk_app.wedge import named, wedge_of
from screens.themes import NAMES

if TYPE_CHECKING:
    from clerk_app.checkup.report import Report
    from clerk_app.scanning import ScannerState
    from clerk_app.settings import Settings

SECTIONS = ("本机", "打印机", "扫描仪", "读码读卡", "外观", "灯色", "诊断")
HERE, PRINTERS, SCANNER, READERS, LOOKS, LIGHTS, CHECKS = range(7)
PAPERS = (
    RECEIPT,
    ACCEPTANCE,
    NOTICE,
    COMMITMENT,
    REFUSAL,
    EXTENSION,
    SUSPENSION,
    CUSTODY,
    DELIVERY,
    LABEL,
    MANIFEST,
    "日报",
    "周报",
)
"""The kinds of paper that may have a printer of their own."""
OURS = "文书文件夹"
_TONES = {"ok": "good", "warning": "warn", "failed": "bad", "skipped": "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: what it is about, what is set, and what Enter does there."""

    label: str
    value: str
    tone: str = "plain"
    act: str = ""
    """Name of what changes it; empty: nothing does."""
    about: str = ""
    """What it is done to: a kind of paper, or a job."""


@dataclass(slots=True)
class Facts:
    """What was read for the section that is shown."""

    printers: tuple[FoundPrinter, ...] | None = None
    """``None``: they are still being looked for."""
    jobs: list[PrintJob] = field(default_factory=list)
    scanner: ScannerState | None = None
    report: Report | None = None
    examining: bool = False
    why_not: str = ""
    program: list[tuple[str, str]] = field(default_factory=list)


def rows_of(section: int, settings: Settings, facts: Facts) -> list[Row]:
    """Return the rows of a section."""
    return list(_MAKERS[section](settings, facts))


def _here(settings: Settings, facts: Facts) -> Iterator[Row]:
    seat = settings.seat
    yield Row(label="窗口", value=f"{seat.window}（{seat.number}号窗）")
    yield Row(label="服务点", value=f"{seat.point_name}（{seat.point}）")
    yield Row(label="市中心", value=seat.central or "没有设置")
    yield Row(label="解锁方式", value={"keyring": "系统钥匙串", "passphrase": "口令"}.get(settings.unlock, "示范"))
    yield Row(label="自动锁屏", value=f"{settings.lock_after / 60:g} 分钟没有操作")
    yield Row(label="第二副本", value=settings.second_copy or "没有设置")
    for label, value in facts.program:
        yield Row(label=label, value=value)


def _printers(settings: Settings, facts: Facts) -> Iterator[Row]:
    choices = choices_of(settings.printing)
    yield Row(label="默认打印机", value=_chosen(choices.default, ""), act="paper", tone="strong")
    for problem in choices.problems:
        yield Row(label="设置有误", value=problem, tone="bad")
    if facts.printers is None:
        yield Row(label="找到的打印机", value="正在查找…", tone="dim")
    elif not facts.printers:
        yield Row(label="找到的打印机", value="没有；文书存入文书文件夹", tone="dim")
    for one in facts.printers or ():
        marks = "（系统默认）" if one.default else ""
        tone = "warn" if one.state else "good"
        yield Row(
            label=_printer_label(one), value=f"{one.state or '可用'}{marks}", tone=tone, act="try", about=one.printer
        )
    for job in facts.jobs:
        yield _job(job)
    for kind in PAPERS:
        own = choices.papers.get(kind)
        value = _chosen(choices.of(kind), "") if own is not None else "同默认"
        yield Row(label=kind, value=value, tone="plain" if own is not None else "dim", act="paper", about=kind)


def _printer_label(one: FoundPrinter) -> str:
    return OURS if not one.printer else one.name


def _job(job: PrintJob) -> Row:
    bad = job.trouble or job.state in {"unsure", "failed"}
    told = f"{job.subject} {job.kind}".strip()
    value = f"{told}  {label_of(job.printer)}  {job.trouble}".rstrip()
    label = f"队列：{STATE_LABELS.get(job.state, job.state)}"
    return Row(label=label, value=value, tone="bad" if bad else "strong", act="job", about=job.id)


def _chosen(choice: Choice, none: str) -> str:
    parts = [label_of(choice.printer) if choice.printer else none or OURS]
    parts += [f"纸盒 {choice.tray}"] if choice.tray else []
    parts += [f"{choice.copies} 份"] if choice.copies > 1 else []
    parts += ["双面"] if choice.sides else []
    return "  ".join(parts)


def _scanner(settings: Settings, facts: Facts) -> Iterator[Row]:
    yield Row(label="扫描仪文件夹", value=settings.scanner or "没有设置", act="scanner", tone="strong")
    state = facts.scanner
    if state is not None and state.folder:
        yield Row(label="现状", value=state.trouble or "可用", tone="bad" if state.trouble else "good")


def _readers(settings: Settings, facts: Facts) -> Iterator[Row]:
    wedge = wedge_of(settings.wedge)
    yield Row(label="前缀", value=named(wedge.prefix) or "没有", act="prefix")
    yield Row(label="后缀", value=named(wedge.suffix) or "没有（停顿即为结束）", act="suffix")
    yield Row(label="字符间隔", value=f"{wedge.gap_ms} 毫秒以内算同一次扫描", act="gap")
    yield Row(
        label="试一试", value="按回车后扫一次码或刷一次证，看收到了什么，并可照此设置", act="arrivals", tone="strong"
    )
    yield Row(label="恢复", value="恢复为没有前缀、以回车结束", act="plain")


def _looks(settings: Settings, facts: Facts) -> Iterator[Row]:
    yield Row(label="外观", value=NAMES.get(settings.theme, NAMES["dark"]), act="theme", tone="strong")
    terminal = getattr(settings, "terminal", None)
    low = terminal.get("low_bandwidth", "auto") if isinstance(terminal, dict) else "auto"
    told = {True: "开", False: "关"}.get(low, "自动") if isinstance(low, bool) else "自动"
    yield Row(label="省流显示", value=f"{told}（慢速线路上少画一些）", tone="dim")
    yield Row(label="改过的按键", value=f"{len(settings.keymap)} 个" if settings.keymap else "没有", tone="dim")


def _lights(settings: Settings, facts: Facts) -> Iterator[Row]:
    yield Row(label="黄灯", value=preset_of(settings.seat.lights).label, act="lights", tone="strong")
    yield Row(label="", value="红灯一律为过了限期；由值班主任按本地规定选定", tone="dim")


def _checks(settings: Settings, facts: Facts) -> Iterator[Row]:
    if facts.why_not:
        yield Row(label="没有检查", value=facts.why_not, tone="warn")
    elif facts.examining:
        yield Row(label="检查", value="正在检查，请稍候…", tone="dim")
    elif facts.report is None:
        yield Row(label="检查", value="按回车检查本窗口能不能办理；不改动任何东西", act="examine", tone="strong")
    else:
        yield Row(label="再检查一次", value="按回车", act="examine", tone="strong")
        for check in facts.report.checks:
            told = "　".join(text for text in (check.found, check.kept, check.todo) if text)
            yield Row(label=check.label, value=told, tone=_TONES[check.state.value])


_MAKERS = (_here, _printers, _scanner, _readers, _looks, _lights, _checks)


def changed(choices: Choices, kind: str, what: str, value: str) -> Choices:
    """Return the choices with one thing of one kind of paper (empty: the default) set otherwise."""
    now = choices.papers.get(kind, Choice()) if kind else choices.default
    made = {
        "printer": lambda: Choice(printer=value, copies=now.copies, sides=now.sides),
        "tray": lambda: Choice(printer=now.printer, tray=value, copies=now.copies, sides=now.sides),
        "copies": lambda: Choice(printer=now.printer, tray=now.tray, copies=int(value), sides=now.sides),
        "sides": lambda: Choice(printer=now.printer, tray=now.tray, copies=now.copies, sides=value),
    }[what]()
    return choices.with_choice(kind, made)


def printers_to_choose(printers: Sequence[FoundPrinter] | None) -> list[FoundPrinter]:
    """Return what papers may be sent to: the folder first, then what was found."""
    folder = FoundPrinter(printer="", name=OURS, kind="folder")
    return [folder, *(one for one in printers or () if one.printer)]
