"""Sets of whole numbers that mostly follow each other, kept as runs: small however many numbers they hold."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

Runs = list[list[int]]


def _first(run: list[int]) -> int:
    return run[0]


class Spans:
    """An ascending list of runs, each ``[first, last]``; never changed, only replaced."""

    __slots__ = ("_runs",)

    def __init__(self, runs: Runs | None = None) -> None:
        self._runs = runs or []

    def plain(self) -> Runs | None:
        """Return the runs as JSON data, not to be changed; ``None`` when there are none."""
        return self._runs or None

    def adding(self, number: int) -> Spans:
        """Return the set with a number."""
        runs = self._runs
        if runs and runs[-1][1] == number - 1:  # the next one: nearly always
            return Spans([*runs[:-1], [runs[-1][0], number]])
        if number in self:
            return self
        at = bisect_right(runs, number, key=_first)
        first = last = number
        low, high = at, at
        if at and runs[at - 1][1] == number - 1:
            low, first = at - 1, runs[at - 1][0]
        if at < len(runs) and runs[at][0] == number + 1:
            high, last = at + 1, runs[at][1]
        return Spans([*runs[:low], [first, last], *runs[high:]])

    def removing(self, number: int) -> Spans:
        """Return the set without a number."""
        if number not in self:
            return self
        runs = self._runs
        at = bisect_right(runs, number, key=_first) - 1
        first, last = runs[at]
        left = [[a, b] for a, b in ((first, number - 1), (number + 1, last)) if a <= b]
        return Spans([*runs[:at], *left, *runs[at + 1 :]])

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        at = bisect_right(self._runs, number, key=_first)
        return bool(at) and self._runs[at - 1][1] >= number

    def __iter__(self) -> Iterator[int]:
        for first, last in self._runs:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._runs)
