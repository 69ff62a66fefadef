"""A public tus server on a port, and a window's uploader that knows nothing but tus."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn
from fastapi import FastAPI
from tuspyserver import create_tus_router

from sync.disk import WindowDisk
from sync.driver import Driver
from sync.engine import machine
from sync.engine import operations as ops
from sync.engine import scan_operations as scans
from sync.engine.machine import Ended
from sync.engine.uploading import Upload
from sync.hold import Hold
from sync.talk import Talk
from tests.support.bridge import LoopThread
from tests.support.tus import Paper

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak no TLS: the usual context reads all the machine's certificates first."""


def public_app(folder: Path) -> FastAPI:
    """Return the public package's server, as an application."""
    app = FastAPI()
    app.include_router(create_tus_router(prefix="files", files_dir=str(folder), strict_offset_validation=True))
    return app


@contextlib.contextmanager
def tus_server(loop: LoopThread, folder: Path) -> Iterator[int]:
    """Serve tus as the public package does; give its port."""
    app = public_app(folder)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2)
    server, ready = uvicorn.Server(config), threading.Event()
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]

    async def serve() -> None:
        loop_ready = server.startup

        async def startup(sockets: list[socket.socket] | None = None) -> None:
            await loop_ready(sockets)
            ready.set()

        server.startup = startup  # type: ignore[method-assign]
        await server.serve(sockets=[listener])

    ended = loop.start(serve())
    assert ready.wait(10)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        ended()


@dataclass
class Uploader:
    """The window's errand of sending files, over a store that is a few variables."""

    endpoint: str
    papers: list[Paper]
    piece: int = 1 << 20
    token: str = "unneeded"
    urls: dict[str, str] = field(default_factory=dict)
    uploaded: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def run(self, transport: httpx.BaseTransport | None = None) -> Ended:
        """Have one conversation."""
        with httpx.Client(transport=transport, timeout=20, trust_env=False, verify=PLAIN) as client:
            # Any server on the way gives the date: by that alone an answer is known.
            errand = Upload(endpoint=self.endpoint, proof="Date", piece=self.piece)
            disk = WindowDisk(cast("Hold", None), self._acts())
            return Driver(Talk(client), disk, lambda: 0.0, lambda: 0.0).run(machine.begin((errand,), "W"))

    def _acts(self) -> dict[Any, Callable[[Any, Any], Any]]:
        return {
            ops.LoadSession: lambda *_: ops.KeptSession(self.token, "", 1e9),
            ops.TakeUnsent: lambda *_: ops.Batch((), 0),
            scans.NextScan: lambda _, told: scans.Turn(agreed=True, scan=self._next(told.skipped)),
            scans.ReadPiece: self._read,
            scans.KeepUpload: lambda _, told: self.urls.update({told.sha256: told.url}),
            scans.Uploaded: lambda _, told: self.uploaded.append(told.sha256),
            scans.RefuseScan: lambda _, told: self.refused.update({told.sha256: told.reason}),
        }

    def _next(self, skipped: tuple[str, ...]) -> scans.Owed | None:
        done = {*self.uploaded, *self.refused, *skipped}
        paper = next((paper for paper in self.papers if paper.sha256 not in done), None)
        if paper is None:
            return None
        url = self.urls.get(paper.sha256, "")
        return scans.Owed(sha256=paper.sha256, media=paper.media, size=paper.size, url=url)

    def _read(self, _: object, told: scans.ReadPiece) -> bytes:
        [content] = [paper.content for paper in self.papers if paper.sha256 == told.sha256]
        return content[told.offset : told.offset + told.size]


def stored(folder: Path) -> list[bytes]:
    """Return the files a public server keeps."""
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file() and path.suffix != ".info"]
