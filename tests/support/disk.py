"""A disk as a thief has it: everything in some folders as it lies there, searched for what must not be readable."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_MOST = 1 << 24
"""Bytes a packed stream is followed."""


def frozen(folders: Iterable[Path], to: Path) -> Path:
    """Copy folders as they are at this moment, whoever writes in them."""
    for n, folder in enumerate(folders):
        shutil.copytree(
            folder, to / str(n), symlinks=True, ignore_dangling_symlinks=True, copy_function=_copied, dirs_exist_ok=True
        )
    return to


def traces(folder: Path, secrets: Mapping[str, str]) -> set[str]:
    """Return where in a folder a secret can be read: its name and the file's, in any of the encodings, packed or not."""
    wanted = [(name, form) for name, text in secrets.items() for form in written(text)]
    found = set()
    for path in folder.rglob("*"):
        for name, form in wanted:
            if form in str(path.relative_to(folder)).encode(errors="surrogateescape"):
                found.add(f"{name} in the name {path.name}")
        if path.is_file() and not path.is_symlink():
            raw = path.read_bytes()
            if b"%PDF-" in raw:
                found.add(f"a paper in {path.name}")
            for content in (raw, *unpacked(raw)):
                found |= {f"{name} in {path.name}" for name, form in wanted if form in content}
    return found


def written(text: str) -> set[bytes]:
    """Return the forms a text may stand in."""
    forms = {text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
    escaped = text.encode("ascii", "backslashreplace")
    return forms | {escaped, escaped.upper().replace(b"\\U", b"\\u"), text.encode().hex().encode()}


def unpacked(raw: bytes) -> Iterable[bytes]:
    """Yield what stands in the zlib and gzip streams of a file, wherever they begin."""
    for start in _STREAM.finditer(raw):
        try:
            yield zlib.decompressobj(47).decompress(raw[start.start() :], _MOST)
        except zlib.error:
            continue


def _copied(source: str, target: str) -> str:
    try:
        return str(shutil.copyfile(source, target, follow_symlinks=False))
    except (FileNotFoundError, shutil.SpecialFileError):  # gone since it was listed; a socket
        return target
