"""What the screens' tests share: golden dumps and how they are renewed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.screen_dump import differences


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--update-golden``: write the golden files anew (``pytest tests/screens --update-golden``)."""
    parser.addoption("--update-golden", action="store_true", help="write the golden screen dumps anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a screen with its golden file, or write that file."""
    update = bool(request.config.getoption("--update-golden", default=False))

    def compare(name: str, shown: str) -> None:
        found = differences(name, shown, update=update)
        if found:
            pytest.fail(
                f"the screen differs from its golden file (renew with --update-golden):\n{found}", pytrace=False
            )

    return compare


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a window's folder whose name is the same in every run, because screens show it."""
    monkeypatch.chdir(tmp_path)
    return Path("window")
