"""The views of 寄递: what each lists, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clerk_app.domain.custody_bodies import HandKind
from clerk_app.domain.custody_words import DIRECTION_LABELS
from clerk_app.domain.dispatch import GIVEN_UP
from clerk_app.domain.kinds import PARCEL_LABELS, STATE_LABELS
from clerk_app.domain.people import mask_number
from screens.dispatch.words import carrier_words, fault_words, sheets_words
from screens.widgets.virtual_list import Cell, Column
from screens.words import moment_words

if TYPE_CHECKING:
    from clerk_app.bags import Task
    from clerk_app.desk import Desk
    from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
    from clerk_app.domain.dispatch import Group
    from clerk_app.domain.summary import CaseSummary


@dataclass(frozen=True, slots=True)
class Found:
    """Everything the area lists, read in one go."""

    rows: dict[str, Sequence[Any]] = field(default_factory=dict)
    """By the view's id."""


def read(desk: Desk) -> Found:
    """Read every list."""
    return Found(
        {
            "waiting": desk.to_pack(),
            "packed": desk.parcels("packed"),
            "manifests": desk.manifests(),
            "moving": desk.parcels("moving"),
            "arriving": desk.parcels("arriving"),
            "results": desk.results_here(),
            "tasks": desk.custody_tasks(),
        }
    )


@dataclass(frozen=True, slots=True)
class View:
    """One list of the area."""

    id: str
    title: str
    empty: str
    columns: Sequence[Column]
    cells: Callable[[Any], Sequence[Cell]]


def to_words(one: ParcelSummary) -> str:
    """Return where a bag goes, an applicant unnamed: lists are seen by whoever stands at the counter."""
    return "申请人（邮寄）" if one.to_kind is HandKind.APPLICANT else one.to_name or one.to


def _group(group: Group) -> list[Cell]:
    warned = sum(bool(one.warning) for one in group.cases)
    return [
        Cell(DIRECTION_LABELS[group.direction], "strong"),
        Cell(group.to.name or group.to.code),
        Cell(str(len(group.cases))),
        Cell(str(group.sheets)),
        Cell(f"{warned} 件还不宜装袋" if warned else "可以装袋", "warn" if warned else "good"),
    ]


def _bag(one: ParcelSummary) -> list[Cell]:
    return [
        Cell(one.number),
        Cell(to_words(one)),
        Cell(sheets_words(one.originals, one.copies)),
        Cell(one.seal, "dim"),
        Cell(moment_words(one.sealed_at), "dim"),
        *_standing(one),
    ]


def _standing(one: ParcelSummary) -> list[Cell]:
    if one.conflicts:
        return [Cell("有冲突", "bad")]
    if one.discrepancies:
        return [Cell(f"差异{one.discrepancies}", "bad")]
    return [Cell(f"未报{one.unsent}" if one.unsent else PARCEL_LABELS[one.state], "warn" if one.unsent else "dim")]


def _moving(one: ParcelSummary) -> list[Cell]:
    way = carrier_words(one.waybill, one.carrier)
    return [
        Cell(one.number),
        Cell(to_words(one)),
        Cell(way, "plain" if one.waybill else "dim"),
        Cell(one.holder),
        _latest(one),
        *_standing(one),
    ]


def _latest(one: ParcelSummary) -> Cell:
    """Return what the carrier told last; of a bag it told nothing of, since when it is where it is."""
    if one.event:
        return Cell(f"{moment_words(one.event_at)[5:]} {one.event} {one.event_place}")
    return Cell(f"{moment_words(one.updated_at)[5:]} 在{one.holder}", "dim")


def _manifest(one: ManifestSummary) -> list[Cell]:
    return [
        Cell(one.number),
        Cell(moment_words(one.at), "dim"),
        Cell(f"{one.courier}（{one.badge}）"),
        Cell(str(len(one.parcels))),
        Cell(f"差异{one.discrepancies}" if one.discrepancies else "无差异", "bad" if one.discrepancies else "good"),
    ]


def _result(one: CaseSummary) -> list[Cell]:
    return [
        Cell(one.number),
        Cell(one.applicant),
        Cell(mask_number(one.id_number), "dim"),
        Cell(one.item_name),
        Cell(f"{STATE_LABELS[one.state]}，退还材料" if one.state in GIVEN_UP else STATE_LABELS[one.state], "dim"),
    ]


def _task(task: Task) -> list[Cell]:
    return [
        Cell(task.subject),
        Cell(fault_words(task.open.found), "bad"),
        Cell(task.open.by.name or task.open.by.code, "dim"),
        Cell(
            f"超期，限{task.due.day:%m-%d}" if task.late else f"限{task.due.day:%m-%d}", "bad" if task.late else "dim"
        ),
    ]


_BAG = Column("寄递袋", 29)
VIEWS = (
    View(
        "waiting",
        "待封袋",
        "没有待封袋的材料",
        (Column("方向", 8), Column("去向"), Column("办件", 4, right=True), Column("份", 4, right=True), Column("", 16)),
        _group,
    ),
    View(
        "packed",
        "已封袋",
        "没有封好待交接的袋",
        (
            _BAG,
            Column("去向"),
            Column("份数", 9),
            Column("封签", 12, wide=100),
            Column("封袋", 16, wide=100),
            Column("", 6),
        ),
        _bag,
    ),
    View(
        "manifests",
        "交接清单",
        "还没有交接过",
        (Column("交接清单", 25), Column("时间", 16), Column("揽收员"), Column("袋", 4, right=True), Column("", 6)),
        _manifest,
    ),
    View(
        "moving",
        "在途",
        "没有在途的袋",
        (
            _BAG,
            Column("去向", share=2),
            Column("运单", 24, wide=100),
            Column("现在", 10, wide=100),
            Column("最近", share=3),
            Column("", 6),
        ),
        _moving,
    ),
    View(
        "arriving",
        "到件",
        "没有寄往本服务点的袋",
        (_BAG, Column("方向"), Column("份数", 9), Column("封签", 12), Column("封袋", 16, wide=100), Column("", 6)),
        lambda one: [_bag(one)[0], Cell(DIRECTION_LABELS[one.direction]), *_bag(one)[2:]],
    ),
    View(
        "results",
        "待领取",
        "没有待领取的结果",
        (Column("办件编号", 23), Column("申请人", 10), Column("证件号码", 18), Column("事项"), Column("", 6)),
        _result,
    ),
    View(
        "tasks",
        "差异",
        "没有待处理的差异",
        (Column("寄递袋或清单", 29), Column("差异"), Column("发现", 14, wide=100), Column("期限", 13)),
        _task,
    ),
)
