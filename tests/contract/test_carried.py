"""POST /v1/carried: what one window wrote and another brings is taken in once, as if the first had said it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select, text

from clerk_app.domain import bodies as b
from clerk_app.domain.envelope import EXPORT, Header, begin, frame
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.domain.people import Role
from clerk_app.domain.word import Word
from sync import wire
from sync.central.central import Central
from sync.central.schema import carried
from tests.support.city import OTHER_POINT, POINT, City, Window, problem_code


@dataclass
class File:
    """A file of unsent work, as the window that wrote it makes it."""

    header: Header
    opening: str
    signature: str
    records: list[bytes]
    entries: list[Entry]


def sealed(city: City, window: Window, entries: Sequence[Entry], **other: Any) -> File:
    """Write a file; a window or a key of central's can be given that are not the true ones."""
    assert city.central.handover is not None
    told = city.central.handover.told()
    header, content, key = begin(
        kind=EXPORT,
        window=other.get("named", window.id),
        point=window.point,
        created="2025-06-03T09:00:00+08:00",
        signing_key=other.get("key", window.key).private_bytes_raw(),
        central=other.get("central", (told.id, bytes.fromhex(told.key))),
    )
    opening = content[content.index(b"{") : -64]
    records = [frame(entry, key, header.file).raw for entry in entries]
    return File(header, opening.decode(), content[-64:].hex(), records, list(entries))


def word_of(file: File, carrier: Window, **changed: Any) -> Word:
    numbers = [entry.n for entry in file.entries] or [0]
    whole: dict[str, Any] = {
        "file": file.header.file,
        "window": file.header.window,
        "carrier": carrier.id,
        "actor": "S1",
        "at": "2025-06-03T10:00:00+08:00",
        "content": sha256(file.opening.encode()).hexdigest(),
        "first": numbers[0],
        "last": numbers[-1],
        "entries": len(file.entries),
    }
    return Word(**(whole | changed)).signed(carrier.key.private_bytes_raw())


async def bring(city: City, carrier: Window, file: File, **other: Any) -> httpx.Response:
    """Have a window bring a file; parts of the request can be given that are not the true ones."""
    if not carrier.token:
        await carrier.sign_in()
    request = wire.CarriedRequest(
        epoch=other.get("epoch", city.central.epoch),
        header=other.get("header", file.opening),
        signature=other.get("signature", file.signature),
        word=other.get("word", word_of(file, carrier)),
        records=other.get("records", b"".join(file.records)),
    )
    headers = {**carrier.headers, "Content-Type": wire.MEDIA_TYPE}
    return await city.client.post("/v1/carried", content=msgspec.json.encode(request), headers=headers)


def answer(told: httpx.Response) -> wire.CarriedAnswer:
    assert told.status_code == 200, told.text
    return msgspec.json.decode(told.content, type=wire.CarriedAnswer)


@pytest.fixture
async def writer(city: City) -> Window:
    """A window whose line is down."""
    return await city.window()


@pytest.fixture
async def carrier(city: City) -> Window:
    """A window of another point, with a line."""
    return await city.window(OTHER_POINT)


async def test_central_tells_its_key_at_enrolment_and_in_every_session(city: City, writer: Window) -> None:
    await writer.sign_in()
    state = msgspec.json.decode((await writer.get("/v1/session")).content, type=wire.SessionState)
    assert state.handover is not None
    assert city.central.handover is not None
    assert state.handover == city.central.handover.told()
    assert len(bytes.fromhex(state.handover.key)) == 32


async def test_the_key_outlives_the_process_and_two_processes_have_one(city: City, central_url: str) -> None:
    other = await Central.open(central_url)
    assert other.handover == city.central.handover
    await other.close()


async def test_what_is_brought_takes_its_place_in_the_point_of_the_window_that_wrote_it(
    city: City, writer: Window, carrier: Window
) -> None:
    entries = [writer.receive() for _ in range(3)]
    told = answer(await bring(city, carrier, sealed(city, writer, entries)))
    assert (told.window, told.last_n, told.refused) == (writer.id, 3, 0)
    await writer.sign_in()
    feed = await writer.feed()
    assert [(f.position, f.entry) for f in feed.entries] == list(enumerate(entries, start=1))
    assert (await carrier.feed()).entries == []


async def test_the_window_that_wrote_it_comes_back_and_hears_the_same_verdicts(
    city: City, writer: Window, carrier: Window
) -> None:
    case = writer.new_case()
    entries = [writer.receive(case), writer.say("case.accepted", case, {"rubbish": 1}, seen=1)]
    file = sealed(city, writer, entries)
    assert answer(await bring(city, carrier, file)).refused == 1
    later = writer.receive()
    verdicts = await writer.verdicts([*entries, later])
    assert [v.verdict for v in verdicts] == [Verdict.APPLIED, Verdict.REFUSED, Verdict.APPLIED]
    assert [v.position for v in verdicts] == [1, None, 2]
    assert answer(await bring(city, carrier, file)).last_n == 3
    assert len((await writer.feed()).entries) == 2


async def test_it_may_be_brought_in_parts_and_each_part_again(city: City, writer: Window, carrier: Window) -> None:
    entries = [writer.receive() for _ in range(5)]
    file = sealed(city, writer, entries)
    first, second = b"".join(file.records[:3]), b"".join(file.records[3:])
    for part, last in ((first, 3), (first, 3), (second, 5), (first, 5), (b"", 5)):
        assert answer(await bring(city, carrier, file, records=part)).last_n == last
    await writer.sign_in()
    assert [f.entry.n for f in (await writer.feed()).entries] == [1, 2, 3, 4, 5]


async def test_who_brought_it_on_whose_word_is_kept(city: City, writer: Window, carrier: Window) -> None:
    file = sealed(city, writer, [writer.receive(), writer.receive()])
    for _ in range(2):
        await bring(city, carrier, file)
    async with city.central.database.read() as connection:
        [row] = (await connection.execute(select(carried))).mappings().all()
    word = word_of(file, carrier)
    told = (row["window"], row["carrier"], row["actor"], row["said_at"], row["content"], row["word"], row["through"])
    assert told == (writer.id, carrier.id, "S1", word.at, word.content, word.signature, 2)
    assert row["received_at"] == city.central.now_ms()


async def test_entries_missing_before_what_is_brought_are_told_and_nothing_is_stored(
    city: City, writer: Window, carrier: Window
) -> None:
    entries = [writer.receive() for _ in range(3)]
    told = await bring(city, carrier, sealed(city, writer, entries[1:]))
    assert (told.status_code, problem_code(told), told.json()["expected"]) == (409, "gap", 1)
    await writer.sign_in()
    assert (await writer.feed()).entries == []


async def test_another_history_of_the_same_window_is_refused(city: City, writer: Window, carrier: Window) -> None:
    held = writer.receive()
    writer.n, writer.previous = 0, "0" * 64
    other = writer.receive()
    await writer.verdicts([held])
    told = await bring(city, carrier, sealed(city, writer, [other]))
    assert (told.status_code, problem_code(told)) == (409, "entry-reused")


@pytest.mark.parametrize("actor", ["C2", "C1", "D1", "S2", "nobody"])
async def test_only_the_word_of_a_supervisor_of_the_carrying_point_counts(
    city: City, writer: Window, carrier: Window, actor: str
) -> None:
    await city.central.add_account("S2", "样例督导", "sample-password-2", Role.SUPERVISOR, [POINT])
    file = sealed(city, writer, [writer.receive()])
    told = await bring(city, carrier, file, word=word_of(file, carrier, actor=actor))
    assert (told.status_code, problem_code(told)) == (403, "word-invalid")


async def test_a_word_is_for_one_file_and_one_carrier_and_is_signed_by_it(
    city: City, writer: Window, carrier: Window
) -> None:
    entry = writer.receive()
    file, other = sealed(city, writer, [entry]), sealed(city, writer, [entry])
    third = await city.window(OTHER_POINT)
    unsigned = msgspec.structs.replace(word_of(file, carrier), actor="S1", content="0" * 64)
    for word in (
        word_of(other, carrier),
        word_of(file, third),
        unsigned,
        word_of(file, carrier, content="长" * 64),
        word_of(file, carrier, at="x" * 41),
        word_of(file, carrier, entries=2**60),
    ):
        told = await bring(city, carrier, file, word=word)
        assert (told.status_code, problem_code(told)) == (403, "word-invalid")
    short = word_of(file, carrier, first=2, last=9)
    assert problem_code(await bring(city, carrier, file, word=short)) == "carried-unreadable"
    await city.central.revoke_account("S1")
    assert problem_code(await bring(city, carrier, file)) == "word-invalid"


async def test_what_no_enrolled_window_wrote_is_refused(city: City, writer: Window, carrier: Window) -> None:
    entry = writer.receive()
    stranger = Ed25519PrivateKey.generate()
    for file in (
        sealed(city, writer, [entry], key=stranger),
        sealed(city, writer, [entry], named="FS0001-ZZ"),
        sealed(city, writer, [entry], named=carrier.id),
        sealed(city, writer, [entry], named="CENTRAL"),
    ):
        told = await bring(city, carrier, file)
        assert (told.status_code, problem_code(told)) == (403, "carried-foreign")
    file = sealed(city, writer, [entry])
    await city.central.revoke_window(writer.id)
    told = await bring(city, carrier, file)
    assert (told.status_code, problem_code(told)) == (403, "carried-foreign")


async def test_what_cannot_be_opened_or_is_not_whole_is_refused(city: City, writer: Window, carrier: Window) -> None:
    entries = [writer.receive(), writer.receive()]
    file = sealed(city, writer, entries)
    flipped = bytearray(b"".join(file.records))
    flipped[60] ^= 1
    elsewhere = X25519PrivateKey.generate().public_key().public_bytes_raw()
    told = city.central.handover.told() if city.central.handover else None
    assert told is not None
    wrong_key = sealed(city, writer, entries, central=(told.id, elsewhere))
    old_key = sealed(city, writer, entries, central=("older", elsewhere))
    header = json.dumps({**json.loads(file.opening), "window": carrier.id})
    attempts: list[tuple[File, dict[str, Any]]] = [
        (file, {"records": bytes(flipped)}),
        (file, {"records": b"".join(file.records)[:-1]}),
        (file, {"records": b"x" + file.records[0]}),
        (file, {"records": file.records[1] + file.records[0]}),
        (file, {"records": sealed(city, writer, entries).records[0]}),
        (file, {"header": header}),
        (file, {"header": "{}"}),
        (file, {"header": ""}),
        (file, {"signature": "00" * 64}),
        (file, {"signature": "no hex"}),
        (wrong_key, {}),
        (old_key, {}),
    ]
    for spoilt, other in attempts:
        answered = await bring(city, carrier, spoilt, **other)
        assert (answered.status_code, problem_code(answered)) == (422, "carried-unreadable"), other
    await writer.sign_in()
    assert (await writer.feed()).entries == []


async def test_an_entry_that_is_not_the_writers_own_spoils_the_part_instead_of_taking_its_number(
    city: City, writer: Window, carrier: Window
) -> None:
    good = writer.receive()
    forged = replace(good, signature="00" * 64)
    told = await bring(city, carrier, sealed(city, writer, [forged]))
    assert problem_code(told) == "carried-unreadable"
    [verdict] = await writer.verdicts([good])
    assert verdict.verdict is Verdict.APPLIED


async def test_another_life_of_central_and_too_many_records_are_told(
    city: City, writer: Window, carrier: Window
) -> None:
    file = sealed(city, writer, [writer.receive()])
    assert problem_code(await bring(city, carrier, file, epoch="other")) == "epoch-changed"
    many = sealed(city, writer, [writer.say("remark.added", "x", b.Remarked(text="x")) for _ in range(201)])
    assert problem_code(await bring(city, carrier, many)) == "too-large"


async def test_a_database_from_before_gets_its_key_on_opening(
    city: City, writer: Window, carrier: Window, central_url: str
) -> None:
    async with city.central.database.write() as connection:
        await connection.execute(text("DELETE FROM meta WHERE key = 'handover-key'"))
    again = await Central.open(central_url, city.clock)
    assert again.handover is not None
    assert again.handover != city.central.handover
    city.central.handover = again.handover
    assert answer(await bring(city, carrier, sealed(city, writer, [writer.receive()]))).last_n == 1
    await again.close()


async def test_two_words_for_one_file_are_both_kept(city: City, writer: Window, carrier: Window) -> None:
    file = sealed(city, writer, [writer.receive()])
    for at in ("2025-06-03T10:00:00+08:00", "2025-06-03T11:00:00+08:00"):
        answer(await bring(city, carrier, file, word=word_of(file, carrier, at=at)))
    async with city.central.database.read() as connection:
        rows = (await connection.execute(select(carried.c.said_at, carried.c.through))).all()
    assert sorted(rows) == [("2025-06-03T10:00:00+08:00", 1), ("2025-06-03T11:00:00+08:00", 1)]
