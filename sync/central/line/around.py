"""What is done around every request: its id, central's signature, one line in the log, and the counters."""

from __future__ import annotations

import logging
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync import wire
from sync.central.core import Core

log = logging.getLogger("clerk.central.requests")

REQUEST_ID = "Request-Id"
TRACE = "clerk.trace"
"""Where in the scope of a request its ``Trace`` is."""
FIXED = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000")
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Trace:
    """What is told of a request: never its path, its query, its body, or a person."""

    request: str
    operation: str = "unknown"
    window: str = ""
    problem: str = ""
    status: int = 0


class Around:
    """Wraps the whole application, so that even the answer to a fault is signed and counted."""

    def __init__(self, app: ASGIApp, core: Core) -> None:
        self._app = app
        self._core = core

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get(REQUEST_ID, "")
        trace = Trace(told if _PLAIN.fullmatch(told) else secrets.token_hex(8))
        scope[TRACE] = trace
        secure = scope.get("scheme") == "https"

        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                trace.status = message["status"]
                there = {name.lower() for name, _ in message["headers"]}
                own = [one for one in self._signature(trace, secure=secure) if one[0] not in there]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, signed)
        finally:
            self._tell(trace, time.perf_counter() - began)

    def _signature(self, trace: Trace, *, secure: bool) -> list[tuple[bytes, bytes]]:
        """Return what tells central's answers from a captive portal's, and what browsers should not do with them."""
        now = format_datetime(self._core.clock().astimezone(UTC), usegmt=True)
        told = {wire.EPOCH_HEADER: self._core.epoch, "Date": now, REQUEST_ID: trace.request}
        own = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        return [*own, *FIXED, *([HSTS] if secure else [])]

    def _tell(self, trace: Trace, seconds: float) -> None:
        status = trace.status or 500
        self._core.metrics.request(trace.operation, status, seconds, trace.problem)
        log.log(
            logging.WARNING if status >= 500 else logging.INFO,
            "request",
            extra={
                "operation": trace.operation,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "window": trace.window,
                "problem": trace.problem,
                "request": trace.request,
            },
        )


def trace_of(scope: Scope) -> Trace:
    """Return the trace of a request."""
    trace = scope.get(TRACE)
    return trace if isinstance(trace, Trace) else Trace("")
