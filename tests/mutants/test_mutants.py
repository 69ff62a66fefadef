"""The tests of the tests: each bug of the museum is put back, and the suite must catch it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy.sql.selectable import Select

from sync.central.settings import Settings
from tests.contract.test_central_entries import (
    test_windows_of_a_point_that_speak_at_once_get_positions_without_gaps_or_doubles as speaking_at_once,
)
from tests.mutants import at_central, at_the_window, of_custody, of_districts, trials
from tests.mutants.museum import MUSEUM, Mutant
from tests.simulation.world import Wrong, run
from tests.support.city import open_city
from tests.support.tree import project_files

STANDARD = range(200)
"""Of the standard seeds those a mutant has to be caught by."""
AT_LEAST = 25
TRIALS = [
    trials.two_requests_write_one_upload,
    trials.the_city_comes_back_spread_out,
    trials.a_released_entry_is_held_back_again,
    trials.a_restore_nobody_told_of,
    trials.a_release_nobody_told_of,
]


@pytest.mark.parametrize("name", MUSEUM)
def test_the_suite_catches(name: str) -> None:
    mutant = MUSEUM[name]
    assert mutant.about
    with pytest.raises(AssertionError):
        tried(mutant)
    if mutant.trial is None and mutant.seed:
        run(mutant.seed)  # the kill is the mutant's doing


def tried(mutant: Mutant) -> None:
    """Run what finds the mutant."""
    if mutant.trial is not None:
        with mutant.patch():
            mutant.trial()
        return
    for seed in sorted(STANDARD, key=lambda seed: seed != mutant.seed):
        with mutant.patch():
            run(seed)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.__name__)
def test_the_sound_code_passes_what_a_mutant_is_tried_by(trial: object) -> None:
    assert callable(trial)
    trial()


def test_the_museum_is_complete() -> None:
    """What sound code passes kills a mutant."""
    assert len(MUSEUM) >= AT_LEAST
    assert {mutant.trial for mutant in MUSEUM.values()} - {None} == set(TRIALS)
    assert at_central.__doc__
    assert at_the_window.__doc__
    assert of_custody.__doc__
    assert of_districts.__doc__


@pytest.mark.parametrize("locked", [True, False])
def test_positions_are_taken_under_the_points_row_lock(locked: bool, postgres_url: str, tmp_path: Path) -> None:
    """On PostgreSQL, where writers are not kept apart by the database file, it is the lock that does it."""

    async def speak() -> None:
        city = await open_city(postgres_url, Settings(database=postgres_url, scans=tmp_path))
        try:
            await speaking_at_once(city)
        finally:
            # Where one of them fails, the others are still speaking: central closes behind the last request.
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
            await city.client.aclose()
            await city.central.close()

    if locked:
        asyncio.run(speak())
        return
    with (
        mock.patch.object(Select, "with_for_update", lambda self, *_, **__: self),
        pytest.raises((AssertionError, Wrong)),
    ):
        asyncio.run(speak())


def test_no_store_of_tinydb_itself_is_used_anywhere() -> None:
    """Its stock storage rewrites the whole file, and loses it when the power goes."""
    words = ("JSON" + "Storage", "Caching" + "Middleware")
    used = [path for path in project_files() if path.suffix == ".py" and path.parts[-3:-1] != ("tests", "mutants")]
    found = [path for path in used if any(f"import {w}" in path.read_text(encoding="utf-8") for w in words)]
    assert [path for path in found if "tests" not in path.parts] == []
