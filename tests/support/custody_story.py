"""Papers in several hands at several windows: what may be done by small numbers, for the properties of custody."""

from __future__ import annotations

from collections import Counter as Tallied
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.checklist import Tally
from clerk_app.domain.custody import Parcel
from clerk_app.domain.custody_numbers import manifest_number, parcel_number
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import CENTRAL
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.lots import Lot, held_at, in_parcel
from clerk_app.domain.numbers import case_number
from clerk_app.domain.plain import body_of
from clerk_app.domain.standing import Standing
from clerk_app.planning import Decide
from tests.support.story import ALL, MONDAY, PERMIT, Counter
from tests.support.windows_apart import Said, Town

T = TypeVar("T")
HOME, BESIDE, AWAY = "FS0001-01", "FS0001-02", "FS0002-01"
WINDOWS = (HOME, BESIDE, AWAY)
LINES = tuple(m.id for m in PERMIT.materials)
COURIER = cb.Hand(kind=cb.HandKind.COURIER, code="YZ000123", person="样例揽收员")
DUE = DueDay(day=MONDAY)


@cache
def receipt() -> b.Received:
    counter = Counter()
    counter.receive(ALL, Decide.RECEIVE)
    return body_of(b.Received, counter.entries[0].body)


class Story:
    """A town, what happens in it by small numbers, and what must hold of it always."""

    def __init__(self, *, decided: bool = False) -> None:
        self.town = Town(*WINDOWS)
        self.lists: dict[str, cb.Closed] = {}
        """Every hand-over as it was closed."""
        self.done: Tallied[str] = Tallied()
        self.act(HOME, "receive", 0, 0)
        if decided:
            self.act(HOME, "accept", 0, 0)
        self.town.sync_all()
        if decided:
            self.act(CENTRAL, "decide", 0, 0)
            self.town.sync_all()

    # what may be acted on

    def stood(self, window: str, subject: str) -> Standing | None:
        if window == CENTRAL:
            held = self.town.held.get(subject)
            return held.stood if held is not None else None
        return self.town.windows[window].stood(subject)

    def cases(self, window: str) -> list[Case]:
        return [one for s in self.town.subjects() if isinstance(one := self.stood(window, s), Case)]

    def parcels(self, window: str, *states: ParcelState) -> list[Parcel]:
        found = [one for s in self.town.subjects() if isinstance(one := self.stood(window, s), Parcel)]
        return [one for one in found if not states or one.state in states]

    def here(self, window: str) -> cb.Hand:
        if window == CENTRAL:
            return cb.Hand(kind=cb.HandKind.DEPARTMENT, code="D1")
        return cb.Hand(kind=cb.HandKind.POINT, code=window.rpartition("-")[0])

    def place(self, window: str) -> str:
        return "department:" if window == CENTRAL else f"point:{self.here(window).code}"

    # acts

    def act(self, window: str, name: str, one: int, other: int) -> None:
        said = getattr(self, "_" + name)(window, one, other)
        if said and self.town.say(window, said):
            self.done[name] += 1
            for kind, subject, body in said:
                if kind == "manifest.closed":
                    self.lists[subject] = body

    def _n(self, window: str) -> int:
        return (self.town.spoken if window == CENTRAL else self.town.windows[window]).n + 1

    def _receive(self, window: str, one: int, __: int) -> list[Said]:
        if window == CENTRAL or len(self.cases(window)) > 2:
            return []
        point, _, window_number = window.rpartition("-")
        tallies = tuple(replace(t, copies_kept=t.copies_kept + one % 2) for t in ALL)
        return [
            (
                "case.received",
                case_number(point, window_number, MONDAY, self._n(window)),
                replace(receipt(), point=point, tallies=tallies),
            )
        ]

    def _tallies(self, one: int, other: int) -> tuple[Tally, ...]:
        line, more = LINES[one % len(LINES)], LINES[(one + 1) % len(LINES)]
        first = Tally(material=line, originals_kept=other % 3, copies_kept=other // 3 % 3)
        return (first,) if other % 2 else (first, Tally(material=more, originals_kept=1, copies_kept=one % 2))

    def _check(self, window: str, one: int, other: int) -> list[Said]:
        case = pick(self.cases(window), other)
        return [("materials.checked", case.number, b.Checked(tallies=self._tallies(one, other)))] if case else []

    def _supplement(self, window: str, one: int, other: int) -> list[Said]:
        case = pick(self.cases(window), other)
        body = b.Supplemented(on=MONDAY, lines=(), tallies=self._tallies(one, other), visit=False)
        return [("case.supplemented", case.number, body)] if case else []

    def _accept(self, window: str, one: int, _: int) -> list[Said]:
        case = pick(self.cases(window), one)
        return [("case.accepted", case.number, b.Accepted(accepted_on=MONDAY, promised_due=DUE))] if case else []

    def _end(self, window: str, one: int, other: int) -> list[Said]:
        case = pick(self.cases(window), one)
        kind, body = (
            ("case.withdrawn", b.Ended(on=MONDAY)),
            ("case.declined", b.Declined(on=MONDAY, reason="不符")),
            ("case.returned", b.Ended(on=MONDAY, reason="不办了")),
        )[other % 3]
        return [(kind, case.number, body)] if case else []

    def _move(self, window: str, one: int, _: int) -> list[Said]:
        case = pick(self.cases(window), one)
        return [("case.moved", case.number, b.Moved(to=self.here(window).code, on=MONDAY))] if case else []

    def _decide(self, _: str, one: int, __: int) -> list[Said]:
        case = pick(self.cases(CENTRAL), one)
        return [("case.decided", case.number, b.Decided(on=MONDAY, outcome="denied"))] if case else []

    def _pack(self, window: str, one: int, other: int) -> list[Said]:
        """Some or all of what lies there of one or several cases; to a department, a point or an applicant."""
        cases = self.cases(window)[: 1 + one % 2]
        lines = [
            part for case in cases for lot in held_at(case.lots, self.place(window)) if (part := some(case, lot, other))
        ]
        if not lines:
            return []
        to = (cb.Hand(kind=cb.HandKind.DEPARTMENT, code="D1"), self.here(AWAY), self.here(HOME))[other % 3]
        number = self._bag(window, to)
        direction = cb.Direction.TO_WINDOW if window == CENTRAL else cb.Direction.TO_POINT
        sealed = cb.Sealed(direction=direction, sender=self.here(window), to=to, lines=tuple(lines), on=MONDAY)
        return [("parcel.sealed", number, sealed), *packed(number, lines)]

    def _bag(self, window: str, to: cb.Hand) -> str:
        if window == CENTRAL:
            return parcel_number(
                to.code if to.kind is cb.HandKind.POINT else "FS0001", CENTRAL, MONDAY, self._n(window)
            )
        point, _, number = window.rpartition("-")
        return parcel_number(point, number, MONDAY, self._n(window))

    def _repack(self, window: str, one: int, other: int) -> list[Said]:
        """Papers out of a bag that came go into another one."""
        parcel = pick(self.parcels(window), one)
        inside = [
            (case, lot) for case in self.cases(window) if parcel for lot in held_at(case.lots, in_parcel(parcel.number))
        ]
        lines = [part for case, lot in inside if (part := some(case, lot, other))]
        if parcel is None or not lines:
            return []
        to = self.here(AWAY)
        number = self._bag(window, to)
        sealed = cb.Sealed(
            direction=cb.Direction.TO_POINT, sender=self.here(window), to=to, lines=tuple(lines), on=MONDAY
        )
        return [("parcel.sealed", number, sealed), *packed(number, lines, parcel.number)]

    def _unpack(self, window: str, one: int, other: int) -> list[Said]:
        parcel = pick(self.parcels(window, ParcelState.SEALED), one)
        if parcel is None:
            return []
        return [
            ("parcel.unsealed", parcel.number, cb.Unsealed(on=MONDAY, reason="装错")),
            *self._out(window, parcel, other),
        ]

    def _out(self, window: str, parcel: Parcel, short: int) -> list[Said]:
        said: list[Said] = []
        for case in self.cases(window):
            inside = held_at(case.lots, in_parcel(parcel.number))
            lines = tuple(part for lot in inside if (part := some(case, lot, short)))
            if lines:
                said.append(("papers.unpacked", case.number, cb.Unpacked(parcel=parcel.number, lines=lines)))
        return said

    def _hand_over(self, window: str, one: int, other: int) -> list[Said]:
        waiting = self.parcels(window, ParcelState.SEALED)
        if window == CENTRAL or not waiting:
            return []
        given = [parcel for n, parcel in enumerate(waiting) if n == one % len(waiting) or other % 2]
        giver = self.here(window)
        point, _, number = window.rpartition("-")
        subject = manifest_number(point, number, MONDAY, self._n(window))
        lines = tuple(cb.ManifestLine(parcel=p.number, to=p.sealed.to, papers=p.sheets) for p in given)
        closed = cb.Closed(giver=giver, taker=COURIER, lines=lines, at=f"{MONDAY}T16:00:00+08:00", proof="pin")
        body = cb.HandedOver(giver=giver, taker=COURIER, manifest=subject)
        return [("manifest.closed", subject, closed), *(("parcel.handed_over", p.number, body) for p in given)]

    def _arrive(self, window: str, one: int, other: int) -> list[Said]:
        """A bag is taken in, whole or short of something; a result in it is logged in, or is taken out like a paper."""
        by = self.here(window)
        moving = self.parcels(window, ParcelState.SEALED, ParcelState.ON_THE_WAY)
        parcel = pick([p for p in moving if _same(by, p.sealed.to) or _same(by, p.sealed.sender)], one)
        if parcel is None:
            return []
        back = not _same(by, parcel.sealed.to)
        said: list[Said] = [("parcel.received", parcel.number, cb.ParcelReceived(by=by, on=MONDAY, returned=back))]
        if other % 2:
            said += self._noted(parcel, by, other)
        said += self._out(window, parcel, other)
        if window != CENTRAL and other % 3 == 0:
            results = [line.case for line in parcel.sealed.lines if line.material == cb.RESULT]
            said = [act for act in said if act[0] != "papers.unpacked" or act[1] not in results]
            said += [("result.arrived", case, cb.ResultArrived(on=MONDAY, parcel=parcel.number)) for case in results]
        return said

    def _noted(self, parcel: Parcel, by: cb.Hand, one: int) -> list[Said]:
        line = parcel.sealed.lines[one % len(parcel.sealed.lines)]
        fault = (cb.Fault.SHORT, cb.Fault.LOST, cb.Fault.DAMAGED)[one % 3]
        found = cb.Discrepancy(fault=fault, parcel=parcel.number, line=line, note="x")
        return [("discrepancy.noted", parcel.number, cb.Noted(found=(found,), by=by, on=MONDAY))]

    def _note(self, window: str, one: int, other: int) -> list[Said]:
        parcel = pick(self.parcels(window), one)
        return self._noted(parcel, self.here(window), other) if parcel else []

    def _conclude(self, window: str, one: int, other: int) -> list[Said]:
        open_ = [(p.number, o) for p in self.parcels(window) for o in p.discrepancies if o.closed is None]
        found = pick(open_, one)
        if found is None:
            return []
        code = "lost" if other % 2 else "other"
        body = cb.DiscrepancyClosed(
            entry=found[1].entry, number=found[1].number, outcome="x", evidence="x", outcome_code=code
        )
        return [("discrepancy.closed", found[0], body)]

    def _settle(self, window: str, one: int, other: int) -> list[Said]:
        known = [had for s in self.town.subjects() if (had := self.stood(window, s)) is not None]
        conflicts = [(_number(x), entry) for x in known for entry in x.conflicts]
        found = pick(conflicts, one)
        return [("conflict.settled", found[0], b.Settled(entry=found[1], stands=bool(other % 3)))] if found else []

    def _give_back(self, window: str, one: int, other: int) -> list[Said]:
        """What lies at a point goes back to the applicant over the counter."""
        case = pick(self.cases(window), one)
        if case is None or window == CENTRAL:
            return []
        lots = held_at(case.lots, self.place(window))
        lines = tuple(part for lot in lots if lot.material != cb.RESULT and (part := some(case, lot, other)))
        body = cb.GivenBack(lines=lines, on=MONDAY, to="本人", signed="paper")
        return [("papers.given_back", case.number, body)] if lines else []

    def _log_in(self, window: str, one: int, _: int) -> list[Said]:
        case = pick(self.cases(window), one)
        return [("result.arrived", case.number, cb.ResultArrived(on=MONDAY))] if case else []

    def _deliver(self, window: str, one: int, other: int) -> list[Said]:
        case = pick(self.cases(window), one)
        how = ("counter", "post", "electronic")[other % 3]
        return [("result.delivered", case.number, b.Delivered(on=MONDAY, to="本人", how=how))] if case else []


def packed(number: str, lines: Sequence[cb.PaperLine], source: str = "") -> list[Said]:
    cases = dict.fromkeys(line.case for line in lines)
    return [
        (
            "papers.packed",
            case,
            cb.Packed(parcel=number, lines=tuple(x for x in lines if x.case == case), source=source),
        )
        for case in cases
    ]


def some(case: Case, lot: Lot, how_much: int) -> cb.PaperLine | None:
    """Some of a lot; ``None``: none of it."""
    originals = lot.originals - (how_much >> 1) % 2 if lot.originals else 0
    copies = max(lot.copies - (how_much >> 2) % 3, 0)
    if not originals + copies:
        return None
    return cb.PaperLine(case=case.number, material=lot.material, name="x", originals=originals, copies=copies)


def pick(found: Sequence[T], which: int) -> T | None:
    return found[which % len(found)] if found else None


def _number(stood: Standing) -> str:
    return stood.number


def _same(one: cb.Hand, other: cb.Hand) -> bool:
    return (one.kind, one.code) == (other.kind, other.code)
