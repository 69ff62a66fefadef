"""``make soak``: thousands of kills, power cuts and disk faults, and what the judge said of each.

``--kills N --lines N --moments N --power N --faults N --seed S --workers N``; ``--scenes WORDS``: only scenes with one of these
in their script; ``--replay "LINE"`` makes one run again, as a failure names it.
Exit status 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults import plans
from tests.faults.jobs import Job
from tests.faults.pool import Pool
from tests.support.tree import ROOT

KINDS = ("kills", "lines", "moments", "power", "faults")
PAGE = ROOT / "docs" / "reliability.md"
_EVERY = 10.0
"""Seconds between two lines of progress."""


@dataclass
class Tally:
    """What one kind of run came to."""

    runs: int = 0
    reached: int = 0
    refused: int = 0
    wrong: list[tuple[str, list[str]]] = field(default_factory=list)
    seconds: float = 0.0


def main() -> int:
    """Run and print; return the exit status."""
    asked = _parsed()
    if asked.replay:
        with Pool(1) as pool:
            answer = pool.one(Job.parse(asked.replay))
        print(json.dumps(answer, ensure_ascii=False, indent=1))
        return 1 if answer["wrong"] else 0
    with Pool(asked.workers) as pool:
        words = frozenset(asked.scenes.split(","))
        scenes = [one for one in plans.scenes() if not asked.scenes or words & {*one.script}]
        found = plans.measured(pool, scenes)
        print(
            f"{len(found)} scenes, {sum(m.steps for m in found)} calls, {sum(m.lines for m in found)} lines", flush=True
        )
        tallies = {kind: _run(kind, pool, jobs) for kind, jobs in _plan(asked, scenes, found)}
    _print(tallies, asked.seed)
    if asked.write:
        _write(tallies, asked, found)
    return 1 if any(tally.wrong for tally in tallies.values()) else 0


def _plan(
    asked: argparse.Namespace, scenes: list[Job], found: list[plans.Measured]
) -> Iterator[tuple[str, Iterator[Job]]]:
    """Yield each kind's runs: every call of every scene."""
    chance = random.Random(asked.seed)
    every = list(plans.kills(found))
    faults = list(plans.failures(found))
    yield "kills", iter(every if asked.kills >= len(every) else chance.sample(every, asked.kills))
    yield "lines", itertools.islice(plans.line_kills(found, chance), asked.lines)
    yield "moments", itertools.islice(plans.moments(chance), asked.moments)
    yield "power", itertools.islice(plans.cuts(chance, scenes), asked.power)
    yield "faults", iter(faults if asked.faults >= len(faults) else chance.sample(faults, asked.faults))


def _run(kind: str, pool: Pool, jobs: Iterator[Job]) -> Tally:
    tally = Tally()
    began = said = time.monotonic()
    for answer in pool.all(jobs):
        tally.runs += 1
        tally.reached += answer["reached"]
        tally.refused += len(answer.get("refused", ()))
        if answer["wrong"]:
            tally.wrong.append((answer["job"], answer["wrong"]))
            _print_wrong(answer["job"], answer["wrong"])
        if time.monotonic() - said > _EVERY:
            said = time.monotonic()
            print(f"  {kind}: {tally.runs} runs, {len(tally.wrong)} wrong", flush=True)
    tally.seconds = time.monotonic() - began
    print(f"{kind}: {tally.runs} runs in {tally.seconds:.0f} s, {len(tally.wrong)} wrong", flush=True)
    return tally


def _print_wrong(line: str, wrong: list[str]) -> None:
    for one in wrong:
        print(f"  WRONG {one.strip().splitlines()[-1][:300]}")
    print(f'  again: {sys.executable} -m tests.faults --replay "{line}"', flush=True)


def _print(tallies: dict[str, Tally], seed: int) -> None:
    print(f"\nseed {seed}\n{'':10}{'runs':>8}{'hit':>8}{'refused':>9}{'wrong':>7}{'seconds':>9}")
    for kind, tally in tallies.items():
        print(f"{kind:10}{tally.runs:8}{tally.reached:8}{tally.refused:9}{len(tally.wrong):7}{tally.seconds:9.0f}")
    words = Counter(line.strip().splitlines()[-1][:100] for t in tallies.values() for _, all in t.wrong for line in all)
    for word, count in words.most_common(20):
        print(f"{count:6} {word}")


NAMES = {
    "kills": "killed at a call: before, halfway, after",
    "lines": "killed at an executed line",
    "moments": "killed from outside at any moment",
    "power": "power cut",
    "faults": "disk fault: `ENOSPC`, `EIO`, `EDQUOT`, `EROFS`, a short write; once, and from then on",
}


def _write(tallies: dict[str, Tally], asked: argparse.Namespace, found: list[plans.Measured]) -> None:
    """Put the figures into the docs."""
    seconds = sum(tally.seconds for tally in tallies.values())
    counts = f"{len(found)} scenes with {sum(m.steps for m in found):,} calls and {sum(m.lines for m in found):,} executed lines"
    machine = f"{asked.workers} workers on {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"{_command()}, seed {asked.seed}: {counts}; {seconds:.0f} s, {machine}, SQLite {sqlite3.sqlite_version}.",
        "",
        "| what was done | runs | of them reached the fault | refused in words | wrong |",
        "|---|---|---|---|---|",
        *(
            f"| {NAMES[kind]} | {t.runs:,} | {t.reached:,} | {t.refused:,} | {len(t.wrong)} |"
            for kind, t in tallies.items()
            if t.runs
        ),
    ]
    name = f"soak {asked.scenes}".strip()
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    told = "\n".join(lines)
    PAGE.write_text(f"{before}{begin}\n{told}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def _command() -> str:
    """Return the command that makes these runs again."""
    asked = " ".join(word for word in sys.argv[1:] if word != "--write")
    return f"`make soak SOAK_ARGS='{asked}'`" if asked else "`make soak`"


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=1 << 20, help="kills at calls: all there are, if so many are asked for"
    )
    parser.add_argument("--lines", type=int, default=2000, help="kills at executed lines")
    parser.add_argument("--moments", type=int, default=300, help="kills from outside at any moment")
    parser.add_argument("--power", type=int, default=1500, help="power cuts")
    parser.add_argument("--faults", type=int, default=6000, help="disk faults: all there are, if so many are asked for")
    parser.add_argument("--scenes", default="", help="only scenes with one of these words in their script: scan,pack")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    parser.add_argument("--replay", metavar="LINE", default="", help="make one run again")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
