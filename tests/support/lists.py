"""Lists as departments send them, written by the tests, and the real ones beside the project."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from sync.central.importing import Finding, ImportResult
from tests.support.parts import real_part
from tests.support.tree import ROOT

HEADER = ("序号", "事项名称", "受理部门", "承诺日期", "材料")

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def real_list(name: str) -> Path:
    """Return a list nobody here wrote; the test is skipped where the folder of shared data is not beside the project."""
    path = ROOT.parent / "shared" / "data" / name
    real_part(name, present=path.is_file(), hint="the shared data lie beside the project in ../shared/data")
    return path


def workbook(
    path: Path,
    rows: Iterable[Sequence[object]],
    *,
    merge: Iterable[str] = (),
    hide: Iterable[int] = (),
    more: Mapping[str, Iterable[Sequence[object]]] | None = None,
) -> Path:
    """Write a workbook: one sheet of these rows, with ranges merged and rows hidden, and further sheets by title."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for area in merge:
        sheet.merge_cells(area)
    for number in hide:
        sheet.row_dimensions[number].hidden = True
    for title, others in (more or {}).items():
        other = book.create_sheet(title)
        for row in others:
            other.append(list(row))
    book.save(path)
    return path


def raw_workbook(path: Path, sheet: str, *, extra: Mapping[str, bytes] | None = None) -> Path:
    """Write a workbook around the XML of one sheet, whatever that says."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATION}"><sheets>'
        '<sheet name="清单" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path


def sheet_xml(rows: str, *, prolog: str = "", after: str = "") -> str:
    """Return a sheet's XML around its rows."""
    return f'{prolog}<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def row_xml(number: int, *texts: str) -> str:
    """Return one row of inline texts."""
    cells = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for n, text in enumerate(texts) if text
    )
    return f'<row r="{number}">{cells}</row>'


def text_file(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """Write these lines."""
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def json_file(path: Path, value: Any) -> Path:
    """Write a value as JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def of_kind(result: ImportResult, kind: str) -> list[Finding]:
    """Return the findings of one kind."""
    return [finding for finding in result.findings if finding.kind == kind]
