"""What a file is told by its content alone, and whatever is thrown at it comes to a refusal in Chinese."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from clerk_app.devices.content import MAX_PIXELS, NotTaken, inspect
from clerk_app.domain.scan_content import MAX_BYTES, media_of
from tests.support.scans import pdf, picture, png_of

WHOLE = {
    "jpeg": picture("JPEG"),
    "progressive": picture("JPEG", progressive=True),
    "png": picture("PNG"),
    "pdf": pdf(3),
}
PROFILE = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def refusal(raw: bytes) -> NotTaken:
    with pytest.raises(NotTaken) as refused:
        inspect(raw)
    assert any("\u4e00" <= c <= "\u9fff" for c in refused.value.reason)
    return refused.value


@pytest.mark.parametrize(("name", "media"), [("jpeg", "image/jpeg"), ("png", "image/png"), ("pdf", "application/pdf")])
def test_the_three_kinds_are_taken_by_what_they_hold(name: str, media: str) -> None:
    found = inspect(WHOLE[name])
    assert (found.media, found.size) == (media, len(WHOLE[name]))
    assert found.pages == (3 if name == "pdf" else 1)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_every_coding_of_a_png_is_read_to_its_end(mode: str) -> None:
    from io import BytesIO

    from PIL import Image

    written = BytesIO()
    Image.new(mode, (13, 7)).save(written, "PNG")
    assert inspect(written.getvalue()).pages == 1


def test_an_interlaced_png_is_taken() -> None:
    rows = zlib.compress(
        b"".join(
            bytes(1 + width) * height for width, height in ((1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (2, 3), (5, 2))
        )
    )
    assert inspect(png_of(5, 5, rows, interlaced=True)).media == "image/png"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"PK\x03\x04" + bytes(40) + b"word/document.xml", "Word 文档"),
        (b"PK\x03\x04" + bytes(40) + b"xl/workbook.xml", "Excel 表格"),
        (b"PK\x03\x04" + bytes(40), "压缩包"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "Office"),
        (b"GIF89a" + bytes(10), "GIF"),
        (b"II*\0" + bytes(10), "TIFF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        ("申请书".encode(), "文本文件"),
        ("申请书".encode("gb18030"), "文本文件"),
        (b"<!DOCTYPE html><html>", "网页"),
        (b"MZ\x90\0", "程序文件"),
        (bytes(range(256)), "不是图片也不是 PDF"),
    ],
)
def test_everything_else_is_named_and_refused(raw: bytes, what: str) -> None:
    refused = refusal(raw)
    assert what in refused.reason
    assert not refused.partial


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_cut_short_may_become_whole_yet(name: str) -> None:
    for cut in (0, 1, 4, len(WHOLE[name]) // 2, len(WHOLE[name]) - 8):
        assert refusal(WHOLE[name][:cut]).partial


def test_another_file_behind_a_picture_is_refused() -> None:
    refusal(WHOLE["png"] + b"PK\x03\x04")
    refusal(WHOLE["jpeg"] + b"PK\x03\x04")


def test_too_many_bytes_and_too_many_pages_are_refused() -> None:
    assert inspect(pdf(200)).pages == 200
    assert "200 页" in refusal(pdf(201)).reason
    assert "20 MB" in refusal(WHOLE["jpeg"] + bytes(MAX_BYTES)).reason


def test_an_encrypted_pdf_is_refused_as_such() -> None:
    assert "密码" in refusal(pdf(1, password="x")).reason


def test_a_picture_that_unpacks_to_more_than_its_size_is_not_unpacked() -> None:
    bomb = png_of(10, 10, zlib.compress(bytes(200 << 20), 9))
    huge = png_of(60_000, 60_000, zlib.compress(bytes(1000)))
    tracemalloc.start()
    refusal(bomb)
    assert "过大" in refusal(huge).reason
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_jpeg_that_claims_to_be_huge_is_not_decoded() -> None:
    raw = bytearray(WHOLE["jpeg"])
    at = raw.index(b"\xff\xc0") + 5
    raw[at : at + 4] = (60_000).to_bytes(2, "big") * 2
    assert MAX_PIXELS < 60_000**2
    assert "过大" in refusal(bytes(raw)).reason


def test_a_page_tree_that_leads_back_into_itself_or_multiplies_is_refused() -> None:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    tree = writer._root_object["/Pages"].get_object()
    assert isinstance(tree, DictionaryObject)
    below = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/Pages")}))
    branch = below.get_object()
    assert isinstance(branch, DictionaryObject)
    branch[NameObject("/Kids")] = ArrayObject([below, below])
    tree[NameObject("/Kids")] = ArrayObject([below] * 20)
    from io import BytesIO

    written = BytesIO()
    writer.write(written)
    refusal(written.getvalue())


@PROFILE
@given(name=st.sampled_from(sorted(WHOLE)), cut=st.floats(0, 1))
def test_a_file_cut_anywhere_is_taken_or_refused(name: str, cut: float) -> None:
    told(WHOLE[name][: int(cut * len(WHOLE[name]))])


@PROFILE
@given(
    name=st.sampled_from(sorted(WHOLE)),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=8),
)
def test_a_file_with_flipped_bits_is_taken_or_refused(name: str, flips: list[tuple[float, int]]) -> None:
    raw = bytearray(WHOLE[name])
    for place, mask in flips:
        raw[int(place * len(raw))] ^= mask
    told(bytes(raw))


@PROFILE
@given(raw=st.binary(max_size=300), head=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n"]))
def test_any_bytes_are_taken_or_refused(raw: bytes, head: bytes) -> None:
    told(head + raw)


def told(raw: bytes) -> None:
    """Either it is what central's own check says it is, or it is refused; nothing else may come of it."""
    try:
        found = inspect(raw)
    except NotTaken:
        return
    assert found.media == media_of(raw)
    assert 1 <= found.pages <= 200
