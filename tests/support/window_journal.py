"""A window's own journal for the tests of the store: acts as chained entries, and the cases they fold to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case, evolve
from clerk_app.domain.catalogue import Department, Due, Limit, Material
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.domain.numbers import case_number, uuid7
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import to_plain
from clerk_app.store.records import Records

TODAY = date(2026, 3, 2)
KEY = bytes(range(32))
WINDOW = "FS0001-01"
CHECKLIST = (
    Material(id="form", name="申请表", due=Due(keep=1)),
    Material(id="card", name="居民身份证", due=Due(inspect=1, copies=1), where="公安局户政窗口"),
)
ITEM = b.ItemRef(
    code="SAMPLE-1",
    name="居住证签发",
    department=Department(code="GA", name="公安局"),
    promised=Limit(10),
    sample=True,
)


@dataclass
class Journal:
    """What one window says, entry by entry; nothing is stored."""

    window: str = WINDOW
    n: int = 0
    previous: str = GENESIS
    day: date = TODAY
    cases: dict[str, Case] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def receive(self, name: str = "样例甲", id_number: str = "440604190001010011") -> Entry:
        """Begin a new case."""
        number = case_number("FS0001", self.window[-2:], TODAY, len(self.cases) + 1)
        body = b.Received(
            item=ITEM,
            applicant=Applicant(kind="person", name=name, id_number=id_number, phone="13800000000"),
            checklist=CHECKLIST,
            received_on=TODAY,
            notice_due=DueDay(day=date(2026, 3, 9)),
            answers={},
            tallies=(Tally(material="form", originals_kept=1),),
            point="FS0001",
        )
        return self.say("case.received", number, body)

    def remark(self, subject: str, text: str = "备注") -> Entry:
        return self.say("remark.added", subject, b.Remarked(text=text))

    def accept(self, subject: str) -> Entry:
        return self.say(
            "case.accepted", subject, b.Accepted(accepted_on=TODAY, promised_due=DueDay(day=date(2026, 3, 16)))
        )

    def say(self, kind: str, subject: str, body: Any) -> Entry:
        """Write the next entry and fold it."""
        self.n += 1
        serial = self.n + (0 if self.window == WINDOW else 1_000_000)
        entry = Entry(
            id=uuid7(serial, serial.to_bytes(10, "big")),
            kind=kind,
            subject=subject,
            at=f"{self.day}T09:{self.n // 60 % 60:02d}:{self.n % 60:02d}.000+08:00",
            actor="C0001",
            window=self.window,
            n=self.n,
            seen=sum(e.subject == subject for e in self.entries[-200:]),
            previous=self.previous,
            body=to_plain(body),
        )
        self.previous = entry.digest()
        self.entries.append(entry)
        case = evolve(self.cases.get(subject), entry)
        if case is not None:
            self.cases[subject] = case
        return entry

    def write(self, records: Records, *entries: Entry) -> None:
        """Append entries as one act, with the cases as they now stand."""
        numbers = dict.fromkeys(entry.subject for entry in entries)
        records.append(entries, [self.cases[number] for number in numbers if number in self.cases])


def heard(entries: Sequence[Entry], first: int = 1, verdict: Verdict = Verdict.APPLIED) -> list[Record]:
    """Return entries as the feed brings them."""
    return [Record(entry=entry, verdict=verdict, position=place) for place, entry in enumerate(entries, start=first)]


def verdicts(
    entries: Sequence[Entry], first: int = 1, verdict: Verdict = Verdict.APPLIED
) -> list[tuple[str, Verdict, int | None, dict[str, Any] | None]]:
    """Return what central says of pushed entries."""
    problem = None if verdict.counts else {"type": "urn:clerk:problem:sample", "title": "refused", "status": 422}
    return [
        (entry.id, verdict, place if verdict.counts else None, problem)
        for place, entry in enumerate(entries, start=first)
    ]
