"""Our uploader against a public tus server, a public tus client against central, and lines that break at any byte."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from clerk_app.line import LineDown
from sync.central.line.serve import build_server
from sync.talk import Talk
from sync.tus import OutOfStep, Sending, heard, say
from sync.window import WindowEnd
from tests.support.booth import Booth, Town, booth
from tests.support.bridge import LoopThread
from tests.support.city import City, Window, open_city
from tests.support.cutter import cutter
from tests.support.sockets import listening
from tests.support.tus import announce, page, png
from tests.support.tus_server import Uploader, stored, tus_server

MIB = 1 << 20


# our client, a public server


def test_a_public_server_gets_every_file_whole(loop: LoopThread, tmp_path: Path) -> None:
    papers = [png(5000, seed=1), png(3 * MIB + 17, seed=2), png(MIB, seed=3)]
    with tus_server(loop, tmp_path) as port:
        uploader = Uploader(f"http://127.0.0.1:{port}/files", papers)
        assert uploader.run().failure is None
        assert uploader.uploaded == [paper.sha256 for paper in papers]
        assert sorted(stored(tmp_path)) == sorted(paper.content for paper in papers)


def test_a_public_server_is_asked_how_far_it_is_after_a_kill(loop: LoopThread, tmp_path: Path) -> None:
    paper = png(6 * MIB, seed=4)

    class Killed(BaseException):
        pass

    class Dying(httpx.HTTPTransport):
        left = 2

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            told = super().handle_request(request)
            self.left -= request.method == "PATCH"
            if not self.left:
                raise Killed
            return told

    with tus_server(loop, tmp_path) as port:
        uploader = Uploader(f"http://127.0.0.1:{port}/files", [paper])
        with pytest.raises(Killed):
            uploader.run(Dying())
        said: list[str] = []

        class Heard(httpx.HTTPTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                said.append(request.method)
                return super().handle_request(request)

        assert uploader.run(Heard()).failure is None
        assert said == ["HEAD", "PATCH"]
        assert stored(tmp_path) == [paper.content]


def test_a_public_server_that_forgot_the_upload_gets_it_anew(loop: LoopThread, tmp_path: Path) -> None:
    paper = png(5000, seed=5)
    with tus_server(loop, tmp_path) as port:
        endpoint = f"http://127.0.0.1:{port}/files"
        uploader = Uploader(endpoint, [paper], urls={paper.sha256: f"{endpoint}/{'0' * 32}"})
        assert uploader.run().failure is None
        assert stored(tmp_path) == [paper.content]


def test_an_upload_is_never_followed_to_another_server() -> None:
    sending = Sending(endpoint="http://central.test/v1/uploads", size=10)
    for location in ("http://evil.test/x", "//evil.test/x", "https://central.test/x", ""):
        with pytest.raises(OutOfStep):
            heard(sending, 201, {"location": location})
    relative = Sending(endpoint="/v1/uploads", size=10)
    with pytest.raises(OutOfStep):
        heard(relative, 201, {"location": "http://evil.test/x"})
    assert heard(relative, 201, {"location": "/v1/uploads/a"}).url == "/v1/uploads/a"
    assert heard(sending, 201, {"location": "uploads/a"}).url == "http://central.test/v1/uploads/a"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (204, {}),
        (204, {"upload-offset": "-1"}),
        (204, {"upload-offset": "11"}),
        (204, {"upload-offset": "4"}),
        (204, {"upload-offset": "3"}),
        (301, {"upload-offset": "9"}),
        (200, {"upload-offset": "x"}),
    ],
)
def test_an_answer_to_a_piece_that_cannot_be_is_no_answer(status: int, headers: dict[str, str]) -> None:
    sending = Sending(endpoint="/u", size=10, url="/u/1", offset=4)
    assert say(sending, b"abc").method == "PATCH"
    with pytest.raises(OutOfStep):
        heard(sending, status, headers)


# a public client, our server


@dataclass
class Served:
    """A city on a port, with a window whose papers are announced."""

    city: City
    address: str
    window: Window

    def client(self) -> TusClient:
        return TusClient(f"{self.address}/v1/uploads", headers=self.window.headers)


@pytest.fixture
def served(loop: LoopThread, tmp_path: Path) -> Iterator[Served]:
    """Serve a small city."""
    city = loop.run(open_city(str(tmp_path / "city.db")))
    window = loop.run(city.window())
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = build_server(city.central, lambda _: ready.set())
    ended = loop.start(server.serve(sockets=[listener]))
    assert ready.wait(10)
    yield Served(city, f"http://127.0.0.1:{listener.getsockname()[1]}", window)
    server.should_exit = True
    ended()
    loop.run(city.client.aclose())
    loop.run(city.central.close())


@pytest.mark.parametrize(("size", "piece"), [(5000, 5000), (3 * MIB, MIB), (3 * MIB, 700_001), (2 * MIB, 1 << 30)])
@pytest.mark.parametrize("checksum", [False, True])
def test_a_public_client_sends_files(
    loop: LoopThread, served: Served, size: int, piece: int, *, checksum: bool
) -> None:
    paper = png(size, seed=6)
    loop.run(announce(served.window, [paper]))
    uploader = served.client().uploader(
        file_stream=io.BytesIO(paper.content),
        chunk_size=piece,
        metadata={"sha256": paper.sha256, "media": paper.media, "filename": "扫描件.png"},
        upload_checksum=checksum,
    )
    uploader.upload()
    told = httpx.get(f"{served.address}/v1/scans/{paper.sha256}", headers=served.window.headers)
    assert told.content == paper.content


def test_a_public_client_goes_on_where_it_stood(loop: LoopThread, served: Served) -> None:
    paper = png(3 * MIB, seed=7)
    loop.run(announce(served.window, [paper]))
    about = {"sha256": paper.sha256, "media": paper.media}
    first = served.client().uploader(file_stream=io.BytesIO(paper.content), chunk_size=MIB, metadata=about)
    first.upload(stop_at=2 * MIB)
    again = served.client().uploader(file_stream=io.BytesIO(paper.content), chunk_size=MIB, url=first.url)
    assert again.offset == 2 * MIB
    again.upload()
    third = served.client().uploader(file_stream=io.BytesIO(paper.content), chunk_size=MIB, metadata=about)
    third.set_url(third.create_url())
    assert third.get_offset() == paper.size


def test_a_public_client_is_told_what_is_wrong(loop: LoopThread, served: Served) -> None:
    paper, other = png(5000, seed=8), png(5000, seed=9)
    loop.run(announce(served.window, [paper]))
    unannounced = served.client().uploader(file_stream=io.BytesIO(other.content), metadata={"sha256": other.sha256})
    with pytest.raises(TusCommunicationError) as caught:
        unannounced.upload()
    assert caught.value.status_code == 409
    wrong = served.client().uploader(file_stream=io.BytesIO(other.content), metadata={"sha256": paper.sha256})
    with pytest.raises(TusUploadFailed) as failed:
        wrong.upload()
    assert failed.value.status_code == 422


# lines that break at any byte


@contextlib.contextmanager
def _over(window: Booth, address: str, key: bytes, here: Town) -> Iterator[WindowEnd]:
    """Have a window speak over a real port for the length of the block."""
    client = httpx.Client(base_url=address, timeout=20, trust_env=False)
    signer = Ed25519PrivateKey.from_private_bytes(key).sign
    end = WindowEnd(window.records, window.seat.window, signer, Talk(client), here.clock)
    try:
        yield end
    finally:
        end.close()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 3 * MIB), min_size=1, max_size=6), seed=st.integers(0, 10**6))
def test_however_the_line_breaks_a_file_arrives_and_little_is_sent_twice(
    here: Town, tmp_path: Path, cuts: list[int], seed: int
) -> None:
    paper = page(900, seed)
    folder = tmp_path / f"window-{seed}-{len(list(tmp_path.iterdir()))}"
    key = (seed + 1).to_bytes(32, "big")
    with listening(here) as central, booth(here.enrol(key), folder, here.clock, here.bridge, key=key) as window:
        window.sync()
        number = window.receive()
        file = folder / "page.png"
        file.write_bytes(paper.content)
        window.desk.attach_scan(number, "form", file)
        with cutter(central.port, cuts) as line, _over(window, line.address, key, here) as end:
            for _ in range(len(cuts) + 2):
                with contextlib.suppress(LineDown):
                    end.sync()
            assert window.records.scans.standing(paper.sha256).state == "sent"
            assert line.up <= paper.size + (line.cut + 1) * 300_000
    assert (here.shelf / paper.sha256[:2] / paper.sha256).read_bytes() == paper.content
