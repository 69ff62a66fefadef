"""Fills central: the catalogue from values, the calendar, and the sample city."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import YearTable
from clerk_app.domain.people import Role
from clerk_app.domain.plain import to_plain
from sync.central.access import couriers
from sync.central.access.credentials import hash_password
from sync.central.catalogue.calendar_seed import seed_tables
from sync.central.catalogue.pinyin import search_keys
from sync.central.central import Account, Central
from sync.wire import CatalogueRow

if TYPE_CHECKING:
    from sync.central.sample.generator import Courier

FIRST_CALENDAR_YEAR = 2024


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAccount:
    """An account of the sample city, its password in the open because it guards nothing."""

    number: str
    name: str
    password: str
    role: str
    point: str
    pin: str = ""
    """Of a courier, whose number is the badge and who has no password."""


def catalogue_rows(items: Iterable[ServiceItem], joint: Iterable[JointService] = ()) -> Iterator[CatalogueRow]:
    """Yield items (every version a row of its own) and joint services as rows to be published, with their search keys."""
    for item in items:
        yield _row("item", item.edition.key, item, search_keys(item.name, item.department.name))
    for service in joint:
        yield _row("joint", service.code, service, search_keys(service.name))


def calendar_rows(tables: Iterable[YearTable]) -> Iterator[CatalogueRow]:
    """Yield years of the calendar as rows to be published."""
    for table in tables:
        yield _row("calendar", str(table.year), table, "")


async def seed(central: Central, *, full: bool = False) -> list[SampleAccount]:
    """Publish the sample city and return its accounts; run twice it changes nothing."""
    from sync.central.sample.generator import city

    sample = city(full)
    await central.add_points([(p.code, p.name) for p in sample.points])
    await central.import_rows([*catalogue_rows(sample.items, sample.joint), *published_calendar()])
    accounts = [
        SampleAccount(number=a.number, name=a.name, password=a.password, role=Role(a.role).value, point=a.point)
        for a in sample.accounts
    ]
    await central.add_accounts(
        Account(
            number=a.number,
            name=a.name,
            role=a.role,
            points=(a.point, *a.further),
            password_hash=hash_password(a.password),
        )
        for a in sample.accounts
    )
    for prefiling in sample.prefilings:
        await central.put_prefiling(prefiling)
    for one in sample.couriers:
        told = couriers.Enlisted(
            badge=one.badge,
            name=one.name,
            company=one.company,
            vehicle=one.vehicle,
            contact=one.contact,
            points=one.points,
        )
        await couriers.add(central, told, one.pin, sha256(one.badge.encode()).digest()[:16])
    return [*accounts, *(_courier_account(one) for one in sample.couriers)]


def _courier_account(one: Courier) -> SampleAccount:
    return SampleAccount(
        number=one.badge, name=one.name, password="", role=Role.COURIER.value, point=one.points[0], pin=one.pin
    )


def published_calendar() -> list[CatalogueRow]:
    """Return every year of the working calendar that is known, from ``FIRST_CALENDAR_YEAR`` on."""
    years = range(FIRST_CALENDAR_YEAR, FIRST_CALENDAR_YEAR + 12)
    return list(calendar_rows(seed_tables(years)))


def _row(kind: str, key: str, body: Any, search: str) -> CatalogueRow:
    return CatalogueRow(
        kind=kind, key=key, revision=0, search=search, body=msgspec.Raw(msgspec.json.encode(to_plain(body)))
    )
