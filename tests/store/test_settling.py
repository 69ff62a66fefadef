"""Verdicts: final once said, but what was held back may be judged anew; a case is folded again where they change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.store.records import Records
from tests.support.window_journal import Journal, heard, verdicts

WAITS: dict[str, Any] = {"type": "urn:clerk:problem:waits", "title": "waits", "status": 409}


def held_back(records: Records, journal: Journal) -> tuple[Entry, Entry]:
    """Return a receipt that counts and a remark that central holds back."""
    receipt = journal.receive()
    remark = journal.remark(receipt.subject)
    journal.write(records, receipt, remark)
    records.settle([*verdicts([receipt]), (remark.id, Verdict.QUARANTINED, None, WAITS)])
    return receipt, remark


def kept(records: Records, entry: Entry) -> Record:
    record = records.record(entry.id)
    assert record is not None
    return record


def test_what_was_held_back_counts_when_the_feed_brings_it(records: Records, journal: Journal) -> None:
    receipt, remark = held_back(records, journal)
    assert [r.entry for r in records.refused()] == [remark]
    case = records.case(receipt.subject)
    assert case is not None
    assert case.remarks == ()
    records.take_feed(heard([receipt, remark]), 2)

    assert (kept(records, remark).verdict, kept(records, remark).position) == (Verdict.APPLIED, 2)
    assert records.refused() == []
    assert records.unsent_count() == 0
    case = records.case(receipt.subject)
    assert case is not None
    assert [r.text for r in case.remarks] == ["备注"]
    assert records.rebuild() == []


def test_what_was_held_back_counts_when_the_answer_to_a_later_push_says_so(records: Records, journal: Journal) -> None:
    _, remark = held_back(records, journal)
    later = journal.receive()
    journal.write(records, later)
    changed = [(remark.id, Verdict.MERGED, 3, None)]
    assert records.settle(verdicts([later], first=2), changed) == {later.subject, remark.subject}
    assert (kept(records, remark).verdict, kept(records, remark).position) == (Verdict.MERGED, 3)
    assert records.refused() == []
    assert records.rebuild() == []


def test_what_is_still_held_back_is_so_for_its_new_reason(records: Records, journal: Journal) -> None:
    _, remark = held_back(records, journal)
    rule = {"type": "urn:clerk:problem:rule", "title": "rule", "status": 422}
    records.settle([], [(remark.id, Verdict.QUARANTINED, None, rule)])
    [record] = records.refused()
    assert record.problem == rule


def test_a_late_answer_takes_no_release_back(records: Records, journal: Journal) -> None:
    receipt, remark = held_back(records, journal)
    records.take_feed(heard([receipt, remark]), 2)
    assert records.settle([(remark.id, Verdict.QUARANTINED, None, WAITS)]) == set()
    assert kept(records, remark).verdict is Verdict.APPLIED


@pytest.mark.parametrize("verdict", [Verdict.APPLIED, Verdict.MERGED, Verdict.CONFLICTING, Verdict.REFUSED])
def test_a_final_verdict_stays(records: Records, journal: Journal, verdict: Verdict) -> None:
    entry = journal.receive()
    journal.write(records, entry)
    position = None if verdict is Verdict.REFUSED else 1
    records.settle([(entry.id, verdict, position, None)])
    before = kept(records, entry)
    for other in (Verdict.REFUSED, Verdict.QUARANTINED):
        assert records.settle([], [(entry.id, other, None, WAITS)]) == set()
    assert kept(records, entry) == before


def test_news_of_an_entry_that_is_not_here_is_passed_over(records: Records, journal: Journal) -> None:
    stranger = Journal(window="FS0001-02").receive()
    assert records.settle([], verdicts([stranger])) == set()
    assert records.damages() == []


def test_a_released_entry_proves_nothing_to_a_central_that_was_restored(records: Records, journal: Journal) -> None:
    """Its place is younger than its number: a backup from between the two has the one and not the other."""
    receipt, remark = held_back(records, journal)
    theirs = Journal(window="FS0001-02").receive()
    records.take_feed(heard([receipt]), 1, 41)
    records.take_feed(heard([theirs, remark], 2), 3, 43)
    assert records.begin_anew(2, records.feed_trail()[0]) == 0
    assert records.feed_cursor() == 1
    assert records.unsent(9, 1 << 20) == [remark]
    assert records.rebuild() == []


def test_a_case_is_not_folded_again_for_verdicts_that_leave_it_as_it_is(
    records: Records, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = journal.receive()
    journal.write(records, receipt, journal.remark(receipt.subject))
    journal.write(records, journal.remark(receipt.subject))
    before = records.case(receipt.subject)
    monkeypatch.setattr("clerk_app.store.books.casebook.fold_any", None)
    assert records.settle(verdicts(journal.entries[:2])) == {receipt.subject}
    summary = records.summary(receipt.subject)
    assert summary is not None
    assert summary.unsent == 1
    records.settle(verdicts(journal.entries[2:], first=7))
    monkeypatch.undo()
    assert records.case(receipt.subject) == before
    assert records.rebuild() == []


@pytest.mark.parametrize(
    "told",
    [
        [(0, Verdict.APPLIED, 1), (1, Verdict.REFUSED, None), (2, Verdict.APPLIED, 2)],
        [(0, Verdict.APPLIED, 1), (1, Verdict.CONFLICTING, 2), (2, Verdict.APPLIED, 3)],
        [(0, Verdict.APPLIED, 1), (1, Verdict.APPLIED, 3), (2, Verdict.APPLIED, 2)],
        [(0, Verdict.APPLIED, 1), (2, Verdict.APPLIED, 2)],
        [(1, Verdict.APPLIED, 1), (2, Verdict.APPLIED, 2), (0, Verdict.APPLIED, 3)],
    ],
)
def test_a_case_is_folded_again_where_order_or_effect_change(
    records: Records, journal: Journal, told: list[tuple[int, Verdict, int | None]]
) -> None:
    receipt = journal.receive()
    journal.write(records, receipt, journal.remark(receipt.subject), journal.accept(receipt.subject))
    for which, verdict, position in told:
        records.settle([(journal.entries[which].id, verdict, position, None)])
        assert records.rebuild() == []


def test_an_entry_of_another_window_in_between_is_folded_in_its_place(records: Records, journal: Journal) -> None:
    receipt = journal.receive()
    journal.write(records, receipt)
    other = Journal(window="FS0001-02", cases=dict(journal.cases))
    records.settle(verdicts([receipt]))
    theirs = other.accept(receipt.subject)
    records.take_feed([replace(record, position=5) for record in heard([theirs])], 5)
    mine = journal.accept(receipt.subject)
    journal.write(records, mine)
    records.settle(verdicts([mine], first=3))
    assert records.rebuild() == []
    case = records.case(receipt.subject)
    assert case is not None
    assert case.ignored == (theirs.id,)
