"""The checklist: one line a material, single keys to count what is brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from clerk_app.domain.catalogue import Necessity
from clerk_app.domain.checklist import DeficitKind
from screens.checking import DEFECT_WORDS, Count, Line, Sheet
from screens.dialogs import Choose, Option, Prompt
from screens.keymap import key, move
from screens.widgets.virtual_list import Cell, Column, VirtualList

KEYS: list[BindingType] = [
    key("check.kept", "k", "count('originals_kept')", "收原", "收下原件一份（再按加一份）"),
    key("check.seen", "s", "count('originals_seen')", "验原", "查验原件一份，当场退还（再按加一份）"),
    key("check.copies", "c", "count('copies_kept')", "收复", "收下复印件一份（再按加一份）"),
    key("check.missing", "m", "missing", "缺", "没有带来"),
    key("check.defective", "d", "defective", "有误", "带来了但不合要求：选原因，写补正要点"),
    key("check.owed", "o", "owed", "容缺", "记为容缺后补（仅限可容缺的材料）"),
    key("check.all", "a", "fill", "齐", "这一行所要的全部收齐"),
    key("check.rest", "A", "fill_all", "余项全齐", "还没有核对的各行全部收齐", show=False),
    key("check.electronic", "e", "count('electronic')", "电子", "收到电子件一份（再按加一份）", show=False),
    key("check.reuse", "r", "reuse", "用旧验", "此前核验过且仍有效，这次不再要（带出处）"),
    key("check.issued", "i", "issued", "签发日", "填写材料的签发日期，用来核对有效期", show=False),
    key("check.scan", "f", "scan", "扫描", "附上刚扫描的文件（几份时可选）"),
    key("check.unscan", "F", "unscan", "撤扫描", "撤下这一行附的扫描件，放回待附", show=False),
    key("check.tip", "t", "tip", "写提示", "给这份材料写办事提示，经审核后印在告知书上", show=False),
    key("check.less", "minus", "less", "减一", "最后所计的份数减一", show=False),
    key("check.clear", "u", "clear", "重核", "清除这一行，重新核对", show=False),
    key("check.next", "space,enter", "next", "下一项", "光标移到下一个还没有核对的材料"),
    *(move(f"check.digit-{n}", str(n), f"digit({n})", f"{n}份", f"把最后所计的份数改为 {n}") for n in range(10)),
]


class Checklist(VirtualList[Line]):
    """A ``Sheet`` on the screen; every key gives a new one and says so."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    @dataclass
    class Changed(Message):
        """A key changed what was brought."""

        checklist: Checklist

        @property
        def control(self) -> Checklist:
            """The checklist, for ``@on`` selectors."""
            return self.checklist

    @dataclass
    class Refused(Message):
        """A key cannot be used on this line; ``words`` say why."""

        checklist: Checklist
        words: str

    @dataclass
    class ScanWanted(Message):
        """Scanned files are to be attached to a line, or those it has taken off."""

        checklist: Checklist
        key: str
        off: bool = False

    @dataclass
    class TipWanted(Message):
        """A clerk knows something of a line's material that applicants should."""

        checklist: Checklist
        key: str

    def __init__(self, *, empty: str, id: str) -> None:
        self.scans_come = False
        """Whether there is a scanner's folder to take files from."""
        columns = [
            Column("", 3, right=True),
            Column("容", 2),
            Column("材料"),
            Column("应收", 12),
            Column("已收", 12),
            Column("核对", 6),
        ]
        super().__init__(columns, self._line_cells, empty=empty, id=id)
        self._sheet = Sheet(today=date.min, materials=())

    @property
    def sheet(self) -> Sheet:
        """What is on the screen."""
        return self._sheet

    def show_sheet(self, sheet: Sheet, cursor: int | None = None) -> None:
        """Show a sheet, the cursor where it was or on the line named."""
        self._sheet = sheet
        self.set_rows(sheet.lines(), self.cursor if cursor is None else cursor)

    @staticmethod
    def _line_cells(line: Line) -> list[Cell]:
        mark, tone = line.mark
        optional = line.material.necessity is Necessity.OPTIONAL
        deferrable = line.material.necessity is Necessity.DEFERRABLE
        return [
            Cell(str(line.number), "dim"),
            Cell("容" if deferrable else "", "warn"),
            Cell(line.material.name, "dim" if optional else "plain"),
            Cell(line.asked, "dim"),
            Cell(line.brought, "dim" if line.brought == "-" else "plain"),
            Cell(mark, tone),
        ]

    def _press(self, sheet: Sheet, cursor: int | None = None) -> None:
        self.show_sheet(sheet, cursor)
        self.post_message(self.Changed(self))

    @property
    def _key(self) -> str | None:
        line = self.current
        return line.key if line else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer an earlier verification only where there is one."""
        if action == "reuse":
            return bool(self._sheet.offers)
        if action == "scan":
            return self.scans_come
        if action == "unscan":
            return bool(self._key and self._sheet.scans.get(self._key))
        return True

    def action_count(self, field: str) -> None:
        """One more."""
        if self._key:
            self._press(self._sheet.counted(self._key, Count(field)))

    def action_less(self) -> None:
        """One less of what was counted last."""
        if self._key and (count := self._sheet.last.get(self._key)):
            self._press(self._sheet.counted(self._key, count, -1))

    def action_digit(self, number: int) -> None:
        """Set what was counted last."""
        if self._key:
            self._press(self._sheet.set_count(self._key, number))

    def action_fill(self) -> None:
        """Everything this line asks for; go on."""
        if self._key:
            sheet = self._sheet.filled(self._key)
            self._press(sheet, sheet.next_open(self.cursor))

    def action_fill_all(self) -> None:
        """Everything nobody has dealt with."""
        self._press(self._sheet.filled_all())

    def action_missing(self) -> None:
        """Nothing was brought; go on."""
        if self._key:
            sheet = self._sheet.missing(self._key)
            self._press(sheet, sheet.next_open(self.cursor))

    def action_owed(self) -> None:
        """To be owed, where the line allows it; go on."""
        line = self.current
        if line is None:
            return
        if line.material.necessity is not Necessity.DEFERRABLE:
            self.post_message(self.Refused(self, f"第 {line.number} 项不是可容缺后补的材料。"))
            return
        sheet = self._sheet.owing(line.key)
        self._press(sheet, sheet.next_open(self.cursor))

    def action_reuse(self) -> None:
        """Take an earlier verification for it; go on."""
        line = self.current
        if line is None:
            return
        if line.offered is None:
            self.post_message(self.Refused(self, f"第 {line.number} 项没有仍然有效的核验记录。"))
            return
        sheet = self._sheet.reused(line.key)
        self._press(sheet, sheet.next_open(self.cursor))

    def action_scan(self) -> None:
        """Attach what was scanned."""
        if self._key:
            self.post_message(self.ScanWanted(self, self._key))

    def action_tip(self) -> None:
        """Write a tip for the material."""
        if self._key:
            self.post_message(self.TipWanted(self, self._key))

    def action_unscan(self) -> None:
        """Take the line's scans off."""
        if self._key:
            self.post_message(self.ScanWanted(self, self._key, off=True))

    def take(self, sheet: Sheet) -> None:
        """Show a sheet that came of what was asked elsewhere."""
        self._press(sheet)

    def action_clear(self) -> None:
        """Begin the line anew."""
        if self._key:
            self._press(self._sheet.cleared(self._key))

    def action_next(self) -> None:
        """Go on."""
        if self.rows:
            self.cursor = self._sheet.next_open(self.cursor)

    def action_defective(self) -> None:
        """Ask what is wrong, then what would cure it."""
        line = self.current
        if line is None:
            return
        options = [Option(kind, words) for kind, (_, words) in DEFECT_WORDS.items()]

        def noted(kind: DeficitKind, note: str | None) -> None:
            if note is not None:
                self._press(self._sheet.defective(line.key, kind, note))

        def chosen(kind: str | None) -> None:
            if kind:
                words = "写给申请人看的补正要点；不写则按受理标准告知。"
                prompt = Prompt(f"{line.material.name}：如何补正", "补正要点", words=words)
                self.app.push_screen(prompt, lambda note: noted(DeficitKind(kind), note))

        self.app.push_screen(Choose(f"{line.material.name}：哪里不合要求", options), chosen)

    def action_issued(self) -> None:
        """Ask for the paper's date of issue."""
        line = self.current
        if line is None:
            return

        def dated(text: str | None) -> None:
            if text is not None:
                self._press(self._sheet.issued(line.key, parse_day(text)))

        prompt = Prompt(f"{line.material.name}：签发日期", "签发日", words="八位数字，如 20250131。", check=check_day)
        self.app.push_screen(prompt, dated)


def parse_day(text: str) -> date | None:
    """Return the day that eight digits name, or ``None``."""
    digits = "".join(c for c in text if c.isdecimal())
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if len(digits) == 8 else None
    except ValueError:
        return None


def check_day(text: str) -> str:
    """Say what is wrong with a day as typed."""
    return "" if parse_day(text) else "应为八位数字的日期，如 20250131"
