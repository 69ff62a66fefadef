"""Work carried by hand: what one window wrote and another brings, taken in as if the first had said it.

Central alone opens it: the key pair is made on its first start and stays in its database, as the backups do.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.envelope import Frame, Header, key_for_central, opened, read_frames, read_header
from clerk_app.domain.envelope_keys import NotReadable
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.domain.people import Role
from clerk_app.domain.word import Word
from sync.central.access.credentials import clean
from sync.central.access.sessions import Caller, person_of
from sync.central.core import Core
from sync.central.database import Database, get_meta
from sync.central.entries.ingest import ingest
from sync.central.entries.screening import MAX_INTEGER
from sync.central.problems import ProblemError
from sync.central.schema import accounts, carried, meta, windows
from sync.wire import MAX_BYTES, MAX_ENTRIES, CarriedAnswer, CarriedRequest, EntriesAnswer, EntriesRequest, HandoverKey

_META = "handover-key"
REVOKED = "写这份文件的窗口已被停用，市级平台不再收它的流水，请联系管理员。"
_UNHEARD = {Verdict.REFUSED, Verdict.QUARANTINED}


@dataclass(frozen=True, slots=True)
class HandoverPair:
    """Central's key for what is carried by hand."""

    id: str
    private: bytes = field(repr=False)

    def told(self) -> HandoverKey:
        """Return what windows are told of it."""
        public = X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()
        return HandoverKey(id=self.id, key=public.hex())


async def handover_pair(database: Database, connection: AsyncConnection) -> HandoverPair:
    """Return the key pair kept in the database; the first process to ask makes it."""
    made = X25519PrivateKey.generate()
    id = hashlib.sha256(made.public_key().public_bytes_raw()).hexdigest()[:16]
    value = json.dumps({"id": id, "private": made.private_bytes_raw().hex()})
    await database.insert_new(connection, meta, {"key": _META, "value": value})
    kept = json.loads(await get_meta(connection, _META) or value)
    return HandoverPair(kept["id"], bytes.fromhex(kept["private"]))


async def take_up(core: Core, caller: Caller, request: CarriedRequest) -> CarriedAnswer:
    """Open what was carried, prove whose it is and on whose word it comes, and take it in.

    Without records the answer only tells how far central is with that window.
    """
    if request.epoch != core.epoch:
        raise ProblemError("epoch-changed")
    header = _header(request)
    writer = await _writer(core, header)
    await _check_word(core, caller, header, request.word)
    frames = _frames(request)
    read = await asyncio.to_thread(_opened, core, header, frames)
    await _note(core, request, header, through=0)
    refused = 0
    last_n = int(writer["last_n"])
    public_key = bytes.fromhex(writer["public_key"])
    for batch in _batches(read):
        told = await _taken_in(core, header.window, public_key, EntriesRequest(epoch=request.epoch, entries=batch))
        refused += sum(verdict.verdict in _UNHEARD for verdict in told.verdicts)
        last_n = told.last_n
    if read:
        await _note(core, request, header, through=min(last_n, request.word.last))
    return CarriedAnswer(
        window=header.window, last_n=last_n, durable_through=writer["durable_through"], refused=refused
    )


async def _taken_in(core: Core, writer: str, public_key: bytes, request: EntriesRequest) -> EntriesAnswer:
    """It is the writer that may be revoked meanwhile, and the carrier that is told."""
    try:
        return await ingest(core, writer, public_key, request)
    except ProblemError as error:
        raise (ProblemError("carried-foreign", REVOKED) if error.code == "window-revoked" else error) from error


def _header(request: CarriedRequest) -> Header:
    try:
        return read_header(request.header.encode(), request.signature)
    except (NotReadable, UnicodeEncodeError) as error:
        raise ProblemError("carried-unreadable") from error


async def _writer(core: Core, header: Header) -> Mapping[Any, Any]:
    """Return the window that wrote it: enrolled with the very key that signed the header, and not revoked."""
    query = select(windows).where(windows.c.id == header.window, windows.c.point.is_not(None))
    async with core.database.read() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None or row["public_key"] != header.public_key or row["point"] != header.point:
        raise ProblemError("carried-foreign")
    if row["revoked"]:
        raise ProblemError("carried-foreign", REVOKED)
    return dict(row)


async def _check_word(core: Core, caller: Caller, header: Header, word: Word) -> None:
    """A supervisor of the point that carries says so, and the window that carries has signed it."""
    if (word.file, word.window, word.carrier) != (header.file, header.window, caller.window):
        raise ProblemError("word-invalid")
    numbers = (word.first, word.last, word.entries)
    whole = all(0 <= number <= MAX_INTEGER for number in numbers) and len(word.at) <= 40 and _is_digest(word.content)
    if not whole or not word.holds(caller.public_key):
        raise ProblemError("word-invalid")
    query = select(accounts).where(accounts.c.number == clean(word.actor), accounts.c.revoked.is_(False))
    async with core.database.read() as connection:
        row = (await connection.execute(query)).mappings().first()
    person = None if row is None else person_of(row)
    if person is None or person.role is not Role.SUPERVISOR or caller.point not in person.points:
        raise ProblemError("word-invalid")


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


def _frames(request: CarriedRequest) -> list[Frame]:
    try:
        frames = read_frames(request.records)
    except NotReadable as error:
        raise ProblemError("carried-unreadable") from error
    if len(frames) > MAX_ENTRIES:
        raise ProblemError("too-large")
    numbers = [one.n for one in frames]
    if numbers != sorted(numbers) or any(not request.word.first <= n <= request.word.last for n in numbers):
        raise ProblemError("carried-unreadable")
    return frames


def _opened(core: Core, header: Header, frames: Sequence[Frame]) -> list[Entry]:
    """Return the entries, each proven to be that window's; not one of them may be doubtful."""
    if not frames:
        return []
    pair = core.handover
    if pair is None or header.central_key != pair.id:
        raise ProblemError("carried-unreadable", "这份文件不是为现在的市级平台封装的，请在原窗口重新导出。")
    try:
        key = key_for_central(header, pair.private)
        return [opened(one, key, header) for one in frames]
    except NotReadable as error:
        raise ProblemError("carried-unreadable") from error


def _batches(read: Sequence[Entry]) -> list[list[Entry]]:
    """Return the entries in the portions a window would say them in."""
    batches: list[list[Entry]] = []
    size = 0
    for entry in read:
        size += len(entry.canonical())
        if not batches or size > MAX_BYTES:
            batches.append([])
            size = len(entry.canonical())
        batches[-1].append(entry)
    return batches


async def _note(core: Core, request: CarriedRequest, header: Header, *, through: int) -> None:
    """Keep who carried what, on whose word, when, and how far it was taken in."""
    word = request.word
    row = {
        "content": word.content,
        "carrier": word.carrier,
        "file": header.file,
        "window": header.window,
        "point": header.point,
        "actor": word.actor,
        "said_at": word.at,
        "first_n": word.first,
        "last_n": word.last,
        "entries": word.entries,
        "word": word.signature,
        "received_at": core.now_ms(),
    }
    async with core.database.write() as connection:
        await core.database.insert_new(connection, carried, row)
        if through:
            same = (carried.c.carrier == word.carrier) & (carried.c.word == word.signature)
            await connection.execute(update(carried).where(same).values(through=through))
