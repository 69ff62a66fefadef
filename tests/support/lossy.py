"""A line that does to requests what bad networks do, one fault for each request, as told beforehand."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

import httpx


class Fault(StrEnum):
    """What becomes of one request."""

    NONE = "none"
    LOST = "lost"
    """It never arrives."""
    UNANSWERED = "unanswered"
    """It arrives; nobody hears the answer."""
    CLOSED = "closed"
    """It arrives; the connection ends instead of an answer, as when an idle one was closed under it."""
    HALF = "half"
    """The answer's body ends in the middle."""
    DOUBLED = "doubled"
    """It arrives twice; the second answer is the one heard."""
    LATE = "late"
    """It arrives after the next request."""
    PORTAL = "portal"
    """A captive portal answers, with status 200."""
    GATEWAY = "gateway"
    """A proxy finds nobody behind it."""
    SHED = "shed"
    """A load balancer asks for patience."""
    TOO_LARGE = "too-large"
    """A proxy lets nothing of this size through."""


CANNED = {
    Fault.PORTAL: (200, {"Content-Type": "text/html"}, b"<html><body>Please log in</body></html>"),
    Fault.GATEWAY: (502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>"),
    Fault.SHED: (429, {"Content-Type": "text/plain", "Retry-After": "7"}, b"slow down"),
    Fault.TOO_LARGE: (413, {"Content-Type": "text/html"}, b"<html>Request Entity Too Large</html>"),
}


class LossyLine(httpx.BaseTransport):
    """Passes requests on to another transport, with faults."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.faults: deque[Fault] = deque()
        self.late: list[httpx.Request] = []
        self.requests: list[httpx.Request] = []
        """Everything that was asked."""

    def heal(self) -> None:
        self.faults.clear()
        self.late.clear()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        fault = self.faults.popleft() if self.faults else Fault.NONE
        late, self.late = self.late, []
        try:
            return self._with(fault, request)
        finally:
            for one in late:
                self._pass(one)

    def _with(self, fault: Fault, request: httpx.Request) -> httpx.Response:
        if fault in CANNED:
            status, headers, body = CANNED[fault]
            return httpx.Response(status, headers=headers, content=body)
        if fault is Fault.LOST:
            raise httpx.ConnectError("nobody there", request=request)
        if fault is Fault.LATE:
            self.late.append(request)
            raise httpx.ReadTimeout("no answer", request=request)
        told = self._pass(request)
        if fault is Fault.UNANSWERED:
            raise httpx.ReadTimeout("no answer", request=request)
        if fault is Fault.CLOSED:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        if fault is Fault.DOUBLED:
            told = self._pass(request)
        if fault is Fault.HALF:
            assert isinstance(told.stream, httpx.SyncByteStream)
            raw = b"".join(told.stream)
            return httpx.Response(told.status_code, headers=told.headers, stream=httpx.ByteStream(raw[: len(raw) // 2]))
        return told

    def _pass(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)
