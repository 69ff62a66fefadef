"""Trust first, verify later at the desk: who is drawn and why anybody can tell, what is found out, and what a mark does (rule 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.checklist import Tally
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import body_of
from clerk_app.domain.supervision import digest_of, is_drawn, keys_of, risk_of
from clerk_app.planning import Decide
from clerk_app.verifying import Draw
from tests.support.overseen import OTHER, Point, point, refused
from tests.support.story import ALL, APPLICANT, MONDAY, without

FRIDAY = date(2026, 3, 6)
PROOF = "电话核实出租人"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Point]:
    with point(tmp_path) as opened:
        yield opened


def drawn(here: Point, share: float = 0.2) -> Draw:
    """Draw until somebody is met: of a draw that meets nobody nothing is recorded."""
    for _ in range(200):
        before = here.entries()
        made = here.chief.draw(share, MONDAY, FRIDAY)
        assert here.entries() == before + len(made.drawn)
        if made.drawn:
            return made
    raise AssertionError("nobody was ever drawn")


def verified(here: Point, passed: bool = False) -> str:
    """Return a case that was drawn and verified."""
    here.receive(without("lease"), Decide.PROVISIONAL)
    [number, *_] = drawn(here).drawn
    here.chief.verify(number, passed, PROOF)
    return number


def applicant_of(here: Point) -> Applicant:
    found = here.clerk.known_applicant(APPLICANT.id_number)
    assert found is not None
    return found


def test_anybody_can_draw_again_from_what_is_recorded_and_finds_the_same(here: Point) -> None:
    population = [here.receive() for _ in range(6)] + [here.receive(without("lease"), Decide.PROVISIONAL)]
    others = [here.declined(), here.receive(without("form"))]
    weights = {number: risk_of(here.case(number))[0] for number in population}

    made = drawn(here)

    assert made.population == len(population)
    assert made.digest == digest_of(weights.items())
    assert set(made.drawn) == {n for n, risk in weights.items() if is_drawn(made.seed, n, risk, 0.2)}
    assert not set(made.drawn) & set(others)
    for number in made.drawn:
        [record] = [r for r in here.office.records.records_of(number) if r.entry.kind == "verification.drawn"]
        said = body_of(sb.VerificationDrawn, record.entry.body)
        assert (said.batch, said.seed, said.population, said.digest) == (
            made.batch,
            made.seed,
            made.population,
            made.digest,
        )
        assert (said.risk, said.share) == (weights[number], 0.2)
        assert "verify" in keys_of(here.case(number))
        assert said.due.day == date(2026, 3, 30)
        assert f"{made.population} 件中抽取" in here.said(number)[-1][1]
    again = drawn(here)
    assert again.seed != made.seed
    assert again.population == len(population) - len(made.drawn), "nobody is drawn twice"
    assert not set(again.drawn) & set(made.drawn)


def test_only_what_was_accepted_in_the_time_stands_in_a_draw(here: Point) -> None:
    here.receive()
    here.office.clock.wait(7)
    here.receive()
    assert here.chief.draw(0.02, MONDAY, date(2026, 3, 9)).population == 2
    for code, share, since, until in (
        ("nothing-to-draw", 0.2, date(2026, 3, 3), FRIDAY),
        ("share-unknown", 0.3, MONDAY, FRIDAY),
        ("share-unknown", 0.0, MONDAY, FRIDAY),
        ("days-reversed", 0.2, FRIDAY, MONDAY),
    ):
        with refused(here, code):
            here.chief.draw(share, since, until)
    with refused(here, "not-your-role"):
        here.clerk.draw(0.2, MONDAY, FRIDAY)


def test_what_is_found_out_needs_evidence_and_is_said_once(here: Point) -> None:
    here.receive(without("lease"), Decide.PROVISIONAL)
    [number, *_] = drawn(here).drawn
    for code, passed, evidence, material in (
        ("evidence-missing", True, " ", ""),
        ("material-unknown", False, PROOF, "租房合同"),
        ("material-unknown", True, PROOF, "租赁合同"),
    ):
        with refused(here, code):
            here.chief.verify(number, passed, evidence, material)
    assert "verify" in here.chief.allowed(here.case(number))
    case = here.chief.verify(number, False, PROOF, "租赁合同", "出租人否认签过合同")
    assert case.oversight.verified[-1].said.material == "lease"
    assert keys_of(case) >= {"failed"}
    assert "verify" not in keys_of(case)
    assert here.said(number)[-1] == ("核查结果", "不实：出租人否认签过合同")
    with refused(here, "task-concluded"):
        here.second.verify(number, True, PROOF)
    never = here.declined()
    with refused(here, "not-drawn"):
        here.chief.verify(never, True, PROOF)


def test_a_failed_check_ends_by_a_mark_or_a_cure(here: Point) -> None:
    number = verified(here)
    with refused(here, "mark-missing"):
        here.chief.conclude([(number, "failed")], "marked")
    here.chief.mark(number, "租赁合同系伪造", "《广东省社会信用条例》", "lease", date(2027, 3, 2))
    here.chief.conclude([(number, "failed")], "marked")
    assert "failed" not in keys_of(here.case(number))
    assert here.said(number)[-2] == ("虚假材料记录", "租赁合同：租赁合同系伪造")


def test_a_check_that_was_passed_leaves_nothing_to_do(here: Point) -> None:
    assert not {"verify", "failed"} & keys_of(here.case(verified(here, passed=True)))


# findings


def test_a_finding_with_a_day_is_a_task_until_it_is_cured(here: Point) -> None:
    number = here.receive()
    here.chief.record_finding(number, "attitude", "答复生硬", "01 号窗口")
    assert not any(key.startswith("finding:") for key in keys_of(here.case(number)))
    stood = here.chief.record_finding(number, "told-twice", "第二次才告知相片", fix_by=FRIDAY)
    [finding] = [one.by.entry for one in stood.oversight.findings if one.said.fix_by is not None]
    assert f"finding:{finding}" in keys_of(here.case(number))
    assert here.said(number)[-2:] == [
        ("记录问题", "服务态度（01 号窗口）：答复生硬"),
        ("记录问题", "没有一次性告知：第二次才告知相片"),
    ]
    here.chief.conclude([(number, f"finding:{finding}")], "cured", "已补训")
    assert not any(key.startswith("finding:") for key in keys_of(here.case(number)))
    for code, what, text, by in (
        ("body-invalid", "gossip", "闲聊", None),
        ("text-missing", "late", " ", None),
        ("day-past", "late", "拖延", date(2026, 3, 1)),
    ):
        with refused(here, code):
            here.chief.record_finding(number, what, text, fix_by=by)
    with refused(here, "not-your-role"):
        here.clerk.record_finding(number, "late", "拖延")


# marks


def test_while_a_mark_stands_the_applicant_gets_no_provisional_acceptance(here: Point) -> None:
    first, waits = here.receive(), here.receive(without("lease"), Decide.RECEIVE)
    assert "accept_provisionally" in here.clerk.allowed(here.case(waits))
    here.chief.mark(first, "租赁合同系伪造", "《广东省社会信用条例》", until=date(2026, 3, 31))

    assert applicant_of(here).discredited
    assert "accept_provisionally" not in here.clerk.allowed(here.case(waits)), "nor in a case that was begun before"
    with refused(here, "provisional-discredited"):
        here.clerk.accept_provisionally(waits)
    with refused(here, "provisional-discredited"):
        here.clerk.supplement(waits, [Tally(material="letter", copies_kept=1)], Decide.PROVISIONAL)
    with refused(here, "provisional-discredited"):
        here.receive(without("lease"), Decide.PROVISIONAL)
    marked = here.receive(without("lease"))
    assert here.case(marked).state is State.NOTIFIED
    assert here.case(marked).applicant.discredited, "typed anew or not, the case says so"
    assert here.case(here.receive(without("lease"), Decide.PROVISIONAL, OTHER)).state is State.PROVISIONAL

    here.office.clock.wait(30)
    assert not applicant_of(here).discredited, "after its last day"
    assert here.case(here.receive(without("lease"), Decide.PROVISIONAL)).state is State.PROVISIONAL


def test_a_mark_that_is_undone_stands_no_more(here: Point) -> None:
    number = here.receive()
    case = here.chief.mark(number, "租赁合同系伪造", "《广东省社会信用条例》")
    here.receive(ALL)
    assert applicant_of(here).discredited
    here.second.ask_undo(number, case.oversight.marks[0].by.entry, "鉴定为真")
    assert applicant_of(here).discredited, "nobody agreed yet"
    here.chief.undo(number, here.case(number).oversight.undoings[0].by.entry, True)
    assert not applicant_of(here).discredited


def test_what_a_clerk_noted_of_an_applicant_without_marks_stays(here: Point) -> None:
    here.receive(applicant=replace(APPLICANT, discredited=True))
    assert applicant_of(here).discredited


def test_a_mark_needs_facts_and_a_basis(here: Point) -> None:
    number = here.receive()
    for code, reason, basis, material, until in (
        ("reason-missing", " ", "条例", "", None),
        ("basis-missing", "伪造", " ", "", None),
        ("material-unknown", "伪造", "条例", "房产证", None),
        ("day-past", "伪造", "条例", "", date(2026, 3, 1)),
        ("text-invalid", "伪\x07造", "条例", "", None),
    ):
        with refused(here, code):
            here.chief.mark(number, reason, basis, material, until)
    with refused(here, "not-your-role"):
        here.clerk.mark(number, "伪造", "条例")
