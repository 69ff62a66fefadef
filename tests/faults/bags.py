"""What has to hold of bags and hand-overs after any fault: each whole, and every sheet where its bag says."""

from __future__ import annotations

from collections.abc import Iterator

from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_bodies import RESULT
from clerk_app.domain.custody_summary import manifest_summary, parcel_summary
from clerk_app.domain.dispatch import disputed
from clerk_app.domain.kinds import MOVING
from clerk_app.store.records import Records


def papers(records: Records) -> list[str]:
    """Return what is wrong with the papers of a window whose line was never up."""
    return [*_listed(records), *_handed_over(records), *_packed(records), *_sheets(records)]


def _bags(records: Records) -> Iterator[Parcel]:
    for summary in records.parcels():
        found = records.stood(summary.number)
        if isinstance(found, Parcel):
            yield found


def _lists(records: Records) -> Iterator[Manifest]:
    for summary in records.manifests():
        found = records.stood(summary.number)
        if isinstance(found, Manifest):
            yield found


def _listed(records: Records) -> Iterator[str]:
    """Every bag and hand-over that was begun is listed, once and as it stands."""
    held = records.journal()
    unsent = [record.entry.subject for record in held if record.verdict is None]
    begun = {kind: sorted(r.entry.subject for r in held if r.entry.kind == kind) for kind in _BEGINS}
    bags, lists = records.parcels(), records.manifests()
    shown = [sorted(bag.number for bag in bags), sorted(signed.number for signed in lists)]
    for (kind, numbers), told in zip(begun.items(), shown, strict=True):
        if told != numbers or len(set(numbers)) != len(numbers):
            yield f"{told} are listed, {numbers} were begun by {kind}"
    if bags != [parcel_summary(bag, unsent.count(bag.number)) for bag in _bags(records)]:
        yield "the summary of a bag is not that of the bag"
    if lists != [manifest_summary(signed, unsent.count(signed.number)) for signed in _lists(records)]:
        yield "the summary of a hand-over is not that of the hand-over"


_BEGINS = ("parcel.sealed", "manifest.closed")


def _handed_over(records: Records) -> Iterator[str]:
    """A hand-over is recorded with every bag on its list, and no bag is gone that no list names."""
    on_lists = sorted((line.parcel, signed.number) for signed in _lists(records) for line in signed.closed.lines)
    gone = sorted((bag.number, leg.manifest) for bag in _bags(records) for leg in bag.legs)
    if on_lists != gone:
        yield f"the lists say {on_lists}, the bags {gone}"


def _packed(records: Records) -> Iterator[str]:
    """A bag is recorded with the papers in it."""
    for bag in _bags(records):
        cases = (records.case(number) for number in bag.cases)
        missed = [line for case in cases if case is not None for line in disputed(bag, case)]
        if missed and bag.state in MOVING:
            yield f"{bag.number} was sealed without {missed}"


def _sheets(records: Records) -> Iterator[str]:
    """Every sheet that was kept is somewhere, and only there."""
    for summary in records.summaries():
        case = records.case(summary.number)
        if case is None:
            continue
        there = [(lot.originals, lot.copies) for lot in case.lots if lot.material != RESULT]
        kept = [(tally.originals_kept, tally.copies_kept) for tally in case.tallies.values()]
        if [sum(one) for one in zip(*there, strict=True)] != [sum(one) for one in zip(*kept, strict=True)]:
            yield f"{case.number}: kept are {kept}, and somewhere are {there}"
