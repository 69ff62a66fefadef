"""Every pair of kinds about a bag or a hand-over: what is said to commute folds alike in either order; whatever does not is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.custody_numbers import manifest_number, parcel_number
from clerk_app.domain.journal import CENTRAL, GENESIS, Entry, Record, Verdict
from clerk_app.domain.kinds import KINDS, OFFICE, About, ParcelState
from clerk_app.domain.merge import BY_MATERIAL, COMMUTES, CONFLICTS, commutes, pair_table
from clerk_app.domain.plain import to_plain
from clerk_app.domain.standing import fold_any, refusal_of
from tests.support.story import MONDAY
from tests.support.supervising import supervising

BAG = parcel_number("FS0001", "01", MONDAY, 1)
LIST = manifest_number("FS0001", "01", MONDAY, 2)
CASE = "FS0001-01-250602-0001-6"
SUBJECTS = {About.PARCEL: BAG, About.MANIFEST: LIST}
HERE = cb.Hand(kind=cb.HandKind.POINT, code="FS0001", name="样例服务点")
THERE = cb.Hand(kind=cb.HandKind.POINT, code="FS0002", name="另一服务点")
COURIERS = tuple(cb.Hand(kind=cb.HandKind.COURIER, code=code) for code in ("YZ000001", "YZ000002"))
WINDOWS = ("FS0001-02", "FS0001-03", "FS0002-01")
LINE = cb.PaperLine(case=CASE, material="photo", name="相片", copies=2)
SEALED = cb.Sealed(direction=cb.Direction.TO_POINT, sender=HERE, to=THERE, lines=(LINE,), on=MONDAY, carrier="ems")
SHORT = cb.Discrepancy(fault=cb.Fault.SHORT, parcel=BAG, line=replace(LINE, copies=1), note="少一张")
CLOSED = cb.Closed(
    giver=HERE,
    taker=COURIERS[0],
    lines=(cb.ManifestLine(parcel=BAG, to=THERE, papers=2),),
    at=f"{MONDAY}T16:00:00+08:00",
    found=(SHORT,),
)
TABLES = {about: pair_table(about) for about in SUBJECTS}
KINDS_ABOUT = {about: [name for name, kind in KINDS.items() if about in kind.about] for about in SUBJECTS}
ASKED = [(about, kind) for about, kinds in KINDS_ABOUT.items() for kind in kinds]

HANDED = ("parcel.handed_over", cb.HandedOver(giver=HERE, taker=COURIERS[0], manifest=LIST))
BEFORE: dict[ParcelState, tuple[tuple[str, Any], ...]] = {
    ParcelState.SEALED: (),
    ParcelState.UNSEALED: (("parcel.unsealed", cb.Unsealed(on=MONDAY, reason="装错")),),
    ParcelState.ON_THE_WAY: (HANDED,),
    ParcelState.RECEIVED: (("parcel.received", cb.ParcelReceived(by=THERE, on=MONDAY)),),
    ParcelState.RETURNED: (HANDED, ("parcel.received", cb.ParcelReceived(by=HERE, on=MONDAY, returned=True))),
}
NOTED = ("discrepancy.noted", cb.Noted(found=(SHORT, replace(SHORT, fault=cb.Fault.DAMAGED)), by=THERE, on=MONDAY))
EXTRAS: dict[str, tuple[str, Any, Verdict]] = {
    "noted": (*NOTED, Verdict.APPLIED),
    "asked": ("pickup.asked", cb.PickupAsked(carrier="ems", on=MONDAY), Verdict.APPLIED),
    "concluded": ("task.concluded", sb.TaskConcluded(task="breach:1", outcome="guide"), Verdict.APPLIED),
    "waybill": ("parcel.waybilled", cb.Waybilled(waybill="1234567890123", carrier="ems"), Verdict.APPLIED),
    "disputed hand": (HANDED[0], replace(HANDED[1], taker=COURIERS[1]), Verdict.CONFLICTING),
    "disputed receipt": ("parcel.received", cb.ParcelReceived(by=HERE, on=MONDAY, returned=True), Verdict.CONFLICTING),
    "disputed opening": ("parcel.unsealed", cb.Unsealed(on=MONDAY, reason="装错"), Verdict.CONFLICTING),
}


def entry(kind: str, subject: str, body: Any, window: str, id: str, seen: int = 0, n: int = 1) -> Entry:
    return Entry(
        id=id,
        kind=kind,
        subject=subject,
        at=f"{MONDAY}T09:00:00.000+08:00",
        actor="C1",
        window=window,
        n=n,
        seen=seen,
        previous=GENESIS,
        body=to_plain(body),
    )


@cache
def history(about: About, state: ParcelState, extra: str) -> tuple[Record, ...]:
    """What central holds of a bag in a state, or of a hand-over, with something that happened to it besides."""
    told: list[tuple[str, Any, str, Verdict]]
    if about is About.MANIFEST:
        told = [("manifest.closed", CLOSED, "begin", Verdict.APPLIED)]
        extra = "noted" if extra else ""
    else:
        told = [("parcel.sealed", SEALED, "begin", Verdict.APPLIED)]
        told += [(kind, body, f"then{n}", Verdict.APPLIED) for n, (kind, body) in enumerate(BEFORE[state])]
    if extra:
        kind, body, verdict = EXTRAS[extra]
        told.append((kind, body, "extra", verdict))
    return tuple(
        Record(entry=entry(kind, SUBJECTS[about], body, "FS0001-01", id, n, n + 1), verdict=verdict, position=n + 1)
        for n, (kind, body, id, verdict) in enumerate(told)
    )


def said(draw: st.DrawFn, kind: str) -> Any:
    """Something an entry of this kind may say."""
    on = MONDAY + timedelta(days=draw(st.integers(0, 2)))
    event = cb.TrackEvent(waybill="1", at=f"{on}T08:00:00+08:00", code=draw(st.sampled_from("12")), name="收寄")
    note = draw(st.sampled_from(["短少", "又短少"]))
    concluded = cb.DiscrepancyClosed(
        entry=draw(st.sampled_from(["extra", "begin"])), number=draw(st.integers(1, 2)), outcome=note, evidence="签字"
    )
    whole: dict[str, Any] = {
        "parcel.sealed": SEALED,
        "manifest.closed": CLOSED,
        "parcel.unsealed": cb.Unsealed(on=on, reason=note),
        "parcel.waybilled": cb.Waybilled(waybill=draw(st.sampled_from(["1234567", "7654321"])), carrier="manual"),
        "parcel.handed_over": cb.HandedOver(
            giver=draw(st.sampled_from([HERE, *COURIERS])), taker=draw(st.sampled_from([*COURIERS, THERE]))
        ),
        "parcel.received": cb.ParcelReceived(
            by=draw(st.sampled_from([HERE, THERE])), on=on, returned=draw(st.booleans())
        ),
        "parcel.tracked": cb.Tracked(events=(event,)),
        "pickup.asked": cb.PickupAsked(carrier="ems", on=on),
        "pickup.cancel_asked": cb.PickupCancelAsked(reason=note),
        "pickup.answered": cb.PickupAnswered(
            ordered=draw(st.booleans()), order="1", asked=draw(st.sampled_from(["extra", "none"]))
        ),
        "discrepancy.noted": cb.Noted(found=(replace(SHORT, note=note),), by=THERE, on=on),
        "discrepancy.closed": concluded,
        "remark.added": b.Remarked(text=note),
        "conflict.settled": b.Settled(entry=draw(st.sampled_from(["extra", "none"])), stands=draw(st.booleans())),
        "entry.mended": b.Mended(entry="none"),
        "entry.lost": b.Lost(stands_for="", reason="断电"),
        **supervising(draw, BAG, on),
    }
    return whole[kind]


Pair = tuple[tuple[Record, ...], Entry, Entry]


@st.composite
def pairs(draw: st.DrawFn, about: About, kinds: tuple[str, str]) -> Pair:
    """A bag or a hand-over, and two acts of two ends that had both seen all of it."""
    held = history(about, draw(st.sampled_from(list(BEFORE))), draw(st.sampled_from(["", *EXTRAS])))
    speak = [[CENTRAL] if KINDS[kind].roles == OFFICE else [*WINDOWS, CENTRAL] for kind in kinds]
    one, other = (draw(st.sampled_from(windows)) for windows in speak)
    assume(one != other)  # nobody has not seen what they said themselves
    acts = [
        entry(kind, SUBJECTS[about], said(draw, kind), window, id, len(held))
        for id, kind, window in (("a", kinds[0], one), ("b", kinds[1], other))
    ]
    return held, acts[0], acts[1]


def after(held: Sequence[Record], *entries: Entry) -> Parcel | Manifest | None:
    """What stands once these were taken in, in this order; ``None`` where one of them is not allowed."""
    records = list(held)
    for one in entries:
        if refusal_of(fold_any(one.subject, records), one) is not None:
            return None
        records.append(Record(entry=one, verdict=Verdict.MERGED, position=len(records) + 1))
    stood = fold_any(records[0].entry.subject, records)
    assert isinstance(stood, Parcel | Manifest)
    return replace(stood, entries=0, updated_at="")


@pytest.mark.parametrize(("about", "kind"), ASKED)
@given(data=st.data())
@pytest.mark.long
def test_what_commutes_folds_alike_in_either_order_and_whatever_does_not_is_declared(
    about: About, kind: str, data: st.DataObject
) -> None:
    kinds = [other for other in KINDS_ABOUT[about] if not KINDS[kind].roles == KINDS[other].roles == OFFICE]
    other = data.draw(st.sampled_from(kinds), label="other")
    held, a, b_ = data.draw(pairs(about, (kind, other)), label="pair")
    one, another = after(held, a, b_), after(held, b_, a)
    said_of_them = TABLES[about][kind, other]

    assert commutes(a, b_) == commutes(b_, a)
    if commutes(a, b_):
        assert one is None or another is None or one == another
        assert said_of_them in {COMMUTES, BY_MATERIAL}
    else:
        assert said_of_them in {CONFLICTS, BY_MATERIAL}


@pytest.mark.parametrize(
    "kinds",
    [
        ("parcel.handed_over", "parcel.received"),
        ("parcel.handed_over", "parcel.waybilled"),
        ("parcel.tracked", "parcel.tracked"),
        ("parcel.tracked", "parcel.received"),
        ("parcel.handed_over", "pickup.asked"),
        ("parcel.received", "discrepancy.noted"),
        ("discrepancy.noted", "discrepancy.noted"),
        ("discrepancy.closed", "discrepancy.closed"),
        ("pickup.answered", "parcel.handed_over"),
        ("conflict.settled", "discrepancy.noted"),
        ("task.assigned", "parcel.received"),
        ("act.undo_asked", "finding.recorded"),
    ],
)
def test_the_pairs_that_are_tried_are_pairs_that_happen(kinds: tuple[str, str]) -> None:
    def happens(told: Pair) -> bool:
        held, one, other = told
        return commutes(one, other) and None not in (after(held, one, other), after(held, other, one))

    assert find(pairs(About.PARCEL, kinds), happens, settings=settings(max_examples=2000, phases=[Phase.generate]))


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("parcel.handed_over", "parcel.handed_over"),
        ("parcel.handed_over", "parcel.unsealed"),
        ("parcel.received", "parcel.unsealed"),
        ("parcel.received", "parcel.received"),
        ("parcel.waybilled", "parcel.waybilled"),
        ("pickup.asked", "pickup.cancel_asked"),
    ],
)
def test_what_two_hands_cannot_both_have_done_conflicts(kind: str, other: str) -> None:
    assert TABLES[About.PARCEL][kind, other] == TABLES[About.PARCEL][other, kind] == CONFLICTS


def test_a_hand_over_that_is_heard_of_late_takes_its_place_before_the_receipt() -> None:
    held = history(About.PARCEL, ParcelState.SEALED, "")
    handed = entry(HANDED[0], BAG, HANDED[1], "FS0001-02", "a", 1)
    received = entry("parcel.received", BAG, cb.ParcelReceived(by=THERE, on=MONDAY), "FS0002-01", "b", 1)
    one, other = after(held, handed, received), after(held, received, handed)
    assert one == other
    assert isinstance(one, Parcel)
    assert (one.state, one.holder, one.given_by) == (ParcelState.RECEIVED, THERE, COURIERS[0])
