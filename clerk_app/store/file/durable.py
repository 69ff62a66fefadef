"""Files that are there in full after a power cut, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)


def create_private_file(path: Path) -> None:
    """Make an empty file only its owner may read, if there is none.

    One that is there is not touched: to open and close it would drop SQLite's locks on it (POSIX).
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def write_private_file(path: Path, content: bytes) -> None:
    """Put ``content`` in place of the file, durably and at once."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable, where the system has a way to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
