"""The operations page: its table is the program's, its commands parse, its unit fits it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from clerk_app.commands import grammar
from sync.central.core import Core
from sync.central.line.app import HANDLERS
from sync.central.problems import TROUBLES
from sync.central.settings import Settings, names, variable
from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
UNIT = (ROOT / "build" / "systemd" / "clerk-central@.service").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        *re.findall(r"^(?:TOKEN=\$\()?(clerk [^\n)]+)", PAGE, re.MULTILINE),
        *re.findall(r"`(clerk central [a-z][^`]*)`", PAGE),
        *re.findall(r"`(clerk enrol [^`]*)`", PAGE),
    }
)


def test_its_table_of_settings_is_complete_and_has_the_defaults() -> None:
    rows = dict(re.findall(r"^\| `(CLERK_CENTRAL_\w+)` \| (\S+) \|", PAGE, re.MULTILINE))
    told = Settings()
    for name in names():
        default = getattr(told, name)
        assert rows.pop(variable(name)) == ("–" if default in {None, ""} else f"`{default}`")
    assert rows == {}


def test_there_is_a_flag_for_each_setting() -> None:
    words = [word for name in names() for word in (f"--{name.replace('_', '-')}", _some(name))]
    options = grammar.parser().parse_args(["central", "serve", *words])
    assert all(getattr(options, name) is not None for name in names())


def _some(name: str) -> str:
    return {"log_level": "info", "metrics": "on"}.get(name, "1")


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_on_it_is_one_the_program_knows(line: str) -> None:
    words = shlex.split(line.replace('"$TOKEN"', "TOKEN").replace("…", ""))
    assert grammar.parser().parse_args(words[1:]).command is not None


def test_it_has_enough_of_them() -> None:
    told = " ".join(COMMANDS)
    for name in (
        "serve",
        "migrate",
        "backed-up",
        "new-epoch",
        "revoke",
        "incidents",
        "enrolment-codes",
        "import-catalogue",
    ):
        assert f"central {name}" in told


async def test_every_metric_it_watches_is_counted(tmp_path: Path) -> None:
    from sync.central.central import Central

    central = await Central.open(str(tmp_path / "central.db"))
    told = central.metrics.told().decode()
    await central.close()
    named = set(re.findall(r"`(clerk_[a-z_]+)\b(?!_)", PAGE))
    assert len(named) > 8
    assert {
        name for name in named if f"# TYPE {name} " not in told and f"# TYPE {name.removesuffix('_total')} " not in told
    } == set()
    assert set(re.findall(r"\(`(push)`, `(feed)`\)", PAGE)[0]) <= HANDLERS.keys()
    codes = {code for listed in re.findall(r'code=~?"([^"]+)"', PAGE) for code in listed.split("|")}
    assert codes <= TROUBLES.keys()
    assert isinstance(central, Core)


def test_the_unit_sets_only_what_is_a_setting_and_runs_a_command_that_exists() -> None:
    known = {variable(name) for name in names()}
    assert set(re.findall(r"(CLERK_CENTRAL_\w+)=", UNIT)) <= known
    [start] = re.findall(r"^ExecStart=\S+/(clerk .*)$", UNIT, re.MULTILINE)
    assert grammar.parser().parse_args(start.split()[1:]).no_migrate
    for wanted in ("ProtectSystem=strict", "NoNewPrivileges=yes", "User=clerk-central"):
        assert wanted in UNIT.splitlines()
