"""The feed, cases, prefilings and the catalogue: gapless, complete, and only to who may ask."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import zstandard

from sync import wire
from sync.central.bell import Bell
from tests.support.city import OTHER_POINT, POINT, City, problem_code


def row(key: str, body: Any = None, **changed: Any) -> wire.CatalogueRow:
    raw = msgspec.Raw(msgspec.json.encode(body if body is not None else {"code": key}))
    whole: dict[str, Any] = {"kind": "item", "key": key, "revision": 0, "search": "jzz", "body": raw}
    return wire.CatalogueRow(**(whole | changed))


class ToldBell(Bell):
    """Tells when somebody begins to listen."""

    def __init__(self) -> None:
        super().__init__()
        self.somebody = asyncio.Event()

    @contextmanager
    def listen(self, point: str) -> Iterator[asyncio.Event]:
        self.somebody.set()
        with super().listen(point) as event:
            yield event


async def changes(city: City, after: int = 0, limit: int = 500) -> wire.Catalogue:
    window = await city.window()
    await window.sign_in()
    told = await window.get("/v1/catalogue", after=after, limit=limit)
    return msgspec.json.decode(told.content, type=wire.Catalogue)


async def test_the_feed_pages_without_gaps_and_says_when_there_is_more(city: City) -> None:
    window = await city.window()
    entries = [window.receive() for _ in range(7)]
    await window.verdicts(entries)
    found: list[str] = []
    after, more = 0, True
    while more:
        page = msgspec.json.decode((await window.get("/v1/feed", after=after, limit=3)).content, type=wire.Feed)
        found += [e.entry.id for e in page.entries]
        after, more = page.next, page.more
    assert found == [e.id for e in entries]
    assert (await window.feed(after)).next == after


async def test_the_feed_is_the_points_own(city: City) -> None:
    here, there = await city.window(), await city.window(OTHER_POINT)
    await here.verdicts([here.receive()])
    await there.sign_in()
    assert (await there.feed()).entries == []


async def test_a_feed_that_waits_is_woken_by_the_next_entry(city: City) -> None:
    waiting, other = await city.window(), await city.window()
    await waiting.sign_in()
    asked = asyncio.create_task(waiting.get("/v1/feed", after=0, wait=25))
    entry = other.receive()
    await other.verdicts([entry])
    told = msgspec.json.decode((await asyncio.wait_for(asked, 20)).content, type=wire.Feed)
    assert [e.entry.id for e in told.entries] == [entry.id]


async def test_a_feed_that_waits_ends_when_central_stops(city: City) -> None:
    city.central.bell = bell = ToldBell()
    window = await city.window()
    await window.sign_in()
    asked = asyncio.create_task(window.get("/v1/feed", after=0, wait=25))
    await asyncio.wait_for(bell.somebody.wait(), 20)
    bell.silence()
    told = await asyncio.wait_for(asked, 20)
    assert told.json() == {"entries": [], "next": 0}


async def test_a_cursor_past_the_end_is_told_so(city: City) -> None:
    window = await city.window()
    await window.sign_in()
    told = await window.get("/v1/feed", after=1)
    assert (told.status_code, problem_code(told)) == (410, "cursor-ahead")


async def test_a_case_of_another_point_can_be_read_by_its_number(city: City) -> None:
    here, there = await city.window(), await city.window(OTHER_POINT)
    entry = here.receive()
    await here.verdicts([entry, here.say("no.such.kind", entry.subject, seen=1)])
    await there.sign_in("C2")
    told = await there.get(f"/v1/cases/{entry.subject}")
    case = msgspec.json.decode(told.content, type=wire.CaseRecords)
    assert (case.number, case.point, [e.entry for e in case.entries]) == (entry.subject, POINT, [entry])
    assert problem_code(await there.get("/v1/cases/FS0001-01-250603-9999-X")) == "case-unknown"


async def test_a_prefiling_is_found_by_its_number_and_replaced_by_a_newer_one(city: City) -> None:
    prefiling = wire.Prefiling(number="YSB-1", item="SAMPLE-1", applicant={"kind": "person", "name": "区桂芳"})
    await city.central.put_prefiling(prefiling)
    newer = wire.Prefiling(number="YSB-1", item="SAMPLE-1", applicant={"name": "𠮷"}, situation={"q": "a"})
    await city.central.put_prefiling(newer)
    window = await city.window()
    await window.sign_in()
    told = await window.get("/v1/prefilings/YSB-1")
    assert msgspec.json.decode(told.content, type=wire.Prefiling) == newer
    assert problem_code(await window.get("/v1/prefilings/YSB-2")) == "prefiling-unknown"


async def test_only_what_changed_gets_a_new_revision(city: City) -> None:
    first = await city.central.import_rows([row("A"), row("B"), row("C")])
    assert (first.added, first.changed, first.unchanged) == (3, 0, 0)
    spaced = row("A", body=None)
    spaced.body = msgspec.Raw(b'{ "code" :\n"A" }')
    second = await city.central.import_rows([spaced, row("B", {"code": "B", "name": "新"}), row("C", withdrawn=True)])
    assert (second.added, second.changed, second.unchanged) == (0, 2, 1)
    delta = await changes(city, after=first.revision)
    assert [(r.key, r.withdrawn, r.revision > first.revision) for r in delta.rows] == [
        ("B", False, True),
        ("C", True, True),
    ]
    assert (await changes(city, after=delta.next)).rows == []
    assert (await city.central.import_rows([row("A")])).revision == second.revision


async def test_the_catalogue_pages_in_the_order_of_revisions_and_names_the_points(city: City) -> None:
    await city.central.import_rows(row(f"I{i}") for i in range(10))
    found: list[str] = []
    after, more = 0, True
    while more:
        page = await changes(city, after, 4)
        found += [f"{r.kind}:{r.key}" for r in page.rows]
        after, more = page.next, page.more
    assert found == [f"point:{POINT}", f"point:{OTHER_POINT}", *(f"item:I{i}" for i in range(10))]
    assert (await city.central.catalogue_counts()) == {"point": 2, "item": 10}


async def test_a_large_import_is_one_whole(city: City) -> None:
    told = await city.central.import_rows(row(f"I{i}", {"name": f"第{i}项"}) for i in range(1200))
    assert told.added == 1200
    page = await changes(city, after=told.revision - 1)
    assert [bytes(r.body).decode() for r in page.rows] == ['{"name":"第1199项"}']


async def test_answers_are_compressed_as_the_caller_accepts(city: City) -> None:
    await city.central.import_rows(row(f"I{i}", {"name": "居住证签发" * 20}) for i in range(50))
    window = await city.window()
    await window.sign_in()

    async def raw(accepted: str) -> tuple[str | None, bytes]:
        headers = {**window.headers, "Accept-Encoding": accepted}
        async with city.client.stream("GET", "/v1/catalogue", headers=headers) as told:
            assert told.headers["vary"] == "Accept-Encoding"
            body = b"".join([part async for part in told.aiter_raw()])
            return told.headers.get("content-encoding"), body

    none, plain = await raw("identity")
    coding, squeezed = await raw("gzip, zstd;q=0.5")
    assert (none, coding) == (None, "zstd")
    assert zstandard.ZstdDecompressor().decompress(squeezed) == plain
    coding, squeezed = await raw("gzip, zstd;q=0")
    assert coding == "gzip"
    assert gzip.decompress(squeezed) == plain
    assert len(squeezed) * 5 < len(plain)
