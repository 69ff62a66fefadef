"""Damages done to a window's folder: what a clerk sees is said in words, and nothing acknowledged is silently gone."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.faults.damage_kinds import DAMAGES
from tests.faults.damages import BEGIN, END, PAGE
from tests.support.faults_shim import compiler
from tests.support.parts import real_part
from tests.support.tree import ROOT


@pytest.fixture(scope="module")
def told() -> Any:
    """What came of every damage, and the table of it."""
    real_part(
        "A C compiler", present=compiler() is not None, hint="apt-get install gcc libc6-dev; the shim is for Linux"
    )
    command = [sys.executable, "-m", "tests.faults.damages", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout.startswith("{"), done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.mark.long
def test_every_damage_is_seen_said_and_healed_or_listed_as_the_table_tells(told: Any) -> None:
    assert len(told["wrong"]) == len(DAMAGES) >= 25
    assert {name: wrong for name, wrong in told["wrong"].items() if wrong} == {}
    assert PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip() == told["table"]
