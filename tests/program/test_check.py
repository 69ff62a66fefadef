"""The program's own check finds what a bundle may have lost."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from clerk_app.checkup import program
from clerk_app.checkup.program import Check
from clerk_app.paper import fonts
from clerk_app.program.build_info import OLDEST_STORE, BuildInfo, build_info, info
from clerk_app.store.file.schema import SCHEMA


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at few modules: that all can be loaded is another test's business."""
    importlib.import_module("screens.app")
    monkeypatch.setattr(program, "PACKAGES", ("clerk_app.program",))
    monkeypatch.setattr(program, "FEWEST_MODULES", 5)


def found(name: str, paint: Callable[[], str] = lambda: "工号 口令") -> Check:
    return next(check for check in program.check_program(paint) if check.name == name)


def test_whole_it_passes() -> None:
    checks = program.check_program(lambda: "工号 口令")
    assert [check.name for check in checks if not check.whole] == []
    assert program.as_json("1", checks)["ok"] is True


def test_a_module_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def lost(name: str, package: str | None = None) -> ModuleType:
        if name == "clerk_app.program.fetching":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr("clerk_app.checkup.program.importlib.import_module", lost)
    check = found("modules")
    assert not check.whole
    assert "clerk_app.program.fetching" in check.found


def test_modules_that_are_not_there_at_all_are_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(path: Any = None, prefix: str = "") -> Iterator[pkgutil.ModuleInfo]:
        return iter(())

    monkeypatch.setattr("clerk_app.checkup.program.pkgutil.walk_packages", nothing)
    assert not found("modules").whole


def test_a_stylesheet_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import screens.sign_in.screen as sign_in

    monkeypatch.setattr(sign_in.SignIn, "CSS_PATH", "lost.tcss")
    check = found("resources")
    assert (check.whole, "lost.tcss" in check.found) == (False, True)


def test_a_font_that_is_gone_fails_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fonts.faces.cache_clear()
    monkeypatch.setattr(fonts, "__file__", str(tmp_path / "fonts.py"))
    try:
        assert [check.name for check in program.check_program(lambda: "工号 口令") if not check.whole] == [
            "resources",
            "page",
        ]
    finally:
        fonts.faces.cache_clear()


def test_a_screen_that_is_not_painted_or_cannot_be_fails_it() -> None:
    def broken() -> str:
        raise ModuleNotFoundError("textual.widgets._tab_pane")

    assert not found("screen", lambda: "").whole
    assert "ModuleNotFoundError" in found("screen", broken).found


def test_what_a_bundle_says_of_itself_is_read_and_what_says_nothing_is_a_source_tree() -> None:
    told = {"version": "1.2", "platform": "linux-x86_64", "commit": "abc", "libc": "2.31", "oldest_store": 1, "more": 1}
    assert info(told) == BuildInfo("1.2", "linux-x86_64", "abc", "2.31", 1)
    for bad in ({}, {"version": "1.2"}, {"version": "", "platform": "x"}, {"version": 1, "platform": "x"}):
        assert info(bad) is None
    assert build_info().version
    assert OLDEST_STORE <= SCHEMA
