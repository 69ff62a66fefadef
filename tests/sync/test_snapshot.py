"""The whole catalogue as one file: fetched in pieces, gone on with after every cut, and never believed unproven."""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from clerk_app.domain.catalogue import Department, ServiceItem
from clerk_app.domain.plain import to_plain
from clerk_app.line import LineDown
from clerk_app.store.errors import StoreFull
from clerk_app.store.records import Records
from sync import wire
from sync.central.catalogue import snapshots
from sync.engine.snapshot import STUMBLES
from sync.snapshot_file import SnapshotFile
from tests.support.booth import Booth, Town, booth
from tests.support.lossy import Fault, LossyLine
from tests.support.story import PERMIT

ITEMS = 250
PATH = "/v1/catalogue/snapshot"
NOISE = random.Random(7).randbytes(ITEMS * 4000).hex()
"""That no compressor makes smaller than half."""


def item(n: int, name: str = "") -> ServiceItem:
    office = Department(code=f"D{n % 9}", name=f"第{n % 9}局")
    return ServiceItem(
        code=f"I{n:04d}", name=name or f"样例事项{n}", department=office, basis=NOISE[8000 * n : 8000 * n + 8000]
    )


def rows(items: Iterable[ServiceItem], *, withdrawn: bool = False) -> list[wire.CatalogueRow]:
    return [
        wire.CatalogueRow(
            kind="item", key=i.code, revision=0, withdrawn=withdrawn, body=msgspec.Raw(msgspec.json.encode(to_plain(i)))
        )
        for i in items
    ]


def publish(here: Town, *given: wire.CatalogueRow) -> None:
    here.loop.run(here.central.import_rows(given))


class Line(LossyLine):
    """A lossy line whose answers can also be bent; ``after`` is called with each request's path once it is answered."""

    bend: Callable[[httpx.Request, httpx.Response], httpx.Response] = staticmethod(lambda _, told: told)
    after: Callable[[str], None] = staticmethod(lambda path: None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        told = self.bend(request, super().handle_request(request))
        self.after(request.url.path)
        return told

    def asked(self) -> list[str]:
        return [r.url.path for r in self.requests if r.url.path.startswith("/v1/catalogue")]

    def pieces(self) -> list[tuple[int, int]]:
        """Return which pieces of the file were asked for."""
        asked = (r.headers.get("range", "") for r in self.requests if r.url.path.startswith(PATH + "/"))
        return [(int(a), int(b) + 1) for a, b in (text.removeprefix("bytes=").split("-") for text in asked)]


def changed(told: httpx.Response, content: bytes) -> httpx.Response:
    headers = {k: v for k, v in told.headers.items() if k.lower() != "content-length"}
    return httpx.Response(told.status_code, headers=headers, content=content)


def problem(status: int, code: str) -> httpx.Response:
    """Return a problem as central tells it."""
    headers = {"Content-Type": wire.PROBLEM_TYPE, wire.EPOCH_HEADER: "x"}
    told = wire.Problem(type=wire.PROBLEMS + code, title="x", status=status)
    return httpx.Response(status, headers=headers, content=msgspec.json.encode(told))


def body_of(told: httpx.Response) -> bytes:
    assert isinstance(told.stream, httpx.SyncByteStream)
    return b"".join(told.stream)


@pytest.fixture
def line(here: Town) -> Line:
    publish(here, *rows(map(item, range(ITEMS))))
    return Line(here.bridge)


@pytest.fixture
def fresh(here: Town, line: Line, tmp_path: Path) -> Iterator[Booth]:
    with booth(here.enrol(), tmp_path / "one", here.clock, line) as opened:
        yield opened


def has_all(records: Records, count: int = ITEMS) -> bool:
    found = {i.code: i for i in records.items()}
    return (
        all(found.get(i.code) == i for i in map(item, range(count)))
        and [hit.key for hit in records.search_items(f"样例事项{count - 1}")] == [item(count - 1).code]
        and PERMIT.code in found
    )


def on_its_way(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("catalogue-*")]


def test_a_window_without_a_catalogue_takes_the_file_and_then_only_what_changed(
    here: Town, fresh: Booth, line: Line
) -> None:
    publish(here, *rows(map(item, range(200, 203)), withdrawn=True))
    assert fresh.sync().catalogue >= ITEMS
    assert has_all(fresh.records, 200)
    assert fresh.records.item("I0201") is None
    assert line.asked()[0] == PATH
    assert line.asked()[-1] == "/v1/catalogue"
    assert [end - begin for begin, end in line.pieces()][:2] == [256 << 10, 512 << 10]
    assert on_its_way(fresh.folder) == []
    line.requests.clear()
    publish(here, *rows([item(3, "改名的事项")]))
    assert fresh.sync().catalogue == 1
    assert [hit.key for hit in fresh.records.search_items("改名")] == ["I0003"]
    assert line.asked() == ["/v1/catalogue"]


def test_what_was_fetched_before_a_cut_is_not_fetched_again(fresh: Booth, line: Line) -> None:
    seen = 0

    def fall_silent(path: str) -> None:
        nonlocal seen
        seen += path.startswith(PATH + "/")
        if seen == 2:
            line.faults.extend([Fault.LOST] * 9)

    line.after = fall_silent
    with pytest.raises(LineDown):
        fresh.sync()
    assert len(on_its_way(fresh.folder)) == 1
    assert fresh.records.catalogue_revision() == 0
    line.after, line.faults = Line.after, type(line.faults)()
    fresh.sync()
    assert has_all(fresh.records)
    got = line.pieces()
    assert {begin for begin, _ in got[2:4]} == {got[1][1]}, "it went on where it was"
    assert [begin for begin, _ in got] == sorted(begin for begin, _ in got)


def test_on_a_line_that_cuts_large_answers_the_pieces_shrink_until_they_come_through(fresh: Booth, line: Line) -> None:
    def cut(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if request.url.path.startswith(PATH + "/") and int(told.headers["content-length"]) > 100 << 10:
            raise httpx.RemoteProtocolError("peer closed connection", request=request)
        return told

    line.bend = cut
    fresh.sync()
    assert has_all(fresh.records)
    assert {end - begin for begin, end in line.pieces()} >= {256 << 10, 64 << 10}


def test_a_piece_that_ends_in_the_middle_counts_as_far_as_it_came(fresh: Booth, line: Line) -> None:
    def half(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if request.url.path.startswith(PATH + "/"):
            content = body_of(told)
            return changed(told, content[: len(content) // 2 + 1])
        return told

    line.bend = half
    fresh.sync()
    assert has_all(fresh.records)
    assert line.asked().count(PATH) == 1


def test_wherever_the_window_is_killed_it_goes_on_from_there(
    here: Town, fresh: Booth, line: Line, tmp_path: Path
) -> None:
    """Each copy of the folder is what a kill at that moment leaves behind."""
    killed: list[Path] = []

    def copy(*_: object) -> None:
        place = tmp_path / f"killed-{len(killed)}"
        shutil.copytree(fresh.folder, place)
        killed.append(place)

    line.after = lambda path: copy() if path.startswith(PATH) else None
    fresh.end.sync(lambda shown: copy() if "已更新目录" in shown else None)
    revision = fresh.records.catalogue_revision()
    assert len(killed) > 5
    for place in killed:
        again = Line(here.bridge)
        with booth(fresh.seat, place, here.clock, again) as woken:
            woken.sync()
            assert has_all(woken.records)
            assert woken.records.catalogue_revision() == revision
            assert on_its_way(place) == []


def test_a_file_whose_digest_is_wrong_twice_is_given_up_for_pages(fresh: Booth, line: Line) -> None:
    def bend(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if request.url.path.startswith(PATH + "/"):
            content = bytearray(body_of(told))
            content[len(content) // 2] ^= 1
            return changed(told, bytes(content))
        return told

    line.bend = bend
    fresh.sync()
    assert has_all(fresh.records)
    assert line.asked().count(PATH) == 2
    assert on_its_way(fresh.folder) == []


def test_a_file_that_is_proven_and_yet_no_catalogue_is_given_up_for_pages(
    fresh: Booth, line: Line, here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "row_of", lambda row: {"kind": row["kind"]})
    fresh.sync()
    assert has_all(fresh.records)
    assert line.asked().count(PATH) == 1


def test_a_file_that_was_swept_meanwhile_is_fetched_anew(fresh: Booth, line: Line, here: Town) -> None:
    done: list[str] = []

    def sweep(path: str) -> None:
        if path.startswith(PATH + "/") and not done:
            done.append(path)
            for turn in range(snapshots.MOST_KEPT + 1):
                publish(here, *rows(item(n, f"第{turn}回") for n in range(ITEMS, ITEMS + 40)))
                here.loop.run(snapshots.newest(here.central))

    line.after = sweep
    fresh.sync()
    assert has_all(fresh.records)
    assert [hit.name for hit in fresh.records.search_items("第4回", 1)] == ["第4回"]
    assert line.asked().count(PATH) == 2


def test_what_stands_in_the_way_of_the_file_alone_does_not_keep_the_catalogue_away(fresh: Booth, line: Line) -> None:
    def blocked(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if request.url.path.startswith(PATH + "/"):
            raise httpx.ReadTimeout("nothing comes", request=request)
        return told

    line.bend = blocked
    for _ in range(STUMBLES - 1):
        with pytest.raises(LineDown):
            fresh.sync()
    fresh.sync()
    assert has_all(fresh.records)
    fresh.sync()
    assert on_its_way(fresh.folder) == []


def test_a_central_that_fails_at_making_the_file_is_asked_for_pages(fresh: Booth, line: Line) -> None:
    def failing(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        return problem(500, "internal") if request.url.path.startswith(PATH) else told

    line.bend = failing
    fresh.sync()
    assert has_all(fresh.records)
    assert line.asked().count(PATH) == 1


@pytest.mark.parametrize("code", ["not-found", "method"])
def test_a_central_one_version_older_is_asked_for_pages(fresh: Booth, line: Line, code: str) -> None:
    def older(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if not request.url.path.startswith(PATH):
            return told
        return problem(404 if code == "not-found" else 405, code)

    line.bend = older
    fresh.sync()
    assert has_all(fresh.records)


def test_where_something_on_the_way_knows_no_parts_the_whole_is_taken_at_once(fresh: Booth, line: Line) -> None:
    def whole(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if request.url.path.startswith(PATH + "/") and told.status_code == 206:
            bare = httpx.Request("GET", request.url, headers={k: v for k, v in request.headers.items() if k != "range"})
            return line._pass(bare)
        return told

    line.bend = whole
    fresh.sync()
    assert has_all(fresh.records)
    assert len(line.pieces()) == 1


def test_a_disk_that_takes_no_file_leaves_none_behind_and_the_pages_come(
    fresh: Booth, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = SnapshotFile.keep

    def full(file: SnapshotFile, offset: int, content: bytes) -> None:
        keep(file, offset, content[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SnapshotFile, "keep", full)
    fresh.sync()
    assert has_all(fresh.records)
    assert on_its_way(fresh.folder) == []


def test_a_store_that_is_full_while_it_is_taken_in_is_filled_once_there_is_room(
    fresh: Booth, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Records.put_catalogue
    calls: list[int] = []

    def full(records: Records, *args: object, **more: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise StoreFull
        put(records, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Records, "put_catalogue", full)
    with pytest.raises(StoreFull):
        fresh.sync()
    assert len(on_its_way(fresh.folder)) == 1
    pieces = len(line.pieces())
    fresh.sync()
    assert has_all(fresh.records)
    assert len(line.pieces()) == pieces, "nothing was fetched twice"


def test_what_was_recorded_meanwhile_goes_first(here: Town, fresh: Booth, line: Line) -> None:
    publish(here, *rows([PERMIT]))
    fresh.records.put_catalogue([*rows([PERMIT])], 0)
    received: list[str] = []

    def receive(path: str) -> None:
        if path.startswith(PATH + "/") and not received:
            received.append(fresh.receive())

    line.after = receive
    fresh.sync()
    order = [r.url.path for r in line.requests]
    first = next(n for n, path in enumerate(order) if path.startswith(PATH + "/"))
    assert "/v1/entries" in order[first : first + 3]


def test_what_only_a_life_of_central_knew_that_is_over_goes_with_it(here: Town, fresh: Booth, line: Line) -> None:
    fresh.sync()
    backup = here.back_up()
    publish(here, *rows([item(ITEMS, "昨夜之后发布的事项")]))
    fresh.sync()
    assert [hit.key for hit in fresh.records.search_items("昨夜之后")] == [f"I{ITEMS:04d}"]
    here.restore(backup)
    here.clock.now += timedelta(minutes=1)
    fresh.sync()
    assert fresh.records.search_items("昨夜之后") == []
    assert fresh.records.item(f"I{ITEMS:04d}") is None
    assert has_all(fresh.records)
