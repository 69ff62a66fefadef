"""The whole catalogue on its way: a file beside the store that is named for what it must come to, and outlives every cut."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from clerk_app.store.file.durable import create_private_file
from sync.wire import CatalogueRow, CatalogueSnapshot

LONGEST_ROW = 16 << 20
"""Bytes."""
WINDOW = 1 << 23
"""The most memory the frame may ask for, as RFC 8878 recommends to allow."""
_NAME = re.compile(r"catalogue-(\d{1,16})-(\d{1,10})-(\d{1,10})-([0-9a-f]{64})\.part")
_row = msgspec.json.Decoder(CatalogueRow).decode


class Unreadable(Exception):
    """The file holds no rows of a catalogue."""


class SnapshotFile:
    """At most one file in a folder; public data only. Raises ``OSError`` where the disk does not play along."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: Iterator[CatalogueRow] | None = None
        self._open: BinaryIO | None = None
        self.names: set[tuple[str, str]] = set()
        """Kind and key of the rows read so far that are not withdrawn."""
        self.read = 0
        """Rows read so far."""

    def found(self) -> tuple[CatalogueSnapshot | None, int]:
        """Return what was begun, and how much of it is here."""
        for path, told in self._all():
            return told, path.stat().st_size
        return None, 0

    def begin(self, told: CatalogueSnapshot) -> None:
        """Begin a file; any other is dropped."""
        self.drop()
        create_private_file(self._folder / _name(told))

    def keep(self, offset: int, content: bytes) -> None:
        """Write a piece at its place; what was behind it goes."""
        for path, _ in self._all():
            with path.open("r+b") as file:
                file.truncate(offset)
                file.seek(offset)
                file.write(content)

    def proven(self) -> bool:
        """Whether the file is what it was said to be; one that is not is dropped."""
        for path, told in self._all():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if (path.stat().st_size, digest) == (told.size, told.sha256):
                return True
        self.drop()
        return False

    def rows(self, count: int, *, anew: bool) -> list[CatalogueRow]:
        """Return the next rows, from the beginning if ``anew``; fewer than ``count``: these were the last."""
        if anew or self._rows is None:
            self.close()
            self._rows = self._stream()
        try:
            found = list(islice(self._rows, count))
        except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError, EOFError, ValueError) as error:
            raise Unreadable(str(error)) from error
        self.read += len(found)
        self.names |= {(row.kind, row.key) for row in found if not row.withdrawn}
        return found

    def drop(self) -> None:
        """Remove the file, if there is one."""
        self.close()
        for path, _ in self._all():
            with suppress(FileNotFoundError):
                path.unlink()

    def close(self) -> None:
        """Read no further."""
        if self._open is not None:
            self._open.close()
        self._open = self._rows = None
        self.names, self.read = set(), 0

    def _stream(self) -> Iterator[CatalogueRow]:
        for path, told in self._all():
            self._open = path.open("rb")
            frame = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(self._open)
            lines = io.BufferedReader(frame, 1 << 16)
            count = 0
            while line := lines.readline(LONGEST_ROW):
                if not line.endswith(b"\n"):
                    raise ValueError("a row without an end")
                count += 1
                yield _row(line)
            if count != told.rows:
                raise ValueError(f"{count} rows instead of {told.rows}")

    def _all(self) -> list[tuple[Path, CatalogueSnapshot]]:
        found = []
        for path in sorted(self._folder.glob("catalogue-*.part")):
            named = _NAME.fullmatch(path.name)
            if named is not None:
                revision, size, rows, digest = named.groups()
                found.append(
                    (path, CatalogueSnapshot(revision=int(revision), size=int(size), rows=int(rows), sha256=digest))
                )
        return found


def _name(told: CatalogueSnapshot) -> str:
    return f"catalogue-{told.revision}-{told.size}-{told.rows}-{told.sha256}.part"
