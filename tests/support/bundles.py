"""The bundle as ``make bundle`` makes it: built once for a tree, shared by all who test it; and an empty Debian to put it into."""

from __future__ import annotations

import fcntl
import functools
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from tests.support.parts import real_part
from tests.support.tree import ROOT

WORK = ROOT / ".bundle"
DIST = ROOT / "dist"
LONGEST = 600
"""Seconds a build may take."""
IN_RELEASE = re.compile(r"^'(?P<mirror>\S+)/dists/(?P<suite>[^/']+)/InRelease'", re.MULTILINE)
ENTER = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
"""For ``sh`` in mounts of its own: what a machine mounts when it starts, then the command."""


def of_build(name: str) -> Any:
    """Return a module of the packaging folder, which is no package."""
    folder = str(ROOT / "build")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What lies in ``dist/``."""

    archive: Path
    package: Path
    components: Path
    sums: Path
    told: dict[str, Any]

    def unpacked(self, folder: Path) -> Path:
        """Unpack the archive; return the program."""
        with zstandard.open(self.archive) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            tar.extractall(folder, filter="data")
        return folder / "clerk" / "clerk"


@functools.cache
def built() -> Bundle:
    """Return the bundle of this very tree; made now where ``dist/`` holds none, or another one."""
    real_part("strip", present=shutil.which("strip") is not None, hint="apt-get install binutils")
    WORK.mkdir(exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of the tests wait for the one that builds
        found = _present()
        if found is None:
            env = {
                name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
            }
            words = ["make", "--no-print-directory", "bundle", f"PYTHON={sys.executable}"]
            done = subprocess.run(
                words, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=LONGEST
            )
            assert done.returncode == 0, done.stderr[-4000:]
            found = _present()
    assert found is not None, "make bundle made something else than this tree"
    return found


def _present() -> Bundle | None:
    """Return what is in ``dist/``, if it was built from this tree."""
    archives = list(DIST.glob("clerk-*.tar.zst"))
    if len(archives) != 1 or not (DIST / "SHA256SUMS").exists():
        return None
    told = _told(archives[0])
    if told.get("tree") != of_build("contents").tree_hash(ROOT):
        return None
    [package], [components] = DIST.glob("clerk_*.deb"), DIST.glob("clerk-*.cdx.json")
    return Bundle(archives[0], package, components, DIST / "SHA256SUMS", told)


def _told(archive: Path) -> dict[str, Any]:
    with zstandard.open(archive) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.name == "clerk/_internal/build.json" else None
            if file is not None:
                told: dict[str, Any] = json.loads(file.read())
                return told
    return {}


def members(package: Path) -> dict[str, bytes]:
    """Return the parts of a Debian package, read without dpkg."""
    raw, found = io.BytesIO(package.read_bytes()), {}
    assert raw.read(8) == b"!<arch>\n"
    while head := raw.read(60):
        size = int(head[48:58])
        found[head[:16].decode().strip()] = raw.read(size)
        raw.read(size % 2)
    return found


@dataclass(frozen=True, slots=True)
class Debian:
    """A Debian that holds nothing but what every Debian holds."""

    root: Path

    def words(self, *command: str | Path) -> list[str]:
        """Return the command line by which a command runs in there."""
        return [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "--",
            "sh",
            "-c",
            ENTER,
            str(self.root),
            *map(str, command),
        ]

    def run(self, command: Sequence[str | Path], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in there to its end."""
        done = subprocess.run(
            self.words(*command), input=stdin, env=inside(), capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done


def inside() -> dict[str, str]:
    """Return the environment of somebody who has just come in: nothing of this machine's."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": "/" + "root",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
    }


@contextmanager
def empty_debian() -> Iterator[Debian]:
    """Make an empty Debian of this machine's release for the length of the block; what is built meanwhile is not waited for."""
    real_part("The superuser", present=os.geteuid() == 0, hint="debootstrap and chroot are for root")
    real_part("debootstrap", present=shutil.which("debootstrap") is not None, hint="apt-get install debootstrap")
    suite, mirror = release()
    WORK.mkdir(exist_ok=True)
    folder = WORK / f"debian-{os.getpid()}"  # not in memory: what is mounted there has no devices
    words = ["debootstrap", "--variant=minbase", suite, str(folder), mirror]
    making = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        built()
        said, _ = making.communicate(timeout=LONGEST)
        assert making.returncode == 0, said[-2000:]
        yield Debian(folder)
    finally:
        making.kill()
        making.wait()
        shutil.rmtree(folder)


def release() -> tuple[str, str]:
    """Return this machine's release of Debian and where it gets its packages from."""
    told = subprocess.run(["apt-get", "update", "--print-uris"], capture_output=True, text=True, check=False).stdout
    codename = re.search(r"^VERSION_CODENAME=(\S+)", Path("/etc/os-release").read_text(encoding="utf-8"), re.MULTILINE)
    suite = codename[1] if codename else ""
    mirrors = [found["mirror"] for found in IN_RELEASE.finditer(told) if found["suite"] == suite]
    real_part("A mirror of Debian", present=bool(mirrors), hint="the release of /etc/os-release is in no list of apt's")
    return suite, mirrors[0]
