"""Several windows and central without disk or line: each window knows what it heard and what it said; central judges as it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from clerk_app.domain.journal import CENTRAL, GENESIS, Entry, Record, Verdict, in_order
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.plain import to_plain
from clerk_app.domain.standing import Standing, fold_any, refusal_of
from sync.central.entries.judging import Held, judge_entry
from tests.support.story import MONDAY

Said = tuple[str, str, Any]
"""Kind, subject, body."""


@dataclass
class Apart:
    """One window: what it heard, in central's order, and what it has not sent."""

    id: str
    n: int = 0
    known: dict[str, list[Record]] = field(default_factory=dict)
    unsent: list[Entry] = field(default_factory=list)

    @property
    def point(self) -> str:
        return self.id.rpartition("-")[0]

    def stood(self, subject: str) -> Standing | None:
        """What a subject's entries tell here."""
        return fold_any(subject, in_order(self.known.get(subject, [])))


class Town:
    """Windows and central; whoever speaks is told whether it may."""

    def __init__(self, *windows: str) -> None:
        self.windows = {name: Apart(name) for name in windows}
        self.held: dict[str, Held] = {}
        self.unheard: dict[tuple[str, str], list[Record]] = {}
        """What has no place: refused, or waiting for what was refused."""
        self.time = 0
        self.spoken = Apart(CENTRAL)

    def subjects(self) -> list[str]:
        return sorted({*self.held, *(s for w in self.windows.values() for s in w.known)})

    def say(self, window: str, said: Sequence[Said]) -> bool:
        """Write these at a window, all or none; central's own go out at once."""
        if window == CENTRAL:
            return self._said_by_central(said)
        at = self.windows[window]
        before, n = {subject: list(at.known.get(subject, [])) for _, subject, _ in said}, at.n
        written: list[Entry] = []
        for kind, subject, body in said:
            entry = self._entry(at, kind, subject, body, len(at.known.get(subject, [])))
            if refusal_of(at.stood(subject), entry) is not None:
                for name, records in before.items():
                    at.known[name] = records
                at.n = n
                return False
            at.known.setdefault(subject, []).append(Record(entry=entry))
            written.append(entry)
        at.unsent += written
        return True

    def _said_by_central(self, said: Sequence[Said]) -> bool:
        entries = []
        states = dict(self.held)
        for kind, subject, body in said:
            held = states.get(subject, Held())
            entry = self._entry(self.spoken, kind, subject, body, len(held.records))
            verdict, _ = judge_entry(entry, held)
            if verdict is not Verdict.APPLIED:
                return False
            states[subject] = held.after(Record(entry=entry, verdict=verdict, position=held.version + 1))
            entries.append(entry)
        self.held = states
        return True

    def _entry(self, at: Apart, kind: str, subject: str, body: Any, seen: int) -> Entry:
        self.time += 1
        at.n += 1
        moment = f"{MONDAY + timedelta(days=self.time // 1440)}T{self.time // 60 % 24:02d}:{self.time % 60:02d}"
        return Entry(
            id=f"{self.time:06d}",
            kind=kind,
            subject=subject,
            at=f"{moment}:00.000+08:00",
            actor="C1",
            window=at.id,
            n=at.n,
            seen=seen,
            previous=GENESIS,
            body=to_plain(body),
        )

    def sync(self, window: str) -> None:
        """Have a window say what it has not said, and hear everything."""
        at = self.windows[window]
        for entry in at.unsent:
            self._take(entry)
        at.unsent = []
        at.known = {subject: list(held.records) for subject, held in self.held.items()}
        for (who, subject), records in self.unheard.items():
            if who == window:
                at.known.setdefault(subject, []).extend(records)

    def _take(self, entry: Entry) -> None:
        held = self.held.get(entry.subject, Held())
        own = self.unheard.setdefault((entry.window, entry.subject), [])
        if own and not KINDS[entry.kind].stands_alone:
            own.append(Record(entry=entry, verdict=Verdict.QUARANTINED))
            return
        verdict, _ = judge_entry(entry, held, own)
        if verdict is Verdict.REFUSED:
            own.append(Record(entry=entry, verdict=verdict))
            return
        self.held[entry.subject] = held.after(Record(entry=entry, verdict=verdict, position=held.version + 1))

    def sync_all(self) -> None:
        """Twice: what the last one said reaches the first."""
        for _ in range(2):
            for window in self.windows:
                self.sync(window)
