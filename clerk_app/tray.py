"""Where printed papers lie until they are handed over: in memory where the system has a private folder there.

A paper is as readable as the applicant's own copy. In the folder of the session's own memory (``$XDG_RUNTIME_DIR``) it
is gone with the power; elsewhere it lies below the window's folder. Both are emptied whenever somebody leaves the window.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

MEMORY = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mountinfo")


def tray(folder: Path) -> Path:
    """Return where the papers of the window kept in ``folder`` go; made when the first one is printed."""
    memory = _in_memory()
    if memory is None:
        return folder / "papers"
    import hashlib  # not on the way to the first paint

    window = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return memory / "clerk" / window


def empty(papers: Path) -> None:
    """Take away every paper that lies there; one that cannot be removed, or is held open, is left for the next time.

    On a disk a paper is written over first. What a file system or a drive keeps of it elsewhere is out of reach.
    """
    with contextlib.suppress(OSError):
        for path in papers.iterdir():
            if path.suffix in {".pdf", ".part"}:
                with contextlib.suppress(OSError):
                    _blank(path)
                    path.unlink()


def _blank(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        os.write(handle, bytes(os.fstat(handle).st_size))
        os.fsync(handle)
    finally:
        os.close(handle)


def _in_memory() -> Path | None:
    """Return this user's own folder in memory, if there is one nobody else may enter."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if not named or os.name != "posix":
        return None
    folder = Path(named)
    try:
        found = folder.stat()
        private = found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
        if not (folder.is_absolute() and stat.S_ISDIR(found.st_mode) and private):
            return None
        device = f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    return folder if any(file_system(line, device) in MEMORY for line in mounts) else None


def file_system(line: str, device: str) -> str:
    """Return the kind of file system a line of mountinfo tells of, where it is this device's (proc(5))."""
    before, _, after = line.partition(" - ")
    fields = before.split()
    return after.split(" ", 1)[0] if len(fields) > 2 and fields[2] == device else ""
