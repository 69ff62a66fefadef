"""A carrier brings what others wrote: in parts, through faults, to a restored or an older central, and lets go of it in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import update

from clerk_app.domain.people import Person, Role
from clerk_app.handover import Handover, TakenUp, export
from clerk_app.line import LineDown
from clerk_app.seat import Refused
from clerk_app.store.copies import carried as carried_store
from clerk_app.store.copies.carried import DELIVERED, REFUSED, WAITING, Carried, CarriedFile, counts
from clerk_app.store.records import Records
from sync.central.schema import windows
from tests.support.booth import SECRET, Booth, Town, booth
from tests.support.city import OTHER_POINT

OTHER_SECRET = bytes(range(9, 41))
CHIEF = Person(number="S1", name="黄丙", role=Role.SUPERVISOR, points=(OTHER_POINT,))


class Faulty(httpx.BaseTransport):
    """A line on which answers to carried work are lost, or the call is not known, when a test says so."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.lose = 0
        """So many answers to parts with records."""
        self.unknown = False
        self.sizes: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v1/carried":
            return self._inner.handle_request(request)
        self.sizes.append(len(request.read()))
        if self.unknown:
            return self._inner.handle_request(httpx.Request("POST", request.url.copy_with(path="/v1/none")))
        told = self._inner.handle_request(request)
        if self.lose:
            self.lose -= 1
            told.close()
            raise httpx.ConnectTimeout("lost")
        return told


@pytest.fixture
def line(here: Town) -> Faulty:
    return Faulty(here.bridge)


@pytest.fixture
def carrier(here: Town, line: Faulty, tmp_path: Path) -> Iterator[Booth]:
    """A window of another point, a supervisor at it."""
    seat = here.enrol(OTHER_SECRET, OTHER_POINT)
    with booth(seat, tmp_path / "carrier", here.clock, line, key=OTHER_SECRET, person=CHIEF) as opened:
        opened.sync()
        yield opened


def taken_out(window: Booth, here: Town, target: Path) -> bytes:
    export(window.records, window.seat, SECRET, here.clock, target)
    return target.read_bytes()


def take_up(carrier: Booth, here: Town, content: bytes) -> TakenUp:
    return Handover(carrier.records, carrier.seat, CHIEF, OTHER_SECRET, here.clock).take_up(content)


def files(records: Records) -> list[CarriedFile]:
    return Carried(records).files()


def backed_up(here: Town, window: Booth, through: int) -> None:
    """Have central's backups hold so many of a window's entries."""

    async def reach() -> None:
        async with here.central.database.write() as connection:
            mine = windows.c.id == window.seat.window
            await connection.execute(update(windows).where(mine).values(durable_through=through))

    here.loop.run(reach())


def test_parts_whose_answers_are_lost_are_said_again_and_taken_in_once(
    here: Town, window: Booth, carrier: Booth, line: Faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carried_store, "PART_RECORDS", 2)
    for _ in range(4):
        window.receive()
    own = window.own()
    content = taken_out(window, here, tmp_path / "file")
    assert take_up(carrier, here, content).new == len(own)
    [held] = files(carrier.records)
    assert held.parts == len(own) // 2
    for _ in range(2):
        line.lose = 1
        with pytest.raises(LineDown):
            carrier.sync()
        assert counts(carrier.records) == (1, 0)
    report = carrier.sync()
    assert (report.carried, report.carried_refused) == (1, 0)
    assert [r.entry for r in here.feed()] == [r.entry for r in own]
    assert window.sync().pushed == len(own)
    assert [r.entry for r in here.feed()] == [r.entry for r in own]


def test_half_a_delivery_goes_on_where_it_ended(
    here: Town, window: Booth, carrier: Booth, line: Faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carried_store, "PART_RECORDS", 1)
    for _ in range(3):
        window.receive()
    take_up(carrier, here, taken_out(window, here, tmp_path / "file"))
    before = Carried.keep

    def interrupted(self: Carried, held: CarriedFile, **more: Any) -> CarriedFile:
        kept = before(self, held, **more)
        if held.sent == 2 and held.state == WAITING:
            line.lose = 1
        return kept

    monkeypatch.setattr(Carried, "keep", interrupted)
    with pytest.raises(LineDown):
        carrier.sync()
    monkeypatch.undo()
    assert [held.sent for held in files(carrier.records)] == [2]
    said = len(line.sizes)
    carrier.sync()
    [held] = files(carrier.records)
    assert (held.state, held.sent) == (DELIVERED, held.parts)
    assert len(line.sizes) - said == 1 + held.parts - 2


def test_records_are_let_go_once_backups_hold_them_and_what_was_delivered_is_remembered(
    here: Town, window: Booth, carrier: Booth, line: Faulty, tmp_path: Path
) -> None:
    window.receive()
    content = taken_out(window, here, tmp_path / "file")
    take_up(carrier, here, content)
    carrier.sync()
    [held] = files(carrier.records)
    assert held.weight > 0
    asked = len(line.sizes)
    carrier.sync()
    assert len(line.sizes) == asked, "asked at most once an hour"
    backed_up(here, window, held.word.last)
    here.clock.advance(minutes=61)
    carrier.sync()
    [held] = files(carrier.records)
    assert (held.state, held.weight) == (DELIVERED, 0)
    assert Carried(carrier.records).part(held.content, 0) is None
    again = take_up(carrier, here, content)
    assert (again.new, again.already, again.delivered, again.word) == (0, held.word.entries, held.word.entries, None)
    asked = len(line.sizes)
    here.clock.advance(minutes=61)
    carrier.sync()
    assert len(line.sizes) == asked


def test_a_restored_central_hears_again_what_its_backup_had_not(
    here: Town, window: Booth, carrier: Booth, tmp_path: Path
) -> None:
    window.receive()
    own = [r.entry for r in window.own()]
    backup = here.back_up()
    take_up(carrier, here, taken_out(window, here, tmp_path / "file"))
    carrier.sync()
    assert [r.entry for r in here.feed()] == own
    here.restore(backup)
    assert here.feed() == []
    assert carrier.sync().carried == 1
    assert [r.entry for r in here.feed()] == own


def test_a_central_that_does_not_know_the_call_yet_is_waited_for(
    here: Town, window: Booth, carrier: Booth, line: Faulty, tmp_path: Path
) -> None:
    window.receive()
    take_up(carrier, here, taken_out(window, here, tmp_path / "file"))
    line.unknown = True
    assert carrier.sync().carried == 0
    assert counts(carrier.records) == (1, 0)
    line.unknown = False
    assert carrier.sync().carried == 1


def test_what_waits_for_missing_entries_is_tried_again_when_they_come(
    here: Town, window: Booth, carrier: Booth, tmp_path: Path
) -> None:
    window.receive()
    early = taken_out(window, here, tmp_path / "early")
    window.receive()
    number = len(window.own())
    late = taken_out(window, here, tmp_path / "late")
    take_up(carrier, here, early)
    first = files(carrier.records)[0].word.last
    with carrier.records.transaction():  # the early file is lost on the way
        lost = files(carrier.records)[0]
        Carried(carrier.records).keep(msgspec.structs.replace(lost, state=DELIVERED), drop=True)
    assert take_up(carrier, here, late).new == number - first
    assert carrier.sync().carried_refused == 1
    [refused] = [held for held in files(carrier.records) if held.state == REFUSED]
    assert refused.code == "gap"
    assert carrier.sync().carried_refused == 0, "not said for ever"
    with carrier.records.transaction():
        carrier.records.vault.delete("carried", lost.content)
    assert take_up(carrier, here, early).new == first
    assert carrier.sync().carried == 2
    assert len(here.feed()) == number


def test_a_full_disk_takes_no_strangers_work(here: Town, window: Booth, carrier: Booth, tmp_path: Path) -> None:
    window.receive()
    content = taken_out(window, here, tmp_path / "file")
    carrier.records.vault._reserve.release()
    with pytest.raises(Refused) as refused:
        take_up(carrier, here, content)
    assert refused.value.code == "no-room"
    assert counts(carrier.records) == (0, 0)


def test_windows_in_the_midst_of_their_own_work_are_told_their_verdicts_as_ever(
    here: Town, window: Booth, carrier: Booth, tmp_path: Path
) -> None:
    number = window.receive()
    take_up(carrier, here, taken_out(window, here, tmp_path / "file"))
    carrier.sync()
    window.desk.remark(number, "联网前的备注")
    assert window.sync().unsent == 0
    assert all(r.verdict is not None and r.verdict.counts for r in window.own())
    assert [r.position for r in window.own()] == list(range(1, len(window.own()) + 1))


def test_every_spoilt_file_is_refused_in_words_and_nothing_is_kept(
    here: Town, window: Booth, carrier: Booth, tmp_path: Path
) -> None:
    window.receive()
    content = taken_out(window, here, tmp_path / "file")
    flipped, header = bytearray(content), bytearray(content)
    flipped[len(content) // 2] ^= 1
    header[40] ^= 1
    spoilt = {
        b"": "file-foreign",
        content[:10]: "file-foreign",
        b"clerk-unsent 2\n" + content[15:]: "file-too-new",
        content[:100]: "file-damaged",
        bytes(header): "file-damaged",
        content[:-1]: "file-incomplete",
        content + b"x": "file-incomplete",
        content[: len(content) // 2]: "file-incomplete",
        bytes(flipped): "file-incomplete",
    }
    for wrong, code in spoilt.items():
        with pytest.raises(Refused, match="没有导入") as refused:
            take_up(carrier, here, wrong)
        assert refused.value.code == code
    assert files(carrier.records) == []


def test_only_a_supervisors_word_is_taken(here: Town, window: Booth, carrier: Booth, tmp_path: Path) -> None:
    window.receive()
    content = taken_out(window, here, tmp_path / "file")
    for role in set(Role) - {Role.SUPERVISOR}:
        person = Person(number="S1", name="黄丙", role=role, points=(OTHER_POINT,))
        with pytest.raises(Refused, match="值班主任"):
            Handover(carrier.records, carrier.seat, person, OTHER_SECRET, here.clock).take_up(content)
    assert files(carrier.records) == []
