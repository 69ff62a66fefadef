"""A wire that passes bytes on as they come, counts those that go up, and breaks where it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence


class Cutter:
    """Listens before a server; ``cuts`` are the sums of bytes gone up after which every connection ends."""

    def __init__(self, port: int, cuts: Sequence[int] = ()) -> None:
        self._behind = port
        self._cuts = sorted(cuts)
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.up = 0
        """Bytes that went up, heads and all."""
        self.cut = 0
        """How often it broke."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self._listener.accept()
            except OSError:
                return
            try:
                behind = socket.create_connection(("127.0.0.1", self._behind), 10)
            except OSError:
                taken.close()
                continue
            for pump in (self._pump_up, self._pump_down):
                threading.Thread(target=pump, args=(taken, behind), daemon=True).start()

    def _pump_up(self, taken: socket.socket, behind: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := taken.recv(65536):
                piece, whole = self._allowed(piece)
                behind.sendall(piece)
                if not whole:
                    break
        _end(taken, behind)

    def _pump_down(self, taken: socket.socket, behind: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := behind.recv(65536):
                taken.sendall(piece)
        _end(taken, behind)

    def _allowed(self, piece: bytes) -> tuple[bytes, bool]:
        """Return as much of a piece as goes through, and whether that is all of it."""
        with self._guard:
            if self._cuts and self.up + len(piece) > self._cuts[0]:
                piece = piece[: max(0, self._cuts.pop(0) - self.up)]
                self.cut += 1
                self.up += len(piece)
                return piece, False
            self.up += len(piece)
            return piece, True


def _end(*ends: socket.socket) -> None:
    for one in ends:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextlib.contextmanager
def cutter(port: int, cuts: Sequence[int] = ()) -> Iterator[Cutter]:
    """Put a wire before a port."""
    wire = Cutter(port, cuts)
    try:
        yield wire
    finally:
        wire.close()
