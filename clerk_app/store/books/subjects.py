"""A subject's row: the places of its entries, its summary, and which points' feeds tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from clerk_app.domain.case import Case
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary
from clerk_app.domain.journal import Record
from clerk_app.domain.kinds import About
from clerk_app.domain.standing import Standing, Summary, about_of
from clerk_app.domain.summary import CaseSummary
from clerk_app.domain.tips import Tip, TipSummary

SUBJECTS = "subjects"
HERE = ""
"""Stands for the own point's feed among those that tell of a subject."""
OWN = frozenset({HERE})

_DECODERS: dict[About, Callable[[bytes], Standing]] = {
    About.CASE: msgspec.json.Decoder(Case).decode,
    About.PARCEL: msgspec.json.Decoder(Parcel).decode,
    About.MANIFEST: msgspec.json.Decoder(Manifest).decode,
    About.TIP: msgspec.json.Decoder(Tip).decode,
}


def decoder_of(subject: str) -> Callable[[bytes], Standing]:
    """Return what reads a row of the table: what it holds, the subject's number tells."""
    return _DECODERS[about_of(subject)]


class Subject(msgspec.Struct, omit_defaults=True):
    """One subject's row: the places of its entries in the journal, and its summary if they make anything."""

    entries: list[int]
    summary: CaseSummary | None = None
    parcel: ParcelSummary | None = None
    manifest: ManifestSummary | None = None
    tip: TipSummary | None = None
    feeds: tuple[str, ...] = (HERE,)
    """The points whose feeds tell of it."""

    @property
    def told(self) -> Summary | None:
        return self.summary or self.parcel or self.manifest or self.tip


def row_of(entries: list[int], told: Summary | None, feeds: Iterable[str] = OWN) -> Subject:
    """Return the row of a subject."""
    points = tuple(sorted(feeds))
    match told:
        case ParcelSummary():
            return Subject(entries, parcel=told, feeds=points)
        case ManifestSummary():
            return Subject(entries, manifest=told, feeds=points)
        case TipSummary():
            return Subject(entries, tip=told, feeds=points)
        case _:
            return Subject(entries, told, feeds=points)


def feeds_of(records: Iterable[Record]) -> frozenset[str]:
    """Return the points whose feeds tell of a subject; of one that none has told yet it is the own point that speaks."""
    held = list(records)
    found = {point for record in held for point in record.further}
    if not found:
        return OWN
    return frozenset(found | OWN if any(record.position is not None for record in held) else found)


decode_subject = msgspec.json.Decoder(Subject).decode
