"""Central as a process: listens, says so once it does, and leaves nobody hanging when it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import FrameType
from typing import Any

import uvicorn

from sync.central.carriers.configured import carriers
from sync.central.carriers.desk import run_desk
from sync.central.central import Central
from sync.central.line import tls
from sync.central.line.app import build_app
from sync.central.line.health import watchers_app
from sync.central.line.patience import PatientProtocol
from sync.central.settings import Settings
from sync.central.simulator import run_simulator

log = logging.getLogger("clerk.central")

GRACE = 10
"""Seconds a request in hand is given to end."""
IDLE = 75
"""Seconds an idle connection is kept: longer than a window keeps its own, so that none is closed under a request."""
TELL_AGAIN = 1.0
"""Seconds after which a task that was told to end, and has not, is told again."""


class CannotListen(Exception):
    """The address is taken, or not this machine's."""


class Server(uvicorn.Server):
    """An uvicorn that tells where it listens and wakes its long polls before it waits for them."""

    def __init__(self, config: uvicorn.Config, central: Central, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._central = central
        self._ready = ready
        self._until: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell the address."""
        await super().startup(sockets)
        if self.started and sockets:
            self._ready(address_of(sockets[0], secure=self.config.ssl is not None))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; where a proxy needs time to find out, say so first and go on for as long."""
        drain = self._central.settings.drain
        if drain and not self._central.stopping:
            self._central.stopping = True
            self._captured_signals.append(sig)
            self._until = time.monotonic() + drain
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop now; asked ten times a second."""
        if self._until is not None and time.monotonic() >= self._until:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the long polls, then whatever else is in hand."""
        self._central.stopping = True
        self._central.bell.silence()
        await super().shutdown(sockets)

    def renew_certificate(self) -> None:
        """Take the certificate anew from its files, for the connections to come."""
        told = self._central.settings
        if self.config.ssl is None or told.tls_cert is None or told.tls_key is None:
            return
        try:
            tls.renew(self.config.ssl, told.tls_cert, told.tls_key)
        except tls.CertificateUnusable:
            log.exception("certificate not renewed")
        else:
            log.info("certificate renewed")


def announce(address: str) -> None:
    """Print the one line that says central is ready."""
    sys.stdout.write(f"listening on {address}\n")
    sys.stdout.flush()


def address_of(listener: socket.socket, *, secure: bool) -> str:
    """Return the address a socket listens on."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{name}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises ``CannotListen``."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise CannotListen(f"{host}:{port}: {error}") from error
    # Connections inherit it; asyncio sets it only where it made the socket, and a small answer would wait 40 ms for the
    # other end's acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def build_server(central: Central, ready: Callable[[str], None] = announce) -> Server:
    """Return a server for an open central, to be run with ``await server.serve(sockets=[…])``."""
    told = central.settings
    secure: ssl.SSLContext | None = None
    if told.tls_cert is not None and told.tls_key is not None:
        secure = tls.context(told.tls_cert, told.tls_key)
    config = _config(build_app(central), told, secure)
    return Server(config, central, ready)


def _config(app: object, told: Settings, secure: ssl.SSLContext | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=bool(told.proxies),
        forwarded_allow_ips=told.proxies,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
        ssl_context_factory=None if secure is None else lambda *_: secure,
    )


async def serve_async(
    settings: Settings,
    ready: Callable[[str], None] = announce,
    *,
    listener: socket.socket | None = None,
    ordinal: int = 0,
    migrate: bool = True,
    simulate: bool = False,
) -> None:
    """Serve a database until told to stop; raises ``DatabaseUnusable``, ``CannotListen`` or ``CertificateUnusable``.

    Port 0 takes a free one. ``ordinal`` is this process's among several on one port. ``simulate`` has the department
    simulator move cases on (demo only).
    """
    async with contextlib.AsyncExitStack() as end:
        listener = listener or listen(settings.host, settings.port)
        end.callback(listener.close)
        watched = settings.metrics_address()
        watching = end.enter_context(listen(watched[0], watched[1] + ordinal)) if watched else None
        central = await Central.open(settings.database, settings=settings, migrate=migrate)
        end.push_async_callback(central.close)
        server = build_server(central, ready)
        if watching is not None:
            await end.enter_async_context(_beside(central, watching))
        known = await end.enter_async_context(carriers(os.environ))
        await end.enter_async_context(_running(run_desk(central, known)))
        if simulate:
            await end.enter_async_context(_running(run_simulator(central)))
        _spare_the_collector()
        with _on_hangup(server.renew_certificate):
            await server.serve(sockets=[listener])


def _spare_the_collector() -> None:
    """What is loaded by now stays; a batch makes tens of thousands of values, and to look through them all takes a sixth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@contextlib.asynccontextmanager
async def _beside(central: Central, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the watchers on a port of their own for the block, which ends it."""
    server = uvicorn.Server(_config(watchers_app(central), central.settings))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({task})


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await ended(task)


async def ended(task: asyncio.Task[None]) -> None:
    """End a task, and return once it has: a library may swallow what it is told once, while it gives a connection back."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=TELL_AGAIN)


@contextlib.contextmanager
def _on_hangup(renew: Callable[[], None]) -> Iterator[None]:
    """SIGHUP renews the certificate, unless a terminal sends it, which means the end."""
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread() or _at_terminal():
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, renew)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def serve(settings: Settings, *, migrate: bool = True, simulate: bool = False) -> None:
    """Serve a database until SIGTERM or SIGINT, then return as if nothing else had ever been meant."""
    if settings.workers > 1:
        from sync.central.line.workers import supervise

        supervise(settings, announce, migrate=migrate)
        return
    with stopping_quietly():
        asyncio.run(serve_async(settings, migrate=migrate, simulate=simulate))


class _Stopped(SystemExit):
    """Told to stop; the event loop lets no other kind of exception pass from where a signal may hit it."""


@contextlib.contextmanager
def stopping_quietly() -> Iterator[None]:
    """Make SIGTERM and SIGINT the quiet end of the block."""
    if threading.current_thread() is threading.main_thread():
        # In force before the server puts up its own, and again when it is done and says the signal once more.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
    with contextlib.suppress(_Stopped):
        yield


def _stop(_: int, __: FrameType | None) -> None:
    raise _Stopped(0)
