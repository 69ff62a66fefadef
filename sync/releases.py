"""Releases over the line: files of central's, whole or in pieces, each an ordinary request in a conversation of its own."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from clerk_app.program.source import NotThere
from sync.window import WindowEnd

PATH = "/v1/releases"
METADATA_TYPE, TARGET_TYPE = "application/json", "application/zstd"


class Releases:
    """What central released (``clerk_app.program.source.Source``); a context manager that ends the conversation."""

    def __init__(self, end: WindowEnd) -> None:
        self._end = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._end.close()

    def metadata(self, name: str) -> bytes:
        """Return a whole metadata file; raises ``NotThere``, or as ``WindowEnd.greet``."""
        return self._file(f"metadata/{name}", METADATA_TYPE, None)

    def piece(self, name: str, begin: int, end: int) -> bytes:
        """Return some bytes of a bundle; raises likewise."""
        return self._file(f"targets/{name}", TARGET_TYPE, (begin, end))

    def _file(self, name: str, media: str, part: tuple[int, int] | None) -> bytes:
        content = self._end.file(f"{PATH}/{name}", media, part)
        if content is None:
            raise NotThere(name)
        return content
