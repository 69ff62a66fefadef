"""A line that does to requests what bad networks do, one fault for each request, as told beforehand."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

import httpx

from sync import wire


class Fault(StrEnum):
    """What becomes of one request."""

    NONE = "none"
    LOST = "lost"
    """It never arrives."""
    TORN = "torn"
    """Half of its body arrives."""
    UNANSWERED = "unanswered"
    """It arrives; nobody hears the answer."""
    CLOSED = "closed"
    """It arrives; the connection ends instead of an answer, as when an idle one was closed under it."""
    HALF = "half"
    """The answer's body ends in the middle."""
    DOUBLED = "doubled"
    """It arrives twice; the second answer is the one heard."""
    AGAIN = "again"
    """It is answered, and arrives once more after the next request."""
    LATE = "late"
    """It arrives after the next request; its answer is not heard."""
    PORTAL = "portal"
    """A captive portal answers, with status 200."""
    GATEWAY = "gateway"
    """A proxy finds nobody behind it."""
    SHED = "shed"
    """A load balancer asks for patience."""
    TOO_LARGE = "too-large"
    """A proxy lets nothing of this size through."""
    UNTRUSTED = "untrusted"
    """Whoever answers has no certificate that is trusted."""
    FOREIGN = "foreign"
    """Another life of central says that it is another."""


HARMLESS = frozenset({Fault.NONE, Fault.DOUBLED, Fault.AGAIN, Fault.CLOSED, Fault.TORN, Fault.FOREIGN})
"""Of these a round does not even have to stop: they cost one more request."""
CANNED = {
    Fault.PORTAL: (200, {"Content-Type": "text/html"}, b"<html><body>Please log in</body></html>"),
    Fault.GATEWAY: (502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>"),
    Fault.SHED: (429, {"Content-Type": "text/plain", "Retry-After": "7"}, b"slow down"),
    Fault.TOO_LARGE: (413, {"Content-Type": "text/html"}, b"<html>Request Entity Too Large</html>"),
    Fault.FOREIGN: (
        409,
        {"Content-Type": wire.PROBLEM_TYPE, wire.EPOCH_HEADER: "another"},
        b'{"type":"urn:clerk:problem:epoch-changed","title":"Another life","status":409}',
    ),
}
UNTRUSTED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired"


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
        self._never_arrives(fault, request)
        told = self._pass(request)
        if fault is Fault.UNANSWERED:
            raise httpx.ReadTimeout("no answer", request=request)
        if fault is Fault.CLOSED:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        if fault is Fault.DOUBLED:
            told = self._pass(request)
        if fault is Fault.AGAIN:
            self.late.append(request)
        if fault is Fault.HALF:
            assert isinstance(told.stream, httpx.SyncByteStream)
            raw = b"".join(told.stream)
            return httpx.Response(told.status_code, headers=told.headers, stream=httpx.ByteStream(raw[: len(raw) // 2]))
        return told

    def _never_arrives(self, fault: Fault, request: httpx.Request) -> None:
        """Raise what the window's end sees where its request does not arrive, or not yet, or not whole."""
        if fault is Fault.LOST:
            raise httpx.ConnectError("nobody there", request=request)
        if fault is Fault.UNTRUSTED:
            raise httpx.ConnectError(UNTRUSTED, request=request)
        if fault is Fault.LATE:
            self.late.append(request)
            raise httpx.ReadTimeout("no answer", request=request)
        if fault is Fault.TORN:
            raise httpx.WriteError("broken pipe", request=request)

    def _pass(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)
