"""Does every damage of ``damage_kinds`` to a real window and tells what a clerk sees; ``--write`` puts it into the docs.

Run as ``python -m tests.faults.damages [--write | --json] [--only WORDS]``; it starts itself anew with the shim.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.damage_kinds import DAMAGES, Damage
from tests.faults.examining import Seen, checks, examine, numbers, wrong
from tests.faults.worker import SHELF
from tests.support.faults_city import Ground, ground
from tests.support.faults_shim import Shim, built
from tests.support.tree import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- damages: begin -->", "<!-- damages: end -->"


def main() -> int:
    """Run; return 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.damages", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    parser.add_argument("--json", action="store_true", help="print what was wrong, and the table, as JSON")
    parser.add_argument("--only", default="", help="only damages with these words in their name")
    asked = parser.parse_args()
    _with_shim()
    logging.basicConfig(handlers=[logging.NullHandler()])
    found: dict[str, list[str]] = {}
    rows = []
    scratch = tempfile.TemporaryDirectory(dir=SHELF if SHELF.is_dir() else None, prefix="clerk-damages-")
    with scratch as place, ground(Path(place)) as made:
        for number, damage in enumerate(DAMAGES, start=1):
            if asked.only in damage.name:
                seen = examine(made, damage)
                found[damage.name] = wrong(made, damage, seen)
                rows.append(row(number, damage, seen, made))
                _progress(asked, damage, seen, found[damage.name])
    table = "\n".join((*HEAD, *rows))
    if asked.json:
        print(json.dumps({"wrong": found, "table": table}))
    if asked.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 1 if any(found.values()) else 0


def _with_shim() -> None:
    """Start this program anew with the shim, unless it was."""
    try:
        Shim()
    except RuntimeError:
        env = {**os.environ, "LD_PRELOAD": str(built())}
        os.execve(sys.executable, [sys.executable, "-m", "tests.faults.damages", *sys.argv[1:]], env)  # noqa: S606


def _progress(asked: argparse.Namespace, damage: Damage, seen: Seen, found: list[str]) -> None:
    if asked.json:
        return
    print(f"== {damage.name} [{damage.base}, {damage.means.name}]", flush=True)
    for name, told in seen.told.items():
        said = " | ".join((told.out if name in {"intake", "sync", "losses"} else "", told.err))
        print(f"   {name}: {told.status} {said.strip()[:300]}")
    print(
        f"   listed {len(numbers(seen['cases']))}, then {len(numbers(seen['cases at the end']))}; kept beside {seen.beside}"
    )
    for check in checks(seen["doctor"]) or checks(seen["doctor --deep"]):
        print(f"   doctor: {check['state']} {check['name']}: {check['found']} / {check['kept']} / {check['todo']}")
    for word in found:
        print(f"   WRONG {word}")


HEAD = (
    "| | damage | what `clerk doctor` says | the next intake | own cases listed: at once, at the end | lost |",
    "|---|---|---|---|---|---|",
)


def row(number: int, damage: Damage, seen: Seen, made: Ground) -> str:
    """Return one line of the table."""
    mine = made.numbers_of(damage.base)
    counts = [
        f"{len(set(numbers(told)) & set(mine))} of {len(mine)}" for told in (seen["cases"], seen["cases at the end"])
    ]
    cells = (
        str(number),
        damage.name,
        "<br>".join(_found(seen)) or "—",
        "登记" if seen["intake"].status == 0 else plain(seen["intake"].err),
        ", ".join(counts),
        "<br>".join(_lost(seen)) or "—",
    )
    return f"| {' | '.join(cells)} |"


def _found(seen: Seen) -> Iterator[str]:
    quick = checks(seen["doctor"])
    if not quick and checks(seen["doctor --deep"]):
        yield "*only `--deep`*"
    yield from map(_checked, quick or checks(seen["doctor --deep"]))


def _checked(check: dict[str, Any]) -> str:
    kept = f"留存：{check['kept'].rstrip('。')}。" if check["kept"] else ""
    todo = f"处理：{check['todo']}" if check["todo"] else ""
    return plain(f"{check['label']}：{check['found']}{kept}{todo}")


def _lost(seen: Seen) -> Iterator[str]:
    told = seen["losses"].json if seen["losses"].out.startswith("{") else {}
    for loss in told.get("losses", []):
        if loss["state"] == "open":
            perhaps = f"perhaps {'、'.join(loss['perhaps'])}" if loss["perhaps"] else ""
            yield plain(f"{loss['first']}–{loss['last']} {loss['case'] or perhaps}")


def plain(text: str) -> str:
    """Return a text without what differs from run to run, fit for a cell."""
    for pattern, stands in _DIFFERS:
        text = re.sub(pattern, stands, text)
    return " ".join(text.split()).replace("|", "\\|")


_DIFFERS = (
    (r"(FS\d{4}-\d\d)-\d{6}-(\d{4})-\w", r"\1-YYMMDD-\2-X"),
    (r"/\S*?/site/window", "窗口数据"),
    (r"/\S*?/stick", "U盘"),
    (r"\d{8}-\d{6}", "YYYYMMDD-HHMMSS"),
    (r"\d{4}-\d\d-\d\dT[\d:.+]+", "YYYY-MM-DDTHH:MM:SS"),
    (r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", "YYYY-MM-DD"),
    (r"进程 \d+", "进程 N"),
    (r"主机 [^，）]+", "主机 …"),
    (r"[\d.]+ [MGT]B", "N GB"),
    (r"有 \d+ 处坏页", "有 N 处坏页"),
    # Which rows lie in a page is chance.
    (r"(?<=：)\d+ 行打不开；(数据文件有 N 处坏页或坏索引)[^。]*", r"\1，以及坏页里的行"),
)


if __name__ == "__main__":
    sys.exit(main())
