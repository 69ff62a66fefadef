"""Refused entries on the screen: listed with their reasons, mended in a form, said again, or given up."""

from __future__ import annotations

from pathlib import Path

from clerk_app.domain.journal import Verdict
from screens.line.mending import MendForm
from screens.line.refusal import RefusalMenu
from screens.line.screen import LineArea
from tests.support.client import ID_NUMBER, Client, opened
from tests.support.over_the_line import confirm
from tests.support.screen_dump import dump

WHY = "这份预申报已由其他窗口收件。"


async def refused(client: Client, name: str = "样例甲") -> str:
    """Record a case whose receipt central refuses, so that what follows waits."""
    await client.type(f"jzz\n{ID_NUMBER}\n")
    base = client.app.screen_stack[0]
    base.query_one("ApplicantForm").field("name").value = name  # type: ignore[attr-defined]
    base.query_one("ApplicantForm").finish()  # type: ignore[attr-defined]
    await client.settle()
    await client.type("1A")
    await client.press("f9", "enter", "enter")
    [summary] = client.records.summaries()
    waits = (Verdict.QUARANTINED, "waits", "此前一条被退回。")
    confirm(client, case_received=(Verdict.REFUSED, "prefiling-received", WHY), case_accepted=waits)
    await client.press("f6")
    return summary.number


async def test_the_list_tells_the_reason_what_waits_and_what_needs_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, (120, 40)) as client:
        number = await refused(client)
        shown = dump(client.app)
        assert WHY in shown
        assert "不用处理：在等前一条" in shown
        assert "退回 1" in shown
        assert number in shown
        await client.press("tab", "enter")
        assert "不用处理" in dump(client.app)
        await client.press("enter", "down", "enter")
        assert isinstance(client.app.screen, RefusalMenu)
        assert "其后 1 条在等" in dump(client.app)


async def test_a_value_is_changed_in_the_form_and_said_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        number = await refused(client, "王[/b]䶮")
        await client.press("tab", "down", "f7", "1")
        assert isinstance(client.app.screen, MendForm)
        shown = dump(client.app)
        assert "王[/b]䶮" in shown
        assert ID_NUMBER not in shown
        await client.press("f9")
        assert "还没有改动" in dump(client.app)
        await client.press("home")
        while "证件号码" not in _current(client):
            await client.press("down")
        await client.press("enter")
        await client.type(f"{ID_NUMBER[:-1]}8\n")
        await client.press("f9", "enter")
        assert isinstance(client.app.screen, MendForm)
        assert "校验" in dump(client.app)
        await client.press("delete", "f9")
        assert "还没有改动" in dump(client.app)
        while "手机" not in _current(client):
            await client.press("down")
        await client.press("enter", "ctrl+u")
        await client.type("13911112222\n")
        await client.press("f9")
        assert "13911112222" in dump(client.app)
        await client.press("enter")

        assert isinstance(client.app.screen, LineArea)
        kinds = [e.kind for e in client.records.unsent(9, 1 << 20)]
        assert kinds == ["entry.mended", "case.received"]
        case = client.records.case(number)
        assert case is not None
        assert (case.number, case.applicant.phone, case.applicant.name) == (number, "13911112222", "王[/b]䶮")
        assert "退回 1 " not in dump(client.app)


async def test_it_is_said_again_as_it_was_or_given_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await refused(client)
        await client.press("tab", "down", "enter", "2")
        await client.type("已核对\n")
        kinds = [e.kind for e in client.records.unsent(9, 1 << 20)]
        assert kinds == ["entry.mended", "case.received"]
        again = (Verdict.REFUSED, "prefiling-received", WHY)
        confirm(client, case_received=again)
        client.app.look_at_line()
        await client.settle()
        await client.press("home", "enter")
        await client.press("3")
        await client.type("\n")
        assert "请写明" in dump(client.app)
        await client.type("重复收件\n")

        assert [e.body["reason"] for e in client.records.unsent(9, 1 << 20)] == ["重复收件"]
        assert client.app.header_state.refused == 0


def _current(client: Client) -> str:
    form = client.app.screen
    assert isinstance(form, MendForm)
    leaf = form._list.current
    return leaf.label if leaf is not None else ""
