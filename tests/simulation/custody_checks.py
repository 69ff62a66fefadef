"""What must hold of papers that travel once a city is at rest: one holder a sheet, one bag a paper, lists that stay as they were signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import MOVING
from clerk_app.domain.lots import parcel_of
from clerk_app.domain.merge import unseen
from tests.simulation.books import UNHEARD

if TYPE_CHECKING:
    from tests.simulation.station import Station
    from tests.simulation.world import City

Line = tuple[str, str]
"""A case and a material."""


def troubles(city: City) -> Iterator[str]:
    """Yield what is wrong with the papers of a city."""
    for number, held in city.model.state.states.items():
        if held.case is not None:
            yield from _sheets(city, number, held.case)
    for station in city.stations:
        yield from _bags(station)
        yield from _met(city, station)
    yield from lists(city)


def lists(city: City) -> Iterator[str]:
    """Yield where a hand-over is not told as it was signed, or a bag names one that does not list it; holds at any moment."""
    told = [(station.window, station.books.standing()) for station in city.stations]
    told.append(("central", {n: held.stood for n, held in city.model.state.states.items() if held.stood is not None}))
    for who, standing in told:
        for number, stood in standing.items():
            if isinstance(stood, Manifest) and stood.closed != city.signed.get(number):
                yield f"{who} tells the hand-over {number} otherwise than it was signed"
            if isinstance(stood, Parcel):
                yield from (
                    f"{who}: {number} was given by {leg.manifest}, which does not list it"
                    for leg in stood.legs
                    if leg.manifest and number not in {line.parcel for line in city.signed[leg.manifest].lines}
                )


def _sheets(city: City, number: str, case: Case) -> Iterator[str]:
    """Every sheet that was kept is at one place, and a bag that is such a place is known and lists it."""
    there: Counter[tuple[str, str]] = Counter()
    for lot in case.lots:
        there[lot.material, "originals"] += lot.originals
        there[lot.material, "copies"] += lot.copies
        bag = parcel_of(lot.at)
        held = city.model.state.states.get(bag) if bag else None
        parcel = held.stood if held is not None else None
        if bag and not (isinstance(parcel, Parcel) and (number, lot.material) in _listed(parcel)):
            yield f"{number}: {lot.material} is in {bag}, which does not say so"
    kept: Counter[tuple[str, str]] = Counter()
    for tally in case.tallies.values():
        kept[tally.material, "originals"] = tally.originals_kept
        kept[tally.material, "copies"] = tally.copies_kept
    if case.decided is not None:
        kept[cb.RESULT, "originals"] = 1
    if +there != +kept:
        yield f"{number}: kept are {dict(+kept)}, and somewhere are {dict(+there)}"


def _bags(station: Station) -> Iterator[str]:
    """What another bag holds is disputed, and what is not disputed is in one bag only."""
    inside: Counter[tuple[str, str, str]] = Counter()
    cases = station.books.cases()
    for number, parcel in station.books.standing().items():
        if not isinstance(parcel, Parcel) or parcel.state not in MOVING:
            continue
        disputed = station.clerk.disputed(parcel)
        for case in parcel.cases:
            if _is_aside(station, case, number):
                missed = [x for x in parcel.sealed.lines if x.case == case and x not in disputed]
                if case in cases and missed:
                    yield f"{station.window}: {missed} of {number} is not shown as disputed"
        for line in parcel.sealed.lines:
            if line not in disputed:
                inside[line.case, line.material, "originals"] += line.originals
                inside[line.case, line.material, "copies"] += line.copies
    for (case, material, what), count in (+inside).items():
        tally = cases[case].tallies.get(material) if case in cases else None
        kept = getattr(tally, f"{what}_kept") if tally is not None else 1
        if case in cases and count > kept:
            yield f"{station.window}: bags hold {count} {what} of {case} {material}, of which {kept} were kept"


def _met(city: City, station: Station) -> Iterator[str]:
    """Who packs what somebody else has packed, unseen, is in a conflict that a supervisor settles, and not in the wrong."""
    state = city.model.state
    for key in state.said[station.window]:
        row = state.rows[key]
        if row.code != "papers-not-here":
            continue
        before = [other for other in state.rows.values() if other.subject == row.subject and other.point == row.point]
        held = [other.record for other in before if other.received_at < row.received_at]
        for other in unseen(row.entry, held):
            if other.kind.startswith("papers.") and _materials(other) & _materials(row.entry):
                yield f"{station.window} n {row.n} is refused though it had not seen {other.kind} of {other.window}"


def _materials(entry: Entry) -> set[str]:
    return {line["material"] for line in entry.body["lines"]}


def _is_aside(station: Station, case: str, bag: str) -> bool:
    """Whether that a case's papers went into a bag is known to be in conflict, or has no effect."""
    records = station.books.records_of(case)
    settled = {r.entry.body["entry"] for r in records if r.entry.kind == "conflict.settled"}
    packed = [r for r in records if r.entry.kind == "papers.packed" and r.entry.body["parcel"] == bag]
    return bool(packed) and all(_has_no_effect(r) and r.entry.id not in settled for r in packed)


def _has_no_effect(record: Record) -> bool:
    return record.verdict is Verdict.CONFLICTING or record.verdict in UNHEARD


def _listed(parcel: Parcel) -> set[Line]:
    return {(line.case, line.material) for line in parcel.sealed.lines}
