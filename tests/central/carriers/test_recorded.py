"""Every recorded exchange is said again: the requests are what they were, and the outcomes too."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.tracking import follow, merged
from tests.support.recorded import KEY, RECORDED, Tape, adapter, events_of, outcome

FILES = sorted(RECORDED.glob("*.json"))
OPERATIONS = {"order_pickup", "cancel_pickup", "track"}


def read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_recorded_exchange_is_what_it_was(path: Path) -> None:
    told = read(path)
    tape = Tape(told["exchanges"])
    carrier = adapter(told["adapter"], tape)
    held: tuple[TrackEvent, ...] = ()
    for act in told["acts"]:
        came = await outcome(carrier, act["operation"], act["arguments"])
        assert came == act["outcome"]
        held = merged(held, events_of(came))
        tracking = follow(held, carrier.name)
        assert tracking.leg == act.get("leg", tracking.leg)
        assert tracking.delivered_to == act.get("delivered_to", tracking.delivered_to)
        assert len(tracking.went_back) == act.get("went_back", len(tracking.went_back))
        assert len(tracking.steps) == act.get("steps", len(tracking.steps))

    assert tape.asked == tape.recorded


def test_there_is_a_recording_of_every_operation_of_every_adapter() -> None:
    told = [read(path) for path in FILES]

    for name in ("ems", "manual"):
        assert {act["operation"] for one in told if one["adapter"] == name for act in one["acts"]} == OPERATIONS


def test_the_recorded_signatures_are_those_of_the_documented_formula() -> None:
    requests = [exchange["request"] for path in FILES for exchange in read(path)["exchanges"]]
    for request in requests:
        body = json.dumps(request["body"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        path = request["url"].removeprefix("https://carrier.test")
        lines = "\n".join(["POST", path, request["headers"]["clerk-time"], hashlib.sha256(body).hexdigest()])
        assert request["headers"]["clerk-signature"] == hmac.new(KEY, lines.encode(), hashlib.sha256).hexdigest()
    assert len(requests) > 20


def test_recordings_hold_invented_numbers_only() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "1272448" not in text
        assert "13564" not in text
