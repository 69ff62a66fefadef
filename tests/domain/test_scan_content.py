"""What a scanned file is, its content says: whole from the first byte to the last, and nothing behind it."""

from __future__ import annotations

import mmap
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.scan_content import JPEG, PDF, PNG, media_of
from tests.support.tus import Paper, page, picture, png

KINDS = (JPEG, PNG, PDF)


@pytest.mark.parametrize("media", KINDS)
def test_a_whole_file_is_of_its_kind_in_memory_and_on_the_disk(tmp_path: Path, media: str) -> None:
    paper = picture(media)
    assert media_of(paper.content) == media
    path = tmp_path / "scan"
    path.write_bytes(paper.content)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        assert media_of(content) == media


@pytest.mark.parametrize(
    "paper", [picture(JPEG), picture(PDF), page(40), png(300)], ids=["jpeg", "pdf", "png", "small"]
)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_anywhere_is_of_no_kind(paper: Paper, share: float) -> None:
    assert media_of(paper.content[: int(paper.size * share)]) is None


@pytest.mark.parametrize("media", KINDS)
@pytest.mark.parametrize("more", [b"PK\3\4 and an archive", b"<script>", picture(JPEG).content, b"%PDF-1.4"])
def test_nothing_travels_behind_a_file(media: str, more: bytes) -> None:
    assert media_of(picture(media).content + more) is None


@given(content=st.binary(max_size=300), head=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.7"]))
def test_rubbish_is_of_no_kind_and_hurts_nobody(content: bytes, head: bytes) -> None:
    assert media_of(head + content) is None


@given(at=st.integers(0, 999), bit=st.integers(0, 7))
def test_a_png_with_one_bit_changed_is_none(at: int, bit: int) -> None:
    content = bytearray(png(1000).content)
    content[at] ^= 1 << bit
    assert media_of(bytes(content)) is None


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


@pytest.mark.parametrize(
    "chunks",
    [
        [_chunk(b"IDAT", b"x"), _chunk(b"IEND")],
        [_chunk(b"IHDR", bytes(13)), _chunk(b"IDAT", b"x"), _chunk(b"IEND")],
        [_chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"), _chunk(b"IEND")],
        [_chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0") * 2, _chunk(b"IDAT", b"x"), _chunk(b"IEND")],
        [_chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"), _chunk(b"IDAT", b"x")],
    ],
    ids=["no head", "no extent", "no pixels", "two heads", "no end"],
)
def test_a_png_has_one_head_pixels_and_an_end(chunks: list[bytes]) -> None:
    assert media_of(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x0b\x08\0\1\0\1\1\1\x11\0\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x02xyz\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x0b\x08\0\0\0\0\1\1\x11\0\xff\xda\x00\x02xyz\xff\xd9",
        b"\xff\xd8\xff\xd8\xff\xd9",
    ],
    ids=["nothing", "no frame", "no scan", "no frame before the scan", "no extent", "begun twice"],
)
def test_a_jpeg_has_a_frame_a_scan_and_an_end(content: bytes) -> None:
    assert media_of(content) is None


def test_zeros_behind_a_jpeg_are_the_scanners_padding() -> None:
    assert media_of(picture(JPEG).content + bytes(100)) == JPEG


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
        b"%PDF-1.7\nxref\nstartxref\n99999\n%%EOF",
        b"%PDF-1.7\nxref\nstartxref\n9\n",
        b"%PDF-9.7\nxref\nstartxref\n9\n%%EOF",
    ],
    ids=["points at the head", "points behind the end", "no end", "of no version there is"],
)
def test_a_pdf_ends_with_where_its_cross_reference_is(content: bytes) -> None:
    assert media_of(content) is None
