"""The fault tests' workers, one pool for a test session; needs a C compiler."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.plans import Measured, measured, scenes
from tests.faults.pool import Pool
from tests.support.faults_shim import compiler
from tests.support.parts import real_part


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Workers started with the shim, and the windows their runs begin with."""
    real_part(
        "A C compiler", present=compiler() is not None, hint="apt-get install gcc libc6-dev; the shim is for Linux"
    )
    with Pool(1) as opened:
        yield opened


@pytest.fixture(scope="session")
def found(pool: Pool) -> list[Measured]:
    """Every scene, and how many calls and lines it has."""
    return measured(pool, scenes())
