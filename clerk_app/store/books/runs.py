"""Runs of own entries that were pruned: little to keep, and enough to verify what is left of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from clerk_app.domain.journal import GENESIS, Break, Entry, links


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Own entries ``first`` to ``last`` that were pruned."""

    first: int
    last: int
    named: tuple[str, ...] = ()
    """The digests by which entry ``last + 1`` may name its predecessor; empty: not known any more."""


def merged(runs: Iterable[Run], entries: Iterable[Entry]) -> list[Run]:
    """Return the runs with further entries in them, ascending, what adjoins made one."""
    found = [*runs, *(Run(e.n, e.n, tuple(sorted(links(e)))) for e in entries)]
    made: list[Run] = []
    for run in sorted(found, key=lambda run: run.first):
        if made and run.first <= made[-1].last + 1:
            if run.last > made[-1].last:
                made[-1] = Run(made[-1].first, run.last, run.named)
        else:
            made.append(run)
    return made


def verify_kept(entries: Sequence[Entry], runs: Sequence[Run]) -> Break | None:
    """Return the first place where one window's own entries, ascending, do not hold together; runs were pruned.

    An entry of a run that is here again is held to what is known of it: the digest, where it is the run's last.
    """
    expected = 1
    named: frozenset[str] | None = frozenset({GENESIS})
    left = list(runs)
    for entry in entries:
        while left and left[0].last < entry.n:
            run = left.pop(0)
            if run.first <= expected <= run.last:
                expected, named = run.last + 1, frozenset(run.named) or None
        if left and left[0].first <= expected < entry.n:
            expected, named = entry.n, None
        if entry.n != expected:
            return Break(expected, "missing")
        if named is not None and entry.previous not in named:
            return Break(expected, "hash")
        if left and left[0].last == entry.n and frozenset(left[0].named) not in {links(entry), frozenset()}:
            return Break(expected, "hash")
        expected, named = entry.n + 1, links(entry)
    return None
