"""Windows and central on virtual time: 60 seeds, each a small history of bad luck after which all must agree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.simulation.world import Outcome, Wrong, replay, run
from tests.support.tree import ROOT

SEEDS, SHARE = 60, 10
"""How many seeds, and how many of them a test takes."""


@pytest.mark.parametrize("first", range(0, SEEDS, SHARE))
def test_whatever_happens_all_agree_soon_after_the_line_heals(first: int) -> None:
    outcomes = [run(seed) for seed in range(first, first + SHARE)]
    assert sum(outcome.entries for outcome in outcomes) > SHARE * 5, "nothing much was done"


def test_a_seed_tells_the_same_story_twice() -> None:
    told: list[list[str]] = [[], []]
    ends: list[Outcome] = [run(7, lines.append) for lines in told]
    assert told[0] == told[1]
    assert ends[0] == ends[1]
    assert len(told[0]) > 100


def test_the_seeds_reach_what_they_are_there_for() -> None:
    """Every fault of the line, and every verdict but those a person has to bring about, come up in a few seeds."""
    faults: set[str] = set()
    verdicts: set[str] = set()
    said: set[tuple[str, str]] = set()
    for seed in range(25):
        outcome = run(seed)
        said |= outcome.said.keys()
        faults |= outcome.faults.keys()
        verdicts |= outcome.verdicts.keys()
    assert {"lost", "torn", "unanswered", "closed", "half", "doubled", "again", "late", "portal", "gateway"} <= faults
    assert {"shed", "too-large", "untrusted", "foreign"} <= faults
    assert {"applied", "merged", "conflicting", "refused"} <= verdicts
    assert {kind for kind, _ in said} >= CUSTODY
    assert {("papers.packed", "conflicting"), ("parcel.received", "conflicting")} <= said


CUSTODY = {
    *("parcel.sealed", "papers.packed", "parcel.unsealed", "papers.unpacked", "parcel.waybilled"),
    *("manifest.closed", "parcel.handed_over", "parcel.received", "discrepancy.noted", "discrepancy.closed"),
    *("result.arrived", "result.delivered", "papers.given_back"),
}


def test_a_failure_names_its_seed_and_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulation.world.SOON", -1.0)
    with pytest.raises(Wrong) as wrong:
        run(3)
    assert "seed 3" in str(wrong.value)
    assert replay(3) in str(wrong.value)


def test_the_command_tells_a_run_line_by_line() -> None:
    done = subprocess.run(
        [sys.executable, *replay(3).split()[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "healed" in done.stdout
    assert "POST /v1/entries" in done.stdout
