"""Either end may be one version older: a day of the 0.1.0 client as it was recorded, and a central that knows no new call."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.journal import verify_chain
from sync import wire
from tests.support import recorded_day
from tests.support.booth import ADDRESS, SECRET, Town, booth
from tests.support.bridge import Bridge
from tests.support.city import OTHER_POINT
from tests.support.scans import picture

DAY = Path(__file__).parent / "museum" / "day_0_1_0.json"
"""What a window of the first release said on its first day, and what central answered."""
ITS_OWN = frozenset({"challenge", "signature", "access_token", "refresh_token", "epoch", "server_time", "handover"})
"""Members that are others each time."""
SINCE = ("/v1/uploads", "/v1/scans", "/v1/catalogue/snapshot", "/v1/incarnations", "/v1/couriers")
"""Calls the first release's central does not know."""


class OldClient:
    """Says what was recorded, with the tokens and the epoch of today."""

    def __init__(self, here: Town) -> None:
        self._client = httpx.Client(transport=Bridge(here.loop, here.bridge.app), base_url=ADDRESS)
        self._known = {"epoch": here.central.epoch}
        self._here = here

    def say(self, step: dict[str, Any]) -> dict[str, Any]:
        """Say one thing; return the answer."""
        headers = dict(step["headers"])
        if "access_token" in self._known:
            headers["authorization"] = f"Bearer {self._known['access_token']}"
        content = b""
        if step["body"] is not None:
            content = json.dumps(self._today(step["body"]), ensure_ascii=False).encode()
            content = gzip.compress(content) if headers.get("content-encoding") == "gzip" else content
        if step["path"].endswith("refresh"):
            self._here.clock.advance(minutes=20)
        told = self._client.request(
            step["method"], step["path"], params=step["query"], content=content, headers=headers
        )
        assert told.status_code == step["status"], told.text
        assert told.headers[wire.EPOCH_HEADER]
        answer: dict[str, Any] = told.json()
        self._known |= {name: answer[name] for name in ITS_OWN & answer.keys() if isinstance(answer[name], str)}
        return answer

    def _today(self, body: dict[str, Any]) -> dict[str, Any]:
        today = {name: self._known.get(name, value) for name, value in body.items()}
        if "signature" in body:
            proof = wire.session_bytes(today["challenge"], body["window"])
            today["signature"] = Ed25519PrivateKey.from_private_bytes(SECRET).sign(proof).hex()
        return today


def is_in(old: Any, new: Any) -> bool:
    """Whether everything that was told once is told still."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(
            name in new and (name in ITS_OWN or is_in(value, new[name])) for name, value in old.items()
        )
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(is_in, old, new))
    return bool(old == new)


def test_a_client_one_version_old_is_served_as_it_was(here: Town) -> None:
    day = json.loads(DAY.read_text(encoding="utf-8"))
    assert here.enrol().window == day[0]["body"]["window"]
    client = OldClient(here)
    for step in day:
        answer = client.say(step)
        assert is_in(step["answer"], answer), (step["path"], step["answer"], answer)
    feed = here.feed()
    assert [r.entry.n for r in feed] == [1, 2, 3, 4, 5, 6]
    assert verify_chain([r.entry for r in feed]) is None
    assert len(here.cases()) == 2


def test_two_windows_of_the_version_before_are_served_as_they_were(here: Town) -> None:
    """A day of 0.2.0: catalogue as a file, couriers, a scan, a bag, two points' feeds, a supervisor from afar, tips."""
    day = json.loads((DAY.parent / "day_0_2_0.json").read_text(encoding="utf-8"))
    recorded_day.prepare(here)
    home, away = recorded_day.enrolled(here)
    replay = recorded_day.Replay(here, {home.window: SECRET, away.window: recorded_day.AWAY})
    for step in day:
        told, answer = replay.say(step)
        place = (step["window"], step["method"], step["path"])
        assert told.status_code == step["status"], (place, told.text)
        assert told.headers[wire.EPOCH_HEADER], place
        assert {name for name in step["told"] if name not in told.headers} == set(), place
        assert told.headers.get("content-type") == step["told"].get("content-type"), place
        assert recorded_day.is_in(step["answer"], answer), (place, step["answer"], answer)
    calls = {step["path"].split("/")[2] for step in day}
    assert calls >= {"catalogue", "couriers", "entries", "feed", "feeds", "session", "sessions", "uploads", "cases"}
    said = [entry["kind"] for step in day if step["path"] == "/v1/entries" for entry in step["body"]["entries"]]
    assert set(said) >= {
        "parcel.sealed",
        "manifest.closed",
        "scan.attached",
        "case.urged",
        "rating.given",
        "tip.approved",
    }
    assert [r.entry.kind for r in here.feed(OTHER_POINT)].count("case.urged") == 1
    assert any(step["path"] == "/v1/sessions/refresh" for step in day)


def test_a_recording_that_central_no_longer_answers_alike_would_be_seen() -> None:
    old = {"verdicts": [{"n": 1, "verdict": "applied"}], "epoch": "a"}
    assert is_in(old, {"verdicts": [{"n": 1, "verdict": "applied", "more": 1}], "epoch": "b", "changed": []})
    assert not is_in(old, {"verdicts": [{"n": 1}], "epoch": "b"})
    assert not is_in(old, {"verdicts": [], "epoch": "b"})
    assert not is_in(old, {"verdicts": [{"n": 1, "verdict": "merged"}], "epoch": "b"})
    for inside in (is_in, recorded_day.is_in):
        assert inside({"n": 1, "server_time": "then"}, {"n": 1, "server_time": "now", "release": "0.3.1"})
        assert not inside({"n": 1, "size": 5}, {"n": 1})
        assert not inside({"n": [1, 2]}, {"n": [1]})
    assert not recorded_day.is_in({"n": 1, "epoch": "a"}, {"n": "1", "epoch": "a"}), "another type"
    assert not recorded_day.is_in({"n": 1, "epoch": "a"}, {"n": 1, "epoch": 7})


class OlderCentral(httpx.BaseTransport):
    """Central as it was before: of what is new it knows no call."""

    def __init__(self, inner: httpx.BaseTransport, epoch: str) -> None:
        self._inner = inner
        self._epoch = epoch
        self.unknown: set[str] = set()
        self.renewed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.renewed or not request.url.path.startswith(SINCE):
            return self._inner.handle_request(request)
        self.unknown.add(request.url.path)
        problem = {"type": "urn:clerk:problem:not-found", "title": "No such address", "status": 404, "detail": "没有。"}
        headers = {"Content-Type": wire.PROBLEM_TYPE, wire.EPOCH_HEADER: self._epoch}
        return httpx.Response(404, headers=headers, content=json.dumps(problem).encode())


@pytest.fixture
def older(here: Town) -> OlderCentral:
    return OlderCentral(here.bridge, here.central.epoch)


def test_with_a_central_one_version_old_everything_else_goes_on_and_files_wait(
    here: Town, older: OlderCentral, tmp_path: Path
) -> None:
    with booth(here.enrol(), tmp_path / "one", here.clock, older) as window:
        window.sync()
        number = window.receive()
        paper = tmp_path / "scan.png"
        paper.write_bytes(picture("PNG"))
        window.desk.attach_scan(number, "form", paper)
        assert window.sync().unsent == 0
        assert window.records.catalogue_revision() > 0
        assert window.cases() == here.cases()
        assert older.unknown
        assert window.records.scans.waiting_count() == 1
        older.renewed = True
        window.sync()
        assert window.records.scans.waiting_count() == 0
