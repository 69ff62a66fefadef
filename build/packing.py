"""Archives that hold the same bytes whoever makes them and wherever: sorted, of root, with one time and two modes."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

PROGRAM, FILE = 0o755, 0o644
BLOCK = 1 << 20
ZSTD_LEVEL = 12
"""Beyond it minutes buy two per cent: most of a bundle is compressed already."""
ZSTD_THREADS = 2
"""Any number but 0 gives the same bytes."""
GZIP_LEVEL = 6


def entries(folder: Path) -> Iterator[Path]:
    """Yield what lies below a folder, folders before what they hold, in the order of their names."""
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from entries(path)


def mode(path: Path) -> int:
    """Return the mode a file is given: what its owner may run everybody may run, nothing is written by others."""
    return PROGRAM if path.is_dir() or path.stat().st_mode & 0o100 else FILE


def write_tar(file: IO[bytes], folder: Path, top: str, epoch: int, *, parents: bool = False) -> None:
    """Write a folder as a tar under the name ``top``; with ``parents`` its own folders above it, too, as dpkg has it."""
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        if parents:
            tar.addfile(_info("./", tarfile.DIRTYPE, PROGRAM, epoch))
        else:
            tar.addfile(_info(top, tarfile.DIRTYPE, PROGRAM, epoch))
        for path in entries(folder):
            add(tar, path, f"{top}/{path.relative_to(folder).as_posix()}", epoch)


def add(tar: tarfile.TarFile, path: Path, name: str, epoch: int) -> None:
    """Add one file, folder or link."""
    if path.is_symlink():
        info = _info(name, tarfile.SYMTYPE, 0o777, epoch)
        info.linkname = path.readlink().as_posix()
        tar.addfile(info)
    elif path.is_dir():
        tar.addfile(_info(name, tarfile.DIRTYPE, PROGRAM, epoch))
    else:
        info = _info(name, tarfile.REGTYPE, mode(path), epoch)
        info.size = path.stat().st_size
        with path.open("rb") as source:
            tar.addfile(info, source)


def _info(name: str, kind: bytes, mode: int, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = kind, mode, epoch
    info.uname = info.gname = "root"
    return info


def write_tar_zst(target: Path, folder: Path, top: str, epoch: int) -> None:
    """Write the bundle for the machines that fetch it by themselves."""
    import zstandard

    squeezer = zstandard.ZstdCompressor(level=ZSTD_LEVEL, threads=ZSTD_THREADS, write_checksum=True)
    with target.open("wb") as file, squeezer.stream_writer(file) as squeezed:
        write_tar(squeezed, folder, top, epoch)


def write_zip(target: Path, folder: Path, top: str, epoch: int) -> None:
    """Write the bundle for Windows, which opens these without a further program."""
    when = datetime.fromtimestamp(epoch, UTC).timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in entries(folder):
            if path.is_file():
                info = zipfile.ZipInfo(f"{top}/{path.relative_to(folder).as_posix()}", when)
                info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, mode(path) << 16
                packed.writestr(info, path.read_bytes())


def tar_gz(folder: Path, epoch: int) -> bytes:
    """Return a folder as a member of a package: every dpkg since the first can read it."""
    squeezed = io.BytesIO()
    with gzip.GzipFile("", "wb", GZIP_LEVEL, squeezed, mtime=0) as file:
        write_tar(file, folder, ".", epoch, parents=True)  # type: ignore[arg-type]  # it has all of a file that tar writes to
    return squeezed.getvalue()


def write_ar(target: Path, members: list[tuple[str, bytes]], epoch: int) -> None:
    """Write the outer archive of a package."""
    with target.open("wb") as file:
        file.write(b"!<arch>\n")
        for name, content in members:
            file.write(f"{name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode())
            file.write(content + b"\n" * (len(content) % 2))


def sha256(path: Path) -> str:
    """Return a file's hash."""
    told = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            told.update(block)
    return told.hexdigest()
