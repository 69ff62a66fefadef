"""重新立户: a window whose history went its own way goes on as a new window of its point, and loses nothing it recorded.

What both histories share is central's; what only this machine has is said anew, in the new window's name, in the same order,
by the same people, at the same times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clerk_app.domain.case import Case, evolve
from clerk_app.domain.journal import Entry, in_order, is_tombstone, signed
from clerk_app.domain.numbers import case_number, parse_case_number
from clerk_app.seat import Seat
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.records import Records

RECEIVED = "case.received"
SCANNED = "scan.attached"


@dataclass(slots=True)
class Anew:
    """What was said anew."""

    entries: int = 0
    scans_lost: int = 0
    """Scans whose file is no more on this machine: the papers have to be scanned again."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Case numbers that had been given to another case meanwhile: the former and the new."""


class Renewal:
    """Says the entries of one window's own branch anew as another window; may be stopped anywhere and begun again.

    ``new`` has heard the point's feed: by it is told which numbers are taken, and what the actors had seen.
    """

    def __init__(self, old: Records, new: Records, former: str, seat: Seat, signing_key: bytes, shared_n: int) -> None:
        """``former`` is the old window's id; ``shared_n`` its last entry that central holds as it is here."""
        self._old = old
        self._new = new
        self._former = former
        self._seat = seat
        self._key = signing_key
        self._shared_n = shared_n
        self._renamed = self._renamed_before()

    def say_anew(self) -> Anew:
        """Record every entry of the branch that is not recorded yet; durable on return."""
        done = Anew()
        for entry in self._branch():
            if self._new.record(entry.id) is None:
                done.scans_lost += entry.kind == SCANNED and not self._bring_scan(entry)
                with self._new.transaction():
                    self._say(entry)
                done.entries += 1
        done.renamed = dict(self._renamed)
        return done

    def _branch(self) -> Iterator[Entry]:
        """A tombstone stands in the old chain alone: the new one has no such gap."""
        own = (r.entry for r in self._old.journal() if r.entry.window == self._former)
        yield from (entry for entry in own if entry.n > self._shared_n and not is_tombstone(entry))

    def _say(self, entry: Entry) -> None:
        if entry.kind == RECEIVED and self._new.records_of(entry.subject):
            self._renamed[entry.subject] = self._other_number(entry)
        subject = self._renamed.get(entry.subject, entry.subject)
        n, previous = self._new.head()
        anew = replace(
            entry,
            window=self._seat.window,
            n=n + 1,
            previous=previous,
            subject=subject,
            seen=self._seen(entry.subject, subject),
            body=self._body(entry),
            signature="",
        )
        case = evolve(self._new.case(subject), anew)
        self._new.append([signed(anew, self._key)], _cases(case))

    def _bring_scan(self, entry: Entry) -> bool:
        """Keep the scan's file, sealed with the new window's key, before the entry names it."""
        digest, size = str(entry.body.get("sha256")), int(entry.body.get("size") or 0)
        try:
            content = self._old.scans.piece(digest, 0, size)
        except StoreDamaged:
            return False
        self._new.scans.hold(content, digest, str(entry.body.get("media")), int(entry.body.get("pages") or 1))
        return True

    def _body(self, entry: Entry) -> dict[str, Any]:
        body = dict(entry.body)
        if entry.kind != RECEIVED:
            return body
        if entry.subject in self._renamed:
            body["formerly"] = body.get("formerly") or entry.subject
        joint = body.get("joint")
        if isinstance(joint, dict) and joint.get("group") in self._renamed:
            body["joint"] = {**joint, "group": self._renamed[joint["group"]]}
        return body

    def _other_number(self, entry: Entry) -> str:
        given = parse_case_number(entry.subject)
        if given is None:
            raise ValueError(f"no case number: {entry.subject!r}")
        return case_number(self._seat.point, self._seat.number, given.day, self._new.next_serial(given.day))

    def _seen(self, former: str, subject: str) -> int:
        """Return what the actor had seen, as ``Entry.seen`` counts it: a prefix of the others', and all of the own."""
        held = self._new.records_of(subject)
        own = sum(1 for r in held if r.entry.window == self._seat.window)
        if former != subject:
            return own
        known = {r.entry.id for r in self._old.records_of(former)}
        others = 0
        for record in in_order(held):
            if record.entry.window == self._seat.window:
                continue
            if not record.placed or record.entry.id not in known:
                break
            others += 1
        return own + others

    def _renamed_before(self) -> dict[str, str]:
        """What a run before this one renamed: its cases name it."""
        cases = (r.entry for r in self._new.journal() if r.entry.window == self._seat.window)
        told = ((str(e.body.get("formerly") or ""), e.subject) for e in cases if e.kind == RECEIVED)
        return {former: subject for former, subject in told if former}


def _cases(case: Case | None) -> Sequence[Case]:
    return () if case is None else (case,)
