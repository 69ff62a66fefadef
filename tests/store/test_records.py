from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from clerk_app.domain.journal import GENESIS, Verdict, verify_chain
from clerk_app.store.errors import StoreInUse, StoreReadOnly
from clerk_app.store.records import Records
from tests.support.window_journal import KEY, WINDOW, Journal, heard, verdicts


def reopened(records: Records, *, read_only: bool = False) -> Records:
    records.close()
    return Records.open(records.vault.folder, KEY, window=WINDOW, read_only=read_only)


class TestAnAct:
    def test_is_there_again_after_opening_anew(self, records: Records, journal: Journal) -> None:
        entry = journal.receive()
        journal.write(records, entry)
        with reopened(records) as again:
            assert again.case(entry.subject) == journal.cases[entry.subject]
            assert [r.entry for r in again.journal()] == [entry]
            assert again.head() == (1, entry.digest())
            assert again.unsent(10, 1 << 20) == [entry]
            assert [s.number for s in again.summaries()] == [entry.subject]

    def test_that_fails_leaves_nothing_behind(self, records: Records, journal: Journal) -> None:
        first = journal.receive()
        journal.write(records, first)
        second = journal.remark(first.subject)

        def act() -> None:
            with records.transaction():
                journal.write(records, second)
                assert records.head() == (2, second.digest())
                assert len(records.records_of(first.subject)) == 2
                raise RuntimeError("power")

        with pytest.raises(RuntimeError, match="power"):
            act()

        def looks_untouched(seen: Records) -> None:
            assert seen.head() == (1, first.digest())
            assert seen.entry_count() == 1
            assert len(seen.records_of(first.subject)) == 1
            assert seen.unsent_count() == 1
            assert [s.unsent for s in seen.summaries()] == [1]

        looks_untouched(records)
        with reopened(records) as again:
            looks_untouched(again)

    def test_may_span_several_appends(self, records: Records, journal: Journal) -> None:
        with records.transaction():
            for _ in range(3):
                journal.write(records, journal.receive())
            assert records.summaries() == []  # lists tell what is durable
            assert records.case_count() == 0
        assert len(records.summaries()) == records.case_count() == 3
        assert verify_chain([r.entry for r in records.journal()]) is None

    def test_must_follow_the_last_one(self, records: Records, journal: Journal) -> None:
        first = journal.receive()
        with pytest.raises(ValueError, match="follow"):
            records.append([replace(first, n=2)], [])
        with pytest.raises(ValueError, match="follow"):
            records.append([replace(first, previous="f" * 64)], [])
        assert records.head() == (0, GENESIS)
        assert records.entry_count() == 0

    def test_about_no_case_is_kept_too(self, records: Records, journal: Journal) -> None:
        entry = journal.remark("PARCEL-1")
        journal.write(records, entry)
        assert records.case("PARCEL-1") is None
        with reopened(records) as again:
            assert [r.entry for r in again.records_of("PARCEL-1")] == [entry]


class TestSending:
    def test_unsent_keeps_the_journals_order_and_the_limits(self, records: Records, journal: Journal) -> None:
        entries = [journal.receive() for _ in range(5)]
        for entry in entries:
            journal.write(records, entry)
        assert records.unsent(3, 1 << 20) == entries[:3]
        assert records.unsent(9, 1) == entries[:1]
        assert records.unsent_count() == 5

    def test_a_verdict_is_kept_shown_and_final(self, records: Records, journal: Journal) -> None:
        one, two = journal.receive(), journal.receive()
        journal.write(records, one)
        journal.write(records, two)
        assert records.settle(verdicts([one])) == {one.subject}
        assert records.settle(verdicts([one], verdict=Verdict.REFUSED)) == set()
        with reopened(records) as again:
            kept = again.record(one.id)
            assert kept is not None
            assert (kept.verdict, kept.position) == (Verdict.APPLIED, 1)
            assert [s.unsent for s in (again.summary(one.subject), again.summary(two.subject)) if s] == [0, 1]
            assert again.unsent(9, 1 << 20) == [two]

    def test_a_refused_entry_takes_its_effect_back_and_is_listed(self, records: Records, journal: Journal) -> None:
        received = journal.receive()
        before = journal.cases[received.subject]
        journal.write(records, received)
        accepted = journal.accept(received.subject)
        journal.write(records, accepted)
        records.settle(verdicts([received]))
        records.settle(verdicts([accepted], verdict=Verdict.REFUSED))
        with reopened(records) as again:
            assert again.case(received.subject) == before
            assert [r.entry for r in again.refused()] == [accepted]
            assert again.unsent_count() == 0
            assert again.rebuild() == []

    def test_a_refused_receipt_leaves_no_case(self, records: Records, journal: Journal) -> None:
        received = journal.receive()
        journal.write(records, received)
        records.settle(verdicts([received], verdict=Verdict.QUARANTINED))
        assert records.case(received.subject) is None
        assert records.summaries() == []
        assert records.case_count() == 0
        assert [r.entry for r in records.refused()] == [received]

    def test_what_central_lost_is_said_again(self, records: Records, journal: Journal) -> None:
        entries = [journal.receive() for _ in range(4)]
        journal.write(records, *entries)
        records.take_feed(heard(entries[:1]), 1, 41)
        records.settle(verdicts(entries[1:3], first=2))
        assert records.begin_anew(1, records.feed_trail()[-1]) == 2
        assert records.unsent(9, 1 << 20) == entries[1:]
        assert records.settle(verdicts(entries[1:], first=2)) == {e.subject for e in entries[1:]}
        assert records.unsent_count() == 0

    def test_digests_of_own_entries_are_told(self, records: Records, journal: Journal) -> None:
        entries = [journal.receive() for _ in range(3)]
        for entry in entries:
            journal.write(records, entry)
        assert [records.own_digest(n) for n in range(5)] == [GENESIS, *(e.digest() for e in entries), None]


class TestTheFeed:
    def test_brings_others_entries_and_own_outcomes_once(self, records: Records, journal: Journal) -> None:
        other = Journal(window="FS0001-02")
        mine, theirs = journal.receive(), other.receive("样例乙")
        journal.write(records, mine)
        page = heard([theirs, mine])
        assert records.take_feed(page, 2) == {mine.subject, theirs.subject}
        assert records.take_feed(page, 2) == set()
        with reopened(records) as again:
            assert again.feed_cursor() == 2
            assert again.entry_count() == 2
            assert again.unsent_count() == 0
            assert again.head() == (1, mine.digest())
            assert again.case(theirs.subject) == other.cases[theirs.subject]
            assert again.rebuild() == []

    def test_puts_centrals_order_before_what_is_unsent(self, records: Records, journal: Journal) -> None:
        received = journal.receive()
        journal.write(records, received)
        records.settle(verdicts([received]))
        unsent = journal.remark(received.subject, "后")
        journal.write(records, unsent)
        other = Journal(window="FS0001-02", cases=dict(journal.cases))
        elsewhere = other.remark(received.subject, "先")
        records.take_feed(heard([elsewhere], first=2), 2)
        assert [r.entry for r in records.records_of(received.subject)] == [received, elsewhere, unsent]
        case = records.case(received.subject)
        assert case is not None
        assert {r.text for r in case.remarks} == {"先", "后"}

    def test_gives_a_restored_window_its_chain_back(self, records: Records, journal: Journal) -> None:
        entries = [journal.receive() for _ in range(3)]
        records.take_feed(heard(entries), 3)
        assert records.head() == (3, entries[-1].digest())
        journal.write(records, journal.receive())
        assert records.head()[0] == 4

    def test_keeps_what_central_said_of_the_cursors_place_while_it_stands_there(
        self, records: Records, journal: Journal
    ) -> None:
        mine, theirs = journal.receive(), Journal(window="FS0001-02").receive()
        journal.write(records, mine)
        records.take_feed(heard([theirs]), 1, 41)
        assert records.feed_mark() == 41
        records.take_feed([], 1, 42)
        with reopened(records) as again:
            assert (again.feed_cursor(), again.feed_mark()) == (1, 42)
            again.take_feed(heard([mine], 2), 2)
            assert (again.feed_cursor(), again.feed_mark()) == (2, 0)
            again.take_feed([], 2, 43)
            assert [step.position for step in again.feed_trail()] == [1, 2]
            again.begin_anew(1, again.feed_trail()[0])
            assert (again.feed_cursor(), again.feed_mark()) == (1, 42)
            again.begin_anew(0, None)
            assert (again.feed_cursor(), again.feed_mark(), again.feed_trail()) == (0, 0, ())

    def test_what_was_confirmed_and_not_heard_yet_is_said_again(self, records: Records, journal: Journal) -> None:
        """Without a new epoch a window may speak before it notices: its entry stands in a feed that is another already."""
        mine, theirs = journal.receive(), Journal(window="FS0001-02").receive()
        records.take_feed(heard([theirs]), 1, 41)
        journal.write(records, mine)
        records.settle(verdicts([mine]))
        assert records.begin_anew(1, None) == 0
        assert records.feed_cursor() == 0
        assert records.case(theirs.subject) is None
        assert records.unsent(9, 1 << 20) == [mine]

    def test_without_its_trail_a_restored_centrals_feed_is_heard_from_its_beginning(
        self, records: Records, journal: Journal
    ) -> None:
        records.take_feed(heard([journal.receive()]), 1, 41)
        records.take_feed(heard([journal.receive()], 2), 2)
        assert [step.position for step in records.feed_trail()] == [1]
        records.vault.write("meta", "feed-trail", b"{}")
        assert records.feed_trail() == ()

    def test_is_heard_again_where_a_restored_central_may_tell_it_otherwise(
        self, records: Records, journal: Journal
    ) -> None:
        mine, theirs = journal.receive(), Journal(window="FS0001-02").receive()
        journal.write(records, mine)
        records.take_feed(heard([mine]), 1, 41)
        records.take_feed(heard([theirs], 2), 2, 42)
        records.begin_anew(1, records.feed_trail()[0])
        assert (records.feed_cursor(), records.unsent_count()) == (1, 0)
        records.begin_anew(0, None)
        assert records.feed_cursor() == 0
        changed = heard([theirs, mine], verdict=Verdict.MERGED)
        assert records.take_feed(changed, 2) == {mine.subject, theirs.subject}
        with reopened(records) as again:
            kept = [again.record(entry.id) for entry in (theirs, mine)]
            assert kept == changed
            assert again.rebuild() == []


class TestCases:
    def test_are_found_by_number_name_identity_number_and_item(self, records: Records, journal: Journal) -> None:
        one, two = journal.receive("样例甲", "440604190001010011"), journal.receive("𠮷样例", "44060419000101002X")
        journal.write(records, one)
        journal.write(records, two)

        def found(words: str) -> list[str]:
            return [s.number for s in records.find_cases(words)]

        assert found(two.subject) == [two.subject]
        assert found(two.subject.replace("-", "").lower()) == [two.subject]
        assert found("𠮷") == [two.subject]
        assert found("44060419000101002x") == [two.subject]
        assert found("居住证 甲") == [one.subject]
        assert found("居住证") == [two.subject, one.subject]
        assert found("不存在") == found("  ") == []

    def test_of_one_applicant_are_those_with_exactly_this_number(self, records: Records, journal: Journal) -> None:
        one, two = journal.receive(id_number="44060419000101002X"), journal.receive(id_number="440604190001010011")
        journal.write(records, one)
        journal.write(records, two)
        assert [c.number for c in records.cases_of_applicant("44060419000101002x")] == [one.subject]
        assert records.cases_of_applicant("4406041900010100") == []
        assert records.cases_of_applicant("") == []

    def test_that_differ_from_the_journal_are_named(self, records: Records, journal: Journal) -> None:
        one, two = journal.receive(), journal.receive()
        journal.write(records, one)
        wrong = replace(journal.cases[two.subject], official="X")
        records.append([two], [wrong])
        assert records.rebuild() == [two.subject]


class TestDamage:
    def test_of_a_case_row_is_mended_from_the_journal(self, records: Records, journal: Journal) -> None:
        entry = journal.receive()
        journal.write(records, entry)
        spoil(records, "cases")
        with reopened(records) as again:
            assert again.case(entry.subject) == journal.cases[entry.subject]
            assert [(d.table, d.id) for d in again.damages()] == [("cases", entry.subject)]

    def test_of_a_subject_row_is_mended_from_the_journal(self, records: Records, journal: Journal) -> None:
        entries = [journal.receive() for _ in range(2)]
        for entry in entries:
            journal.write(records, entry)
        before = records.summaries()
        spoil(records, "subjects")
        with reopened(records) as again:
            assert again.summaries() == before
            assert again.case_count() == len(before)
            assert [r.entry for r in again.records_of(entries[0].subject)] == [entries[0]]

    def test_of_a_journal_row_leaves_the_case_as_it_was_kept(self, records: Records, journal: Journal) -> None:
        received = journal.receive()
        journal.write(records, received)
        spoil(records, "journal")
        with reopened(records) as again:
            journal.write(again, journal.receive())
            again.take_feed(heard([Journal("FS0001-02", cases=dict(journal.cases)).remark(received.subject)], 7), 7)
            kept = again.case(received.subject)
            assert kept is not None
            assert kept.remarks == ()
            assert [(d.table, d.id) for d in again.damages()] == [("journal", received.id)]
            assert again.unsent(9, 1 << 20) == []  # nothing behind the damaged entry goes out before it

    def test_of_the_mark_is_mended_from_the_rows(self, records: Records, journal: Journal) -> None:
        entries = [journal.receive() for _ in range(3)]
        for entry in entries:
            journal.write(records, entry)
        records.settle(verdicts(entries[:1]))
        records.settle(verdicts(entries[1:2], verdict=Verdict.REFUSED))
        records.close()
        with closing(sqlite3.connect(records.vault.folder / "store.db")) as file, file:
            file.execute("UPDATE mark SET sealed = zeroblob(100)")
        with reopened(records) as again:
            assert again.damages() == []
            assert len(again.notices()) == 1
            assert again.head() == (3, entries[-1].digest())
            assert again.unsent(9, 1 << 20) == entries[2:]
            assert [r.entry for r in again.refused()] == [entries[1]]
            journal.write(again, journal.receive())
        with reopened(records) as again:
            assert again.damages() == []


def spoil(records: Records, table: str) -> None:
    """Turn one bit of the first row of a table."""
    records.close()
    with closing(sqlite3.connect(records.vault.folder / "store.db")) as file, file:
        num = file.execute("SELECT num FROM tables WHERE name = ?", (table,)).fetchone()[0]
        seq, body = file.execute(f"SELECT seq, body FROM d{num} ORDER BY seq LIMIT 1").fetchone()
        bent = bytearray(body)
        bent[-20] ^= 1
        file.execute(f"UPDATE d{num} SET body = ? WHERE seq = ?", (bytes(bent), seq))


class TestSmallThings:
    def test_serials_count_from_one_for_each_day_whatever_the_clock_does(self, records: Records) -> None:
        first, later = date(2026, 3, 2), date(2031, 1, 1)
        assert [records.next_serial(day) for day in (first, first, later, first, later)] == [1, 2, 1, 3, 2]
        with reopened(records) as again:
            assert again.next_serial(first) == 4

    def test_a_serial_is_not_used_up_by_an_act_that_failed(self, records: Records) -> None:
        def act() -> None:
            with records.transaction():
                records.next_serial(date(2026, 3, 2))
                raise RuntimeError("power")

        with pytest.raises(RuntimeError, match="power"):
            act()
        assert records.next_serial(date(2026, 3, 2)) == 1

    def test_facts_are_kept_sealed(self, records: Records) -> None:
        records.put_meta("session", "样例甲".encode())
        folder = records.vault.folder
        with reopened(records) as again:
            assert again.get_meta("session") == "样例甲".encode()
            assert again.get_meta("other") is None
            again.vault.checkpoint()
            assert not any("样例甲".encode() in path.read_bytes() for path in folder.iterdir())


class TestSharing:
    def test_a_second_owner_is_refused_and_told_who_has_it(self, records: Records) -> None:
        with pytest.raises(StoreInUse) as refused:
            Records.open(records.vault.folder, KEY)
        assert refused.value.owner is not None
        assert refused.value.owner.pid == os.getpid()
        assert str(os.getpid()) in refused.value.say

    def test_looking_beside_the_owner_sees_what_is_durable_and_writes_nothing(
        self, records: Records, journal: Journal
    ) -> None:
        entry = journal.receive()
        journal.write(records, entry)
        with Records.open(records.vault.folder, KEY, read_only=True) as looking:
            assert looking.unsent_count() == 1
            assert looking.case(entry.subject) == journal.cases[entry.subject]
            with pytest.raises(StoreReadOnly):
                looking.put_meta("x", b"")
            with pytest.raises(StoreReadOnly):
                looking.append([journal.receive()], [])

    def test_threads_write_one_after_the_other(self, records: Records) -> None:
        def count() -> None:
            for _ in range(50):
                with records.transaction():
                    records.put_meta("n", b"%d" % (int(records.get_meta("n") or 0) + 1))

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert records.get_meta("n") == b"200"
