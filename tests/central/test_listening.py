"""Central on real sockets: TLS and its renewal, slow heads, a port for the watchers, workers, and an end that is announced."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sync.central.central import Central
from sync.central.line import patience
from sync.central.line.serve import Server, build_server, listen, serve_async
from sync.central.line.tls import CertificateUnusable
from sync.central.settings import Settings
from tests.support.certificates import Authority
from tests.support.processes import running

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from sync.central.line.serve import serve
from sync.central.settings import Settings
if __name__ == "__main__":
    serve(Settings.read(dict(pair.split("=", 1) for pair in sys.argv[1:])))
"""


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[str, Server]]:
    """Serve in this loop, on a free port."""
    central = await Central.open(settings.database, settings=settings)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = build_server(central, ready.set_result)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(sockets=[listen("127.0.0.1", 0)]))
    try:
        yield await ready, server
    finally:
        server.should_exit = True
        await task
        await central.close()


def settings(folder: Path, **more: object) -> Settings:
    return Settings(database=str(folder / "central.db"), port=0, **more)  # type: ignore[arg-type]


def address(said: str) -> tuple[str, int]:
    host, _, port = said.rpartition("/")[2].rpartition(":")
    return host, int(port)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def certificate(authority: Authority, name: str) -> Path:
    authority.server(name)
    return authority.folder / f"{name}.pem"


async def peer_name(where: tuple[str, int], trusted: Path) -> str:
    context = ssl.create_default_context(cafile=str(trusted))
    _, writer = await asyncio.open_connection(*where, ssl=context)
    told = writer.get_extra_info("ssl_object").getpeercert()["subject"][0][0][1]
    writer.close()
    await writer.wait_closed()
    return str(told)


async def test_it_speaks_tls_itself_and_takes_a_new_certificate_without_a_new_start(
    tmp_path: Path, authority: Authority
) -> None:
    pem = certificate(authority, "first")
    async with serving(settings(tmp_path, tls_cert=pem, tls_key=pem)) as (said, server):
        assert said.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(authority.path))
        async with httpx.AsyncClient(verify=context, base_url=said) as line:
            told = await line.get("/healthz")
            assert (told.status_code, told.headers["strict-transport-security"]) == (200, "max-age=31536000")
        assert await peer_name(address(said), authority.path) == "first"
        shutil.copy(certificate(authority, "second"), pem)
        server.renew_certificate()
        assert await peer_name(address(said), authority.path) == "second"
        pem.write_text("half a certificate")
        server.renew_certificate()
        assert await peer_name(address(said), authority.path) == "second"


async def test_older_tls_is_refused(tmp_path: Path, authority: Authority) -> None:
    pem = certificate(authority, "first")
    async with serving(settings(tmp_path, tls_cert=pem, tls_key=pem)) as (_, server):
        assert server.config.ssl is not None
        assert server.config.ssl.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_a_certificate_that_is_none_is_told_before_anybody_is_served(tmp_path: Path) -> None:
    pem = tmp_path / "rubbish.pem"
    pem.write_text("rubbish")
    with pytest.raises(CertificateUnusable):
        await serve_async(settings(tmp_path, tls_cert=pem, tls_key=pem))


@pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nHo"])
async def test_a_head_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.05)
    async with serving(settings(tmp_path)) as (said, _):
        reader, writer = await asyncio.open_connection(*address(said))
        writer.write(head)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_between_two_requests_no_head_is_waited_for(tmp_path: Path) -> None:
    async with serving(settings(tmp_path)) as (said, server):
        reader, writer = await asyncio.open_connection(*address(said))
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")
            [connection] = server.server_state.connections
            assert isinstance(connection, patience.PatientProtocol)
            assert connection._waiting is None
        writer.close()


async def test_metrics_may_listen_elsewhere_and_then_not_here(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_async(settings(tmp_path, metrics=f"127.0.0.1:{port}"), ready.set_result))
    said = await ready
    async with httpx.AsyncClient() as line:
        assert (await line.get(f"{said}/metrics")).status_code == 404
        assert b"clerk_info" in (await line.get(f"http://127.0.0.1:{port}/metrics")).content
        assert (await line.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    task.cancel()
    await asyncio.wait({task})


def test_told_to_stop_it_says_so_before_it_stops_listening(tmp_path: Path) -> None:
    words = [f"CLERK_CENTRAL_DATABASE={tmp_path / 'central.db'}", "CLERK_CENTRAL_PORT=0", "CLERK_CENTRAL_DRAIN=1"]
    with running([sys.executable, "-c", PROGRAM, *words], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.readline().decode().split()[-1]
        with httpx.Client(base_url=said, timeout=10) as line:
            assert line.get("/readyz").status_code == 200
            process.terminate()
            while line.get("/readyz").status_code == 200:
                pass
            assert line.get("/healthz").status_code == 200
        assert process.wait(20) == 0


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes where Linux lists them")
def test_several_processes_serve_one_port_and_one_that_dies_is_replaced(tmp_path: Path) -> None:
    program = tmp_path / "central_program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    words = [f"CLERK_CENTRAL_DATABASE={tmp_path / 'central.db'}", "CLERK_CENTRAL_PORT=0", "CLERK_CENTRAL_WORKERS=2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(program), *words]
    with running(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.readline().decode().split()[-1]
        with httpx.Client(base_url=said, timeout=20) as line:
            assert line.get("/readyz").status_code == 200
        workers = [pid for pid in children(process.pid) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]
        assert len(workers) == 2
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        with httpx.Client(base_url=said, timeout=20) as line:  # waits in the socket's queue until one is there again
            assert line.get("/readyz").status_code == 200
        process.terminate()
        assert process.wait(20) == 0
