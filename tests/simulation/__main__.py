"""``python -m tests.simulation``: runs on virtual time, each made again from its seed.

``--seed N --trace`` makes one run and tells everything that happened; ``--seeds N`` makes many. Exit status 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.world import Outcome, Wrong, run

CUSTODY = {"papers.packed", "parcel.handed_over", "manifest.closed", "parcel.received", "discrepancy.closed"}
TOLD = 20
"""So many failures are told in full."""
PROGRESS = 1000
"""Seeds between two lines of progress."""


def main() -> int:
    """Run and print; return the exit status."""
    asked = _parsed()
    if asked.trace or asked.seeds == 1:
        try:
            print(run(asked.seed, print if asked.trace else None))
        except Wrong as wrong:
            print(wrong)
            return 1
        return 0
    return many(asked.seed, asked.seeds, asked.workers)


def many(first: int, seeds: int, workers: int) -> int:
    """Make many runs; return 1 when any went wrong."""
    began, wrong, outcomes = time.monotonic(), 0, []
    with ProcessPoolExecutor(workers) as pool:
        for told in pool.map(_one, range(first, first + seeds), chunksize=20):
            if isinstance(told, str):
                wrong += 1
                if wrong <= TOLD:
                    print(f"WRONG {told}", flush=True)
            else:
                outcomes.append(told)
            if (wrong + len(outcomes)) % PROGRESS == 0:
                print(f"  {wrong + len(outcomes)} seeds, {wrong} wrong", flush=True)
    _print(outcomes, wrong, time.monotonic() - began)
    return 1 if wrong else 0


def _one(seed: int) -> Outcome | str:
    try:
        return run(seed)
    except Wrong as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 – whatever a seed brings to light is told with the seed
        return f"seed {seed}: {type(error).__name__}: {error}"


def _print(outcomes: list[Outcome], wrong: int, seconds: float) -> None:
    runs = len(outcomes) + wrong
    verdicts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    custody: Counter[str] = Counter()
    for outcome in outcomes:
        verdicts.update(outcome.verdicts)
        custody.update({f"{kind} {told}": n for (kind, told), n in outcome.said.items() if kind in CUSTODY})
        faults.update(outcome.faults)
    steps = sum(o.steps for o in outcomes)
    print(f"{runs} seeds in {seconds:.1f} s ({runs / seconds:.1f} a second), {wrong} wrong")
    print(
        f"{steps:,} steps, {sum(o.requests for o in outcomes):,} requests, {sum(o.entries for o in outcomes):,} entries, "
        f"{sum(o.seconds for o in outcomes) / 3600:.0f} virtual hours; "
        f"agreed {max((o.healed_in for o in outcomes), default=0):.0f} virtual seconds after healing at the latest"
    )
    print("verdicts:", dict(verdicts.most_common()))
    print("bags and hand-overs:", dict(custody.most_common()))
    print("requests:", dict(faults.most_common()))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first, or the only one")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--trace", action="store_true", help="tell everything that happens")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
