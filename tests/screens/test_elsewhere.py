"""办件 of other points: found over the line, read, and taken up."""

from __future__ import annotations

from pathlib import Path

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import Record, Verdict
from screens.cases.elsewhere import ElsewhereView
from screens.cases.screen import Cases
from screens.cases.view import CaseView
from tests.support.client import ID_NUMBER, SEAT, opened
from tests.support.over_the_line import AWAY, another, confirm, far_case
from tests.support.screen_dump import dump


async def test_a_number_that_is_not_here_is_looked_up_read_and_taken_up(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40)) as client:
        number = far_case(client, "王[/b]䶮")
        await client.press("f3")
        await client.type(number)
        assert "按回车到市中心查这件" in dump(client.app)
        await client.press("enter")
        await client.until(lambda: isinstance(client.app.screen, ElsewhereView))
        shown = dump(client.app)
        assert "王[/b]䶮" in shown
        assert ID_NUMBER not in shown
        assert "留意王[/b]䶮" in shown
        assert "现由 FS0002 办理" in shown

        await client.type("u")
        await client.type("搬家\n")
        assert "转入中" in dump(client.app)
        await client.press("enter")
        [entry] = client.records.unsent(9, 1 << 20)
        assert (entry.kind, entry.subject, entry.seen) == ("case.moved", number, 2)
        assert (entry.body["to"], entry.body["reason"]) == (SEAT.point, "搬家")
        assert "转入中" in dump(client.app)
        await client.press("enter")
        assert "还没有报到市中心" in dump(client.app)


async def test_the_feed_brings_it_and_it_is_a_case_like_any_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        number = far_case(client)
        await client.press("f3")
        await client.type(f"{number}\n")
        await client.until(lambda: isinstance(client.app.screen, ElsewhereView))
        await client.type("u\n")
        await client.press("enter")
        records = client.inquiry.cases[number]
        [moved] = client.records.unsent(9, 1 << 20)
        page = [*records, Record(entry=moved, verdict=Verdict.APPLIED, position=3)]
        client.records.take_feed(page, 3)
        client.app.look_at_line()
        await client.settle()
        await client.press("ctrl+u")
        await client.type(f"{number}\n")

        assert isinstance(client.app.screen, CaseView)
        assert "本服务点续办" in dump(client.app)
        facts = client.app.screen.facts
        assert facts is not None
        assert {"supplement", "withdraw", "decline"} <= facts.allowed


async def test_a_case_that_was_taken_away_shows_where_it_is_and_can_be_taken_back(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40)) as client:
        await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n\n1A")
        await client.press("f8", "1", "enter", "enter")
        confirm(client)
        [summary] = client.records.summaries()
        moved = b.Moved(to="FS0002", to_name="南海区行政服务中心", on=client.clock().date(), reason="搬家")
        another(client, "case.moved", summary.number, moved, window=AWAY)
        await client.press("f3")
        assert "已转出" in dump(client.app)
        await client.press("enter")
        shown = dump(client.app)
        assert "现由 南海区行政服务中心 办理" in shown
        assert "经手 C0009" in shown
        facts = client.app.screen.facts if isinstance(client.app.screen, CaseView) else None
        assert facts is not None
        assert "withdraw" not in facts.allowed
        client.inquiry.cases[summary.number] = client.records.records_of(summary.number)
        await client.type("u")
        assert isinstance(client.app.screen, ElsewhereView)
        await client.type("u\n")
        await client.press("enter")
        assert "本服务点续办" in dump(client.app)


async def test_a_dead_line_an_unknown_number_and_a_scan_in_another_area_are_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        number = far_case(client)
        await client.type(f"{number}\n")
        assert "到市中心查这件" in dump(client.app)
        await client.press("enter")
        assert isinstance(client.app.screen, ElsewhereView)
        await client.press("escape")

        client.inquiry.reachable = False
        await client.press("ctrl+u")
        await client.type(number)
        await client.press("f7")
        assert "连不上市中心" in dump(client.app)
        await client.press("enter")
        assert isinstance(client.app.screen, Cases)
        client.inquiry.reachable = True
        client.inquiry.cases.clear()
        await client.press("enter")
        assert "市中心没有编号" in dump(client.app)
