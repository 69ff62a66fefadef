"""On which printer, from which tray and how often a kind of paper is printed: the member ``printing`` of ``window.json``.

A printer is written ``cups:NAME``, ``windows:NAME``, ``escpos:tcp://host:9100`` or ``escpos:/dev/usb/lp0`` (with ``?width=58`` for
narrow paper), or ``folder:/path``; empty: the folder of papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clerk_app.domain.plain import to_plain

KINDS = ("cups", "windows", "escpos", "folder")
MOST_COPIES = 9
TEST = "打印测试页"
"""The paper that is about nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen for one kind of paper."""

    printer: str = ""
    tray: str = ""
    copies: int = 1
    sides: str = ""
    """``two`` for both sides of a sheet, where the printer can; anything else: one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is chosen at this window."""

    default: Choice = field(default_factory=Choice)
    papers: Mapping[str, Choice] = field(default_factory=dict)
    """By the name of the paper."""
    problems: tuple[str, ...] = ()
    """What of the settings cannot be used, in Chinese."""

    def of(self, kind: str) -> Choice:
        """Return what counts for a kind of paper: its own printer, else the window's."""
        own = self.papers.get(kind)
        if own is None:
            return self.default
        if own.printer:
            return own
        return replace(own, printer=self.default.printer, tray=own.tray or self.default.tray)

    def printers(self) -> tuple[str, ...]:
        """Return every printer that is named."""
        named = (choice.printer for choice in (self.default, *self.papers.values()))
        return tuple(dict.fromkeys(printer for printer in named if printer))

    def with_choice(self, kind: str, choice: Choice | None) -> Choices:
        """Return the same with another choice for a kind of paper (empty: the window's); ``None``: as the window's."""
        if not kind:
            return replace(self, default=choice or Choice())
        papers = {name: one for name, one in self.papers.items() if name != kind}
        return replace(self, papers=papers if choice is None else {**papers, kind: choice})

    def plain(self) -> dict[str, Any]:
        """Return them as they stand in ``window.json``."""
        told: dict[str, Any] = {}
        if self.default != Choice():
            told["default"] = to_plain(self.default)
        if self.papers:
            told["papers"] = {name: to_plain(one) for name, one in self.papers.items()}
        return told


def choices_of(told: Any) -> Choices:
    """Return what the settings say; what cannot be used counts as not said, and is named."""
    if told in (None, {}, ""):
        return Choices()
    if not isinstance(told, dict):
        return Choices(problems=("printing 应为一组设置",))
    problems: list[str] = []
    default = _choice(told.get("default", {}), "default", problems)
    given = told.get("papers", {})
    if not isinstance(given, dict):
        problems.append("papers 应为一组设置")
        given = {}
    papers = {str(name): _choice(one, str(name), problems) for name, one in given.items()}
    return Choices(default=default, papers=papers, problems=tuple(problems))


def kind_of(printer: str) -> str:
    """Return which kind of printer one is; ``folder`` for the folder of papers, empty for what is none."""
    if not printer:
        return "folder"
    kind, colon, rest = printer.partition(":")
    return kind if colon and rest and kind in KINDS else ""


def name_of(printer: str) -> str:
    """Return a printer's name as its kind knows it."""
    return printer.partition(":")[2]


def label_of(printer: str) -> str:
    """Return what a printer is called on the screen."""
    kind, name = kind_of(printer), name_of(printer)
    if kind == "escpos":
        return f"小票机 {name.partition('?')[0]}"
    if kind == "folder":
        return f"文件夹 {name}" if name else "文书文件夹"
    return name or printer


def width_of(printer: str) -> int:
    """Return how wide a receipt printer's paper is, in millimetres."""
    return 58 if kind_of(printer) == "escpos" and "width=58" in printer.partition("?")[2] else 80


def _choice(told: Any, where: str, problems: list[str]) -> Choice:
    if not isinstance(told, dict):
        problems.append(f"{where} 应为一组设置")
        return Choice()
    printer = told.get("printer", "")
    if not isinstance(printer, str) or (printer and not kind_of(printer)):
        problems.append(f"{where} 的打印机“{str(printer)[:40]}”认不出")
        printer = ""
    tray, sides, copies = told.get("tray", ""), told.get("sides", ""), told.get("copies", 1)
    if not isinstance(copies, int) or isinstance(copies, bool) or not 1 <= copies <= MOST_COPIES:
        problems.append(f"{where} 的份数应为 1 到 {MOST_COPIES}")
        copies = 1
    return Choice(
        printer=printer,
        tray=tray if isinstance(tray, str) else "",
        copies=copies,
        sides=sides if sides == "two" else "",
    )
