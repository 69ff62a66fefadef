"""Tips for the guide: a clerk offers one, a supervisor approves it, the next notice at every point prints it; ratings beside them."""

from __future__ import annotations

import pytest

from clerk_app.domain.kinds import TipState
from clerk_app.seat import Refused
from tests.support.booth import Booth
from tests.support.branches import Branches
from tests.support.papers import text_of
from tests.support.story import PERMIT, without

WORDS = "到社区服务站二楼盖章，周三不办。"


def notice(at: Booth) -> str:
    """What the one-time notice of a new case says that lacks the lease."""
    number = at.receive(without("lease"))
    pdf = at.desk.paper("申请材料补正告知书", number)
    return "".join(text_of(pdf, at.folder).split())


def test_an_approved_tip_is_on_the_next_notice_here_at_once_and_everywhere_after_the_line(two: Branches) -> None:
    tip = two.home.desk.offer_tip(PERMIT.code, "lease", WORDS)
    assert (tip.state, tip.text) == (TipState.OFFERED, WORDS)
    assert WORDS not in notice(two.home)

    boss = two.chief(two.home)
    boss.approve_tip(tip.number)
    assert WORDS in notice(two.home)
    assert WORDS not in notice(two.away)

    two.sync()
    assert WORDS in notice(two.away)
    assert two.away.desk.tips() == []  # the other point has the tip's words, not who said them

    boss.withdraw_tip(tip.number, "已迁址")
    two.sync()
    assert WORDS not in notice(two.away)
    assert WORDS not in notice(two.home)


def test_a_tip_is_printed_in_the_words_it_was_approved_in(two: Branches) -> None:
    tip = two.home.desk.offer_tip(PERMIT.code, "lease", WORDS)
    two.chief(two.home).approve_tip(tip.number, "社区服务站二楼盖章。")
    two.sync()
    assert "社区服务站二楼盖章。" in notice(two.away)
    assert WORDS not in notice(two.away)


def test_a_tip_that_is_declined_says_why_and_is_not_printed(two: Branches) -> None:
    tip = two.home.desk.offer_tip(PERMIT.code, "lease", WORDS)
    boss = two.chief(two.home)
    with pytest.raises(Refused):
        boss.decline_tip(tip.number, " ")
    declined = boss.decline_tip(tip.number, "与指南不符")
    assert (declined.state, declined.reason) == (TipState.DECLINED, "与指南不符")
    assert [one.number for one in boss.tips("offered")] == []
    with pytest.raises(Refused):
        boss.approve_tip(tip.number)
    two.sync()
    assert WORDS not in notice(two.away)


@pytest.mark.parametrize(
    ("item", "material", "text"),
    [
        ("no such", "lease", WORDS),
        (PERMIT.code, "no such", WORDS),
        (PERMIT.code, "lease", " "),
        (PERMIT.code, "lease", "长" * 121),
    ],
)
def test_a_tip_about_nothing_or_with_nothing_to_say_is_refused(
    two: Branches, item: str, material: str, text: str
) -> None:
    with pytest.raises(Refused):
        two.home.desk.offer_tip(item, material, text)
    assert two.home.desk.tips() == []


def test_a_rating_is_kept_but_its_history_does_not_say_which(two: Branches) -> None:
    number = two.home.receive()
    two.home.desk.rate(number, 2, ["slow"])
    [line] = [line for line in two.home.desk.history(number) if line.kind == "rating.given"]
    assert "2" not in line.text
    assert "不满意" not in line.text
    for level, tags in ((0, ()), (6, ()), (3, ("no such",))):
        with pytest.raises(Refused):
            two.home.desk.rate(number, level, tags)
    assert [r.said.level for r in two.home.desk.case(number).oversight.ratings] == [2]
