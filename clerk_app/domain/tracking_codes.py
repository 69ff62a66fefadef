"""What carriers' codes and words mean: data, keyed by carrier, that a city's own contract may add to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Leg(StrEnum):
    """How far a bag has come with its carrier."""

    UNKNOWN = "unknown"
    """尚无轨迹."""
    ACCEPTED = "accepted"
    """已收寄."""
    IN_TRANSIT = "in_transit"
    """运输中."""
    OUT_FOR_DELIVERY = "out_for_delivery"
    """派送中."""
    ATTEMPTED = "attempted"
    """未妥投."""
    DELIVERED = "delivered"
    """妥投."""
    RETURNING = "returning"
    """退回中."""
    RETURNED = "returned"
    """已退回."""


LEG_LABELS: Mapping[Leg, str] = {
    Leg.UNKNOWN: "尚无轨迹",
    Leg.ACCEPTED: "已收寄",
    Leg.IN_TRANSIT: "运输中",
    Leg.OUT_FOR_DELIVERY: "派送中",
    Leg.ATTEMPTED: "未妥投",
    Leg.DELIVERED: "妥投",
    Leg.RETURNING: "退回中",
    Leg.RETURNED: "已退回",
}
ORDER: tuple[Leg, ...] = tuple(Leg)
"""The way of a bag, from first to last."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code of a carrier says."""

    leg: Leg
    label: str
    """Chinese, as people at the window say it."""
    unless: tuple[tuple[str, Leg, str], ...] = ()
    """Words in the event's text that make it another leg, with its label; the first that is found counts."""


CODES: Mapping[str, Mapping[str, Meaning]] = {
    "ems": {
        "203": Meaning(Leg.ACCEPTED, "收寄"),
        "306": Meaning(Leg.IN_TRANSIT, "到达投递机构"),
        "389": Meaning(Leg.IN_TRANSIT, "离开处理中心"),
        "702": Meaning(Leg.OUT_FOR_DELIVERY, "派送中"),
        "704": Meaning(Leg.DELIVERED, "妥投", (("退回妥投", Leg.RETURNED, "退回妥投"),)),
        "705": Meaning(Leg.ATTEMPTED, "未妥投", (("退回", Leg.RETURNING, "未妥投，退回"),)),
        "912": Meaning(Leg.IN_TRANSIT, "航班降落"),
        "954": Meaning(Leg.IN_TRANSIT, "到达处理中心"),
    },
    "manual": {leg.value: Meaning(leg, LEG_LABELS[leg]) for leg in Leg if leg is not Leg.UNKNOWN},
}
"""By the name of the carrier's adapter. A code that is not here is shown as it came, and moves nothing."""


class Stand(StrEnum):
    """Who or what took a delivery in another's place."""

    LOCKER = "locker"
    STATION = "station"
    GATE = "gate"
    DOOR = "door"
    FAMILY = "family"
    COLLEAGUE = "colleague"
    NEIGHBOUR = "neighbour"
    OTHER = "other"


STAND_LABELS: Mapping[Stand, str] = {
    Stand.LOCKER: "智能柜",
    Stand.STATION: "代收点",
    Stand.GATE: "门卫或收发室",
    Stand.DOOR: "放在门口",
    Stand.FAMILY: "家属",
    Stand.COLLEAGUE: "同事或单位",
    Stand.NEIGHBOUR: "邻居",
    Stand.OTHER: "他人",
}
STAND_WORDS: tuple[tuple[re.Pattern[str], Stand], ...] = tuple(
    (re.compile(words), stand)
    for words, stand in (
        ("柜(?!台)|格口", Stand.LOCKER),
        ("驿站|代收点|自提点|代办点|代投点|服务站|超市|便利店|商店|小卖部", Stand.STATION),
        ("门卫|保安|传达室|收发|前台|物业|值班室|门房|门岗", Stand.GATE),
        ("门口|门外|信箱|信报箱|楼道", Stand.DOOR),
        ("家人|家属|亲属|亲戚|配偶|丈夫|妻子|爱人|父亲|母亲|父母|子女|儿子|女儿|兄弟|姐妹", Stand.FAMILY),
        ("同事|单位", Stand.COLLEAGUE),
        ("邻居", Stand.NEIGHBOUR),
        ("他人|代收|代签|非本人|其他[:：]", Stand.OTHER),
    )
)
"""In the order they are looked for: a named place says more than the word that somebody else signed."""
