"""Two acts on one case that did not know of each other lie side by side until a supervisor lets one stand."""

from __future__ import annotations

import pytest

from clerk_app.disputes import Dispute
from clerk_app.domain.checklist import Tally
from clerk_app.domain.kinds import State
from clerk_app.history import CONFLICT, DROPPED, STOOD, lines
from clerk_app.seat import Refused
from tests.support.branches import Branches
from tests.support.story import without


def collided(two: Branches) -> str:
    """Have one window of a point withdraw a case while the other takes the missing paper in and accepts it."""
    number = two.home.receive(without("form"))
    two.sync()
    two.home.desk.withdraw(number, "申请人不办了")
    two.beside.desk.supplement(number, [Tally(material="form", originals_kept=1)])
    two.sync()
    return number


def only(two: Branches, number: str) -> Dispute:
    """Return the conflict of a decision with the withdrawal."""
    found = [d for d in two.chief(two.home).disputes(number) if d.act.label == "受理"]
    assert len(found) == 1
    return found[0]


def test_both_acts_are_told_with_who_where_when_and_what_each_leads_to(two: Branches) -> None:
    number = collided(two)

    dispute = only(two, number)

    assert (dispute.act.window, dispute.act.point) == (two.beside.seat.window, "禅城区行政服务中心")
    assert [(act.label, act.actor, act.lines) for act in dispute.against] == [("撤件", "C1", ("申请人不办了",))]
    assert dispute.act.position is not None
    assert dispute.against[0].position is not None
    assert dispute.against[0].position < dispute.act.position
    assert dispute.now[0] == "已撤件"
    assert dispute.then, "what it would lead to is always said"
    assert dispute.subject == number


def test_every_window_of_the_point_sees_the_same_conflict(two: Branches) -> None:
    number = collided(two)

    at_home, beside = (two.chief(at).disputes(number) for at in (two.home, two.beside))

    assert at_home == beside
    assert [d.subject for d in two.chief(two.beside).disputes()] == [number] * len(at_home)
    assert [s.number for s in two.home.desk.cases("conflict")] == [number]
    assert two.home.desk.status().conflicts == len(at_home)


@pytest.mark.parametrize("stands", [True, False])
def test_a_supervisors_word_settles_it_at_once_and_both_windows_see_what_became_of_it(
    two: Branches, stands: bool
) -> None:
    number = two.home.receive()
    two.sync()
    two.home.desk.withdraw(number, "不办了")
    two.beside.desk.withdraw(number, "重复收件")
    two.sync()
    chief = two.chief(two.home)
    [dispute] = chief.disputes(number)

    case = chief.settle(number, dispute.act.entry, stands, "与申请人核对过")
    assert case.conflicts == ()
    assert two.home.records.case(number) == case
    assert two.home.records.rebuild() == []
    two.sync()

    assert two.home.cases() == two.beside.cases() == {number: two.town.cases()[number]}
    for desk in (two.home.desk, two.beside.desk):
        assert desk.disputes(number) == []
        assert desk.status().conflicts == 0
        verdicts = [line.verdict for line in desk.history(number)]
        assert (STOOD if stands else DROPPED) in verdicts
        assert CONFLICT not in verdicts
        assert "与申请人核对过" in desk.history(number)[-1].text


def test_a_moved_case_shows_its_conflict_at_both_points(two: Branches) -> None:
    number = two.home.receive(without("form"))
    two.sync()
    preview = two.away.desk.look_elsewhere(number)
    two.home.desk.withdraw(number, "不办了")
    two.home.sync()
    two.away.desk.take_up_case(preview)
    two.sync()

    at_home, away = (two.chief(at).disputes(number) for at in (two.home, two.away))

    assert [(d.act.label, [a.label for a in d.against]) for d in at_home] == [("异地续办", ["撤件"])]
    assert [(d.act, d.against, d.now, d.then) for d in away] == [(d.act, d.against, d.now, d.then) for d in at_home]
    two.chief(two.away).settle(number, away[0].act.entry, False, "已经撤件")
    two.sync()
    assert two.home.cases()[number] == two.away.cases()[number]
    assert two.home.cases()[number].state is State.WITHDRAWN


def test_a_clerk_may_look_but_not_settle_and_a_word_needs_a_reason(two: Branches) -> None:
    number = collided(two)
    entry = only(two, number).act.entry
    before = two.home.records.entry_count()
    chief = two.chief(two.home)

    assert two.home.desk.disputes(number)
    for refused_with, desk, named, reason in (
        ("not-your-role", two.home.desk, entry, "好"),
        ("reason-missing", chief, entry, " "),
        ("not-conflicting", chief, "", "好"),
        ("not-conflicting", chief, "ffff", "好"),
        ("text-invalid", chief, entry, "好\x07"),
    ):
        with pytest.raises(Refused) as refused:
            desk.settle(number, named, True, reason)
        assert refused.value.code == refused_with
    assert two.home.records.entry_count() == before


def test_what_a_notice_named_is_told_in_full(two: Branches) -> None:
    number = two.home.receive(without("form", "card", "lease", "photo"))
    two.sync()
    [notice] = [line for line in two.home.desk.history(number) if line.kind == "notice.given"]
    assert "等4项" in notice.text

    [record] = [r for r in two.home.records.records_of(number) if r.entry.kind == "notice.given"]
    assert lines(record) == ["告知 4 项", "1. 申请表", "2. 居民身份证", "3. 租赁合同", "4. 相片"]
