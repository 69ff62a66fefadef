"""The whole catalogue as one file: made once, the same for everybody, and got in parts."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterable
from datetime import timedelta

import httpx
import msgspec
import pytest
import zstandard
from sqlalchemy import delete, func, select

from sync import wire
from sync.central.catalogue import snapshots
from sync.central.schema import catalogue
from sync.central.schema import snapshots as kept
from tests.support.city import City, Window, problem_code

PATH = "/v1/catalogue/snapshot"


def rows(numbers: Iterable[int], text: str = "x", *, withdrawn: bool = False) -> list[wire.CatalogueRow]:
    return [
        wire.CatalogueRow(
            kind="item",
            key=f"I{n:05d}",
            revision=0,
            withdrawn=withdrawn,
            search=f"s{n}",
            body=msgspec.Raw(
                msgspec.json.encode({"n": n, "text": hashlib.sha256(f"{text}{n}".encode()).hexdigest() * 40})
            ),
        )
        for n in numbers
    ]


async def signed_in(city: City) -> Window:
    window = await city.window()
    await window.sign_in()
    return window


async def told_of(window: Window) -> wire.CatalogueSnapshot:
    told = await window.get(PATH)
    assert told.status_code == 200, told.text
    return msgspec.json.decode(told.content, type=wire.CatalogueSnapshot)


async def file_of(window: Window, revision: int, **headers: str) -> httpx.Response:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return await window.city.client.get(f"{PATH}/{revision}", headers={**window.headers, **more})


def rows_in(content: bytes) -> list[wire.CatalogueRow]:
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)) as reader:
        return [msgspec.json.decode(line, type=wire.CatalogueRow) for line in reader.read().splitlines()]


async def test_the_file_holds_what_the_pages_hold(city: City) -> None:
    await city.central.import_rows(rows(range(30)))
    await city.central.import_rows(rows(range(3), withdrawn=True))
    window = await signed_in(city)
    told = await told_of(window)
    file = await file_of(window, told.revision)
    assert (file.status_code, file.headers["content-type"]) == (200, wire.SNAPSHOT_TYPE)
    assert file.headers["etag"] == f'"{told.sha256}"' == f'"{hashlib.sha256(file.content).hexdigest()}"'
    assert len(file.content) == told.size
    assert wire.EPOCH_HEADER in file.headers
    page = msgspec.json.decode((await window.get("/v1/catalogue", limit=2000)).content, type=wire.Catalogue)
    assert rows_in(file.content) == page.rows
    assert (len(page.rows), page.next) == (told.rows, told.revision)


async def test_any_part_of_the_file_can_be_had(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "PART", 1000)
    await city.central.import_rows(rows(range(120)))
    window = await signed_in(city)
    told = await told_of(window)
    whole = (await file_of(window, told.revision)).content
    assert told.size > 3000
    for begin, end in ((0, 1), (0, 1000), (999, 1001), (1500, 3000), (told.size - 1, told.size)):
        part = await file_of(window, told.revision, Range=f"bytes={begin}-{end - 1}", If_Range=f'"{told.sha256}"')
        assert part.status_code == 206
        assert part.content == whole[begin:end]
        assert part.headers["content-range"] == f"bytes {begin}-{end - 1}/{told.size}"
    assert (await file_of(window, told.revision, Range="bytes=2000-")).content == whole[2000:]
    assert (await file_of(window, told.revision, Range="bytes=-70")).content == whole[-70:]
    assert (await file_of(window, told.revision, Range=f"bytes=7-{told.size * 9}")).content == whole[7:]


async def test_what_is_no_range_of_this_file_is_answered_with_the_whole(city: City) -> None:
    await city.central.import_rows(rows(range(5)))
    window = await signed_in(city)
    told = await told_of(window)
    for asked in ("bytes=9-1", "bytes=", "lines=1-2", "bytes=0-1,5-6", "bytes=-", "bytes=a-b", "bytes=1-" + "9" * 40):
        whole = await file_of(window, told.revision, Range=asked)
        assert (whole.status_code, len(whole.content)) == (200, told.size), asked
    assert (await file_of(window, told.revision, Range="bytes=0-9", If_Range='"another"')).status_code == 200


async def test_a_range_past_the_end_and_an_unknown_file_are_told_apart(city: City) -> None:
    await city.central.import_rows(rows(range(5)))
    window = await signed_in(city)
    told = await told_of(window)
    past = await file_of(window, told.revision, Range=f"bytes={told.size}-")
    assert (past.status_code, problem_code(past)) == (416, "range")
    assert past.headers["content-range"] == f"bytes */{told.size}"
    assert problem_code(await file_of(window, told.revision, Range="bytes=-0")) == "range"
    assert problem_code(await file_of(window, told.revision + 1)) == "snapshot-unknown"
    for wrong in ("x", "-1", "1.0", "9" * 40):
        assert problem_code(await window.city.client.get(f"{PATH}/{wrong}", headers=window.headers)) == "malformed"


async def test_an_empty_catalogue_has_no_file(city: City) -> None:
    window = await signed_in(city)
    async with city.central.database.write() as connection:
        await connection.execute(delete(catalogue))
    assert problem_code(await window.get(PATH)) == "snapshot-unknown"


async def test_it_is_made_once_for_all_who_ask_at_once_and_anew_when_a_good_part_changed(city: City) -> None:
    await city.central.import_rows(rows(range(200)))
    window = await signed_in(city)
    asked = await asyncio.gather(*(told_of(window) for _ in range(12)))
    assert len(set(map(repr, asked))) == 1
    await city.central.import_rows(rows(range(5), "other"))
    assert await told_of(window) == asked[0]
    await city.central.import_rows(rows(range(40), "third"))
    later = await told_of(window)
    assert later.revision > asked[0].revision
    assert {
        row.key: row.body for row in rows_in((await file_of(window, later.revision)).content) if row.kind == "item"
    } == {row.key: row.body for row in [*rows(range(40, 200)), *rows(range(40), "third")]}


async def test_an_old_file_stays_for_a_day_for_whoever_is_in_the_middle_of_it(city: City) -> None:
    window = await signed_in(city)
    seen = []
    for n in range(3):
        await city.central.import_rows(rows(range(50), f"turn {n}"))
        seen.append((await told_of(window)).revision)
        assert (await file_of(window, seen[0], Range="bytes=0-9")).status_code == 206
        city.clock.advance(minutes=3)
    city.clock.now += timedelta(days=2)
    await window.sign_in()
    await city.central.import_rows(rows(range(50), "the day after tomorrow"))
    last = (await told_of(window)).revision
    assert [(await file_of(window, revision)).status_code for revision in (*seen, last)] == [404, 404, 200, 200]


async def test_no_more_than_a_few_old_files_are_kept(city: City) -> None:
    window = await signed_in(city)
    for n in range(8):
        await city.central.import_rows(rows(range(30), f"turn {n}"))
        await told_of(window)
    async with city.central.database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(kept))).scalar_one() == snapshots.MOST_KEPT
