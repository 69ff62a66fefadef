"""A city in an afternoon, with twenty windows: the fleet page tells the truth whenever it is read (``tests/bench/city_afternoon``)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from sync.wire_fleet import FleetWindow
from tests.bench.afternoon_truth import Look
from tests.bench.city_afternoon import NEW, afternoon
from tests.support.postgres import Cluster

WINDOWS = 20


@pytest.mark.long
def test_the_fleet_is_told_truly_while_a_city_is_put_up_works_and_is_updated(
    postgres_cluster: Cluster, tmp_path: Path
) -> None:
    told = afternoon(postgres_cluster, tmp_path, WINDOWS, workers=2)
    assert told.wrong == []
    assert (told.failed, told.entries) == (1, 2 * WINDOWS)
    assert "更新失败 1" in told.page
    assert NEW in told.page
    # What watches it would see a lie, whatever it is about.
    look = told.looks[-1]
    assert told.truth.untrue(look) == []
    lies: tuple[dict[str, object], ...] = ({"version": "0.2.0"}, {"backlog": 9}, {"word": None})
    for lie in lies:
        assert told.truth.untrue(_with(look, lie))
    assert told.truth.untrue(replace(look, windows=look.windows[1:]))


def _with(look: Look, lie: dict[str, object]) -> Look:
    first: FleetWindow = look.windows[0]
    return replace(look, windows=(msgspec.structs.replace(first, **lie), *look.windows[1:]))
