"""Whatever is done at whatever windows, and however it comes together: every sheet is in one place, and every paper has one holder."""

from __future__ import annotations

from collections import Counter as Tallied
from collections.abc import Iterable
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Manifest, Parcel
from clerk_app.domain.journal import CENTRAL, Verdict
from clerk_app.domain.tracing import whereabouts
from tests.support.custody_story import WINDOWS, Story


class Checked(Story):
    """A story, and what must hold of it always."""

    def check(self) -> None:
        """What must hold at central and at every window at any moment."""
        for window in (CENTRAL, *WINDOWS):
            for case in self.cases(window):
                accounted(case)
                self._held_once(window, case)
            for number, closed in self.lists.items():
                stood = self.stood(window, number)
                assert stood is None or (isinstance(stood, Manifest) and stood.closed == closed)

    def _held_once(self, window: str, case: Case) -> None:
        records = (
            self.town.held[case.number].records if window == CENTRAL else self.town.windows[window].known[case.number]
        )

        def parcel_of(number: str) -> Parcel | None:
            stood = self.stood(window, number)
            return stood if isinstance(stood, Parcel) else None

        found = whereabouts(case, list(records), parcel_of, lambda code: code)
        assert counted((w.material, w.originals, w.copies) for w in found) == counted(
            (lot.material, lot.originals, lot.copies) for lot in case.lots
        )
        for one in found:
            assert min(one.originals, one.copies) >= 0 < one.originals + one.copies
            assert one.holder.code
            assert [step.at for step in one.steps] == sorted(step.at for step in one.steps)

    def check_together(self) -> None:
        """What must hold once everybody heard everything."""
        self.town.sync_all()
        self.check()
        for subject in self.town.held:
            for window in WINDOWS:
                assert self.stood(window, subject) == self.stood(CENTRAL, subject)


def accounted(case: Case) -> None:
    """Every kept sheet is in one place, and nothing else is anywhere."""
    assert all(min(lot.originals, lot.copies) >= 0 < lot.originals + lot.copies for lot in case.lots)
    assert len({(lot.material, lot.at) for lot in case.lots}) == len(case.lots)
    held = counted((lot.material, lot.originals, lot.copies) for lot in case.lots)
    kept = counted((t.material, t.originals_kept, t.copies_kept) for t in case.tallies.values())
    result = {cb.RESULT: (1, 0)} if case.decided is not None else {}
    assert held == {**kept, **result}


def counted(sheets: Iterable[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for material, originals, copies in sheets:
        before = found.get(material, (0, 0))
        found[material] = (before[0] + originals, before[1] + copies)
    return {material: told for material, told in found.items() if told != (0, 0)}


ACTS = (
    "receive",
    "check",
    "supplement",
    "accept",
    "end",
    "move",
    "decide",
    "pack",
    "repack",
    "unpack",
    "hand_over",
    "arrive",
    "note",
    "conclude",
    "settle",
    "give_back",
    "log_in",
    "deliver",
)
OFTEN = ("pack", "pack", "arrive", "hand_over", "settle", "sync", "sync", "sync")
small = st.integers(0, 11)
acts = st.tuples(
    st.sampled_from((*WINDOWS, CENTRAL)),
    st.sampled_from((*ACTS, *OFTEN)),
    small,
    small,
)


Happened = list[tuple[str, str, int, int]]


def told(happened: Happened, *, decided: bool) -> Checked:
    """What came of it; at every step everything holds that must."""
    story = Checked(decided=decided)
    for window, name, one, other in happened:
        if name != "sync":
            story.act(CENTRAL if name == "decide" else window, name, one, other)
        elif window != CENTRAL:
            story.town.sync(window)
        story.check()
    story.check_together()
    return story


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(acts, max_size=40), st.booleans())
def test_every_sheet_is_in_one_place_and_has_one_holder_at_any_time_and_everybody_agrees(
    happened: Happened, decided: bool
) -> None:
    told(happened, decided=decided)


def test_what_is_tried_does_happen() -> None:
    """Among stories like these every act is done, and every verdict is said of a bag's papers: the property says something."""
    chance = Random(6)
    done: Tallied[str] = Tallied()
    verdicts: set[tuple[str, str | None]] = set()
    for n in range(80):
        story = told([drawn(chance) for _ in range(chance.randrange(20, 50))], decided=n % 2 == 0)
        done += story.done
        verdicts |= {(r.entry.kind, r.verdict) for held in story.town.held.values() for r in held.records}
    assert {*done} == {*ACTS}
    for verdict in (Verdict.APPLIED, Verdict.MERGED, Verdict.CONFLICTING):
        assert {("papers.packed", verdict), ("papers.unpacked", verdict), ("parcel.received", verdict)} <= verdicts
        assert ("papers.given_back", verdict) in verdicts
    assert ("parcel.handed_over", Verdict.CONFLICTING) in verdicts


def drawn(chance: Random) -> tuple[str, str, int, int]:
    window, name = chance.choice((*WINDOWS, CENTRAL)), chance.choice((*ACTS, *OFTEN))
    return window, name, chance.randrange(12), chance.randrange(12)
