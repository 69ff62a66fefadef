"""What comes over the line to a client whose line is moved by hand: verdicts, other windows' entries, cases, applications."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.domain.numbers import case_number, uuid7
from clerk_app.domain.plain import to_plain
from sync.wire import PROBLEMS
from tests.support.client import ID_NUMBER, Client
from tests.support.client import PERMIT as ITEM
from tests.support.hands import Filed

OTHER = "FS0001-04"
AWAY = "FS0002-01"
NUMBER = "YS20260001"


def problem(code: str, detail: str) -> dict[str, Any]:
    """Return a problem as central tells it."""
    return {"type": PROBLEMS + code, "title": code, "status": 422, "detail": detail}


def confirm(client: Client, **said: tuple[Verdict, str, str]) -> None:
    """Have central take what is unsent; ``said``: by kind (dots as underscores), what it says of it instead, and why."""
    position = client.records.feed_cursor()
    for entry in client.records.unsent(500, 1 << 24):
        verdict, code, why = said.get(entry.kind.replace(".", "_"), (Verdict.APPLIED, "", ""))
        heard = verdict in {Verdict.REFUSED, Verdict.QUARANTINED}
        position += not heard
        told = (entry.id, verdict, None if heard else position, problem(code, why) if heard else None)
        client.records.settle([told])
    client.records.take_feed([], position)


def another(
    client: Client, kind: str, number: str, body: Any, *, window: str = OTHER, verdict: Verdict = Verdict.APPLIED
) -> None:
    """Have another window's act come with the feed."""
    position = client.records.feed_cursor() + 1
    entry = _entry(kind, number, body, window, position)
    client.records.take_feed([Record(entry=entry, verdict=verdict, position=position)], position)


def _entry(kind: str, number: str, body: Any, window: str, n: int) -> Entry:
    return Entry(
        id=uuid7(1_772_400_000_000 + n, bytes([n] * 10)),
        kind=kind,
        subject=number,
        at=f"2026-03-02T12:{n % 60:02d}:00.000+08:00",
        actor="C0009",
        window=window,
        n=n,
        seen=0,
        previous=GENESIS,
        body=to_plain(body),
    )


def far_case(client: Client, name: str = "样例乙") -> str:
    """Put a case of another point behind the line; return its number."""
    day = client.clock().date()
    number = case_number("FS0002", "01", day, 7)
    from clerk_app.domain.deadlines import DueDay
    from clerk_app.domain.draft import item_ref
    from clerk_app.domain.people import Applicant

    received = b.Received(
        item=item_ref(ITEM),
        applicant=Applicant(kind="person", name=name, id_number=ID_NUMBER, phone="13800000000"),
        checklist=ITEM.materials,
        received_on=day,
        notice_due=DueDay(day=day),
        answers={"living": "rented"},
        point="FS0002",
    )
    entries = [_entry("case.received", number, received, AWAY, 1)]
    entries.append(_entry("remark.added", number, b.Remarked(text=f"留意{name}"), AWAY, 2))
    client.inquiry.cases[number] = [
        Record(entry=entry, verdict=Verdict.APPLIED, position=n) for n, entry in enumerate(entries, start=1)
    ]
    return number


def filed(client: Client, name: str = "样例丙", **changed: Any) -> str:
    """Have somebody apply online; return the number."""
    one = Filed(
        number=NUMBER,
        item=ITEM.code,
        applicant={"kind": "person", "name": name, "id_number": ID_NUMBER, "phone": "13800000000"},
        situation={"living": "rented"},
        received=({"material": "form", "electronic": 1},),
    )
    client.inquiry.filed[NUMBER] = replace(one, **changed)
    return NUMBER
