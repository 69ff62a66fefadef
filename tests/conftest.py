"""What every test stands on: the fixtures of the real parts, and how long properties are searched."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.postgres import postgres_cluster, postgres_url
from tests.support.secret_service import secret_service

__all__ = ["postgres_cluster", "postgres_url", "secret_service"]

settings.register_profile("house", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples in every run, so that a red build speaks of the change that it tests.
settings.register_profile(
    "ci", parent=settings.get_profile("house"), max_examples=30, derandomize=True, database=None, print_blob=True
)
settings.register_profile("deep", parent=settings.get_profile("house"), max_examples=2000, phases=list(Phase))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "house"))

# Thousands of stores come and go, each write of theirs waits for the disk: in memory, where there is enough of it, they need half the time.
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30  # noqa: S108  a file system in memory is what is wanted
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# Three workers and hundreds of processes load the same modules; some machines have programs keep nothing of that.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A key whose effect is painted is waited for: a screen that looks for something to paint 60 times a second is waited for, too.
os.environ["TEXTUAL_FPS"] = "1000"
os.environ["TEXTUAL_ANIMATIONS"] = "none"  # as the client has it

# A window's settings of the person who runs the tests must not reach them.
for name in ("CLERK_DATA", "CLERK_PASSPHRASE_FILE", "CLERK_NEW_PASSPHRASE_FILE", "PYTHON_KEYRING_BACKEND"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("CLERK_CENTRAL_")]:
    del os.environ[name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: one long test at the end is a worker that the others wait for."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end anyway: all tests, and all modules they load."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
