"""Over any history the sums the measures are told from are what the journal adds up to, and what was pruned had added."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.checklist import Deficit, DeficitKind, Tally
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.measures import contribution
from clerk_app.domain.standing import fold_any
from clerk_app.store.books import counted
from clerk_app.store.books.counted import MOST_RECENT
from tests.store.test_pruning_properties import History
from tests.support.pruned import over
from tests.support.window_journal import WINDOW, Journal

HERE = cb.Hand(kind=cb.HandKind.POINT, code="FS0001")
DEPARTMENT = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="GA", name="公安局")


def _bodies(journal: Journal, conflicting: str) -> dict[str, Any]:
    """Return a body for each kind that measures look at, as of the journal's day."""
    day, due = journal.day, DueDay(day=journal.day + timedelta(days=14))
    missing = Deficit(material="card", name="居民身份证", kind=DeficitKind.MISSING, cure="请提交", where="户政窗口")
    brought = Tally(material="card", originals_seen=1, copies_kept=1)
    line = b.SupplementLine(material="card", name="居民身份证", brought=brought, cured=True)
    return {
        "notice.given": b.NoticeGiven(number=1, deficits=(missing,), given_on=day),
        "case.supplemented": b.Supplemented(on=day, lines=(line,), tallies=(brought,), notice=1),
        "case.accepted": b.Accepted(accepted_on=day, promised_due=due),
        "case.accepted_provisionally": b.AcceptedProvisionally(
            accepted_on=day, owed=(b.Owed(material="card", name="居民身份证", by=due),), promised_due=due
        ),
        "case.declined": b.Declined(on=day, reason="样例", reason_code="scope"),
        "case.suspended": b.Suspended(on=day, reason="样例"),
        "case.resumed": b.Resumed(on=day, promised_due=due),
        "case.decided": b.Decided(on=day, outcome="denied"),
        "visit.recorded": b.Visited(on=day),
        "rating.given": sb.RatingGiven(level=2),
        "case.extended": sb.Extended(on=day, days=5, reason="样例", approved_by="样例", promised_due=due),
        "case.moved": b.Moved(to="FS0002", on=day),
        "conflict.settled": b.Settled(entry=conflicting, stands=True),
    }


KINDS = sorted(_bodies(Journal(), ""))


class Counting(History):
    """The history of a window, its bags too, with everything the measures count."""

    def __init__(self) -> None:
        super().__init__()
        counted.MOST_RECENT = 12  # so that sums are often written, and often only noted
        self.aside: dict[str, tuple[int, dict[str, int]]] = {}
        """Of subjects that were pruned and are not all back: how many entries, and what they had added."""

    def teardown(self) -> None:
        counted.MOST_RECENT = MOST_RECENT
        super().teardown()

    @rule(data=st.data(), kind=st.sampled_from(KINDS), elsewhere=st.booleans())
    def act(self, data: st.DataObject, kind: str, elsewhere: bool) -> None:
        known = sorted(s.number for s in self.records.summaries())
        if not known:
            return
        number = data.draw(st.sampled_from(known))
        kept = self.records.case(number)
        assert kept is not None
        journal = self.other if elsewhere else self.mine
        journal.cases[number] = kept
        entry = journal.say(kind, number, _bodies(journal, kept.conflicts[0] if kept.conflicts else "")[kind])
        if elsewhere:
            self.central(entry, data.draw(st.sampled_from([Verdict.APPLIED, Verdict.CONFLICTING])))
        else:
            self.mine.write(self.records, entry)

    @rule(received=st.booleans())
    def bag(self, received: bool) -> None:
        number = parcel_number("FS0001", "01", self.mine.day, self.mine.n + 1)
        sealed = cb.Sealed(direction=cb.Direction.TO_DEPARTMENT, sender=HERE, to=DEPARTMENT, lines=(), on=self.mine.day)
        entries = [self.mine.say("parcel.sealed", number, sealed)]
        if received:
            body = cb.ParcelReceived(by=DEPARTMENT, on=self.mine.day)
            entries.append(self.mine.say("parcel.received", number, body))
        stood = fold_any(number, (Record(entry=entry) for entry in entries))
        assert stood is not None
        self.records.append(entries, [stood])

    @rule()
    def undone(self) -> None:
        """An act that was not carried through adds nothing."""
        before = self.records.counts()
        kept = replace(self.mine, cases=dict(self.mine.cases), entries=list(self.mine.entries))
        with suppress(InterruptedError), self.records.transaction():
            self.mine.write(self.records, self.mine.receive())
            raise InterruptedError
        self.mine = kept
        assert self.records.counts() == before

    @rule()
    def doubted(self) -> None:
        """What was found damaged has everything reckoned anew."""
        with self.records.transaction():
            self.records.vault.set_note("counted", None)
            self.mine.write(self.records, self.mine.receive())

    @rule(days=st.integers(0, 60))
    def prune(self, days: int) -> None:
        before = self.folded()
        self.pruned |= {bag.number for bag in self.records.parcels()}  # what is asked of cases is not asked of bags
        super().prune(days)
        left = {record.entry.subject for record in self.records.journal()}
        for subject, (entries, counts) in before.items():
            if subject not in left:
                self.aside.setdefault(subject, (entries, counts))

    def folded(self) -> dict[str, tuple[int, dict[str, int]]]:
        by_subject: dict[str, list[Record]] = {}
        for record in self.records.journal():
            by_subject.setdefault(record.entry.subject, []).append(record)
        stood = {subject: fold_any(subject, found) for subject, found in by_subject.items()}
        return {s: (one.entries, contribution(one)) for s, one in stood.items() if one is not None}

    @invariant()
    def the_sums_are_what_the_journal_adds_up_to(self) -> None:
        folded = self.folded()
        for subject, (entries, _) in folded.items():
            if subject in self.aside and entries >= self.aside[subject][0]:
                del self.aside[subject]
        total: Counter[str] = Counter()
        for counts in [c for s, (_, c) in folded.items() if s not in self.aside] + [c for _, c in self.aside.values()]:
            total.update(counts)
        expected = {key: n for key, n in total.items() if n}
        assert self.records.counts() == expected
        assert self.records.counts_from_scratch() == expected

    @invariant()
    def what_is_here_is_whole(self) -> None:
        assert self.records.damages() == []
        assert self.records.rebuild() == []


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)


def test_the_history_meets_every_kind_that_is_measured() -> None:
    """A kind that no fold takes in would prove nothing."""
    journal = Journal()
    met = set()
    for kind in KINDS:
        number = journal.receive().subject
        first = {
            "case.decided": "case.accepted",
            "case.suspended": "case.accepted",
            "case.resumed": "case.accepted",
            "case.extended": "case.accepted",
        }
        for said in ([first[kind]] if kind in first else []) + [kind]:
            journal.say(said, number, _bodies(journal, "")[said])
        assert journal.cases[number].ignored == ()
        met |= {key.split("\t")[0] for key in contribution(journal.cases[number])}
    assert over(journal, journal.receive().subject).window == WINDOW
    assert met >= {"received", "visits", "judged", "first", "missing", "waited", "decided", "promised", "refused"}
    assert met >= {"clock", "work", "over", "cap", "rated"}
