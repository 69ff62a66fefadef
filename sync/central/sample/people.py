"""Sample people and organisations: all born before 1910, so that no living person's number is used."""

from __future__ import annotations

from datetime import date, timedelta
from zlib import crc32

from clerk_app.domain.people import Applicant
from sync.central.sample.checks import credit_code, identity_number

_REGIONS = ("440604", "440605", "440606", "440607", "440608")
_FIRST_BIRTH = date(1880, 1, 1)
_BIRTHS = (date(1910, 1, 1) - _FIRST_BIRTH).days
_PARTICULAR = ("区桂芳", "刘䶮", "李㐂", "陈𠮷", "阿依古丽·买买提", "欧阳文澜")
"""Rare characters, a name with a middle dot and a two-character surname come first: whoever tries things out meets them."""
_SURNAMES = "陈李黄何梁冯罗麦霍区谭邓关简招岑"
_GIVEN = (
    ("秀英", "桂兰", "玉珍", "淑贞", "丽华", "凤仪", "惠芬", "瑞云", "月娥", "翠屏"),
    ("志强", "国栋", "永昌", "润生", "耀祖", "炳坤", "文彬", "德明", "启超", "树人"),
)
"""Women's names, then men's: the serial of an identity number is even for a woman and odd for a man."""
_TRADES = ("示例陶瓷有限公司", "示例家具有限公司", "示例餐饮服务部", "示例建筑工程有限公司", "示例五金制品厂")


def sample_people(count: int) -> tuple[Applicant, ...]:
    """Return the first ``count`` sample people, the same in every run; their telephone's area code does not exist."""
    return tuple(_person(n) for n in range(count))


def sample_organisations(count: int) -> tuple[Applicant, ...]:
    """Return the first ``count`` sample organisations, the same in every run."""
    return tuple(
        Applicant(
            kind="organisation",
            name=f"丰山市{_SURNAMES[n % len(_SURNAMES)]}记{n + 1}号{_TRADES[n % len(_TRADES)]}",
            id_number=credit_code("91", _REGIONS[n % len(_REGIONS)], f"EXA{n:05d}"),
            id_kind="credit_code",
            phone=f"0000-3{n:07d}",
            address=f"丰山市禾城区示例大道{n + 100}号",
        )
        for n in range(count)
    )


def _person(n: int) -> Applicant:
    born = _FIRST_BIRTH + timedelta(days=crc32(f"born {n}".encode()) % _BIRTHS)
    serial = n // len(_REGIONS) % 998 + 2
    return Applicant(
        kind="person",
        name=_PARTICULAR[n] if n < len(_PARTICULAR) else _name(n, serial),
        id_number=identity_number(_REGIONS[n % len(_REGIONS)], f"{born:%Y%m%d}", serial),
        phone=f"0000-2{n:07d}",
        address=f"丰山市禾城区示例大道{n + 10}号",
    )


def _name(n: int, serial: int) -> str:
    given = _GIVEN[serial % 2]
    chosen = crc32(f"name {n}".encode())
    return _SURNAMES[chosen % len(_SURNAMES)] + given[chosen // len(_SURNAMES) % len(given)]
