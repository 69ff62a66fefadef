"""Somebody at a simulated window: acts planned and checked as the desk does it, signed and chained by its own hand."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from clerk_app import planning
from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.checklist import Tally
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_bodies import PaperLine
from clerk_app.domain.draft import Draft
from clerk_app.domain.journal import Entry, Record, point_of, signed
from clerk_app.domain.kinds import IN_PROGRESS
from clerk_app.domain.numbers import case_number, uuid7
from clerk_app.domain.people import Person, Role
from clerk_app.domain.standing import Standing, fold_any
from clerk_app.planning import Decide
from clerk_app.scribe import Scribe
from clerk_app.seat import Act, Refused, Seat
from clerk_app.store.books.subjects import HERE
from clerk_app.store.records import Records
from tests.simulation.books import Books
from tests.simulation.post import DOINGS, Post
from tests.support.story import ALL, APPLICANT, COVERED, PERMIT, without

BROUGHT = (Tally(material="lease", copies_kept=1), Tally(material="form", originals_kept=1))


class Hand(Scribe):
    """The window's own scribe, whose ids come from the run's chance."""

    def __init__(
        self, books: Books, seat: Seat, key: bytes, clock: Callable[[], datetime], chance: random.Random
    ) -> None:
        super().__init__(cast("Records", books), seat, key, clock)
        self._chance = chance

    def _unsigned(self, person: Person, act: Act, n: int, seen: int, previous: str) -> Entry:
        entry = super()._unsigned(person, act, n, seen, previous)
        if act.id:
            return entry
        return replace(entry, id=uuid7(int(self._clock().timestamp() * 1000), self._chance.randbytes(10)))


class Clerk:
    """A person at a window, and what they do when they are bored."""

    def __init__(
        self,
        books: Books,
        seat: Seat,
        person: Person,
        key: bytes,
        clock: Callable[[], datetime],
        chance: random.Random,
    ) -> None:
        self.seat, self.person, self._clock, self._chance = seat, person, clock, chance
        self._key = key
        self.exchange(books)
        self.hold: Callable[[bytes, str], object] = lambda content, sha256: None
        """Puts a scan on the disk before an entry names it."""

    def exchange(self, books: Books) -> None:
        """Go on with other books, as they are on another disk."""
        self.books = books
        self._hand = Hand(books, self.seat, self._key, self._clock, self._chance)
        self._post = Post(books, self._hand, self.seat, self.person, self._clock, self._chance)

    def disputed(self, parcel: Parcel) -> tuple[PaperLine, ...]:
        """Return what of a bag another one holds, as it is shown here."""
        return self._post.disputed(parcel)

    def act(self, elsewhere: Sequence[list[Record]] = ()) -> str:
        """Do something, whatever comes to mind; return what, empty where it may not be done.

        ``elsewhere``: cases of other points as central would tell them just now.
        """
        before = len(self.books.own)
        if len(self.person.points) > 1 and self._chance.random() < OVERSEEING:
            doing = "oversee"
        else:
            doing = self._chance.choices(tuple(WEIGHTS), weights=tuple(WEIGHTS.values()))[0]
        try:
            if doing == "oversee":
                self._oversee()
            elif doing == "move":
                self._move(elsewhere)
            elif doing == "receive":
                self._receive()
            elif doing == "mend":
                self._mend()
            elif doing == "settle":
                self._settle()
            elif doing in DOINGS:
                getattr(self._post, doing)()
            else:
                self._on_a_case(doing)
        except Refused:
            return ""
        return doing if len(self.books.own) > before else ""

    def _write(self, acts: Sequence[Act]) -> None:
        if acts:
            self._hand.write(self.person, lambda: acts)

    @property
    def _today(self) -> Any:
        return self._clock().date()

    def _receive(self) -> None:
        tallies = self._chance.choice((ALL, without("form"), without("lease")))
        draft = replace(Draft(items=(PERMIT,)), applicant=APPLICANT)
        checklist = draft.checklist()
        for tally in tallies:
            key = checklist.key_of(PERMIT.code, tally.material)
            draft = draft.tallied(key or "", tally)
        decide = self._chance.choice((Decide.AUTO, Decide.RECEIVE, Decide.RECEIVE))
        number = lambda: case_number(  # noqa: E731
            self.seat.point, self.seat.number, self._today, self.books.next_serial(self._today)
        )
        self._write(
            planning.plan_intake(draft, APPLICANT, decide, ("", ""), "", self.seat, COVERED, self._today, number)
        )

    def _on_a_case(self, doing: str) -> None:
        cases = sorted(self.books.cases().items())
        if not cases:
            return
        _, case = self._chance.choice(cases[-6:])
        self._write(getattr(self, f"_{doing}")(case))

    def _remark(self, case: Case) -> list[Act]:
        return [Act("remark.added", case.number, b.Remarked(text=f"备注{self._chance.randrange(1000)}"))]

    def _check(self, case: Case) -> list[Act]:
        tally = self._chance.choice(ALL)
        return [Act("materials.checked", case.number, b.Checked(tallies=(tally,)))]

    def _supplement(self, case: Case) -> list[Act]:
        brought = (self._chance.choice(BROUGHT),)
        return [planning.plan_supplement(case, brought, visit=True, visit_reason="", today=self._today)]

    def _next(self, case: Case) -> list[Act]:
        return planning.next_step(case, Decide.AUTO, None, ("", ""), COVERED, self._today)

    def _decline(self, case: Case) -> list[Act]:
        return planning.next_step(case, Decide.DECLINE, None, ("other", "不属于本局职权"), COVERED, self._today)

    def _withdraw(self, case: Case) -> list[Act]:
        return [Act("case.withdrawn", case.number, b.Ended(on=self._today, reason="申请人要求"))]

    def _scan(self, case: Case) -> list[Act]:
        known = sorted(self.books.files)
        content = (
            self.books.files[self._chance.choice(known)]
            if known and self._chance.random() < 0.2
            else self._chance.randbytes(self._chance.randint(1, 30))
        )
        sha256 = hashlib.sha256(content).hexdigest()
        self.books.files[sha256] = content
        self.hold(content, sha256)
        body = b.ScanAttached(material="form", sha256=sha256, size=len(content), media="image/png")
        return [Act("scan.attached", case.number, body)]

    def _settle(self) -> None:
        """Decide on a conflict in a case, a bag or a hand-over."""
        self._settle_one([one for _, one in sorted(self.books.standing().items()) if one.conflicts])

    def _settle_one(self, torn: Sequence[Standing]) -> None:
        if torn and self.person.role is Role.SUPERVISOR:
            one = self._chance.choice(torn)
            stands = self._chance.random() < 0.5
            body = b.Settled(entry=self._chance.choice(one.conflicts), stands=stands, reason="核对原件")
            self._write([Act("conflict.settled", one.number, body)])

    def _oversee(self) -> None:
        """Settle, suspend or resume at one of the points this person answers for, from this window."""
        feed = self._chance.choice([*self.books.far] or [HERE])
        found = [one for _, one in sorted(self.books.standing_of(feed).items())]
        torn = [one for one in found if one.conflicts]
        ready = [one for one in found if isinstance(one, Case) and one.state in IN_PROGRESS]
        if torn:
            self._settle_one(torn)
            return
        if not ready:
            return
        case = self._chance.choice(ready[-6:])
        accepted = case.accepted
        if case.paused and accepted is not None:
            dates = {"promised_due": accepted.promised_due, "statutory_due": accepted.statutory_due}
            self._write([Act("case.resumed", case.number, b.Resumed(on=self._today, **dates))])
        else:
            self._write([Act("case.suspended", case.number, b.Suspended(on=self._today, reason="专家评审"))])

    def _blunder(self, case: Case) -> list[Act]:
        """Say what central will refuse, as a client with a fault would."""
        self._unchecked(Act("materials.checked", case.number, b.Checked(tallies=(Tally(material="no-such"),))))
        return []

    def _move(self, elsewhere: Sequence[list[Record]]) -> None:
        """Take a case of another point up, as central told it."""
        foreign = [records for records in elsewhere if point_of(records[0].entry.window) != self.seat.point]
        if not foreign:
            return
        records = self._chance.choice(foreign)
        number = records[0].entry.subject
        if any(r.entry.kind == "case.moved" for r in self.books.records_of(number)) or self.books.case(number):
            return
        body = b.Moved(to=self.seat.point, on=self._today, to_name=self.seat.point, reason="就近办理")
        self._unchecked(Act("case.moved", number, body), len(records))

    def _mend(self) -> None:
        """Give up what central refused, or say it again as it was."""
        mended = {r.entry.body["entry"] for r in self.books.own_records() if r.entry.kind == "entry.mended"}
        held = next((r for r in self.books.refused() if _needs_mending(r) and r.entry.id not in mended), None)
        if held is None:
            return
        entry = held.entry
        subject = entry.subject if entry.subject.startswith(self.seat.point) else self.seat.window
        again = uuid7(int(self._clock().timestamp() * 1000), self._chance.randbytes(10))
        by = again if self._chance.random() < 0.5 else ""
        self._unchecked(Act("entry.mended", subject, b.Mended(entry=entry.id, by=by, reason="登记有误")))
        if by:
            body = b.Checked(tallies=(self._chance.choice(ALL),)) if entry.kind == "materials.checked" else entry.body
            self._unchecked(Act(entry.kind, entry.subject, body, id=by))

    def _unchecked(self, act: Act, fetched: int = 0) -> None:
        """Write one act as it is, with everything known seen, and ``fetched`` entries central told of besides."""
        n, previous = self.books.head()
        own = self.seat.window
        held = self.books.records_of(act.subject)
        seen = fetched + sum(r.entry.window == own or (r.placed and not fetched) for r in held)
        entry = self._hand._unsigned(self.person, act, n + 1, seen, previous)
        entry = signed(entry, self._hand._signing_key)
        stood = fold_any(act.subject, [*held, Record(entry=entry)])
        self.books.append([entry], [stood] if stood is not None else [])


def _needs_mending(record: Record) -> bool:
    """Whether a person has to do something about it; what waits for that is let go by itself."""
    code = (record.problem or {}).get("type", "").rpartition(":")[2]
    return code not in {"waits", "case-awaited"} and record.entry.kind not in {"entry.mended", "entry.lost"}


OVERSEEING = 0.4
"""Share of the acts of a supervisor of several points that may be about any of them."""
WEIGHTS = {
    "receive": 5,
    "remark": 3,
    "check": 4,
    "supplement": 2,
    "next": 4,
    "decline": 1,
    "withdraw": 1,
    "scan": 3,
    "settle": 3,
    "move": 3,
    "mend": 3,
    "blunder": 1,
    **DOINGS,
}
