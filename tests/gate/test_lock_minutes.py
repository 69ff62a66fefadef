"""After how many minutes the screen is locked: as ``window.json`` says, where it says something sensible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clerk_app.settings import FILE, Settings, load, save
from tests.support.story import SEAT


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [
        (1, 60),
        (60, 3600),
        (5, 300),
        (0, 300),
        (61, 300),
        (-1, 300),
        ("10", 300),
        (None, 300),
        (True, 300),
        (2.5, 300),
        ([], 300),
        ({}, 300),
        (10**30, 300),
    ],
    ids=repr,
)
def test_the_idle_time_is_as_set_and_five_minutes_where_that_makes_no_sense(
    minutes: Any, seconds: float, tmp_path: Path
) -> None:
    save(tmp_path, Settings(seat=SEAT))
    kept = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    (tmp_path / FILE).write_text(json.dumps({**kept, "lock_minutes": minutes}), encoding="utf-8")

    assert load(tmp_path).lock_after == seconds


def test_settings_of_an_earlier_version_lock_after_five_minutes(tmp_path: Path) -> None:
    save(tmp_path, Settings(seat=SEAT))
    kept = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    kept.pop("lock_minutes", None)
    (tmp_path / FILE).write_text(json.dumps(kept), encoding="utf-8")

    assert load(tmp_path).lock_after == 300
