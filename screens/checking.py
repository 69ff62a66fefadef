"""A checklist while it is gone through: what each key does to a line's counts, as values without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from clerk_app.domain.acts import after_supplement
from clerk_app.domain.catalogue import Due, Form, Material, Necessity
from clerk_app.domain.checklist import MAX_COUNT, Defect, Deficit, DeficitKind, Evidence, Tally, deficit_of
from clerk_app.domain.draft import HeldScan


class Count(StrEnum):
    """What is counted, by the field of ``Tally`` that holds it."""

    SEEN = "originals_seen"
    KEPT = "originals_kept"
    COPIES = "copies_kept"
    ELECTRONIC = "electronic"


COUNT_WORDS = {Count.SEEN: "验", Count.KEPT: "收", Count.COPIES: "复", Count.ELECTRONIC: "电"}
"""The short words of a line; the keys' labels say them in full."""
DEFECT_WORDS = {
    DeficitKind.WRONG_KIND: ("错", "材料不对，不是要求的材料"),
    DeficitKind.EXPIRED: ("过", "已过有效期"),
    DeficitKind.UNSEALED: ("章", "缺印章或签名"),
    DeficitKind.DEFECTIVE: ("误", "内容有误、残缺或不符合受理标准"),
}
"""Mark and words of what a clerk may find wrong with a paper that was brought."""
MARKS = {DeficitKind.MISSING: "缺", DeficitKind.SHORT: "少", **{k: w[0] for k, w in DEFECT_WORDS.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as the list shows it."""

    key: str
    number: int
    material: Material
    tally: Tally
    """What was brought now."""
    deficit: Deficit | None
    looked: bool
    """Whether the clerk has dealt with it."""
    owed: bool
    lacking: Due
    """What the line asks for now: all that is due, or what earlier visits left open."""
    offered: Evidence | None
    """An earlier case in which the paper was verified, not taken yet."""
    scans: int = 0
    """Scanned files in hand."""

    @property
    def mark(self) -> tuple[str, str]:
        """Return the line's mark and its tone."""
        due = self.material.necessity is not Necessity.OPTIONAL
        if self.tally.evidence is not None:
            return "[旧]", "good"
        if self.deficit is None and (due or not self.tally.empty):
            return ("[齐]" if due else "[收]"), "good"
        if not due:
            return "选交", "dim"
        if self.tally.empty and not self.looked:
            return ("可用旧", "warn") if self.offered else ("待核", "dim")
        if self.owed:
            return "[欠]", "warn"
        return (f"[{MARKS[self.deficit.kind]}]", "bad") if self.deficit else ("", "plain")

    @property
    def asked(self) -> str:
        """Return the counts that are due, e.g. ``验1 复1``."""
        due = self.lacking
        parts = [
            ("验", max(0, due.inspect - due.keep)),
            ("收", due.keep),
            ("复", due.copies),
            ("任", max(0, due.either - due.keep - due.copies)),
            ("电", due.electronic),
        ]
        return " ".join(f"{word}{n}" for word, n in parts if n)

    @property
    def brought(self) -> str:
        """Return the counts brought, in the same words."""
        counted = [f"{word}{n}" for kind, word in COUNT_WORDS.items() if (n := number_of(self.tally, kind))]
        counted += ["旧验"] if self.tally.evidence and not counted else []
        return " ".join([*counted, *([f"扫{self.scans}"] if self.scans else [])]) or "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The lines of a checklist and what was brought for each."""

    today: date
    materials: tuple[tuple[str, Material], ...]
    """Line key and material, in order."""
    before: Mapping[str, Tally] = field(default_factory=dict)
    """What earlier visits brought, by line key."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """What this one brought."""
    looked: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    last: Mapping[str, Count] = field(default_factory=dict)
    """What was counted last on each line: what a digit then sets."""
    offers: Mapping[str, Evidence] = field(default_factory=dict)
    scans: Mapping[str, tuple[HeldScan, ...]] = field(default_factory=dict)
    """Scanned files in hand, by line key; also of lines that do not apply any more."""

    def lines(self) -> list[Line]:
        """Return every line as it stands."""
        return [self.line(key, n) for n, (key, _) in enumerate(self.materials, start=1)]

    def line(self, key: str, number: int = 0) -> Line:
        """Return one line as it stands."""
        material = self.material(key)
        tally = self.tallies.get(key, Tally(material=key))
        return Line(
            key=key,
            number=number,
            material=material,
            tally=tally,
            deficit=deficit_of(material, self._after(key, tally), self.today),
            looked=key in self.looked,
            owed=key in self.owed,
            lacking=self._lacking(key),
            offered=self.offers.get(key),
            scans=len(self.scans.get(key, ())),
        )

    def material(self, key: str) -> Material:
        """Return a line's material."""
        return next(m for k, m in self.materials if k == key)

    def counted(self, key: str, count: Count, by: int = 1) -> Sheet:
        """One more, or one less, of what is counted."""
        tally = self._tally(key)
        number = max(0, min(MAX_COUNT, number_of(tally, count) + by))
        return self._set(key, _with(tally, count, number), count)

    def set_count(self, key: str, number: int) -> Sheet:
        """Set what was counted last on the line, or what it asks for first."""
        count = self.last.get(key) or self._first(key)
        return self._set(key, _with(self._tally(key), count, number), count)

    def filled(self, key: str) -> Sheet:
        """Everything the line asks for was brought, and is in order."""
        return self._set(key, self._full(key), None)

    def filled_all(self) -> Sheet:
        """Fill every due line nobody has dealt with yet."""
        sheet = self
        for line in self.lines():
            if not line.looked and line.tally.empty and line.material.necessity is not Necessity.OPTIONAL:
                sheet = sheet.filled(line.key)
        return sheet

    def missing(self, key: str) -> Sheet:
        """Nothing was brought for the line."""
        return replace(self.cleared(key), looked=self.looked | {key})

    def owing(self, key: str) -> Sheet:
        """The line is to be owed under a commitment (容缺)."""
        sheet = self.missing(key)
        return replace(sheet, owed=sheet.owed | {key})

    def defective(self, key: str, kind: DeficitKind, note: str) -> Sheet:
        """What was brought for the line has this defect; where nothing was counted, what it asks for was brought."""
        tally = self._tally(key)
        if tally.empty:
            tally = self._full(key)
        return self._set(key, replace(tally, defect=Defect(kind=kind, note=note), evidence=None), None)

    def issued(self, key: str, day: date | None) -> Sheet:
        """The paper was issued on that day."""
        return self._set(key, replace(self._tally(key), issued=day), None)

    def reused(self, key: str) -> Sheet:
        """The paper was verified in an earlier case and is not asked for again (rule 10)."""
        offer = self.offers.get(key)
        return self if offer is None else self._set(key, Tally(material=key, evidence=offer), None)

    def scanned(self, key: str, scan: HeldScan) -> Sheet:
        """One more scanned file; it counts as an electronic one where the line takes those and nothing else was brought."""
        scans = (*self.scans.get(key, ()), scan)
        material, tally = self.material(key), self._tally(key)
        takes = material.form is not Form.PAPER or material.due.electronic > 0
        alone = tally.evidence is None and tally.originals_seen + tally.originals_kept + tally.copies_kept == 0
        counts = takes and alone and tally.electronic < len(scans)
        sheet = self._set(key, replace(tally, electronic=len(scans)), Count.ELECTRONIC) if counts else self
        return replace(sheet, scans={**self.scans, key: scans})

    def unscanned(self, key: str) -> Sheet:
        """None of the line's scanned files."""
        return replace(self, scans={k: s for k, s in self.scans.items() if k != key})

    def cleared(self, key: str) -> Sheet:
        """Forget everything about the line."""
        rest = {k: t for k, t in self.tallies.items() if k != key}
        last = {k: c for k, c in self.last.items() if k != key}
        return replace(self, tallies=rest, last=last, looked=self.looked - {key}, owed=self.owed - {key})

    def unlooked(self) -> list[Line]:
        """Return the due lines nobody has dealt with."""
        return [
            line
            for line in self.lines()
            if not line.looked and line.tally.empty and line.material.necessity is not Necessity.OPTIONAL
        ]

    def deficits(self) -> list[Line]:
        """Return the lines that are not in order."""
        return [line for line in self.lines() if line.deficit is not None]

    def after(self) -> dict[str, Tally]:
        """Return how every line that was dealt with stands once this is recorded."""
        return {key: self._after(key, tally) for key, tally in self.tallies.items()}

    def next_open(self, after: int) -> int:
        """Return the place of the next line nobody has dealt with, or the one right after."""
        lines = self.lines()
        order: list[int] = [*range(after + 1, len(lines)), *range(after)]
        for place in order:
            line = lines[place]
            if not line.looked and line.tally.empty and line.material.necessity is not Necessity.OPTIONAL:
                return place
        return min(after + 1, len(lines) - 1)

    def _after(self, key: str, tally: Tally) -> Tally:
        if tally.empty and tally.defect is None:
            return self.before.get(key, tally)
        return after_supplement(self.before.get(key), tally, self.material(key), self.today)

    def _tally(self, key: str) -> Tally:
        return self.tallies.get(key, Tally(material=key))

    def _set(self, key: str, tally: Tally, count: Count | None) -> Sheet:
        last = {**self.last, key: count} if count else self.last
        return replace(
            self,
            tallies={**self.tallies, key: tally},
            last=last,
            looked=self.looked | {key},
            owed=self.owed - {key},
        )

    def _lacking(self, key: str) -> Due:
        """Return what is due on top of what earlier visits brought in good order."""
        due = self.material(key).due
        have = self.before.get(key)
        if have is None or have.empty or have.defect is not None:
            return due
        kept = max(0, due.keep - have.originals_kept)
        copies = max(0, due.copies - have.copies_kept)
        return Due(
            inspect=max(0, due.inspect - have.originals_seen - have.originals_kept),
            keep=kept,
            copies=copies,
            either=max(0, due.either - have.originals_kept - have.copies_kept),
            electronic=max(0, due.electronic - have.electronic),
        )

    def _full(self, key: str) -> Tally:
        """Return the least tally with which the line is in order, on top of what is there already."""
        due = self._lacking(key)
        tally = Tally(
            material=key,
            originals_seen=max(0, due.inspect - due.keep),
            originals_kept=due.keep,
            copies_kept=due.copies + max(0, due.either - due.keep - due.copies),
            electronic=due.electronic,
            issued=self._tally(key).issued,
        )
        return tally if not tally.empty else replace(tally, copies_kept=1)

    def _first(self, key: str) -> Count:
        due = self.material(key).due
        wants: Sequence[tuple[Count, int]] = (
            (Count.SEEN, due.inspect - due.keep),
            (Count.KEPT, due.keep),
            (Count.COPIES, due.copies + due.either),
            (Count.ELECTRONIC, due.electronic),
        )
        return next((count for count, n in wants if n > 0), Count.COPIES)


def number_of(tally: Tally, count: Count) -> int:
    """Return one of a tally's counts."""
    return {
        Count.SEEN: tally.originals_seen,
        Count.KEPT: tally.originals_kept,
        Count.COPIES: tally.copies_kept,
        Count.ELECTRONIC: tally.electronic,
    }[count]


def _with(tally: Tally, count: Count, number: int) -> Tally:
    """Return the tally with one count set; papers that are there need no earlier verification."""
    plain = replace(tally, evidence=None)
    if count is Count.SEEN:
        return replace(plain, originals_seen=number)
    if count is Count.KEPT:
        return replace(plain, originals_kept=number)
    if count is Count.COPIES:
        return replace(plain, copies_kept=number)
    return replace(plain, electronic=number)
