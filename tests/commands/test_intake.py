"""``clerk intake``: streamed, durable line by line, whatever happens to the process and whatever is in the file."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import PERSON, Seat, command, due, first_answers, whole
from tests.support.processes import running

PATIENCE = 30
PLENTY = {"originals_seen": 3, "originals_kept": 3, "copies_kept": 3}


@pytest.fixture(scope="module")
def item(shared_seat: Seat) -> dict[str, Any]:
    found: dict[str, Any] = shared_seat.json("items", "居住证")[0]
    return found


def line_of(intake: dict[str, Any]) -> bytes:
    return json.dumps(intake, ensure_ascii=False).encode() + b"\n"


@contextmanager
def taking_in(seat: Seat, file: str | Path = "-") -> Iterator[subprocess.Popen[bytes]]:
    """Run an intake that is spoken to through pipes."""
    words = command("intake", file, "--data", seat.folder)
    with running(words, env=seat.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process


def say(process: subprocess.Popen[bytes], raw: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(raw)
    process.stdin.flush()


def hear(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Return the next result; fails when none comes."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        assert waiting.select(PATIENCE), "no result came"
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_each_result_comes_before_the_next_line_is_sent(shared_seat: Seat, item: dict[str, Any]) -> None:
    with taking_in(shared_seat) as process:
        for n in range(1, 4):
            say(process, line_of(whole(item)))
            result = hear(process)
            assert (result["line"], result["state"]) == (n, "accepted")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_a_named_pipe_is_streamed_too(shared_seat: Seat, item: dict[str, Any], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with taking_in(shared_seat, pipe) as process, pipe.open("wb", buffering=0) as given:
        given.write(line_of(whole(item)))
        assert hear(process)["line"] == 1
        given.write(b"rubbish\n")
        assert hear(process)["error"]["code"] == "json-invalid"
        given.close()
        assert process.wait(PATIENCE) == 1


def test_what_was_acknowledged_is_there_after_a_kill(seat: Seat, item: dict[str, Any]) -> None:
    with taking_in(seat) as process:
        say(process, line_of(whole(item)) * 40)
        acknowledged = [hear(process)["case"] for _ in range(12)]
        process.kill()
        process.wait()
        assert process.stdout is not None
        rest = process.stdout.read().splitlines()
    acknowledged += [json.loads(raw)["case"] for raw in rest if raw.endswith(b"}")]

    assert {case["case"] for case in seat.json("cases")} >= set(acknowledged)
    after = seat.intake([whole(item)]).done().lines[0]["case"]
    assert after not in acknowledged
    status = seat.json("status")
    own = [entry for entry in seat.json("journal") if entry["window"] == status["window"]]
    assert status["unsent"] == len(own) == 2 * len({entry["subject"] for entry in own})
    seat.clerk("sync").done()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_in_order(shared_seat: Seat, item: dict[str, Any], number: signal.Signals) -> None:
    with taking_in(shared_seat) as process:
        say(process, line_of(whole(item)))
        case = hear(process)["case"]
        process.send_signal(number)
        assert process.wait(PATIENCE) == 128 + number
        assert process.stderr is not None
        told = process.stderr.read().decode()

    assert "已中断" in told
    assert "Traceback" not in told
    assert shared_seat.json("cases", case)[0]["case"] == case


def test_bad_lines_are_answered_and_stop_nobody(shared_seat: Seat, item: dict[str, Any]) -> None:
    wrong_digit = {**whole(item), "applicant": {**whole(item)["applicant"], "id_number": "440601190001010017"}}
    huge = b'{"item": "' + b"x" * (10 << 20) + b'"}\n'
    lines = [b"\xff\xfe\n", b"{\n"[:1] + b"]\n", b"\n", huge, line_of(wrong_digit), b"[" * 100_000 + b"\n"]

    told = shared_seat.clerk("intake", "-", stdin=line_of(whole(item)) + b"".join(lines) + line_of(whole(item)))

    assert told.status == 1
    assert [(line["line"], line.get("error", {}).get("code")) for line in told.lines] == [
        (1, None),
        (2, "json-invalid"),
        (3, "json-invalid"),
        (5, "line-too-long"),
        (6, "identity-number-invalid"),
        (7, "json-invalid"),
        (8, None),
    ]


def test_names_of_any_kind_are_kept_or_refused_never_changed(shared_seat: Seat, item: dict[str, Any]) -> None:
    names = [
        "𠮷㐂䶮",
        "O'Brien\"; DROP TABLE cases;--",
        "<b>[red]加粗[/red]</b>",
        "👩‍👧样例",
        "甲\u0000乙",
        "x" * 5000,
        "\ud800",
    ]
    given = [{**whole(item), "applicant": {**whole(item)["applicant"], "name": name}} for name in names]

    told = shared_seat.clerk("intake", "-", stdin=b"".join(json.dumps(line).encode() + b"\n" for line in given))

    kept = {name: line["case"] for name, line in zip(names, told.lines, strict=True) if "case" in line}
    assert list(kept) == names[:4]
    held = {case["case"]: case["applicant"] for case in shared_seat.json("cases")}
    assert {name: held[case] for name, case in kept.items()} == {name: name for name in kept}


def test_a_file_may_be_one_json_array_or_one_object(shared_seat: Seat, item: dict[str, Any], tmp_path: Path) -> None:
    array, single, broken = tmp_path / "array.json", tmp_path / "single.json", tmp_path / "broken.json"
    array.write_text(json.dumps([whole(item), {"item": 1}, whole(item)], indent=2), encoding="utf-8-sig")
    single.write_text(json.dumps(whole(item), indent=2), encoding="utf-8")
    broken.write_text(array.read_text(encoding="utf-8")[:-30], encoding="utf-8")

    told = shared_seat.clerk("intake", array)
    assert [(line["line"], line.get("state")) for line in told.lines] == [(1, "accepted"), (2, None), (3, "accepted")]
    assert told.status == 1
    assert [line["state"] for line in shared_seat.clerk("intake", single).done().lines] == ["accepted"]
    before = shared_seat.json("status")["entries"]
    assert shared_seat.clerk("intake", broken).lines[0]["error"]["code"] == "json-invalid"
    assert shared_seat.json("status")["entries"] == before


def test_a_file_that_cannot_be_read_is_named(shared_seat: Seat, tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none", "没有这个文件"), (tmp_path, "这是一个文件夹")):
        told = shared_seat.clerk("intake", path, "--json")
        assert (told.status, told.json["error"]["code"]) == (1, "file-unreadable")
        assert words in told.json["error"]["message"]


def test_a_joint_intake_asks_once_for_what_its_items_share(shared_seat: Seat) -> None:
    joint = next(row for row in shared_seat.json("items", "一件事", "--limit", "0") if row["kind"] == "joint")
    listed = {item["code"]: item for item in shared_seat.json("items", "--limit", "0")}
    items = [listed[code] for code in joint["items"]]
    answers = {question: answer for item in items for question, answer in first_answers(item).items()}
    asked = [(item["code"], line) for item in items for line in due(item, answers)]
    brought = {line["paper"]: {"material": f"{code}/{line['id']}", **PLENTY} for code, line in reversed(asked)}
    assert len(brought) < len(asked)
    request = {"items": joint["items"], "applicant": PERSON, "situation": answers, "received": list(brought.values())}

    [result] = shared_seat.intake([request]).done().lines

    assert [case["item"] for case in result["cases"]] == joint["items"]
    assert {case["state"] for case in result["cases"]} == {"accepted"}
    assert result["saved"]["visits"] == len(items) - 1
    assert result["saved"]["papers"] >= len(asked) - len(brought)
