"""登记卡: one card a desk with its enrolment code, ten on a sheet of A4, to be cut apart and handed to technicians."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clerk_app.paper.context import PaperNotReady
from clerk_app.paper.fonts import demand_glyphs, width_of
from clerk_app.paper.lines import break_lines, printable
from clerk_app.paper.pdf import write_pdf
from clerk_app.paper.qr import qr_marks
from clerk_app.paper.sheet import PAGE_HEIGHT, PAGE_WIDTH, Mark, Rule, Sheet, line_height

TITLE = "窗口登记卡"
COLUMNS, ROWS = 2, 5
WIDTH, HEIGHT = PAGE_WIDTH / COLUMNS, PAGE_HEIGHT / ROWS
MARGIN = 8.0
"""Around a card's content: what a cutter misses, and what a printer cannot print at the paper's edge."""
INNER = WIDTH - 2 * MARGIN
QR_WIDTH = 26.0
BESIDE = INNER - QR_WIDTH - 2
"""Width of what stands beside the QR code."""
CUT = 4.0
"""Length of a cut mark, to each side."""
CODE_SIZE, NAME_SIZES, DESK_SIZE, SMALL = 17.0, (13.0, 11.0, 9.5, 8.0, 6.5), 11.0, 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one card says."""

    point: str
    point_name: str
    desk: str
    code: str
    central: str
    """Central's address, ASCII."""
    until: str

    def texts(self) -> tuple[str, ...]:
        """Return every string that comes from the card's maker."""
        return (self.point, self.point_name, self.desk, self.code, self.central, self.until)

    def scanned(self) -> str:
        """Return what the QR code holds: what stands in a technician's file."""
        return json.dumps({"central": self.central, "code": self.code}, separators=(",", ":"))


def cards_pdf(cards: Sequence[Card], made_at: datetime) -> bytes:
    """Return the cards as a PDF, in the order given; raises ``MissingGlyph``, and ``PaperNotReady`` where a text does not fit."""
    demand_glyphs(printable(text) for card in cards for text in (*card.texts(), *_WORDS))
    pages = [_page(cards[start : start + COLUMNS * ROWS]) for start in range(0, len(cards), COLUMNS * ROWS)]
    return write_pdf(pages, TITLE, made_at)


_WORDS = (
    TITLE,
    "台席",
    "代码",
    "有效期至，限用一次",
    "扫码或在窗口的机器上执行 clerk setup，按提示填写：",
    "凭此码可登记为窗口，请勿转交、拍照，用后销毁。",
)


def _page(cards: Sequence[Card]) -> list[Mark]:
    sheet = Sheet()
    sheet.put(*_cut_marks())
    for place, card in enumerate(cards):
        _card(sheet, card, place % COLUMNS * WIDTH, place // COLUMNS * HEIGHT)
    return sheet.pages[0]


def _cut_marks() -> list[Mark]:
    """Return crosses where cards meet and marks at the paper's edge; the paper's own edges are cut already."""
    across = [(x, row * HEIGHT) for row in range(1, ROWS) for x in (0.0, WIDTH, PAGE_WIDTH)]
    along = [n * HEIGHT for n in range(ROWS + 1)]
    return [
        *(Rule(x1=max(0.0, x - CUT), y1=y, x2=min(PAGE_WIDTH, x + CUT), y2=y, weight=0.1) for x, y in across),
        *(Rule(x1=WIDTH, y1=max(0.0, y - CUT), x2=WIDTH, y2=min(PAGE_HEIGHT, y + CUT), weight=0.1) for y in along),
    ]


def _card(sheet: Sheet, card: Card, left: float, top: float) -> None:
    x, y = left + MARGIN, top + MARGIN - 2
    sheet.put(*qr_marks(card.scanned(), left + WIDTH - MARGIN - QR_WIDTH, y, QR_WIDTH))
    sheet.line(f"{TITLE}　代码 {card.point}", x, BESIDE, y, SMALL)
    y += line_height(SMALL) + 0.6
    size, lines = _shrunk(card.point_name, 14.0)
    for line in lines:
        sheet.line(line, x, BESIDE, y, size, bold=True)
        y += line_height(size)
    if card.desk:
        [line] = _fitting(f"台席 {card.desk}", DESK_SIZE)
        sheet.line(line, x, BESIDE, y + 0.4, DESK_SIZE)
    y = top + MARGIN - 2 + QR_WIDTH + 0.8
    sheet.line(card.code, x, INNER, y, CODE_SIZE, align="center", bold=True)
    y += line_height(CODE_SIZE)
    for text in (
        f"有效期至 {card.until}，限用一次。",
        "凭此码可登记为窗口，请勿转交、拍照，用后销毁。",
        "扫码或在窗口的机器上执行 clerk setup，按提示填写：",
        card.central,
    ):
        for line in break_lines(text, INNER, lambda s: width_of(s, SMALL)):
            sheet.line(line, x, INNER, y, SMALL)
            y += line_height(SMALL)
    if y > top + HEIGHT - 2:
        raise PaperNotReady(f"服务点 {card.point} 的登记卡放不下：市中心的地址太长。没有签发。")


def _shrunk(text: str, height: float) -> tuple[float, list[str]]:
    """Return a name's lines in the largest size in which they fit."""
    for size in NAME_SIZES:
        lines = break_lines(text, BESIDE, lambda s, size=size: width_of(s, size))  # type: ignore[misc]
        if len(lines) * line_height(size) <= height:
            return size, lines
    raise PaperNotReady(f"服务点名称太长，登记卡放不下：{text[:40]}…。没有签发。")


def _fitting(text: str, size: float) -> list[str]:
    lines = break_lines(text, BESIDE, lambda s: width_of(s, size))
    if len(lines) > 1:
        raise PaperNotReady(f"台席名称太长，登记卡放不下：{text}。没有签发。")
    return lines
