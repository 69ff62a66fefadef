"""Central as a process: says when it is ready, ends when it is told to, and leaves no long poll hanging."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import wire
from sync.central.central import Central
from sync.central.line.serve import CannotListen, listen, serve_async
from sync.central.settings import Settings
from tests.support.city import POINT
from tests.support.processes import running

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from sync.central.line.serve import serve
from sync.central.settings import Settings
serve(Settings(database=sys.argv[1], port=0), simulate=True)
"""


async def _a_point_and_a_code(path: Path) -> str:
    central = await Central.open(str(path))
    await central.add_point(POINT, "禅城")
    [code] = await central.make_enrolment_codes(POINT)
    await central.close()
    return code


def _signed_in(line: httpx.Client, code: str) -> str:
    """Enrol over the real line and return an access token."""
    key = Ed25519PrivateKey.generate()
    told = line.post("/v1/enrolments", json={"code": code, "public_key": key.public_key().public_bytes_raw().hex()})
    window = told.json()["window"]
    challenge = line.post("/v1/challenges", json={"window": window}).json()["challenge"]
    proof = key.sign(wire.session_bytes(challenge, window)).hex()
    told = line.post("/v1/sessions", json={"window": window, "challenge": challenge, "signature": proof})
    return msgspec.json.decode(told.content, type=wire.Session).access_token


def test_it_tells_its_address_serves_and_ends_the_long_polls_when_told_to_stop(tmp_path: Path) -> None:
    path = tmp_path / "central.db"
    code = asyncio.run(_a_point_and_a_code(path))
    command = [sys.executable, "-c", PROGRAM, str(path)]
    with running(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.readline().decode()
        assert said.startswith("listening on http://127.0.0.1:")
        with httpx.Client(base_url=said.split()[-1], timeout=30) as line:
            headers = {"Authorization": f"Bearer {_signed_in(line, code)}"}
            assert len(line.get("/healthz").headers.get_list("date")) == 1
            waiting = HTTPConnection("127.0.0.1", line.base_url.port, timeout=20)
            waiting.request("GET", "/v1/feed?wait=25", headers=headers)
            for _ in range(3):  # answered after what was asked before: by now the poll waits
                assert line.get("/v1/session", headers=headers).status_code == 200
            process.terminate()
            assert json.load(waiting.getresponse()) == {"entries": [], "next": 0}
            waiting.close()
        assert process.wait(20) == 0


def test_an_address_that_is_taken_is_told_before_the_database_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(database=str(tmp_path / "central.db"), port=taken.getsockname()[1])
        with pytest.raises(CannotListen):
            asyncio.run(serve_async(settings))
    assert list(tmp_path.iterdir()) == []


def test_a_small_answer_does_not_wait_for_the_other_end_to_acknowledge_its_head() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        taken, _ = listener.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
