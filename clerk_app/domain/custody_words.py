"""What directions, faults and ways of delivery are called, on screens and on paper."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.domain.custody_bodies import Direction, Fault

DIRECTION_LABELS: Mapping[Direction, str] = {
    Direction.TO_DEPARTMENT: "送部门",
    Direction.TO_WINDOW: "送窗口",
    Direction.TO_APPLICANT: "送申请人",
    Direction.TO_POINT: "转服务点",
}
FAULT_LABELS: Mapping[Fault, str] = {
    Fault.SHORT: "短少",
    Fault.DAMAGED: "破损",
    Fault.EXTRA: "多出",
    Fault.WRONG_ADDRESS: "地址有误",
    Fault.REFUSED: "拒收",
    Fault.RETURNED: "退回",
    Fault.LOST: "遗失",
    Fault.SEAL_BROKEN: "封签破损",
    Fault.NOT_LISTED: "清单外的袋",
    Fault.MISSING_BAG: "应交未见",
}
CARRIER_LABELS: Mapping[str, str] = {"": "市内揽收", "ems": "邮政特快专递", "manual": "其他承运企业"}
"""By an adapter's name."""
WAY_LABELS: Mapping[str, str] = {"counter": "窗口领取", "post": "邮寄", "electronic": "电子送达"}
"""送达方式, by ``Delivered.how``."""
AGENT_REASONS: Mapping[str, str] = {
    "authorised": "受委托代领",
    "family": "家属代收",
    "employer": "所在单位代收",
    "premises": "门卫、物业代收",
    "locker": "快递柜、驿站代收",
    "other": "其他",
}
"""代收原因, by ``Delivered.agent_reason_code``."""
