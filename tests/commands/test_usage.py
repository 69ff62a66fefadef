"""What a person sees who types it wrong, or asks for help: Chinese, the right status, never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.commands import clerk, environment

ENGLISH = re.compile(
    r"\b(usage|options|optional|positional|arguments?|show this|expected|invalid|required|unrecognized|error)\b",
    re.IGNORECASE,
)
COMMANDS = [
    (),
    *((name,) for name in ("demo", "enrol", "sign-in", "sign-out", "items", "intake", "cases", "journal", "status")),
    *((name,) for name in ("case", "clock")),
    *((name,) for name in ("sync", "doctor", "set-time", "paper", "central")),
    *((name,) for name in ("parcels", "parcel", "pack", "manifests", "handover", "where", "results", "deliver")),
    *((name,) for name in ("result-arrived", "discrepancies", "note-discrepancy", "close-discrepancy")),
    *(("parcel", name) for name in ("show", "unseal", "waybill", "ask-pickup", "cancel-pickup", "receive")),
    *((name,) for name in ("tasks", "task", "returns", "urge", "answer-urge", "extend", "suspend", "resume")),
    *((name,) for name in ("draw", "verify", "finding", "mark", "undo")),
    *(("task", name) for name in ("assign", "return", "conclude", "answer")),
    *(("central", name) for name in ("serve", "import-catalogue", "seed", "enrolment-codes")),
]
WRONG = [
    ("nothing-such",),
    ("central",),
    ("central", "nothing-such"),
    ("central", "seed"),
    ("central", "serve", "--database", "x", "--port", "99999"),
    ("central", "serve", "--database", "x", "--port", "x"),
    ("central", "enrolment-codes", "--database", "x", "--point", "P", "--count", "0"),
    ("enrol",),
    ("enrol", "--central"),
    ("sign-in",),
    ("items", "--limit", "-1"),
    ("items", "--limit", "many"),
    ("items", "--nothing-such"),
    ("intake",),
    ("intake", "a", "b"),
    ("paper", "接收回执"),
    ("set-time",),
    ("set-time", "noon"),
    ("parcels", "--scope", "nowhere"),
    ("parcel",),
    ("parcel", "unseal", "FS0001-01-P261123-0042-K"),
    ("where",),
    ("clock",),
    ("handover",),
    ("note-discrepancy", "x", "nothing-such", "--note", "x"),
    ("close-discrepancy", "x", "--outcome", "x"),
    ("deliver", "x", "--why", "because"),
    ("tasks", "--kind", "nothing-such"),
    ("task",),
    ("task", "conclude", "FS0001-01-261123-0042-K/declined"),
    ("task", "answer", "FS0001-01-261123-0042-K", "--text", "x"),
    ("task", "assign", "/declined", "--to", "S1"),
    ("extend", "x", "--days", "0", "--reason", "x", "--approved-by", "x"),
    ("suspend", "x", "holiday", "--reason", "x"),
    ("draw", "--share", "0.3", "--since", "2026-11-23", "--until", "2026-11-23"),
    ("draw", "--since", "today", "--until", "2026-11-23"),
    ("verify", "x", "--passed", "--failed", "--evidence", "x"),
    ("verify", "x", "--evidence", "x"),
    ("finding", "x", "gossip", "--text", "x"),
    ("undo", "x", "--agree"),
    ("doctor", "deep"),
    ("--data",),
    ("--json=yes", "status"),
    ("--dat", "x", "status"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_in_chinese(words: tuple[str, ...]) -> None:
    told = clerk(*words, "--help").done()

    assert told.out.startswith("用法：clerk")
    assert ENGLISH.search(told.out) is None
    assert told.out.count("选项:") == 1


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_is_status_2_and_says_in_chinese_what_is_wrong(words: tuple[str, ...]) -> None:
    told = clerk(*words)

    assert told.status == 2
    assert told.out == ""
    assert "用法不对：" in told.err
    assert "参数不合要求" not in told.err
    assert ENGLISH.search(told.err) is None


def test_wrong_usage_is_told_as_json_where_json_was_asked_for() -> None:
    told = clerk("nothing-such", "--json")

    assert told.status == 2
    assert told.json["error"]["code"] == "usage"
    assert "nothing-such" in told.json["error"]["message"]


def test_the_version_is_told() -> None:
    assert clerk("--version").done().out.startswith("clerk ")


@pytest.mark.parametrize(
    "words", [("status",), ("items", "jzz"), ("cases",), ("journal",), ("sync",), ()], ids=" ".join
)
def test_a_folder_that_is_no_window_is_not_ready(words: tuple[str, ...], tmp_path: Path) -> None:
    told = clerk(*words, "--data", tmp_path / "none", "--json")

    assert told.status == 3
    assert told.json["error"]["code"] == "not-enrolled"
    assert "clerk enrol" in told.json["error"]["message"]
    assert not (tmp_path / "none").exists()


def test_the_folder_is_named_before_or_after_the_command_or_by_the_environment(tmp_path: Path) -> None:
    here = str(tmp_path / "here")
    for told in (
        clerk("--data", here, "status"),
        clerk("status", "--data", here),
        clerk("status", env=environment(CLERK_DATA=here)),
        clerk("status", "--data", here, env=environment(CLERK_DATA=str(tmp_path / "other"))),
    ):
        assert told.status == 3
        assert here in told.err


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")

    told = clerk("status", "--data", file, "--json")

    assert told.status == 3
    assert "不是文件夹" in told.json["error"]["message"]


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "window.json").write_text('{"seat": 1', encoding="utf-8")

    told = clerk("status", "--data", tmp_path, "--json")

    assert told.status == 3
    assert told.json["error"]["code"] == "settings-damaged"
    assert "window.json" in told.json["error"]["message"]


def test_the_client_needs_a_terminal(tmp_path: Path) -> None:
    told = clerk("demo", "--data", tmp_path / "demo", "--json")

    assert told.status == 3
    assert told.json["error"]["code"] == "no-terminal"
