"""The JSON the commands print, and the same for people. These shapes are a contract: members are added, never taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from clerk_app.choosing import planned
from clerk_app.domain.catalogue import JointService, Limit, Material, ServiceItem, Unit
from clerk_app.domain.checklist import demand
from clerk_app.domain.journal import Record
from clerk_app.domain.kinds import KINDS, STATE_LABELS
from clerk_app.domain.people import Person, mask_number
from clerk_app.domain.summary import CaseSummary
from clerk_app.history import VERDICT_LABELS
from clerk_app.seat import Seat
from clerk_app.status import Status
from clerk_app.store.books.search import Hit
from clerk_app.store.records import Records


def person(who: Person) -> dict[str, Any]:
    """Return somebody who signed in."""
    return {"number": who.number, "name": who.name, "role": who.role.value}


def hit(records: Records, found: Hit, today: date) -> dict[str, Any] | None:
    """Return what was found, whole: an item with its materials, a joint service with its items."""
    if found.kind == "joint":
        service = records.joint(found.key)
        return _joint(records, service, today) if service is not None else None
    held = records.item(found.key, today)
    return item(held, records, today) if held is not None else None


def _joint(records: Records, service: JointService, today: date) -> dict[str, Any]:
    """A joint service has the members of an item too; its materials are those of its items."""
    parts = [part for code in service.items if (part := records.item(code, today)) is not None]
    return {
        "code": service.code,
        "name": service.name,
        "kind": "joint",
        "department": "",
        "handling": "joint",
        "visits_cap": max((part.visits_cap for part in parts), default=0),
        "items": list(service.items),
        "materials": [],
    }


def item(held: ServiceItem, records: Records, today: date) -> dict[str, Any]:
    """Return an item with its questions and materials, and what is planned with it."""
    return {
        "code": held.code,
        "name": held.name,
        "kind": "item",
        "department": held.department.name,
        "handling": held.handling.value,
        "promised": _limit(held.promised),
        "statutory": _limit(held.statutory),
        "visits_cap": held.visits_cap,
        "provisional_allowed": held.provisional_allowed,
        "fee": held.fee,
        "sample": held.sample,
        "version": held.version,
        "effective_from": held.effective_from.isoformat() if held.effective_from else None,
        "effective_until": held.effective_until.isoformat() if held.effective_until else None,
        "planned": planned(records.editions(held.code), today),
        "situations": [
            {"id": s.id, "question": s.question, "answers": [{"id": a.id, "label": a.label} for a in s.answers]}
            for s in held.situations
        ],
        "materials": [_material(m) for m in held.materials],
    }


def _material(material: Material) -> dict[str, Any]:
    due = material.due
    return {
        "id": material.id,
        "name": material.name,
        "paper": material.paper_key,
        "necessity": material.necessity.value,
        "originals": max(due.inspect, due.keep),
        "originals_handling": "keep" if due.keep else ("inspect" if due.inspect else ""),
        "copies": max(due.copies, due.either - due.keep),
        "either": due.either > 0,
        "electronic": due.electronic,
        "form": material.form.value,
        "demand": demand(material),
        "where": material.where_got,
        "source": material.source,
        "standard": material.standard,
        "seal": material.seal,
        "validity_days": material.validity_days,
        "when": {question: list(answers) for question, answers in material.when.items()},
    }


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return {"days": limit.days, "unit": limit.unit.value} if limit is not None else None


def item_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what was found for a person: one line an item, its materials below."""
    for row in found:
        if row["kind"] == "joint":
            yield f"{row['code']}  {row['name']}（一件事，含 {len(row['items'])} 项）"
            continue
        promised = row["promised"]
        unit = {Unit.WORKDAY: "个工作日", Unit.CALENDAR_DAY: "日"}
        limit = f"承诺 {promised['days']} {unit[promised['unit']]}" if promised else "未载明时限"
        cap = f"到现场至多 {row['visits_cap']} 次"
        yield "  ".join(filter(None, (row["code"], row["name"], row["department"], limit, cap, row["planned"])))
        for material in row["materials"]:
            mark = {"required": "必要", "optional": "非必要", "deferrable": "可容缺"}[material["necessity"]]
            yield f"    {material['id']}  {material['name']}  {mark}  {material['demand']}  {material['where']}"


def case(summary: CaseSummary) -> dict[str, Any]:
    """Return one case of a list; identity numbers are masked (rule 15)."""
    return {
        "case": summary.number,
        "item": summary.item,
        "item_name": summary.item_name,
        "department": summary.department,
        "applicant": summary.applicant,
        "id_number": mask_number(summary.id_number),
        "state": summary.state.value,
        "confirmed": summary.unsent == 0,
        "official": summary.official,
        "received_on": summary.received_on.isoformat(),
        "promised_due": summary.promised_due.isoformat() if summary.promised_due else None,
        "visits": summary.visits,
        "visits_cap": summary.visits_cap,
        "conflicts": summary.conflicts,
    }


def case_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield cases for a person, one line each."""
    for row in found:
        label = STATE_LABELS[row["state"]]
        known = "已确认" if row["confirmed"] else "未确认"
        yield f"{row['case']}  {label}  {known}  {row['applicant']}  {row['id_number']}  {row['item_name']}"


def entry(record: Record) -> dict[str, Any]:
    """Return one entry of the journal."""
    said = record.entry
    return {
        "id": said.id,
        "kind": said.kind,
        "label": KINDS[said.kind].label if said.kind in KINDS else said.kind,
        "subject": said.subject,
        "at": said.at,
        "actor": said.actor,
        "window": said.window,
        "n": said.n,
        "verdict": record.verdict.value if record.verdict is not None else None,
        "verdict_label": VERDICT_LABELS[record.verdict] if record.verdict is not None else "未上报",
        "position": record.position,
        "problem": record.problem,
    }


def status(seen: Status, seat: Seat, who: Person | None) -> dict[str, Any]:
    """Return a window's status."""
    return {
        "window": seat.window,
        "point": seat.point,
        "point_name": seat.point_name,
        "signed_in": person(who) if who is not None else None,
        "entries": seen.entries,
        "unsent": seen.unsent,
        "refused": seen.refused,
        "online": seen.online,
        "catalogue_revision": seen.catalogue_revision,
        "cases": seen.cases,
        "last_problem": seen.last_problem,
        "carried_waiting": seen.carried_waiting,
        "carried_refused": seen.carried_refused,
        "waiting": seen.waiting,
        "conflicts": seen.conflicts,
        "scans_owed": seen.scans_owed,
        "scans_refused": seen.scans_refused,
        "troubles": list(seen.troubles),
    }


def status_lines(value: dict[str, Any]) -> Iterator[str]:
    """Yield a window's status for a person."""
    who = value["signed_in"]
    yield f"窗口 {value['window']}（{value['point_name']}）"
    yield f"登录：{who['name']}（{who['number']}）" if who else "登录：无"
    yield f"市中心：{'在线' if value['online'] else '连不上'}  {value['last_problem']}".rstrip()
    yield f"流水 {value['entries']} 条，未上报 {value['unsent']} 条，被拒 {value['refused']} 条，办件 {value['cases']} 件"
    yield f"事项目录版本 {value['catalogue_revision']}"
    if value["waiting"] or value["conflicts"]:
        yield f"在等前一条的 {value['waiting']} 条，有冲突待处理 {value['conflicts']} 处"
    if value["carried_waiting"] or value["carried_refused"]:
        yield f"代报：等待 {value['carried_waiting']} 份，被拒 {value['carried_refused']} 份"
    if value["troubles"]:
        yield f"注意：{'；'.join(value['troubles'])}（详见 clerk doctor）"
