"""What this program is: the words of its bundle where it is frozen, else those of the source tree."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from clerk_app import VERSION

FILE = "build.json"
"""Beside the modules of a bundle (``_internal``); whoever copies a bundle and changes it there has another version."""
ROOT = "release_root.json"
"""The root of trust for releases, where the bundle was built with one."""
OLDEST_STORE = 1
"""The oldest schema of a window's store that this program opens (``store.file.schema``)."""


class BuildInfo(NamedTuple):
    """What a bundle says of itself."""

    version: str
    platform: str
    """System and machine, as ``linux-x86_64``."""
    commit: str = ""
    libc: str = ""
    """The C library it was built with, and needs at least; empty: unknown, or none."""
    oldest_store: int = OLDEST_STORE


def frozen() -> bool:
    """Whether this is a bundle's program."""
    return bool(getattr(sys, "frozen", False))


def inside() -> Path | None:
    """Return the folder of a bundle's modules; ``None`` in a source tree."""
    place = getattr(sys, "_MEIPASS", None)
    return Path(place) if frozen() and place else None


@cache
def build_info() -> BuildInfo:
    """Return what this program is; what its bundle does not say is told as for a source tree."""
    place = inside()
    told = {} if place is None else read(place)
    return info(told) or BuildInfo(VERSION, platform())


def read(place: Path) -> dict[str, Any]:
    """Return what stands in a bundle's ``build.json``; empty where it cannot be read."""
    try:
        told = json.loads((place / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def info(told: dict[str, Any]) -> BuildInfo | None:
    """Return what ``build.json`` tells, or ``None`` where it names no version and no platform."""
    version, where = told.get("version"), told.get("platform")
    if not (isinstance(version, str) and version and isinstance(where, str) and where):
        return None
    oldest = told.get("oldest_store")
    return BuildInfo(
        version,
        where,
        str(told.get("commit") or ""),
        str(told.get("libc") or ""),
        oldest if isinstance(oldest, int) and not isinstance(oldest, bool) else OLDEST_STORE,
    )


def platform() -> str:
    """Return the name of this machine's kind, as releases are named."""
    if sys.platform == "win32":
        return f"windows-{os.environ.get('PROCESSOR_ARCHITECTURE', 'amd64').lower()}"
    return f"{sys.platform}-{os.uname().machine}"


def release_root() -> bytes | None:
    """Return the root of trust this bundle was built with, or ``None``."""
    place = inside()
    if place is None:
        return None
    try:
        return (place / ROOT).read_bytes()
    except OSError:
        return None
