"""The items written by hand are what a clerk and an applicant read: complete, consistent, and possible to satisfy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from stdnum.cn import uscc

from clerk_app.domain.catalogue import Due, Handling, JointService, Limit, Necessity, ServiceItem, Unit
from clerk_app.domain.checklist import Tally, applicable, deficits, is_due
from clerk_app.domain.joint import questions, saved
from sync.central.catalogue.pinyin import search_keys
from sync.central.sample.kernel import kernel_items, kernel_joint, material
from sync.central.sample.places import organ
from sync.central.sample.reading import build

TODAY = date(2026, 3, 2)
ITEMS = kernel_items()
each_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
each_joint = pytest.mark.parametrize("joint", kernel_joint(), ids=lambda joint: joint.name)
BY_CODE = {item.code: item for item in ITEMS}


def all_answers(item: ServiceItem) -> Iterator[dict[str, str]]:
    ids = [s.id for s in item.situations]
    for chosen in product(*((a.id for a in s.answers) for s in item.situations)):
        yield dict(zip(ids, chosen, strict=True))


def brought(item: ServiceItem, answers: dict[str, str]) -> dict[str, Tally]:
    return {
        m.id: Tally(
            material=m.id,
            originals_seen=max(0, m.due.inspect - m.due.keep),
            originals_kept=m.due.keep,
            copies_kept=m.due.copies + m.due.either,
            electronic=m.due.electronic,
            issued=TODAY,
        )
        for m in applicable(item.materials, answers)
        if is_due(m)
    }


def calendar_days(limit: Limit) -> float:
    return limit.days * 7 / 5 if limit.unit is Unit.WORKDAY else limit.days


def test_there_are_at_least_sixty_four_of_all_named_fields() -> None:
    names = [item.name for item in ITEMS]
    fields = (
        "居住证 户口 结婚 离婚 身份证 护照 参保 养老 失业 异地就医 生育津贴 工伤 购房 租房 贷款 补贴 资助 人才 设立 公章 纳税人 注销"
        " 食品经营 卫生许可 诚信手册 施工许可 首次登记 转移登记 抵押 查询 生活保障 高龄 残疾人 临时救助 入学 教师资格 优待证 养犬"
        " 招牌 道路 排水 树木 门牌"
    )
    assert len(names) >= 64
    assert [field for field in fields.split() if not any(field in name for name in names)] == []


def test_the_initials_of_the_residence_permit_are_its_whole_name() -> None:
    exact = [item.name for item in ITEMS if search_keys(item.name).split(";")[0] == "jzz"]
    assert exact == ["居住证"]


@pytest.mark.parametrize("typed", ["jzqycxsc", "qycxsc"])
def test_the_builders_handbook_is_found_by_its_initials(typed: str) -> None:
    found = [item.name for item in ITEMS if typed in search_keys(item.name).split(";")[0]]
    assert found == ["建筑企业诚信手册申领"]


def test_codes_are_unique_and_carry_their_departments_valid_credit_code() -> None:
    assert len(BY_CODE) == len(ITEMS)
    for item in ITEMS:
        assert len(item.code) == 31
        assert item.code.startswith(item.department.code + item.level + "44" + item.kind)
        assert uscc.is_valid(item.department.code)
        assert "EXMP" in item.department.code


def test_most_items_ask_about_the_situation() -> None:
    own = [item for item in ITEMS if any(m.when for m in item.materials)]
    assert len(own) >= 30


@each_item
def test_an_item_tells_everything_a_notice_needs(item: ServiceItem) -> None:
    assert item.sample
    told = (item.basis, item.result, item.theme, item.address, item.hours, item.review_body, item.court)
    assert all(told)
    assert item.phone.startswith("0000-")
    assert item.complaint_phone.startswith("0000-")
    assert item.phone != item.complaint_phone
    assert item.scope in {"city", "district", "town"}
    assert set(item.subjects) <= {"person", "organisation"}
    assert item.subjects


@each_item
def test_a_checklist_has_three_to_ten_lines_with_ids_and_papers_of_their_own(item: ServiceItem) -> None:
    assert 3 <= len(item.materials) <= 10
    assert len({m.id for m in item.materials}) == len(item.materials)
    assert len({m.paper_key for m in item.materials}) == len(item.materials)
    for line in item.materials:
        assert line.due != Due(), line.name
        assert all((line.name, line.source, line.where, line.standard, line.basis)), line.name


@each_item
def test_conditions_name_questions_and_answers_that_exist(item: ServiceItem) -> None:
    known = {s.id: {a.id for a in s.answers} for s in item.situations}
    assert len(known) == len(item.situations)
    for situation in item.situations:
        assert len(known[situation.id]) == len(situation.answers) >= 2
    for line in item.materials:
        assert all(set(allowed) <= known[asked] for asked, allowed in line.when.items()), line.name
        assert all(line.when.values()), line.name


@each_item
def test_no_question_is_asked_for_nothing(item: ServiceItem) -> None:
    decisive = {asked for line in item.materials for asked in line.when}
    plain = {s.id for s in item.situations} - decisive
    assert plain == set()


@each_item
def test_whatever_is_answered_papers_are_due_and_bringing_them_is_enough(item: ServiceItem) -> None:
    for answers in all_answers(item):
        lines = applicable(item.materials, answers)
        assert any(is_due(line) for line in lines), answers
        assert deficits(lines, brought(item, answers), TODAY) == (), answers


@each_item
def test_limits_follow_the_lint_rules(item: ServiceItem) -> None:
    assert item.promised is not None
    assert item.statutory is not None
    assert (item.promised.days == 0) == (item.handling is Handling.IMMEDIATE)
    assert calendar_days(item.promised) <= calendar_days(item.statutory)


@each_item
def test_visits_follow_the_lint_rules(item: ServiceItem) -> None:
    assert 0 <= item.visits_cap <= 3
    assert bool(item.visits_cap) == bool(item.visits_reason)
    assert {"I": 3, "II": 2, "III": 1, "IV": 0}[item.depth] >= item.visits_cap
    assert item.express or item.visits_cap


@each_item
def test_papers_may_be_owed_only_where_there_is_time_for_it(item: ServiceItem) -> None:
    owed = [m.name for m in item.materials if m.necessity is Necessity.DEFERRABLE]
    if item.provisional_allowed:
        assert item.handling is Handling.PROMISED
        assert item.promised is not None
        assert item.promised.days >= 3
        assert owed
        assert len(owed) < len([m for m in item.materials if is_due(m)])
    else:
        assert owed == []


def test_at_least_ten_joint_services_have_codes_of_their_own() -> None:
    codes = {joint.code for joint in kernel_joint()}
    assert len(codes) == len(kernel_joint()) >= 10
    assert codes.isdisjoint(BY_CODE)


@each_joint
def test_a_joint_services_items_share_papers_and_an_applicant(joint: JointService) -> None:
    items = [BY_CODE[code] for code in joint.items]
    assert joint.sample
    assert len(set(joint.items)) == len(items) >= 2
    assert set.intersection(*(set(item.subjects) for item in items))
    papers = Counter(m.document for item in items for m in item.materials if m.document)
    assert max(papers.values()) > 1
    first = {s.id: s.answers[0].id for s in questions(items)}
    spared = saved(items, first)
    assert spared.papers > 0
    assert spared.visits == len(items) - 1


@each_joint
def test_a_joint_service_does_not_ask_two_things_under_one_id(joint: JointService) -> None:
    items = [BY_CODE[code] for code in joint.items]
    assert [s.id for s in questions(items) if "/" in s.id] == []


def test_a_paper_is_the_same_in_every_item_that_names_it() -> None:
    issuers: dict[str, set[str]] = {}
    for item in ITEMS:
        for line in item.materials:
            if line.document:
                issuers.setdefault(line.document, set()).add(line.source)
    assert {document: sources for document, sources in issuers.items() if len(sources) > 1} == {}


def test_a_line_takes_from_its_paper_what_it_does_not_say_itself() -> None:
    line = material({"document": "resident-id-card", "due": {"copies": 2}}, basis="某条")
    assert (line.id, line.name, line.due, line.basis) == ("resident-id-card", "居民身份证", Due(copies=2), "某条")


def test_a_member_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="wehre"):
        material({"document": "resident-id-card", "wehre": "派出所"})
    with pytest.raises(ValueError, match="dayz"):
        build(Limit, {"days": 1, "dayz": 2})


def test_an_organ_that_does_not_exist_is_not_made_up() -> None:
    with pytest.raises(LookupError):
        organ("tobacco", "district")
