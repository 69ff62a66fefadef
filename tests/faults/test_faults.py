"""A window that is killed, loses power or has a failing disk: a few dozen runs of each; ``make soak`` does thousands."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

import pytest

from tests.faults import plans
from tests.faults.jobs import Job
from tests.faults.plans import Measured
from tests.faults.pool import Pool

SEED = 20260302


def wrong(pool: Pool, jobs: Iterable[Job]) -> list[str]:
    """Do the runs; return what was wrong, each with the line that makes the run again."""
    answers = list(pool.all(jobs))
    assert answers
    return [f"{word}  (python -m tests.faults --replay '{a['job']}')" for a in answers for word in a["wrong"]]


def test_killed_at_any_call_a_window_has_every_acknowledged_act_once_and_whole(
    pool: Pool, found: list[Measured]
) -> None:
    every = list(plans.kills(found))
    assert len(every) > 3000
    assert wrong(pool, random.Random(SEED).sample(every, 60)) == []


def test_killed_at_any_executed_line_a_window_has_every_acknowledged_act_once_and_whole(
    pool: Pool, found: list[Measured]
) -> None:
    assert wrong(pool, islice(plans.line_kills(found, random.Random(SEED)), 40)) == []


def test_killed_from_outside_at_any_moment_a_window_has_every_acknowledged_act_once_and_whole(pool: Pool) -> None:
    assert wrong(pool, islice(plans.moments(random.Random(SEED)), 20)) == []


def test_after_a_power_cut_a_window_has_every_acknowledged_act_once_and_whole(pool: Pool) -> None:
    assert wrong(pool, islice(plans.cuts(random.Random(SEED)), 60)) == []


def test_on_a_failing_disk_an_act_is_recorded_or_refused_in_words_and_the_same_process_goes_on(
    pool: Pool, found: list[Measured]
) -> None:
    assert wrong(pool, random.Random(SEED).sample(list(plans.failures(found)), 100)) == []


def test_on_a_full_disk_the_act_in_hand_is_finished_from_the_reserve_and_a_kill_on_the_way_harms_nothing(
    pool: Pool, found: list[Measured]
) -> None:
    full = [one for one in found if "full" in one.scene.script]
    acts = [one.scene for one in full if one.scene.script[one.scene.target] != "checkpoint"]
    assert [answer["job"] for answer in pool.all(acts) if "refused" in answer] == []
    assert wrong(pool, random.Random(SEED).sample(list(plans.kills(full)), 40)) == []


def test_a_scan_is_there_whole_with_its_entry_or_leaves_nothing_behind(pool: Pool, found: list[Measured]) -> None:
    scenes = [one for one in found if one.scene.script[one.scene.target] == "scan"]
    chance = random.Random(SEED)
    assert wrong(pool, chance.sample(list(plans.kills(scenes)), 40)) == []
    assert wrong(pool, (job for job in plans.failures(scenes[:1]) if job.how in {"ENOSPC+", "EIO+"})) == []
    cuts = [replace(one.scene, how="power", seed=seed) for one in scenes for seed in range(20)]
    assert wrong(pool, cuts) == []


def test_a_hand_over_is_there_with_all_its_bags_or_not_at_all(pool: Pool, found: list[Measured]) -> None:
    scenes = [one for one in found if one.scene.script[one.scene.target] == "pick-up"]
    assert len(scenes) == 4
    chance = random.Random(SEED)
    assert wrong(pool, chance.sample(list(plans.kills(scenes)), 40)) == []
    assert wrong(pool, chance.sample([job for job in plans.failures(scenes) if job.how == "ENOSPC+"], 30)) == []
    cuts = [replace(one.scene, how="power", seed=seed) for one in scenes for seed in range(10)]
    assert wrong(pool, cuts) == []


@pytest.mark.parametrize(
    ("careless", "script", "seen"),
    [
        ("never-synced", "open,receive,joint,remark", "acknowledged part 1 (receive) is not there"),
        ("lying-disk", "open,receive,joint,remark", "acknowledged part 1 (receive) is not there"),
        ("half-acts", "open,receive,remark,joint", "entries nobody acknowledged"),
        ("one-by-one", "open,pack,pack,pick-up", "the lists say"),
        ("scans-unsynced", "open,receive,scan,remark", "the file of a scan is"),
    ],
)
def test_the_judge_of_power_cuts_sees_carelessness(pool: Pool, careless: str, script: str, seen: str) -> None:
    jobs = [Job("clean", tuple(script.split(",")), 3, "power", seed=seed, wrong=careless) for seed in range(12)]
    told = wrong(pool, jobs)
    assert any(seen in word for word in told), told


@pytest.mark.parametrize(
    ("careless", "how", "seen"),
    [
        ("half-acts", "after", "entries nobody acknowledged: ['case.received']"),
        ("said-too-early", "none", "acknowledged part 1 wrote 0 entries instead of 2"),
        ("numbers-again", "none", "Refused"),
    ],
)
def test_the_judge_of_kills_sees_carelessness(pool: Pool, careless: str, how: str, seen: str) -> None:
    steps = range(1, 40, 3) if how == "after" else [0]
    told = wrong(pool, [Job("clean", ("open", "receive", "receive"), 1, how, step, wrong=careless) for step in steps])
    assert any(seen in word for word in told), told


def test_a_run_that_is_made_again_is_cut_at_the_same_call_and_leaves_the_same_disk(pool: Pool) -> None:
    job = Job("clean", ("open", "receive", "joint", "remark"), 3, "power", seed=7, wrong="lying-disk")
    assert pool.one(job) == pool.one(Job.parse(str(job)))
