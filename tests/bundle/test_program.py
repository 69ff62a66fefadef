"""The bundle's program at work outside the sources: drivers and back ends that are looked up by name are in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx

from tests.support.commands import environment
from tests.support.processes import running
from tests.support.secret_service import SecretService


def test_it_migrates_postgresql_and_serves_with_workers(program: Path, postgres_url: str, tmp_path: Path) -> None:
    central = [str(program), "central"]
    where = ["--database", postgres_url]
    env = {**environment(), "PYTHONPATH": ""}
    done = subprocess.run(
        [*central, "migrate", *where, "--json"], env=env, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    assert isinstance(json.loads(done.stdout), dict)
    serve = [*central, "serve", *where, "--port", "0", "--workers", "2", "--no-migrate"]
    with running(serve, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = process.stdout.readline().decode().removeprefix("listening on ").strip()
        assert address.startswith("http://"), address
        assert httpx.get(f"{address}/readyz", timeout=30).status_code == 200
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
        assert len(children) >= 2


def test_it_finds_the_keyring_of_the_session(program: Path, secret_service: SecretService, tmp_path: Path) -> None:
    words = [str(program), "doctor", "--json", "--data", str(tmp_path)]
    env = {name: value for name, value in secret_service.environment.items() if name != "PYTHONPATH"}
    told = json.loads(subprocess.run(words, env=env, capture_output=True, check=False, timeout=60).stdout)
    keyring = next(check for check in told["checks"] if check["name"] == "keyring")
    assert (keyring["state"], "SecretService" in keyring["found"]) == ("ok", True), keyring
