"""A busy point's day of 600 cases, reviewed by the keyboard in a real terminal: each kind of task met and seen to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from clerk_app.docket import Docket
from clerk_app.domain.supervision_words import TASK_LABELS, TaskKind
from clerk_app.store.records import Records
from tests.support.busy_day import CASES, prepared
from tests.support.client import PASSWORD, SEAT, SUPERVISOR
from tests.support.counter import KEY, HandClock
from tests.support.tmux import Terminal, terminal

K = TaskKind


@dataclass(frozen=True)
class Seen:
    """What is done with the first task of a kind: the act, and the answers; one behind ``#`` is chosen by its label."""

    act: str
    answers: tuple[str, ...] = ()


EACH = {
    K.CLOCK: Seen("催办", ("请尽快办结", "", "")),
    K.DEBT: Seen("催办", ("请通知申请人补交", "", "")),
    K.FAILED: Seen("虚假材料记录", ("#不指明哪一份", "出具单位函复未曾出具", "行政许可法第六十九条", "")),
    K.VERIFY: Seen("核查属实", ("函询出具单位", "")),
    K.DECLINED: Seen("结论", ("#理由成立", "")),
    K.VISITS: Seen("结论", ("#指南有误，转请修订", "清单漏写一份")),
    K.UNANSWERED: Seen("转办", ("S0009", "属另一组")),
    K.RATING: Seen("结论", ("#已回访整改", "")),
    K.TIP: Seen("不采用提示", ("与指南不符",)),
    K.FINDING: Seen("结论", ("#已整改", "")),
    K.UNDO: Seen("同意撤销", ("",)),
    K.CUSTODY: Seen("退回整改", ("查清去向", "", "")),
}


def choose(client: Terminal, label: str) -> None:
    """Choose a line of the menu by the number it shows."""
    shown = client.wait_until(lambda text: re.search(rf"\d+\s+{re.escape(label)}", text) is not None, label)
    found = re.search(rf"(\d+)\s+{re.escape(label)}", shown)
    assert found is not None
    client.burst(found.group(1), "<Enter>")


def review(client: Terminal, kind: TaskKind, seen: Seen) -> None:
    """Find the first task of a kind, open it, do something with it and go back."""
    label = TASK_LABELS[kind]
    client.burst("<Escape>", label, "<Enter>")
    client.wait_until(lambda text: re.search(rf">  ?.*{label}", text) is not None, f"a task of {label}")
    client.keys("Enter")
    client.wait_for("F10 处理")
    client.wait_until(lambda text: "Esc 返回" in text, "the task")
    client.keys("F10")
    choose(client, seen.act)
    for answer in seen.answers:
        client.wait_until(lambda text: "回车" in text and "F10" not in text.splitlines()[-2], "a question")
        if answer.startswith("#"):
            choose(client, answer[1:])
        else:
            client.burst(answer, "<Enter>")
    client.wait_for("请确认")
    client.keys("Enter")
    client.wait_for("已登记：")
    client.burst("<Escape>")
    client.wait_for("[1全部]")
    client.burst("<Escape>")


def test_a_day_of_600_cases_is_reviewed_by_keyboard(tmp_path: Path) -> None:
    prepared(tmp_path)
    with terminal(["-m", "tests.support.client_program", str(tmp_path)], (80, 24), "day") as client:
        client.wait_for("工号")
        client.burst(SUPERVISOR.number, "<Enter>", PASSWORD, "<Enter>", "<F5>")
        client.wait_for("[1全部]")
        for kind, seen in EACH.items():
            review(client, kind, seen)
        client.keys("C-q")
        client.wait_gone()
    with Records.open(tmp_path, KEY, window=SEAT.window) as records:
        docket = Docket(records, SEAT, SUPERVISOR, HandClock())
        docket.refresh()
        left = docket.counts()
        said = [r.entry.kind for r in records.journal() if r.entry.actor == SUPERVISOR.number][-len(EACH) :]
        assert records.case_count() == CASES
    assert len(said) == len(EACH)
    assert sorted(said) == sorted(
        ["case.urged"] * 2
        + ["mark.added", "verification.done", "task.assigned", "tip.declined", "act.undone", "task.sent_back"]
        + ["task.concluded"] * 4
    )
    assert TaskKind.VERIFY not in left or left[TaskKind.VERIFY] == 1
