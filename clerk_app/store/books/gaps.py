"""Gaps: the stretches of this window's own chain that are not here, and how what comes back is proven by the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from clerk_app.domain.journal import Entry, links
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

TABLE = "gaps"
NOTE = "gaps"
_ROW = "own"


class ChainForked(Exception):
    """An own entry that comes back contradicts the chain as this window has it: there are two histories."""

    def __init__(self, n: int) -> None:
        super().__init__(f"own entry {n} contradicts the chain")
        self.n = n


class Gap(msgspec.Struct, array_like=True, frozen=True):
    """Own entries ``first`` to ``last`` are not here."""

    first: int
    last: int
    before: tuple[str, ...] = ()
    """The digests by which entry ``first`` may name its predecessor; empty: not known."""
    stands_for: str = ""
    """The digest the entry after ``last`` names as its predecessor's; empty: not known."""

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class _Kept(msgspec.Struct):
    gaps: list[Gap] = []


_kept = msgspec.json.Decoder(_Kept).decode


class Gaps:
    """This window's gaps, ascending; kept in a row of their own, so that a whole chain costs nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._vault = ledger.vault
        self._table = ledger.table(TABLE)
        self._gaps: list[Gap] = []
        self.load()

    def load(self) -> None:
        """Read them; a row that does not open is left to the repair."""
        self._gaps = []
        if self._vault.note(NOTE):
            try:
                kept = self._table.fetch(_ROW, _kept)
            except StoreDamaged:
                kept = None
            self._gaps = kept.gaps if kept else []

    def __iter__(self) -> Iterator[Gap]:
        return iter(list(self._gaps))

    def __bool__(self) -> bool:
        return bool(self._gaps)

    def __contains__(self, n: object) -> bool:
        return any(isinstance(n, int) and gap.first <= n <= gap.last for gap in self._gaps)

    def __len__(self) -> int:
        return sum(gap.size for gap in self._gaps)

    def first_past(self, n: int) -> int | None:
        """Return the first missing number past ``n``; nothing behind it can be said to central before it."""
        return next((max(gap.first, n + 1) for gap in self._gaps if gap.last > n), None)

    # writing, inside the caller's transaction

    def keep(self, gaps: Iterable[Gap]) -> None:
        """Make these all there are."""
        before = self._gaps
        self._vault.on_undo(lambda: setattr(self, "_gaps", before))
        self._gaps = sorted(gaps, key=lambda gap: gap.first)
        if self._gaps:
            self._table.put(_ROW, _Kept(self._gaps))
        else:
            self._table.discard(_ROW)
        self._vault.set_note(NOTE, self._gaps[0].first if self._gaps else None)

    def add(self, gap: Gap) -> None:
        """Note one more, past all that are known."""
        self.keep([*self._gaps, gap])

    def take(self, told: Sequence[Entry]) -> list[Entry]:
        """Return those of the entries that fall into gaps and hold to the chain, ascending; the gaps shrink.

        Raises ``ChainForked`` where one contradicts a neighbour that is known.
        """
        by_n = {entry.n: entry for entry in told}
        taken: list[Entry] = []
        left: list[Gap] = []
        for gap in self._gaps:
            found = {n: by_n[n] for n in by_n if gap.first <= n <= gap.last}
            if found:
                check(gap, found)
                taken += (found[n] for n in sorted(found))
                left += _remaining(gap, found)
            else:
                left.append(gap)
        if taken:
            self.keep(left)
        return taken


def check(gap: Gap, found: Mapping[int, Entry]) -> None:
    """Compare entries of a gap with each other and with the neighbours that are known; raises ``ChainForked``."""
    for n, entry in found.items():
        before = links(found[n - 1]) if n - 1 in found else frozenset(gap.before if n == gap.first else ())
        if before and entry.previous not in before:
            raise ChainForked(n)
        if n == gap.last and gap.stands_for and gap.stands_for not in links(entry):
            raise ChainForked(n)


def _remaining(gap: Gap, found: Mapping[int, Entry]) -> Iterator[Gap]:
    """Yield what is left of a gap, each part with what is now known of its neighbours."""
    edges = [gap.first - 1, *sorted(found), gap.last + 1]
    for low, high in pairwise(edges):
        if high - low > 1:
            before = tuple(sorted(links(found[low]))) if low in found else gap.before
            after = found[high].previous if high in found else gap.stands_for
            yield Gap(low + 1, high - 1, before, after)


def between(own: Mapping[int, object], head: int, pruned: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the runs of numbers from 1 to ``head`` that are neither in ``own`` nor in a pruned run."""
    covered = sorted([*((n, n) for n in own), *pruned])
    found: list[tuple[int, int]] = []
    at = 1
    for first, last in covered:
        if first > head:
            break
        if first > at:
            found.append((at, first - 1))
        at = max(at, last + 1)
    if at <= head:
        found.append((at, head))
    return found
