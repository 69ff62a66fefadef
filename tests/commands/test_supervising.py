"""督办 from the command line: the queue, every act of a supervisor, the answers of a window, and why something was refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain.timing import BEIJING
from tests.support.commands import CityEnd, Seat, enrol, whole


@pytest.fixture(scope="module")
def address(city: CityEnd) -> Iterator[str]:
    with city.served() as address:
        yield address


@pytest.fixture
def chief(city: CityEnd, address: str, tmp_path: Path) -> Seat:
    """A window with its supervisor signed in."""
    point = city.accounts[0]["point"]
    return enrol(city, address, tmp_path / "window", city.account("supervisor", point))


def received(seat: Seat, **more: Any) -> str:
    item = seat.json("items", "居住证")[0]
    [answered] = seat.intake([whole(item, **more)]).done().lines
    return str(answered["case"])


def declined(seat: Seat) -> str:
    return received(seat, decide="decline", reason="不属于本机关职权范围")


def refused(seat: Seat, code: str, *words: str) -> None:
    """The command ends with status 1, the code as JSON and the reason in Chinese."""
    told = seat.clerk(*words, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, code)
    assert any("一" <= letter <= "龥" for letter in told.err)


def test_the_queue_is_listed_assigned_sent_back_answered_and_concluded(chief: Seat) -> None:
    numbers = [declined(chief), declined(chief)]
    listed = chief.json("tasks", "--kind", "declined")
    assert {one["subject"] for one in listed} == set(numbers)
    assert all(one["rule"] and one["due"] for one in listed)
    named = [f"{number}/declined" for number in numbers]
    assert named[0] in chief.clerk("tasks", numbers[0]).done().out

    [given] = chief.json("task", "assign", named[0], "--to", "S9", "--name", "梁主任", "--reason", "分管")
    assert given["tasks"] == ["declined"]
    chief.json("task", "return", *named, "--reason", "请补写依据")
    assert {one["task"] for one in chief.json("returns")} == set(named)
    assert "已退回" in chief.clerk("tasks").done().out
    answered = chief.json("task", "answer", named[0], "--text", "已补写")
    assert (answered["subject"], answered["tasks"]) == (numbers[0], ["declined"])
    assert [one["to"] for one in chief.json("tasks", numbers[0])] == ["S9"]
    assert [one["subject"] for one in chief.json("tasks", "--kind", "declined", "--mine")] == [numbers[1]]

    refused(chief, "body-invalid", "task", "conclude", *named, "--outcome", "nonsense")
    refused(chief, "kinds-differ", "task", "conclude", *named, f"{numbers[0]}/breach:2", "--outcome", "guide")
    done = chief.json("task", "conclude", *named, "--outcome", "founded", "--note", "依据充分")
    assert [(one["subject"], one["tasks"]) for one in done] == [(number, []) for number in numbers]
    refused(chief, "task-concluded", "task", "conclude", named[0], "--outcome", "founded")
    assert chief.clerk("tasks").done().out == "没有待办。\n"
    assert chief.clerk("returns").done().out == "没有要答复的。\n"

    history = chief.json("case", numbers[0])["history"]
    assert [line["label"] for line in history[-4:]] == ["转办", "退回整改", "整改答复", "督办结论"]


def test_what_was_concluded_is_undone(chief: Seat) -> None:
    number = declined(chief)
    chief.json("task", "conclude", f"{number}/declined", "--outcome", "founded")
    [act] = chief.json("undo", number)
    assert "督办结论" in act["words"]
    refused(chief, "reason-missing", "undo", number, act["entry"])
    refused(chief, "not-asked", "undo", number, act["entry"], "--agree")
    told = chief.clerk("undo", number, act["entry"], "--reason", "点错了").done()
    assert told.out == f"{number}：已撤销。\n"
    assert [one["key"] for one in chief.json("tasks", number)] == ["declined"]
    assert chief.clerk("undo", number).done().out == "没有可以撤销的。\n"


def test_calls_are_made_and_answered(chief: Seat) -> None:
    number = received(chief)
    called = chief.json("urge", number, "--text", "请抓紧")
    [key] = [key for key in called["tasks"] if key.startswith("unanswered:")]
    assert [one["key"] for one in chief.json("returns")] == [key]
    refused(chief, "urge-unknown", "answer-urge", number, "ffff", "--text", "好")
    answered = chief.json("answer-urge", number, key.partition(":")[2], "--text", "明日办结")
    assert key not in answered["tasks"]
    refused(chief, "day-past", "urge", number, "--text", "请抓紧", "--by", "2020-01-01")


def test_terms_move_and_their_papers_are_made(chief: Seat, tmp_path: Path) -> None:
    number = received(chief)
    due = chief.json("case", number)["promised_due"]
    longer = chief.json("extend", number, "--days", "5", "--reason", "核实", "--approved-by", "样例局副局长")
    assert longer["promised_due"] > due
    refused(chief, "extension-again", "extend", number, "--days", "1", "--reason", "再核实", "--approved-by", "副局长")
    paused = chief.json("suspend", number, "hearing", "--reason", "申请人要求听证", "--days", "7")
    assert paused["paused"] is True
    for kind in ("延长办理期限通知书", "特殊程序审查期限告知书"):
        out = tmp_path / f"{kind}.pdf"
        chief.clerk("paper", kind, number, "--out", out).done()
        assert out.read_bytes().startswith(b"%PDF")
    again = chief.json("resume", number)
    assert (again["paused"], again["promised_due"]) == (False, longer["promised_due"])
    refused(chief, "not-suspended", "resume", number)


def test_cases_are_drawn_verified_found_false_and_marked(chief: Seat) -> None:
    for _ in range(3):
        received(chief)
    today = datetime.now(BEIJING).date()
    span = ("--since", str(today - timedelta(days=1)), "--until", str(today + timedelta(days=1)))
    tries = (chief.json("draw", "--share", "0.2", *span) for _ in range(60))
    made = next(one for one in tries if one["drawn"])
    assert made["population"] >= 3  # the window is the other tests' as well
    assert (len(made["seed"]), len(made["digest"])) == (32, 64)
    number = made["drawn"][0]
    refused(chief, "material-unknown", "verify", number, "--failed", "--evidence", "电话", "--material", "没有这项")
    found = chief.json("verify", number, "--failed", "--evidence", "电话核实", "--note", "签名不是本人")
    assert "failed" in found["tasks"]
    refused(chief, "mark-missing", "task", "conclude", f"{number}/failed", "--outcome", "marked")
    chief.json("mark", number, "--reason", "签名系伪造", "--basis", "《广东省社会信用条例》")
    chief.json("task", "conclude", f"{number}/failed", "--outcome", "marked")
    later = (today + timedelta(days=9)).isoformat()
    value = chief.json("finding", number, "told-twice", "--text", "第二次才告知", "--fix-by", later)
    assert any(key.startswith("finding:") for key in value["tasks"])


def test_a_clerk_is_refused(city: CityEnd, chief: Seat) -> None:
    number = declined(chief)
    chief.sign_in(city.clerk_account)
    for words in (
        ("tasks",),
        ("task", "conclude", f"{number}/declined", "--outcome", "founded"),
        ("urge", number, "--text", "请抓紧"),
        ("undo", number),
        ("resume", number),
    ):
        refused(chief, "not-your-role", *words)
    chief.clerk("returns").done()
