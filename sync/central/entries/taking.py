"""Taking in a batch of entries: each judged in journal order and given its places, and what it lets go on. Pure.

No database, no clock, no key: everything comes in as a ``Head`` and a ``Ground`` and goes out as ``Taken``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clerk_app.domain.journal import Entry, Record, Verdict, stands_for
from clerk_app.domain.kinds import KINDS
from sync.central.entries.ground import (
    Ground,
    Head,
    Row,
    Subject,
    Taken,
    answers_for,
    destination,
    home_of,
    is_from_afar,
    named,
)
from sync.central.entries.judging import UNHEARD, Held, Judged, judge_entry
from sync.central.entries.screening import Screened, check_actor
from sync.central.entries.waiting import Waiting, awaited, waits
from sync.central.problems import ProblemError, problem, rule_problem

REPORTED = frozenset({"signature-invalid", "actor-unknown", "not-your-role"})
"""Problems of single entries that a window which is what it says never has."""
ID_TAKEN = "entry-reused"
ID_TAKEN_TOLD = "这件办件中有一条流水的编号，在本服务点已是另一条流水的编号，不能转到本服务点办理，请联系管理员。"


def fresh(head: Head, held: Mapping[int, str], screened: Sequence[Screened]) -> list[Screened]:
    """Return what is new, gapless and chained to what is held; anything else ends the request.

    ``held`` are the digests of what is stored of this window, by ``n``.
    """
    found: list[Screened] = []
    next_n, followed = head.last_n + 1, {head.last_digest, head.last_stands_for}
    taken = dict(held)
    for one in screened:
        n = one.entry.n
        if n in taken:
            if taken[n] != one.digest:
                raise ProblemError("entry-reused")
            continue
        if n != next_n:
            raise ProblemError("gap", expected=next_n)
        if one.entry.previous not in followed:
            raise ProblemError("chain-broken")
        found.append(one)
        taken[n] = one.digest
        followed = {one.digest, stands_for(one.entry) if one.problem is None else ""}
        next_n += 1
    return found


def take(head: Head, ground: Ground, batch: Sequence[Screened], now: int) -> Taken:
    """Judge new entries in order and return what is to be stored; ``now`` is in milliseconds since 1970."""
    taking = _Taking(head, ground, now)
    for one in batch:
        taking.add(one)
    return taking.taken


class _Taking:
    """One batch on its way."""

    def __init__(self, head: Head, ground: Ground, now: int) -> None:
        self._head = head
        self._ground = ground
        self._now = now
        self._waiting = Waiting(ground.unheard)
        self._stored = {row.key for row in ground.unheard}
        self.taken = Taken(last_n=head.last_n, last_digest=head.last_digest)

    def add(self, one: Screened) -> None:
        """Judge one entry, give it its places, and let go on what waited for it."""
        entry, taken = one.entry, self.taken
        taken.last_n, taken.last_digest = entry.n, one.digest
        point = self._head.point or (home_of(one.subject) if self._may_be_told(one) else "")
        row = Row(
            window=entry.window,
            n=entry.n,
            point=point,
            position=None,
            id=entry.id,
            subject=one.subject,
            kind=one.kind,
            digest=one.digest,
            document=one.document,
            verdict=Verdict.REFUSED,
            problem=None,
            received_at=self._now,
        )
        refused = None if one.problem is None else (Verdict.REFUSED, problem(one.problem))
        verdict, trouble = refused or self._judged(row, entry)
        row = row.but(verdict=verdict, problem=trouble)
        if verdict in UNHEARD:
            self._set_aside(row)
            if row.code in REPORTED:
                taken.incidents.append((row.window, row.code, row.n))
        else:
            self._place(row, entry)
        self._release()

    def _may_be_told(self, one: Screened) -> bool:
        """Whether central's own window can speak of a subject: of one that is known, or of a bag that a point will get."""
        if self._subject(one.subject) is not None:
            return True
        return one.kind == "parcel.sealed" and home_of(one.subject) in self._ground.positions

    def _subject(self, subject: str) -> Subject | None:
        return self.taken.subjects.get(subject) or self._ground.subjects.get(subject)

    def _state(self, subject: str) -> Held:
        return self.taken.states.get(subject) or self._ground.states.get(subject) or Held()

    def _judged(self, row: Row, entry: Entry) -> Judged:
        point = row.point if self._head.point else ""
        barred = check_actor(entry, point, self._ground.people) or self._out_of_reach(row, entry)
        if barred is not None:
            return barred
        mended = named(entry, "entry.mended", "entry")
        if row.kind == "entry.mended" and self._waiting.find(row.point, mended) is None:
            return Verdict.REFUSED, rule_problem("mended-unknown", "没有这条被退回的流水。")
        if self._head.point and self._waiting.held_up(row):
            return Verdict.QUARANTINED, problem("waits")
        # Central's own window hears every verdict at once: it counts what has a place, and waits for nothing.
        own = self._waiting.own(row) if self._head.point else []
        forebears = self._head.forebears if row.window == self._head.window else frozenset[str]()
        reach = answers_for(self._ground.people.get(entry.actor)) if point else frozenset[str]()
        verdict, trouble = judge_entry(entry, self._state(row.subject), own, forebears, reach)
        number = named(entry, "case.received", "prefiling")
        case = self.taken.prefilings.get(number) or self._ground.prefilings.get(number, "")
        if verdict not in UNHEARD and case not in {"", row.subject}:
            return Verdict.REFUSED, problem("prefiling-received", f"这份预申报已由其他窗口收件，办件编号 {case}。")
        return verdict, trouble

    def _out_of_reach(self, row: Row, entry: Entry) -> Judged | None:
        """Say why the point may not speak of the subject, or not yet; ``None``: it may."""
        known, state = self._subject(row.subject), self._state(row.subject)
        if not self._head.point:
            told = (known is not None and known.count) or (row.kind == "parcel.sealed" and row.point)
            return None if told else (Verdict.REFUSED, problem("case-unknown"))
        kind = KINDS.get(row.kind)
        begins = kind is None or kind.anywhere or not kind.states
        heard = row.point == home_of(row.subject) or (known is not None and row.point in known.audience)
        if not begins and state.stood is None and awaited(row, state, self._ground.windows):
            return Verdict.QUARANTINED, problem("case-awaited")
        if heard:
            return None
        if kind is not None and kind.moves and state.case is not None:
            return self._id_taken(row, state)
        if known is not None and known.count and is_from_afar(row.kind, known, self._ground.people.get(entry.actor)):
            return None
        return Verdict.REFUSED, problem("not-your-point")

    def _id_taken(self, row: Row, state: Held) -> Judged | None:
        """Say that a move would bring a second entry under one id into a feed, where windows tell entries by it.

        One of the two windows has used the other's: both are named, for whoever runs central to tell which.
        """
        for entry in (record.entry for record in state.records):
            one, other = (entry.window, entry.n), self._ground.named.get((row.point, entry.id))
            if other is not None and other != one:
                found = [(window, ID_TAKEN, n) for window, n in (one, other)]
                self.taken.incidents += [told for told in found if told not in self.taken.incidents]
                return Verdict.REFUSED, problem(ID_TAKEN, ID_TAKEN_TOLD)
        return None

    def _place(self, row: Row, entry: Entry) -> None:
        """Give an entry its place in every feed that hears of its subject."""
        taken, kind = self.taken, KINDS[entry.kind]
        known = self._subject(row.subject) or Subject(home=row.point, audience=(row.point,))
        if kind.moves:
            known = self._joined(known, row, row.point)
        if (there := destination(entry)) in self._ground.positions:
            known = self._joined(known, row, there)
        self._waiting.drop(row)
        if row.point not in known.audience:
            self._note_from_afar(row)
        for point in known.audience:
            position = self._next(point)
            placed = row.but(point=point, position=position, problem=None, received_at=self._now)
            self._put(placed)
            taken.named.append((point, entry))
            if point == row.point:
                self._tell(placed)
            if point == known.home:
                record = Record(entry=entry, verdict=row.verdict, position=position)
                taken.states[row.subject] = self._state(row.subject).after(record)
        taken.subjects[row.subject] = replace(known, count=known.count + 1)
        number = named(entry, "case.received", "prefiling")
        if number in self._ground.prefilings:
            taken.prefilings[number] = row.subject
        self._mend(row, entry)

    def _note_from_afar(self, row: Row) -> None:
        """Keep what a supervisor said of another point's subject where it was said: in its window's chain, in no feed there."""
        noted = row.but(position=None, problem=None, received_at=self._now, mended="")
        self._put(noted)
        self._tell(noted)

    def _joined(self, known: Subject, row: Row, point: str) -> Subject:
        """Bring what was said so far to a point that takes a case up, or that a bag goes to, in the order it was said."""
        if point in known.audience:
            return known
        for record in self._state(row.subject).records:
            entry = record.entry
            if record.verdict is None:
                continue
            copy = Row(
                window=entry.window,
                n=entry.n,
                point=point,
                position=self._next(point),
                id=entry.id,
                subject=row.subject,
                kind=entry.kind,
                digest=entry.digest(),
                document=entry.canonical().decode(),
                verdict=record.verdict,
                problem=None,
                received_at=self._now,
            )
            self._put(copy)
            self.taken.named.append((point, entry))
        waiting = tuple(other for other in known.waiting if other != point)
        return replace(known, audience=(*known.audience, point), waiting=waiting)

    def _set_aside(self, row: Row) -> None:
        self._put(row)
        self._tell(row)
        self._waiting.put(row)
        known = self._subject(row.subject)
        home = home_of(row.subject)
        if not waits(row) or row.point == home or home not in self._ground.positions:
            return
        known = known or Subject(home=home, audience=(home,))
        if row.point not in {*known.audience, *known.waiting}:
            self.taken.subjects[row.subject] = replace(known, waiting=(*known.waiting, row.point))

    def _mend(self, row: Row, entry: Entry) -> None:
        """Note what an entry says of refused ones, and what it says anew."""
        for again in self._waiting.fulfilled(entry.id):
            self._put(again)
        refused = self._waiting.find(row.point, named(entry, "entry.mended", "entry"))
        if refused is not None:
            by = named(entry, "entry.mended", "by")
            known = {record.entry.id for record in self._state(refused.subject).records}
            for again in self._waiting.mend(refused, "" if by in known else by):
                self._put(again)

    def _release(self) -> None:
        """Judge anew what may wait for nothing any more, until nothing more comes of it."""
        while (subject := self._waiting.stirred()) is not None:
            for row in self._waiting.of(subject):
                entry = row.entry
                verdict, trouble = self._judged(row, entry)
                if verdict not in UNHEARD:
                    self._place(row.but(verdict=verdict, problem=None), entry)
                    break  # that stirs the subject again: what stands before this one may go on too
                again = row.but(problem=trouble)
                if again.code != row.code:
                    self._waiting.put(again)
                    self._put(again)
                    self._tell(again)

    def _next(self, point: str) -> int:
        position = self.taken.positions.get(point, self._ground.positions[point]) + 1
        self.taken.positions[point] = position
        return position

    def _put(self, row: Row) -> None:
        rows = self.taken.changed if row.key in self._stored else self.taken.rows
        rows[row.key] = row

    def _tell(self, row: Row) -> None:
        if row.window == self._head.window:
            self.taken.answers[row.n] = row.told()
