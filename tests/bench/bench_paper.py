"""How long a paper takes: the first of a process, libraries and fonts included, and every page of a long one."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from clerk_app.paper.flow import pages_of
from clerk_app.paper.papers import compose, render, render_manifest
from tests.support.bags import CONTEXT, MANIFEST, closed
from tests.support.papers import context_of, many_materials, notified_case, received_case

FIRST_MS = 480.0
PAGE_MS = 40.0
LIST_MS = 900.0
BAGS = 300
RUNS = 5
KIND = "申请材料补正告知书"
_FIRST = """
import time
from tests.support.papers import context_of, notified_case
context = context_of(notified_case())
start = time.perf_counter()
from clerk_app.paper.papers import render
render("申请材料补正告知书", context)
print(1000 * (time.perf_counter() - start))
"""


def first_paper() -> float:
    """Return the milliseconds of the first paper of a fresh process."""
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", _FIRST], cwd=root, capture_output=True, text=True, check=True)
    return float(run.stdout)


def paper_of(materials: int) -> tuple[float, int]:
    """Return the milliseconds a notice of so many materials takes, and its pages."""
    context = context_of(notified_case(received_case(checklist=many_materials(materials), tallies={})))
    start = time.perf_counter()
    render(KIND, context)
    return 1000 * (time.perf_counter() - start), len(pages_of(compose(KIND, context)))


def list_of(bags: int) -> float:
    """Return the milliseconds that both copies of a hand-over's list take."""
    body = closed(bags)
    start = time.perf_counter()
    render_manifest(MANIFEST, body, CONTEXT)
    return 1000 * (time.perf_counter() - start)


def main() -> int:
    """Print the figures; the status is 1 where one misses its target."""
    first = min(first_paper() for _ in range(RUNS))
    short, few = min(paper_of(5) for _ in range(RUNS))
    long, many = min(paper_of(240) for _ in range(RUNS))
    page = (long - short) / (many - few)
    print(f"first paper of a process  {first:6.0f} ms   target {FIRST_MS:.0f} ms")
    print(f"next paper, {few} pages      {short:6.0f} ms")
    print(f"each further page of {many:3}  {page:6.1f} ms   target {PAGE_MS:.0f} ms")
    bags = min(list_of(BAGS) for _ in range(RUNS))
    print(f"list of {BAGS} bags, twice   {bags:6.0f} ms   target {LIST_MS:.0f} ms")
    return 0 if first <= FIRST_MS and page <= PAGE_MS and bags <= LIST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
