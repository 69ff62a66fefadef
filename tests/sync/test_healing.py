"""A window whose disk lost something: what central has comes back by itself, what it has not is named and can be written off."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from clerk_app.domain.journal import GENESIS, Entry, Verdict, verify_chain
from clerk_app.domain.people import Person, Role
from clerk_app.line import LineRefused
from clerk_app.seat import Refused
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.books.losses import LossState
from clerk_app.store.mend.healing import COPY
from tests.support.booth import Booth, Town, booth
from tests.support.broken import PAGE, change, num_of, overwrite
from tests.support.city import POINT
from tests.support.story import APPLICANT, without

SUPERVISOR = Person(number="S1", name="黄丙", role=Role.SUPERVISOR, points=(POINT,))


@pytest.fixture
def other(here: Town, tmp_path: Path) -> Iterator[Booth]:
    """Give a second window of the same point."""
    with booth(here.enrol(), tmp_path / "two", here.clock, here.bridge) as opened:
        opened.sync()
        yield opened


def put_back(window: Booth, copy: Path) -> None:
    """Put an older copy of the store's file in its place; the rest of the folder stays."""
    window.records.close()
    for path in window.folder.glob("store.db*"):
        path.unlink()
    shutil.copy(copy, window.folder / "store.db")


def copied(window: Booth, to: Path) -> Path:
    window.records.vault.backup(to)
    return to


def whole(window: Booth, here: Town) -> None:
    """Window and central agree, and the chain holds."""
    assert window.records.gaps() == []
    assert window.records.damages() == []
    assert window.cases() == here.cases()
    assert window.records.rebuild() == []
    own = sorted((r.entry for r in window.own()), key=lambda entry: entry.n)
    assert verify_chain(own) is None
    assert window.records.head() == (len(own), own[-1].digest() if own else GENESIS)


@pytest.mark.parametrize("witness", [True, False])
def test_an_older_copy_put_back_heals_with_one_round(
    here: Town, window: Booth, other: Booth, tmp_path: Path, *, witness: bool
) -> None:
    window.receive()
    window.sync()
    copy = copied(window, tmp_path / "copy.db")
    lost = [window.receive(), window.receive(without("form"))]
    window.sync()
    elsewhere = other.receive()
    other.sync()
    put_back(window, copy)
    if not witness:
        (window.folder / "store.seen").unlink()
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        assert len(again.records.gaps()) == witness
        if witness:
            assert [(loss.state, loss.cause) for loss in again.records.losses()] == [(LossState.OPEN, "older")]
            assert again.receive() not in lost
        again.sync()
        whole(again, here)
        assert again.receive() not in lost
        assert {*lost, elsewhere} <= again.cases().keys()
        again.sync()
        whole(again, here)
        assert again.records.notices() == []
        assert {loss.state for loss in again.records.losses()} <= {LossState.RETURNED}


def test_what_central_refused_comes_back_too(here: Town, window: Booth, tmp_path: Path) -> None:
    window.sync()
    copy = copied(window, tmp_path / "copy.db")
    window.receive()
    here.loop.run(here.central.revoke_account("C1"))
    window.sync()
    refused = [r.entry for r in window.records.refused()]
    put_back(window, copy)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        again.sync()
        assert [r.entry for r in again.records.refused()] == refused
        assert {r.verdict for r in again.own()} == {Verdict.QUARANTINED}
        assert again.records.refused()[0].problem is not None
        assert again.records.gaps() == []


def test_a_central_one_version_older_gives_back_what_its_feed_has(
    here: Town, window: Booth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.sync()
    copy = copied(window, tmp_path / "copy.db")
    window.receive()
    window.receive()
    window.sync()
    put_back(window, copy)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        here.bridge.app = without_own_entries(here.bridge.app)
        again.sync()
        whole(again, here)


def without_own_entries(app: ASGIApp | None) -> ASGIApp:
    """Return central as it was before windows could ask for their own entries."""
    assert app is not None

    async def older(scope: Scope, receive: Receive, send: Send) -> None:
        if (scope.get("path"), scope.get("method")) == ("/v1/entries", "GET"):
            scope = {**scope, "method": "PUT"}  # answered as any method is that the path does not have
        await app(scope, receive, send)

    return older


def test_a_store_that_is_gone_is_fetched_again_whole(here: Town, window: Booth, other: Booth) -> None:
    numbers = {window.receive(), window.receive(), other.receive()}
    other.sync()
    window.sync()
    last = window.records.head()
    window.records.close()
    for path in window.folder.glob("store.db*"):
        path.unlink()
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        assert "丢失" in again.records.notices()[0]
        assert [(gap.first, gap.last) for gap in again.records.gaps()] == [(1, last[0])]
        again.sync()
        whole(again, here)
        assert again.records.head() == last
        assert again.cases().keys() == numbers
        assert again.receive() not in numbers
        again.sync()


def take_away(window: Booth, first: int, last: int) -> None:
    """Delete own entries from the closed file, as somebody who has no key."""
    window.records.close()
    change(
        window.folder / "store.db",
        lambda file: file.execute(f"DELETE FROM d{num_of(file, 'journal')} WHERE seq BETWEEN ? AND ?", (first, last)),
    )


def test_confirmed_entries_that_are_taken_away_come_back(here: Town, window: Booth) -> None:
    for _ in range(4):
        window.receive()
    window.sync()
    take_away(window, 3, 5)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        assert [(gap.first, gap.last) for gap in again.records.gaps()] == [(3, 5)]
        assert len(again.cases()) == 4, "the cases are shown as they were kept"
        again.receive()
        again.sync()
        whole(again, here)
        again.sync()


def test_others_entries_that_are_taken_away_are_heard_again(here: Town, window: Booth, other: Booth) -> None:
    window.receive()
    window.sync()
    number = other.receive(without("form"))
    other.sync()
    window.sync()
    take_away(window, 3, 3)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        assert again.records.gaps() == []
        assert again.records.feed_cursor() == 2
        assert number in again.cases()
        again.sync()
        whole(again, here)
        assert again.records.notices() == []


def lose_unsent(window: Booth) -> tuple[str, list[Entry]]:
    """Record three cases that central never hears of before the middle one is lost; return its number and the entries."""
    window.receive()
    number = window.receive()
    window.receive()
    own = [r.entry for r in window.own()]
    take_away(window, 3, 4)
    return number, own


def test_what_nobody_has_holds_up_what_is_behind_it_and_is_named(here: Town, window: Booth) -> None:
    number, own = lose_unsent(window)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        with pytest.raises(LineRefused, match=number):
            again.sync()
        assert len(here.feed()) == 2
        assert [r.verdict for r in again.own()] == [Verdict.APPLIED, Verdict.APPLIED, None, None]
        named = [(x.first, x.subject, x.applicant, x.state) for x in again.records.losses()]
        assert named == [(n, number, APPLICANT.name, LossState.OPEN) for n in (3, 4)]
        assert again.records.fill(own) == 2
        again.sync()
        whole(again, here)
        assert [r.entry for r in here.feed()] == own
        assert {loss.state for loss in again.records.losses()} == {LossState.RETURNED}


def test_a_second_copy_that_contradicts_the_chain_is_not_taken_in(here: Town, window: Booth) -> None:
    _, own = lose_unsent(window)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        with pytest.raises(ChainForked):
            again.records.fill([replace(own[2], at="2025-06-03T09:00:01+08:00"), own[3]])
        assert [(gap.first, gap.last) for gap in again.records.gaps()] == [(3, 4)]
        assert again.records.fill(own[2:3]) == 1
        assert [(gap.first, gap.last) for gap in again.records.gaps()] == [(4, 4)]


def test_a_supervisor_writes_off_what_is_nowhere_and_the_rest_goes_on(here: Town, window: Booth) -> None:
    number, own = lose_unsent(window)
    with booth(window.seat, window.folder, here.clock, here.bridge) as clerk:
        with pytest.raises(Refused) as refused:
            clerk.desk.write_off("断电损坏")
        assert refused.value.code == "not-your-role"
    with booth(window.seat, window.folder, here.clock, here.bridge, person=SUPERVISOR) as again:
        again.records.copy_kept = lambda: True
        with pytest.raises(Refused) as refused:
            again.desk.write_off("断电损坏")
        assert refused.value.code == "ask-central-first"
        with pytest.raises(LineRefused):
            again.sync()
        with pytest.raises(Refused) as refused:
            again.desk.write_off("断电损坏")
        assert refused.value.code == "read-copy-first"
        again.records.looked(COPY)
        assert again.desk.write_off("断电损坏") == 2
        assert again.sync().refused == 0
        whole(again, here)
        assert number not in again.cases()
        assert {loss.state for loss in again.records.losses()} == {LossState.WRITTEN_OFF}
        tombstones = [r.entry for r in here.feed() if r.entry.kind == "entry.lost"]
        assert [(t.n, t.subject, t.actor) for t in tombstones] == [(3, number, "S1"), (4, number, "S1")]
        assert tombstones[-1].body["stands_for"] == own[3].digest()
        again.receive()
        again.sync()
        whole(again, here)
        assert again.records.fill(own) == 0, "what turns up after it was written off is not taken in"
        assert [x.state for x in again.records.losses()] == [LossState.FOUND_LATE] * 2
    with booth(window.seat, window.folder, here.clock, here.bridge) as opened:
        opened.sync()
        whole(opened, here)


def test_a_bent_row_of_the_feed_is_replaced_and_does_not_hold_it_up(here: Town, window: Booth, other: Booth) -> None:
    number = other.receive()
    other.sync()
    window.sync()
    bend_first(window, number)
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        assert again.records.records_of(number) != [r for r in here.feed() if r.entry.subject == number]
        again.sync()
        again.sync()
        whole(again, here)
        assert again.records.records_of(number) == [r for r in here.feed() if r.entry.subject == number]


def bend_first(window: Booth, number: str) -> None:
    """Turn a bit in a case's first journal row."""
    first = window.records.records_of(number)[0].entry.id
    window.records.close()

    def bend(file: sqlite3.Connection) -> None:
        table = f"d{num_of(file, 'journal')}"
        body = bytearray(file.execute(f"SELECT body FROM {table} WHERE id = ?", (first,)).fetchone()[0])
        body[-1] ^= 1
        file.execute(f"UPDATE {table} SET body = ? WHERE id = ?", (bytes(body), first))

    change(window.folder / "store.db", bend)


def bend_row(window: Booth, table: str, row: str) -> None:
    """Turn a bit in a row of the file, while the window has it open."""

    def bend(file: sqlite3.Connection) -> None:
        name = f"d{num_of(file, table)}"
        body = bytearray(file.execute(f"SELECT body FROM {name} WHERE id = ?", (row,)).fetchone()[0])
        body[-1] ^= 1
        file.execute(f"UPDATE {name} SET body = ? WHERE id = ?", (bytes(body), row))

    change(window.folder / "store.db", bend)


def test_an_unsent_row_that_bends_is_named_and_written_off_without_a_restart(here: Town, window: Booth) -> None:
    window.receive()
    window.sync()
    number = window.receive(without("form"))
    bent = window.own()[-1].entry
    window.receive()
    bend_row(window, "journal", bent.id)
    with pytest.raises(LineRefused, match=number):
        window.sync()
    named = [(x.first, x.subject, x.state) for x in window.records.losses()]
    assert named == [(bent.n, number, LossState.OPEN)]
    assert window.records.damages() == []
    assert window.records.rebuild() == window.records.incomplete() == [number]
    window.records.close()
    with booth(window.seat, window.folder, here.clock, here.bridge, person=SUPERVISOR) as again:
        assert again.desk.write_off("断电损坏") == 1
        again.sync()
        whole(again, here)
        assert again.records.incomplete() == []


@pytest.mark.parametrize("table", ["journal", "items"])
def test_a_bent_row_central_has_is_fetched_again_by_the_round_after_the_examination(
    here: Town, window: Booth, table: str
) -> None:
    window.receive()
    window.sync()
    items = [item.code for item in window.records.items()]
    bend_row(window, table, window.own()[0].entry.id if table == "journal" else items[0])
    window.sync()
    window.records.examine_daily("2026-03-02", at_once=True)
    window.sync()
    whole(window, here)
    assert [item.code for item in window.records.items()] == items
    assert window.records.examine(deep=True) == []
    assert window.records.notices() == []


def test_an_act_that_meets_a_broken_page_is_done_all_the_same(here: Town, window: Booth) -> None:
    number = window.receive(without("form"))
    window.sync()
    window.records.close()
    file = window.folder / "store.db"
    raw = file.read_bytes()
    bodies: list[bytes] = []
    change(file, lambda db: bodies.extend(row[0] for row in db.execute(f"SELECT body FROM d{num_of(db, 'cases')}")))
    page = raw.find(bodies[0][:40]) // PAGE
    overwrite(file, page * PAGE, bytes(PAGE))
    with booth(window.seat, window.folder, here.clock, here.bridge) as again:
        assert again.desk.remark(number, "改天再来").remarks[-1].text == "改天再来"
        assert list(window.folder.glob("store.db.damaged-*"))
        again.sync()
        whole(again, here)
