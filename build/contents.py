"""What goes into a bundle, as lists: ``clerk.spec`` builds from them and the tests hold them against the tree.

Needs the standard library alone, so that both can import it; whatever asks PyInstaller stands in the spec.
"""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

PACKAGES = ("clerk_app", "screens", "sync")
LOCKS = ("requirements.lock", "requirements-bundle.lock")
MIGRATIONS = Path("sync/central/migrations")
"""Alembic runs the revisions from their files."""

HIDDEN_PACKAGES = (
    "textual.widgets",
    "asyncpg",
    "keyring.backends",
    "tuf",
    "securesystemslib",
    "escpos",
    "pypdfium2_raw",
)
"""Parts of theirs are looked up by name (widgets, back ends, signers) or from compiled code, which shows no imports."""
HIDDEN = ("aiosqlite", "pypdfium2")
"""SQLAlchemy looks its drivers up by name; a page is turned into dots only where a printer wants that."""
DATA_PACKAGES = ("escpos", "barcode", "certifi")
"""Their tables, fonts and certificates lie beside their modules."""
TOLD = ("keyring", "textual", "alembic", "sqlalchemy")
"""Read by ``importlib.metadata`` while the program runs: entry points and versions."""
FONT = "NotoSansSC-Regular.otf"
"""The one face of ``pylopdf_fonts_zh_cn`` that papers are printed in."""

TOOLS = frozenset({"hatchling", "pathspec", "pluggy", "trove-classifiers", "setuptools", "pip", "argcomplete"})
"""Locked for the install, or asked for by a package whose part that needs them is not in use."""
NOT_USED = (
    # Tools and tests of packages in use.
    "IPython",
    "alembic.testing",
    "numpy.distutils",
    "numpy.f2py",
    "numpy.testing",
    "sqlalchemy.testing",
    "textual.demo",
    "textual_hires_canvas.demo",
    "textual_plot.demo",
    "tkinter",
    # Parts of numpy that no picture of the measures draws with.
    "numpy.fft",
    "numpy.random",
    # Shells at a prompt, and what they bring.
    "escpos.cli",
    "readline",
    # Kinds of pictures that no scanner of a window makes; their libraries are large.
    "PIL.AvifImagePlugin",
    "PIL.WebPImagePlugin",
    "PIL._avif",
    "PIL._imagingtk",
    "PIL._webp",
    # The second of two back ends that do the same.
    "zstandard._cffi",
    "zstandard.backend_cffi",
)
NOT_KEPT = re.compile(
    r"(^|/)(RECORD|INSTALLER|REQUESTED|direct_url\.json|py\.typed)$"  # of the build's environment; would differ by folder
    r"|\.pyi$"
    r"|^stdnum/(?!cn/)"  # numbers of other countries
)
REPAIRED = re.compile(r"^[^/]+\.libs/")
LICENCE = re.compile(r"^licenses/|(^|/)(licen[cs]e|copying|notice|authors|ofl)[^/]*$", re.IGNORECASE)


def canonical(name: str) -> str:
    """Return a distribution's name as locks write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def version(root: Path) -> str:
    """Return the version this tree is."""
    text = (root / "clerk_app" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^VERSION = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise ValueError("clerk_app/__init__.py names no VERSION")
    return found[1]


def name_of_platform() -> str:
    """Return how bundles for this machine are named: system and machine."""
    system = "windows" if sys.platform == "win32" else sys.platform
    return f"{system}-{platform.machine().lower()}"


def source_files(root: Path) -> list[Path]:
    """List the files of our packages, in the order of their names."""
    found = (path for package in PACKAGES for path in (root / package).rglob("*"))
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def files(root: Path) -> list[tuple[str, str]]:
    """List what lies beside our modules as a file (stylesheets, fonts, tables, migrations), and in which folder it goes."""
    migrations = root / MIGRATIONS
    return [
        (str(path), path.parent.relative_to(root).as_posix())
        for path in source_files(root)
        if path.suffix != ".py" or migrations in path.parents
    ]


def modules(root: Path) -> list[str]:
    """List every module of ours: screens, commands and doors are imported by name, or late."""
    names = (path.relative_to(root).with_suffix("").parts for path in source_files(root) if path.suffix == ".py")
    return [".".join(parts).removesuffix(".__init__") for parts in names]


def locked(root: Path, lock: str) -> set[str]:
    """Return the distributions a lock names."""
    text = (root / lock).read_text(encoding="utf-8")
    return {canonical(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def runtime(root: Path) -> list[Distribution]:
    """List the installed distributions that the program runs on, each once."""
    wanted = locked(root, LOCKS[0]) - TOOLS
    found = {canonical(one.name): one for one in distributions()}
    return [found[name] for name in sorted(found) if name in wanted]


def top_levels(one: Distribution) -> set[str]:
    """Return the modules a distribution brings, by the first part of their names."""
    tops = {
        Path(str(file)).parts[0].partition(".")[0] for file in one.files or () if str(file).endswith((".py", ".so"))
    }
    return {top for top in tops if top.isidentifier()}


def excluded(root: Path) -> list[str]:
    """List what stays out: every installed distribution the program does not run on, and the parts nobody uses."""
    used = {top for one in runtime(root) for top in top_levels(one)} | set(PACKAGES)
    wanted = {canonical(one.name) for one in runtime(root)}
    others = (one for one in distributions() if canonical(one.name) not in wanted)
    return sorted({top for one in others for top in top_levels(one)} - used | set(NOT_USED))


def licences(root: Path) -> list[tuple[str, str]]:
    """List the licence texts of everything the program runs on, and the folder of each."""
    found = []
    for one in runtime(root):
        for file in one.files or ():
            _, inside, path = file.as_posix().partition(".dist-info/")
            if inside and LICENCE.search(path):
                folder = Path("licenses", canonical(one.name), path.removeprefix("licenses/")).parent
                found.append((str(one.locate_file(file)), folder.as_posix()))
    return found


def kept(entries: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return PyInstaller's list (name in the bundle, source, kind) without what does not belong there."""
    return [entry for entry in entries if not NOT_KEPT.search(entry[0].replace("\\", "/"))]


def as_they_are(entries: list[tuple[str, str, str]]) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """Return PyInstaller's libraries in two lists: those that may be stripped, and those that must be left as they are.

    What a wheel carries in its ``….libs`` was rewritten when the wheel was made; ``strip`` breaks some of it (numpy's no longer load).
    """
    left = [entry for entry in entries if REPAIRED.search(entry[0].replace("\\", "/")) and entry[2] == "BINARY"]
    return [entry for entry in entries if entry not in left], [(name, source, "DATA") for name, source, _ in left]


def tree_hash(root: Path) -> str:
    """Return a hash over everything of the tree that a bundle is made of."""
    told = hashlib.sha256(f"{sys.version} {name_of_platform()}\0".encode())
    build = [path for path in (root / "build").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(
        [*source_files(root), *build, *(root / lock for lock in LOCKS), root / "docs" / "operations.md"]
    ):
        told.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        told.update(path.read_bytes())
    return told.hexdigest()
