"""Bugs of windows that hear further points, and of what is said from afar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

from clerk_app.domain.trail import Step
from sync.central.entries import taking
from sync.central.entries.ground import Row, Subject
from tests.mutants.museum import exhibit
from tests.simulation.books import Books, Place


@exhibit("an act from afar joins the audience", seed=23)
def joins_the_audience() -> Iterator[None]:
    """The point a supervisor speaks from hears of the case from then on."""
    placed = taking._Taking._place

    def joining(batch: taking._Taking, row: Row, entry: Any) -> None:
        known = batch._subject(row.subject)
        if known is not None and row.point not in known.audience:
            joined: Subject = batch._joined(known, row, row.point)
            batch.taken.subjects[row.subject] = joined
        placed(batch, row, entry)

    with mock.patch.object(taking._Taking, "_place", joining):
        yield


@exhibit("a point that is gone stays", seed=38)
def stays() -> Iterator[None]:
    """A window hears a point no more, and keeps what it heard."""

    def followed(books: Books, points: Sequence[str]) -> None:
        books.far = {point: books.far.get(point, Place()) for point in sorted(points)}

    with mock.patch.object(Books, "follow", followed):
        yield


@exhibit("a restored further feed is believed", seed=114)
def believed() -> Iterator[None]:
    """After a restore a further point's feed is heard on from where it is the same, and what was lost with it goes on counting."""
    anew = Books.begin_anew_at

    def keeping(books: Books, point: str, sure: Step | None) -> int:
        kept = dict(books.records)
        told = anew(books, point, sure)
        for record in kept.values():
            if record.further.get(point, 0) > told and record.entry.window != books.window:
                books._put(replace(record))
        return told

    with mock.patch.object(Books, "begin_anew_at", keeping):
        yield
