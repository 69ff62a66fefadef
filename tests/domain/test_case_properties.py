"""Properties of the fold: total, independent of the order of what commutes, and the same on both ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain.case import evolve, fold
from clerk_app.domain.checklist import Tally
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.merge import commutes, judge
from clerk_app.planning import Decide
from tests.support.story import MONDAY, Counter, without

LINES = ("form", "card", "lease", "photo")
OTHERS = tuple(f"FS0001-{n:02d}" for n in range(2, 6))


def begun() -> Counter:
    counter = Counter()
    counter.receive((), Decide.RECEIVE)
    return counter


@st.composite
def acts(draw: st.DrawFn, count: int) -> tuple[str, Any]:
    """An act some other window may have done without seeing the rest."""
    kind = draw(st.sampled_from(["check", "supplement", "remark", "visit", "look", "number"]))
    line = draw(st.sampled_from(LINES))
    tally = Tally(material=line, copies_kept=draw(st.integers(1, 3)), originals_kept=draw(st.integers(0, 1)))
    day = MONDAY
    made: dict[str, tuple[str, Any]] = {
        "check": ("materials.checked", b.Checked(tallies=(tally,))),
        "supplement": (
            "case.supplemented",
            b.Supplemented(
                on=day,
                lines=(b.SupplementLine(material=line, name=line, brought=tally, cured=True),),
                tallies=(tally,),
            ),
        ),
        "remark": ("remark.added", b.Remarked(text=draw(st.text(min_size=1, max_size=5)))),
        "visit": ("visit.recorded", b.Visited(on=day)),
        "look": ("identity.shown", b.Shown()),
        "number": ("case.numbered", b.Numbered(official=f"GD{count}")),
    }
    return made[kind]


@given(st.data())
def test_any_order_of_commuting_entries_folds_to_the_same_case(data: st.DataObject) -> None:
    counter = begun()
    chosen: list[Entry] = []
    for n in range(data.draw(st.integers(2, 6))):
        kind, body = data.draw(acts(n))
        entry = replace(counter.entry(kind, body, OTHERS[n % len(OTHERS)]), id=f"e{n}", n=n + 1)
        if kind == "case.numbered" and any(e.kind == kind for e in chosen):
            continue
        if all(commutes(entry, other) for other in chosen):
            chosen.append(entry)
    first = Record(entry=counter.entries[0], verdict=Verdict.APPLIED, position=1)
    cases = []
    for order in (chosen, data.draw(st.permutations(chosen))):
        records = [Record(entry=e, verdict=Verdict.MERGED, position=2 + i) for i, e in enumerate(order)]
        cases.append(fold([first, *records]))

    assert cases[0] == cases[1]


@given(
    st.sampled_from([*KINDS, "no.such", ""]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
)
def test_no_entry_whatever_it_holds_breaks_the_fold(kind: str, body: Any) -> None:
    counter = begun()
    entry = replace(
        counter.entry("remark.added", b.Shown()), kind=kind, body=body if isinstance(body, dict) else {"x": body}
    )

    after = evolve(counter.case, entry)

    assert after is not None
    assert after.entries == counter.case.entries + 1
    evolve(None, entry)


def test_two_decisions_without_having_seen_each_other_conflict() -> None:
    counter = begun()
    notice = b.NoticeGiven(number=1, deficits=counter.case.deficits(counter.today), given_on=counter.today)
    held = [Record(entry=counter.entries[0], verdict=Verdict.APPLIED, position=1)]
    one = replace(counter.entry("notice.given", notice, "FS0001-02"), seen=1, n=1)
    other = replace(
        counter.entry("case.declined", b.Declined(on=counter.today, reason="不符合条件"), "FS0001-03"), seen=1, n=1
    )

    assert judge(one, held) is Verdict.APPLIED
    held.append(Record(entry=one, verdict=Verdict.APPLIED, position=2))
    assert judge(other, held) is Verdict.CONFLICTING
    assert judge(replace(other, seen=2), held) is Verdict.APPLIED


def test_a_conflicting_entry_is_kept_aside_until_a_supervisor_lets_it_stand() -> None:
    counter = begun()
    declined = replace(counter.entry("case.declined", b.Declined(on=counter.today, reason="不符合条件")), id="late")
    records = [
        Record(entry=counter.entries[0], verdict=Verdict.APPLIED, position=1),
        Record(entry=declined, verdict=Verdict.CONFLICTING, position=2),
    ]
    case = fold(records)
    assert case is not None
    assert case.conflicts == ("late",)
    assert case.state == "received"
    settled = counter.entry("conflict.settled", b.Settled(entry="late", stands=True))

    case = fold([*records, Record(entry=settled, verdict=Verdict.APPLIED, position=3)])

    assert case is not None
    assert case.conflicts == ()
    assert case.state == "declined"


def test_a_settlement_in_conflict_with_another_takes_effect_once_it_is_let_stand() -> None:
    counter = begun()
    declined = replace(counter.entry("case.declined", b.Declined(on=counter.today, reason="不符合条件")), id="late")
    dropped = replace(counter.entry("conflict.settled", b.Settled(entry="late", stands=False)), id="first")
    kept = replace(counter.entry("conflict.settled", b.Settled(entry="late", stands=True)), id="second")
    last = counter.entry("conflict.settled", b.Settled(entry="second", stands=True))
    records = [
        Record(entry=counter.entries[0], verdict=Verdict.APPLIED, position=1),
        Record(entry=declined, verdict=Verdict.CONFLICTING, position=2),
        Record(entry=dropped, verdict=Verdict.APPLIED, position=3),
        Record(entry=kept, verdict=Verdict.CONFLICTING, position=4),
    ]
    case = fold(records)
    assert case is not None
    assert (case.state, case.conflicts) == ("received", ("second",))

    case = fold([*records, Record(entry=last, verdict=Verdict.APPLIED, position=5)])

    assert case is not None
    assert (case.state, case.conflicts) == ("declined", ())


def test_checks_of_different_materials_merge_and_of_the_same_conflict() -> None:
    counter = begun()
    held = [Record(entry=counter.entries[0], verdict=Verdict.APPLIED, position=1)]
    form = replace(
        counter.entry("materials.checked", b.Checked(tallies=(Tally(material="form"),)), "FS0001-02"), seen=1, n=1
    )
    held.append(Record(entry=form, verdict=Verdict.APPLIED, position=2))
    card = b.Checked(tallies=(Tally(material="card"),))

    assert judge(replace(counter.entry("materials.checked", card, "FS0001-03"), seen=1, n=1), held) is Verdict.MERGED
    again = replace(form, window="FS0001-03", id="again")
    assert judge(again, held) is Verdict.CONFLICTING


def test_refused_entries_leave_no_trace_in_the_case() -> None:
    counter = Counter()
    counter.receive(without("lease"))
    records = [Record(entry=e) for e in counter.entries]
    remark = counter.entry("remark.added", b.Remarked(text="x"))

    assert fold([*records, Record(entry=remark, verdict=Verdict.REFUSED)]) == fold(records)
