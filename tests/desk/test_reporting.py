"""What a window says of itself: in codes, within bounds, and never in the way of its line."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clerk_app import reporting
from clerk_app.commands import log
from clerk_app.program import switching
from clerk_app.program.state import ProgramWord
from clerk_app.reporting import Reporting
from sync.wire_fleet import MAX_WORD, heard

WORKING: dict[str, Callable[[], Any]] = {
    "oldest": lambda: "2026-11-23T09:00:00+08:00",
    "refused": lambda: 2,
    "skew": lambda: -3.6,
    "disk": lambda: 80_000,
    "store": lambda: 512,
    "printer": lambda: "queue-3",
    "program": lambda: ProgramWord("0.3.0", "0.3.2", "0.3.1", "它的自检没有通过（退出状态 3：字体）"),
    "platform": lambda: "linux-x86_64",
    "trouble": lambda: ("not-pruned.OSError", "2026-11-22T09:00:00+00:00"),
}


def word(**changed: Callable[[], Any]) -> dict[str, Any]:
    text = Reporting(**(WORKING | changed)).word()
    assert len(text) <= MAX_WORD
    assert heard(text) is not None
    return dict(json.loads(text))


def test_central_hears_the_word_as_it_is() -> None:
    assert word() == {
        "oldest": "2026-11-23T09:00:00+08:00",
        "refused": 2,
        "skew": -4,
        "disk": 80_000,
        "store": 512,
        "printer": "queue-3",
        "program": {"version": "0.3.0", "staged": "0.3.2", "failed": "0.3.1", "reason": "doctor"},
        "platform": "linux-x86_64",
        "trouble": {"code": "not-pruned.OSError", "at": "2026-11-22T09:00:00+00:00"},
    }


@pytest.mark.parametrize("member", WORKING)
def test_what_cannot_be_told_is_left_out_and_the_rest_is_told(member: str) -> None:
    def fails() -> Any:
        raise OSError(5, "gone")

    assert word(**{member: fails}).keys() == WORKING.keys() - {member}


def test_names_and_words_of_people_become_nothing_of_theirs() -> None:
    told = word(
        printer=lambda: "王五的打印机 440604190001010017", trouble=lambda: ("王五", "2026-11-22T09:00:00+00:00")
    )
    assert (told["printer"], told["trouble"]["code"]) == (reporting.OTHER, reporting.OTHER)


def test_every_reason_to_give_a_version_up_has_a_code() -> None:
    said = (switching.DIED, switching.SENT_BACK, switching.GONE, "它的自检 60 秒没有结束", "它启动不了（ENOEXEC）")
    assert [reporting.reason_code(one) for one in said] == ["died", "sent-back", "gone", "check-hung", "no-start"]
    assert reporting.reason_code("从未见过的") == reporting.OTHER


def test_the_log_leaves_a_code_of_what_went_wrong_last(tmp_path: Path) -> None:
    told = log._Noting(tmp_path)
    logging.getLogger().addHandler(told)
    try:
        logging.getLogger("httpx").error("Bad: %s", "Stranger")
        assert not (tmp_path / reporting.TROUBLE).exists()
        logging.getLogger("clerk").warning("not pruned: %s", "StoreReadOnly")
        assert (reporting.last_trouble(tmp_path) or ("",))[0] == "not-pruned.StoreReadOnly"
        logging.getLogger("clerk").warning("no code: %s %s", "C0001", "王五")
        assert (reporting.last_trouble(tmp_path) or ("",))[0] == "no-code"
        try:
            int("440604190001010017x")
        except ValueError:
            logging.getLogger("clerk.line").exception("the line failed")
        assert (reporting.last_trouble(tmp_path) or ("",))[0] == "the-line-failed.ValueError"
    finally:
        logging.getLogger().removeHandler(told)
