"""Unsent work in a file that anybody may carry and only two can read: the window that wrote it, and central.

``docs/handover.md`` tells the format, byte by byte. Everything here works on bytes and values; who reads and writes
files is the caller.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from clerk_app.domain.envelope_keys import (
    NotReadable,
    holds,
    open_for_central,
    open_for_window,
    public_half,
    seal_for_central,
    seal_for_window,
    sign,
)
from clerk_app.domain.journal import Entry, signature_holds

MAGIC = b"clerk-unsent 1\n"
FAMILY = b"clerk-unsent "
COPY, EXPORT = "copy", "export"
MAX_HEADER = 4096
MAX_RECORD = 1 << 20
"""Bytes of one entry, packed or not; a window writes none that large."""
MAX_WRONG = 1000
"""Places that look like the beginning of a record and are none, after which a file is given up."""
MARK = 16
"""Bytes of an entry's digest that stand in the open: what cannot be guessed without the entry's signature."""
_BEGIN = b"\xf5CL\n"
_HEAD = struct.Struct(">4scQ16sI")
_LENGTH = struct.Struct(">I")
_ENTRY, _END = b"E", b"T"
_SIGNATURE = 64
_NONCE = 12


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands at the beginning, in the open; nothing in it is about people."""

    kind: str
    """``copy``: grows as the window works; ``export``: closed by a signed end."""
    file: str
    """16 random bytes in hex: which file this is, whatever it is called."""
    window: str
    point: str
    public_key: str
    """Of the window's signature, Ed25519 in hex: made once for a store, and so also which store this comes from."""
    created: str
    """RFC 3339."""
    own: str
    """The file's key for the window itself, in hex."""
    central: str = ""
    """The same for central (HPKE), in hex; empty where the window did not know central's key yet."""
    central_key: str = ""
    """Which key of central's."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One record as it stands in the file: an entry's number and mark in the open, the entry sealed."""

    n: int
    mark: bytes
    raw: bytes

    @property
    def known_as(self) -> bytes:
        """What tells this entry from every other of its window."""
        return self.n.to_bytes(8, "big") + self.mark


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it is read without any key."""

    header: Header
    opening: bytes
    """The header's JSON, as it was signed."""
    signature: str
    """Of the header, in hex."""
    frames: tuple[Frame, ...]
    torn: int
    """Bytes that are part of no whole record."""
    ended: bool
    """Whether the signed end is there and holds for everything before it."""


# writing


def begin(
    *, kind: str, window: str, point: str, created: str, signing_key: bytes, central: tuple[str, bytes] | None
) -> tuple[Header, bytes, bytes]:
    """Return a new file's header, the bytes it begins with, and its key; ``central``: id and raw X25519 public key."""
    key, file = os.urandom(32), os.urandom(16).hex()
    header = Header(
        kind=kind,
        file=file,
        window=window,
        point=point,
        public_key=public_half(signing_key).hex(),
        created=created,
        own=seal_for_window(signing_key, file, key).hex(),
        central=seal_for_central(central[1], file, window, key).hex() if central else "",
        central_key=central[0] if central else "",
    )
    opening = msgspec.json.encode(header)
    signature = sign(signing_key, _header_bytes(opening))
    return header, MAGIC + _LENGTH.pack(len(opening)) + opening + signature, key


def mark_of(entry: Entry) -> bytes:
    """Return an entry's mark."""
    return bytes.fromhex(entry.digest())[:MARK]


def frame(entry: Entry, key: bytes, file: str) -> Frame:
    """Return one entry as a record: packed, sealed, with its length and check sum."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    canonical = entry.canonical()
    mark = hashlib.sha256(canonical).digest()[:MARK]
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, zlib.compress(canonical, 6), _bound(file, entry.n, mark))
    return Frame(entry.n, mark, _framed(_ENTRY, entry.n, mark, sealed))


def end(written: hashlib._Hash, count: int, file: str, signing_key: bytes) -> bytes:
    """Return the end of a file of which ``written`` has hashed everything before it."""
    digest = written.digest()
    return _framed(_END, count, digest[:MARK], digest + sign(signing_key, _end_bytes(file, count, digest)))


# reading


def read(data: bytes) -> Parcel:
    """Return what a file holds, its header proven by the key it names; raises ``NotReadable``.

    ``family``: no file of unsent work. ``version``: of a newer program. ``header``: cut off or no header.
    ``signature``: the header is not as it was signed. Records that are not whole are passed over (``torn``).
    """
    header, opening, signature, at = _read_header(data)
    frames: list[Frame] = []
    torn, ended, expected = 0, False, at
    for begun, kind, record in _records(data, at):
        torn += begun - expected
        expected = begun + len(record.raw)
        if kind == _ENTRY:
            frames.append(record)
        else:
            ended = torn == 0 and expected == len(data) and _end_holds(data[:begun], record, header, len(frames))
    return Parcel(header, opening, signature, tuple(frames), torn + len(data) - expected, ended)


def read_header(opening: bytes, signature: str) -> Header:
    """Return a header from its JSON and signature; raises ``NotReadable``."""
    try:
        header = msgspec.json.decode(opening, type=Header)
        public_key = bytes.fromhex(header.public_key)
    except (ValueError, RecursionError):
        raise NotReadable("header") from None
    if not holds(public_key, signature, _header_bytes(opening)):
        raise NotReadable("signature")
    return header


def read_frames(data: bytes) -> list[Frame]:
    """Return records that stand side by side with nothing between them; raises ``NotReadable``."""
    frames, at = [], 0
    for begun, kind, record in _records(data, 0):
        if begun != at or kind != _ENTRY:
            break
        frames.append(record)
        at += len(record.raw)
    if at != len(data):
        raise NotReadable("record")
    return frames


def opened(record: Frame, key: bytes, header: Header) -> Entry:
    """Return a record's entry, proven to be this window's; raises ``NotReadable``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = record.raw[_HEAD.size : -_LENGTH.size]
    try:
        packed = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(header.file, record.n, record.mark))
        entry = msgspec.json.decode(zlib.decompressobj().decompress(packed, MAX_RECORD), type=Entry)
        genuine = (entry.window, entry.n, mark_of(entry)) == (header.window, record.n, record.mark)
        if not genuine or not signature_holds(entry, bytes.fromhex(header.public_key)):
            raise NotReadable("record")
    except (InvalidTag, ValueError, RecursionError, zlib.error):
        raise NotReadable("record") from None
    return entry


def key_for_window(header: Header, signing_key: bytes) -> bytes:
    """Return the file's key as the window that wrote it gets it; raises ``NotReadable``."""
    return open_for_window(signing_key, header.file, _unhexed(header.own))


def key_for_central(header: Header, private_key: bytes) -> bytes:
    """Return the file's key as central gets it with its raw X25519 key; raises ``NotReadable``."""
    return open_for_central(private_key, header.file, header.window, _unhexed(header.central))


def covered(frames: Iterable[Frame]) -> tuple[int, int]:
    """Return the first and the last number among records; zeros where there are none."""
    numbers = [one.n for one in frames]
    return (min(numbers), max(numbers)) if numbers else (0, 0)


# the parts


def _framed(kind: bytes, n: int, mark: bytes, content: bytes) -> bytes:
    told = _HEAD.pack(_BEGIN, kind, n, mark, len(content)) + content
    return told + _LENGTH.pack(zlib.crc32(told))


def _read_header(data: bytes) -> tuple[Header, bytes, str, int]:
    if not data.startswith(MAGIC):
        if not data.startswith(FAMILY):
            raise NotReadable("family")
        raise NotReadable("header" if MAGIC.startswith(data) else "version")  # cut short, or of another version
    at = len(MAGIC) + _LENGTH.size
    length = _LENGTH.unpack(data[at - _LENGTH.size : at])[0] if len(data) >= at else MAX_HEADER + 1
    opening, signature = data[at : at + length], data[at + length : at + length + _SIGNATURE]
    if length > MAX_HEADER or len(signature) < _SIGNATURE:
        raise NotReadable("header")
    return read_header(opening, signature.hex()), opening, signature.hex(), at + length + _SIGNATURE


def _records(data: bytes, at: int) -> Iterator[tuple[int, bytes, Frame]]:
    """Yield place, kind and record of everything whole from ``at`` on; what is between is passed over."""
    wrong = 0
    while (at := data.find(_BEGIN, at)) >= 0:
        found = _record_at(data, at)
        if found is None:
            at += 1
            wrong += 1
            if wrong > MAX_WRONG:
                raise NotReadable("record")
            continue
        yield at, *found
        at += len(found[1].raw)


def _record_at(data: bytes, at: int) -> tuple[bytes, Frame] | None:
    if at + _HEAD.size > len(data):
        return None
    _, kind, n, mark, length = _HEAD.unpack_from(data, at)
    until = at + _HEAD.size + length
    if length > MAX_RECORD or until + _LENGTH.size > len(data) or kind not in {_ENTRY, _END}:
        return None
    if _LENGTH.unpack_from(data, until)[0] != zlib.crc32(data[at:until]):
        return None
    return kind, Frame(n, mark, data[at : until + _LENGTH.size])


def _end_holds(before: bytes, record: Frame, header: Header, count: int) -> bool:
    content = record.raw[_HEAD.size : -_LENGTH.size]
    digest, signature = content[:32], content[32:]
    if record.n != count or digest != hashlib.sha256(before).digest():
        return False
    return holds(bytes.fromhex(header.public_key), signature.hex(), _end_bytes(header.file, count, digest))


def _header_bytes(opening: bytes) -> bytes:
    return b"clerk-unsent-header-v1\0" + opening


def _end_bytes(file: str, count: int, digest: bytes) -> bytes:
    return b"clerk-unsent-end-v1\0" + file.encode() + count.to_bytes(8, "big") + digest


def _bound(file: str, n: int, mark: bytes) -> bytes:
    return file.encode() + n.to_bytes(8, "big") + mark


def _unhexed(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotReadable("key") from None
