"""From drafts to service items."""

from __future__ import annotations

import re
from dataclasses import replace
from zlib import crc32

from clerk_app.domain import codes
from clerk_app.domain.catalogue import Department, Handling, Limit, ServiceItem, Unit
from sync.central.importing.drafts import Draft, department_code, drafts_of
from sync.central.importing.limits import limit_in
from sync.central.importing.lint import Facts, lint
from sync.central.importing.materials import checklist
from sync.central.importing.model import Findings, Source
from sync.central.importing.tidy import Cells, key_of

MAX_VISITS = 99

_SCOPES = (("村", "town"), ("镇", "town"), ("街", "town"), ("乡", "town"), ("县", "district"), ("区", "district"))
_LEVEL_SCOPES = {"4": "district", "5": "town", "6": "town"}
_DEPTHS = {"1": "I", "2": "II", "3": "III", "4": "IV", "一": "I", "二": "II", "三": "III", "四": "IV"}


def items_of(source: Source, findings: Findings) -> tuple[ServiceItem, ...]:
    """Return the items of a source, with everything odd about them reported."""
    items = []
    for draft in drafts_of(source, findings):
        item = _item(draft, source.fields, findings)
        facts = Facts(item, draft.values, source.fields)
        for kind, message in lint(facts):
            findings.add(draft.row, kind, f"“{item.name[:40]}”{message}")
        items.append(item)
    return tuple(items)


def _item(draft: Draft, fields: frozenset[str], findings: Findings) -> ServiceItem:
    cells = Cells(draft.row, draft.values, findings)
    promised = _limit(cells, "promised", findings)
    if promised is None and "promised" in fields and not draft.values.get("promised"):
        findings.add(draft.row, "missing-limit", f"“{draft.name[:40]}”没有承诺时限")
    prefix = (
        f"{crc32(draft.code.encode()) % 0x1000000:06x}"  # no id means another paper in another item of a joint intake
    )
    materials = checklist(draft.materials, findings, prefix)
    if not draft.materials and "material" in fields:
        findings.add(draft.row, "empty-item", f"“{draft.name[:40]}”没有列出任何材料")
    scheme = draft.schemes.get("kind") or "gb39046"
    level = _code(cells, "level", scheme)
    visits = cells.number("visits", MAX_VISITS)
    provisional, express = cells.flag("provisional"), cells.flag("express")
    item = ServiceItem(
        code=draft.code,
        name=draft.name,
        department=Department(
            code=cells.line("department_code") or department_code(draft.department), name=draft.department
        ),
        version=draft.version,
        scheme=scheme,
        kind=_code(cells, "kind", scheme),
        level=level,
        handling=_handling(cells, draft, promised),
        promised=promised,
        statutory=_limit(cells, "statutory", findings),
        visits_cap=1 if visits is None else visits,
        visits_reason=cells.text("visits_reason"),
        depth=_depth(cells),
        materials=materials,
        provisional_allowed=provisional is not False,
        express=express is not False,
        fee=_fee(cells),
        scope=_scope(level),
        theme=cells.line("theme"),
        basis=cells.text("basis"),
        result=cells.text("result"),
        address=cells.text("address"),
        hours=cells.text("hours"),
        phone=cells.text("phone"),
        complaint_phone=cells.text("complaint_phone"),
        review_body=cells.text("review_body"),
        court=cells.text("court"),
        effective_from=cells.day("effective_from"),
        effective_until=cells.day("effective_until"),
    )
    subjects = _subjects(cells)
    return replace(item, subjects=subjects) if subjects else item


def _limit(cells: Cells, field: str, findings: Findings) -> Limit | None:
    text = cells.line(field)
    if not text:
        return None
    said = cells.line(f"{field}_unit")
    unit = None
    if said:
        unit = codes.unit("aplanmis", said) or {"1": Unit.WORKDAY, "2": Unit.CALENDAR_DAY}.get(said)
        if unit is None:
            findings.add(cells.row, "unknown-code", f"时限单位“{said[:20]}”不在代码表里，按工作日处理")
    limit = limit_in(text, unit)
    if limit is None:
        findings.add(cells.row, "unreadable-limit", f"时限“{text[:30]}”不是天数，按没有填写处理")
    return limit


def _handling(cells: Cells, draft: Draft, promised: Limit | None) -> Handling:
    by_limit = Handling.IMMEDIATE if promised is not None and promised.days == 0 else Handling.PROMISED
    text = cells.line("handling").removesuffix(".0")
    if not text:
        return by_limit
    found = codes.handling(draft.schemes.get("handling", ""), text) or codes.handling("gb39046", text)
    if found is None:
        cells.findings.add(cells.row, "unknown-code", f"办件类型“{text[:20]}”不在代码表里，按时限判断")
    return found or by_limit


def _code(cells: Cells, field: str, scheme: str) -> str:
    """Return the code a cell holds or whose name it holds; what is unknown stays as it is written."""
    text = cells.line(field).removesuffix(".0")
    table = codes.TABLES.get(scheme, {}).get(field, {})
    for code, name in table.items():
        if text and (text in {code, name} or text.zfill(2) == code or (len(text) > 1 and name.startswith(text))):
            return code
    if text:
        cells.findings.add(
            cells.row, "unknown-code", f"“{text[:20]}”不在{'事项类型' if field == 'kind' else '行使层级'}代码表里"
        )
    return text


def _scope(level: str) -> str:
    if level in _LEVEL_SCOPES:
        return _LEVEL_SCOPES[level]
    return next((scope for word, scope in _SCOPES if word in level), "city")


def _depth(cells: Cells) -> str:
    text = key_of(cells.line("depth")).removesuffix("级").removesuffix("星").removesuffix(".0")
    found = _DEPTHS.get(text) or (text.upper() if text.upper() in _DEPTHS.values() else "")
    if text and not found:
        cells.findings.add(cells.row, "unknown-code", f"网上办理深度“{text[:20]}”不在代码表里")
    return found


def _fee(cells: Cells) -> str:
    """Return what is charged; empty means free of charge."""
    charged = cells.flag("is_fee")
    text = cells.text("fee")
    if charged is False or re.fullmatch(r"不收费|免费|无|否|0", text):
        return ""
    return text or ("收费" if charged else "")


def _subjects(cells: Cells) -> tuple[str, ...]:
    found = []
    for part in re.split(r"[,，、;；/\s]+|及|和", cells.line("subjects")):
        if not part:
            continue
        subject = codes.subject("gb39046", part)
        if subject is None:
            cells.findings.add(cells.row, "unknown-code", f"服务对象“{part[:20]}”不在代码表里")
        else:
            found.append(subject)
    return tuple(dict.fromkeys(found))
