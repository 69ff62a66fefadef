"""Further points whose feeds are heard here, because a supervisor who signed in at this window answers for them.

Each feed has a cursor, a mark and a trail of its own, in a small row that is written with the entries it stands for. Such a row, and
the list of points, may be lost: then the feed is heard from its beginning, and what is known already is passed over. Whose point is on the list
no longer is not kept either: places in its feed are forgotten, and with the last of them another window's entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from clerk_app.domain.journal import Record
from clerk_app.domain.trail import Step, gone_on
from clerk_app.store.books.book import Book, without
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.serials import META, Fact, decode_fact
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

LIST = "further"
FEED = "further/"
"""Prefix of the rows that tell how far each feed was heard."""
BATCH = 20
"""Subjects a transaction, where a point's records go."""


class FurtherPoint(msgspec.Struct, frozen=True):
    """One point, as central told it."""

    point: str
    until: str
    """RFC 3339: no longer than this without another word."""
    covered: int = 0
    """Completed backups of central hold its feed up to this position."""

    def lasts(self, now: datetime) -> bool:
        """Whether it may still be followed."""
        return datetime.fromisoformat(self.until) > now


class FurtherPlace(msgspec.Struct, frozen=True):
    """How far a point's feed was heard."""

    position: int = 0
    mark: int = 0
    """Central's word for what stands there; 0: it is not known."""
    passed: tuple[tuple[int, int, int], ...] = ()

    @property
    def trail(self) -> tuple[Step, ...]:
        """The places passed, this one last."""
        return tuple(Step(*step) for step in self.passed)


_list = msgspec.json.Decoder(tuple[FurtherPoint, ...]).decode
_place = msgspec.json.Decoder(FurtherPlace).decode


class Further:
    """The list of further points and how far each is heard; thread-safe as the store is."""

    def __init__(self, ledger: Ledger, book: Book, casebook: Casebook) -> None:
        self._vault = ledger.vault
        self._facts = ledger.table(META)
        self._book = book
        self._casebook = casebook
        self._read: tuple[int, tuple[FurtherPoint, ...]] | None = None
        """The list as last read, and the store's generation then: lists ask for it each time."""

    def points(self) -> tuple[FurtherPoint, ...]:
        """Return the points that are followed, by code."""
        generation = self._vault.generation
        if self._read is None or self._read[0] != generation:
            fact = self._fact(LIST)
            self._read = generation, _list(fact) if fact else ()
        return self._read[1]

    def place(self, point: str) -> FurtherPlace:
        """Return how far a point's feed was heard."""
        fact = self._fact(FEED + point)
        return _place(fact) if fact else FurtherPlace()

    def _fact(self, row: str) -> bytes:
        try:
            fact = self._facts.fetch(row, decode_fact)
        except StoreDamaged:
            return b""
        return fact.value if fact else b""

    def move(self, point: str, position: int, mark: int) -> None:
        """Go on, or back, inside the caller's transaction."""
        steps = gone_on(self.place(point).trail, position, mark)
        place = FurtherPlace(position, mark, tuple((s.number, s.position, s.mark) for s in steps))
        self._facts.put(FEED + point, Fact(msgspec.json.encode(place)))

    def follow(self, told: Sequence[FurtherPoint]) -> None:
        """Follow these points and no others; what is held of others goes, a few subjects at a time: a kill leaves the rest."""
        wanted = tuple(sorted(told, key=lambda one: one.point))
        if wanted != self.points():
            self._change(wanted)
        gone = self._casebook.further() - {one.point for one in wanted}
        subjects = self._told_by(gone) if gone else []
        for begin in range(0, len(subjects), BATCH):
            with self._vault.transaction():
                for subject, places in subjects[begin : begin + BATCH]:
                    self._forget(subject, places, gone)

    def _change(self, wanted: tuple[FurtherPoint, ...]) -> None:
        """Keep another list; a feed that is not followed any more, or was not, is heard from its beginning."""
        stays = {one.point for one in wanted} & {one.point for one in self.points()}
        with self._vault.transaction():
            self._vault.on_undo(self._forget_read)
            self._facts.put(LIST, Fact(msgspec.json.encode(wanted)))
            for row in list(self._vault.ids(META)):
                if row.startswith(FEED) and row.removeprefix(FEED) not in stays:
                    self._facts.discard(row)
        self._forget_read()

    def _forget_read(self) -> None:
        self._read = None

    def expire(self, now: datetime) -> None:
        """Follow those no longer for whom nobody has signed in for as long as central allows."""
        left = [one for one in self.points() if one.lasts(now)]
        if len(left) < len(self.points()):
            self.follow(left)

    def begin_anew(self, point: str, sure: Step | None) -> set[str]:
        """Go back to the last place at which a restored central's feed of a point is as it was; return the touched subjects.

        Others' entries from there on count again once they are heard again; of own ones what became of them is asked again.
        """
        position, mark = (sure.position, sure.mark) if sure is not None else (0, 0)
        touched: set[str] = set()
        with self._vault.transaction():
            for subject, places in self._told_by({point}):
                for place in places:
                    record = self._book.at(place)
                    if record is None or record.further.get(point, 0) <= position:
                        continue
                    touched.add(subject)
                    if not self._book.is_own(record):
                        self._book.lose(record, point)
                    elif record.position is None:
                        self._book.unsettle(place, without(record, point))
                    else:
                        self._book.leave(record, point)
            for subject in touched:
                self._casebook.refold(subject, ())
            self.move(point, position, mark)
        return touched

    def _told_by(self, points: set[str]) -> list[tuple[str, list[int]]]:
        names = [name for name, _ in self._casebook.known() if not self._casebook.feeds(name).isdisjoint(points)]
        return [(name, list(self._casebook.places_of(name))) for name in names]

    def _forget(self, subject: str, places: Sequence[int], gone: set[str]) -> None:
        dropped: list[int] = []
        for place in places:
            record = self._book.at(place)
            if record is not None and self._is_left(record, gone):
                dropped.append(place)
        self._casebook.drop(subject, dropped)

    def _is_left(self, record: Record, gone: set[str]) -> bool:
        """Forget a record's places in feeds that are gone; return whether the record itself went with the last of them."""
        for feed in gone & record.further.keys():
            self._book.leave(record, feed)
            record = without(record, feed)
        if record.placed or self._book.is_own(record):
            return False
        self._book.drop(record)
        return True
