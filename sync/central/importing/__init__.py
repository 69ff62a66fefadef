"""Catalogues as departments send them: workbooks, delimited text and JSON become service items and a report.

Nothing odd is repaired in silence: what was kept, merged or left out stands in the findings, by the row it is about
(``model.KINDS`` lists them all). A file that cannot be read, or was made to do harm, is refused whole.
"""

from __future__ import annotations

from pathlib import Path

from sync.central.importing.build import items_of
from sync.central.importing.delimited import read_delimited
from sync.central.importing.guard import kind_of
from sync.central.importing.model import KINDS, Finding, Findings, ImportRefused, ImportResult
from sync.central.importing.records import read_records
from sync.central.importing.table import read_tables
from sync.central.importing.xlsx import read_workbook

__all__ = ["KINDS", "Finding", "ImportRefused", "ImportResult", "read_catalogue"]


def read_catalogue(path: Path) -> ImportResult:
    """Return the items of a list; ``ImportRefused`` when the file as a whole cannot be taken."""
    findings = Findings()
    kind = kind_of(path)
    if kind == "json":
        records = read_records(path, findings)
        own, joint, source = records.items, records.joint, records.source
    else:
        grids = read_workbook(path, findings) if kind == "xlsx" else [read_delimited(path)]
        own, joint, source = (), (), read_tables(grids, findings)
    items = own + items_of(source, findings)
    found = findings.in_order()
    if not items and not joint:
        why = f"，例如第{found[0].row}行：{found[0].message}" if found else ""
        raise ImportRefused(f"没有读出任何事项{why}")
    read = sum(len(item.materials) for item in own) + sum("material" in row.values for row in source.rows)
    return ImportResult(items, read, found, joint)
