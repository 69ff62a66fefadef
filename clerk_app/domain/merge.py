"""Which acts on one case commute, and what central says of an entry that was written without having seen others."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.domain.journal import Entry, Record, Verdict, in_order
from clerk_app.domain.kinds import DECISION, KINDS, MATERIALS


def commutes(one: Entry, other: Entry) -> bool:
    """Whether two acts on one subject may stand in either order.

    An act writes facets of the case and is founded on others; two acts commute when neither writes what the other
    writes or is founded on. Remarks, visits, numbers and looks touch nothing.
    """
    return not (
        _meet(_writes(one), _writes(other)) or _meet(_writes(one), _reads(other)) or _meet(_reads(one), _writes(other))
    )


def unseen(entry: Entry, held: Sequence[Record]) -> list[Entry]:
    """Return the entries of the subject, in central's order, that the actor of ``entry`` had not seen.

    ``held`` are all the subject's records, refused ones too. A window counts its own entries in ``seen`` whatever became
    of them; of the others it only ever sees those that have a position, and of these, the feed being gapless, a prefix.
    """
    own = sum(1 for r in held if r.entry.window == entry.window and r.entry.n < entry.n)
    others = [r.entry for r in in_order(held) if r.entry.window != entry.window and r.position is not None]
    return others[max(0, entry.seen - own) :]


def judge(entry: Entry, held: Sequence[Record]) -> Verdict:
    """Return ``applied`` when the actor had seen everything, ``merged`` when what they missed commutes, else ``conflicting``."""
    missed = unseen(entry, held)
    if not missed:
        return Verdict.APPLIED
    return Verdict.MERGED if all(commutes(entry, other) for other in missed) else Verdict.CONFLICTING


def _writes(entry: Entry) -> frozenset[str]:
    kind = KINDS.get(entry.kind)
    if kind is None:
        return frozenset()
    facets = {DECISION} if kind.decides else set()
    if kind.checks:
        facets |= {MATERIALS + m for m in _materials(entry)}
    return frozenset(facets)


def _reads(entry: Entry) -> frozenset[str]:
    """A decision is founded on all the materials; a check is founded on there being no decision yet."""
    kind = KINDS.get(entry.kind)
    if kind is None:
        return frozenset()
    if kind.decides:
        return frozenset({MATERIALS})
    return frozenset({DECISION}) if kind.checks else frozenset()


def _materials(entry: Entry) -> list[str]:
    """A body not checked yet may hold anything: what is not a tally names no material."""
    tallies = entry.body.get("tallies")
    named = [t.get("material") for t in tallies if isinstance(t, dict)] if isinstance(tallies, list) else []
    return [m for m in named if isinstance(m, str)]


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    if one & other:
        return True
    return (MATERIALS in one and any(f.startswith(MATERIALS) for f in other)) or (
        MATERIALS in other and any(f.startswith(MATERIALS) for f in one)
    )
