"""What codes and values are called on the screens: one table for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from clerk_app.domain.acts import Outlook
from clerk_app.domain.catalogue import Handling, Limit, Material, Necessity, ServiceItem, Unit
from clerk_app.domain.checklist import Deficit, demand
from clerk_app.domain.draft import Draft, DraftAssessment

HANDLING = {Handling.IMMEDIATE: "即办件", Handling.PROMISED: "承诺件", Handling.OTHER: "其他"}
ID_KINDS = {"resident_id": "身份证号", "credit_code": "信用代码", "other": "证件号码"}


def limit_words(limit: Limit | None) -> str:
    """Return a time limit in words."""
    if limit is None:
        return ""
    if limit.days == 0:
        return "当场"
    return f"{limit.days}{'个工作日' if limit.unit is Unit.WORKDAY else '天'}"


def item_words(item: ServiceItem) -> str:
    """Return an item in one line: name, department, handling, limit, visits."""
    handling = HANDLING[item.handling] + limit_words(item.promised)
    return " | ".join([item.name, item.department.name, handling, f"到场上限{item.visits_cap}次"])


def draft_words(draft: Draft) -> str:
    """Return what is taken in, in one line."""
    if len(draft.items) == 1:
        filed = f"预申报 {draft.prefiling} | " if draft.prefiling else ""
        return filed + item_words(draft.items[0])
    saved = draft.saved()
    name = draft.joint.name if draft.joint else "合并收件"
    spared = f" | 少交{saved.papers}份、少跑{saved.visits}次" if saved.papers or saved.visits else ""
    return f"{name}（{len(draft.items)}个事项）{spared} | {'、'.join(i.name for i in draft.items)}"


def verdict_words(found: DraftAssessment, unlooked: int) -> tuple[str, str]:
    """Return the live verdict and its tone."""
    rest = f"，其中 {unlooked} 项待核" if unlooked else ""
    if found.open_questions:
        return f"还有 {len(found.open_questions)} 个情形没有选定", "warn"
    if found.outlook is Outlook.COMPLETE:
        return "齐全，可以受理", "good"
    count = len(found.deficits)
    if found.outlook is Outlook.DEFERRABLE:
        return f"缺 {count} 项{rest}，都可容缺后补：可告知补正，也可容缺受理", "warn"
    return f"缺 {count} 项{rest}，应一次性告知补正", "bad"


def deficit_lines(deficits: Sequence[Deficit], most: int = 8) -> list[str]:
    """Return deficits for a dialog, one a line."""
    lines = [f"  {n}. {d.name}：{d.cure}" for n, d in enumerate(deficits[:most], start=1)]
    if len(deficits) > most:
        lines.append(f"  另有 {len(deficits) - most} 项，都写在告知书上")
    return lines


def material_words(material: Material) -> list[tuple[str, str]]:
    """Return everything the clerk may look up about a material, as label and text."""
    validity = f"签发后 {material.validity_days} 天内有效" if material.validity_days is not None else ""
    found = [
        ("应收", demand(material)),
        ("到哪办", material.where_got),
        ("标准", material.standard),
        ("印章", material.seal),
        ("有效期", validity),
        ("容缺", "可以容缺后补" if material.necessity is Necessity.DEFERRABLE else ""),
        ("依据", material.basis),
        ("备注", material.note),
    ]
    return [(label, text) for label, text in found if text]


def day_words(day: date, *, provisional: bool = False) -> str:
    """Return a day, marked 暂定 where a year without a calendar was counted."""
    return f"{day:%Y-%m-%d}" + ("（暂定）" if provisional else "")


def moment_words(at: str) -> str:
    """Return an RFC 3339 time as people read it at the counter."""
    return at[:16].replace("T", " ")
