"""What the fields of EMS's event stream mean to us, read so that nothing in them can do harm.

Kept are ``traceNo``, ``opTime``, ``opCode``, ``opName``, ``opDesc`` and the place (``opOrgProvName``, ``opOrgCity``,
``opOrgName``). Who carried it (``operatorName``, ``operatorNo``, telephones) is nobody's business here and never leaves this module.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.tracking import without_courtesies

LONGEST = 200
"""Events of one bag; what a carrier tells beyond that is not about a bag."""
_TIME = re.compile(r"([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,9})?")
_PHONE = re.compile(r"(?<![0-9])(?:(?:\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})(?![0-9])")
_OPERATOR = re.compile(
    r"(?:投递员|快递员|揽投员|揽收员|派件员|派送员)\s*(?:[:：]\s*[^\s,，。；;:：【】（）()]{1,20}|【[^】]{0,60}】|[（(][^）)]{0,60}[）)])"
)
_EMPTY = re.compile(
    r"【[\s,，:：]*(?:电话|手机)?[\s,，:：]*】|[（(]\s*(?:电话|手机)?\s*[:：]?\s*[）)]|(?:电话|手机)\s*[:：]\s*(?=[,，。；;】]|$)"
)
_OPERATOR_FIELDS = ("operatorName", "operatorNo", "operatorPhone", "deliveryUserName", "deliveryUserPhone")


def events(told: Any, waybill: str) -> list[TrackEvent]:
    """Return the events of a waybill in an answer's ``traces``; what is none, or another's, is left out."""
    if not isinstance(told, list):
        return []
    found = [_event(one, waybill) for one in told[:LONGEST] if isinstance(one, dict)]
    return [event for event in found if event is not None]


def plain_text(value: Any, limit: int) -> str:
    """Return text or a whole number as one line of text that can be stored and shown, cut to ``limit``."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**limit else ""
    if not isinstance(value, str):
        return ""
    kept = (" " if character.isspace() else character for character in value[: limit * 4] if _shown(character))
    return " ".join("".join(kept).split())[:limit].rstrip()


def _event(one: dict[Any, Any], waybill: str) -> TrackEvent | None:
    number = plain_text(one.get("traceNo"), 40) or waybill
    code, name = plain_text(one.get("opCode"), 32), plain_text(one.get("opName"), 60)
    if number != waybill or not (code or name):
        return None
    operators = [plain_text(one.get(field), 60) for field in _OPERATOR_FIELDS]
    return TrackEvent(
        waybill=waybill,
        at=_when(plain_text(one.get("opTime"), 40)),
        code=code,
        name=_impersonal(name, operators),
        place=_place(one),
        detail=_impersonal(plain_text(one.get("opDesc"), 300), operators),
    )


def _when(told: str) -> str:
    """The carrier's clock has the time of the country and does not say so; what is no time stays as it is."""
    found = _TIME.fullmatch(told)
    if found is None:
        return told
    year, month, day, clock = found.groups()
    return f"{year}-{month}-{day}T{clock if len(clock) == 8 else clock + ':00'}+08:00"


def _place(one: dict[Any, Any]) -> str:
    """Province, city and office, without saying anything twice: offices mostly begin with their city's name."""
    place = plain_text(one.get("opOrgName"), 80)
    for field in ("opOrgCity", "opOrgProvName"):
        around = plain_text(one.get(field), 20)
        if not place.startswith((around, around.removesuffix("市").removesuffix("省"))):
            place = around + place
    return place


def _impersonal(text: str, operators: list[str]) -> str:
    text = _PHONE.sub("", _OPERATOR.sub("", without_courtesies(text)))
    for operator in operators:
        if operator.isascii() and len(operator) > 1:  # a number, and no part of another one
            text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(operator)}(?![0-9A-Za-z])", "", text)
        elif len(operator) > 1:
            text = text.replace(operator, "")
    return re.sub(r"\s*[,，]\s*(?=[,，。；;】]|$)", "", _EMPTY.sub("", text)).strip(" ，,:：")


def _shown(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
