"""The measures as tables: numbers by item, department, window or hour, and which column is drawn.

Screen, PDF, CSV and JSON show the same tables (``measure_pictures`` makes them); their definitions stand in ``docs/measures.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain.deadlines import PRESETS, LightPreset
from clerk_app.domain.measure_sums import Period

Value = str | int | float | None
PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its name for programs and for people; ``digits`` behind the point."""

    name: str
    title: str
    unit: str = ""
    digits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One measure of a period: rows of numbers, the largest first, and the column that is drawn."""

    name: str
    title: str
    question: str
    heads: tuple[Head, ...]
    """The first are words, as many as ``labels`` says."""
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    drawn: str
    against: str = ""
    """The column the numbers drawn are held against, if any."""
    labels: int = 1
    standing: bool = False
    """Whether it tells what stands now, whatever the period."""

    @property
    def column(self) -> int:
        """The place of the column that is drawn."""
        return next(n for n, head in enumerate(self.heads) if head.name == self.drawn)

    @property
    def bars(self) -> tuple[tuple[str, float], ...]:
        """What is drawn: a label and its number; rows without that number are left out."""
        at, words = self.column, self.labels
        told = ((" ".join(str(part) for part in row[:words] if part), row[at]) for row in self.rows)
        return tuple((label, float(n)) for label, n in told if isinstance(n, int | float))

    @property
    def held_against(self) -> tuple[float, ...]:
        """Return what each bar is held against; empty: nothing is."""
        if not self.against:
            return ()
        at, other = self.column, next(n for n, head in enumerate(self.heads) if head.name == self.against)
        return tuple(float(row[other] or 0) for row in self.rows if isinstance(row[at], int | float))

    @property
    def against_title(self) -> str:
        """Return what that is called."""
        return next((head.title for head in self.heads if head.name == self.against), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All measures of a period and some points."""

    period: Period
    points: tuple[str, ...]
    """Empty: all that are known here."""
    today: date
    pictures: tuple[Picture, ...]
    sample: bool = False
    """Whether anything in it is sample data."""

    def picture(self, name: str) -> Picture | None:
        """Return one by its name."""
        return next((one for one in self.pictures if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called, a code nobody knows the name of stands for itself; and by which rule lights turn yellow."""

    items: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    sample: bool = False
    """Whether any of the items is sample data."""
    preset: LightPreset = PRESETS[0]

    def item(self, code: str) -> str:
        """Return an item's name."""
        return self.items.get(code, code)


def shown(value: Value, head: Head) -> str:
    """Return a cell as it is shown and printed; what there is no number for is a dash."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:.{head.digits}f}" + ("%" if head.unit == PERCENT else "")
