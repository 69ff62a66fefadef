"""JSON: our own items and joint services, or records whose keys are the columns' names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from clerk_app.domain.catalogue import Due, JointService, ServiceItem
from sync.central.importing.columns import Column, column_of, material_column_of
from sync.central.importing.counts import MAX_COUNT
from sync.central.importing.delimited import decoded
from sync.central.importing.grid import MAX_ROWS
from sync.central.importing.lint import Facts, lint
from sync.central.importing.model import Findings, ImportRefused, Source, SourceRow
from sync.central.importing.tidy import MAX_CODE, MAX_MATERIAL, MAX_NAME, MAX_TEXT, cleaned
from sync.central.importing.versions import MAX_VERSION

T = TypeVar("T")

_DEPTH = 12
"""How deep a record may be nested."""
_COUNTS = ("inspect", "keep", "copies", "either", "electronic")


@dataclass(frozen=True, slots=True)
class Records:
    """What a JSON file holds."""

    items: tuple[ServiceItem, ...]
    joint: tuple[JointService, ...]
    source: Source


def read_records(path: Path, findings: Findings) -> Records:
    """Return the records of a file: one value, or one value a line."""
    parsed = _parsed(decoded(path.read_bytes()))
    joint = parsed.get("joint", []) if isinstance(parsed, dict) else []
    elements = _elements(parsed)
    if len(elements) > MAX_ROWS:
        raise ImportRefused("记录太多，请拆成几个文件")
    items: dict[str, ServiceItem] = {}
    rows: list[SourceRow] = []
    fields: set[str] = set()
    for number, element in enumerate(elements, start=1):
        if not isinstance(element, dict):
            findings.add(number, "bad-record", "这一条不是对象，没有收入")
        elif _is_own(element):
            item = _converted(element, ServiceItem, number, findings)
            if item is not None and _sound(item, number, findings) and _new(item, items, number, findings):
                items[item.edition.key] = item
                for kind, message in lint(_facts(item, element)):
                    findings.add(number, kind, f"“{item.name[:40]}”{message}")
        else:
            rows.extend(_rows(element, number, fields))
    return Records(tuple(items.values()), _joint(_list(joint), findings), Source(tuple(rows), frozenset(fields)))


def _joint(elements: list[Any], findings: Findings) -> tuple[JointService, ...]:
    services: dict[str, JointService] = {}
    for number, element in enumerate(elements, start=1):
        service = _converted(element, JointService, number, findings)
        if service is None:
            continue
        sound = 0 < len(service.code) <= MAX_CODE and 0 < len(service.name) <= MAX_NAME and service.items
        if sound and service.code not in services:
            services[service.code] = service
        else:
            why = "编码重复" if sound else "编码、名称或事项为空或太长"
            findings.add(number, "bad-record", f"一件事“{service.name[:40]}”没有收入：{why}")
    return tuple(services.values())


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and lines[0].rstrip().endswith(("}", "]")):
            return [_line(line, number) for number, line in enumerate(lines, start=1)]
        where = f"（第{error.lineno}行）" if isinstance(error, json.JSONDecodeError) else ""
        raise ImportRefused(f"不是完整的 JSON{where}，文件可能被截断") from error


def _line(line: str, number: int) -> Any:
    try:
        return json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ImportRefused(f"第{number}行不是完整的 JSON，文件可能被截断") from error


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _elements(parsed: Any) -> list[Any]:
    """Return the list of records, wherever the file keeps it."""
    if isinstance(parsed, list):
        return parsed
    if isinstance(parsed, dict):
        for name in ("items", "data", "rows", "records", "RECORDS", "list"):
            if isinstance(parsed.get(name), list):
                return _list(parsed[name])
            if isinstance(parsed.get(name), dict):
                return _elements(parsed[name])
        if any(column_of(key) for key in parsed):
            return [parsed]
    raise ImportRefused('JSON 里没有事项清单：应当是一个列表，或者 {"items": [ … ]}')


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_own(element: Mapping[str, Any]) -> bool:
    return {"code", "name"} <= element.keys() and isinstance(element.get("department"), dict)


def _converted(element: Any, type_: type[T], number: int, findings: Findings) -> T | None:
    try:
        return msgspec.convert(_clean(element, number, findings), type_)
    except (msgspec.ValidationError, RecursionError, ValueError) as error:
        findings.add(number, "bad-record", f"这一条的格式不对，没有收入（{str(error)[:200]}）")
        return None


def _clean(value: Any, number: int, findings: Findings, depth: int = 0) -> Any:
    if depth > _DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ValueError(f"a text of {len(value)} characters")
        return cleaned(value, number, findings)
    if isinstance(value, list):
        return [_clean(one, number, findings, depth + 1) for one in value]
    if isinstance(value, dict):
        return {key: _clean(one, number, findings, depth + 1) for key, one in value.items()}
    return value


def _sound(item: ServiceItem, number: int, findings: Findings) -> bool:
    """Whether an item of our own form can be worked with; what cannot be is left out and reported."""
    faults = []
    if not 0 < len(item.code) <= MAX_CODE or not 0 < len(item.name) <= MAX_NAME:
        faults.append("编码或名称为空或太长")
    if not item.department.name:
        faults.append("没有受理部门")
    if not 0 <= item.visits_cap <= MAX_COUNT or any(
        limit and limit.days < 0 for limit in (item.promised, item.statutory)
    ):
        faults.append("到现场次数或时限不是合理的数")
    if not 0 <= item.version <= MAX_VERSION:
        faults.append("版本不是合理的数")
    ids = [material.id for material in item.materials]
    if len(set(ids)) != len(ids) or not all(ids):
        faults.append("材料编号为空或重复")
    answers = {situation.id: {answer.id for answer in situation.answers} for situation in item.situations}
    for material in item.materials:
        counts = [getattr(material.due, name) for name in _COUNTS]
        if (
            not 0 < len(material.name) <= MAX_MATERIAL
            or material.due == Due()
            or not all(0 <= n <= MAX_COUNT for n in counts)
        ):
            faults.append(f"材料“{material.name[:30]}”的名称或份数不对")
        if any(not set(allowed) <= answers.get(situation, set()) for situation, allowed in material.when.items()):
            faults.append(f"材料“{material.name[:30]}”的适用情形不在情形表里")
    if faults:
        findings.add(number, "bad-record", f"“{item.name[:40] or item.code[:40]}”没有收入：{'；'.join(faults[:5])}")
    return not faults


def _facts(item: ServiceItem, element: Mapping[str, Any]) -> Facts:
    """Return what the rules look at; a member the record leaves out says nothing."""
    said = {"visits": item.visits_cap, "visits_reason": item.visits_reason, "handling": item.handling.value}
    said |= {"phone": item.phone, "complaint_phone": item.complaint_phone}
    there = {name for name in said if (name if name != "visits" else "visits_cap") in element}
    return Facts(item, {name: str(said[name]) for name in there}, frozenset(there))


def _new(item: ServiceItem, items: Mapping[str, ServiceItem], number: int, findings: Findings) -> bool:
    same = items.get(item.edition.key)
    if same is not None:
        findings.add(number, "duplicate-item", f"编码 {item.code} 前面已有“{same.name[:40]}”，这一条没有收入")
        return False
    names = [material.name for material in item.materials]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        findings.add(
            number, "repeated-material", f"“{item.name[:40]}”里“{name[:60]}”出现{names.count(name)}次，照样保留"
        )
    return True


def _rows(element: Mapping[str, Any], number: int, fields: set[str]) -> list[SourceRow]:
    """Return a record as rows: one for each material nested in it, else the record itself."""
    own = _cells(element, column_of)
    fields |= {column.field for column in own}
    for value in element.values():
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            continue
        nested = [_cells(one, material_column_of) for one in value]
        if any(column.field == "material" for cells in nested for column in cells):
            fields |= {column.field for cells in nested for column in cells}
            return [_row(number, own | cells) for cells in nested]
    return [_row(number, own)]


def _cells(element: Mapping[str, Any], meaning: Callable[[str], Column | None]) -> dict[Column, str]:
    cells: dict[Column, str] = {}
    seen: set[str] = set()
    for key, value in element.items():
        column = meaning(str(key))
        if column is None or column.field in seen:
            continue
        if isinstance(value, bool):
            text = "是" if value else "否"
        elif isinstance(value, str | int | float):
            text = str(value).strip()
        elif isinstance(value, dict) and isinstance(value.get("name"), str):
            text = value["name"].strip()
        else:
            continue
        seen.add(column.field)
        cells[column] = text
    return cells


def _row(number: int, cells: Mapping[Column, str]) -> SourceRow:
    values = {column.field: text for column, text in cells.items() if text}
    return SourceRow(number, values, {column.field: column.scheme for column in cells if column.scheme})
