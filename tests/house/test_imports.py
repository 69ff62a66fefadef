"""What is slow to import stays off the paths that must be quick."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.tree import ROOT, named, project_files

SCREEN = {"textual", "rich"}
LINE = {"httpx", "httpcore", "starlette", "uvicorn", "sqlalchemy", "asyncpg", "aiosqlite", "alembic"}
SLOW = {"pypinyin", "keyring", "fpdf", "fontTools", "PIL", "openpyxl", "argon2"}
STORE = {"tinydb", "cryptography", "sqlite3"}


def modules_under(folder: str) -> list[str]:
    files = [named(path) for path in project_files() if path.suffix == ".py" and named(path).startswith(folder)]
    return [file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in files]


def loaded_by(modules: list[str]) -> set[str]:
    program = f"import sys, json\nimport {', '.join(modules)}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_the_domain_brings_nothing_but_rules() -> None:
    modules = modules_under("clerk_app/domain/")
    assert len(modules) > 5
    assert loaded_by(modules) & (SCREEN | LINE | SLOW | STORE) == set()


@pytest.mark.parametrize("folder", ["clerk_app/domain/", "clerk_app/store/", "clerk_app/paper/", "clerk_app/devices/"])
def test_the_application_is_headless(folder: str) -> None:
    assert loaded_by(modules_under(folder)) & (SCREEN | LINE) == set()


def test_the_command_is_there_before_anything_slow_is_loaded() -> None:
    assert loaded_by(["clerk_app.cli"]) & (SCREEN | LINE | SLOW | STORE) == set()


def test_the_path_to_the_first_paint_brings_no_line_no_pinyin_and_no_keyring() -> None:
    assert loaded_by(["clerk_app.desk", "screens.app"]) & (LINE | SLOW) == set()


def test_an_import_that_does_not_belong_would_be_seen() -> None:
    assert "keyring" in loaded_by(["clerk_app.domain.journal", "keyring"])
