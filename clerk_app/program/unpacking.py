"""A bundle's archive becomes a folder: nothing of it lands elsewhere, and all of it is on the disk before it is used."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

from clerk_app.program import build_info
from clerk_app.program.build_info import BuildInfo
from clerk_app.program.state import BUNDLE
from clerk_app.store.file.durable import sync_folder

LARGEST = 2 << 30
"""Bytes of a bundle, unpacked."""
_INSIDE = f"{BUNDLE}/_internal/{build_info.FILE}"


class Unusable(Exception):
    """The archive is no bundle of ours; the message is Chinese."""


class Interrupted(Exception):
    """The work was called off."""


def unpack(archive: Path, folder: Path, cancelled: Callable[[], bool] = lambda: False) -> BuildInfo:
    """Unpack a bundle into an empty folder, durably, and return what it says of itself.

    Raises ``Unusable``, ``Interrupted`` or ``OSError``; what is in the folder then is for the caller to remove.
    """
    try:
        with _opened(archive) as found:
            _extract(found, folder, cancelled)
    except (tarfile.TarError, zstandard.ZstdError, EOFError, UnicodeError, ValueError) as error:
        raise Unusable("安装包打不开，或者里面有不该有的内容") from error
    about = build_info.info(build_info.read(folder / BUNDLE / "_internal"))
    if about is None:
        raise Unusable("安装包里没有版本说明")
    _settle(folder)
    return about


def about(archive: Path) -> BuildInfo:
    """Return what a bundle's archive says of itself, without unpacking it; raises ``Unusable`` or ``OSError``."""
    info = None
    try:
        with _opened(archive) as found:
            info = next(filter(None, (_info(found, member) for member in found)), None)
    except (tarfile.TarError, zstandard.ZstdError, EOFError, UnicodeError, ValueError) as error:
        raise Unusable("安装包打不开") from error
    if info is None:
        raise Unusable("安装包里没有版本说明")
    return info


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    with (
        archive.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as stream,
        tarfile.open(fileobj=stream, mode="r|") as found,
    ):
        yield found


def _info(found: tarfile.TarFile, member: tarfile.TarInfo) -> BuildInfo | None:
    content = found.extractfile(member) if member.name == _INSIDE and member.size < 1 << 16 else None
    told = json.loads(content.read()) if content is not None else None
    return build_info.info(told) if isinstance(told, dict) else None


def _extract(found: tarfile.TarFile, folder: Path, cancelled: Callable[[], bool]) -> None:
    size = 0
    for member in found:
        if cancelled():
            raise Interrupted
        size += member.size
        if member.name != BUNDLE and not member.name.startswith(f"{BUNDLE}/"):
            raise Unusable("安装包里有不该有的内容")
        if size > LARGEST:
            raise Unusable("安装包解开后太大")
        found.extract(member, folder, filter="data")


def _settle(folder: Path) -> None:
    """Have every file and every folder on the disk."""
    for place, folders, files in os.walk(folder):
        for name in files:
            path = Path(place, name)
            if path.is_symlink():
                continue
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        for name in folders:
            sync_folder(Path(place, name))
    sync_folder(folder)
