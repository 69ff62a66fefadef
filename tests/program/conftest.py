"""A window's folder, somebody who publishes, and what comes over the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.program.switching import Programs
from tests.support.releasing import Publisher, Served


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    """Make keys once: sealing them takes its time."""
    return Publisher.in_folder(tmp_path_factory.mktemp("publisher"))


@pytest.fixture
def publisher(published: Publisher, tmp_path: Path) -> Publisher:
    """Give somebody with keys and an empty folder of releases."""
    return Publisher(published.keys, tmp_path / "releases")


@pytest.fixture
def served(publisher: Publisher) -> Served:
    return Served(publisher.releases)


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Give the versions in a window's folder, of which none is there but what was installed."""
    return Programs(tmp_path / "window", "0.3.0")
