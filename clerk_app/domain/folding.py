"""How the records of one subject are folded, whatever the subject is: central's order, conflicts set aside until they are settled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import CENTRAL, Entry, Record, Verdict, in_order
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.plain import NotPlain, body_of

if TYPE_CHECKING:
    from clerk_app.domain.case import Case
    from clerk_app.domain.custody import Manifest, Parcel
    from clerk_app.domain.tips import Tip

_HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}", re.ASCII)
_NOTHING: Mapping[str, int] = MappingProxyType({})
F = TypeVar("F", "Case", "Parcel", "Manifest", "Tip")
Begin = Callable[[Entry], F | None]
Effect = Callable[[F, Entry, object], F]


def fold_records(records: Iterable[Record], evolve: Callable[[F | None, Entry], F | None]) -> F | None:
    """Return what the records of one subject tell, or ``None`` when none of them begins it.

    Central's order first, own unsent entries after; refused and quarantined entries are left out, conflicting ones are
    named in ``conflicts`` until an entry settles them, and take effect there if it lets them stand.
    """
    stood: F | None = None
    aside: dict[str, Entry] = {}
    for record in in_order(records):
        entry = record.entry
        if record.verdict in {Verdict.REFUSED, Verdict.QUARANTINED}:
            continue
        if record.verdict is Verdict.CONFLICTING:
            aside[entry.id] = entry
            stood = _noted(stood, entry) if stood is not None else None
            continue
        stood = evolve(stood, entry)
        if entry.kind == "conflict.settled" and stood is not None:
            stood = _settled(stood, entry, aside, evolve)
    return stood


def evolved(stood: F, entry: Entry, effect: Effect[F] | None) -> F:
    """Return what stands after one entry; an entry that does not fit changes nothing but ``ignored``."""
    kind = KINDS.get(entry.kind)
    counted = replace(
        stood,
        entries=stood.entries + 1,
        updated_at=max(stood.updated_at, entry.at),
        work=worked(entry, stood.work),
    )
    if kind is None or effect is None or stood.state not in kind.states:
        return replace(counted, ignored=(*stood.ignored, entry.id))
    try:
        body = body_of(kind.body, entry.body)
    except NotPlain:
        return replace(counted, ignored=(*stood.ignored, entry.id))
    return effect(counted, entry, body)


def worked(entry: Entry, before: Mapping[str, int] = _NOTHING) -> dict[str, int]:
    """Return how many entries each window said in each hour, this one with them; central's own are no counter's work.

    Keys are the hour and the window: ``2026-03-02T09 FS0001-01``.
    """
    hour = entry.at[:13]
    if entry.window == CENTRAL or not _HOUR.fullmatch(hour):
        return dict(before)
    key = f"{hour} {entry.window}"
    return {**before, key: before.get(key, 0) + 1}


def _noted(stood: F, entry: Entry) -> F:
    return replace(stood, conflicts=(*stood.conflicts, entry.id), entries=stood.entries + 1)


def _settled(stood: F, entry: Entry, aside: dict[str, Entry], evolve: Callable[[F | None, Entry], F | None]) -> F:
    settled = body_of(b.Settled, entry.body)
    left = replace(stood, conflicts=tuple(c for c in stood.conflicts if c != settled.entry))
    held = aside.get(settled.entry)
    if held is None or not settled.stands:
        return left
    after = evolve(left, held) or left
    if held.kind != entry.kind:
        return after
    # A settlement that was in conflict itself: what it settles follows, each entry once at most.
    return _settled(after, held, {name: other for name, other in aside.items() if name != held.id}, evolve)
