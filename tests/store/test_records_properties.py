"""Whatever a window and central say to each other, the kept state is what the journal tells, also after opening anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from clerk_app.domain.case import fold
from clerk_app.domain.journal import Entry, Record, Verdict, verify_chain
from clerk_app.store.records import Records
from tests.support.window_journal import KEY, WINDOW, Journal

VERDICTS = st.sampled_from([*Verdict])


class Window(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.records = self.open()
        self.mine = Journal()
        self.other = Journal(window="FS0001-02")
        self.said: dict[str, Record] = {}
        """What central holds, by entry id."""

    def open(self) -> Records:
        return Records.open(Path(self.folder.name), KEY, window=WINDOW)

    def teardown(self) -> None:
        self.records.close()
        self.folder.cleanup()

    def central(self, entry: Entry, verdict: Verdict) -> Record:
        """Central's word on an entry: said once, then the same for ever."""
        position = len(self.said) + 1 if verdict not in {Verdict.REFUSED, Verdict.QUARANTINED} else None
        problem = None if verdict.counts else {"title": "sample"}
        return self.said.setdefault(entry.id, Record(entry=entry, verdict=verdict, position=position, problem=problem))

    @rule(several=st.integers(1, 3))
    def receive(self, several: int) -> None:
        with self.records.transaction():
            for _ in range(several):
                self.mine.write(self.records, self.mine.receive())

    @rule(data=st.data(), accept=st.booleans())
    def go_on(self, data: st.DataObject, accept: bool) -> None:
        known = [s.number for s in self.records.summaries()]
        if known:
            number = data.draw(st.sampled_from(known))
            kept = self.records.case(number)
            assert kept is not None
            self.mine.cases[number] = kept
            self.mine.write(self.records, self.mine.accept(number) if accept else self.mine.remark(number))

    @rule()
    def elsewhere(self) -> None:
        self.central(self.other.receive(), Verdict.APPLIED)

    @rule(size=st.integers(1, 4), verdicts=st.lists(VERDICTS, min_size=4, max_size=4), answered=st.booleans())
    def push(self, size: int, verdicts: list[Verdict], answered: bool) -> None:
        batch = self.records.unsent(size, 1 << 20)
        told = [self.central(entry, verdict) for entry, verdict in zip(batch, verdicts, strict=False)]
        if answered:  # else the answer was lost on the way
            self.records.settle([(r.entry.id, r.verdict, r.position, r.problem) for r in told if r.verdict])

    @rule(page=st.integers(1, 5), again=st.booleans())
    def pull(self, page: int, again: bool) -> None:
        after = 0 if again else self.records.feed_cursor()
        feed = sorted((r for r in self.said.values() if r.position), key=lambda r: r.position or 0)
        rows = [r for r in feed if (r.position or 0) > after][:page]
        self.records.take_feed(rows, max([after, *((r.position or 0) for r in rows)]))

    @rule()
    def open_anew(self) -> None:
        before = self.records.summaries()
        self.records.close()
        self.records = self.open()
        assert self.records.summaries() == before

    @invariant()
    def the_kept_state_is_what_the_journal_tells(self) -> None:
        records = self.records
        assert records.damages() == []
        assert records.rebuild() == []
        everything = records.journal()
        assert records.entry_count() == len(everything) == len({r.entry.id for r in everything})
        own = [r.entry for r in everything if r.entry.window == WINDOW]
        assert own == self.mine.entries
        assert verify_chain(own) is None
        assert records.head() == (self.mine.n, self.mine.previous)
        unsent = [r.entry for r in everything if r.verdict is None]
        assert records.unsent(10_000, 1 << 30) == unsent
        assert records.unsent_count() == len(unsent)
        assert {r.entry.id for r in records.refused()} == {
            r.entry.id for r in everything if r.verdict in {Verdict.REFUSED, Verdict.QUARANTINED}
        }
        self.lists_are_true(everything)

    def lists_are_true(self, everything: list[Record]) -> None:
        subjects = {r.entry.subject for r in everything}
        folded = {s: fold(r for r in everything if r.entry.subject == s) for s in subjects}
        shown = {s.number: s for s in self.records.summaries()}
        assert set(shown) == {s for s, case in folded.items() if case is not None}
        assert self.records.case_count() == len(shown)
        for number, summary in shown.items():
            assert summary.unsent == sum(r.verdict is None for r in everything if r.entry.subject == number)


TestWindow = Window.TestCase
TestWindow.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
