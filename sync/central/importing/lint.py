"""The rules a catalogue is checked by before it goes live; only what a source says can contradict itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clerk_app.domain.catalogue import Handling, ServiceItem

MAX_VISITS = 3
"""到现场次数: the province's cap."""

_AREA_CODE = re.compile(r"0\d{2,3}[-\s)）]?\d{7,8}|1[3-9]\d{9}|12345|1\d{4}|[48]00[-\s]?\d{3}[-\s]?\d{4}")
_YES = {"是", "1", "y", "yes", "true", "支持", "√", "收费"}
_NO = {"否", "0", "n", "no", "false", "不支持", "×", "不收费"}
_CONCLUSIONS = (("证", "出证"), ("文", "出文"), ("批复", "审批"))


@dataclass(frozen=True, slots=True)
class Facts:
    """An item as it was read, with what its source wrote."""

    item: ServiceItem
    values: Mapping[str, str]
    fields: frozenset[str]

    def said(self, field: str) -> str:
        return "".join(unicodedata.normalize("NFKC", self.values.get(field, "")).split())

    def yes(self, field: str) -> bool:
        return self.said(field).lower() in _YES

    def no(self, field: str) -> bool:
        return self.said(field).lower() in _NO


def lint(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield each rule that an item breaks: the kind of finding and what is wrong, in Chinese."""
    for rule in (_limit, _immediate, _visits, _depth, _mail, _fee, _result, _phones, _days):
        for message in rule(facts):
            yield f"lint-{rule.__name__[1:]}", message


def _limit(facts: Facts) -> Iterator[str]:
    promised, statutory = facts.item.promised, facts.item.statutory
    if promised and statutory and promised.unit is statutory.unit and promised.days > statutory.days > 0:
        yield f"承诺时限{promised.days}天，超过法定时限{statutory.days}天"


def _immediate(facts: Facts) -> Iterator[str]:
    promised, handling = facts.item.promised, facts.item.handling
    if promised is None:
        return
    if facts.said("handling") and promised.days == 0 and handling is not Handling.IMMEDIATE:
        yield "承诺当场办结，办件类型却不是即办件"
    if facts.said("handling") and promised.days > 0 and handling is Handling.IMMEDIATE:
        yield f"是即办件，承诺时限却是{promised.days}天"
    review = facts.said("review")
    if review and (review == "即审即办") != (promised.days == 0):
        yield f"审查类型是“{review[:10]}”，与承诺时限{promised.days}天不符"


def _visits(facts: Facts) -> Iterator[str]:
    if not facts.said("visits"):
        return
    visits = facts.item.visits_cap
    if visits and "visits_reason" in facts.fields and facts.said("visits_reason") in {"", "无", "-"}:
        yield f"要到现场{visits}次，没有写明必须现场办理的原因"
    if visits > MAX_VISITS:
        yield f"到现场次数{visits}次，超过{MAX_VISITS}次的上限"


def _depth(facts: Facts) -> Iterator[str]:
    if facts.item.depth == "IV" and facts.said("visits") and facts.item.visits_cap:
        yield f"网上办理深度是Ⅳ级，却要到现场{facts.item.visits_cap}次"


def _mail(facts: Facts) -> Iterator[str]:
    if facts.said("visits") and facts.item.visits_cap == 0 and facts.no("online") and facts.said("channels"):
        channels = facts.said("channels")
        if not re.search(r"邮|快递|(?<!\d)4(?!\d)", channels):
            yield "到现场0次，又不能网办，办理形式却不含邮寄申请"


def _fee(facts: Facts) -> Iterator[str]:
    if facts.yes("is_fee") and "fee_basis" in facts.fields and not facts.said("fee_basis"):
        yield "收费，没有写明收费依据"
    if facts.no("is_fee") and facts.yes("online_pay"):
        yield "不收费，却支持网上支付"


def _result(facts: Facts) -> Iterator[str]:
    conclusion, result = facts.said("conclusion"), facts.item.result.strip()
    if not conclusion or not result:
        return
    for ending, due in _CONCLUSIONS:
        if result.endswith(ending) and not conclusion.startswith(due):
            yield f"结果是“{result[-20:]}”，办结类型却是“{conclusion[:10]}”"


def _phones(facts: Facts) -> Iterator[str]:
    phone, complaint = facts.said("phone"), facts.said("complaint_phone")
    if phone and phone == complaint:
        yield f"咨询电话与监督投诉电话相同：{phone[:30]}"
    for name, number in (("咨询电话", phone), ("监督投诉电话", complaint)):
        if re.fullmatch(r"[\d\-()、,/]{5,}", number) and not _AREA_CODE.search(number):
            yield f"{name}没有区号：{number[:30]}"


def _days(facts: Facts) -> Iterator[str]:
    first, last = facts.item.effective_from, facts.item.effective_until
    if first is not None and last is not None and last < first:
        yield f"停用日期{last}早于启用日期{first}，没有一天可以收件"
