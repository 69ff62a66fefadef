"""Every pair of kinds: what is said to commute folds to the same case in either order; whatever does not is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.acts import refusal
from clerk_app.domain.case import Case, fold
from clerk_app.domain.checklist import Tally
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import CENTRAL, Entry, Record, Verdict, point_of
from clerk_app.domain.kinds import KINDS, About, State
from clerk_app.domain.merge import BY_MATERIAL, COMMUTES, CONFLICTS, against, commutes, judge, pair_table
from clerk_app.planning import Decide
from tests.support.story import ALL, MONDAY, PERMIT, Counter, without
from tests.support.supervising import drawn, supervising

LINES = tuple(m.id for m in PERMIT.materials)
WINDOWS = ("FS0001-02", "FS0001-03", "FS0002-01", "FS0003-01")
TABLE = pair_table(About.CASE)
CASE_KINDS = [name for name, kind in KINDS.items() if About.CASE in kind.about]
BAGS = tuple(parcel_number("FS0001", "01", MONDAY, n) for n in (1, 2))
NUMBER = "FS0001-01-250602-0001-6"
DUE = DueDay(day=MONDAY + timedelta(days=5), provisional=False)


def begun(state: State) -> Counter:
    """A case brought to a state."""
    counter = Counter()
    if state is State.RECEIVED:
        counter.receive(without("form", "lease"), Decide.RECEIVE)
    elif state is State.NOTIFIED:
        counter.receive(without("form", "lease"))
    elif state is State.PROVISIONAL:
        counter.receive(without("lease", "photo"), Decide.PROVISIONAL)
    else:
        counter.receive(ALL)
    return counter


BEYOND: dict[State, tuple[tuple[str, Any], ...]] = {
    State.UNDER_REVIEW: (("case.taken_up", b.TakenUp(on=MONDAY)),),
    State.DECIDED: (
        ("case.taken_up", b.TakenUp(on=MONDAY)),
        ("case.decided", b.Decided(on=MONDAY, outcome="approved")),
    ),
    State.WITHDRAWN: (("case.withdrawn", b.Ended(on=MONDAY)),),
}


OVERSEEN: dict[str, tuple[str, Any]] = {
    "concluded": ("task.concluded", sb.TaskConcluded(task="breach:1", outcome="guide")),
    "sent back": ("task.sent_back", sb.TaskSentBack(task="breach:1", to="", reason="说明", by=DUE)),
    "urged": ("case.urged", sb.Urged(to="公安", text="请办理", answer_by=DUE)),
    "marked": ("mark.added", sb.MarkAdded(reason="伪造", basis="条例")),
}


@cache
def history(state: State, extra: str) -> tuple[Record, ...]:
    """What central holds of a case in a state, with something that happened to it besides."""
    counter = begun(state)
    for kind, body in BEYOND.get(state, ()):
        counter.entries.append(counter.entry(kind, body, CENTRAL))
    records = [Record(entry=e, verdict=Verdict.APPLIED) for e in counter.entries]
    asides: dict[str, tuple[str, Any, str, Verdict]] = {
        "moved": ("case.moved", b.Moved(to="FS0002", on=MONDAY), "FS0002-01", Verdict.APPLIED),
        "complete": ("materials.checked", b.Checked(tallies=ALL), "FS0001-02", Verdict.APPLIED),
        "scanned": ("scan.attached", scan("form", "1"), "FS0001-02", Verdict.APPLIED),
        "packed": ("papers.packed", packed("form", BAGS[0]), "FS0001-02", Verdict.APPLIED),
        "disputed bag": ("papers.packed", packed("form", BAGS[1]), "FS0001-02", Verdict.CONFLICTING),
        "paused": ("case.suspended", b.Suspended(on=MONDAY, reason="勘验"), CENTRAL, Verdict.APPLIED),
        "disputed": ("case.declined", b.Declined(on=MONDAY, reason="不符"), "FS0001-02", Verdict.CONFLICTING),
        "disputed move": ("case.moved", b.Moved(to="FS0003", on=MONDAY), "FS0003-01", Verdict.CONFLICTING),
        "disputed check": (
            "materials.checked",
            b.Checked(tallies=(Tally(material="form"),)),
            "FS0001-02",
            Verdict.CONFLICTING,
        ),
        "disputed number": ("case.numbered", b.Numbered(official="GD0"), CENTRAL, Verdict.CONFLICTING),
        **{name: (kind, said, "FS0001-02", Verdict.APPLIED) for name, (kind, said) in OVERSEEN.items()},
        "drawn": ("verification.drawn", drawn(NUMBER, MONDAY), "FS0001-02", Verdict.APPLIED),
    }
    if extra:
        kind, body, window, verdict = asides[extra]
        entry = replace(counter.entry(kind, body, window), id="extra")
        records.append(Record(entry=entry, verdict=verdict))
    return tuple(replace(r, position=n) for n, r in enumerate(records, start=1))


STATES = (
    State.RECEIVED,
    State.NOTIFIED,
    State.ACCEPTED,
    State.PROVISIONAL,
    State.UNDER_REVIEW,
    State.DECIDED,
    State.WITHDRAWN,
)
EXTRAS = (
    "",
    "complete",
    "moved",
    "scanned",
    "paused",
    "packed",
    "disputed bag",
    "disputed",
    "disputed move",
    "disputed check",
    "disputed number",
    "drawn",
    *OVERSEEN,
)


def packed(material: str, bag: str, source: str = "", copies: int = 1) -> cb.Packed:
    line = cb.PaperLine(case="FS0001-01-250602-0001-6", material=material, name="x", copies=copies)
    return cb.Packed(parcel=bag, lines=(line,), source=source)


def scan(material: str, digit: str) -> b.ScanAttached:
    return b.ScanAttached(material=material, sha256=digit * 64, size=1000, media="application/pdf", pages=2)


def body_of(draw: st.DrawFn, kind: str, case: Case, window: str) -> Any:
    """Something an entry of this kind may say of the case."""
    on = MONDAY + timedelta(days=draw(st.integers(0, 3)))
    lines = draw(st.lists(st.sampled_from(LINES), unique=True, max_size=3))
    tallies = tuple(Tally(material=line, originals_kept=1, copies_kept=draw(st.integers(0, 2))) for line in lines)
    asked = [d.material for n in case.notices for d in n.deficits] + [o.material for o in case.owed]
    answered = tuple(b.SupplementLine(material=t.material, name="x", brought=t, cured=True) for t in tallies)
    answered = answered if {*lines} <= {*asked} or draw(st.booleans()) else ()
    whole: dict[str, Any] = {
        "case.received": b.Settled(entry="x", stands=True),
        "materials.checked": b.Checked(tallies=tallies),
        "notice.given": b.NoticeGiven(
            number=1,
            deficits=case.deficits(on),
            given_on=on,
            stage=draw(st.sampled_from(["complete", "correct"])),
        ),
        "case.supplemented": b.Supplemented(
            on=on, lines=answered, tallies=tallies, visit=draw(st.booleans()), visit_reason=draw(st.text(max_size=1))
        ),
        "case.accepted": b.Accepted(accepted_on=on, promised_due=DUE),
        "case.accepted_provisionally": b.AcceptedProvisionally(
            accepted_on=on,
            owed=tuple(b.Owed(material=d.material, name=d.name, by=DUE) for d in case.deficits(on)),
            promised_due=DUE,
        ),
        "case.declined": b.Declined(on=on, reason="不符"),
        "case.withdrawn": b.Ended(on=on),
        "case.returned": b.Ended(on=on, reason="逾期"),
        "case.numbered": b.Numbered(official=draw(st.sampled_from(["GD1", "GD2"]))),
        "case.taken_up": b.TakenUp(on=on),
        "case.suspended": b.Suspended(on=on, reason="听证"),
        "case.resumed": b.Resumed(on=on, promised_due=DUE),
        "case.decided": b.Decided(on=on, outcome=draw(st.sampled_from(["approved", "denied"]))),
        "result.delivered": b.Delivered(on=on, to="本人"),
        "result.arrived": cb.ResultArrived(on=on),
        "papers.packed": taken_from(draw, case),
        "papers.given_back": cb.GivenBack(lines=taken_from(draw, case).lines, on=on, to="本人"),
        "papers.unpacked": cb.Unpacked(parcel=draw(st.sampled_from(BAGS)), lines=taken_from(draw, case).lines),
        "case.moved": b.Moved(to=point_of(window), on=on, reason=draw(st.text(max_size=1))),
        "scan.attached": scan(draw(st.sampled_from(LINES)), draw(st.sampled_from("12"))),
        "scan.removed": b.ScanRemoved(entry=draw(st.sampled_from(["extra", "a", "b", "none"]))),
        "remark.added": b.Remarked(text=draw(st.text(max_size=2))),
        "identity.shown": b.Shown(),
        "visit.recorded": b.Visited(on=on, reason=draw(st.text(max_size=1))),
        "conflict.settled": b.Settled(entry=draw(st.sampled_from(["extra", "none"])), stands=draw(st.booleans())),
        "entry.mended": b.Mended(entry="none"),
        "entry.lost": b.Lost(stands_for="", reason="断电"),
        **supervising(draw, case.number, on),
    }
    return whole[kind]


def taken_from(draw: st.DrawFn, case: Case) -> cb.Packed:
    """Some of what the case has somewhere."""
    lot = draw(st.sampled_from(case.lots))
    originals, copies = draw(st.integers(0, lot.originals)), draw(st.integers(0, lot.copies))
    line = cb.PaperLine(case=case.number, material=lot.material, name="x", originals=originals, copies=copies)
    source = lot.at.removeprefix("parcel:") if lot.at.startswith("parcel:") else ""
    return cb.Packed(parcel=draw(st.sampled_from(BAGS)), lines=(line,), source=source)


@st.composite
def pairs(draw: st.DrawFn, kinds: tuple[str, str]) -> tuple[tuple[Record, ...], Entry, Entry]:
    """A case, and two acts of two windows that had both seen all of it."""
    state, extra = draw(st.sampled_from(STATES)), draw(st.sampled_from(EXTRAS))
    held = history(state, extra)
    case = fold(held)
    assert case is not None
    counter = begun(state)
    one, other = draw(st.lists(st.sampled_from(WINDOWS), unique=True, min_size=2, max_size=2))
    acts = []
    for id, kind, asked in (("a", kinds[0], one), ("b", kinds[1], other)):
        window = asked if KINDS[kind].roles != KINDS["case.decided"].roles else CENTRAL
        entry = counter.entry(kind, body_of(draw, kind, case, window), window)
        acts.append(replace(entry, id=id, n=1, seen=len(held)))
    return held, acts[0], acts[1]


def after(held: Sequence[Record], *entries: Entry) -> Case | None:
    """The case once these acts were taken in, in this order; ``None`` where one of them is not allowed."""
    records = list(held)
    for entry in entries:
        if refusal(fold(records), entry) is not None:
            return None
        records.append(Record(entry=entry, verdict=Verdict.MERGED, position=len(records) + 1))
    case = fold(records)
    assert case is not None
    return replace(case, entries=0, updated_at="")


@pytest.mark.parametrize("kind", CASE_KINDS)
@given(data=st.data())
def test_what_commutes_folds_to_the_same_case_in_either_order_and_whatever_does_not_is_declared(
    kind: str, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from(CASE_KINDS), label="other")
    held, a, b_ = data.draw(pairs((kind, other)), label="pair")
    one, another = after(held, a, b_), after(held, b_, a)

    assert commutes(a, b_) == commutes(b_, a)
    if commutes(a, b_):
        assert one is None or another is None or one == another
        assert TABLE[kind, other] in {COMMUTES, BY_MATERIAL}
    else:
        assert TABLE[kind, other] in {CONFLICTS, BY_MATERIAL}


@pytest.mark.parametrize(
    "kinds",
    [
        ("materials.checked", "case.supplemented"),
        ("case.supplemented", "case.supplemented"),
        ("case.moved", "materials.checked"),
        ("case.moved", "case.supplemented"),
        ("case.moved", "case.numbered"),
        ("scan.attached", "case.accepted"),
        ("scan.removed", "scan.attached"),
        ("remark.added", "case.declined"),
        ("visit.recorded", "case.moved"),
        ("case.numbered", "case.decided"),
        ("conflict.settled", "scan.attached"),
        ("papers.packed", "case.numbered"),
        ("papers.packed", "papers.packed"),
        ("papers.packed", "case.supplemented"),
        ("papers.unpacked", "papers.packed"),
        ("result.arrived", "papers.packed"),
        ("task.concluded", "task.concluded"),
        ("task.answered", "case.urged"),
        ("act.undo_asked", "task.concluded"),
        ("case.extended", "task.assigned"),
        ("case.urge_answered", "case.urge_answered"),
        ("rating.given", "verification.drawn"),
        ("verification.done", "task.concluded"),
        ("mark.added", "finding.recorded"),
    ],
)
def test_the_pairs_that_are_tried_are_pairs_that_happen(kinds: tuple[str, str]) -> None:
    """There is a case in which both orders are allowed: the property above says something."""

    def happens(told: tuple[tuple[Record, ...], Entry, Entry]) -> bool:
        held, one, other = told
        return commutes(one, other) and None not in (after(held, one, other), after(held, other, one))

    assert find(pairs(kinds), happens, settings=settings(max_examples=5000, phases=[Phase.generate]))


def test_the_table_is_the_same_read_from_either_side() -> None:
    assert all(TABLE[one, other] == TABLE[other, one] for one in CASE_KINDS for other in CASE_KINDS)
    assert TABLE["materials.checked", "case.supplemented"] == BY_MATERIAL
    assert TABLE["case.moved", "case.moved"] == CONFLICTS
    assert TABLE["case.moved", "materials.checked"] == COMMUTES
    assert TABLE["case.numbered", "case.numbered"] == CONFLICTS


def test_a_case_is_decided_over_where_it_is_handled() -> None:
    counter = begun(State.RECEIVED)
    moved = counter.entry("case.moved", b.Moved(to="FS0002", to_name="南海", on=MONDAY), "FS0002-01")
    assert refusal(counter.case, moved) is None
    counter.entries.append(moved)
    assert counter.case.place == "FS0002"
    declined = b.Declined(on=MONDAY, reason="不符")
    told = refusal(counter.case, counter.entry("case.declined", declined, "FS0001-01"))
    assert told is not None
    assert (told.code, "南海" in told.message) == ("case-elsewhere", True)
    assert refusal(counter.case, counter.entry("case.declined", declined, "FS0002-09")) is None
    assert refusal(counter.case, counter.entry("remark.added", b.Remarked(text="x"), "FS0001-01")) is None
    settled = b.Settled(entry="x", stands=False)
    assert refusal(counter.case, counter.entry("conflict.settled", settled, "FS0001-01")) is None
    department = counter.entry("notice.given", b.NoticeGiven(number=1, deficits=(), given_on=MONDAY), CENTRAL)
    assert refusal(counter.case, department) is not None
    assert refusal(counter.case, department) != told


@pytest.mark.parametrize(("to", "window"), [("", "FS0002-01"), ("FS0003", "FS0002-01"), ("FS0001", "FS0001-02")])
def test_a_point_takes_up_for_itself_what_is_not_there(to: str, window: str) -> None:
    counter = begun(State.RECEIVED)
    told = refusal(counter.case, counter.entry("case.moved", b.Moved(to=to, on=MONDAY), window))
    assert told is not None
    assert told.code == "rule"


def test_a_case_that_is_over_goes_nowhere() -> None:
    counter = begun(State.RECEIVED)
    counter.entries.append(counter.entry("case.withdrawn", b.Ended(on=MONDAY)))
    told = refusal(counter.case, counter.entry("case.moved", b.Moved(to="FS0002", on=MONDAY), "FS0002-01"))
    assert told is not None
    assert told.code == "state-forbids"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"material": "no such"}, "material-unknown"),
        ({"sha256": "A" * 64}, "scan-invalid"),
        ({"sha256": "a" * 63}, "scan-invalid"),
        ({"size": 0}, "scan-invalid"),
        ({"size": (20 << 20) + 1}, "scan-invalid"),
        ({"pages": 0}, "scan-invalid"),
        ({"pages": 201}, "scan-invalid"),
        ({"media": "image/gif"}, "scan-invalid"),
        ({"size": 20 << 20, "pages": 200}, ""),
    ],
)
def test_a_scan_that_central_would_not_take_is_not_attached(changed: dict[str, Any], code: str) -> None:
    counter = begun(State.RECEIVED)
    told = refusal(counter.case, counter.entry("scan.attached", replace(scan("form", "a"), **changed)))
    assert (told.code if told is not None else "") == code


def test_a_scan_is_taken_away_by_its_entry_and_twice_is_once() -> None:
    counter = begun(State.RECEIVED)
    attached = counter.entry("scan.attached", scan("form", "a"))
    removed = b.ScanRemoved(entry=attached.id)
    refused = refusal(counter.case, counter.entry("scan.removed", removed))
    assert refused is not None
    counter.entries.append(attached)
    assert [s.material for s in counter.case.scans] == ["form"]
    counter.entries.append(counter.entry("scan.removed", removed))
    assert counter.case.scans == ()
    assert refusal(counter.case, counter.entry("scan.removed", removed, "FS0001-02")) is None


@pytest.mark.parametrize("body", [b.Mended(entry=""), b.Mended(entry="a", by="a")])
def test_what_mends_names_another(body: b.Mended) -> None:
    counter = begun(State.RECEIVED)
    told = refusal(counter.case, counter.entry("entry.mended", body))
    assert told is not None
    assert told.code == "body-invalid"


def test_both_sides_of_a_conflict_are_told() -> None:
    counter = begun(State.RECEIVED)
    declined = counter.entry("case.declined", b.Declined(on=MONDAY, reason="不符"), "FS0001-02")
    remark = counter.entry("remark.added", b.Remarked(text="x"), "FS0001-02")
    withdrawn = replace(counter.entry("case.withdrawn", b.Ended(on=MONDAY), "FS0001-03"), n=1, seen=1)
    first = Record(entry=counter.entries[0], verdict=Verdict.APPLIED, position=1)
    held = [
        first,
        Record(entry=replace(remark, id="r", n=1), verdict=Verdict.APPLIED, position=2),
        Record(entry=replace(declined, id="d", n=2), verdict=Verdict.APPLIED, position=3),
    ]
    withdrawn = replace(withdrawn, id="w")
    assert judge(withdrawn, held) is Verdict.CONFLICTING
    held.append(Record(entry=withdrawn, verdict=Verdict.CONFLICTING, position=4))
    assert [e.id for e in against(withdrawn, held)] == ["d"]
    # Another window does not hold what was refused of the one that said it, so that ``seen`` seems to reach further.
    assert [e.id for e in against(replace(withdrawn, seen=3), held)] == ["d"]
