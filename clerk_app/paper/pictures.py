"""日报 and 周报: every measure of a period on one page of A4, drawn as bars with their numbers; nothing on it is about a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clerk_app.domain.measure_tables import Picture, Report, Value, shown
from clerk_app.paper.common import SAMPLE
from clerk_app.paper.fonts import POINT, demand_glyphs, width_of
from clerk_app.paper.lines import printable
from clerk_app.paper.sheet import LEFT, PAGE_HEIGHT, TOP, WIDTH, Box, Mark, Rule, Sheet, line_height
from clerk_app.paper.words import again, minute

COLUMNS = 2
GAP = 6.0
"""Millimetres between two pictures side by side."""
BARS = 9
"""The largest numbers of a measure that are drawn; the rest stand on the screen and in the CSV."""
TITLE_SIZE, HEAD_SIZE, TEXT_SIZE = 18.0, 9.5, 7.5
ROW = 4.3
LABEL_SHARE = 0.46
NUMBER_WIDTH = 15.0
FOOT = 12.0
DARK, LIGHT = 0.35, 0.93
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """A report as it is printed."""

    title: str
    issuer: str
    report: Report
    printed_at: datetime
    nth: int = 1
    """Which print it is."""


def page_of(page: ReportPage) -> list[Mark]:
    """Return the marks of the one page; raises ``MissingGlyph`` before anything is set."""
    demand_glyphs(printable(text) for text in _texts(page))
    sheet = Sheet()
    _head(sheet, page)
    width = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS
    pictures = page.report.pictures
    rows = -(-len(pictures) // COLUMNS)
    height = (PAGE_HEIGHT - FOOT - 8.0 - sheet.y) / max(1, rows)
    for n, picture in enumerate(pictures):
        x = LEFT + (n % COLUMNS) * (width + GAP)
        _picture(sheet, picture, x, sheet.y + (n // COLUMNS) * height, width, height)
    _foot(sheet, page)
    return sheet.pages[0]


def _texts(page: ReportPage) -> Iterator[str]:
    yield from (page.title, page.issuer)
    for picture in page.report.pictures:
        yield from (label for label, _ in picture.bars[:BARS])


def _head(sheet: Sheet, page: ReportPage) -> None:
    sheet.y = TOP - 6.0
    sheet.line(page.title, LEFT, WIDTH, sheet.y, TITLE_SIZE, align="center", bold=True)
    if mark := again(page.nth, page.printed_at):
        sheet.line(mark, LEFT, WIDTH, sheet.y - 4.0, HEAD_SIZE, bold=True)
    sheet.y += line_height(TITLE_SIZE)
    if page.report.sample:
        sheet.line(SAMPLE, LEFT, WIDTH, sheet.y - line_height(TITLE_SIZE) / 2, HEAD_SIZE, align="right", bold=True)
    told = f"{_printed(page.issuer)}　　{page.report.period}　　制表 {minute(page.printed_at)}"
    sheet.line(_cut(told, WIDTH, HEAD_SIZE), LEFT, WIDTH, sheet.y, HEAD_SIZE, align="center")
    sheet.y += line_height(HEAD_SIZE) + 1.0
    sheet.put(Rule(x1=LEFT, y1=sheet.y, x2=LEFT + WIDTH, y2=sheet.y, weight=0.4))
    sheet.y += 2.0


def _picture(sheet: Sheet, picture: Picture, x: float, top: float, width: float, height: float) -> None:
    """Draw the largest numbers as bars to one scale, each with its label, its number and a tick at what it is held against."""
    head = picture.heads[picture.column]
    unit = f"{head.title}（{head.unit}）" if head.unit else head.title
    if picture.against:
        unit = f"{head.title}，竖线为{picture.against_title}"
    sheet.line(
        _cut(picture.title, width - width_of(unit, TEXT_SIZE) - 2.0, HEAD_SIZE), x, width, top, HEAD_SIZE, bold=True
    )
    sheet.line(unit, x, width, top, TEXT_SIZE, align="right", grey=0.4)
    y = top + line_height(HEAD_SIZE)
    sheet.put(Rule(x1=x, y1=y, x2=x + width, y2=y, weight=0.15))
    y += 0.6
    bars = picture.bars[:BARS]
    if not bars:
        sheet.line("这一期没有", x, width, y, TEXT_SIZE, grey=0.4)
        return
    against = picture.held_against[:BARS]
    most = max([*(n for _, n in bars), *against]) or 1.0
    label_width, room = width * LABEL_SHARE, width * (1 - LABEL_SHARE) - NUMBER_WIDTH
    row = min(ROW, (height - (y - top) - GAP / 2) / (len(bars) + 1.6))
    for place, (label, n) in enumerate(bars):
        sheet.line(_cut(_printed(label), label_width - 1.5, TEXT_SIZE), x, label_width, y, TEXT_SIZE)
        if n > 0:
            bar = max(0.3, room * n / most)
            sheet.put(Box(x=x + label_width, y=y + 0.8, width=bar, height=row - 1.7, grey=DARK))
        if against:
            at = x + label_width + room * against[place] / most
            sheet.put(Rule(x1=at, y1=y + 0.3, x2=at, y2=y + row - 0.3, weight=0.5))
        value: Value = n if head.digits else int(n)
        sheet.line(shown(value, head), x + width - NUMBER_WIDTH, NUMBER_WIDTH, y, TEXT_SIZE, align="right")
        y += row
    if picture.total:
        _total(sheet, picture, x, y, width)


def _total(sheet: Sheet, picture: Picture, x: float, y: float, width: float) -> None:
    sheet.put(Box(x=x, y=y, width=width, height=ROW, grey=LIGHT))
    parts = [
        f"{head.title} {shown(value, head)}"
        for head, value in list(zip(picture.heads, picture.total, strict=True))[picture.labels :]
        if value is not None and value != ""
    ]
    more = len(picture.bars) - BARS
    rest = f"　（另有 {more} 行）" if more > 0 else ""
    sheet.line(
        _cut(f"{picture.total[0]}：" + "，".join(parts) + rest, width - 2.0, TEXT_SIZE),
        x + 1.0,
        width - 2.0,
        y,
        TEXT_SIZE,
    )


def _foot(sheet: Sheet, page: ReportPage) -> None:
    y = PAGE_HEIGHT - FOOT - 5.0
    sheet.put(Rule(x1=LEFT, y1=y, x2=LEFT + WIDTH, y2=y, weight=0.15))
    told = "各指标的口径见《指标口径》。督办灯、寄递袋为制表时的现状，其余按本期计。不含任何申请人信息。"
    sheet.line(told, LEFT, WIDTH, y + 0.5, TEXT_SIZE, grey=0.4)


def _printed(text: str) -> str:
    return printable(text).replace("\n", " ")


def _cut(text: str, width: float, size: float) -> str:
    """Return as much of a text as fits a width."""
    if width_of(text, size) <= width:
        return text
    room = width - size * POINT
    while text and width_of(text, size) > room:
        text = text[:-1]
    return text + ELLIPSIS
