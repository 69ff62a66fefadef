"""What central says of an entry, and the state it is said over: the folded case, kept while nobody else writes it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.acts import Refusal, refusal
from clerk_app.domain.case import Case, evolve, fold
from clerk_app.domain.journal import Entry, Record, Verdict, in_order
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.merge import judge
from clerk_app.domain.numbers import parse_case_number
from sync.central.problems import rule_problem
from sync.central.schema import entries
from sync.wire import Problem

CACHED_SUBJECTS = 2048
BEYOND_SETTLING = frozenset({"unknown-kind", "body-invalid", "case-exists", "case-unknown", "number-foreign"})
"""What is wrong with an entry whatever became of the case; the rest a supervisor may settle where acts conflict."""

_entry_decoder = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True)
class Held:
    """What central holds about one subject."""

    version: int = 0
    """How many entries were stored about it."""
    records: tuple[Record, ...] = ()
    """In central's order; refused ones too, because their window counted them as seen."""
    case: Case | None = None

    def after(self, record: Record) -> Held:
        """Return what is held once one more entry is stored."""
        records = (*self.records, record)
        if record.verdict in {Verdict.REFUSED, Verdict.QUARANTINED}:
            case = self.case
        elif record.verdict is Verdict.CONFLICTING or record.entry.kind == "conflict.settled":
            case = fold(records)
        else:
            case = evolve(self.case, record.entry)
        return Held(self.version + 1, records, case)


def judge_entry(entry: Entry, held: Held) -> tuple[Verdict, Problem | None]:
    """Return the verdict over an entry whose signature, actor and point are in order."""
    verdict = judge(entry, held.records)
    refused = refusal(held.case, entry) or _number_refusal(entry)
    if refused is None or (verdict is Verdict.CONFLICTING and refused.code not in BEYOND_SETTLING):
        return verdict, None
    return Verdict.REFUSED, rule_problem(refused.code, refused.message)


def _number_refusal(entry: Entry) -> Refusal | None:
    """A case begins under a number of the window that says so: no other window can have given it."""
    if KINDS[entry.kind].states:
        return None
    number = parse_case_number(entry.subject)
    if number is not None and (number.text, number.window) == (entry.subject, entry.window):
        return None
    return Refusal(code="number-foreign", message="办件编号不是本窗口所编。")


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
            records = await records_of(connection, missing)
            for subject in missing:
                own = tuple(records.get(subject, ()))
                found[subject] = Held(counts[subject], own, fold(own))
        return found

    def keep(self, held: Mapping[str, Held]) -> None:
        """Remember what was committed."""
        for subject, state in held.items():
            self._held[subject] = state
            self._held.move_to_end(subject)
        while len(self._held) > self._size:
            self._held.popitem(last=False)


async def records_of(connection: AsyncConnection, subjects: list[str]) -> dict[str, list[Record]]:
    """Return the subjects' records, each in central's order, with one query."""
    columns = (entries.c.subject, entries.c.document, entries.c.verdict, entries.c.position)
    query = select(*columns).where(entries.c.subject.in_(subjects))
    found: dict[str, list[Record]] = {}
    for subject, document, verdict, position in await connection.execute(query):
        entry = _entry_decoder.decode(document)
        record = Record(entry=entry, verdict=Verdict(verdict), position=position)
        found.setdefault(subject, []).append(record)
    return {subject: in_order(records) for subject, records in found.items()}
