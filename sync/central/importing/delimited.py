"""Delimited text: commas, tabs or semicolons; UTF-8, GB 18030 or the UTF-16 that spreadsheets write."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from sync.central.importing.columns import column_of
from sync.central.importing.grid import MAX_COLUMNS, MAX_ROWS, Grid
from sync.central.importing.model import ImportRefused

_HEAD = 20_000
"""Characters in which the header is looked for."""


def read_delimited(path: Path) -> Grid:
    """Return the file as a grid whose row numbers are the lines on which its records begin."""
    text = decoded(path.read_bytes())
    head = text[:_HEAD].splitlines()[:20]
    delimiter = max(",\t;，", key=lambda mark: _understood(head, mark))
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                rows.append((start, [cell.strip() for cell in record[:MAX_COLUMNS]]))
            start = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise ImportRefused("行数太多，请拆成几个文件")
    except csv.Error as error:
        raise ImportRefused(f"从第{start}行起读不下去：引号不成对，或有一格太长（{error}）") from error
    return Grid(path.name, rows)


def decoded(data: bytes) -> str:
    """Return the text of a file in one of the encodings that are met, or refuse it."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ImportRefused("认不出文件的编码，请另存为 UTF-8 或 GB18030 文本")


def _understood(lines: list[str], delimiter: str) -> int:
    """How many headers are understood when the first lines are cut at this mark."""
    heads = [line.strip().replace('"', "").split(delimiter) for line in lines]
    return max((sum(column_of(cell) is not None for cell in cells) for cells in heads), default=0)
