"""Central in a thread of its own, for the window's end that waits for its answers; with or without sockets."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import httpx
from starlette.types import ASGIApp

T = TypeVar("T")


class LoopThread:
    """An event loop in a thread; ``run`` waits for what a coroutine returns."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="central", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def start(self, work: Coroutine[Any, Any, None]) -> Callable[[], None]:
        """Begin something long; return what waits for its end."""
        task = asyncio.run_coroutine_threadsafe(work, self._loop)
        return lambda: task.result(timeout=30)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextlib.contextmanager
def loop_thread() -> Iterator[LoopThread]:
    """Give an event loop for the length of the block."""
    loop = LoopThread()
    try:
        yield loop
    finally:
        loop.close()


class Bridge(httpx.BaseTransport):
    """Hands requests to an ASGI application without a socket; ``app`` may be changed, or taken away: the line is down."""

    def __init__(self, loop: LoopThread, app: ASGIApp | None) -> None:
        self._loop = loop
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.app is None:
            raise httpx.ConnectError("refused", request=request)
        body = request.read()
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=body)
        return self._loop.run(_answer(self.app, asked))


async def _answer(app: ASGIApp, request: httpx.Request) -> httpx.Response:
    told = await httpx.ASGITransport(app).handle_async_request(request)
    assert isinstance(told.stream, httpx.AsyncByteStream)
    raw = b"".join([piece async for piece in told.stream])
    return httpx.Response(told.status_code, headers=told.headers, stream=httpx.ByteStream(raw))
