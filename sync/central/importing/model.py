"""What an import gives back: items, and everything odd that was met on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clerk_app.domain.catalogue import JointService, ServiceItem

KINDS: Mapping[str, str] = {
    "duplicate-material": "same line twice in one item; kept once, with the larger counts",
    "repeated-material": "same paper under another count or annotation; kept as a line of its own",
    "bundled-documents": "several documents in one cell; kept as one line",
    "duplicate-item": "same item met again: merged where nothing tells the two apart, else kept",
    "duplicate-code": "one code for two items; the later name got a suffix",
    "conflicting-values": "rows of one item disagree; the first value holds",
    "code-missing": "no item code in the source; a stable one was made from department and name",
    "missing-name": "a row that belongs to no item; left out",
    "missing-department": "an item without a department",
    "missing-limit": "the promised limit is blank",
    "unreadable-limit": "a limit that is not a number of days",
    "empty-item": "an item without materials in a source that lists materials",
    "unknown-code": "a code that its scheme does not know",
    "unreadable-value": "a value that its column cannot have; ignored",
    "html-in-text": "mark-up in text; removed",
    "control-characters": "control or invisible characters in text; removed",
    "too-long": "a text too long to be a name; the row is left out, or the text cut",
    "electronic-copy": "the name asks for an electronic copy besides the paper; noted, not counted",
    "hidden-row": "a hidden row of the sheet; read like any other",
    "hidden-sheet": "a hidden sheet; not read",
    "unread-sheet": "a sheet without a header row that is understood; not read",
    "unread-column": "a column that is not understood; not read",
    "note-row": "a remark across the table; not read",
    "cell-error": "a cell that holds an error or a formula without a result; read as blank",
    "long-number": "a number longer than a spreadsheet keeps exactly",
    "bad-record": "a JSON record that is not an item; left out",
    "lint-limit": "promised limit longer than the statutory one",
    "lint-immediate": "handling type, review type and promised limit disagree",
    "lint-visits": "visits without a reason, or more than three",
    "lint-depth": "online depth IV and yet visits",
    "lint-mail": "no visit, not online, and no way to post the papers",
    "lint-fee": "a fee without its basis, or online payment of nothing",
    "lint-result": "the kind of conclusion does not fit the result's name",
    "lint-days": "the last day of a version is before its first",
    "lint-phones": "one number for questions and complaints, or no area code",
}
"""Every kind of finding and what was done about it."""


class ImportRefused(Exception):
    """The whole file was refused; the message is Chinese and fit for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd in the source: a row of the sheet (a line of the file, a record of the list) and what it is."""

    row: int
    kind: str
    message: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(self.kind)


@dataclass(slots=True)
class Findings:
    """Collects findings while a file is read."""

    found: list[Finding] = field(default_factory=list)

    def add(self, row: int, kind: str, message: str) -> None:
        self.found.append(Finding(row, kind, message))

    def in_order(self) -> tuple[Finding, ...]:
        """Return every finding once, by row."""
        return tuple(sorted(dict.fromkeys(self.found), key=lambda finding: finding.row))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The items of one file.

    ``materials`` counts the material rows that were read; each is a line of an item (``kept``) or left out with a
    finding that names its row.
    """

    items: tuple[ServiceItem, ...]
    materials: int
    findings: tuple[Finding, ...]
    joint: tuple[JointService, ...] = ()

    @property
    def kept(self) -> int:
        """How many lines the checklists have."""
        return sum(len(item.materials) for item in self.items)

    def report(self) -> dict[str, Any]:
        """Return what ``clerk central import-catalogue`` prints."""
        return {
            "items": len(self.items),
            "joint": len(self.joint),
            "materials": self.materials,
            "kept": self.kept,
            "findings": [{"row": one.row, "kind": one.kind, "message": one.message} for one in self.findings],
        }


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a source: what its columns say, by the names of ``columns.py``; blank ones are left out."""

    row: int
    values: Mapping[str, str]
    schemes: Mapping[str, str] = field(default_factory=dict)
    """Field → the scheme its codes are written in."""


@dataclass(frozen=True, slots=True)
class Source:
    """All rows of a file, and which columns it has at all: a blank where there is a column says more."""

    rows: tuple[SourceRow, ...]
    fields: frozenset[str]
