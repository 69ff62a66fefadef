"""Central restored from a backup, a window's disk put back: what was lost is said again, and nothing is overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import pytest

from clerk_app.domain.journal import Verdict
from clerk_app.domain.plain import to_plain
from clerk_app.line import LineRefused
from sync import wire
from tests.support.booth import Booth, Town, booth
from tests.support.story import PERMIT, without


@pytest.fixture
def other(here: Town, tmp_path: Path) -> Iterator[Booth]:
    """Give a second window of the same point."""
    with booth(here.enrol(), tmp_path / "two", here.clock, here.bridge) as opened:
        opened.sync()
        yield opened


@pytest.mark.parametrize("new_epoch", [True, False])
def test_what_a_restored_central_lost_is_said_again(here: Town, window: Booth, *, new_epoch: bool) -> None:
    window.receive()
    window.sync()
    backup = here.back_up()
    lost = window.receive()
    window.sync()
    here.restore(backup, new_epoch=new_epoch)
    window.receive()

    assert lost not in here.cases()
    report = window.sync()
    assert (report.pushed, report.unsent) == (4, 0)
    assert window.cases() == here.cases()
    assert [r.entry for r in here.feed()] == [r.entry for r in window.own()]
    assert window.sync().pushed == 0


def test_places_given_anew_by_a_restored_central_are_heard_again(here: Town, window: Booth, other: Booth) -> None:
    """A cursor from before the restore would skip what now stands at the places it has passed."""
    window.receive()
    window.sync()
    backup = here.back_up()
    window.receive()
    window.sync()
    other.sync()
    here.restore(backup)
    elsewhere = other.receive()
    other.receive(without("form"))
    other.sync()
    window.sync()
    other.sync()

    assert elsewhere in window.cases()
    assert window.cases() == other.cases() == here.cases()
    assert [r.position for r in window.records.records_of(elsewhere)] == [3, 4]


def test_an_act_central_lost_counts_no_more_until_its_window_has_said_it_again(
    here: Town, window: Booth, other: Booth
) -> None:
    number = window.receive(without("form"))
    window.sync()
    other.sync()
    backup = here.back_up()
    window.desk.remark(number, "改天再来")
    window.sync()
    other.sync()
    assert len(other.cases()[number].remarks) == 1
    here.restore(backup)
    other.sync()

    assert other.cases()[number].remarks == ()
    assert other.cases() == here.cases()
    assert other.records.refused() == [], "the list is of this window's own"
    other.desk.remark(number, "已电话告知")
    assert other.own()[-1].entry.seen == 2, "receipt and notice: what central lost was not seen by anybody"
    other.sync()
    window.sync()
    other.sync()
    assert other.cases() == window.cases() == here.cases()
    assert len(other.cases()[number].remarks) == 2


def test_a_window_of_which_nothing_was_lost_notices_a_restore_nobody_told_of(
    here: Town, window: Booth, other: Booth
) -> None:
    number = other.receive(without("form"))
    other.sync()
    window.sync()
    backup = here.back_up()
    window.desk.remark(number, "改天再来")
    window.sync()
    other.sync()
    cursor = other.records.feed_cursor()
    here.clock.advance(minutes=5)
    here.restore(backup, new_epoch=False)
    other.desk.remark(number, "已电话告知")
    other.sync()

    assert len(here.feed()) == cursor, "another act has taken the place of the one that was lost"
    assert other.cases() == here.cases()
    assert [r.text for r in other.cases()[number].remarks] == ["已电话告知"]
    assert other.sync().pushed == 0
    window.sync()
    other.sync()
    assert other.cases() == window.cases() == here.cases()
    assert len(other.cases()[number].remarks) == 2


def test_a_window_whose_store_is_older_learns_the_mark_while_nothing_is_new(
    here: Town, window: Booth, other: Booth
) -> None:
    other.receive()
    other.sync()
    window.sync()
    window.records.take_feed([], window.records.feed_cursor())
    assert window.records.feed_mark() == 0
    window.sync()
    assert window.records.feed_mark() == other.records.feed_mark() != 0


@pytest.mark.parametrize("new_epoch", [True, False])
def test_a_restored_centrals_catalogue_is_taken_anew(here: Town, window: Booth, *, new_epoch: bool) -> None:
    """Revisions given out twice would hide what was published after the restore."""

    def publish(name: str) -> None:
        body = msgspec.Raw(msgspec.json.encode(to_plain(replace(PERMIT, name=name))))
        row = wire.CatalogueRow(kind="item", key=PERMIT.code, revision=0, body=body)
        here.loop.run(here.central.import_rows([row]))

    backup = here.back_up()
    publish("居住证（一）")
    window.sync()
    here.restore(backup, new_epoch=new_epoch)
    if not new_epoch:
        window.sync()
    publish("居住证（二）")
    window.sync()
    item = window.records.item(PERMIT.code)
    assert item is not None
    assert item.name == "居住证（二）"


def test_a_twin_that_went_its_own_way_is_refused_and_keeps_what_it_has(
    here: Town, window: Booth, tmp_path: Path
) -> None:
    window.receive()
    window.sync()
    window.records.close()
    shutil.copytree(window.folder, tmp_path / "copy")
    with booth(window.seat, window.folder, here.clock, here.bridge) as original:
        original.receive()
        original.sync()
    held = [r.entry for r in here.feed()]

    with booth(window.seat, tmp_path / "copy", here.clock, here.bridge) as copy:
        copy.receive()
        with pytest.raises(LineRefused, match="第 4 条的内容不同"):
            copy.sync()
        copy.receive()
        with pytest.raises(LineRefused, match="旧的备份"):
            copy.sync()
        assert copy.records.unsent_count() == 4
        assert len(copy.cases()) == 3
    assert [r.entry for r in here.feed()] == held


class Overtaken(httpx.BaseTransport):
    """A line on which something happens right after central was asked where it stands."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.after_greeting: Callable[[], object] = lambda: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        told = self._inner.handle_request(request)
        if request.url.path == "/v1/session":
            self.after_greeting()
        return told


def test_two_machines_with_one_window_are_told_apart_when_both_say_the_same_number(
    here: Town, window: Booth, tmp_path: Path
) -> None:
    """The copy heard that all is well before its twin spoke: central finds out when it hears both."""
    line = Overtaken(here.bridge)
    window.records.close()
    shutil.copytree(window.folder, tmp_path / "copy")
    with (
        booth(window.seat, window.folder, here.clock, here.bridge) as one,
        booth(window.seat, tmp_path / "copy", here.clock, line) as two,
    ):
        one.receive()
        two.receive()
        line.after_greeting = one.sync
        with pytest.raises(LineRefused, match="同一序号的内容不同"):
            two.sync()
        assert two.records.unsent_count() == 2


def test_a_central_with_another_database_knows_no_such_window(here: Town, window: Booth, tmp_path: Path) -> None:
    window.receive()
    here.restore({})
    with pytest.raises(LineRefused, match="没有登记过这个窗口"):
        window.sync()
    assert window.records.unsent_count() == 2


def test_a_revoked_window_finds_out_and_keeps_its_work(here: Town, window: Booth) -> None:
    window.receive()
    here.loop.run(here.central.revoke_window(window.seat.window))
    with pytest.raises(LineRefused, match="停用"):
        window.sync()
    assert window.records.unsent_count() == 2


def test_the_acts_of_somebody_whose_account_ended_are_set_aside_for_a_person_to_look_at(
    here: Town, window: Booth
) -> None:
    window.receive()
    here.loop.run(here.central.revoke_account("C1"))
    assert window.sync().refused == 2
    assert {r.verdict for r in window.own()} == {Verdict.QUARANTINED}
    assert len(window.records.refused()) == 2


def test_an_older_program_is_told_to_be_renewed(here: Town, window: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    window.receive()
    monkeypatch.setattr("sync.central.reading.OLDEST_CLIENT", "0.10.0")
    with pytest.raises(LineRefused, match=r"只接待 0\.10\.0 及以后的版本"):
        window.sync()
    assert window.records.unsent_count() == 2
