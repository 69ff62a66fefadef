"""Workbooks: cached values, merged ranges, hidden rows and sheets; read row by row, whatever they claim to be."""

from __future__ import annotations

import datetime as dt
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from xml.parsers import expat

import openpyxl
from defusedxml import ElementTree

from sync.central.importing.grid import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Area, Grid, Merges
from sync.central.importing.model import Findings, ImportRefused

LAST_ROW = 1_048_576
MAX_CELLS = 6_000_000
MAX_REPORTED = 1000

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def read_workbook(path: Path, findings: Findings) -> list[Grid]:
    """Return the visible sheets of a workbook; a workbook that cannot be read is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _sheet_parts(archive)
            frames = {title: _frame(archive, part) for title, part in parts.items()}
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not know are not read anyway
            return _grids(file, frames, findings)
    except ImportRefused:
        raise
    except Exception as error:  # whatever a broken workbook makes the parsers say, the sender is told one thing
        raise ImportRefused(f"工作簿读不下去，文件可能已损坏（{type(error).__name__}）") from error


def _grids(file: BinaryIO, frames: dict[str, _Frame], findings: Findings) -> list[Grid]:
    workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        return [
            _grid(sheet, frames[sheet.title], findings)
            for sheet in workbook.worksheets
            if sheet.title in frames and _visible(sheet, findings)
        ]
    finally:
        workbook.close()


def _visible(sheet: Any, findings: Findings) -> bool:
    if sheet.sheet_state == "visible":
        return True
    findings.add(1, "hidden-sheet", f"工作表“{sheet.title}”是隐藏的，没有读取")
    return False


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return each sheet's title and the part of the archive that holds it."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    sheets: dict[str, str] = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in archive.namelist():
                sheets[element.get("name", "")] = part
    return sheets


@dataclass(slots=True)
class _Frame:
    """What is around the values of a sheet."""

    areas: list[Area] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    uncalculated: set[int] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0


class _FrameParser:
    """Goes through a sheet once before its values are read, and stops at what would not end."""

    def __init__(self) -> None:
        self.frame = _Frame()
        self._row = self._column = self._cells = 0
        self._formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell(attributes.get("r", ""))
        elif name == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = 0
            if attributes.get("hidden") in {"1", "true"}:
                self.frame.hidden.add(self._row)
        elif name == "f":
            self._formula = True
        elif name in {"v", "is"}:
            self._formula = False
            self.frame.last_row = max(self.frame.last_row, self._row)
            self.frame.last_column = max(self.frame.last_column, self._column)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        if self._formula and tag.rpartition(":")[2] == "c":
            self.frame.uncalculated.add(self._row)
            self._formula = False

    def doctype(self, *_: object) -> NoReturn:
        raise ImportRefused("工作簿里有文档类型声明，不是表格软件存出来的，已拒绝")

    def _cell(self, reference: str) -> None:
        self._cells += 1
        if self._cells > MAX_CELLS or self._row > LAST_ROW:
            raise ImportRefused("工作表的单元格太多，请拆成几个文件")
        letters = reference.rstrip("0123456789").upper()
        self._column = _column(letters) if letters.isascii() and letters.isalpha() else self._column + 1

    def _merge(self, reference: str) -> None:
        found = _RANGE.fullmatch(reference)
        if found:
            left, top, right, bottom = found.groups()
            self.frame.areas.append(Area(int(top), _column(left), int(bottom), _column(right)))


def _frame(archive: zipfile.ZipFile, part: str) -> _Frame:
    watcher = _FrameParser()
    parser = expat.ParserCreate()
    parser.StartElementHandler = watcher.start
    parser.EndElementHandler = watcher.end
    parser.StartDoctypeDeclHandler = watcher.doctype
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return watcher.frame


def _column(letters: str) -> int:
    number = 0
    for letter in letters[:4]:
        number = number * 26 + ord(letter) - 64
    return number


def _grid(sheet: Any, frame: _Frame, findings: Findings) -> Grid:
    rows: list[tuple[int, list[str]]] = []
    size = 0
    for number, values in _values(sheet, frame):
        cells = [_text(value, number, findings) for value in values]
        if not any(cells):
            continue
        rows.append((number, cells))
        size += sum(map(len, cells))
        if len(rows) > MAX_ROWS or size > MAX_TEXT:
            raise ImportRefused(f"工作表“{sheet.title}”太大，请拆成几个文件")
    for number in sorted(frame.uncalculated)[:MAX_REPORTED]:
        findings.add(number, "cell-error", "有公式没有计算结果，按空白处理；请在表格软件里重新计算后保存")
    return Grid(sheet.title, rows, Merges(frame.areas), frozenset(frame.hidden))


def _values(sheet: Any, frame: _Frame) -> Iterator[tuple[int, tuple[Any, ...]]]:
    if frame.last_row == 0:
        return
    last_column = min(frame.last_column, MAX_COLUMNS)
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=frame.last_row, max_col=last_column, values_only=True)
    blank: tuple[Any, ...] = ()
    for number, values in enumerate(rows, start=1):
        if values is blank:  # rows the sheet leaves out all come as one and the same tuple
            continue
        if values.count(None) == len(values):
            blank = values
        else:
            yield number, values


def _text(value: Any, row: int, findings: Findings) -> str:
    """Return what a cell shows, as text; an error shows nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and not math.isfinite(value):
        findings.add(row, "cell-error", "有单元格的数值超出范围，按空白处理")
        return ""
    if isinstance(value, int | float):
        if abs(value) >= 1e15:
            findings.add(row, "long-number", f"{value:.0f} 是按数值存的，十五位之后可能已经不准，请把这一列改成文本")
        return f"{value:.0f}" if value == int(value) else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)).strip()
    if text in {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}:
        findings.add(row, "cell-error", f"有单元格是错误值 {text}，按空白处理")
        return ""
    return text
