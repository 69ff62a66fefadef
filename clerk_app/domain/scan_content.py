"""What a scanned file is by its content (扫描件内容): JPEG, PNG or PDF, whole from its first byte to its last; or none of them."""

from __future__ import annotations

import mmap
import re
import zlib

Content = bytes | bytearray | mmap.mmap

MAX_BYTES = 20 << 20
MAX_PAGES = 200
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
MEDIA_LABELS = {JPEG: "JPEG", PNG: "PNG", PDF: "PDF"}

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_PNG_PIECE = 1 << 20
"""A chunk's sum is taken in pieces of this size: a file is never in memory twice."""
_JPEG_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""The next marker in coded data: not a stuffed FF, and none of the restarts, which belong to the data."""
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start of frame, of every kind of coding; the three left out are tables."""
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_PDF_HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
_PDF_END = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF\s*\Z")
_PDF_CROSS = re.compile(rb"\s*(?:xref\b|[0-9]+\s+[0-9]+\s+obj\b)")
_PDF_TAIL = 2048


def media_words(media: str, pages: int, size: int) -> str:
    """Return in Chinese what a scan is: its kind, its pages, its size in bytes as people read it."""
    told = f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{max(1, size // 1000)} KB"
    return f"{MEDIA_LABELS.get(media, media)} {pages} 页 {told}"


def media_of(content: Content) -> str | None:
    """Return the media type a file's content has, or ``None`` where it is of no kind that is taken, or not whole.

    Magic and structure both count: every part of the file has to be where its own lengths say, and nothing may follow the
    end, so that no other kind of file travels behind a picture.
    """
    if content[:8] == _PNG_MAGIC:
        return PNG if _is_png(content) else None
    if content[:3] == b"\xff\xd8\xff":
        return JPEG if _is_jpeg(content) else None
    if _PDF_HEAD.match(content[:16]):
        return PDF if _is_pdf(content) else None
    return None


def _is_png(content: Content) -> bool:
    at, data = len(_PNG_MAGIC), False
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        kind, end = content[at + 4 : at + 8], at + 12 + size
        if end > len(content) or _sum(content, at + 4, end - 4) != int.from_bytes(content[end - 4 : end], "big"):
            return False
        if (at == len(_PNG_MAGIC)) != (kind == b"IHDR") or (kind == b"IHDR" and not _has_extent(content, at + 8, size)):
            return False
        data = data or kind == b"IDAT"
        if kind == b"IEND":
            return data and end == len(content)
        at = end
    return False


def _has_extent(content: Content, at: int, size: int) -> bool:
    width, height = content[at : at + 4], content[at + 4 : at + 8]
    return size == 13 and any(width) and any(height)


def _sum(content: Content, begin: int, end: int) -> int:
    total = 0
    for at in range(begin, end, _PNG_PIECE):
        total = zlib.crc32(content[at : min(at + _PNG_PIECE, end)], total)
    return total


def _is_jpeg(content: Content) -> bool:
    at, framed, scanned = 2, False, False
    while True:
        found = _JPEG_MARKER.search(content, at) if scanned else _JPEG_MARKER.match(content, at)
        if found is None:
            return False
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            return framed and scanned and not any(content[at:])
        if marker == _SOI:
            return False
        if marker in _BARE:
            continue
        size = int.from_bytes(content[at : at + 2], "big")
        if size < 2 or at + size > len(content):
            return False
        if marker in _FRAMES:
            # One byte of precision, then height and width.
            framed = size >= 8 and any(content[at + 3 : at + 5]) and any(content[at + 5 : at + 7])
            if not framed:
                return False
        scanned = scanned or marker == _SOS
        at += size


def _is_pdf(content: Content) -> bool:
    tail = content[max(0, len(content) - _PDF_TAIL) :]
    at = tail.rfind(b"startxref")
    end = None if at < 0 else _PDF_END.match(tail, at)
    if end is None:
        return False
    cross = int(end[1])
    return cross < len(content) and _PDF_CROSS.match(content[cross : cross + 64]) is not None
