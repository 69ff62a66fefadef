"""The one table of entry kinds about a case: what their bodies are, who may say them, when, and what they touch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clerk_app.domain import bodies, custody_bodies
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.people import Role


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    """已收件."""
    NOTIFIED = "notified"
    """已一次性告知, 待补."""
    ACCEPTED = "accepted"
    """已受理."""
    PROVISIONAL = "provisional"
    """容缺受理."""
    UNDER_REVIEW = "under_review"
    """部门审查中."""
    DECIDED = "decided"
    """已作决定, 待送达."""
    CLOSED = "closed"
    """已送达."""
    DECLINED = "declined"
    """不予受理."""
    WITHDRAWN = "withdrawn"
    """撤件."""
    RETURNED = "returned"
    """退件."""


class ParcelState(StrEnum):
    """Where a bag stands."""

    SEALED = "sealed"
    """已封袋, 待交接."""
    UNSEALED = "unsealed"
    """已拆袋."""
    ON_THE_WAY = "on_the_way"
    """已交接, 在途."""
    RECEIVED = "parcel_received"
    """已签收."""
    RETURNED = "parcel_returned"
    """已退回."""


class ManifestState(StrEnum):
    """A manifest is there once it is closed, and stays as it is."""

    CLOSED = "manifest_closed"


class TipState(StrEnum):
    """Where a tip for the guide stands."""

    OFFERED = "tip_offered"
    APPROVED = "tip_approved"
    DECLINED = "tip_declined"
    WITHDRAWN = "tip_withdrawn"


class About(StrEnum):
    """What a subject is."""

    CASE = "case"
    PARCEL = "parcel"
    MANIFEST = "manifest"
    TIP = "tip"


STATE_LABELS = {
    State.RECEIVED: "已收件",
    State.NOTIFIED: "待补正",
    State.ACCEPTED: "已受理",
    State.PROVISIONAL: "容缺受理",
    State.UNDER_REVIEW: "审查中",
    State.DECIDED: "已办结",
    State.CLOSED: "已送达",
    State.DECLINED: "不予受理",
    State.WITHDRAWN: "已撤件",
    State.RETURNED: "已退件",
}

PARCEL_LABELS = {
    ParcelState.SEALED: "待交接",
    ParcelState.UNSEALED: "已拆袋",
    ParcelState.ON_THE_WAY: "在途",
    ParcelState.RECEIVED: "已签收",
    ParcelState.RETURNED: "已退回",
}

TIP_LABELS = {
    TipState.OFFERED: "待审",
    TipState.APPROVED: "已采用",
    TipState.DECLINED: "未采用",
    TipState.WITHDRAWN: "已停用",
}

BEFORE_ACCEPTANCE = frozenset({State.RECEIVED, State.NOTIFIED})
IN_PROGRESS = frozenset({State.ACCEPTED, State.PROVISIONAL, State.UNDER_REVIEW})
OPEN = BEFORE_ACCEPTANCE | IN_PROGRESS | {State.DECIDED}
MOVING = frozenset({ParcelState.SEALED, ParcelState.ON_THE_WAY})
SENT = MOVING | {ParcelState.RECEIVED, ParcelState.RETURNED}
"""Where a bag may be when it is told that somebody took it: the window that gave it may be heard last."""
ANY: frozenset[str] = frozenset({*State, *ParcelState, *ManifestState, *TipState})
CASES = frozenset({About.CASE})
PARCELS = frozenset({About.PARCEL})
MANIFESTS = frozenset({About.MANIFEST})
TIPS = frozenset({About.TIP})
CUSTODY = PARCELS | MANIFESTS
OVERSEEN = CASES | CUSTODY
ANYTHING = OVERSEEN | TIPS

WINDOW = frozenset({Role.CLERK, Role.SUPERVISOR})
SUPERVISOR = frozenset({Role.SUPERVISOR})
OFFICE = frozenset({Role.DEPARTMENT})

DECISION = "decision"
"""The facet of a case that two acts must not both write without having seen each other."""
PLACE = "place"
"""The facet of a case that says at which point it is handled."""
OFFICIAL = "official"
"""The facet of a case that holds the number central gave it."""
HOLDER_OUT, HOLDER_IN, WAYBILL, PICKUP = "given", "taken", "waybill", "pickup"
"""The facets of a bag: who took it away, who it came to, under which number, and what was asked of a carrier."""
DISCREPANCY = "discrepancy:"
"""Prefix of one discrepancy's facet."""
PAPERS = "papers:"
"""Prefix of the facet that says where one material's sheets are; as a whole, where all of them are."""
TASK = "task:"
"""Prefix of the facet of one task of a supervisor; as a whole, all of them."""
TIP = "tip"
"""The facet of a tip that says whether it is printed."""
MATERIALS = "material:"
"""Prefix of one material's facet; as a whole, what a decision is founded on."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for all entries of one kind; ``states`` empty: the entry begins the case."""

    body: type[Any]
    label: str
    roles: frozenset[Role]
    states: frozenset[str]
    about: frozenset[About] = CASES
    decides: bool = False
    """Writes the decision, founded on the materials as they were seen."""
    checks: bool = False
    """Writes the tallies it names."""
    moves: bool = False
    """Writes the place, founded on the decision: what is over goes nowhere."""
    numbers: bool = False
    """Writes the official number."""
    settles: bool = False
    """Lets another entry stand or not: it may write whatever that one writes."""
    stands_alone: bool = False
    """Neither founded on anything said of the case nor anything to found on: it never waits for an entry that was refused."""
    anywhere: bool = False
    """May be said where there is no case, too."""
    packs: bool = False
    """Moves the sheets it names: writes where they are, founded on their tallies."""
    returns: bool = False
    """Gives back all papers that lie at the counter."""
    hands: bool = False
    """Moves the result."""
    gives: bool = False
    """Writes who took a bag away."""
    receives: bool = False
    """Writes who a bag came to."""
    waybills: bool = False
    """Writes under which number a bag travels."""
    orders: bool = False
    """Writes what was asked of a carrier."""
    concludes: bool = False
    """Writes the end of the discrepancy it names."""
    tasks: bool = False
    """Writes what becomes of the task it names."""
    tips: bool = False
    """Writes whether a tip is printed."""


KINDS: dict[str, Kind] = {
    "case.received": Kind(bodies.Received, "收件", WINDOW, frozenset(), decides=True),
    "materials.checked": Kind(bodies.Checked, "核对材料", WINDOW, BEFORE_ACCEPTANCE, checks=True),
    "notice.given": Kind(
        bodies.NoticeGiven, "一次性告知", WINDOW | OFFICE, BEFORE_ACCEPTANCE | IN_PROGRESS, decides=True
    ),
    "case.supplemented": Kind(bodies.Supplemented, "补收材料", WINDOW, BEFORE_ACCEPTANCE | IN_PROGRESS, checks=True),
    "case.accepted": Kind(bodies.Accepted, "受理", WINDOW, BEFORE_ACCEPTANCE, decides=True),
    "case.accepted_provisionally": Kind(
        bodies.AcceptedProvisionally, "容缺受理", WINDOW, BEFORE_ACCEPTANCE, decides=True
    ),
    "case.declined": Kind(bodies.Declined, "不予受理", WINDOW, BEFORE_ACCEPTANCE, decides=True, returns=True),
    "case.withdrawn": Kind(bodies.Ended, "撤件", WINDOW, BEFORE_ACCEPTANCE | IN_PROGRESS, decides=True, returns=True),
    "case.returned": Kind(
        bodies.Ended,
        "退件",
        WINDOW | OFFICE,
        BEFORE_ACCEPTANCE | {State.PROVISIONAL, State.UNDER_REVIEW},
        decides=True,
        returns=True,
    ),
    "case.numbered": Kind(bodies.Numbered, "编号", OFFICE, ANY, numbers=True),
    "case.taken_up": Kind(
        bodies.TakenUp, "部门接办", OFFICE, frozenset({State.ACCEPTED, State.PROVISIONAL}), decides=True
    ),
    "case.suspended": Kind(bodies.Suspended, "特别程序开始", SUPERVISOR | OFFICE, IN_PROGRESS, decides=True),
    "case.resumed": Kind(bodies.Resumed, "特别程序结束", SUPERVISOR | OFFICE, IN_PROGRESS, decides=True),
    "case.decided": Kind(bodies.Decided, "办结", OFFICE, IN_PROGRESS, decides=True),
    "result.delivered": Kind(
        bodies.Delivered, "送达", WINDOW | OFFICE, frozenset({State.DECIDED}), decides=True, hands=True
    ),
    "result.arrived": Kind(custody_bodies.ResultArrived, "结果到达", WINDOW, frozenset({State.DECIDED}), hands=True),
    "papers.packed": Kind(custody_bodies.Packed, "装袋", WINDOW | OFFICE, ANY, packs=True),
    "papers.given_back": Kind(custody_bodies.GivenBack, "退还材料", WINDOW, ANY, packs=True),
    "papers.unpacked": Kind(custody_bodies.Unpacked, "取出", WINDOW | OFFICE, ANY, packs=True),
    "case.moved": Kind(bodies.Moved, "异地续办", WINDOW, OPEN, moves=True),
    "scan.attached": Kind(bodies.ScanAttached, "附扫描件", WINDOW, ANY),
    "scan.removed": Kind(bodies.ScanRemoved, "撤扫描件", WINDOW, ANY),
    "remark.added": Kind(bodies.Remarked, "备注", WINDOW | OFFICE, ANY, ANYTHING, stands_alone=True),
    "identity.shown": Kind(bodies.Shown, "查看完整证件号", WINDOW, ANY, stands_alone=True),
    "visit.recorded": Kind(bodies.Visited, "到现场", WINDOW, ANY, stands_alone=True),
    "conflict.settled": Kind(bodies.Settled, "处理冲突", SUPERVISOR, ANY, ANYTHING, decides=True, settles=True),
    "entry.mended": Kind(bodies.Mended, "改报", WINDOW, ANY, ANYTHING, stands_alone=True, anywhere=True),
    "entry.lost": Kind(bodies.Lost, "一条流水灭失", SUPERVISOR, ANY, ANYTHING, stands_alone=True, anywhere=True),
    "parcel.sealed": Kind(
        custody_bodies.Sealed, "封袋", WINDOW | OFFICE, frozenset(), PARCELS, gives=True, receives=True
    ),
    "parcel.unsealed": Kind(
        custody_bodies.Unsealed, "拆袋", WINDOW, frozenset({ParcelState.SEALED}), PARCELS, gives=True, receives=True
    ),
    "parcel.waybilled": Kind(custody_bodies.Waybilled, "登记运单", WINDOW | OFFICE, MOVING, PARCELS, waybills=True),
    "parcel.handed_over": Kind(custody_bodies.HandedOver, "交接", WINDOW | OFFICE, SENT, PARCELS, gives=True),
    "parcel.received": Kind(custody_bodies.ParcelReceived, "签收", WINDOW | OFFICE, MOVING, PARCELS, receives=True),
    "parcel.tracked": Kind(custody_bodies.Tracked, "物流轨迹", WINDOW | OFFICE, ANY, PARCELS, stands_alone=True),
    "pickup.asked": Kind(custody_bodies.PickupAsked, "约揽收", WINDOW, MOVING, PARCELS, orders=True),
    "pickup.cancel_asked": Kind(custody_bodies.PickupCancelAsked, "取消揽收", WINDOW, MOVING, PARCELS, orders=True),
    "pickup.answered": Kind(custody_bodies.PickupAnswered, "揽收答复", OFFICE, ANY, PARCELS),
    "manifest.closed": Kind(custody_bodies.Closed, "交接清单", WINDOW, frozenset(), MANIFESTS),
    "discrepancy.noted": Kind(custody_bodies.Noted, "差异登记", WINDOW | OFFICE, ANY, CUSTODY, stands_alone=True),
    "discrepancy.closed": Kind(custody_bodies.DiscrepancyClosed, "差异结案", SUPERVISOR, ANY, CUSTODY, concludes=True),
    "case.extended": Kind(sb.Extended, "延长办理期限", SUPERVISOR | OFFICE, IN_PROGRESS, decides=True),
    "case.urged": Kind(sb.Urged, "催办", SUPERVISOR, ANY, stands_alone=True),
    "case.urge_answered": Kind(sb.UrgeAnswered, "催办答复", WINDOW | OFFICE, ANY, stands_alone=True),
    "task.assigned": Kind(sb.TaskAssigned, "转办", SUPERVISOR, ANY, OVERSEEN, tasks=True),
    "task.sent_back": Kind(sb.TaskSentBack, "退回整改", SUPERVISOR, ANY, OVERSEEN, tasks=True),
    "task.answered": Kind(sb.TaskAnswered, "整改答复", WINDOW | OFFICE, ANY, OVERSEEN, tasks=True),
    "task.concluded": Kind(sb.TaskConcluded, "督办结论", SUPERVISOR, ANY, OVERSEEN, tasks=True),
    "verification.drawn": Kind(sb.VerificationDrawn, "抽中核查", SUPERVISOR, ANY, stands_alone=True),
    "verification.done": Kind(sb.VerificationDone, "核查结果", SUPERVISOR, ANY, tasks=True),
    "finding.recorded": Kind(sb.FindingRecorded, "记录问题", SUPERVISOR, ANY, OVERSEEN, stands_alone=True),
    "mark.added": Kind(sb.MarkAdded, "虚假材料记录", SUPERVISOR, ANY, stands_alone=True),
    "act.undo_asked": Kind(sb.UndoAsked, "申请撤销", SUPERVISOR, ANY, OVERSEEN, tasks=True),
    "act.undone": Kind(sb.Undone, "复核撤销", SUPERVISOR, ANY, OVERSEEN, tasks=True),
    "rating.given": Kind(sb.RatingGiven, "服务评价", WINDOW, ANY, stands_alone=True),
    "tip.offered": Kind(sb.TipOffered, "提交办事提示", WINDOW, frozenset(), TIPS),
    "tip.approved": Kind(sb.TipDecided, "采用提示", SUPERVISOR, frozenset({TipState.OFFERED}), TIPS, tips=True),
    "tip.declined": Kind(sb.TipDecided, "不采用提示", SUPERVISOR, frozenset({TipState.OFFERED}), TIPS, tips=True),
    "tip.withdrawn": Kind(sb.TipDecided, "停用提示", SUPERVISOR, frozenset({TipState.APPROVED}), TIPS, tips=True),
}


def is_oversight(kind: str) -> bool:
    """Whether supervisors say this about a subject and clerks do not: whoever answers for its point may say it from another one."""
    found = KINDS.get(kind)
    return found is not None and not found.anywhere and Role.SUPERVISOR in found.roles and Role.CLERK not in found.roles
