"""寄递袋号, 交接清单号 and a tip's: made without asking anybody, unique by the entry that begins what they name (rule 12)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from clerk_app.domain.numbers import check_character, day_of_digits, plain

_SHAPE = re.compile(r"([0-9A-Z]{1,16})-([0-9A-Z]{2}|CENTRAL)-([PMT])([0-9]{6})-([0-9]{4,9})-([0-9A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyNumber:
    """寄递袋号 or 交接清单号, taken apart; ``letter`` is ``P`` of a bag, ``M`` of a manifest and ``T`` of a tip."""

    text: str
    """The number as it is written on paper."""
    letter: str
    point: str
    window_number: str
    """``CENTRAL`` of a bag that a department sends; its point is the one it goes to."""
    day: date
    serial: int

    @property
    def window(self) -> str:
        """The id of the window that gave the number."""
        return self.window_number if self.window_number == "CENTRAL" else f"{self.point}-{self.window_number}"


def parcel_number(point: str, window_number: str, day: date, serial: int) -> str:
    """Return the number of a bag; ``serial`` is the ``n`` of the entry that begins it, given out once whatever became of the store."""
    return _custody_number(point, window_number, "P", day, serial)


def manifest_number(point: str, window_number: str, day: date, serial: int) -> str:
    """Return the number of a manifest; ``serial`` as for a bag."""
    return _custody_number(point, window_number, "M", day, serial)


def tip_number(point: str, window_number: str, day: date, serial: int) -> str:
    """Return the number of a tip; ``serial`` as for a bag."""
    return _custody_number(point, window_number, "T", day, serial)


def _custody_number(point: str, window_number: str, letter: str, day: date, serial: int) -> str:
    stem = f"{point}-{window_number}-{letter}{day.year % 100:02d}{day.month:02d}{day.day:02d}-{serial:04d}"
    text = f"{stem}-{check_character(stem)}"
    if serial < 1 or _SHAPE.fullmatch(text) is None:
        raise ValueError(f"no number can be made of {point!r}, {window_number!r} and serial {serial}")
    return text


def parse_custody_number(text: str) -> CustodyNumber | None:
    """Return the parts of a bag's or a manifest's number as typed or scanned, or ``None`` where it is none or its check fails."""
    found = _SHAPE.fullmatch(text) or _SHAPE.fullmatch(plain(text))
    if found is None:
        return None
    point, window, letter, day, serial, check = found.groups()
    made = day_of_digits(f"20{day}")
    if made is None or int(serial) < 1 or f"{int(serial):04d}" != serial:
        return None
    if check_character(found.group()[:-2]) != check:
        return None
    return CustodyNumber(
        text=found.group(), letter=letter, point=point, window_number=window, day=made, serial=int(serial)
    )


def looks_like_custody_number(text: str) -> bool:
    """Whether a scan is meant as the number of a bag or a manifest, its check character right or wrong."""
    return _SHAPE.fullmatch(plain(text)) is not None
