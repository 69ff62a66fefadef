"""Modules, functions and stylesheets stay small enough to be read in one go."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from tests.support.tree import PACKAGES, named, project_files

MODULE_LINES = 400
MODULE_LINES_P90 = 300
FUNCTION_LINES = 60
FUNCTION_LINES_P95 = 40
STYLESHEET_LINES = 200


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def python_files() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py"]


def product_files() -> list[Path]:
    return [path for path in python_files() if named(path).startswith(tuple(f"{name}/" for name in PACKAGES))]


def function_lines(path: Path) -> list[tuple[str, int]]:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [
        (f"{named(path)}:{one.lineno} {one.name}", (one.end_lineno or one.lineno) - one.lineno + 1) for one in functions
    ]


def percentile(values: list[int], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def test_no_module_is_longer_than_the_hard_budget() -> None:
    assert [(named(path), line_count(path)) for path in python_files() if line_count(path) > MODULE_LINES] == []


def test_nine_of_ten_modules_stay_within_the_soft_budget() -> None:
    lengths = [line_count(path) for path in product_files()]
    assert percentile(lengths, 90) <= MODULE_LINES_P90


def test_no_function_is_longer_than_the_hard_budget() -> None:
    too_long = [
        (name, lines) for path in python_files() for name, lines in function_lines(path) if lines > FUNCTION_LINES
    ]
    assert too_long == []


def test_nineteen_of_twenty_functions_stay_within_the_soft_budget() -> None:
    lengths = [lines for path in product_files() for _, lines in function_lines(path)]
    assert percentile(lengths, 95) <= FUNCTION_LINES_P95


def test_no_stylesheet_is_longer_than_its_budget() -> None:
    sheets = [path for path in project_files() if path.suffix == ".tcss"]
    assert [(named(path), line_count(path)) for path in sheets if line_count(path) > STYLESHEET_LINES] == []


def test_a_function_over_budget_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / "long.py"
    long.write_text("async def f():\n" + "    pass\n" * 70, encoding="utf-8")
    monkeypatch.setattr("tests.support.tree.ROOT", tmp_path)
    assert function_lines(long) == [("long.py:1 f", 71)]
