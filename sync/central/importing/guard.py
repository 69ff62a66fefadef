"""What is looked at before a file is opened: what it really is, and that it cannot swell."""

from __future__ import annotations

import zipfile
from pathlib import Path

from sync.central.importing.model import ImportRefused

MAX_FILE = 256 << 20
MAX_UNPACKED = 200 << 20
MAX_MEMBERS = 10_000
MAX_RATIO = 150
"""Sheets shrink to a tenth, repetitive ones to a fiftieth; what shrinks more was made to swell."""
_SMALL = 16 << 20
"""Below this nothing hurts, whatever its ratio."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"SQLite": "数据库文件",
    b"\x7fELF": "程序",
}


def kind_of(path: Path) -> str:
    """Return ``xlsx``, ``json`` or ``csv``, by content first and suffix second; refuse what is none of them."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ImportRefused(f"读不了文件：{error.strerror or error}") from error
    if size == 0:
        raise ImportRefused("文件是空的")
    if size > MAX_FILE:
        raise ImportRefused(f"文件有{size >> 20}MB，超过{MAX_FILE >> 20}MB的上限")
    if head.startswith(b"PK"):
        check_archive(path)
        return "xlsx"
    if head.startswith(_OLE):
        raise ImportRefused("这是旧版 .xls 或加了密码的工作簿，请另存为不加密的 .xlsx")
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise ImportRefused(f"这是{name}，不是 .xlsx、.csv 或 .json 清单")
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        raise ImportRefused("后缀是 .xlsx，内容却不是工作簿，文件可能已损坏")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if path.suffix.lower() in {".json", ".jsonl", ".ndjson"} or start[:1] in {b"{", b"["}:
        return "json"
    if start[:1] == b"<":
        raise ImportRefused("这是网页或 XML，不是 .xlsx、.csv 或 .json 清单，请用表格软件另存为 .xlsx")
    return "csv"


def check_archive(path: Path) -> None:
    """Refuse a broken, encrypted or swelling archive, and one that is no workbook; nothing is unpacked here."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportRefused("工作簿不完整或已损坏，打不开") from error
    if len(members) > MAX_MEMBERS:
        raise ImportRefused("压缩包里的文件太多，不是正常的工作簿")
    if any(member.flag_bits & 1 for member in members):
        raise ImportRefused("工作簿加了密码，请去掉密码后再导入")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ImportRefused(f"工作簿解开后超过{MAX_UNPACKED >> 20}MB，可能是压缩炸弹，已拒绝")
    if any(member.file_size > _SMALL and member.file_size > MAX_RATIO * member.compress_size for member in members):
        raise ImportRefused("工作簿的压缩率异常，可能是压缩炸弹，已拒绝")
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise ImportRefused("这个压缩包不是 .xlsx 工作簿")
