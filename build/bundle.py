"""Make the bundle for this system, and what goes with it, in ``dist/``; run in the environment that `make bundle` keeps.

    .bundle/venv/bin/python build/bundle.py [--output DIR]

The same tree gives the same bytes: nothing of the machine, the folder or the hour goes in. On Windows a program named by
CLERK_SIGN_COMMAND signs the executable. CLERK_RELEASE_ROOT names the root of trust for updates, which goes in where it is set.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import contents
import packing

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".bundle"
BUILD_JSON, RELEASE_ROOT, SUMS = "build.json", "release_root.json", "SHA256SUMS"
LIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")


def main() -> int:
    """Build, pack and sum up; the status is 1 where a step failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    output: Path = parser.parse_args().output.resolve()
    epoch = moment()
    program = freeze(epoch)
    told = finish(program)
    made = pack(program, told, output, epoch)
    for path in made:
        print(f"{packing.sha256(path)}  {path.stat().st_size / 1e6:6.1f} MB  {path.name}")
    return 0


def moment() -> int:
    """Return the time everything bears: of the commit, or as ``SOURCE_DATE_EPOCH`` says."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct") or 1767225600)


def git(*words: str) -> str:
    """Return what git says of this tree; empty where it is no clone."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def freeze(epoch: int) -> Path:
    """Run PyInstaller from nothing and return the folder it made."""
    for name in ("work", "made", "cache"):
        shutil.rmtree(WORK / name, ignore_errors=True)
    told = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told |= {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(epoch), "PYINSTALLER_CONFIG_DIR": str(WORK / "cache")}
    told |= {"PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"}
    words = ["--noconfirm", "--log-level", "ERROR", "--workpath", str(WORK / "work"), "--distpath", str(WORK / "made")]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", *words, str(ROOT / "build" / "clerk.spec")], check=True, env=told
    )
    return WORK / "made" / "clerk"


def finish(program: Path) -> dict[str, str]:
    """Put into the folder what it says of itself, and sign its executable; return the former."""
    inside = program / "_internal"
    told = {
        "version": contents.version(ROOT),
        "platform": contents.name_of_platform(),
        "commit": git("rev-parse", "HEAD"),
        "tree": contents.tree_hash(ROOT),
        "libc": libc(program),
        "oldest_store": oldest_store(),
    }
    (inside / BUILD_JSON).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if root := os.environ.get("CLERK_RELEASE_ROOT"):
        shutil.copyfile(root, inside / RELEASE_ROOT)
    sign(program / ("clerk.exe" if sys.platform == "win32" else "clerk"), os.environ.get("CLERK_SIGN_COMMAND", ""))
    return {name: str(value) for name, value in told.items()}


def oldest_store() -> int:
    """Return the oldest schema of a window's store that this program opens, with or without a migration."""
    sys.path.insert(0, str(ROOT))
    from clerk_app.store.file.schema import MIGRATIONS, READS_FROM

    return min(READS_FROM, *MIGRATIONS) if MIGRATIONS else READS_FROM


def libc(program: Path) -> str:
    """Return the C library that the bundle needs: the newest version any of its files asks for; empty where none does."""
    asked = {(0, 0)}
    for path in packing.entries(program):
        if path.is_file() and not path.is_symlink() and (path.name == "clerk" or ".so" in path.name):
            asked |= {(int(major), int(minor)) for major, minor in LIBC.findall(path.read_bytes())}
    newest = max(asked)
    return f"{newest[0]}.{newest[1]}" if newest[0] else ""


def sign(program: Path, command: str) -> None:
    """Have the executable signed: the command gets its path as the last word, and must succeed."""
    if command:
        subprocess.run([*shlex.split(command, posix=os.name == "posix"), str(program)], check=True)


def pack(program: Path, told: dict[str, str], output: Path, epoch: int) -> list[Path]:
    """Write archives, package, components and sums; what was there of other builds goes."""
    import sbom

    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    name = f"clerk-{told['version']}"
    parts = output / f"{name}.cdx.json"
    sbom.write(parts, ROOT, program, told, epoch)
    made = [parts]
    if sys.platform == "win32":
        made.append(output / f"{name}-{told['platform']}.zip")
        packing.write_zip(made[-1], program, "clerk", epoch)
    else:
        import debian

        made.append(output / f"{name}-{told['platform']}.tar.zst")
        packing.write_tar_zst(made[-1], program, "clerk", epoch)
        made.append(output / f"clerk_{told['version']}_{debian.architecture()}.deb")
        debian.write(made[-1], ROOT, program, told, parts, epoch)
    sums = "".join(f"{packing.sha256(path)}  {path.name}\n" for path in made)
    (output / SUMS).write_text(sums, encoding="utf-8")
    return [*made, output / SUMS]


if __name__ == "__main__":
    sys.exit(main())
