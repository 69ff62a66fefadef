"""The files of the project: what is committed or about to be."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

from tests.support.parts import real_part

ROOT = Path(__file__).parents[2]
PACKAGES = ("clerk_app", "screens", "sync")


def git(*words: str) -> subprocess.CompletedProcess[str]:
    """Ask git about this tree."""
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False, timeout=60)


@functools.cache
def project_files() -> tuple[Path, ...]:
    """List every file that is tracked, or new and not ignored."""
    real_part("git", present=bool(shutil.which("git")), hint="apt-get install git")
    listing = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    real_part("The repository", present=listing.returncode == 0, hint="the tests of the house read a git clone")
    paths = (ROOT / name for name in sorted(set(listing.stdout.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def named(path: Path) -> str:
    """Name a file of the project from its root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()
