"""The file of the second copy in its place: read whole, appended to, or written anew, and open only for as long as that takes.

Between two appends nothing is held open, so that a stick can be taken out at any time; each append proves first that the
file is the one it was.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from clerk_app.domain.envelope import Frame, Header, Parcel, begin, read
from clerk_app.domain.envelope_keys import NotReadable

MAX_FILE = 128 << 20
"""Bytes; a copy is kept far smaller."""
_SEEN = 512
"""Bytes at the beginning that tell one copy from another: they hold its random id."""


class FileChanged(Exception):
    """The file is not as it was left: another stick, or somebody wrote to it."""


@dataclass(slots=True)
class Held:
    """A copy's file as it stands."""

    header: Header
    key: bytes = field(repr=False)
    frames: dict[int, Frame]
    """The last record of each number."""
    strangers: list[Frame]
    """Other records of a number that is there already: another history of this window."""
    size: int
    torn: int = 0
    begins: bytes = b""


class CopyFile:
    """One window's file in one place; raises ``OSError`` for everything that is wrong with the place."""

    def __init__(self, place: Path, window: str) -> None:
        self.place = place
        self.path = place / f"clerk-unsent-{_plain(window)}.copy"

    def read(self) -> tuple[Parcel, int, bytes] | None:
        """Return the file as it stands, its size and how it begins; ``None``: none is there. Raises ``NotReadable``."""
        self.place.stat()  # no file and no place are two things
        try:
            with self.path.open("rb") as file:
                content = file.read(MAX_FILE + 1)
        except FileNotFoundError:
            return None
        if len(content) > MAX_FILE:
            raise NotReadable("size")
        return read(content), len(content), content[:_SEEN]

    def append(self, held: Held, content: bytes) -> None:
        """Add records, durably; raises ``FileChanged``. What was written only in part is taken back, if that can be done."""
        handle = os.open(self.path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
        try:
            if os.fstat(handle).st_size != held.size or os.read(handle, _SEEN) != held.begins:
                raise FileChanged
            os.lseek(handle, held.size, os.SEEK_SET)
            try:
                _write_all(handle, content)
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, held.size)
                raise
        finally:
            os.close(handle)
        held.size += len(content)
        held.begins = held.begins + content[: max(0, _SEEN - len(held.begins))]

    def replace(self, parts: Iterable[bytes]) -> tuple[int, bytes]:
        """Put a file in place of the one there, whole or not at all; return its size and how it begins."""
        self.sweep()
        return replace_file(self.path, parts)

    def set_aside(self, now: datetime) -> None:
        """Keep a file that is not this window's, or not readable, beside: it is never written over."""
        stamp = now.strftime("%Y%m%d-%H%M%S")
        self.path.replace(self.path.with_name(f"{self.path.name}.damaged-{stamp}-{secrets.token_hex(2)}"))

    def sweep(self) -> None:
        """Remove drafts that a kill left behind."""
        for draft in self.place.glob(f".{self.path.name}.*"):
            draft.unlink(missing_ok=True)


def replace_file(path: Path, parts: Iterable[bytes]) -> tuple[int, bytes]:
    """Put a file in place of the one there, whole or not at all; return its size and how it begins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    size, begins = 0, b""
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
        try:
            for part in parts:
                _write_all(handle, part)
                size += len(part)
                begins += part[: max(0, _SEEN - len(begins))]
            os.fsync(handle)
        finally:
            os.close(handle)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(path.parent)
    return size, begins


def new_header(
    kind: str, window: str, point: str, signing_key: bytes, now: datetime, central: tuple[str, bytes] | None
) -> tuple[Header, bytes, bytes]:
    """Return a new file's header, its first bytes, and its key."""
    return begin(
        kind=kind,
        window=window,
        point=point,
        created=now.isoformat(timespec="seconds"),
        signing_key=signing_key,
        central=central,
    )


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        written = os.write(handle, view)
        if not written:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        view = view[written:]


def _sync_folder(folder: Path) -> None:
    """Make the new name durable; a share that knows no such thing has done what it can."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _plain(window: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", window)[:64]
