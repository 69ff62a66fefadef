"""The serials of case numbers: counted for each day, and never given out twice, whatever became of the store."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import date

import msgspec

from clerk_app.domain.numbers import case_number, parse_case_number
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.ledger import Ledger

META = "meta"
SERIAL = "serial"
FLOOR = "serial-floor"
"""Note, while entries are missing nobody can name: on the days from … to … the first so many serials may have been given out."""


class Fact(msgspec.Struct):
    """A small fact."""

    value: bytes


decode_fact = msgspec.json.Decoder(Fact).decode


def serials_of(numbers: Iterable[str], window: str) -> dict[str, int]:
    """Return the last serial of each day among the case numbers that this window gave."""
    last: dict[str, int] = {}
    for text in numbers:
        number = parse_case_number(text)
        if number is not None and number.window == window:
            day = number.day.isoformat()
            last[day] = max(last.get(day, 0), number.serial)
    return last


class Serials:
    """The last serial of each day: the latest day's in the mark, the others among the small facts."""

    def __init__(self, ledger: Ledger) -> None:
        self._vault = ledger.vault
        self._facts = ledger.table(META)

    def next(self, day: date) -> int:
        """Take the next serial of this day; inside the caller's transaction."""
        text = day.isoformat()
        today, last = self._vault.note(SERIAL) or ("", 0)
        if today != text:
            if today:
                self._keep(today, int(last))
            last = self._kept(text)
        last = max(int(last), self._floor(text)) + 1
        self._vault.set_note(SERIAL, [text, last])
        return last

    def raise_to(self, told: Mapping[str, int]) -> None:
        """Go on from no less than these, by day; inside the caller's transaction."""
        today, last = self._vault.note(SERIAL) or ("", 0)
        for day, serial in told.items():
            if day == today:
                last = max(int(last), serial)
            elif serial > self._kept(day):
                self._keep(day, serial)
        newest = max([today, *told])
        if newest != today:
            if today:
                self._keep(today, max(int(last), self._kept(today)))
            today, last = newest, self._kept(newest)
        if today:
            self._vault.set_note(SERIAL, [today, int(last)])

    def last_day(self) -> str:
        """Return the latest day a serial was given out; empty: none yet."""
        return str((self._vault.note(SERIAL) or ("", 0))[0])

    def not_here(self, window: str, first: str, last: str, here: Container[str]) -> list[str]:
        """Return the case numbers of these days that were given out and are not ``here``, the latest first."""
        today, serial = self._vault.note(SERIAL) or ("", 0)
        days = {row.removeprefix(f"{SERIAL}/") for row in self._vault.ids(META) if row.startswith(f"{SERIAL}/")}
        given = {day: int(serial) if day == today else self._kept(day) for day in {*days, today} - {""}}
        point, _, number = window.rpartition("-")
        numbers = (
            case_number(point, number, date.fromisoformat(day), at)
            for day in sorted(given, reverse=True)
            if first <= day <= last
            for at in range(given[day], 0, -1)
        )
        try:
            return [one for one in numbers if one not in here]
        except ValueError:  # of a window whose id no number is made of nothing can be named
            return []

    def _floor(self, day: str) -> int:
        floor = self._vault.note(FLOOR)
        return int(floor[2]) if floor and floor[0] <= day <= floor[1] else 0

    def _kept(self, day: str) -> int:
        try:
            fact = self._facts.fetch(f"{SERIAL}/{day}", decode_fact)
        except StoreDamaged:
            return 0
        return int(fact.value) if fact else 0

    def _keep(self, day: str, last: int) -> None:
        self._facts.put(f"{SERIAL}/{day}", Fact(b"%d" % last))
