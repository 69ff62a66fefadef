"""Killed before any step on the disk, a window's program still runs, and what was begun comes to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import environment
from tests.support.releasing import Publisher, bundle


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_fetch_or_a_switch_killed_before_any_step_leaves_a_program_that_runs(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"), bundle(tmp_path, "0.3.2"))
    words = [sys.executable, "-m", "tests.support.killed_updates", str(publisher.releases), str(tmp_path / "killed")]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    for work, fewest in (("fetching", 30), ("switching", 5)):
        steps, wrong = told[work]
        assert wrong == []
        assert steps >= fewest
