"""Real parts (a database server, a keyring daemon, a terminal) that a machine may or may not have."""

from __future__ import annotations

import os

import pytest

REQUIRED = "CLERK_REQUIRE_REAL_PARTS"
"""Set to ``1`` where a missing part is a failure: in CI a skipped test would say nothing."""


def real_part(name: str, *, present: bool, hint: str) -> None:
    """Skip the test when a part is missing; fail it where every part must be there."""
    if present:
        return
    message = f"{name} is missing here: {hint}"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
