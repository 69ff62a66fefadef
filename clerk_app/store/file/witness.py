"""The witness: a small file beside the store that tells, after every commit, how far the store had come.

An older copy of the store that is put back knows less than the witness does. It is written after the commit and not synced
each time, so it may lag behind the store, after a power cut for example, but never leads. Two slots take turns, each with
its own proof (HMAC-SHA256 under the vault's key), so that a torn write costs one commit's word and not the file's.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from clerk_app.store.file.rows import Mark, Seen
from clerk_app.store.file.seal import Sealer

WITNESSED = ("head", "serial")
"""The notes of the mark that are told: what must never be given out twice."""
FILE = "store.seen"
_LABEL = b"seen"
_SLOT = 512
_APART = 4096
"""Bytes between the slots: what a disk writes as one piece never holds both."""
_MAC = 32
_HEAD = b"CLERKSEEN1"
_ROOM = _SLOT - len(_HEAD) - 2 - _MAC
_PAUSE = 30.0
"""Seconds between two tries to open a file that could not be written."""
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Seen).decode


def read(folder: Path, sealer: Sealer) -> Seen | None:
    """Return what the witness of a folder says, for whoever cannot open the store itself."""
    return Witness(folder / FILE, sealer).read()


class Witness:
    """The witness of one folder; a fault of its file is never a fault of the act it tells of."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self._path = path
        self._sealer = sealer
        self._handle = -1
        self._next = 0
        """The slot the next word goes to: not the one that holds the last."""
        self._next_try = 0.0

    def read(self) -> Seen | None:
        """Return the latest word that is whole and proven, or ``None``."""
        try:
            with self._path.open("rb") as file:
                content = file.read(2 * _APART)
        except OSError:
            return None
        found = [self._proven(content[at : at + _SLOT]) for at in (0, _APART)]
        words = [(seen.generation, slot, seen) for slot, seen in enumerate(found) if seen is not None]
        if not words:
            return None
        _, slot, seen = max(words, key=lambda word: word[:2])
        self._next = 1 - slot
        return seen

    def tell(self, store: str, mark: Mark) -> None:
        """Write how far the store has come; notes that do not fit into a slot are left out.

        Of an older copy the books have not dealt with yet, the notes are those that were known before it.
        """
        known = mark.notes if mark.behind is None else mark.behind.notes
        notes = {name: known[name] for name in WITNESSED if name in known}
        body = _encode(Seen(store, mark.generation, notes))
        if len(body) > _ROOM:
            body = _encode(Seen(store, mark.generation))
        told = _HEAD + len(body).to_bytes(2, "big") + body
        slot = told + self._sealer.mac(_LABEL, told) + bytes(_SLOT - _MAC - len(told))
        try:
            if self._handle < 0 and not self._open():
                return
            _write_at(self._handle, slot, self._next * _APART)
        except OSError:
            self._let_go()
        else:
            self._next = 1 - self._next

    def sync(self) -> None:
        """Have what was told on the disk, as far as the disk takes it."""
        if self._handle >= 0:
            try:
                os.fsync(self._handle)
            except OSError:
                self._let_go()

    def close(self) -> None:
        """Sync and close the file; the next word opens it again."""
        self.sync()
        self._let_go()
        self._next_try = 0.0

    def _open(self) -> bool:
        if time.monotonic() < self._next_try:
            return False
        self._next_try = time.monotonic() + _PAUSE
        self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR | _FLAGS, 0o600)
        return True

    def _let_go(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            try:
                os.close(handle)
            except OSError:  # a share that is gone says so once more
                return

    def _proven(self, slot: bytes) -> Seen | None:
        start = len(_HEAD) + 2
        end = start + int.from_bytes(slot[len(_HEAD) : start], "big")
        told, mac = slot[:end], slot[end : end + _MAC]
        if not told.startswith(_HEAD) or end > _SLOT - _MAC or not self._sealer.mac_holds(_LABEL, told, mac):
            return None
        try:
            return _decode(told[start:])
        except msgspec.DecodeError:
            return None


if hasattr(os, "pwrite"):

    def _write_at(handle: int, content: bytes, place: int) -> None:
        os.pwrite(handle, content, place)

else:

    def _write_at(handle: int, content: bytes, place: int) -> None:
        os.lseek(handle, place, os.SEEK_SET)
        os.write(handle, content)
