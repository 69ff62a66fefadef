"""The bundle of this tree, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bundles import Bundle, built


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """What ``make bundle`` makes of this tree."""
    return built()


@pytest.fixture(scope="session")
def program(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's program, unpacked where nothing else is."""
    return bundle.unpacked(tmp_path_factory.mktemp("bundle"))
