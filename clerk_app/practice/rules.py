"""What the points of the lessons look at: facts of the folded journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clerk_app.domain.case import Case
from clerk_app.domain.checklist import DeficitKind
from clerk_app.domain.custody import Open
from clerk_app.domain.custody_bodies import Discrepancy, Fault
from clerk_app.domain.kinds import State
from clerk_app.practice.judging import Play

Met = Callable[[Play], bool]
ACCEPTED = frozenset({State.ACCEPTED, State.PROVISIONAL})


def case_has(look: Callable[[Case], bool]) -> Met:
    """Return a look at the last case; without one nothing is met."""
    return lambda play: play.case is not None and look(play.case)


def applicant_right(play: Play) -> bool:
    """Whether name and number are the applicant's own."""
    case, cast = play.case, play.scene.cast
    return case is not None and (case.applicant.name, case.applicant.id_number) == (cast.name, cast.id_number)


def answered(answers: Mapping[str, str]) -> Met:
    """Return whether the situation was asked for and is as the applicant told it."""
    return case_has(lambda case: all(case.answers.get(one) == answer for one, answer in answers.items()))


def item_is(name: str) -> Met:
    """Return whether this item was received."""
    return case_has(lambda case: case.item.name == name)


def noticed(play: Play) -> bool:
    """Whether everything missing was told, in writing, and nothing was accepted."""
    return play.case is not None and play.case.state is State.NOTIFIED and bool(play.case.notices)


def named(case: Case) -> dict[str, DeficitKind]:
    """Return what the first notice names: only that one counts as told once."""
    return {d.material: d.kind for d in case.notices[0].deficits} if case.notices else {}


def names(material: str, *kinds: DeficitKind) -> Met:
    """Return whether the first notice names a material, as one of these kinds where any is given."""
    return case_has(lambda case: material in named(case) and (not kinds or named(case)[material] in kinds))


def names_nothing_but(*materials: str) -> Met:
    """Return whether the first notice asks for nothing that is in order."""
    return case_has(lambda case: bool(case.notices) and set(named(case)) <= set(materials))


def accepted(play: Play) -> bool:
    """Whether the case was accepted outright."""
    return play.case is not None and play.case.state is State.ACCEPTED and play.case.accepted is not None


def provisional(play: Play) -> bool:
    """Whether the case was accepted on a commitment."""
    return play.case is not None and play.case.state is State.PROVISIONAL


def owes_only(material: str) -> Met:
    """Return whether the commitment is over this material and no other."""
    return case_has(lambda case: [owed.material for owed in case.owed] == [material])


def in_order(*starts: str) -> Met:
    """Return whether the materials whose ids begin so were taken in, and nothing is wrong with them."""

    def look(case: Case) -> bool:
        wanted = [line.id for line in case.checklist if line.id.startswith(starts)]
        wrong = {deficit.material for deficit in case.deficits(case.received_on)}
        return len(wanted) >= len(starts) and not wrong & set(wanted)

    return case_has(look)


def one_case(play: Play) -> bool:
    """Whether the applicant was received once, and not anew after a mistake."""
    return len(play.cases) == 1


def together(count: int) -> Met:
    """Return whether so many cases were received in one joint intake."""
    return lambda play: len(play.joint) == count


def received_at_all(count: int) -> Callable[[Play], tuple[Case, ...]]:
    """Return the joint intake's cases, else what was received singly; nothing where it is less than ``count``."""

    def found(play: Play) -> tuple[Case, ...]:
        cases = play.joint or play.cases
        return cases if len(cases) >= count else ()

    return found


def all_accepted(count: int) -> Met:
    """Return whether every one of so many cases was accepted."""
    cases = received_at_all(count)
    return lambda play: bool(cases(play)) and all(case.state is State.ACCEPTED for case in cases(play))


def all_in_order(count: int) -> Met:
    """Return whether every one of so many cases has its papers counted."""
    cases = received_at_all(count)
    return lambda play: bool(cases(play)) and not any(case.deficits(case.received_on) for case in cases(play))


def joint_alone(play: Play) -> bool:
    """Whether nothing was received beside the joint intake."""
    return bool(play.joint) and len(play.cases) == len(play.joint)


def all_answered(count: int, answers: Mapping[str, str]) -> Met:
    """Return whether every one of so many cases has the situation as it was told."""
    cases = received_at_all(count)
    return lambda play: (
        bool(cases(play))
        and all(case.answers.get(one) == answer for case in cases(play) for one, answer in answers.items())
    )


# the bag


def bag_here(play: Play) -> bool:
    """Whether the bag was taken in at this point."""
    return play.parcel is not None and play.parcel.received is not None


def noted(play: Play) -> tuple[Open, ...]:
    """Return what was recorded against the bag."""
    return play.parcel.discrepancies if play.parcel is not None else ()


def short(play: Play) -> list[Discrepancy]:
    """Return what was recorded as missing from the bag."""
    return [one.found for one in noted(play) if one.found.fault is Fault.SHORT]


def short_by(material: str, copies: int) -> Met:
    """Return whether exactly this is recorded as missing."""

    def look(play: Play) -> bool:
        lines = [one.line for one in short(play) if one.line is not None]
        return [(line.material, line.originals, line.copies) for line in lines] == [(material, 0, copies)]

    return look


def seal_whole(play: Play) -> bool:
    """Whether the bag was taken in as unharmed: what nobody saw broken is not called broken."""
    return bag_here(play) and play.parcel is not None and play.parcel.received is not None and not _broken(play)


def _broken(play: Play) -> bool:
    received = play.parcel.received if play.parcel is not None else None
    told = any(one.found.fault is Fault.SEAL_BROKEN for one in noted(play))
    return told or (received is not None and received.broken)


def closed(play: Play) -> bool:
    """Whether the discrepancy is over."""
    return bool(short(play)) and all(one.closed is not None for one in noted(play))


def closed_by_another(play: Play) -> bool:
    """Whether somebody else than who recorded it closed it."""
    by = {entry.actor for entry in play.entries if entry.kind == "discrepancy.noted"}
    ends = [entry.actor for entry in play.entries if entry.kind == "discrepancy.closed"]
    return closed(play) and bool(ends) and not by & set(ends)


def closed_as_found(play: Play) -> bool:
    """Whether it was closed as found, as the department said on the telephone."""
    ends = [one.closed for one in noted(play) if one.closed is not None]
    return closed(play) and all(end.outcome_code != "lost" and end.evidence.strip() for end in ends)
