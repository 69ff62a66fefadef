"""The folder of scans that all of central's processes share: files on their way under ``parts``, whole ones by their hash.

Everything here blocks, and belongs beside the loop; the locks alone are asked for without waiting.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import mmap
import os
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clerk_app.domain.scan_content import media_of

PARTS = "parts"
WANTED = ".wanted"
"""Suffix of a note beside a part: somebody waits for its lock."""
_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_PIECE = 1 << 20


class Part:
    """A file on its way; whoever holds its lock may write it. The system drops the lock when the process ends."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle
        # A thread may outlast the request it worked for: it must not write into a file that is closed, and its number another's.
        self._using = threading.Lock()

    def try_lock(self) -> bool:
        """Take the lock, unless somebody has it, in this process or another."""
        try:
            _lock(self._handle)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise
        self._forget_wishes()
        return True

    def close(self) -> None:
        """Give back the lock with the file."""
        self._forget_wishes()
        with self._using:
            os.close(self._handle)
            self._handle = -1

    def _forget_wishes(self) -> None:
        with contextlib.suppress(OSError):
            self._path.with_suffix(WANTED).unlink(missing_ok=True)

    def want(self) -> None:
        """Ask whoever holds the lock to let go."""
        with contextlib.suppress(OSError):  # where no note can be left, the wait is longer
            self._path.with_suffix(WANTED).touch(mode=0o600)

    def is_wanted(self) -> bool:
        """Whether somebody asked for the lock."""
        return self._path.with_suffix(WANTED).exists()

    def size(self) -> int:
        """How many bytes there are, durable or not."""
        return os.fstat(self._handle).st_size

    def write(self, at: int, pieces: Iterable[bytes]) -> None:
        """Put pieces in their place, one behind the other."""
        with self._using:
            self._write(at, pieces)

    def sync(self, at: int, pieces: Iterable[bytes]) -> None:
        """Put the last pieces in their place, make all durable, and forget what lies behind them."""
        with self._using:
            os.ftruncate(self._handle, self._write(at, pieces))
            os.fsync(self._handle)

    def _write(self, at: int, pieces: Iterable[bytes]) -> int:
        os.lseek(self._handle, at, os.SEEK_SET)
        for piece in pieces:
            left = memoryview(piece)
            at += len(left)
            while left:
                left = left[os.write(self._handle, left) :]
        return at

    def media(self, sha256: str) -> str | None:
        """Return the media type of the content, or ``None`` where it is not the content with this hash, or of no kind."""
        with self._using:
            return _media(self._handle, sha256)


class Shelf:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_part(self, upload: str) -> Part | None:
        """Open the file of an upload, if there is one; it is not locked yet."""
        path = self._part(upload)
        with contextlib.suppress(FileNotFoundError):
            return Part(path, os.open(path, os.O_RDWR | _BINARY))
        return None

    def make_part(self, upload: str) -> Part:
        """Open the file of an upload, making it where there is none; it is not locked yet."""
        path = self._part(upload)
        _make_folder(path.parent)
        part = Part(path, os.open(path, os.O_CREAT | os.O_RDWR | _BINARY, 0o600))
        _sync_folder(path.parent)
        return part

    def drop_part(self, upload: str) -> None:
        """Remove the file of an upload, if there is one."""
        path = self._part(upload)
        path.unlink(missing_ok=True)
        path.with_suffix(WANTED).unlink(missing_ok=True)

    def keep(self, upload: str, sha256: str) -> None:
        """Give a part that is whole, proven and durable its place among the whole ones; the part's own name stays."""
        path = self.path(sha256)
        _make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            os.link(self._part(upload), path)
        _sync_folder(path.parent)

    def path(self, sha256: str) -> Path:
        """Say where a whole file lies."""
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether a whole file is there, in its full length."""
        try:
            return self.path(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def found(self, sha256: str, size: int) -> str | None:
        """Return the media type of a whole file nobody has booked; one that is damaged is put out of the way."""
        path = self.path(sha256)
        try:
            handle = os.open(path, os.O_RDONLY | _BINARY)
        except FileNotFoundError:
            return None
        try:
            media = _media(handle, sha256) if os.fstat(handle).st_size == size else None
        finally:
            os.close(handle)
        if media is None:
            path.unlink(missing_ok=True)
        return media

    def sweep(self, older: float) -> int:
        """Remove what nobody has touched for ``older`` seconds and no upload can go on with; return how much it was."""
        gone = 0
        with contextlib.suppress(FileNotFoundError):
            for path in (self.folder / PARTS).iterdir():
                with contextlib.suppress(FileNotFoundError):  # another process sweeps as well
                    if time.time() - path.stat().st_mtime > older:
                        path.unlink()
                        gone += 1
        return gone

    def _part(self, upload: str) -> Path:
        return self.folder / PARTS / upload


def _media(handle: int, sha256: str) -> str | None:
    size = os.fstat(handle).st_size
    if not size:
        return None
    with mmap.mmap(handle, size, access=mmap.ACCESS_READ) as content, ThreadPoolExecutor(1) as beside:
        kind = beside.submit(media_of, content)
        digest = hashlib.sha256()
        with memoryview(content) as whole:
            for at in range(0, size, _PIECE):
                digest.update(whole[at : at + _PIECE])
        return kind.result() if digest.hexdigest() == sha256 else None


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


if sys.platform == "win32":
    import msvcrt

    _BINARY = os.O_BINARY
    _BYTE = 1 << 30
    """Behind the largest file, so that the lock keeps nobody from reading."""

    def _lock(handle: int) -> None:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _sync_folder(folder: Path) -> None:
        """Windows has no way to."""

else:
    import fcntl

    _BINARY = 0

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _sync_folder(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
