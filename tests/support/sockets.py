"""Central on a real port, and a proxy before it that does what bad networks do to whole requests and their answers."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sync.central.line.serve import Server, build_server
from tests.support.booth import Town
from tests.support.lossy import CANNED, Fault


def until(condition: Callable[[], object], within: float = 10.0) -> None:
    """Wait until something holds; fail when it does not come to hold."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.002)


class Listening:
    """Central on a port of its own; stopped and started, it keeps the port."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.port = 0
        self._server: Server | None = None
        self._ended: Callable[[], None] = lambda: None
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        ready = threading.Event()
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._server = build_server(self._town.central, lambda _: ready.set())
        self._ended = self._town.loop.start(self._server.serve(sockets=[listener]))
        assert ready.wait(10)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._ended()
            self._server = None
            self._town.restart()


@contextlib.contextmanager
def listening(town: Town) -> Iterator[Listening]:
    """Serve a city's central on a port."""
    served = Listening(town)
    try:
        yield served
    finally:
        served.stop()


class Wire(StrEnum):
    """What only real connections suffer; the rest is ``Fault``."""

    HALF_OPEN = "half-open"
    """The request arrives, nothing ever comes back, and the connection stays."""
    SLOW = "slow"
    """The answer comes in time, but late."""
    TRICKLE = "trickle"
    """The answer's body comes byte by byte (slow loris)."""
    IDLE = "idle"
    """The connection is closed behind an answer that promised to keep it."""


@dataclass(frozen=True)
class CutAt:
    """The connection ends after so many bytes, of the request or of the answer."""

    bytes: int
    upwards: bool = False


Harm = Fault | Wire | CutAt
LATELY = 0.15
"""Seconds a slow answer is held back."""
TRICKLING = 0.02
"""Seconds between two bytes of a trickle."""


class FaultProxy:
    """Listens before central; ``faults`` are done to the next requests, one to each."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        """``context``: the proxy is where TLS ends; handshakes that fail reach nobody."""
        self._behind = port
        self.context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "http" if context is None else "https"
        self.port = self._listener.getsockname()[1]
        self.address = f"{scheme}://127.0.0.1:{self.port}"
        self.faults: list[Harm] = []
        self.passed: list[bytes] = []
        """The first line of every request that was heard."""
        self.refused = 0
        """Handshakes that failed."""
        self.hung: list[socket.socket] = []
        self._late: list[bytes] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for one in self.hung:
            one.close()

    def heal(self) -> None:
        """Do no more; what is still on its way is lost."""
        self.faults.clear()
        self._late.clear()

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(taken,), daemon=True).start()

    def _serve(self, taken: socket.socket) -> None:
        if self.context is not None:
            try:
                taken = self.context.wrap_socket(taken, server_side=True)
            except OSError:
                self.refused += 1
                taken.close()
                return
        try:
            with contextlib.suppress(OSError):
                while (request := _read_message(taken)) and self._answered(taken, request):
                    pass
        finally:
            if taken not in self.hung:
                taken.close()

    def _answered(self, taken: socket.socket, request: bytes) -> bool:
        """Do to one request what is to be done; return whether the connection lives on."""
        self.passed.append(request.partition(b"\r\n")[0])
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        late, self._late = self._late, []
        try:
            return self._done(taken, request, fault)
        finally:
            for one in late:
                self._central(one)

    def _done(self, taken: socket.socket, request: bytes, fault: Harm) -> bool:
        if isinstance(fault, Fault) and fault in CANNED:
            status, headers, body = CANNED[fault]
            lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
            taken.sendall("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body)
            return True
        if not self._arrives(taken, request, fault):
            return False
        answer = self._central(request)
        if fault is Fault.DOUBLED:
            answer = self._central(request)
        if fault is Fault.AGAIN:
            self._late.append(request)
        return self._given_back(taken, answer, fault)

    def _arrives(self, taken: socket.socket, request: bytes, fault: Harm) -> bool:
        """Lose the request, or part of it, where that is what is to be done."""
        if fault in {Fault.LOST, Fault.UNTRUSTED}:
            return False
        if fault is Fault.LATE:
            self._late.append(request)
            return False
        if fault is Fault.TORN or (isinstance(fault, CutAt) and fault.upwards):
            body = request.index(b"\r\n\r\n") + 4
            self._central(request[: fault.bytes if isinstance(fault, CutAt) else (body + len(request)) // 2])
            return False
        if fault is Wire.HALF_OPEN:
            self._central(request)
            self.hung.append(taken)
            return False
        return True

    def _given_back(self, taken: socket.socket, answer: bytes, fault: Harm) -> bool:
        if fault in {Fault.UNANSWERED, Fault.CLOSED}:
            return False
        body = answer.index(b"\r\n\r\n") + 4 if b"\r\n\r\n" in answer else 0
        if fault is Wire.SLOW:
            self._closing.wait(LATELY)
        if fault is Wire.TRICKLE:
            taken.sendall(answer[:body])
            for at in range(body, len(answer)):
                self._closing.wait(TRICKLING)
                taken.sendall(answer[at : at + 1])
            return True
        if fault is Fault.HALF or isinstance(fault, CutAt):
            taken.sendall(answer[: fault.bytes if isinstance(fault, CutAt) else (body + len(answer)) // 2])
            return False
        taken.sendall(answer)
        return bool(answer) and fault is not Wire.IDLE

    def _central(self, request: bytes) -> bytes:
        """Pass a request on over a connection of its own; return the answer, empty where there is none."""
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        raw = b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body
        answer = bytearray()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._behind), 10) as behind:
            behind.sendall(raw)
            if len(body) < _length(head):
                behind.shutdown(socket.SHUT_WR)  # the rest never comes
            while piece := behind.recv(65536):
                answer += piece
        return bytes(answer).replace(b"connection: close\r\n", b"", 1)


def _read_message(source: socket.socket) -> bytes:
    """Return one request, head and body; empty where the connection ended first."""
    got = bytearray()
    while b"\r\n\r\n" not in got:
        piece = source.recv(65536)
        if not piece:
            return b""
        got += piece
    whole = got.index(b"\r\n\r\n") + 4 + _length(bytes(got))
    while len(got) < whole:
        piece = source.recv(65536)
        if not piece:
            return b""
        got += piece
    return bytes(got)


def _length(head: bytes) -> int:
    for line in head.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


@contextlib.contextmanager
def fault_proxy(port: int, context: ssl.SSLContext | None = None) -> Iterator[FaultProxy]:
    """Put a proxy before a port."""
    proxy = FaultProxy(port, context)
    try:
        yield proxy
    finally:
        proxy.close()
