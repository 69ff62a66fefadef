"""Makes the sample city: the kernel and four points, or all 767 points, 167 departments and 11,389 items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from zlib import crc32

from clerk_app.domain.catalogue import Department, JointService, ServiceItem
from clerk_app.domain.people import Applicant, Role
from clerk_app.domain.plain import to_plain
from sync.central.sample import templates
from sync.central.sample.kernel import kernel_items, kernel_joint, own_id, with_own_ids
from sync.central.sample.people import sample_organisations, sample_people
from sync.central.sample.places import Organ, Point, few_points, organs, points
from sync.wire import Prefiling

CITY_AND_DISTRICT_ITEMS = 5393
TOWN_ITEMS = 5996
_STAFF = ("林晓", "陈岚", "周正", "何静", "梁宇", "冯远", "罗敏", "麦青", "关山")
"""Two clerks and a supervisor at each of three points, the first of whom answers for all three; nobody in particular."""
_RIDERS = ("区顺达", "招远行", "霍捷")
_PINS = ("739251", "406182", "582940")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who signs in at a point, with the password in the open: it guards nothing."""

    number: str
    name: str
    password: str
    role: Role
    point: str
    """Where they sit."""
    further: tuple[str, ...] = ()
    """Other points they answer for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Who fetches the bags, with the PIN in the open: it guards nothing."""

    badge: str
    name: str
    pin: str
    vehicle: str
    contact: str
    points: tuple[str, ...]
    company: str = "样例邮政速递"


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """The sample city."""

    points: tuple[Point, ...]
    departments: tuple[Department, ...]
    items: tuple[ServiceItem, ...]
    joint: tuple[JointService, ...]
    accounts: tuple[Account, ...]
    couriers: tuple[Courier, ...]
    prefilings: tuple[Prefiling, ...]
    discredited: tuple[str, ...]
    """Numbers of applicants marked 失信."""


def city(full: bool = False) -> City:
    """Return the sample city, the same in every run; ``full`` in the size of a real one."""
    items = (*kernel_items(), *(_generated() if full else ()))
    departments = {organ.department: None for organ in organs()} if full else {i.department: None for i in items}
    filed = _prefilings()
    return City(
        points=points() if full else few_points(),
        departments=tuple(departments),
        items=items,
        joint=kernel_joint(),
        accounts=tuple(_accounts()),
        couriers=tuple(_couriers()),
        prefilings=filed,
        discredited=tuple(p.applicant["id_number"] for p in filed if p.applicant.get("discredited")),
    )


def _generated() -> Iterator[ServiceItem]:
    """Yield as many items as the kernel leaves to be made, spread evenly over the organs."""
    in_towns = sum(item.scope == "town" for item in kernel_items())
    above = [organ for organ in organs() if organ.scope != "town"]
    towns = [organ for organ in organs() if organ.scope == "town"]
    yield from _spread(above, CITY_AND_DISTRICT_ITEMS - (len(kernel_items()) - in_towns))
    yield from _spread(towns, TOWN_ITEMS - in_towns)


def _spread(chosen: Sequence[Organ], count: int) -> Iterator[ServiceItem]:
    """Yield ``count`` items, one of each organ in turn; raises ``ValueError`` when there are not so many to make."""
    made = 0
    for organ, title in islice(_in_turn(chosen), count):
        made += 1
        yield with_own_ids(templates.item(organ, title))
    if made < count:
        raise ValueError(f"the sample's words make {made} items, not {count}")


def _in_turn(chosen: Sequence[Organ]) -> Iterator[tuple[Organ, templates.Title]]:
    written = {item.name for item in kernel_items()}
    waiting = [(organ, iter(_mixed(organ, written))) for organ in chosen]
    while waiting:
        still = []
        for organ, rest in waiting:
            title = next(rest, None)
            if title is not None:
                yield organ, title
                still.append((organ, rest))
        waiting = still


def _mixed(organ: Organ, written: set[str]) -> list[templates.Title]:
    """Return an organ's titles in an order of its own, so that no two organs do quite the same."""
    own = [title for title in templates.titles(organ.bureau) if title.name not in written]
    return sorted(own, key=lambda title: (crc32(f"{organ.department.code}{title.name}".encode()), title.serial))


def _accounts() -> Iterator[Account]:
    staffed = few_points()[:3]
    for n, name in enumerate(_STAFF):
        at, place = divmod(n, 3)
        number = f"S{at + 1:04d}" if place == 2 else f"C{at * 2 + place + 1:04d}"
        role = Role.SUPERVISOR if place == 2 else Role.CLERK
        further = tuple(point.code for point in staffed[1:]) if number == "S0001" else ()
        yield Account(
            number=number,
            name=name,
            password=f"sample-{number}",
            role=role,
            point=staffed[at].code,
            further=further,
        )


def _couriers() -> Iterator[Courier]:
    """One of them comes to every staffed point, the other two have a point of their own each; their vehicles have no plates."""
    staffed = tuple(point.code for point in few_points()[:3])
    rounds = (staffed, staffed[:1], staffed[1:2])
    for n, (name, pin, served) in enumerate(zip(_RIDERS, _PINS, rounds, strict=True)):
        badge, contact = f"YZ{123 + n:06d}", f"0000-4{n:07d}"
        yield Courier(badge=badge, name=name, pin=pin, vehicle=f"样例{n + 1}号车", contact=contact, points=served)


def _prefilings() -> tuple[Prefiling, ...]:
    plain, rare, _, owing = sample_people(4)
    [builder] = sample_organisations(1)
    return (
        _prefiling(1, "居住证", plain, {"living": "rented", "ground": "job", "agent": "self"}, ("photo-receipt",)),
        _prefiling(2, "失业保险金申领", rare, {"reason": "ended", "agent": "self"}, ("application-form",)),
        _prefiling(
            3,
            "建筑企业诚信手册申领",
            builder,
            {"enterprise": "contractor", "origin": "local", "handler": "handler"},
            ("business-licence", "qualification-licence"),
        ),
        _prefiling(
            4,
            "住房公积金个人住房贷款",
            owing,
            {"house": "new", "marital": "single"},
            ("application-form",),
            discredited=True,
        ),
    )


def _prefiling(
    n: int,
    item: str,
    applicant: Applicant,
    situation: dict[str, str],
    uploaded: Sequence[str],
    *,
    discredited: bool = False,
) -> Prefiling:
    filed = next(i for i in kernel_items() if i.name == item)
    known = {m.id for m in filed.materials}
    return Prefiling(
        number=f"YS2026{n:04d}",
        item=filed.code,
        applicant={**to_plain(applicant), **({"discredited": True} if discredited else {})},
        situation=situation,
        received=[{"material": m if m in known else own_id(filed, m), "electronic": 1} for m in uploaded],
    )
