"""Where each sheet of a case is: counted by place, moved and never made or lost on the way (rules 3 and 11).

A place is a word and a code: ``point:FS0001``, ``parcel:FS0001-01-P261123-0042-K``, ``department:``, ``applicant:``.
The sheets of a line are those that were kept of it: the lots of a material always add up to its tally.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from clerk_app.domain.checklist import Tally
from clerk_app.domain.custody_bodies import PaperLine

POINT, PARCEL = "point:", "parcel:"
DEPARTMENT, APPLICANT = "department:", "applicant:"
"""The case names the one and the other."""

Sheets = tuple[int, int]
"""Originals and copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Sheets of one material at one place."""

    material: str
    at: str
    originals: int = 0
    copies: int = 0


def at_point(code: str) -> str:
    """Return the place of what lies at a point."""
    return POINT + code


def in_parcel(number: str) -> str:
    """Return the place of what is in a bag."""
    return PARCEL + number


def parcel_of(place: str) -> str:
    """Return the number of the bag a place is; empty: it is none."""
    return place.removeprefix(PARCEL) if place.startswith(PARCEL) else ""


def gained(lots: Sequence[Lot], before: Mapping[str, Tally], tallies: Iterable[Tally], place: str) -> tuple[Lot, ...]:
    """Return the lots after tallies changed at a place: what is more came in there, what is less was last seen there."""
    held = _held(lots)
    for tally in tallies:
        old = before.get(tally.material)
        was = (old.originals_kept, old.copies_kept) if old is not None else (0, 0)
        more = (tally.originals_kept - was[0], tally.copies_kept - was[1])
        if more[0] > 0 or more[1] > 0:
            _add(held, (tally.material, place), (max(more[0], 0), max(more[1], 0)))
        if more[0] < 0 or more[1] < 0:
            _take(held, tally.material, (max(-more[0], 0), max(-more[1], 0)), place)
    return _lots(held)


def moved(lots: Sequence[Lot], lines: Iterable[PaperLine], source: str, to: str) -> tuple[Lot, ...]:
    """Return the lots after sheets went from one place to another.

    What is not at ``source`` is taken from where it is: a supervisor who lets a hand-over stand says that the papers are there.
    """
    held = _held(lots)
    for line in lines:
        taken = _take(held, line.material, (line.originals, line.copies), source)
        _add(held, (line.material, to), taken)
    return _lots(held)


def emptied(lots: Sequence[Lot], source: str, to: str) -> tuple[Lot, ...]:
    """Return the lots after everything went from one place to another."""
    held = _held(lots)
    for (material, at), sheets in list(held.items()):
        if at == source:
            del held[material, at]
            _add(held, (material, to), sheets)
    return _lots(held)


def joined(*parts: Sequence[Lot]) -> tuple[Lot, ...]:
    """Return several lots as one, sheets of one material at one place added up."""
    held: dict[tuple[str, str], Sheets] = {}
    for lot in (lot for lots in parts for lot in lots):
        _add(held, (lot.material, lot.at), (lot.originals, lot.copies))
    return _lots(held)


def held_at(lots: Iterable[Lot], place: str) -> tuple[Lot, ...]:
    """Return what is at a place."""
    return tuple(lot for lot in lots if lot.at == place)


def _held(lots: Iterable[Lot]) -> dict[tuple[str, str], Sheets]:
    return {(lot.material, lot.at): (lot.originals, lot.copies) for lot in lots}


def _add(held: dict[tuple[str, str], Sheets], key: tuple[str, str], sheets: Sheets) -> None:
    there = held.get(key, (0, 0))
    held[key] = (there[0] + sheets[0], there[1] + sheets[1])


def _take(held: dict[tuple[str, str], Sheets], material: str, wanted: Sheets, first: str) -> Sheets:
    """Take sheets of a material, from ``first`` and then from the other places in their order; return what there was."""
    originals, copies = wanted
    places = sorted((at for name, at in held if name == material), key=lambda at: (at != first, at))
    for at in places:
        there = held[material, at]
        taken = (min(there[0], originals), min(there[1], copies))
        held[material, at] = (there[0] - taken[0], there[1] - taken[1])
        originals, copies = originals - taken[0], copies - taken[1]
    return wanted[0] - originals, wanted[1] - copies


def _lots(held: Mapping[tuple[str, str], Sheets]) -> tuple[Lot, ...]:
    keys = sorted(key for key, sheets in held.items() if sheets != (0, 0))
    return tuple([_lot(*key, *held[key]) for key in keys])


@lru_cache(maxsize=4096)
def _lot(material: str, at: str, originals: int, copies: int) -> Lot:
    """A point's lots are mostly alike: the same few sheets of the same materials."""
    return Lot(material=material, at=at, originals=originals, copies=copies)
