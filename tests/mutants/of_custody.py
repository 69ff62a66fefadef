"""Bugs of custody: papers that are made or lost on their way, lists that are edited, disputes nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

from clerk_app.domain import custody, dispatch, effects, lots, merge
from tests.mutants.museum import exhibit


@exhibit("a paper is in two bags", "every stock system without locations")
def packed_twice() -> Iterator[None]:
    """Packing puts sheets into a bag and does not take them from where they were."""

    def moved(held: Any, lines: Any, source: str, to: str) -> Any:
        added = tuple(lots.Lot(material=x.material, at=to, originals=x.originals, copies=x.copies) for x in lines)
        return lots.joined(held, added)

    with mock.patch.object(effects, "moved", moved):
        yield


@exhibit("who packs second is told off", seed=23)
def bags_commute() -> Iterator[None]:
    """Two windows that pack the same papers do not meet in a conflict: the second one is refused, whatever it holds."""
    writes = merge._writes

    def written(entry: Any) -> Any:
        return frozenset[str]() if entry.kind == "papers.packed" else writes(entry)

    with mock.patch.object(merge, "_writes", written):
        yield


@exhibit("a dispute nobody sees", seed=13)
def undisputed() -> Iterator[None]:
    """A bag shows as its own what another bag holds."""
    with mock.patch.object(dispatch, "disputed", return_value=()):
        yield


@exhibit("a signed list is edited", "every logistics system with an edit button", seed=11)
def edited_list() -> Iterator[None]:
    """A discrepancy found later takes the line off the list."""
    noted = custody.MANIFEST_EFFECTS["discrepancy.noted"]

    def edited(manifest: Any, entry: Any, body: Any) -> Any:
        after = noted(manifest, entry, body)
        return replace(after, closed=replace(after.closed, lines=after.closed.lines[1:], contact="x"))

    with mock.patch.dict(custody.MANIFEST_EFFECTS, {"discrepancy.noted": edited}):
        yield


@exhibit("a bag goes without being on the list", seed=3)
def off_the_list() -> Iterator[None]:
    """The courier takes a bag, and the list they sign names another number of bags."""
    closed = custody._closed

    def short(entry: Any) -> Any:
        manifest = closed(entry)
        return manifest and replace(manifest, closed=replace(manifest.closed, lines=manifest.closed.lines[:-1]))

    with mock.patch.object(custody, "_closed", short):
        yield
