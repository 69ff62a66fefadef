"""A real window over the line: central offers a version, the window fetches it in pieces, and never from anybody else."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.program.fetching import PIECE
from clerk_app.program.switching import Programs
from clerk_app.program.updating import Updating
from sync.central.releases import rollouts
from sync.releases import Releases
from sync.talk import Talk
from sync.window import WindowEnd
from tests.support.booth import SECRET, Booth, Town
from tests.support.releasing import PLATFORM, Publisher, bundle


class Counting(httpx.BaseTransport):
    """A line that counts what is asked for, and may cut pieces off."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.ranges: list[str] = []
        self.cut_after: int | None = None
        self.portal = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if "/targets/" in request.url.path:
            if self.cut_after is not None and len(self.ranges) >= self.cut_after:
                raise httpx.ReadError("cut", request=request)
            self.ranges.append(request.headers["range"])
        if self.portal and "releases" in request.url.path:
            return httpx.Response(200, headers={"Content-Type": "application/json"}, content=b"{}")
        return self._inner.handle_request(request)


@pytest.fixture
def line(here: Town) -> Counting:
    return Counting(here.bridge)


@pytest.fixture
def publisher(here: Town, tmp_path: Path) -> Publisher:
    """Give somebody who releases to the city's central."""
    made = Publisher.in_folder(tmp_path)
    here.central.settings = replace(here.central.settings, releases=made.releases)
    return made


@pytest.fixture
def updating(here: Town, window: Booth, line: Counting, tmp_path: Path) -> Updating:
    """Give the window's updating; each fetch is a conversation of its own."""

    @contextmanager
    def releases() -> Iterator[Releases]:
        client = httpx.Client(transport=line, base_url=window.seat.central, trust_env=False)
        signer = Ed25519PrivateKey.from_private_bytes(SECRET).sign
        with Releases(WindowEnd(window.records, window.seat.window, signer, Talk(client), here.clock)) as opened:
            yield opened

    return Updating(Programs(tmp_path / "one", "0.3.0"), PLATFORM, releases, store=1, now=lambda: 0.0)


def noise(pieces: float) -> dict[str, bytes]:
    """Members of a bundle that cannot be compressed, so that it comes in several pieces."""
    return {"clerk/_internal/noise": random.Random(7).randbytes(int(PIECE * pieces))}


def test_what_central_offers_comes_in_pieces_and_waits(
    here: Town, window: Booth, updating: Updating, publisher: Publisher, line: Counting, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members=noise(2.5)))
    here.loop.run(rollouts.offer(here.central, "0.3.1", 100))
    heard: list[str] = []
    window.end._hold.offered = heard.append
    window.sync()
    assert heard == ["0.3.1"]
    updating.offered(heard[-1])
    assert updating.work() == ""
    assert updating.ready == "0.3.1"
    assert len(line.ranges) == 3
    here.loop.run(rollouts.stop(here.central, "0.3.1"))
    window.sync()
    assert heard[-1] == ""


def test_a_cut_connection_costs_a_piece_and_the_rest_comes_with_the_next_moment(
    updating: Updating, publisher: Publisher, line: Counting, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members=noise(3.5)))
    updating.offered("0.3.1")
    line.cut_after = 2
    assert "连接中断" in updating.work()
    line.cut_after = None
    updating._not_before = ("", 0.0)
    assert updating.work() == ""
    begins = [int(asked.removeprefix("bytes=").partition("-")[0]) for asked in line.ranges]
    assert begins == [0, PIECE, 2 * PIECE, 3 * PIECE]


def test_a_device_that_answers_in_centrals_place_gives_no_version(
    updating: Updating, publisher: Publisher, line: Counting, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    updating.offered("0.3.1")
    line.portal = True
    assert "代替市中心作答" in updating.work()
    assert updating.programs.state().staged == ""


def test_a_revoked_window_gets_none(
    here: Town, window: Booth, updating: Updating, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    here.loop.run(here.central.revoke_window(window.seat.window))
    updating.offered("0.3.1")
    assert "停用" in updating.work()
    assert updating.programs.state().staged == ""


def test_a_central_that_knows_no_releases_offers_none_and_has_none(
    here: Town, window: Booth, updating: Updating
) -> None:
    window.end._hold.offered = updating.offered
    window.sync()
    assert not updating.due
    updating.offered("0.3.1")
    assert "目录不全" in updating.work()
    assert json.loads((updating.programs.folder / "program" / "state.json").read_bytes())["trouble"]
