"""Which rows belong to one item: by code, name, department and serial number, whichever the source has."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from sync.central.importing.columns import MATERIAL_FIELDS
from sync.central.importing.model import Findings, Source, SourceRow
from sync.central.importing.tidy import MAX_CODE, MAX_NAME, Cells, key_of, one_line
from sync.central.importing.versions import mark_of, number_in, start_in

NO_DEPARTMENT = "未注明部门"
_NAMED = {"item_name": MAX_NAME, "item_code": MAX_CODE, "department": MAX_NAME}


@dataclass(slots=True)
class Draft:
    """One item with the rows that are about it."""

    row: int
    name: str
    department: str
    code: str
    serial: str
    values: dict[str, str]
    schemes: dict[str, str]
    mark: str = ""
    """What tells it from other versions of the same item (``versions.mark_of``)."""
    version: int = 1
    materials: list[SourceRow] = field(default_factory=list)

    @property
    def title(self) -> str:
        """By which an item without a code is known."""
        return f"{key_of(self.department)}|{key_of(self.name)}"

    @property
    def papers(self) -> str:
        """What tells two items of one name apart: the materials they ask for, in any order."""
        return "|".join(sorted(key_of(row.values["material"]) for row in self.materials))


def drafts_of(source: Source, findings: Findings) -> list[Draft]:
    """Return the items of a source in its order, every one with its own code."""
    drafts = _gathered(source, findings)
    drafts = _merged(drafts, findings)
    _give_codes(drafts, source, findings)
    _give_versions(drafts, findings)
    return drafts


def _gathered(source: Source, findings: Findings) -> list[Draft]:
    drafts: dict[tuple[str, ...], Draft] = {}
    by_serial = not _numbers_every_row(source.rows)
    current: Draft | None = None
    lost = False
    above: Mapping[str, str] = {}
    for row in source.rows:
        name, code, department = (_said(row, above, field, limit, findings) for field, limit in _NAMED.items())
        above = row.values
        if name is None or code is None or department is None:
            lost = True
            continue
        serial = key_of(row.values.get("serial", "")) if by_serial else ""
        if not name:
            carried = not code and (not serial or current is None or serial == current.serial)
            lost = lost or not carried or current is None
            if lost or current is None:
                what = one_line(row.values.get("material", ""))[:40]
                findings.add(row.row, "missing-name", f"没有事项名称，这一行没有收入{f'：{what}' if what else ''}")
            else:
                _take(current, row, findings)
            continue
        lost = False
        department = department or (current.department if current else NO_DEPARTMENT)
        if department == NO_DEPARTMENT and "department" in source.fields:
            findings.add(row.row, "missing-department", f"“{name}”没有受理部门")
        draft = Draft(row.row, name, department, code, serial, {}, dict(row.schemes), mark_of(row.values))
        if not draft.mark and current is not None and (current.code, current.title) == (code, draft.title):
            draft.mark = current.mark
        key = (key_of(code), draft.title, serial, draft.mark)
        if key in drafts and drafts[key] is not current:
            findings.add(row.row, "duplicate-item", f"“{name}”在第{drafts[key].row}行已出现过，并入该事项")
        elif key in drafts and "material" not in source.fields:
            findings.add(row.row, "duplicate-item", f"“{name}”与第{drafts[key].row}行重复，只保留一项")
        current = drafts.setdefault(key, draft)
        _take(current, row, findings)
    return list(drafts.values())


def _said(row: SourceRow, above: Mapping[str, str], field: str, limit: int, findings: Findings) -> str | None:
    """Return what a row says of its item; what a merged cell says in every row is reported once."""
    same = row.values.get(field) == above.get(field)
    return Cells(row.row, row.values, Findings() if same else findings).whole(field, limit)


def _numbers_every_row(rows: Iterable[SourceRow]) -> bool:
    """Whether the serial column counts rows, so that it says nothing about items."""
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    total = 0
    for row in rows:
        serial, name = row.values.get("serial", ""), row.values.get("item_name", "")
        if serial and name:
            seen[name, row.values.get("department", "")].add(serial)
            total += 1
    return bool(seen) and sum(map(len, seen.values())) == total > len(seen) * 1.5


def _take(draft: Draft, row: SourceRow, findings: Findings) -> None:
    """Add a row to its item; what it says of the item holds where nothing was said before."""
    for name, text in row.values.items():
        if name in MATERIAL_FIELDS or name == "serial":
            continue
        known = draft.values.setdefault(name, text)
        if key_of(known) != key_of(text):
            message = f"“{draft.name}”前面写的是“{known[:30]}”，这一行写的是“{text[:30]}”，以前面的为准"
            findings.add(row.row, "conflicting-values", message)
    if row.values.get("material"):
        draft.materials.append(row)


def _merged(drafts: list[Draft], findings: Findings) -> list[Draft]:
    """Merge items that nothing tells apart, and report those of one name that something does."""
    kept: dict[tuple[str, ...], Draft] = {}
    first: dict[str, Draft] = {}
    for draft in drafts:
        key = (key_of(draft.code), draft.title, "" if draft.code else draft.papers, draft.mark)
        same = kept.get(key)
        if same is not None:
            findings.add(draft.row, "duplicate-item", f"“{draft.name}”与第{same.row}行的事项完全相同，只保留一项")
            same.materials.extend(draft.materials)
            continue
        kept[key] = draft
        other = first.setdefault(draft.title, draft)
        if other is not draft and (other.mark == draft.mark or other.code != draft.code):
            findings.add(draft.row, "duplicate-item", f"“{draft.name}”与第{other.row}行同部门同名，作为两项保留")
    return list(kept.values())


def _give_codes(drafts: list[Draft], source: Source, findings: Findings) -> None:
    """Give every item a code of its own that does not depend on where in the file it stands."""
    blank = [draft for draft in drafts if not draft.code]
    if blank and "item_code" not in source.fields:
        findings.add(blank[0].row, "code-missing", f"来源没有事项编码一列，已按部门和名称为{len(blank)}个事项生成编码")
    by_title: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in blank:
        by_title[draft.title].append(draft)
        if "item_code" in source.fields:
            findings.add(draft.row, "code-missing", f"“{draft.name}”没有事项编码，已按部门和名称生成")
    for title, same in by_title.items():
        for draft in same:
            draft.code = "X-" + _digest(title if _are_versions(same) else f"{title}|{draft.papers}", 12)
    by_code: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_code[draft.code].append(draft)
    for code, same in by_code.items():
        first = min(draft.title for draft in same)
        for draft in () if _are_versions(same) else sorted(same, key=lambda one: one.title):
            if draft.title == first:
                continue
            draft.code = f"{code}-{_digest(draft.title, 6)}"
            findings.add(
                draft.row, "duplicate-code", f"编码 {code} 有{len(same)}个事项在用，“{draft.name}”改为 {draft.code}"
            )


def _are_versions(drafts: list[Draft]) -> bool:
    """Whether one item can be all of them: each is another version of it."""
    return len({draft.mark for draft in drafts}) == len(drafts)


def _give_versions(drafts: list[Draft], findings: Findings) -> None:
    """Number the versions of each item: as its rows say, else in the order in which they begin."""
    by_code: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_code[draft.code].append(draft)
        said = draft.values.get("version", "")
        if said and number_in(draft.values) is None:
            findings.add(draft.row, "unreadable-value", f"版本“{one_line(said)[:20]}”不是版本号，按没有填写处理")
    for same in by_code.values():
        numbers = {id(draft): number_in(draft.values) for draft in same}
        free = (number for number in count(1) if number not in numbers.values())
        for draft in sorted(same, key=lambda one: start_in(one.values) or date.min):
            number = numbers[id(draft)]
            draft.version = next(free) if number is None else number


def department_code(name: str) -> str:
    """Return a stable code for a department that the source gives none."""
    return "D-" + _digest(key_of(name), 10)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length].upper()
