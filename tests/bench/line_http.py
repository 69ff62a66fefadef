"""The least of an HTTP client: so many hundreds at once must not be what a storm is slowed down by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import zstandard


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    content: bytes


class Connection:
    """One connection, opened when it is needed; whatever goes wrong with it is an ``OSError`` or ``EOFError``."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\nAccept-Encoding: zstd\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """Send a request and return what is answered."""
        try:
            return await self._asked(method, path, headers, content)
        except BaseException:
            self.close()
            raise

    async def _asked(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{lines}Content-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        first, *told = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in told if line)}
        body = await reader.readexactly(int(named.get("content-length", "0")))
        if named.get("content-encoding") == "zstd":
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        if named.get("connection") == "close":
            self.close()
        return Answer(int(first.split()[1]), named, body)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
