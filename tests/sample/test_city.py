"""The sample city has the size of a real one, and is the same whenever and wherever it is made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter

import msgspec
import pytest
from stdnum.cn import uscc

from clerk_app.domain.catalogue import Due, Handling, Necessity, ServiceItem
from clerk_app.domain.checklist import applicable, is_due
from clerk_app.domain.couriers import is_easy, parse_badge, parse_pin
from clerk_app.domain.numbers import check_credit_code
from clerk_app.domain.people import Role
from clerk_app.domain.plain import from_plain, to_plain
from sync.central.sample import generator
from sync.central.sample.generator import City, city
from sync.central.sample.kernel import kernel_items
from sync.central.sample.places import organs, points
from tests.support.tree import ROOT

PLACEHOLDER = re.compile(r"\{[a-z]\}")
FINGERPRINT = """
import hashlib, msgspec
from sync.central.sample.generator import city
print(hashlib.sha256(msgspec.json.encode(city(full=True))).hexdigest())
"""


@pytest.fixture(scope="module")
def full() -> City:
    return city(full=True)


def fingerprint(seed: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", FINGERPRINT],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout


def test_it_has_767_points_167_departments_and_11389_items(full: City) -> None:
    assert (len(full.points), len(full.departments), len(full.items)) == (767, 167, 11389)


def test_5393_items_are_the_citys_and_districts_and_5996_the_towns(full: City) -> None:
    scopes = Counter(item.scope for item in full.items)
    assert (scopes["city"] + scopes["district"], scopes["town"]) == (5393, 5996)


def test_every_department_has_items_and_every_item_a_department(full: City) -> None:
    assert {item.department for item in full.items} == set(full.departments)


def test_the_points_are_a_hall_five_districts_32_towns_and_729_villages(full: City) -> None:
    assert Counter(point.level for point in full.points) == {"city": 1, "district": 5, "town": 32, "village": 729}


def test_codes_and_names_of_points_are_unique_and_fit_a_case_number(full: City) -> None:
    assert len({point.code for point in full.points}) == len({point.name for point in full.points}) == 767
    assert all(p.code.isalnum() and p.code.isascii() and len(p.code) <= 8 for p in full.points)


def test_no_two_items_share_a_code_or_are_the_same_of_one_department(full: City) -> None:
    assert len({item.code for item in full.items}) == 11389
    assert len({(item.name, item.department.code) for item in full.items}) == 11389
    assert len({item.name for item in full.items}) > 1500


def test_departments_have_valid_codes_that_say_they_are_samples(full: City) -> None:
    assert len({d.code for d in full.departments}) == len({d.name for d in full.departments}) == 167
    for department in full.departments:
        assert uscc.is_valid(department.code)
        assert check_credit_code(department.code).problem is None
        assert "EXMP" in department.code


def test_it_is_the_same_in_every_process() -> None:
    assert fingerprint("0") == fingerprint("4711")


def test_the_kernel_leads_the_items_of_both_sizes(full: City) -> None:
    assert full.items[: len(kernel_items())] == city(full=False).items == kernel_items()


def test_the_small_city_has_the_kernels_departments_and_a_point_of_every_level() -> None:
    small = city()
    assert {point.level for point in small.points} == {"city", "district", "town", "village"}
    assert set(small.points) <= set(points())
    assert set(small.departments) == {item.department for item in kernel_items()}
    assert len(small.departments) < len(organs())


def lint(item: ServiceItem) -> list[str]:
    assert item.promised is not None
    assert item.statutory is not None
    owed = any(m.necessity is Necessity.DEFERRABLE for m in item.materials)
    wrong = {
        "not labelled": not item.sample,
        "lines": not 2 <= len(item.materials) <= 8,
        "ids": len({m.id for m in item.materials}) != len(item.materials),
        "papers": len({m.paper_key for m in item.materials}) != len(item.materials),
        "texts": not all(m.name and m.source and m.where and m.standard and m.due != Due() for m in item.materials),
        "placeholder": PLACEHOLDER.search(str(item)) is not None,
        "handling": (item.promised.days == 0) != (item.handling is Handling.IMMEDIATE),
        "limit": item.promised.days > item.statutory.days,
        "visits": bool(item.visits_cap) != bool(item.visits_reason),
        "depth": {"I": 3, "II": 2, "III": 1, "IV": 0}[item.depth] < item.visits_cap,
        "owed": owed != item.provisional_allowed or (owed and item.promised.days < 3),
        "phones": item.phone == item.complaint_phone,
    }
    return [what for what, holds in wrong.items() if holds]


def test_generated_items_follow_the_lint_rules(full: City) -> None:
    made = full.items[len(kernel_items()) :]
    assert {item.code: lint(item) for item in made if lint(item)} == {}


def test_generated_items_ask_for_papers_whatever_is_answered(full: City) -> None:
    asking = 0
    for item in full.items[len(kernel_items()) :]:
        known = {s.id: {a.id for a in s.answers} for s in item.situations}
        assert all(set(allowed) <= known[s] for m in item.materials for s, allowed in m.when.items())
        for situation in item.situations:
            asking += 1
            for answer in situation.answers:
                assert any(is_due(m) for m in applicable(item.materials, {situation.id: answer.id}))
        if not item.situations:
            assert any(is_due(m) for m in applicable(item.materials, {}))
    assert asking > 3000


def test_an_item_survives_the_way_to_the_window(full: City) -> None:
    for item in full.items[::97]:
        sent = msgspec.json.encode(to_plain(item))
        assert from_plain(ServiceItem, msgspec.json.decode(sent)) == item


def test_three_points_have_two_clerks_and_a_supervisor_whose_passwords_are_no_secret() -> None:
    accounts = city().accounts
    staff = Counter((account.point, account.role) for account in accounts)
    assert set(staff.values()) == {1, 2}
    assert all(staff[point, Role.CLERK] == 2 and staff[point, Role.SUPERVISOR] == 1 for point, _ in staff)
    assert len({point for point, _ in staff}) == 3
    assert len({account.number for account in accounts}) == len(accounts)
    assert all(account.password == f"sample-{account.number}" for account in accounts)
    assert {account.point for account in accounts} <= {point.code for point in city().points}


def test_one_supervisor_answers_for_several_points() -> None:
    [chief] = [account for account in city().accounts if account.further]
    assert chief.role is Role.SUPERVISOR
    assert {chief.point, *chief.further} == {account.point for account in city().accounts}


def test_couriers_come_to_staffed_points_with_pins_that_would_be_taken() -> None:
    riders, staffed = city().couriers, {account.point for account in city().accounts}
    assert {point for rider in riders for point in rider.points} <= staffed
    assert [parse_badge(rider.badge) for rider in riders] == [f"YZ{n:06d}" for n in (123, 124, 125)]
    assert not any(is_easy(rider.pin) or parse_pin(rider.pin) != rider.pin for rider in riders)


def test_prefilings_fit_the_items_they_are_for() -> None:
    items = {item.code: item for item in city().items}
    assert len({p.number for p in city().prefilings}) == len(city().prefilings) >= 2
    for prefiling in city().prefilings:
        item = items[prefiling.item]
        assert prefiling.applicant["kind"] in item.subjects
        assert {s.id: prefiling.situation[s.id] in {a.id for a in s.answers} for s in item.situations} == dict.fromkeys(
            prefiling.situation, True
        )
        lines = {m.id for m in applicable(item.materials, prefiling.situation)}
        assert {line["material"] for line in prefiling.received} <= lines


def test_somebody_is_marked_discredited_to_see_what_that_forbids() -> None:
    marked = {p.applicant["id_number"] for p in city().prefilings if p.applicant.get("discredited")}
    assert set(city().discredited) == marked != set()


def test_more_items_than_the_words_make_are_not_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "TOWN_ITEMS", 100_000)
    with pytest.raises(ValueError, match="words make"):
        city(full=True)


def test_one_id_means_one_paper_wherever_items_are_taken_in_together() -> None:
    whole = city()
    items = {item.code: item for item in whole.items}
    for service in whole.joint:
        meant: dict[str, set[str]] = {}
        for code in service.items:
            for line in items[code].materials:
                meant.setdefault(line.id, set()).add(line.paper_key)
        assert {i: papers for i, papers in meant.items() if len(papers) > 1} == {}, service.name
