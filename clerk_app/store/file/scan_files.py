"""Scanned papers as sealed files beside the store: one a content, in pieces that can each be read by itself.

A file is sealed with a key of its own, which is kept in the vault and nowhere else; so a change of the window's keys leaves the
files as they are. A piece is AES-256-GCM over 1 MiB, its number the nonce (a key seals one file, once), bound to the whole
file's SHA-256, to its place and to how many pieces there are. Names are random: a name made of the content would tell a
thief who has the same paper.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.store.errors import ScanDamaged, StoreFailing, StoreFull, StoreReadOnly, VaultError
from clerk_app.store.file.durable import make_private_folder, sync_folder

FOLDER = "scans"
PIECE = 1 << 20
NAME = re.compile(r"[0-9a-f]{32}")
_TAG = 16
_LABEL = b"clerk-scan\x01"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A file and what opens it."""

    name: str
    key: bytes = field(repr=False)
    sha256: str
    size: int


class ScanFiles:
    """The folder of sealed files in a window's folder."""

    def __init__(self, window_folder: Path) -> None:
        self._window = window_folder
        self.folder = window_folder / FOLDER

    def seal(self, content: bytes, sha256: str) -> Sealed:
        """Write a file that is on the disk in full when this returns; raises a ``VaultError``, and then there is none."""
        sealed = Sealed(name=secrets.token_hex(16), key=os.urandom(32), sha256=sha256, size=len(content))
        draft = self.folder / f".{sealed.name}"
        try:
            if not self.folder.is_dir():
                make_private_folder_in(self._window, self.folder)
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                for piece in _pieces_of(sealed, content):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / sealed.name)
            sync_folder(self.folder)
        except BaseException as error:
            for left in (draft, self.folder / sealed.name):
                with contextlib.suppress(OSError):
                    left.unlink()
            if isinstance(error, OSError):
                raise _meaning(error) from error
            raise
        return sealed

    def read(self, sealed: Sealed, offset: int = 0, size: int | None = None) -> bytes:
        """Return a part of a file's content, by default all; raises ``ScanDamaged`` where it is damaged or gone."""
        end = sealed.size if size is None else min(sealed.size, offset + size)
        first, last = offset // PIECE, max(offset, end - 1) // PIECE
        if offset >= end:
            return b""
        found: list[bytes] = []
        try:
            with (self.folder / sealed.name).open("rb") as file:
                file.seek(first * (PIECE + _TAG))
                found.extend(
                    _opened(sealed, number, file.read(_length(sealed, number))) for number in range(first, last + 1)
                )
        except FileNotFoundError as error:
            raise ScanDamaged(sealed.name, "gone") from error
        except InvalidTag as error:
            raise ScanDamaged(sealed.name) from error
        except OSError as error:
            raise StoreFailing(error.strerror or "read", "read") from error
        begin = first * PIECE
        return b"".join(found)[offset - begin : end - begin]

    def fault(self, sealed: Sealed) -> str:
        """Return what is wrong with a file, ``gone`` or ``damaged``; empty: every piece opens, and there is nothing more."""
        try:
            for number in range(_count(sealed)):
                self.read(sealed, number * PIECE, PIECE)
            extra = (self.folder / sealed.name).stat().st_size != sealed.size + _TAG * _count(sealed)
        except ScanDamaged as damage:
            return damage.reason
        except (StoreFailing, OSError):
            return "damaged"
        return "damaged" if extra else ""

    def remove(self, name: str) -> None:
        """Take a file away; one that cannot be is found again by ``strays``."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    def names(self) -> list[str]:
        """Return the names of all files, ascending."""
        return sorted(name for name in self._all() if NAME.fullmatch(name))

    def strays(self, wanted: set[str]) -> list[str]:
        """Return what lies in the folder and is none of ours, or nobody names."""
        ours = re.compile(r"\.?[0-9a-f]{32}")
        return sorted(name for name in self._all() if ours.fullmatch(name) and name not in wanted)

    def _all(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []


def make_private_folder_in(window: Path, folder: Path) -> None:
    """Make the folder durably; the window's own folder is never made: it may be a disk that is not there now."""
    if not window.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(window))
    make_private_folder(folder)
    sync_folder(window)


def _count(sealed: Sealed) -> int:
    return max(1, -(-sealed.size // PIECE))


def _length(sealed: Sealed, number: int) -> int:
    return min(PIECE, sealed.size - number * PIECE) + _TAG


def _pieces_of(sealed: Sealed, content: bytes) -> Iterator[bytes]:
    cipher = AESGCM(sealed.key)
    for number in range(_count(sealed)):
        piece = content[number * PIECE : (number + 1) * PIECE]
        yield cipher.encrypt(_nonce(number), piece, _place(sealed, number))


def _opened(sealed: Sealed, number: int, piece: bytes) -> bytes:
    if len(piece) < _TAG:
        raise InvalidTag
    return AESGCM(sealed.key).decrypt(_nonce(number), piece, _place(sealed, number))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _place(sealed: Sealed, number: int) -> bytes:
    return _LABEL + bytes.fromhex(sealed.sha256) + number.to_bytes(4, "big") + _count(sealed).to_bytes(4, "big")


def _meaning(error: OSError) -> VaultError:
    """Return what the disk's refusal means: nothing was attached, and everything else is as it was."""
    if error.errno in _FULL:
        return StoreFull()
    return StoreReadOnly() if error.errno in _CLOSED else StoreFailing(error.strerror or "write", "undone")
