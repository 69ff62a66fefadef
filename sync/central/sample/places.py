"""The sample city's places: its service points, and its departments with what all their items say alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TypedDict
from zlib import crc32

from clerk_app.domain.catalogue import Department
from sync.central.sample.checks import credit_code
from sync.central.sample.reading import Authored, read

POINTS, DEPARTMENTS = 767, 167
VILLAGES = 729
CITY_REGION = "440600"
TOWN = "town"
"""The bureau of a town or street, which does everything there."""
_TOWN_NUMBER = "80"


class _District(Authored):
    name: str
    region: str
    towns: tuple[str, ...]


class _Syllables(Authored):
    first: str
    second: str


class _Bureau(Authored):
    key: str
    number: str
    name: str
    hall: str
    districts: bool = False


class _Places(Authored):
    city: str
    address: str
    hours: str
    districts: tuple[_District, ...]
    villages: _Syllables
    bureaus: tuple[_Bureau, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """服务点."""

    code: str
    name: str
    level: str
    """``city``, ``district``, ``town`` or ``village``."""


class Facts(TypedDict):
    """What all items of an organ say alike, by the names of ``ServiceItem``."""

    level: str
    scope: str
    address: str
    hours: str
    phone: str
    complaint_phone: str
    review_body: str
    court: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """实施主体 with what all its items say alike."""

    bureau: str
    """Key of what it does: the same for a city bureau and its counterparts in the districts; ``town`` for a town."""
    number: str
    """Its two digits in item codes."""
    level: str
    """行使层级 of GB/T 39046: 3 city, 4 district, 5 town."""
    scope: str
    """``city``, ``district`` or ``town``."""
    place: str
    department: Department
    address: str
    hours: str
    phone: str
    complaint_phone: str
    review_body: str
    court: str

    def item_code(self, kind: str, serial: str) -> str:
        """Return an item's 31 characters: credit code, level, and the twelve of province, kind, department and serial."""
        return f"{self.department.code}{self.level}44{kind}{self.number}{serial}"

    def facts(self) -> Facts:
        """Return what its items say alike."""
        return Facts(
            level=self.level,
            scope=self.scope,
            address=self.address,
            hours=self.hours,
            phone=self.phone,
            complaint_phone=self.complaint_phone,
            review_body=self.review_body,
            court=self.court,
        )


@cache
def points() -> tuple[Point, ...]:
    """Return the city hall, then the districts', towns' and villages' service points."""
    places = _places()
    towns = [(district.name, town) for district in places.districts for town in district.towns]
    named = [("city", f"{places.city}政务服务中心")]
    named += [("district", f"{district.name}政务服务中心") for district in places.districts]
    named += [("town", f"{district}{town}便民服务中心") for district, town in towns]
    for nth, (district, town) in enumerate(towns):
        count = VILLAGES // len(towns) + (nth < VILLAGES % len(towns))
        named += [("village", f"{district}{town}{village}便民服务站") for village in _villages(town, count)]
    return tuple(Point(code=f"FS{n:04d}", name=name, level=level) for n, (level, name) in enumerate(named, start=1))


def few_points() -> tuple[Point, ...]:
    """Return the city hall and one point of each other level."""
    first = {point.level: point for point in reversed(points())}
    return tuple(first[level] for level in ("city", "district", "town", "village"))


@cache
def organs() -> tuple[Organ, ...]:
    """Return the city's bureaus, the districts' counterparts, then the towns."""
    places = _places()
    made = [_bureau(bureau) for bureau in places.bureaus]
    for nth, district in enumerate(places.districts, start=1):
        made += [_bureau(bureau, nth, district) for bureau in places.bureaus if bureau.districts]
    towns = [(district, town) for district in places.districts for town in district.towns]
    made += [_town(nth, district, town) for nth, (district, town) in enumerate(towns, start=1)]
    return tuple(
        replace(organ, phone=f"0000-12345{n:03d}", complaint_phone=f"0000-12346{n:03d}") for n, organ in enumerate(made)
    )


def organ(bureau: str, scope: str) -> Organ:
    """Return the first organ of this kind at a level; raises ``LookupError`` where there is none."""
    for one in organs():
        if one.scope == scope and one.bureau in {bureau, TOWN}:
            return one
    raise LookupError(f"the sample city has no {bureau} at {scope} level")


def _bureau(bureau: _Bureau, nth: int = 0, district: _District | None = None) -> Organ:
    places = _places()
    place = district.name if district else places.city
    branch = district is not None and bureau.key in {"public-security", "natural-resources"}
    name = f"{places.city}{bureau.name}{place.removesuffix('区')}分局" if branch else f"{place}{bureau.name}"
    region = district.region if district else CITY_REGION
    return Organ(
        bureau=bureau.key,
        number=bureau.number,
        level="4" if district else "3",
        scope="district" if district else "city",
        place=place,
        department=Department(code=credit_code("11", region, f"EXMP{bureau.number}{nth:02d}"), name=name),
        address=f"{place}政务服务中心{bureau.hall}" if district else f"{places.address} 市政务服务中心{bureau.hall}",
        hours=places.hours,
        phone="",
        complaint_phone="",
        review_body=f"{places.city if branch else place}人民政府" if bureau.key != "tax" else "上一级税务机关",
        court=f"{places.city}{district.name if district else places.districts[0].name}人民法院",
    )


def _town(nth: int, district: _District, town: str) -> Organ:
    places = _places()
    office = "办事处" if town.endswith("街道") else "人民政府"
    code = credit_code("11", district.region, f"EXMP{_TOWN_NUMBER}{nth:02d}")
    return Organ(
        bureau=TOWN,
        number=_TOWN_NUMBER,
        level="5",
        scope="town",
        place=town,
        department=Department(code=code, name=f"{district.name}{town}{office}"),
        address=f"{district.name}{town}便民服务中心综合窗口",
        hours=places.hours,
        phone="",
        complaint_phone="",
        review_body=f"{district.name}人民政府",
        court=f"{places.city}{district.name}人民法院",
    )


@cache
def _places() -> _Places:
    return read("words/places.json", _Places)


def _villages(town: str, count: int) -> list[str]:
    """Return names that differ within their town."""
    syllables = _places().villages
    names = [first + second for first in syllables.first for second in syllables.second]
    start = crc32(town.encode()) % len(names)
    stride = 7  # has no divisor in common with the number of names, so that none comes twice
    urban = town.endswith("街道")
    return [names[(start + n * stride) % len(names)] + ("社区" if urban or n % 4 == 0 else "村") for n in range(count)]
