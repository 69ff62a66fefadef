"""时限 on the screen: every clock of a case, counted so that a reader with a wall calendar finds the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clerk_app.desk import Desk
from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import Limit
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.people import Applicant
from clerk_app.planning import Decide
from screens.cases.clocks import CaseClocks
from screens.cases.view import CaseView
from sync.central.catalogue.calendar_seed import seed_tables
from tests.support.client import ID_NUMBER, PERMIT, RENEWAL, Client, opened
from tests.support.counter import year_row
from tests.support.over_the_line import another, confirm
from tests.support.screen_dump import dump

SIZES = [(80, 24), (120, 40)]
Golden = Callable[[str, str], None]
APPLICANT = Applicant(kind="person", name="样例甲", id_number=ID_NUMBER)
OWED = (
    Tally(material="form", originals_kept=1),
    Tally(material="card", originals_seen=1, copies_kept=1),
    Tally(material="lease", originals_seen=1, copies_kept=1),
    Tally(material="proof", copies_kept=1),
)
LONG = replace(PERMIT, promised=Limit(8), statutory=Limit(20))


async def owing(client: Client) -> str:
    """Receive papers that owe one, on a Tuesday before the Spring Festival of 2026, and open the case."""
    rows = [year_row(table) for table in seed_tables([2026])]
    client.records.put_catalogue(rows, client.records.catalogue_revision() + 1)
    client.clock.now = client.clock.now.replace(month=2, day=10)
    desk = desk_of(client)
    draft = replace(desk.begin([PERMIT.code]), applicant=APPLICANT, answers={"living": "rented"})
    checklist = draft.checklist()
    for tally in OWED:
        line = checklist.key_of(PERMIT.code, tally.material)
        assert line is not None
        draft = draft.tallied(line, tally)
    number = desk.receive(draft, Decide.PROVISIONAL).outcomes[0].case.number
    confirm(client)
    client.app.look_at_line()
    await client.press("f3", "enter")
    assert isinstance(client.app.screen, CaseView)
    return number


def desk_of(client: Client) -> Desk:
    desk = client.app.screen.desk  # type: ignore[attr-defined]
    assert isinstance(desk, Desk)
    return desk


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_clocks_that_run_stand_still_and_are_over(size: tuple[int, int], window: Path, golden: Golden) -> None:
    def take(name: str) -> None:
        golden(f"{name}-{size[0]}x{size[1]}", dump(client.app))

    async with opened(window, size, items=(LONG, RENEWAL)) as client:
        number = await owing(client)
        await client.type("d")
        assert isinstance(client.app.screen, CaseClocks)
        take("clocks")
        await client.press("pagedown")
        take("clocks-below")

        client.clock.wait(2)
        begun = b.Suspended(on=date(2026, 2, 12), reason="专家评审", told=Limit(5))
        another(client, "case.suspended", number, begun)
        client.clock.wait(13)
        await client.press("pageup", "ctrl+r")
        take("clocks-paused")

        client.clock.wait(1)
        moved = b.Resumed(
            on=date(2026, 2, 26), promised_due=DueDay(date(2026, 3, 9)), statutory_due=DueDay(date(2026, 3, 23))
        )
        another(client, "case.resumed", number, moved)
        client.clock.wait(14)
        another(client, "case.decided", number, b.Decided(on=date(2026, 3, 10), outcome="denied"))
        await client.press("ctrl+r")
        take("clocks-over")
        await client.press("escape")
        assert [type(one) for one in client.app.screen_stack][-1] is CaseView


async def test_what_came_over_the_line_shows_without_asking(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24), items=(LONG, RENEWAL)) as client:
        number = await owing(client)
        await client.type("d")
        assert "暂停计时" not in dump(client.app)

        another(client, "case.suspended", number, b.Suspended(on=date(2026, 2, 10), reason="听证"))
        client.app.look_at_line()
        await client.settle()

        assert "听证" in dump(client.app)
        assert "[暂停计时]" in dump(client.app)


async def test_everything_is_reached_with_the_keys(tmp_path: Path) -> None:
    """The last line of a long page at 80×24, after as many pages as there are."""
    async with opened(tmp_path, (80, 24), items=(LONG, RENEWAL)) as client:
        await owing(client)
        await client.type("d")
        seen = dump(client.app)
        for _ in range(8):
            await client.press("pagedown")
            seen += dump(client.app)

        for words in ("计时中", "未起算", "已结束", "一次性告知", "送达", "调休上班，计"):
            assert words in seen, words


async def test_a_reason_somebody_typed_is_shown_as_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40), items=(LONG, RENEWAL)) as client:
        number = await owing(client)
        begun = b.Suspended(on=date(2026, 2, 10), reason="[/b]评审\x1b[31m䶮")
        another(client, "case.suspended", number, begun)
        await client.type("d")

        assert "[/b]评审" in dump(client.app)
        assert "\x1b" not in dump(client.app)
