"""打印测试页: whether a printer prints Chinese, straight edges and codes that scan; it is about nobody."""

from __future__ import annotations

from datetime import datetime

from clerk_app.paper.bars import bar_marks
from clerk_app.paper.blocks import Fields, Paper, Text
from clerk_app.paper.fonts import demand_glyphs
from clerk_app.paper.pdf import write_pdf
from clerk_app.paper.qr import qr_marks
from clerk_app.paper.sheet import LEFT, PAGE_HEIGHT, PAGE_WIDTH, WIDTH, Box, Rule, Sheet, line_height
from clerk_app.paper.slip import slip
from clerk_app.paper.words import minute

TITLE = "打印测试页"
SAMPLE = "综合窗口收件受理补正容缺寄递交接督办，０１２３４５６７８９，ABCabc，龘靐䲜"
CODE = "CLERK-TEST-0001"
EDGE = 8.0


def trial_page(place: str, printer: str, now: datetime) -> bytes:
    """Return the page as PDF: a frame near the edges, characters of several sizes, greys, and both codes."""
    told = _told(place, printer, now)
    demand_glyphs([TITLE, SAMPLE, *(part for pair in told for part in pair)])
    sheet = Sheet()
    right, floor = PAGE_WIDTH - EDGE, PAGE_HEIGHT - EDGE
    for x1, y1, x2, y2 in (
        (EDGE, EDGE, right, EDGE),
        (EDGE, floor, right, floor),
        (EDGE, EDGE, EDGE, floor),
        (right, EDGE, right, floor),
    ):
        sheet.put(Rule(x1=x1, y1=y1, x2=x2, y2=y2))
    y = 30.0
    sheet.line(TITLE, LEFT, WIDTH, y, 22, align="center", bold=True)
    y += line_height(22) + 8
    for label, text in told:
        sheet.line(f"{label}：{text}", LEFT, WIDTH, y, 11)
        y += line_height(11)
    y += 8
    for size in (6.5, 8, 9.5, 11, 14):
        sheet.line(f"{size:g} 磅 {SAMPLE[: round(330 / size)]}", LEFT, WIDTH, y, size)
        y += line_height(size) + 1
    y += 6
    for n in range(10):
        sheet.put(Box(x=LEFT + n * WIDTH / 10, y=y, width=WIDTH / 10, height=10, grey=n / 10))
    y += 20
    sheet.put(*bar_marks(CODE, LEFT, y, WIDTH / 2, 12), *qr_marks(CODE, LEFT + WIDTH - 30, y, 30))
    sheet.line(CODE, LEFT, WIDTH / 2, y + 13, 10, align="center")
    y += 40
    for text in (
        "四边的细线应完整；灰阶应逐格变浅；两个码应能扫出，内容为上面的编号。",
        "不含任何申请人信息，用后可丢弃。",
    ):
        sheet.line(text, LEFT, WIDTH, y, 10)
        y += line_height(10) + 1
    return write_pdf([sheet.pages[0]], TITLE, now)


def trial_slip(place: str, printer: str, now: datetime, width: int = 80) -> bytes:
    """Return the same for a receipt printer, as the PNG of a strip."""
    blocks = (
        Fields(rows=tuple((pair,) for pair in _told(place, printer, now))),
        Text(text=SAMPLE, size=9, indent=0),
        Text(text="二维码应能扫出，内容为 " + CODE + "。", size=9, indent=0),
    )
    paper = Paper(
        title=TITLE,
        issuer=place,
        number=CODE,
        subject=CODE,
        standing=f"{width} 毫米纸",
        labels=(),
        printed_at=now,
        blocks=blocks,
    )
    return slip(paper, width)


def _told(place: str, printer: str, now: datetime) -> tuple[tuple[str, str], ...]:
    return (("窗口", place), ("打印机", printer or "文书文件夹"), ("时间", minute(now)))
