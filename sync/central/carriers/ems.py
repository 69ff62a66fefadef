"""``ems``: HTTP and JSON with signed requests.

The carrier publishes no interface that could be copied here, so the exchange below is **our own assumption**, made from
the fields of a real event stream. All that depends on it is in this module (what is sent, and how an answer is told
apart) and in ``ems_reading`` (what an answer's fields mean): a city's real contract is put in there and nowhere else.

==================  ======================================================================  ==============================
``POST`` to         sent                                                                    answered
==================  ======================================================================  ==============================
``{url}/pickups``   ``orderNo`` (ours), ``bagNo``, ``pointCode``, ``pickupDate``,           ``{"success": true,
                    ``pickupTime``, ``waybillNo``, ``contents``, ``sender``, ``receiver``   "pickupNo", "waybillNo"}``
``{url}/cancels``   ``orderNo``, ``reason``                                                 ``{"success": true}``
``{url}/traces``    ``waybillNo``                                                           ``{"success": true,
                                                                                            "traces": […]}``
==================  ======================================================================  ==============================

``sender`` and ``receiver`` are ``{"name", "phone", "address"}``. A refusal is ``{"success": false, "code", "message"}``
with status 200 or 4xx. An ``orderNo`` that was taken before is answered as it was then; one that is cancelled twice is cancelled.

Every request carries ``Clerk-Sender`` (the sender's code), ``Clerk-Time`` (POSIX seconds) and ``Clerk-Signature``: HMAC-SHA-256
with the sender's key, in hex, over the lines method, path, time and SHA-256 of the body in hex, joined by line feeds.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from clerk_app.domain.custody_bodies import Address, TrackEvent
from sync.central.carriers import ems_reading
from sync.central.carriers.contract import (
    Cancelled,
    CarrierDown,
    NotCancelled,
    NotOrdered,
    Ordered,
    PickupOrder,
)
from sync.central.carriers.ems_reading import plain_text

TIMEOUT = 20.0
"""Seconds for an exchange from beginning to end, however slowly its bytes come."""
MAX_ANSWER = 1 << 20
CONTENTS = "政务服务文件"
"""What is in the bag, as the carrier's acceptance (验视) needs to know; never whose or what about."""
NOTHING_KNOWN = frozenset({"NO_TRACE", "WAYBILL_UNKNOWN"})
NO_SUCH_ORDER = frozenset({"ORDER_UNKNOWN", "ALREADY_CANCELLED"})
"""Codes of a cancellation after which nobody comes: which is what was wanted."""
SHUT_OUT = frozenset({401, 403, 407})
"""The sender or the signature is not known: to be put right by people; what was asked is still to be asked."""
LATER = frozenset({408, 425, 429})
LONGEST_WAIT = 3600.0


class Ems:
    """The adapter; the client's base address, certificates and proxies are its maker's business (``configured``)."""

    name = "ems"
    tracks = True

    def __init__(
        self,
        client: httpx.AsyncClient,
        sender: str,
        key: bytes,
        clock: Callable[[], float] = time.time,
        timeout: float = TIMEOUT,
    ) -> None:
        self._client = client
        self._sender = sender
        self._key = key
        self._clock = clock
        self._timeout = timeout

    async def order_pickup(self, order: PickupOrder) -> Ordered | NotOrdered:
        """Order under our own number; an answer without the carrier's number is found again by ours."""
        answer = await self._ask("pickups", _order_body(order))
        if refused := _refusal(answer):
            return NotOrdered(note=refused[1] or "承运企业没有受理，也没有说明原因。", code=refused[0])
        return Ordered(
            order=plain_text(answer.get("pickupNo"), 64) or order.number,
            waybill=plain_text(answer.get("waybillNo"), 40),
            note=plain_text(answer.get("message"), 200),
        )

    async def cancel_pickup(self, number: str, reason: str = "") -> Cancelled | NotCancelled:
        """Call off by our own number."""
        answer = await self._ask("cancels", {"orderNo": number, "reason": reason})
        refused = _refusal(answer)
        if refused and refused[0] not in NO_SUCH_ORDER:
            return NotCancelled(note=refused[1] or "承运企业没有同意取消，也没有说明原因。", code=refused[0])
        return Cancelled(note=refused[1] if refused else plain_text(answer.get("message"), 200))

    async def track(self, waybill: str) -> list[TrackEvent]:
        """Ask for all events of a waybill; those of others in the same answer are left out."""
        answer = await self._ask("traces", {"waybillNo": waybill})
        if refused := _refusal(answer):
            if refused[0] in NOTHING_KNOWN:
                return []
            raise CarrierDown("tracking-refused", this_alone=True)
        return ems_reading.events(answer.get("traces"), waybill)

    async def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what was answered, if it says whether it worked; raises ``CarrierDown`` for everything else."""
        content = msgspec.json.encode(body, order="sorted")
        request = self._client.build_request("POST", path, content=content)
        request.headers.update(self._signed(request.url.raw_path.decode("ascii"), content))
        try:
            async with asyncio.timeout(self._timeout):
                status, text, wait = await self._exchange(request)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise CarrierDown("timeout") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise CarrierDown(type(error).__name__) from error
        if status in SHUT_OUT:
            raise CarrierDown("shut-out")
        if status in LATER or not (200 <= status < 300 or 400 <= status < 500):
            raise CarrierDown(f"status-{status}", wait)
        try:
            answer = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise CarrierDown("unreadable") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("success"), bool) or _torn(status, answer):
            raise CarrierDown("unreadable")
        return answer

    async def _exchange(self, request: httpx.Request) -> tuple[int, bytes, float]:
        response = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            text = bytearray()
            async for piece in response.aiter_bytes():
                text += piece
                if len(text) > MAX_ANSWER:
                    raise CarrierDown("too-large")
        finally:
            await response.aclose()
        return response.status_code, bytes(text), _wait(response.headers.get("Retry-After", ""))

    def _signed(self, path: str, content: bytes) -> dict[str, str]:
        moment = str(int(self._clock()))
        lines = "\n".join(("POST", path, moment, hashlib.sha256(content).hexdigest()))
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Clerk-Sender": self._sender,
            "Clerk-Time": moment,
            "Clerk-Signature": hmac.new(self._key, lines.encode(), hashlib.sha256).hexdigest(),
        }


def _order_body(order: PickupOrder) -> dict[str, Any]:
    return {
        "orderNo": order.number,
        "bagNo": order.parcel,
        "pointCode": order.point,
        "pickupDate": order.day.isoformat(),
        "pickupTime": order.between,
        "waybillNo": order.waybill,
        "contents": CONTENTS,
        "sender": _party(order.sender),
        "receiver": None if order.to is None else _party(order.to),
    }


def _party(address: Address) -> dict[str, str]:
    return {"name": address.name, "phone": address.phone, "address": address.address}


def _refusal(answer: dict[str, Any]) -> tuple[str, str] | None:
    """Return the code and the words of a refusal, or ``None`` where it worked."""
    if answer["success"] is True:
        return None
    return plain_text(answer.get("code"), 40), plain_text(answer.get("message"), 200)


def _torn(status: int, answer: dict[str, Any]) -> bool:
    """Whether status and words say different things: a proxy's page, or half of an answer."""
    return status >= 400 and answer["success"] is True


def _wait(told: str) -> float:
    """Return the seconds of a ``Retry-After``; a date in it is not worth reading: the desk waits of its own accord."""
    return min(float(told), LONGEST_WAIT) if told.isascii() and told.isdecimal() and len(told) <= 9 else 0.0
