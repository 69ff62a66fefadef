"""The feed, cases, prefilings and the catalogue: gapless, complete, and only to who may ask."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import msgspec
import zstandard
from sqlalchemy import delete, update

from clerk_app.domain import bodies as b
from sync import wire
from sync.central import schema as table
from sync.central.entries.ground import mark_of
from tests.support.bells import ToldBell
from tests.support.city import OTHER_POINT, POINT, City, problem_code, received


def row(key: str, body: Any = None, **changed: Any) -> wire.CatalogueRow:
    raw = msgspec.Raw(msgspec.json.encode(body if body is not None else {"code": key}))
    whole: dict[str, Any] = {"kind": "item", "key": key, "revision": 0, "search": "jzz", "body": raw}
    return wire.CatalogueRow(**(whole | changed))


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


async def test_what_stands_at_a_place_is_told_by_a_mark_and_a_page_by_that_of_its_end(city: City) -> None:
    window = await city.window()
    entries = [window.receive() for _ in range(4)]
    await window.verdicts(entries)
    whole = await window.feed()
    marks = [told.mark for told in whole.entries]
    assert marks == [mark_of(entry.id, city.central.now_ms()) for entry in entries]
    assert len({0, *marks}) == 5
    assert whole.mark == marks[3]
    for after in (1, 3, 4):
        for mark in (0, marks[after - 1]):
            told = await window.get("/v1/feed", after=after, mark=mark, limit=2)
            page = msgspec.json.decode(told.content, type=wire.Feed)
            assert [one.mark for one in page.entries] == marks[after : after + 2]
            assert page.mark == marks[page.next - 1]
    assert (await window.get("/v1/feed", after=0, limit=500)).json()["mark"] == marks[3]


async def test_a_place_that_has_another_mark_is_told_so_whatever_comes_behind_it(city: City) -> None:
    window = await city.window()
    await window.verdicts([window.receive() for _ in range(3)])
    marks = [told.mark for told in (await window.feed()).entries]
    for after, mark in ((1, marks[1]), (3, marks[1]), (3, marks[2] + 1), (0, marks[0]), (4, marks[2])):
        told = await window.get("/v1/feed", after=after, mark=mark, wait=25)
        assert (told.status_code, problem_code(told)) == (410, "cursor-ahead"), (after, mark)


async def test_an_entry_said_again_to_a_restored_central_has_another_mark(city: City) -> None:
    window = await city.window()
    kept, lost = window.receive(), window.receive()
    await window.verdicts([kept])
    [before] = (await window.feed()).entries
    await window.verdicts([lost])
    [_, old] = (await window.feed()).entries
    async with city.central.database.write() as connection:  # as a backup from between the two has it
        await connection.execute(delete(table.entries).where(table.entries.c.id == lost.id))
        await connection.execute(update(table.subjects).where(table.subjects.c.subject == lost.subject).values(count=0))
        stood = update(table.windows).where(table.windows.c.id == window.id)
        await connection.execute(stood.values(last_n=1, last_digest=kept.digest()))
        await connection.execute(update(table.points).where(table.points.c.code == POINT).values(position=1))
    city.clock.advance(seconds=5)
    await window.verdicts([lost])
    again, new = (await window.feed()).entries
    assert (again.mark, new.entry, new.position) == (before.mark, lost, old.position)
    told = await window.get("/v1/feed", after=2, mark=old.mark)
    assert problem_code(told) == "cursor-ahead"
    assert (await window.get("/v1/feed", after=2, mark=new.mark)).json()["next"] == 2


async def test_an_entry_that_was_held_back_has_the_mark_of_the_moment_it_was_let_go(city: City) -> None:
    window = await city.window()
    case = window.new_case()
    first, refused = window.receive(case), window.say("materials.checked", case, {"tallies": 5}, seen=1)
    waiting = window.say("materials.checked", case, b.Checked(tallies=received().tallies), seen=1)
    await window.verdicts([first, refused, waiting])
    came = city.central.now_ms()
    city.clock.advance(seconds=60)
    mended = window.say("entry.mended", case, b.Mended(entry=refused.id, reason="补正"), seen=1)
    await window.verdicts([mended])
    marks = {told.entry.id: told.mark for told in (await window.feed()).entries}
    assert marks[first.id] == mark_of(first.id, came)
    assert marks[waiting.id] == mark_of(waiting.id, city.central.now_ms())


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


async def test_a_revision_that_was_never_given_out_is_told_so(city: City) -> None:
    last = (await city.central.import_rows([row("A"), row("B")])).revision
    again = (await city.central.import_rows([row("A", {"code": "A", "name": "新"})])).revision
    assert (await changes(city, after=last)).next == again
    assert (await changes(city, after=again)).rows == []
    window = await city.window()
    await window.sign_in()
    told = await window.get("/v1/catalogue", after=again + 1)
    assert (told.status_code, problem_code(told)) == (410, "cursor-ahead")


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
