"""Numbers that people type and scanners read: made without asking anybody, and checked at the field (rules 12 and 13)."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {character: value for value, character in enumerate(BASE36)}
MAX_WINDOWS = len(BASE36) ** 2
"""Windows one point can have: ``00`` to ``ZZ``."""
LONGEST_KEPT = 100
"""Characters of a number that is remembered once it was read: the same one is asked about again and again."""
OLDEST_BIRTH_YEAR = 1800
"""An identity number with an earlier year of birth is a slip of the hand."""

_SHAPE = re.compile(r"([0-9A-Z]{1,16})-([0-9A-Z]{2})-([0-9]{6})-([0-9]{4,9})-([0-9A-Z])")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_PROVINCES = frozenset(
    map(
        str,
        (*range(11, 16), 21, 22, 23, *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83),
    )
)
_PHONES = re.compile(
    r"1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}|\+[0-9]{7,15}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNumber:
    """办件编号, taken apart."""

    text: str
    """The number as it is written on paper."""
    point: str
    window_number: str
    day: date
    serial: int

    @property
    def window(self) -> str:
        """The id of the window that gave the number."""
        return f"{self.point}-{self.window_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberProblem:
    """Why a number is refused."""

    code: str
    message: str
    """Chinese, fit to stand beside the field."""
    reason: str
    """``length``, ``characters``, ``date`` or ``check-digit``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberCheck:
    """A number as it will be stored, why it is refused (if it is), and what to look at again."""

    number: str
    problem: NumberProblem | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck(NumberCheck):
    """A citizen identity number (公民身份号码, GB 11643) with what it tells; both unknown while it is refused."""

    birth: date | None = None
    sex: str = ""
    """``male``, ``female`` or empty."""


def window_code(ordinal: int) -> str:
    """Return the two characters of a point's ``ordinal``-th window, counted from 0."""
    if not 0 <= ordinal < MAX_WINDOWS:
        raise ValueError(f"a point has windows 0 to {MAX_WINDOWS - 1}, not {ordinal}")
    return BASE36[ordinal // 36] + BASE36[ordinal % 36]


def case_number(point: str, window_number: str, day: date, serial: int) -> str:
    """Return the number of a window's ``serial``-th case of the day, with its check character (ISO 7064 MOD 37,36).

    The century is not written; every number is read as of the years 2000 to 2099.
    """
    stem = f"{point}-{window_number}-{day.year % 100:02d}{day.month:02d}{day.day:02d}-{serial:04d}"
    text = f"{stem}-{check_character(stem)}"
    if serial < 1 or _SHAPE.fullmatch(text) is None:
        raise ValueError(f"no case number can be made of {point!r}, {window_number!r} and serial {serial}")
    return text


def check_character(stem: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character over the letters and digits of ``stem``."""
    product = 36
    try:
        for value in map(_VALUES.__getitem__, stem.replace("-", "")):
            product = ((product + value) % 36 or 36) * 2 % 37
    except KeyError as error:
        raise ValueError(f"no letter or digit: {error}") from error
    return BASE36[(37 - product) % 36]


def parse_case_number(text: str) -> CaseNumber | None:
    """Return the parts of a case number as typed or scanned, or ``None`` where it is none or its check fails."""
    return _parsed(text) if len(text) <= LONGEST_KEPT else _parsed.__wrapped__(text)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> CaseNumber | None:
    found = _SHAPE.fullmatch(text) or _SHAPE.fullmatch(plain(text))
    if found is None:
        return None
    point, window, day, serial, check = found.groups()
    born = day_of_digits(f"20{day}")
    if born is None or int(serial) < 1 or f"{int(serial):04d}" != serial:
        return None
    canonical = found.group()
    if check_character(canonical[:-2]) != check:
        return None
    return CaseNumber(text=canonical, point=point, window_number=window, day=born, serial=int(serial))


def looks_like_case_number(text: str) -> bool:
    """Whether a scan is meant as a case number, its check character right or wrong."""
    return _SHAPE.fullmatch(plain(text)) is not None


def plain(text: str) -> str:
    """Return a number in half-width capitals without white space, every dash a hyphen."""
    return "".join(text.translate(_FULL_WIDTH).translate(_DASHES).split()).upper()


def check_number(id_kind: str, text: str, today: date) -> NumberCheck:
    """Check an applicant's number by its kind (``Applicant.id_kind``); of the other kinds only that there is one."""
    if id_kind == "resident_id":
        return check_identity_number(text, today)
    if id_kind == "credit_code":
        return check_credit_code(text)
    number = text.strip()
    return NumberCheck(number=number) if number else _refused("id-number-invalid", "length", number, "请填写证件号码。")


def check_identity_number(text: str, today: date) -> IdentityCheck:
    """Check a citizen identity number: length, characters, date and MOD 11-2 refuse, the area code only warns."""
    number = plain(text)
    reason, message = _identity_problem(number, today)
    if reason:
        return IdentityCheck(number=number, problem=_problem("identity-number-invalid", reason, message))
    sex = "male" if int(number[16]) % 2 else "female"
    return IdentityCheck(number=number, warnings=_area_warnings(number), birth=day_of_digits(number[6:14]), sex=sex)


def check_credit_code(text: str) -> NumberCheck:
    """Check a unified social credit code (统一社会信用代码, GB 32100)."""
    from stdnum.cn import uscc  # off the path to the first paint
    from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength

    code, number = "credit-code-invalid", plain(text).replace("-", "")
    if not number.isascii():
        return _refused(code, "characters", number, "统一社会信用代码只含数字和大写字母，请核对证照。")
    try:
        uscc.validate(number)
    except InvalidLength:
        return _refused(code, "length", number, f"统一社会信用代码应为18位，现为{len(number)}位。")
    except InvalidFormat:
        return _refused(
            code, "characters", number, "统一社会信用代码含有不允许的字符（不使用字母I、O、S、V、Z），请核对证照。"
        )
    except InvalidChecksum:
        return _refused(code, "check-digit", number, "统一社会信用代码校验码不符，请核对证照。")
    return NumberCheck(number=number)


def check_waybill(text: str) -> NumberCheck:
    """Check a waybill number: an S10 number by its check digit; of every other form only warn that it has none."""
    code, number = "waybill-invalid", plain(text)
    if not 6 <= len(number) <= 40:
        return _refused(code, "length", number, f"运单号应为6至40位，现为{len(number)}位。")
    if re.fullmatch(r"[0-9A-Z-]+", number) is None:
        return _refused(code, "characters", number, "运单号只含字母、数字和连字符。")
    if re.fullmatch(r"[A-Z]{2}.*[A-Z]{2}", number) is not None:
        return _check_s10(number)
    if re.fullmatch(r"[0-9]{13}", number) is not None:
        return NumberCheck(number=number, warnings=("13位国内单号没有校验码，请与面单核对。",))
    return NumberCheck(number=number, warnings=("不是邮政单号的格式，请与面单核对。",))


def check_phone(text: str) -> NumberCheck:
    """Check a telephone number: refuse what cannot be dialled, warn of what is neither mobile nor landline."""
    code, number = "phone-invalid", plain(text).replace("(", "").replace(")", "-")
    number = re.sub(r"^(?:\+?86-?)(?=1[0-9]{10}$)", "", number)
    digits = sum(character.isdigit() for character in number)
    if re.fullmatch(r"\+?[0-9-]*", number) is None:
        return _refused(code, "characters", number, "电话号码只含数字、连字符和开头的加号。")
    if not 5 <= digits <= 20:
        return _refused(code, "length", number, f"电话号码位数不对（{digits}位）。")
    if _PHONES.fullmatch(number) is None:
        return NumberCheck(number=number, warnings=("不像手机或固定电话号码，请核对。",))
    return NumberCheck(number=number)


def uuid7(now_ms: int, random: bytes, last: str = "") -> str:
    """Return a UUIDv7 (RFC 9562) from the time and at least 10 random bytes, greater than ``last`` whatever the clock does."""
    if len(random) < 10:
        raise ValueError("a UUIDv7 needs 10 random bytes")
    moment, tail = min(max(now_ms, 0), (1 << 48) - 1), int.from_bytes(random[:10], "big") >> 6
    if last:
        before = uuid.UUID(last)
        if before.version != 7:
            raise ValueError(f"not a UUIDv7: {last}")
        last_moment, last_tail = before.int >> 80, (before.int >> 64 & 0xFFF) << 62 | before.int & (1 << 62) - 1
        if (moment, tail) <= (last_moment, last_tail):
            step = 1 + (tail & 0xFFFFFFFF)  # RFC 9562 §6.2, method 2: add a random number to the last random part
            moment, tail = last_moment + (last_tail + step >> 74), last_tail + step & (1 << 74) - 1
    value = moment << 80 | 7 << 76 | tail >> 62 << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def _identity_problem(number: str, today: date) -> tuple[str, str]:
    if len(number) == 15 and number.isascii() and number.isdigit():
        return "length", "15位旧号码已停用，请按现行证件填写18位公民身份号码。"
    if len(number) != 18:
        return "length", f"公民身份号码应为18位，现为{len(number)}位。"
    if re.fullmatch(r"[0-9]{17}[0-9X]", number) is None:
        return "characters", "公民身份号码前17位应为数字，末位应为数字或X。"
    birth = day_of_digits(number[6:14])
    if birth is None or birth.year < OLDEST_BIRTH_YEAR:
        return "date", "公民身份号码中的出生日期不存在，请核对证件。"
    if birth > today:
        return "date", "公民身份号码中的出生日期晚于今天，请核对证件。"
    if number[17] != identity_check_digit(number[:17]):
        return "check-digit", "公民身份号码校验码不符，请核对证件。"
    return "", ""


def identity_check_digit(body: str) -> str:
    """Return the MOD 11-2 check digit of the first 17 digits of an identity number (GB 11643)."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def _area_warnings(number: str) -> tuple[str, ...]:
    if number[0] == "9":
        return ("9开头的号码属外国人永久居留身份证，请核对证件种类。",)
    if number[:2] not in _PROVINCES:
        return (f"地区码{number[:6]}不在省级行政区划代码之列，请核对证件。",)
    return ()


def s10_check_digit(serial: str) -> str:
    """Return the check digit of the eight digits of an S10 number (UPU S10)."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _S10_WEIGHTS, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def _check_s10(number: str) -> NumberCheck:
    code = "waybill-invalid"
    if len(number) != 13:
        return _refused(code, "length", number, f"国际格式运单号应为13位，现为{len(number)}位。")
    if re.fullmatch(r"[0-9]{9}", number[2:11]) is None:
        return _refused(code, "characters", number, "国际格式运单号应为2个字母、9位数字、2个字母。")
    if number[10] != s10_check_digit(number[2:10]):
        return _refused(code, "check-digit", number, "运单号校验码不符，请与面单核对。")
    return NumberCheck(number=number)


def day_of_digits(digits: str) -> date | None:
    """Return the day that eight digits name, or ``None``."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _problem(code: str, reason: str, message: str) -> NumberProblem:
    return NumberProblem(code=code, message=message, reason=reason)


def _refused(code: str, reason: str, number: str, message: str) -> NumberCheck:
    return NumberCheck(number=number, problem=_problem(code, reason, message))
