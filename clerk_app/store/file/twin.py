"""Small files that are kept twice in the window's folder, ``NAME`` and ``NAME.copy``: one flipped bit stops nobody.

The copy is written after the file itself, and holds a check of what it tells (SHA-256 in the member ``check``). Which of
the two counts is for whoever knows the file to say; here is how they are read, compared and put back in order.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

log = logging.getLogger("clerk.twin")
COPY = ".copy"
CHECK = "check"


def copy_of(path: Path) -> Path:
    """Return where the second one of a file lies."""
    return path.with_name(path.name + COPY)


def there(path: Path) -> bool:
    """Whether the file or its copy is there."""
    return path.exists() or copy_of(path).exists()


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the two, as it was read."""

    raw: bytes = b""
    told: dict[str, Any] | None = None
    """The JSON object it holds, if it holds one."""
    trouble: OSError | None = None
    """Why it could not be read."""

    @property
    def missing(self) -> bool:
        """Whether there is none."""
        return isinstance(self.trouble, FileNotFoundError)

    @property
    def rest(self) -> dict[str, Any] | None:
        """What it tells, without the check."""
        return None if self.told is None else {name: value for name, value in self.told.items() if name != CHECK}

    @property
    def holds(self) -> bool:
        """Whether it is what was written, by its own check."""
        return self.told is not None and self.told.get(CHECK) == _check(self.told)


def look(path: Path) -> Reading:
    """Read one of the two; raises nothing."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Reading(trouble=error)
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return Reading(raw)
    return Reading(raw, told if isinstance(told, dict) else None)


def checked(told: dict[str, Any]) -> bytes:
    """Return the content of a file that tells this, with its check."""
    rest = {name: value for name, value in told.items() if name != CHECK}
    return json.dumps({**rest, CHECK: _check(rest)}, ensure_ascii=False, indent=1).encode()


def _check(told: dict[str, Any]) -> str:
    import hashlib  # a client that finds both alike comes without

    rest = {name: value for name, value in told.items() if name != CHECK}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def put_back(path: Path, content: bytes) -> str:
    """Write a damaged or missing file anew; what is there is kept beside, and its name returned. Raises ``OSError``.

    Killed at any point it leaves the damaged file, or none, or the new one: never a copy in the place of the last one.
    """
    from clerk_app.store.file.durable import sync_folder, write_private_file  # not on the way to the first paint

    kept = ""
    if path.exists():
        stem = f"{path.name}.damaged-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        kept, tries = stem, 1
        while path.with_name(kept).exists():
            tries += 1
            kept = f"{stem}-{tries}"
        path.replace(path.with_name(kept))
        sync_folder(path.parent)
    write_private_file(path, content)
    return kept


@contextmanager
def best_effort(name: str) -> Iterator[None]:
    """Where the disk does not take it now, the next opening puts it in order."""
    try:
        yield
    except OSError as error:
        log.warning("%s is not written anew yet: %s", name, type(error).__name__)


def told_of_main(name: str, label: str, kept: str, lost: str) -> str:
    """Return the sentence about a file that was written anew from its copy."""
    log.warning("%s was written anew from its copy", name)
    how = f"已损坏，损坏的一份另存为 {kept}" if kept else "不见了"
    return f"{label} {name} {how}；已用留存的 {name}{COPY} 恢复，{lost}。反复出现请检查磁盘。"


def told_of_copy(name: str, label: str) -> str:
    """Return the sentence about a copy that was written anew."""
    log.warning("the copy of %s was written anew", name)
    return f"{label}的留存 {name}{COPY} 已损坏，已重新写好；{name} 完好。反复出现请检查磁盘。"
