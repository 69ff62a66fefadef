"""Bugs of central: what it judges, stores, and tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import msgspec

from clerk_app.domain.journal import Verdict
from clerk_app.domain.merge import judge
from sync import wire
from sync.central.entries import taking
from sync.central.entries.ground import Row
from sync.central.files.shelf import Part
from sync.central.problems import ProblemError, problem
from sync.engine.feeding import Feed
from tests.mutants import trials
from tests.mutants.museum import exhibit
from tests.simulation.asking import Answer, Asked
from tests.simulation.model import Model
from tests.simulation.shelf import Shelf

_JUDGED = taking._Taking._judged


@exhibit("last write wins", "every table with an updated_at", seed=3)
def last_write_wins() -> Iterator[None]:
    """Of two acts that do not know each other the later one counts, and nobody sees a conflict."""

    def merged(entry: Any, held: Any) -> Verdict:
        verdict = judge(entry, held)
        return Verdict.MERGED if verdict is Verdict.CONFLICTING else verdict

    with mock.patch("sync.central.entries.judging.judge", merged):
        yield


@exhibit("one poison entry blocks the queue", "Replicache's poison mutation")
def poison_entry() -> Iterator[None]:
    """What central refuses ends the whole batch."""
    take = taking.take

    def picky(head: Any, ground: Any, batch: Any, now: int) -> Any:
        taken = take(head, ground, batch, now)
        if any(answer.verdict is Verdict.REFUSED for answer in taken.answers.values()):
            raise ProblemError("rule")
        return taken

    with mock.patch.object(taking, "take", picky):
        yield


@exhibit("file required before its entry", "OpenCRVS 13303")
def file_required_first() -> Iterator[None]:
    """An entry whose file is not here yet is refused."""

    def judged(self: Any, row: Any, entry: Any) -> Any:
        if entry.kind == "scan.attached":
            return Verdict.REFUSED, problem("scan-unknown")
        return _JUDGED(self, row, entry)

    with mock.patch.object(taking._Taking, "_judged", judged):
        yield


@exhibit("a file may be attached once only", "ODK Central 299")
def content_unique() -> Iterator[None]:
    """Two entries that name the same content collide."""
    named: set[str] = set()

    def judged(self: Any, row: Any, entry: Any) -> Any:
        if entry.kind == "scan.attached":
            key = entry.body["sha256"]
            if key in named:
                return Verdict.REFUSED, problem("scan-refused")
            named.add(key)
        return _JUDGED(self, row, entry)

    with mock.patch.object(taking._Taking, "_judged", judged):
        yield


@exhibit("upload without a lock", "tusd 234, OpenCloud 971", trials.two_requests_write_one_upload)
def upload_unlocked() -> Iterator[None]:
    """Two requests write one upload at the same time."""
    with mock.patch.object(Part, "try_lock", return_value=True):
        yield


@exhibit("upload from any offset", seed=181)
def upload_from_any_offset() -> Iterator[None]:
    """What comes is put behind what is there, whatever it says of its place."""
    gone_on = Shelf._gone_on

    def unlocked(shelf: Shelf, name: str, upload: Any, headers: Any, content: bytes) -> Any:
        here = {**headers, "upload-offset": str(len(upload.content))}
        return gone_on(shelf, name, upload, here, content[: upload.size - len(upload.content)])

    with mock.patch.object(Shelf, "_gone_on", unlocked):
        yield


@exhibit("verdict not stored", seed=3)
def verdict_not_stored() -> Iterator[None]:
    """What is said again is judged again, over what it did itself."""

    def said(model: Model, asked: Asked, now: float, answer: Any = Model.answer) -> Answer:
        state = model.state
        before = {key: row.verdict for key, row in state.rows.items()}
        told: Answer = answer(model, asked, now)
        if (asked.method, asked.path, told.status) != ("POST", "/v1/entries", 200):
            return told
        message = wire_decode(told.body)
        for verdict in message.verdicts:
            again = any(k[1] == verdict.n and state.rows[k].id == verdict.id for k in before)
            if again and verdict.position is not None:
                verdict.verdict, verdict.position = Verdict.REFUSED, None
        return replace(told, body=wire_encode(message))

    with mock.patch.object(Model, "answer", said):
        yield


@exhibit("ack before commit")
def ack_before_commit() -> Iterator[None]:
    """Central confirms, and then what it confirmed is not stored."""
    commit = Model.commit
    turn = [0]

    def forgetful(model: Model, known: Any, taken: Any) -> None:
        turn[0] += 1
        if turn[0] % 5 == 0:
            model.state.windows[known.window] = replace(known)
            return
        commit(model, known, taken)

    with mock.patch.object(Model, "commit", forgetful):
        yield


@exhibit("a mark that tells of no release", trial=trials.a_release_nobody_told_of)
def mark_without_release() -> Iterator[None]:
    """What was held back keeps the moment it came in for its mark when it gets its place."""
    but = Row.but

    def kept(row: Row, **changed: Any) -> Row:
        return but(row, **{name: value for name, value in changed.items() if name != "received_at"})

    with mock.patch.object(Row, "but", kept):
        yield


@exhibit("a sequence taken before the commit", "PostgreSQL's serial")
def sequence_before_commit() -> Iterator[None]:
    """Without the point's row lock a reader sees a later place before an earlier one."""
    told = Model._feed

    def early(model: Model, point: str, after: int, mark: int = 0, limit: int = 500) -> wire.Feed:
        feed = told(model, point, after, mark, limit)
        slow = int(model.now * 10) % 3 == 0  # somebody's transaction is still open: its rows are not visible
        if slow and len(feed.entries) > 1:
            feed.entries = feed.entries[1:]
        return feed

    with mock.patch.object(Model, "_feed", early):
        yield


@exhibit("a cursor from a clock", "Kinto 602, 1197", seed=3)
def cursor_from_a_clock() -> Iterator[None]:
    """The feed is asked for what is younger than the last moment heard: what came in the same second is passed over."""
    told = Model._feed

    def by_clock(model: Model, point: str, after: int, mark: int = 0, limit: int = 500) -> wire.Feed:
        feed = told(model, point, after, mark, limit)
        rows = [model.state.rows[key] for key in model.state.feeds[point]]
        moment = rows[after - 1].received_at // 1000 if after else -1
        feed.entries = [e for e in feed.entries if rows[e.position - 1].received_at // 1000 > moment]
        return feed

    def believing(errand: Feed, page: wire.Feed, shared: Any, taken: Any = Feed._page) -> Any:
        if not page.entries:
            return taken(errand, page, shared)
        return replace(errand, left=tuple(page.entries), more=page.more)._take(shared)

    with mock.patch.object(Model, "_feed", by_clock), mock.patch.object(Feed, "_page", believing):
        yield


def wire_decode(body: bytes) -> wire.EntriesAnswer:
    return msgspec.json.decode(body, type=wire.EntriesAnswer)


def wire_encode(message: wire.EntriesAnswer) -> bytes:
    return msgspec.json.encode(message)
