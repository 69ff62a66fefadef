"""Time limits as departments write them: 3, 3.0, 20日, 3个工作日, 15个自然日, 1个月, 即办, 当场办结."""

from __future__ import annotations

import math
import re
import unicodedata

from clerk_app.domain.catalogue import Limit, Unit

MAX_DAYS = 3660
"""Ten years; more is a slip."""

_AT_ONCE = re.compile(r"即办|即时|当场|当天|当日|现场办结|立等可取|随到随办|马上办")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,4})?")
_CALENDAR = re.compile(r"自然日|日历日|日历天|自然天")
_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"两": 2}
_CHINESE = re.compile(r"[零一二三四五六七八九十百两]+")


def limit_in(text: str, unit: Unit | None = None) -> Limit | None:
    """Return the limit a cell holds, ``None`` when it holds none.

    日 and 天 are working days (行政许可法 §82) unless the text or ``unit`` says otherwise; months and years are calendar
    days; of a range the longest counts; a part of a day is a day, hours within one are on the spot.
    """
    text = "".join(unicodedata.normalize("NFKC", text).split())
    if len(text) > 60:
        return None
    if _AT_ONCE.search(text):
        return Limit(0)
    numbers = [float(found) for found in _NUMBER.findall(text)] or [_chinese(found) for found in _CHINESE.findall(text)]
    if (
        not numbers
        or (re.search(r"-\d", text) and not re.search(r"\d-\d", text))
        or re.search(r"\d{4}-\d\d-\d\d", text)
    ):
        return None
    number = max(numbers)
    if "小时" in text:
        return Limit(int(number // 24), unit or Unit.WORKDAY)
    if "月" in text or "年" in text:
        days = math.ceil(number * (365 if "年" in text else 30))
        return Limit(days, Unit.CALENDAR_DAY) if 0 < days <= MAX_DAYS else None
    if re.sub(
        r"[\d.\-~至到零一二三四五六七八九十百两]|个|法定|承诺|工作日|自然日|日历日|自然天|日历天|日|天|内|以内|不超过|≤|<",
        "",
        text,
    ):
        return None
    if _CALENDAR.search(text):
        unit = Unit.CALENDAR_DAY
    elif "工作日" in text:
        unit = Unit.WORKDAY
    days = math.ceil(number)
    return Limit(days, unit or Unit.WORKDAY) if days <= MAX_DAYS else None


def _chinese(text: str) -> float:
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    total = _DIGITS.get(hundreds[-1:], 1) * 100 if "百" in text else 0
    total += _DIGITS.get(tens[-1:], 1) * 10 if ten else 0
    return float(total + _DIGITS.get(ones[-1:], 0))
