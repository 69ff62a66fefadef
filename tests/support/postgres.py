"""A PostgreSQL cluster of the tests' own: started when first asked for, thrown away at the end."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.parts import real_part
from tests.support.processes import running

USER = "clerk"
HOST = "127.0.0.1"
START_SECONDS = 30.0
SETTINGS = {"listen_addresses": HOST, "unix_socket_directories": ""}
PASSING = {
    "fsync": "off",  # the cluster does not outlive the tests
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
}


class ClusterDidNotStartError(RuntimeError):
    """The server ended, or did not answer in time; the text is its log."""


def binaries() -> Path | None:
    """Say where ``initdb`` and ``postgres`` are: the newest Debian package, else on the path."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if packaged:
        return packaged[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server, reached over the loopback without a password."""

    binaries: Path
    port: int
    _serial: itertools.count[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@{HOST}:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database, empty or the copy of another; give its address, drop it with whoever is still connected."""
        name = f"trial_{next(self._serial)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        command = [str(self.binaries / "psql"), "--no-psqlrc", "--quiet", "--dbname", self.url("postgres")]
        subprocess.run([*command, "--command", statement], check=True, stdin=subprocess.DEVNULL, timeout=60)


@contextlib.contextmanager
def cluster(where: Path, *, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster with the binaries found in a folder, as somebody other than root.

    ``durable``: with PostgreSQL's own settings, so that what it calls committed is on the disk.
    """
    account = _not_root()
    user, group = (account.pw_uid, account.pw_gid) if account else (None, None)
    with (
        tempfile.TemporaryDirectory(
            prefix="clerk-pg-",
            ignore_cleanup_errors=True,
            dir=None if durable else os.environ.get("PYTEST_DEBUG_TEMPROOT"),
        ) as name,
        contextlib.ExitStack() as end,
    ):
        home = Path(name)
        if account:
            os.chown(home, account.pw_uid, account.pw_gid)
        _initialise(where, home, user, group)
        log = end.enter_context((home / "log").open("w+b"))
        port = _free_port()
        settings = [
            word
            for key, value in (SETTINGS if durable else SETTINGS | PASSING).items()
            for word in ("-c", f"{key}={value}")
        ]
        command = [str(where / "postgres"), "-D", str(home / "data"), "-p", str(port), *settings]
        server = end.enter_context(running(command, cwd=home, user=user, group=group, stdout=log, stderr=log))
        _wait_until_ready(where, port, server, home / "log")
        # A smart shutdown would wait for every connection that a failed test left open.
        end.callback(_interrupt, server)
        yield Cluster(where, port)


def _initialise(where: Path, home: Path, user: int | None, group: int | None) -> None:
    words = ["--no-sync", "--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C"]
    subprocess.run(
        [str(where / "initdb"), *words, "--pgdata", str(home / "data")],
        check=True,
        cwd=home,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )


def _not_root() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    message = "neither an account 'postgres' nor 'nobody': the server refuses to run as root"
    raise ClusterDidNotStartError(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(where: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    ask = [str(where / "pg_isready"), "--quiet", "--host", HOST, "--port", str(port)]
    while subprocess.run(ask, check=False, stdin=subprocess.DEVNULL, timeout=START_SECONDS).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise ClusterDidNotStartError(log.read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.02)


def _interrupt(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One cluster for each test process that asks for it."""
    where = binaries()
    real_part("PostgreSQL", present=where is not None, hint="apt-get install postgresql")
    assert where is not None
    with cluster(where) as ours:
        yield ours


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """Give the address of an empty database of this test's own."""
    with postgres_cluster.database() as url:
        yield url
