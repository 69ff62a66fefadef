"""The judge: what has to hold of a window after any fault, told from its folder and from what it had said before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.journal import Entry, signature_holds, verify_chain
from clerk_app.domain.summary import summary_of
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records
from tests.faults.bags import papers
from tests.faults.driver import Told
from tests.faults.jobs import Job
from tests.support.counter import KEY
from tests.support.faults_window import DOINGS, Place, opened

_PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
UNSURE = "不能确认"
"""What a refusal says when the disk did not even let the program see whether the act is there."""


def judge(folder: Path, job: Job, told: Told, before: Sequence[str]) -> list[str]:
    """Return what is wrong with the window in ``folder`` after a run; ``before``: the ids of the entries it began with."""
    wrong = _behaviour(job, told)
    if job.begin != "bent" and (aside := sorted(path.name for path in folder.glob("store.db.damaged-*"))):
        wrong.append(f"a file was set aside that is not damaged: {aside}")
    try:
        place = opened(folder)
    except VaultError as refused:
        return [*wrong, f"does not open: {type(refused).__name__} {refused.say}"]
    with place.records as records:
        wrong += [f"damage reported: {damage}" for damage in records.damages()]
        wrong += _alarms(records)
        wrong += _whole(records)
        wrong += papers(records)
        wrong += _acts(records, job, told, before)
        wrong += _scans(records)
        wrong += _goes_on(place)
    with closing(sqlite3.connect(folder / "store.db")) as file:
        wrong += [f"integrity: {row[0]}" for row in file.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return wrong


def _behaviour(job: Job, told: Told) -> list[str]:
    """What the process itself may and may not do."""
    wrong = [told.broken] if told.broken else []
    if not told.broken and told.status not in {0, -9}:
        wrong.append(f"ended with {told.status}")
    for part, (name, say) in told.refused.items():
        if part != job.target:
            wrong.append(f"part {part} was refused though the fault was lifted: {name} {say}")
        if not any("\u4e00" <= character <= "\u9fff" for character in say):
            wrong.append(f"part {part} was refused without a Chinese word: {say}")
    return wrong


def _alarms(records: Records) -> list[str]:
    """Alarms about files put back or entries lost: none is due where nothing but a fault happened."""
    losses = getattr(records, "losses", None)
    return [f"loss reported: {replace(loss, noticed='', kept='')}" for loss in losses()] if losses is not None else []


def _whole(records: Records) -> list[str]:
    """What holds of any journal and the cases it makes."""
    held = records.journal()
    entries = [record.entry for record in held]
    wrong = [f"chain: {broken}"] if (broken := verify_chain(entries)) else []
    wrong += [f"signature: entry {entry.n}" for entry in entries if not signature_holds(entry, _PUBLIC)]
    unsent = [record.entry for record in held if record.verdict is None]
    if records.unsent_count() != len(unsent) or records.unsent(1 << 20, 1 << 30) != unsent:
        wrong.append(f"unsent: {records.unsent_count()} counted, {len(unsent)} are")
    wrong += [f"{number} is not its fold" for number in records.rebuild()]
    numbers = [entry.subject for entry in entries if entry.kind == "case.received"]
    if len(numbers) != len(set(numbers)):
        wrong.append("a case number was given twice")
    known = {summary.number: summary for summary in records.summaries()}
    if known.keys() != set(numbers) or len(records.summaries()) != len(numbers):
        wrong.append(f"{len(known)} summaries for {len(numbers)} cases")
    for number in known.keys() & set(numbers):
        case = records.case(number)
        waiting = sum(entry.subject == number for entry in unsent)
        if case is None or known[number] != summary_of(case, waiting):
            wrong.append(f"the summary of {number} is not that of its case")
    return wrong


def _acts(records: Records, job: Job, told: Told, before: Sequence[str]) -> list[str]:
    """Every acknowledged act once and whole, no half of any other."""
    entries = [record.entry for record in records.journal()]
    if [entry.id for entry in entries[: len(before)]] != list(before):
        return ["what was there before the run is not there as it was"]
    rest = entries[len(before) :]
    wrong: list[str] = []
    known = {entry for ids in told.acked.values() for entry in ids}
    for part in told.begun:
        doing = DOINGS.get(job.script[part])
        kinds = list(doing.entries) if doing else []
        if part in told.acked:
            ids = told.acked[part]
            if len(ids) != len(kinds):
                wrong.append(f"acknowledged part {part} wrote {len(ids)} entries instead of {len(kinds)}")
            if [entry.id for entry in rest[: len(ids)]] != ids:
                found = ", ".join(entry.kind for entry in rest) or "nothing"
                wrong.append(f"acknowledged part {part} ({job.script[part]}) is not there; what is: {found}")
                continue
            rest = rest[len(ids) :]
        elif _may_be_there(told, part):
            there = _of_kinds(rest, kinds) and not known & {entry.id for entry in rest[: len(kinds)]}
            rest = rest[len(kinds) :] if there else rest
    if rest:
        wrong.append(f"{len(rest)} entries nobody acknowledged: {[entry.kind for entry in rest]}")
    return wrong


def _may_be_there(told: Told, part: int) -> bool:
    """Whether an act that was not acknowledged may be there: it was under way, or the refusal left it open."""
    return part not in told.refused or UNSURE in told.refused[part][1]


def _of_kinds(entries: Sequence[Entry], kinds: Sequence[str]) -> bool:
    return [entry.kind for entry in entries[: len(kinds)]] == list(kinds)


def _scans(records: Records) -> list[str]:
    """Every file an entry names is whole and owed to central; what a kill left of others goes when it is swept."""
    named = {str(r.entry.body["sha256"]) for r in records.journal() if r.entry.kind == "scan.attached"}
    wrong = [f"the file of a scan is {fault}" for _, fault in records.scans.examine()]
    wrong += ["the file of a scan is not kept" for one in named if records.scans.standing(one).state != "waiting"]
    records.scans.sweep()
    left = records.scans.files.strays(set())
    return wrong if len(left) == len(named) else [*wrong, f"{len(left)} files for {len(named)} scans"]


def _goes_on(place: Place) -> list[str]:
    """One more act, with a number no other case has."""
    before = {summary.number for summary in place.records.summaries()}
    n = place.records.head()[0]
    DOINGS["receive"].do(place)
    added = [summary.number for summary in place.records.summaries() if summary.number not in before]
    if len(added) != 1 or place.records.head()[0] != n + 2:
        return [f"the next act gave {added} and entry {place.records.head()[0]} after {n}"]
    return []
