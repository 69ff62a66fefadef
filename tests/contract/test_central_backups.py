"""A window is told what central's backups hold, and never more than a backup that was begun before can hold."""

from __future__ import annotations

import pytest

from sync.central import backups
from tests.support.city import OTHER_POINT, POINT, City, Window


async def covered(window: Window) -> tuple[int, int]:
    told = (await window.get("/v1/session")).json()
    return told["durable_through"], told.get("durable_position", 0)


async def test_nothing_is_covered_before_a_backup_is_completed(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive(), window.receive()])
    assert await covered(window) == (0, 0)

    token = await backups.begin(city.central)
    assert await covered(window) == (0, 0)

    told = await backups.done(city.central, token)
    assert await covered(window) == (2, 2)
    assert (told.windows, told.entries) == (1, 2)


async def test_what_came_while_the_backup_ran_is_not_covered(city: City) -> None:
    one, two = await city.window(), await city.window()
    await one.verdicts([one.receive()])
    token = await backups.begin(city.central)
    await one.verdicts([one.receive()])
    await two.verdicts([two.receive(), two.receive()])

    await backups.done(city.central, token)

    assert await covered(one) == (1, 1)
    assert await covered(two) == (0, 1)


async def test_each_point_has_its_own_positions(city: City) -> None:
    here, there = await city.window(POINT), await city.window(OTHER_POINT)
    await here.verdicts([here.receive()])
    await there.verdicts([there.receive() for _ in range(3)])
    await backups.done(city.central, await backups.begin(city.central))
    assert await covered(here) == (1, 1)
    assert await covered(there) == (3, 3)


async def test_an_older_backup_completed_late_takes_nothing_back(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive()])
    early = await backups.begin(city.central)
    await window.verdicts([window.receive()])
    late = await backups.begin(city.central)
    await backups.done(city.central, late)
    await backups.done(city.central, early)
    await backups.done(city.central, late)
    assert await covered(window) == (2, 2)


async def test_a_token_nobody_gave_or_of_an_earlier_life_counts_for_nothing(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive()])
    token = await backups.begin(city.central)
    await city.central.begin_epoch()
    for wrong in (token, "0123456789abcdef", ""):
        with pytest.raises(backups.BackupUnknown):
            await backups.done(city.central, wrong)
    assert await covered(window) == (0, 0)


async def test_notes_of_old_backups_are_forgotten_what_they_covered_is_not(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive()])
    first = await backups.begin(city.central)
    await backups.done(city.central, first)
    for _ in range(backups.KEPT):
        city.clock.advance(seconds=10)
        await backups.begin(city.central)
    with pytest.raises(backups.BackupUnknown):
        await backups.done(city.central, first)
    assert await covered(window) == (1, 1)
