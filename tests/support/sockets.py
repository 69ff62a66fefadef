"""Central on a real port, and a proxy before it that cuts, swallows and plays the captive portal."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

from sync.central.serve import Server, build_server
from tests.support.booth import Town


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


class FaultProxy:
    """Listens before central; ``fault`` is done to the next connections, each ``(what, bytes)``."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.faults: list[str | int] = []
        """For each connection to come: ``refuse``, ``swallow``, ``hang``, ``portal``, or after how many bytes to cut."""
        self._hung: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for one in self._hung:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self._listener.accept()
            except OSError:
                return
            fault = self.faults.pop(0) if self.faults else None
            threading.Thread(target=self._serve, args=(taken, fault), daemon=True).start()

    def _serve(self, taken: socket.socket, fault: str | int | None) -> None:
        if fault == "hang":
            self._hung.append(taken)
            return
        with taken, contextlib.suppress(OSError):
            if fault == "refuse":
                return
            if fault == "portal":
                taken.recv(65536)
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nlogin")
                return
            with socket.create_connection(("127.0.0.1", self._behind)) as behind:
                up = threading.Thread(target=_pump, args=(taken, behind, None), daemon=True)
                up.start()
                left = 0 if fault == "swallow" else fault
                _pump(behind, taken, left if isinstance(left, int) else None)
                for one in (taken, behind):
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                up.join(5)


def _pump(source: socket.socket, target: socket.socket, left: int | None) -> None:
    """Pass bytes on; once ``left`` of them have passed, and more are there, stop."""
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            if left is not None and len(piece) > left:
                target.sendall(piece[:left])
                return
            target.sendall(piece)
            left = None if left is None else left - len(piece)


@contextlib.contextmanager
def fault_proxy(port: int) -> Iterator[FaultProxy]:
    """Put a proxy before a port."""
    proxy = FaultProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
