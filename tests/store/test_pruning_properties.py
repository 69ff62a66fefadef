"""Over any history: what is unsent is never pruned, and what is pruned was confirmed, in a completed backup, over and old."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clerk_app.domain.case import fold
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import OPEN
from clerk_app.store.books.pruning import SHORTEST, Coverage
from clerk_app.store.books.runs import verify_kept
from clerk_app.store.records import Records
from tests.support.pruned import over, own_of
from tests.support.window_journal import KEY, TODAY, WINDOW, Journal


class History(RuleBasedStateMachine):
    """A window, another one, central and its backups, in any order; pruning at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.records = self.open()
        self.mine = Journal()
        self.other = Journal(window="FS0001-02")
        self.said: dict[str, Record] = {}
        """What central holds, by entry id, with its final word."""
        self.begun: tuple[int, set[str]] | None = None
        self.completed: set[str] = set()
        self.day: date = TODAY
        self.pruned: set[str] = set()

    def open(self) -> Records:
        return Records.open(Path(self.folder.name), KEY, window=WINDOW)

    def teardown(self) -> None:
        self.records.close()
        self.folder.cleanup()

    def central(self, entry: Entry, verdict: Verdict) -> Record:
        if entry.kind == "case.received" and verdict is Verdict.CONFLICTING:
            verdict = Verdict.APPLIED  # before it there is nothing that it could contradict
        position = 1 + max((r.position or 0 for r in self.said.values()), default=0)
        told = None if verdict in {Verdict.REFUSED, Verdict.QUARANTINED} else position
        problem = None if verdict.counts else {"title": "sample"}
        return self.said.setdefault(entry.id, Record(entry=entry, verdict=verdict, position=told, problem=problem))

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    @rule(ended=st.booleans())
    def a_good_month(self, ended: bool) -> None:
        """All is said and heard, backups are made, and nobody is in a hurry."""
        self.receive(ended)
        self.push(1000, Verdict.APPLIED, answered=True)
        self.pull(1000, again=False)
        self.a_backup_begins()
        self.time_passes(SHORTEST + 5)
        self.a_backup_is_completed()

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.mine.day = self.other.day = self.day

    @rule(ended=st.booleans())
    def receive(self, ended: bool) -> None:
        entry = self.mine.receive()
        self.mine.write(self.records, entry)
        if ended:
            self.mine.write(self.records, over(self.mine, entry.subject))

    @rule(data=st.data(), ending=st.booleans(), elsewhere=st.booleans())
    def go_on(self, data: st.DataObject, ending: bool, elsewhere: bool) -> None:
        known = sorted(s.number for s in self.records.summaries())
        if not known:
            return
        number = data.draw(st.sampled_from(known))
        kept = self.records.case(number)
        assert kept is not None
        journal = self.other if elsewhere else self.mine
        journal.cases[number] = kept
        entry = over(journal, number) if ending else journal.remark(number)
        if elsewhere:
            self.central(entry, Verdict.APPLIED)
        else:
            self.mine.write(self.records, entry)

    @rule(ended=st.booleans())
    def elsewhere(self, ended: bool) -> None:
        entry = self.other.receive()
        self.central(entry, Verdict.APPLIED)
        if ended:
            self.central(over(self.other, entry.subject), Verdict.APPLIED)

    @rule(
        size=st.integers(1, 8),
        verdict=st.sampled_from([Verdict.APPLIED] * 5 + [*Verdict]),
        answered=st.sampled_from([True, True, False]),
    )
    def push(self, size: int, verdict: Verdict, answered: bool) -> None:
        batch = self.records.unsent(size, 1 << 20)
        told = [self.central(entry, Verdict.APPLIED if n else verdict) for n, entry in enumerate(batch)]
        if answered:
            self.records.settle([(r.entry.id, r.verdict, r.position, r.problem) for r in told if r.verdict])

    @rule(page=st.integers(1, 8), again=st.sampled_from([False, False, False, True]))
    def pull(self, page: int, again: bool) -> None:
        after = 0 if again else self.records.feed_cursor()
        feed = sorted((r for r in self.said.values() if (r.position or 0) > after), key=lambda r: r.position or 0)
        rows = feed if again else feed[:page]
        self.records.take_feed(rows, max([after, *((r.position or 0) for r in rows)]))

    @rule()
    def a_backup_begins(self) -> None:
        self.begun = max((r.position or 0 for r in self.said.values()), default=0), set(self.said)

    @precondition(lambda self: self.begun is not None)
    @rule()
    def a_backup_is_completed(self) -> None:
        assert self.begun is not None
        position, ids = self.begun
        self.completed |= ids
        own = [r.entry.n for r in self.said.values() if r.entry.id in ids and r.entry.window == WINDOW]
        self.records.pruning.cover(Coverage(max(own, default=0), position, self.now().isoformat()))

    @rule()
    def open_anew(self) -> None:
        self.records.close()
        self.records = self.open()

    @rule(days=st.integers(0, 60))
    def prune(self, days: int) -> None:
        records = self.records
        before = records.journal()
        unsent = records.unsent(10_000, 1 << 30)
        cases = {s.number: records.case(s.number) for s in records.summaries()}
        records.pruning.prune(days, self.now())
        after = records.journal()
        assert records.unsent(10_000, 1 << 30) == unsent
        left = {r.entry.id for r in after}
        assert after == [r for r in before if r.entry.id in left]
        gone = [r for r in before if r.entry.id not in left]
        for record in gone:
            held = self.said[record.entry.id]
            assert held.position is not None
            assert record.entry.id in self.completed
            assert date.fromisoformat(record.entry.at[:10]) <= self.day - timedelta(days=max(days, SHORTEST))
            case = cases.get(record.entry.subject)
            if case is None:  # the rest of a case that went before
                assert record.entry.subject in self.pruned
            else:
                assert case.state not in OPEN
                assert case.conflicts == ()
        subjects = {r.entry.subject for r in gone}
        assert subjects.isdisjoint(r.entry.subject for r in after)
        self.pruned |= subjects

    @invariant()
    def what_is_here_is_whole(self) -> None:
        records = self.records
        assert records.damages() == []
        assert records.rebuild() == []
        everything = records.journal()
        own = own_of(records)
        assert verify_kept(own, records.pruned()) is None
        assert records.head() == (self.mine.n, self.mine.previous)
        pruned = {n for run in records.pruned() for n in range(run.first, run.last + 1)}
        assert pruned | {entry.n for entry in own} == set(range(1, self.mine.n + 1))
        assert [e.n for e in records.unsent(10_000, 1 << 30)] == [
            r.entry.n for r in sorted(everything, key=lambda r: r.entry.n) if r.verdict is None
        ]
        subjects = {r.entry.subject for r in everything}
        folded = {s: fold(r for r in everything if r.entry.subject == s) for s in subjects}
        assert {s.number for s in records.summaries()} == {s for s, case in folded.items() if case is not None}
        assert records.case_count() == len(records.summaries())


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
