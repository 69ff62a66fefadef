"""Scanned papers as a scanner writes them, made small."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 60), seed: int = 0, **how: object) -> bytes:
    """Return a picture; another ``seed``, another content."""
    image = Image.new("RGB", size, (seed % 256, seed // 256 % 256, 77))
    image.putpixel((seed % size[0], 3), (255, 255, 255))
    written = io.BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def pdf(pages: int = 1, password: str = "", title: str = "") -> bytes:
    """Return a PDF of blank pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def png_of(width: int, height: int, data: bytes, *, interlaced: bool = False) -> bytes:
    """Return a PNG whose head and data say what they are told to, with sums that hold."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, interlaced))
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def put(folder: Path, name: str, content: bytes) -> Path:
    """Lay a file into a folder, whole at once."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path
