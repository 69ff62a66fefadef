"""One practice window for all plays of this folder's tests: what they judge is what was recorded since each began."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_app.commands.practice_window import PracticeFolderHeld, PracticeWindow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeWindow]:
    """Return an opened practice window."""
    place = PracticeFolderHeld(tmp_path_factory.mktemp("practice") / "clerk-practice")
    window = place.open()
    yield window
    window.close()
    place.release()
