"""The hand that writes a window's journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clerk_app.domain import bodies as b
from clerk_app.domain.acts import role_refusal
from clerk_app.domain.case import Case
from clerk_app.domain.custody_numbers import manifest_number, parcel_number, tip_number
from clerk_app.domain.journal import Entry, Record, signed
from clerk_app.domain.kinds import KINDS, is_oversight
from clerk_app.domain.numbers import case_number, uuid7
from clerk_app.domain.people import Person, Role
from clerk_app.domain.plain import to_plain
from clerk_app.domain.standing import Standing, evolve_any, fold_any, refusal_of
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.store.books.subjects import HERE
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock

LOST, SETTLED = "entry.lost", "conflict.settled"
MAX_ENTRY = 900_000
"""Bytes; one entry that central can never take would hold up every later one of this window."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A case of another point as central told it: what an act about it is founded on until the feed brings it here."""

    case: Case
    seen: int
    """How many entries it was folded from."""


class Scribe:
    """Writes acts as signed, chained entries: all of one call, or none of it."""

    def __init__(self, records: Records, seat: Seat, signing_key: bytes, clock: Clock) -> None:
        self._records = records
        self._seat = seat
        self._signing_key = signing_key
        self._clock = clock

    def write(
        self, person: Person, plan: Callable[[], Sequence[Act]], fetched: Fetched | None = None
    ) -> dict[str, Case]:
        """Record the acts ``plan`` returns as ``record`` does, and return the cases they concern."""
        done = self.record(person, plan, fetched)
        return {subject: stood for subject, stood in done.items() if isinstance(stood, Case)}

    def record(
        self, person: Person, plan: Callable[[], Sequence[Act]], fetched: Fetched | None = None
    ) -> dict[str, Standing]:
        """Record the acts ``plan`` returns and return the cases, bags and manifests they concern; durable on return.

        ``plan`` runs inside the transaction, so that numbers it takes and states it looks at are still true when the
        acts are written. Raises ``Refused`` when any act may not be done. Where the store is found damaged it is repaired,
        and the acts are tried once more. ``fetched``: a case that is not here yet; its entries come with the feed.
        """
        try:
            return self._write(person, plan, fetched)
        except StoreDamaged as damage:
            if not self._records.heal(damage):
                raise
        return self._write(person, plan, fetched)

    def _write(self, person: Person, plan: Callable[[], Sequence[Act]], fetched: Fetched | None) -> dict[str, Standing]:
        with self._records.transaction():
            acts = plan()
            stood: dict[str, Standing | None] = {}
            seen: dict[str, int] = {}
            entries: list[Entry] = []
            n, previous = self._records.head()
            for act in acts:
                self._must_be_reached(act, fetched)
                if act.subject not in seen:
                    stood[act.subject], seen[act.subject] = self._stand(act.subject, fetched)
                entry = signed(self._unsigned(person, act, n + 1, seen[act.subject], previous), self._signing_key)
                stood[act.subject] = self._checked(person, stood[act.subject], entry)
                entries.append(entry)
                n, previous = entry.n, entry.digest()
                seen[act.subject] += 1
            done = {subject: one for subject, one in stood.items() if one is not None}
            done |= self._settled(entries)
            self._records.append(entries, [c for c in done.values() if self._is_here(c, fetched)])
            if isinstance(self._clock, WindowClock):
                self._clock.keep()
        return done

    def _stand(self, subject: str, fetched: Fetched | None) -> tuple[Standing | None, int]:
        """Return a subject as it stands, and how many of its entries this window has seen."""
        held = self._records.records_of(subject)
        stood = self._records.stood(subject)
        # Others' entries without a place in the feed are those a restored central lost.
        own = self._seat.window
        seen = sum(r.entry.window == own or r.placed for r in held)
        if stood is None and fetched is not None and fetched.case.number == subject:
            return fetched.case, fetched.seen + seen
        return stood, seen

    def _must_be_reached(self, act: Act, fetched: Fetched | None) -> None:
        """Of another point's subject that is followed here only what supervisors alone may say is said from here."""
        told = self._records.feeds_of(act.subject)
        taken_up = fetched is not None and fetched.case.number == act.subject
        if told and HERE not in told and not taken_up and not is_oversight(act.kind):
            raise Refused("not-your-point", "这一件由其他服务点办理，这一步须在那里做；督办的各步可以在本窗口做。")

    def _is_here(self, stood: Standing, fetched: Fetched | None) -> bool:
        """Whether a case is kept here: of one that was only fetched nothing is, before the feed brings its entries."""
        return fetched is None or stood.number != fetched.case.number or self._records.stood(stood.number) is not None

    def _settled(self, entries: Sequence[Entry]) -> dict[str, Standing]:
        """Return the subjects in which a conflict was settled, as the fold tells them: it alone knows what was set aside."""
        subjects = {entry.subject for entry in entries if entry.kind == SETTLED}
        folded = {
            subject: fold_any(
                subject,
                [*self._records.records_of(subject), *(Record(entry=e) for e in entries if e.subject == subject)],
            )
            for subject in subjects
        }
        return {subject: one for subject, one in folded.items() if one is not None}

    def new_id(self) -> str:
        """Return an id for an entry to be."""
        return uuid7(int(self._clock().timestamp() * 1000), os.urandom(10))

    def write_off(self, person: Person, reason: str) -> int:
        """Put a tombstone in the place of every own entry that is lost for good; return how many. Durable on return.

        Raises ``Refused`` where the person may not, where nothing is lost, or where it may still be found.
        """
        records = self._records
        with records.transaction():
            why = role_refusal(LOST, person.role) or records.why_not_written_off()
            if why is not None:
                raise Refused.because(why)
            tombstones: list[Entry] = []
            for gap in records.gaps():
                previous = gap.before[0]
                for n in range(gap.first, gap.last + 1):
                    subject = records.lost_subject(n) or self._seat.window
                    body = b.Lost(stands_for=gap.stands_for if n == gap.last else "", reason=reason)
                    seen = len(records.records_of(subject))
                    entry = self._unsigned(person, Act(LOST, subject, body), n, seen, previous)
                    tombstones.append(signed(entry, self._signing_key))
                    previous = tombstones[-1].digest()
            records.write_off(tombstones)
            if isinstance(self._clock, WindowClock):
                self._clock.keep()
        return len(tombstones)

    def new_number(self) -> str:
        """Return the next case number; call it inside a plan (rule 12)."""
        today = self._clock().date()
        return case_number(self._seat.point, self._seat.number, today, self._records.next_serial(today))

    def new_parcel(self, ahead: int = 0) -> str:
        """Return the number of a bag whose first entry is the next but ``ahead``; call it inside a plan."""
        return parcel_number(self._seat.point, self._seat.number, self._clock().date(), self._next(ahead))

    def new_manifest(self, ahead: int = 0) -> str:
        """Return the number of a manifest likewise."""
        return manifest_number(self._seat.point, self._seat.number, self._clock().date(), self._next(ahead))

    def new_tip(self, ahead: int = 0) -> str:
        """Return the number of a tip likewise."""
        return tip_number(self._seat.point, self._seat.number, self._clock().date(), self._next(ahead))

    def _next(self, ahead: int) -> int:
        return self._records.head()[0] + 1 + ahead

    def preview(self, person: Person, case: Case, acts: Sequence[Act]) -> Case:
        """Return the case as it would stand after these acts; raises ``Refused``; nothing is written."""
        for act in acts:
            after = self._checked(person, case, self._unsigned(person, act, 0, 0, ""))
            case = after if isinstance(after, Case) else case
        return case

    def _unsigned(self, person: Person, act: Act, n: int, seen: int, previous: str) -> Entry:
        return Entry(
            id=act.id or self.new_id(),
            kind=act.kind,
            subject=act.subject,
            at=self._clock().isoformat(timespec="milliseconds"),
            actor=person.number,
            window=self._seat.window,
            n=n,
            seen=seen,
            previous=previous,
            body=to_plain(act.body),
        )

    def _checked(self, person: Person, stood: Standing | None, entry: Entry) -> Standing | None:
        """Return what stands after an entry; ``None``: it makes nothing and needs nothing. Raises ``Refused``."""
        reach = person.points if person.role is Role.SUPERVISOR else ()
        why = role_refusal(entry.kind, person.role) or refusal_of(stood, entry, reach)
        if why is not None:
            raise Refused.because(why)
        if len(entry.canonical()) > MAX_ENTRY:
            raise Refused("entry-too-large", "这一步的内容过多，市中心收不下，没有登记。请精简后再试。")
        after = evolve_any(stood, entry)
        if after is None and KINDS[entry.kind].anywhere:
            return None
        if after is None or entry.id in after.ignored:
            raise Refused("not-applicable", "这一步与办件的现状不符，没有登记。")
        return after
