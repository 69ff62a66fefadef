"""Releases for the tests: tiny bundles whose program is a shell script, signed with real keys, and where they come from."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zstandard

from clerk_app.program.source import NotThere
from sync.central.releases import signing
from sync.central.releases.signing import Bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSPHRASE = "sample-release-passphrase"
PLATFORM = "linux-test"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

SCRIPT = """#!/bin/sh
here=$(dirname "$0")
version=$(basename "$(dirname "$here")")
echo "$version $*" >> "$here/../../../calls"
if [ "$1 $2" = "doctor --program" ]; then exit {doctor}; fi
echo "ran $version as $CLERK_LAUNCHED: $*"
exit {status}
"""


def script(doctor: int = 0, status: int = 7) -> str:
    """Return a program that passes its own check or not, and tells what it was started as."""
    return SCRIPT.format(doctor=doctor, status=status)


def bundle(
    folder: Path,
    version: str,
    *,
    platform: str = PLATFORM,
    program: str = "",
    members: Mapping[str, bytes] | None = None,
    extra: Sequence[tarfile.TarInfo] = (),
    told: str = "",
    named: str = "",
) -> Bundle:
    """Make a bundle's archive; ``told`` is the version inside, ``named`` the one in its name, where they are others."""
    about = {"version": told or version, "platform": platform, "commit": "", "libc": "", "oldest_store": 1}
    files = {
        "clerk/clerk": (program or script()).encode(),
        f"clerk/_internal/{'build.json'}": json.dumps(about).encode(),
        **(members or {}),
    }
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755 if name == "clerk/clerk" else 0o644
            archive.addfile(member, io.BytesIO(content))
        for one in extra:
            archive.addfile(one)
    path = folder / f"clerk-{named or version}-{platform}.tar.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(made.getvalue()))
    return Bundle(path, version, platform, 1)


@dataclass
class Publisher:
    """Somebody with keys, and the folder central serves."""

    keys: Path
    releases: Path

    @classmethod
    def in_folder(cls, folder: Path, name: str = "publisher") -> Publisher:
        """Make the keys."""
        made = cls(folder / f"{name}-keys", folder / f"{name}-releases")
        signing.make_keys(made.keys, PASSPHRASE, datetime.now(UTC))
        return made

    def release(self, *bundles: Bundle, now: datetime | None = None, days: int = 30) -> list[str]:
        """Sign bundles, or all that is there anew."""
        return signing.release(self.keys, self.releases, PASSPHRASE, bundles, now or datetime.now(UTC), days)

    @property
    def root(self) -> bytes:
        return (self.keys / "1.root.json").read_bytes()

    def target(self, version: str) -> Path:
        return self.releases / "targets" / f"clerk-{version}-{PLATFORM}.tar.zst"

    def metadata(self, name: str) -> Path:
        return self.releases / "metadata" / name


@dataclass
class Served:
    """Files of a folder, as they come over the line; counts, and does what a test wants before each piece."""

    folder: Path
    asked: list[str] = field(default_factory=list)
    pieces: list[tuple[int, int]] = field(default_factory=list)
    before_piece: Callable[[int, int], Any] = lambda begin, end: None

    def metadata(self, name: str) -> bytes:
        self.asked.append(name)
        path = self.folder / "metadata" / name
        if not path.is_file():
            raise NotThere(name)
        return path.read_bytes()

    def piece(self, name: str, begin: int, end: int) -> bytes:
        self.before_piece(begin, end)
        self.pieces.append((begin, end))
        path = self.folder / "targets" / name
        if not path.is_file():
            raise NotThere(name)
        return path.read_bytes()[begin:end]

    @contextmanager
    def opened(self) -> Iterator[Served]:
        """Give itself, as a conversation does."""
        yield self


INSTALLED = """
import json, os, pathlib, sys
sys.frozen = True
sys._MEIPASS = sys.argv.pop(1)
from clerk_app.program.launch import hand_on
hand_on(sys.argv)
print("ran installed:", *sys.argv[1:])
"""


@dataclass
class Installed:
    """The installed program: it hands on as a bundle's does, and says so where it does not."""

    folder: Path
    """Of its modules."""
    version: str = "0.3.0"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        about = {"version": self.version, "platform": PLATFORM, "oldest_store": 1}
        (self.folder / "build.json").write_text(json.dumps(about))

    def command(self, *words: str | Path) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-c", INSTALLED, str(self.folder), *map(str, words)]
