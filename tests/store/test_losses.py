"""Gaps and losses as values: what is missing, how it comes back, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.store.books.gaps import ChainForked, Gap, Gaps, between
from clerk_app.store.books.losses import Loss, Losses, LossState, words
from clerk_app.store.books.serials import FLOOR, Serials, serials_of
from clerk_app.store.file.vault import Vault
from clerk_app.store.ledger import Ledger
from tests.support.broken import opened, worked
from tests.support.vaults import KEY
from tests.support.window_journal import WINDOW, Journal


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Vault(tmp_path / "window", KEY, reserve=4096) as vault:
        yield Ledger(vault)


def chain(length: int) -> Journal:
    journal = Journal()
    for _ in range(length):
        journal.remark("PARCEL-1")
    return journal


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sets(st.integers(1, 12), min_size=1), st.permutations(range(1, 13)))
def test_entries_come_back_in_any_order_and_the_gaps_close(
    tmp_path_factory: pytest.TempPathFactory, missing: set[int], order: list[int]
) -> None:
    journal = chain(12)
    entries = {entry.n: entry for entry in journal.entries}
    with Vault(tmp_path_factory.mktemp("gaps"), KEY, reserve=4096) as vault:
        ledger = Ledger(vault)
        gaps = Gaps(ledger)
        runs = between({n: n for n in entries if n not in missing}, 12, [])
        with vault.transaction():
            gaps.keep(
                Gap(a, b, (entries[a - 1].digest() if a > 1 else "0" * 64,), entries[b].digest()) for a, b in runs
            )
        left = set(missing)
        for n in order:
            bent = replace(entries[n], at="2026-03-02T10:00:00+08:00")
            if n in left and gaps.first_past(n) != n + 1:
                with pytest.raises(ChainForked), vault.transaction():
                    gaps.take([bent])
            with vault.transaction():
                assert [e.n for e in gaps.take([entries[n]])] == ([n] if n in left else [])
            left.discard(n)
            assert {m for gap in Gaps(ledger) for m in range(gap.first, gap.last + 1)} == left
            assert gaps.first_past(0) == min(left, default=None)
        assert not gaps
        assert vault.note("gaps") is None


def test_what_was_pruned_is_no_gap() -> None:
    assert between({1: 0, 4: 0, 9: 0}, 11, [(2, 3), (6, 7)]) == [(5, 5), (8, 8), (10, 11)]
    assert between({}, 0, []) == []
    assert between({}, 5, []) == [(1, 5)]


def test_a_gap_undone_is_as_it_was(ledger: Ledger) -> None:
    gaps = Gaps(ledger)
    with ledger.transaction():
        gaps.add(Gap(2, 3))

    def act() -> None:
        with ledger.transaction():
            gaps.keep([])
            raise RuntimeError("power")

    with pytest.raises(RuntimeError):
        act()
    assert list(gaps) == [Gap(2, 3)]


def test_a_loss_closes_as_its_entries_come_back(ledger: Ledger) -> None:
    losses = Losses(ledger)
    with ledger.transaction():
        losses.note([Loss(first=3, last=9, noticed="x"), Loss(first=12, last=12, subject="A", noticed="x")])
        losses.note([Loss(first=3, last=9, noticed="y")])
    with ledger.transaction():
        losses.close([(5, 6), (12, 12)], LossState.RETURNED)
    told = [(loss.first, loss.last, loss.state) for loss in losses.all()]
    back, still = LossState.RETURNED, LossState.OPEN
    assert told == [(3, 4, back), (5, 6, still), (7, 9, back), (12, 12, still)]
    with ledger.transaction():
        losses.close([], LossState.WRITTEN_OFF)
        losses.found_late(6)
    told = [(loss.first, loss.last, loss.state) for loss in losses.all()][1:4]
    assert told == [(5, 5, LossState.WRITTEN_OFF), (6, 6, LossState.FOUND_LATE), (7, 9, back)]


def test_a_loss_is_told_in_words() -> None:
    one = Loss(first=3, last=3, subject="FS0001-01-260302-0003-3", applicant="样例甲")
    assert words(one, "收件") == "第 3 条  办件 FS0001-01-260302-0003-3  样例甲  收件  未找回"
    many = Loss(first=3, last=9, perhaps=tuple(f"N{n}" for n in range(7)), state=LossState.RETURNED)
    assert words(many) == "第 3–9 条  可能是办件 N0、N1、N2、N3、N4等 7 件 中的  已找回"
    assert words(Loss(first=1, last=2)) == "第 1–2 条  内容不明  未找回"


def test_serials_go_on_from_the_highest_that_is_known(ledger: Ledger) -> None:
    serials = Serials(ledger)
    one, two = date(2026, 3, 2), date(2026, 3, 3)
    with ledger.transaction():
        assert serials.next(one) == 1
        serials.raise_to({"2026-03-02": 7, "2026-03-03": 4, "2026-03-01": 2})
        assert [serials.next(day) for day in (two, one, date(2026, 3, 1), two)] == [5, 8, 3, 6]
        serials.raise_to({"2026-03-02": 3})
        assert serials.next(one) == 9
        ledger.vault.set_note(FLOOR, ["2026-03-03", "2026-03-05", 20])
        assert [serials.next(day) for day in (two, date(2026, 3, 4), date(2026, 3, 6))] == [21, 21, 1]


def test_only_this_windows_numbers_count(tmp_path: Path) -> None:
    mine, other = Journal(), Journal(window="FS0001-02")
    numbers = [mine.receive().subject, mine.receive().subject, *(other.receive().subject for _ in range(3)), "x"]
    assert serials_of(numbers, WINDOW) == {"2026-03-02": 2}
    done = worked(tmp_path / "window", cases=3)
    with opened(done.folder) as records:
        assert (records.losses(), records.gaps(), records.notices()) == ([], [], [])
