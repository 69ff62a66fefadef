"""Which acts on one case commute, and what central says of an entry that was written without having seen others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clerk_app.domain.custody_bodies import RESULT
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict, in_order
from clerk_app.domain.kinds import (
    DECISION,
    DISCREPANCY,
    HOLDER_IN,
    HOLDER_OUT,
    KINDS,
    MATERIALS,
    OFFICIAL,
    PAPERS,
    PICKUP,
    PLACE,
    TASK,
    TIP,
    WAYBILL,
    About,
)
from clerk_app.domain.oversight import VERIFY

EVERYTHING = frozenset(
    {DECISION, PLACE, OFFICIAL, PAPERS, HOLDER_OUT, HOLDER_IN, WAYBILL, PICKUP, DISCREPANCY, TASK, TIP}
)
"""What a settlement may write: whatever the entry that it lets stand writes."""
COMMUTES, CONFLICTS, BY_MATERIAL = "commutes", "conflicts", "by material"
"""What ``pair_table`` says of two kinds; the last: they commute where they name different materials."""


def commutes(one: Entry, other: Entry) -> bool:
    """Whether two acts on one subject may stand in either order.

    An act writes facets of the case and is founded on others; two acts commute when neither writes what the other
    writes or is founded on. Remarks, visits, scans and looks touch nothing.
    """
    return not (
        _meet(_writes(one), _writes(other)) or _meet(_writes(one), _reads(other)) or _meet(_reads(one), _writes(other))
    )


def unseen(entry: Entry, held: Sequence[Record]) -> list[Entry]:
    """Return the entries of the subject, in central's order, that the actor of ``entry`` had not seen.

    ``held`` are the subject's records, the window's own refused ones too. A window counts its own entries in ``seen``
    whatever became of them; of the others it only ever sees those that have a position, and of these, the feed being
    gapless, a prefix.
    """
    own = sum(1 for r in held if r.entry.window == entry.window and r.entry.n < entry.n)
    others = [r.entry for r in in_order(held) if r.entry.window != entry.window and r.placed]
    return others[max(0, entry.seen - own) :]


def against(entry: Entry, held: Sequence[Record]) -> list[Entry]:
    """Return what the actor of ``entry`` had not seen and what does not commute with it: the other side of a conflict.

    Where ``held`` ends at ``entry`` or holds more, only what central had before it counts. A window does not hold what was
    refused of others, so that it may take too much for seen: then the latest act that does not commute is the answer.
    """
    held = in_order(held)
    place = next((i for i, r in enumerate(held) if r.entry.id == entry.id and r.placed), len(held))
    before = [r for r in held[:place] if r.entry.id != entry.id]
    found = [other for other in unseen(entry, before) if not commutes(entry, other)]
    if found:
        return found
    others = [r.entry for r in before if r.entry.window != entry.window and r.placed]
    return [other for other in others if not commutes(entry, other)][-1:]


def judge(entry: Entry, held: Sequence[Record]) -> Verdict:
    """Return ``applied`` when the actor had seen everything, ``merged`` when what they missed commutes, else ``conflicting``."""
    missed = unseen(entry, held)
    if not missed:
        return Verdict.APPLIED
    return Verdict.MERGED if all(commutes(entry, other) for other in missed) else Verdict.CONFLICTING


def pair_table(about: About) -> dict[tuple[str, str], str]:
    """Return for every pair of kinds about one sort of subject what ``commutes`` says of acts naming materials."""
    table: dict[tuple[str, str], str] = {}
    kinds = [name for name, kind in KINDS.items() if about in kind.about]
    for one in kinds:
        for other in kinds:
            named = (("a", "a"), ("a", "b"), (RESULT, "a"), ("a", RESULT), (RESULT, RESULT))
            said = {commutes(_sample(one, this), _sample(other, that)) for this, that in named}
            table[one, other] = BY_MATERIAL if len(said) == 2 else COMMUTES if True in said else CONFLICTS
    return table


def _sample(kind: str, material: str) -> Entry:
    body = {
        "tallies": [{"material": material}],
        "lines": [{"material": material}],
        "entry": material,
        "number": 1,
        "task": material,
    }
    return Entry(id="", kind=kind, subject="", at="", actor="", window="", n=1, seen=0, previous=GENESIS, body=body)


def _writes(entry: Entry) -> frozenset[str]:
    kind = KINDS.get(entry.kind)
    if kind is None:
        return frozenset()
    if kind.settles:
        return EVERYTHING
    flags = (
        (kind.decides, DECISION),
        (kind.moves, PLACE),
        (kind.numbers, OFFICIAL),
        (kind.returns, PAPERS),
        (kind.hands, PAPERS + RESULT),
        (kind.gives, HOLDER_OUT),
        (kind.receives, HOLDER_IN),
        (kind.waybills, WAYBILL),
        (kind.orders, PICKUP),
        (kind.tips, TIP),
        (kind.tasks, TASK + _task(entry)),
        (kind.concludes, DISCREPANCY + f"{entry.body.get('entry')}/{entry.body.get('number')}"),
    )
    facets = {facet for holds, facet in flags if holds}
    if kind.checks:
        facets |= {MATERIALS + m for m in _materials(entry)}
    if kind.packs:
        facets |= {PAPERS + m for m in _materials(entry)}
    return frozenset(facets)


def _reads(entry: Entry) -> frozenset[str]:
    """A decision is founded on all the materials; a check, and a move, on there being no decision yet; a bag on what was counted."""
    kind = KINDS.get(entry.kind)
    if kind is None:
        return frozenset()
    if kind.decides:
        return frozenset({MATERIALS})
    if kind.packs:
        return frozenset(MATERIALS + m for m in _materials(entry))
    return frozenset({DECISION}) if kind.checks or kind.moves else frozenset()


def _task(entry: Entry) -> str:
    """The check after the fact is one task, and names none."""
    return VERIFY if entry.kind == "verification.done" else str(entry.body.get("task"))


def _materials(entry: Entry) -> list[str]:
    """A body not checked yet may hold anything: what is not a tally or a line names no material."""
    told: list[Any] = []
    for member in ("tallies", "lines"):
        found = entry.body.get(member)
        told += found if isinstance(found, list) else []
    named = [t.get("material") for t in told if isinstance(t, dict)]
    return [m for m in named if isinstance(m, str)]


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    if one & other:
        return True
    return any(
        (whole in one and any(f.startswith(whole) for f in other))
        or (whole in other and any(f.startswith(whole) for f in one))
        for whole in (MATERIALS, PAPERS, DISCREPANCY, TASK)
    )
