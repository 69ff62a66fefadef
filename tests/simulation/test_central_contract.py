"""The model of central and the real one answer alike: whole histories are told to both, and every answer compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.journal import CENTRAL, Entry
from sync import wire
from sync.central.central import Account
from sync.central.own_window import OwnWindow
from tests.simulation.asking import Answer, Asked
from tests.simulation.model import BEGAN, Backup, Model
from tests.simulation.office import Office
from tests.simulation.world import City
from tests.support.booth import ADDRESS, Town, town
from tests.support.bridge import Bridge, LoopThread, loop_thread

SEEDS = (3, 5, 9)
COMPARED: dict[tuple[str, str], type[Any]] = {
    ("POST", "/v1/entries"): wire.EntriesAnswer,
    ("GET", "/v1/entries"): wire.OwnEntries,
    ("GET", "/v1/feed"): wire.Feed,
    ("GET", "/v1/session"): wire.SessionState,
    ("GET", "/v1/cases"): wire.CaseRecords,
}
ALIKE = ("epoch", "last_n", "last_digest")
"""Of where central stands; clocks, keys and backups are each one's own."""


class Both(Model):
    """Asks the model, then the real central, and compares."""

    def __init__(self, here: Town) -> None:
        super().__init__()
        self.here = here
        self.compared = self.said = 0
        self.keys: dict[str, Ed25519PrivateKey] = {}
        self.epochs = {self.state.epoch: here.central.epoch}
        self._tokens: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._backups: list[tuple[Backup, dict[str, bytes]]] = []

    def enrol_really(self, key: Ed25519PrivateKey, window: str, point: str) -> None:
        """Make the same window at the real central."""
        self.keys[window] = key
        self.here.loop.run(self.here.central.add_point(point, point))
        told = self.here.enrol(key.private_bytes_raw(), point)
        assert told.window == window

    def answer(self, asked: Asked, now: float) -> Answer:
        caller = self.doors.access.get(asked.token)
        told = super().answer(asked, now)
        path = "/v1/cases" if asked.path.startswith("/v1/cases/") else asked.path
        kind = COMPARED.get((asked.method, path))
        if kind is not None and caller is not None and not _is_about_the_session(told):
            self.here.clock.now = BEGAN + timedelta(seconds=now)
            self._compare(asked, told, self._really(asked, caller.window), kind)
        return told

    def say(self, entries: Sequence[Entry], now: float) -> None:
        super().say(entries, now)
        self.here.clock.now = BEGAN + timedelta(seconds=now)
        known = self.state.windows[CENTRAL]
        told = self.here.loop.run(self.here.central.ingest(CENTRAL, known.public_key, list(entries)))
        rows = {row.n: row for row in self.state.rows.values() if row.window == CENTRAL and row.at_home}
        assert [(v.id, v.verdict, v.position) for v in told.verdicts] == [
            (row.id, row.verdict, row.position) for row in (rows[entry.n] for entry in entries)
        ]
        self.said += len(entries)

    def back_up(self) -> Backup:
        backup = super().back_up()
        self._backups.append((backup, self.here.back_up()))
        return backup

    def entrust(self, number: str, points: tuple[str, ...]) -> None:
        super().entrust(number, points)
        person = self.state.people[number]
        assert person is not None
        account = Account(number=number, name=person.name, role=person.role, points=points, password_hash="-")
        self.here.loop.run(self.here.central.add_accounts([account]))

    def restore(self, backup: Backup, epoch: str = "") -> None:
        super().restore(backup, epoch)
        files = next(files for kept, files in self._backups if kept is backup)
        self.here.restore(files, new_epoch=bool(epoch))
        self.epochs[self.state.epoch] = self.here.central.epoch
        self._tokens.clear()

    def _really(self, asked: Asked, window: str) -> httpx.Response:
        content = asked.content
        if asked.path == "/v1/entries" and content:
            request = msgspec.json.decode(content, type=wire.EntriesRequest)
            request.epoch = self.epochs.get(request.epoch, "none")
            content = msgspec.json.encode(request)
        query: dict[str, str | int] = dict(asked.query)
        if asked.method == "GET" and asked.path in {"/v1/feed", "/v1/entries"}:
            query["limit"] = self.page
        for _ in range(2):
            headers = {"Authorization": f"Bearer {self._token(window)}"}
            if content:
                headers["Content-Type"] = wire.MEDIA_TYPE
            said = self._client.request(asked.method, asked.path, content=content, params=query, headers=headers)
            if said.status_code != 401:
                break
            del self._tokens[window]
        return said

    @property
    def _client(self) -> httpx.Client:
        return httpx.Client(transport=Bridge(self.here.loop, self.here.bridge.app), base_url=ADDRESS)

    def _token(self, window: str) -> str:
        if window not in self._tokens:
            asked = wire.ChallengeRequest(window=window)
            challenge = self._client.post("/v1/challenges", content=msgspec.json.encode(asked)).json()["challenge"]
            signature = self.keys[window].sign(wire.session_bytes(challenge, window)).hex()
            proof = wire.SessionRequest(window=window, challenge=challenge, signature=signature)
            told = self._client.post("/v1/sessions", content=msgspec.json.encode(proof))
            self._tokens[window] = told.json()["access_token"]
        return self._tokens[window]

    def _compare(self, asked: Asked, model: Answer, real: httpx.Response, kind: type[Any]) -> None:
        assert real.status_code == model.status, (asked.path, real.text, model.body)
        if model.status != 200:
            kind = wire.Problem
        there = msgspec.json.decode(real.content, type=kind)
        here = msgspec.json.decode(model.body, type=kind)
        if isinstance(here, wire.SessionState):
            here.epoch = self.epochs[here.epoch]
            assert [getattr(there, name) for name in ALIKE] == [getattr(here, name) for name in ALIKE]
        else:
            assert there == here, asked.path
        self.compared += 1


def _is_about_the_session(told: Answer) -> bool:
    return told.status in {401, 403}


@pytest.fixture(scope="module")
def loop() -> Iterator[LoopThread]:
    with loop_thread() as opened:
        yield opened


@pytest.mark.parametrize("seed", SEEDS)
def test_both_centrals_answer_a_whole_history_alike(
    seed: int, loop: LoopThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town(loop, tmp_path) as here:
        both = Both(here)
        monkeypatch.setattr("tests.simulation.world.Model", lambda: both)
        monkeypatch.setattr(both, "back_up", lambda: Model.back_up(both))
        city = City(seed)
        monkeypatch.undo()
        for station in city.stations:
            both.enrol_really(station.key, station.window, station.seat.point)
        loop.run(
            here.central.add_accounts(
                Account(number=p.number, name=p.name, role=p.role, points=p.points, password_hash="")
                for p in (s.clerk.person for s in city.stations)
            )
        )
        city.office = Office(both, city.chance, loop.run(OwnWindow.open(here.central)).private_key)
        city.chaos._backup = both.back_up()
        city.run()
        assert both.compared > 30
        assert both.said, "the departments had nothing to say"
