"""What an act costs with what is written beside the store: the witness of the last commit, and the second copy.

Three stores in turns: one whose witness is kept from being written, one as it is, one with a second copy on the same disk.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clerk_app.store.access.keys import PassphraseUnlock, create_keys
from clerk_app.store.copies.second_copy import SecondCopy
from clerk_app.store.file.witness import Witness
from clerk_app.store.records import Records
from tests.bench.bench_store import p99, save
from tests.bench.stores import fill
from tests.support.commands import PASSPHRASE
from tests.support.window_journal import WINDOW

CASES = 1_000
ACTS = 400
COPY_TARGET = 1.5
"""Times an act without a second copy: nobody waits for the copy, but it works on the same machine."""
WITNESS_TARGET = 1.15
"""Times an act without the witness."""
WAYS = ("no witness", "as it is", "second copy")


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    real = Witness.tell

    def untold(witness: Witness, *told: Any) -> None:
        """Write nothing."""

    with tempfile.TemporaryDirectory() as name, ExitStack() as held:
        journals, stores = {}, {}
        for way in WAYS:
            folder = Path(name) / way
            keys = create_keys(folder, PassphraseUnlock(PASSPHRASE))
            journals[way] = fill(folder, CASES, key=keys.vault_key)
            stores[way] = held.enter_context(Records.open(folder, keys.vault, window=WINDOW))
        place = Path(name) / "copy"
        place.mkdir()
        copy = SecondCopy(stores[WAYS[2]], keys, WINDOW, "FS0001", place, lambda: datetime.now(UTC)).start()
        held.callback(copy.stop)
        copy.flush(60)
        gc.collect()
        gc.freeze()
        for _ in range(ACTS):
            for way in WAYS:
                setattr(Witness, "tell", untold if way == WAYS[0] else real)  # noqa: B010  # a method, to mypy, is not to be set
                times[way].append(save(stores[way], journals[way]))
            copy.flush(5)  # the copy's work of one act falls on that act, not on the next
        behind = copy.state().behind
    half = {way: statistics.median(times[way]) for way in WAYS}
    for way in WAYS:
        print(f"an act, {way}: {half[way] * 1e3:.3f} ms, p99 {p99(times[way]) * 1e3:.2f} ms")
    witness, copied = half[WAYS[1]] / half[WAYS[0]], half[WAYS[2]] / half[WAYS[1]]
    print(f"with the witness: {witness:.2f}x (target {WITNESS_TARGET}x)")
    print(f"with the second copy: {copied:.2f}x (target {COPY_TARGET}x), {behind} entries behind at the end")
    return int(witness > WITNESS_TARGET or copied > COPY_TARGET or behind > 0)


if __name__ == "__main__":
    sys.exit(main())
