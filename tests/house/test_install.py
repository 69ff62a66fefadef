"""What is installed is what was locked, and a wheel carries every stylesheet, font and table."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.tree import PACKAGES, ROOT, git, named, project_files

LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ONLY_FOR_THE_TESTS = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependency-groups"]["dev"]}


def locked(name: str) -> dict[str, Version]:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition("--hash")[0].strip() for line in text.splitlines() if line.strip()]
    requirements = [Requirement(line) for line in lines]
    return {
        canonicalize_name(one.name): Version(next(iter(one.specifier)).version)
        for one in requirements
        if {clause.operator for clause in one.specifier} == {"=="}
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_line_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]
    assert [entry[:60] for entry in entries if not re.search(r"==\S+.* --hash=sha256:[0-9a-f]{64}", entry)] == []
    assert len(entries) == len(locked(name)) > 40


def test_the_locks_satisfy_what_the_project_asks_for() -> None:
    runtime, dev = (locked(name) for name in LOCKS)
    groups = PROJECT["dependency-groups"]
    for lines, lock in (
        (PROJECT["project"]["dependencies"], runtime),
        (groups["install"], runtime),
        (groups["dev"], dev),
    ):
        for wanted in map(Requirement, lines):
            assert wanted.specifier.contains(lock[canonicalize_name(wanted.name)]), str(wanted)


def test_the_tests_run_on_exactly_what_the_client_runs_on() -> None:
    runtime, dev = (locked(name) for name in LOCKS)
    assert runtime.items() <= dev.items()
    assert ONLY_FOR_THE_TESTS.isdisjoint(runtime)


def test_the_locks_hold_wheels_for_each_system_and_python_that_is_served() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "sys_platform == 'win32'" in text
    assert "sys_platform == 'linux'" in text
    assert "python_full_version < '3.12'" in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return zipfile.ZipFile(made)


def test_the_wheel_carries_every_file_of_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    ours = {named(path) for path in project_files() if path.relative_to(ROOT).parts[0] in PACKAGES}
    carried = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert carried == ours


def test_the_wheel_brings_the_clerk_command(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "clerk = clerk_app.cli:main" in wheel.read(entry_points).decode()


def test_the_packaging_folder_is_never_ignored() -> None:
    for name in ("build/clerk.spec", "build/smoke.py", "screens/lib/x.tcss"):
        assert git("check-ignore", "--quiet", name).returncode == 1, name
    assert git("check-ignore", "--quiet", ".venv/bin/python").returncode == 0
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard").stdout == ""


def test_the_packaging_folder_is_not_a_package() -> None:
    assert not (ROOT / "build" / "__init__.py").exists()


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def stand_in(folder: Path, script: str) -> Path:
    python = folder / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    python.chmod(0o755)
    return python


def test_make_says_what_to_do_without_a_python(tmp_path: Path) -> None:
    done = make("install", f"VENV={tmp_path / 'venv'}", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "Install Python 3.11" in done.stderr


def test_make_says_what_to_do_with_an_old_python(tmp_path: Path) -> None:
    old = stand_in(tmp_path, 'case "$1" in -V) echo "Python 3.9.2";; *) exit 1;; esac')
    done = make("install", f"VENV={tmp_path / 'venv'}", f"PYTHON={old}")
    assert done.returncode != 0
    assert "3.11 or newer is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr


def test_make_says_what_to_do_where_debian_left_venv_out(tmp_path: Path) -> None:
    bare = stand_in(tmp_path, f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac')
    done = make("install", f"VENV={tmp_path / 'venv'}", f"PYTHON={bare}")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_make_help_names_every_target() -> None:
    told = make("help")
    assert told.returncode == 0, told.stderr
    for target in ("install", "demo", "test", "check", "bench", "bundle", "bundle-twice", "lock"):
        assert f"make {target} " in told.stdout
