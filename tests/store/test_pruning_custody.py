"""Bags and lists of hand-overs are pruned when nothing is to come of them and nothing that is kept needs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.custody_numbers import manifest_number, parcel_number
from clerk_app.domain.journal import Entry, Record
from clerk_app.domain.standing import fold_any
from clerk_app.store.records import Records
from tests.support.pruned import Kept, everything_covered
from tests.support.window_journal import KEY, TODAY, WINDOW

HERE = cb.Hand(kind=cb.HandKind.POINT, code="FS0001")
DEPARTMENT = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="GA")
COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123")
RECEIVED = ("parcel.received", cb.ParcelReceived(by=DEPARTMENT, on=TODAY))
UNSEALED = ("parcel.unsealed", cb.Unsealed(on=TODAY, reason="装错"))
HANDED = ("parcel.handed_over", cb.HandedOver(giver=HERE, taker=COURIER))
SHORT = cb.Discrepancy(fault=cb.Fault.SHORT, note="少一份")
NOTED = ("discrepancy.noted", cb.Noted(found=(SHORT,), by=DEPARTMENT, on=TODAY))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Records.open(tmp_path, KEY, window=WINDOW, reserve=4096) as records:
        yield Kept(records)


def said(kept: Kept, *entries: Entry) -> list[Entry]:
    subject = entries[0].subject
    stood = fold_any(subject, (Record(entry=entry) for entry in kept.journal.entries if entry.subject == subject))
    assert stood is not None
    kept.records.append(entries, [stood])
    kept.confirm(list(entries))
    return list(entries)


def bag(kept: Kept, case: str, *then: tuple[str, Any]) -> tuple[str, list[Entry]]:
    number = parcel_number("FS0001", "01", TODAY, kept.journal.n + 1)
    line = cb.PaperLine(case=case, material="form", name="申请表", originals=1)
    sealed = cb.Sealed(direction=cb.Direction.TO_DEPARTMENT, sender=HERE, to=DEPARTMENT, lines=(line,), on=TODAY)
    entries = [kept.journal.say("parcel.sealed", number, sealed)]
    entries += [kept.journal.say(kind, number, body) for kind, body in then]
    return number, said(kept, *entries)


def closed(kept: Kept, parcel: str, *found: cb.Discrepancy) -> tuple[str, list[Entry]]:
    number = manifest_number("FS0001", "01", TODAY, kept.journal.n + 1)
    lines = (cb.ManifestLine(parcel=parcel, to=DEPARTMENT, papers=1),)
    body = cb.Closed(giver=HERE, taker=COURIER, lines=lines, at="2026-03-02T16:00:00+08:00", found=found)
    return number, said(kept, kept.journal.say("manifest.closed", number, body))


def left(kept: Kept) -> set[str]:
    records = kept.records
    bags, lists = {one.number for one in records.parcels()}, {one.number for one in records.manifests()}
    return bags | lists | {one.number for one in records.summaries()}


def concluded(of: Entry) -> cb.DiscrepancyClosed:
    return cb.DiscrepancyClosed(entry=of.id, number=1, outcome="找到", evidence="签字")


GONE = "FS0001-01-250101-0001-9"
"""A case that is not kept here any more."""


@pytest.mark.parametrize(
    ("then", "goes"),
    [
        ((), False),
        ((HANDED,), False),
        ((RECEIVED,), True),
        ((HANDED, RECEIVED), True),
        ((UNSEALED,), True),
        ((RECEIVED, NOTED), False),
    ],
)
def test_a_bag_goes_once_it_came_to_somebody_and_nothing_is_unclear(
    kept: Kept, then: tuple[tuple[str, Any], ...], *, goes: bool
) -> None:
    number, entries = bag(kept, GONE, *then)
    everything_covered(kept.records)
    came_to = kept.prune()
    assert came_to.entries == (len(entries) if goes else 0)
    assert came_to.kept == ({} if goes else {"open": 1})
    assert left(kept) == (set() if goes else {number})
    assert kept.records.rebuild() == []


def test_a_bag_goes_once_its_discrepancy_is_closed(kept: Kept) -> None:
    number, entries = bag(kept, GONE, RECEIVED, NOTED)
    said(kept, kept.journal.say("discrepancy.closed", number, concluded(entries[-1])))
    everything_covered(kept.records)
    assert kept.prune().cases == 1
    assert left(kept) == set()


def test_a_list_goes_once_what_was_met_on_the_spot_is_closed(kept: Kept) -> None:
    parcel = parcel_number("FS0001", "07", TODAY, 900)
    number, entries = closed(kept, parcel, SHORT)
    everything_covered(kept.records)
    assert kept.prune().kept == {"open": 1}
    said(kept, kept.journal.say("discrepancy.closed", number, concluded(entries[0])))
    everything_covered(kept.records)
    assert kept.prune().cases == 1
    assert left(kept) == set()


def test_a_bag_stays_while_a_case_needs_it_and_a_list_while_a_bag_does(kept: Kept) -> None:
    running = kept.case(ended=False)
    needed, _ = bag(kept, running, HANDED, RECEIVED)
    signed, _ = closed(kept, needed)
    everything_covered(kept.records)
    assert kept.prune().kept == {"open": 3}
    assert left(kept) == {running, needed, signed}


def test_what_is_over_goes_the_case_first_then_its_bag_then_the_list(kept: Kept) -> None:
    over = kept.case()
    parcel, _ = bag(kept, over, HANDED, RECEIVED)
    signed, _ = closed(kept, parcel)
    everything_covered(kept.records)
    for remaining in ({parcel, signed}, {signed}, set[str]()):
        told = kept.prune(dry_run=True)
        assert kept.prune() == told
        assert told.cases == 1
        assert left(kept) == remaining
