"""Central as a process: listens, says so once it does, and leaves nobody hanging when it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from sync.central.app import build_app
from sync.central.central import Central
from sync.central.simulator import run_simulator

GRACE = 10
"""Seconds a request in hand is given to end."""
IDLE = 75
"""Seconds an idle connection is kept: longer than a window keeps its own, so that none is closed under a request."""


class CannotListen(Exception):
    """The address is taken, or not this machine's."""


class Server(uvicorn.Server):
    """An uvicorn that tells where it listens and wakes its long polls before it waits for them."""

    def __init__(self, config: uvicorn.Config, central: Central, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._central = central
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell the address."""
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            name = f"[{host}]" if ":" in host else host
            self._ready(f"http://{name}:{port}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the long polls, then whatever else is in hand."""
        self._central.bell.silence()
        await super().shutdown(sockets)


def announce(address: str) -> None:
    """Print the one line that says central is ready."""
    sys.stdout.write(f"listening on {address}\n")
    sys.stdout.flush()


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise CannotListen(f"{host}:{port}: {error}") from error


def build_server(central: Central, ready: Callable[[str], None] = announce) -> Server:
    """Return a server for an open central, to be run with ``await server.serve(sockets=[…])``."""
    config = uvicorn.Config(
        build_app(central),
        lifespan="off",
        access_log=False,
        log_level="warning",
        date_header=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    return Server(config, central, ready)


async def serve_async(
    database_url: str,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] = announce,
    *,
    simulate: bool = False,
) -> None:
    """Serve a database until told to stop; raises ``DatabaseUnusable`` or ``CannotListen``.

    Port 0 takes a free one. ``simulate`` has the department simulator move cases on (demo only).
    """
    listener = _listener(host, port)
    try:
        central = await Central.open(database_url)
    except BaseException:
        listener.close()
        raise
    simulation = asyncio.create_task(run_simulator(central)) if simulate else None
    try:
        await build_server(central, ready).serve(sockets=[listener])
    finally:
        if simulation is not None:
            simulation.cancel()
            await asyncio.wait({simulation})
        await central.close()


def serve(database_url: str, host: str = "127.0.0.1", port: int = 0, *, simulate: bool = False) -> None:
    """Serve a database until SIGTERM or SIGINT, then return as if nothing else had ever been meant."""
    if threading.current_thread() is threading.main_thread():
        # In force before the server puts up its own, and again when it is done and says the signal once more.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
    with contextlib.suppress(_Stopped):
        asyncio.run(serve_async(database_url, host, port, simulate=simulate))


class _Stopped(SystemExit):
    """Told to stop; the event loop lets no other kind of exception pass from where a signal may hit it."""


def _stop(_: int, __: FrameType | None) -> None:
    raise _Stopped(0)
