"""The folded subjects a process dealt with last, kept while nobody else writes them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.journal import Entry, Record, Verdict, in_order
from clerk_app.domain.standing import fold_any
from sync.central.entries.ground import home_of
from sync.central.entries.judging import Held
from sync.central.schema import entries

CACHED_SUBJECTS = 2048

_entry_decoder = msgspec.json.Decoder(Entry)


class States:
    """The subjects a process dealt with last; each is good only while the count in the database is still its own."""

    def __init__(self, size: int = CACHED_SUBJECTS) -> None:
        self._size = size
        self._held: OrderedDict[str, Held] = OrderedDict()

    async def load(self, connection: AsyncConnection, counts: Mapping[str, int]) -> dict[str, Held]:
        """Return what is held about each subject, given how many entries the database has of it."""
        found: dict[str, Held] = {}
        for subject, count in counts.items():
            held = self._held.get(subject)
            if held is not None and held.version == count:
                found[subject] = held
                self._held.move_to_end(subject)
        missing = [subject for subject in counts if subject not in found]
        if missing:
            records = await _records(connection, missing)
            for subject in missing:
                own = tuple(in_order(records.get(subject, ())))
                found[subject] = Held(counts[subject], own, fold_any(subject, own))
        return found

    def keep(self, held: Mapping[str, Held]) -> None:
        """Remember what was committed."""
        for subject, state in held.items():
            self._held[subject] = state
            self._held.move_to_end(subject)
        while len(self._held) > self._size:
            self._held.popitem(last=False)


async def _records(connection: AsyncConnection, subjects: Sequence[str]) -> dict[str, list[Record]]:
    """Return the subjects' records that have a place, as their homes hold them: one query for each home."""
    found: dict[str, list[Record]] = {}
    columns = (entries.c.subject, entries.c.document, entries.c.verdict, entries.c.position)
    for home in sorted({home_of(subject) for subject in subjects}):
        theirs = [subject for subject in subjects if home_of(subject) == home]
        query = select(*columns).where(
            entries.c.point == home, entries.c.subject.in_(theirs), entries.c.position.is_not(None)
        )
        for subject, document, verdict, position in await connection.execute(query):
            record = Record(entry=_entry_decoder.decode(document), verdict=Verdict(verdict), position=position)
            found.setdefault(subject, []).append(record)
    return found
