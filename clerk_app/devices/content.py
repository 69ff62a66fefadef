"""What a scanned file is, by its content alone: taken as JPEG, PNG or PDF, or refused with the reason in Chinese.

A pure function of the file's bytes. What it spends is bounded: nothing is ever unpacked whole, and every reader behind it
is asked only after the file's own figures were found to be those of a paper.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.domain.scan_content import JPEG, MAX_BYTES, MAX_PAGES, PDF, PNG, media_of

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PIXELS = 80_000_000
"""A sheet of A3 at 600 dpi has 70 million."""
LABELS = {JPEG: "JPEG 图片", PNG: "PNG 图片", PDF: "PDF 文件"}
TAKEN = "扫描件只收 JPEG、PNG 和 PDF，请重新扫描或另存为 PDF。"
_SHARE = 1 << 20
"""Bytes unpacked at a time."""
_UNPACKING = [f"{way}_maximum_output_length" for way in ("zlib", "lzw", "run_length", "jbig2", "brotli")]
_PDF_UNPACKED = 32 << 20
"""Bytes one packed part of a PDF may come to: tables of contents, never pictures."""
_NODES = 2000
"""Parts of a page tree that are looked at; one of 200 pages has no use for more."""
_TINY_DECODED = 8
"""A JPEG is decoded at one eighth of its size: every byte is read, a 64th of the memory is used."""
_PROGRESSIVE = 0xC2
_PROGRESSIVE_PIXELS = 30_000_000
"""Of a progressive JPEG all coefficients are kept while it is decoded, at any size."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HEAD = 4096


class NotTaken(Exception):
    """A file is no scan that can be taken; ``reason`` is Chinese.

    ``partial``: it begins as one that is taken, and may only not be whole yet.
    """

    def __init__(self, reason: str, *, partial: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.partial = partial


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file was found to be."""

    media: str
    pages: int
    size: int
    sha256: str


def inspect(raw: bytes) -> Content:
    """Return what a file of these bytes is; raises ``NotTaken`` and nothing else."""
    if not raw:
        raise NotTaken("文件是空的，请重新扫描。", partial=True)
    if len(raw) > MAX_BYTES:
        raise NotTaken(f"文件超过 {MAX_BYTES >> 20} MB，请降低分辨率或分成几份重新扫描。")
    media = media_of(raw)
    if media is None:
        raise _not_one(raw)
    try:
        pages = _READERS[media](raw)
    except NotTaken:
        raise
    except Exception as error:  # a reader may break in any way over a file that was made to break it
        raise NotTaken(f"{LABELS[media]}已损坏，读不出来，请重新扫描。") from error
    return Content(media=media, pages=pages, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())


def _not_one(raw: bytes) -> NotTaken:
    """Return why a file is none of the three: it is something else, or not whole."""
    head = raw[:_HEAD]
    begun = next((media for magic, media in _BEGINNINGS.items() if head.startswith(magic)), None)
    if begun is not None:
        return NotTaken(f"{LABELS[begun]}不完整或已损坏，请重新扫描。", partial=True)
    if any(magic.startswith(raw) for magic in _BEGINNINGS):
        return NotTaken("文件不完整，请重新扫描。", partial=True)
    what = _named(head, raw)
    blank = " " if what[:1].isascii() else ""
    return NotTaken(f"这是{blank}{what}，不能作为扫描件。{TAKEN}" if what else f"文件不是图片也不是 PDF。{TAKEN}")


def _named(head: bytes, raw: bytes) -> str:
    if head[:4] == b"PK\x03\x04":
        return next((what for part, what in _PACKED if part in raw[-(1 << 16) :]), "压缩包")
    if head[4:8] == b"ftyp":
        return "HEIC 图片" if head[8:12] in {b"heic", b"heix", b"mif1", b"hevc"} else "视频或音频"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP 图片"
    found = next((what for magic, what in _OTHERS if head.startswith(magic)), "")
    if found:
        return found
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "网页"
    return "文本文件" if _is_text(head) else ""


def _is_text(head: bytes) -> bool:
    for code in ("utf-8", "gb18030"):
        try:
            text = head[:1024].decode(code)
        except UnicodeDecodeError as error:
            text = head[: error.start].decode(code) if error.start > 1000 else "\0"
        if all(c.isprintable() or c in "\r\n\t\f\ufeff" for c in text):
            return True
    return False


# pictures


def _png_pages(raw: bytes) -> int:
    """Return 1; raises ``NotTaken`` unless the picture's data are exactly those its head announces."""
    width, height = int.from_bytes(raw[16:20], "big"), int.from_bytes(raw[20:24], "big")
    _must_be_paper(width, height)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(raw[25])
    depth, interlaced = raw[24], raw[28]
    if channels is None or depth not in {1, 2, 4, 8, 16} or interlaced > 1:
        raise NotTaken("PNG 图片已损坏，读不出来，请重新扫描。")
    wanted = _png_bytes(width, height, channels * depth, interlaced=bool(interlaced))
    if _png_unpacked(raw, wanted) != wanted:
        raise NotTaken("PNG 图片不完整或已损坏，请重新扫描。")
    return 1


def _png_bytes(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Return how many bytes the rows of a picture come to, each with the byte that tells its filter."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    total = 0
    for left, top, across, down in passes if interlaced else [(0, 0, 1, 1)]:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total


def _png_unpacked(raw: bytes, most: int) -> int:
    """Return how many bytes the picture's data unpack to; more than ``most`` are not looked at."""
    unpacker = zlib.decompressobj()
    at, total = 8, 0
    while at + 12 <= len(raw) and total <= most:
        size = int.from_bytes(raw[at : at + 4], "big")
        if raw[at + 4 : at + 8] == b"IDAT":
            left = raw[at + 8 : at + 8 + size]
            while left and not unpacker.eof and total <= most:
                total += len(unpacker.decompress(left, _SHARE))
                left = unpacker.unconsumed_tail
        at += 12 + size
    while not unpacker.eof and total <= most and (more := unpacker.decompress(b"", _SHARE)):
        total += len(more)
    return total if unpacker.eof else -1


def _jpeg_pages(raw: bytes) -> int:
    """Return 1; raises where the picture is too large, or cannot be decoded to its end."""
    from PIL import Image

    frame, width, height, plain = _jpeg_parts(raw)
    _must_be_paper(width, height)
    if frame != _PROGRESSIVE or width * height <= _PROGRESSIVE_PIXELS:
        with Image.open(io.BytesIO(plain), formats=("JPEG",)) as picture:
            picture.draft("L", (max(1, width // _TINY_DECODED), max(1, height // _TINY_DECODED)))
            picture.load()
    return 1


def _jpeg_parts(raw: bytes) -> tuple[int, int, int, bytes]:
    """Return kind of coding, width, height, and the picture without what is only said about it.

    What cameras say about a picture is the part of a JPEG that readers stumble over, and nothing is asked of it here.
    """
    at, frame, width, height = 2, 0, 0, 0
    kept = [raw[:2]]
    while at + 4 <= len(raw):
        while raw[at : at + 2] == b"\xff\xff":
            at += 1
        marker, size = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            frame = marker
            height, width = int.from_bytes(raw[at + 5 : at + 7], "big"), int.from_bytes(raw[at + 7 : at + 9], "big")
        if marker == 0xDA:
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
            continue
        if not 0xE0 <= marker <= 0xEF and marker != 0xFE:
            kept.append(raw[at : at + 2 + size])
        at += 2 + size
    return frame, width, height, b"".join([*kept, raw[at:]])


def _must_be_paper(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise NotTaken("图片没有大小，请重新扫描。")
    if width * height > MAX_PIXELS:
        raise NotTaken(f"图片过大（{width}×{height} 点），不像是扫描件，请降低分辨率重新扫描。")


# PDF


def _pdf_pages(raw: bytes) -> int:
    """Return how many pages a PDF has; raises ``NotTaken`` for an encrypted one and for too many."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes what stands in the file
    bounds = pypdf.get_configuration().with_overwrites(**dict.fromkeys(_UNPACKING, _PDF_UNPACKED))
    with pypdf.apply_configuration(bounds):
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted:
            raise NotTaken("PDF 文件加了密，请去掉密码后另存，或重新扫描。")
        pages = _leaves(reader)
    if pages > MAX_PAGES:
        raise NotTaken(f"PDF 文件超过 {MAX_PAGES} 页，请分成几份。")
    if pages < 1:
        raise NotTaken("PDF 文件没有页面，请重新扫描。")
    return pages


def _leaves(reader: PdfReader) -> int:
    """Return how many pages the tree has, counted one by one: what the file itself says of their number proves nothing.

    Counting ends with the first page too many; a tree that leads back into itself, or is all branches, is none.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    root = reader.trailer["/Root"].get_object()
    waiting = [root.get("/Pages")] if isinstance(root, DictionaryObject) else []
    pages = looked = 0
    while waiting and pages <= MAX_PAGES:
        node = waiting.pop()
        looked += 1
        if looked > _NODES:
            raise NotTaken("PDF 文件的页面结构不正常，请重新扫描。")
        held = node.get_object() if isinstance(node, IndirectObject) else node
        if not isinstance(held, DictionaryObject):
            raise NotTaken("PDF 文件缺少页面，请重新扫描。")
        kids = held.get("/Kids")
        kids = kids.get_object() if isinstance(kids, IndirectObject) else kids
        if isinstance(kids, ArrayObject):
            waiting.extend(kids[: _NODES + 1])
        else:
            pages += 1
    return pages


_READERS = {JPEG: _jpeg_pages, PNG: _png_pages, PDF: _pdf_pages}
_BEGINNINGS = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"%PDF-": PDF}
_PACKED = (
    (b"word/", "Word 文档"),
    (b"xl/", "Excel 表格"),
    (b"ppt/", "PowerPoint 文稿"),
    (b"OFD.xml", "OFD 文件"),
    (b"content.xml", "OpenDocument 文档"),
)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word、Excel 等旧版 Office 文档"),
    (b"{\\rtf", "RTF 文档"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"%!PS", "PostScript 文件"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"MZ", "程序文件"),
    (b"\x7fELF", "程序文件"),
    (b"ID3", "视频或音频"),
)
