"""Recorded exchanges with carriers: what was asked, compared with what is asked now, and what was answered, said again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from clerk_app.domain.custody_bodies import TrackEvent
from sync.central.carriers.contract import Carrier, CarrierDown, PickupOrder
from sync.central.carriers.ems import Ems
from sync.central.carriers.manual import Manual

RECORDED = Path(__file__).parents[1] / "central" / "carriers" / "recorded"
URL = "https://carrier.test/clerk/"
SENDER, KEY, MOMENT = "SAMPLE-CITY", b"sample-key-not-a-secret", 1764036000.75


@dataclass
class Tape:
    """Answers each request with the next recorded answer, and keeps both requests to be compared."""

    exchanges: list[dict[str, Any]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        recorded = self.exchanges[len(self.asked)]
        names = recorded["request"]["headers"]
        self.asked.append(
            {
                "method": request.method,
                "url": str(request.url),
                "headers": {name: request.headers.get(name) for name in names},
                "body": json.loads(request.content),
            }
        )
        answer = recorded["response"]
        if "fails" in answer:
            raise FAILURES[answer["fails"]]("recorded", request=request)
        content = json.dumps(answer["json"]) if "json" in answer else answer["text"]
        return httpx.Response(answer["status"], headers=answer["headers"], content=content.encode())

    @property
    def recorded(self) -> list[dict[str, Any]]:
        return [exchange["request"] for exchange in self.exchanges]


FAILURES = {
    "timeout": httpx.ReadTimeout,
    "cut": httpx.RemoteProtocolError,
    "refused": httpx.ConnectError,
}


def ems(answer: Any, **more: Any) -> Ems:
    """Return the adapter over answers made here."""
    client = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(answer))
    return Ems(client, SENDER, KEY, clock=lambda: MOMENT, **more)


def adapter(name: str, tape: Tape) -> Carrier:
    """Return the adapter that a recording is of."""
    return Manual() if name == "manual" else ems(tape)


async def outcome(carrier: Carrier, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do what was done then, and tell what came of it in the form of the recordings."""
    try:
        if operation == "order_pickup":
            told: Any = await carrier.order_pickup(msgspec.convert(arguments, PickupOrder))
        elif operation == "cancel_pickup":
            told = await carrier.cancel_pickup(**arguments)
        else:
            told = await carrier.track(**arguments)
    except CarrierDown as down:
        return {"kind": "CarrierDown", "reason": down.reason, "retry_after": down.retry_after}
    if isinstance(told, list):
        return {"kind": "events", "events": [asdict(event) for event in told]}
    return {"kind": type(told).__name__} | asdict(told)


def events_of(told: dict[str, Any]) -> list[TrackEvent]:
    """Return the events of an outcome."""
    return [TrackEvent(**event) for event in told.get("events", [])]
