"""``clerk central release-keys``, ``release`` and ``rollout``, as whoever releases types them."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Told, clerk, environment
from tests.support.releasing import PASSPHRASE, bundle


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return path


@pytest.fixture
def env(tmp_path: Path, passphrase: Path) -> dict[str, str]:
    return environment(
        CLERK_CENTRAL_DATABASE=str(tmp_path / "central.db"),
        CLERK_CENTRAL_RELEASES=str(tmp_path / "releases"),
        CLERK_RELEASE_PASSPHRASE_FILE=str(passphrase),
    )


def metadata(folder: Path, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "metadata" / name).read_bytes())
    return told


def refused(said: Told) -> str:
    assert said.status == 1, said.out
    return str(said.json["error"]["code"])


def test_from_keys_to_a_signed_version(keys: Path, env: dict[str, str], tmp_path: Path) -> None:
    made = clerk("central", "release-keys", keys, "--json", env=env).done().json
    assert made["release_root"] == hashlib.sha256((keys / "1.root.json").read_bytes()).hexdigest()
    for name in ("root.key", "release.key"):
        assert b"ENCRYPTED" in (keys / name).read_bytes()
        assert os.name != "posix" or stat.S_IMODE((keys / name).stat().st_mode) == 0o600
    assert refused(clerk("central", "release-keys", keys, "--json", env=env)) == "release"

    file = bundle(tmp_path, "0.3.1").path
    told = clerk("central", "release", file, "--keys", keys, "--json", env=env).done().json
    assert told["signed"] == told["held"] == [file.name]
    releases = tmp_path / "releases"
    assert (releases / "targets" / file.name).read_bytes() == file.read_bytes()
    custom = metadata(releases, "1.targets.json")["signed"]["targets"][file.name]["custom"]
    assert custom == {"version": "0.3.1", "platform": "linux-test", "oldest_store": 1}
    assert not list(releases.rglob("*.key"))

    before = metadata(releases, "timestamp.json")["signed"]
    clerk("central", "release", "--refresh", "--days", "365", "--keys", keys, env=env).done()
    after = metadata(releases, "timestamp.json")["signed"]
    assert after["version"] == before["version"] + 1
    assert after["expires"] > before["expires"]
    rotated = clerk("central", "release-keys", keys, "--rotate", "--json", env=env).done().json
    assert rotated["release_root"] == made["release_root"], "what technicians were told still holds"
    clerk("central", "release", "--refresh", "--keys", keys, env=env).done()
    assert (releases / "metadata" / "2.root.json").exists()


def test_what_does_not_fit_is_not_signed(keys: Path, env: dict[str, str], tmp_path: Path) -> None:
    clerk("central", "release-keys", keys, env=env).done()
    other = bundle(tmp_path, "0.3.1", told="0.3.9").path
    empty = tmp_path / "clerk-0.3.2-linux-test.tar.zst"
    empty.write_bytes(b"none")
    odd = bundle(tmp_path, "newest").path
    for file in (other, empty, odd):
        assert refused(clerk("central", "release", file, "--keys", keys, "--json", env=env)) == "bundle"
    assert not (tmp_path / "releases").exists()
    for words in ((), (other, "--refresh")):
        assert clerk("central", "release", *words, "--keys", keys, env=env).status == 2

    file = bundle(tmp_path, "0.3.3").path
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase", encoding="utf-8")
    said = clerk("central", "release", file, "--keys", keys, "--passphrase-file", wrong, "--json", env=env)
    assert refused(said) == "release"
    assert "口令" in said.err
    short = tmp_path / "short"
    short.write_text("short", encoding="utf-8")
    said = clerk("central", "release-keys", tmp_path / "more", "--passphrase-file", short, "--json", env=env)
    assert refused(said) == "release"
    nobody = {name: value for name, value in env.items() if name != "CLERK_RELEASE_PASSPHRASE_FILE"}
    assert clerk("central", "release", file, "--keys", keys, env=nobody).status == 3
    assert refused(clerk("central", "release", file, "--keys", tmp_path / "none", "--json", env=env)) == "release"


def test_what_nobody_signed_is_not_offered(keys: Path, env: dict[str, str], tmp_path: Path) -> None:
    clerk("central", "release-keys", keys, env=env).done()
    clerk("central", "release", bundle(tmp_path, "0.3.1").path, "--keys", keys, env=env).done()
    assert refused(clerk("central", "rollout", "0.3.2", "--json", env=env)) == "not-released"
    assert clerk("central", "rollout", "0.3.1", "--json", env=env).done().json["version"] == "0.3.1"


def test_rollouts_are_made_widened_stopped_and_listed(env: dict[str, str], tmp_path: Path) -> None:
    del env["CLERK_CENTRAL_RELEASES"]

    def rollout(*words: str) -> Told:
        return clerk("central", "rollout", *words, "--json", env=env)

    clerk("central", "seed", env=env).done()
    assert rollout().done().json == {"rollouts": []}
    assert rollout("0.3.1", "--share", "5").done().json["share"] == 5
    rollout("0.3.1", "--share", "50").done()
    rollout("0.3.2", "--point", "FS0001").done()
    rollout("0.3.1", "--stop").done()
    told = rollout().done().json["rollouts"]
    assert [(one["version"], one["share"], one["points"], one["stopped"]) for one in told] == [
        ("0.3.2", 100, ["FS0001"], False),
        ("0.3.1", 50, [], True),
    ]
    assert refused(rollout("0.3.2", "--point", "NOWHERE")) == "point-unknown"
    assert refused(rollout("latest")) == "version-unknown"
    assert rollout("0.3.2", "--share", "0").status == 2
    lines = clerk("central", "rollout", env=env).done().out.splitlines()
    assert len(lines) == 2
    assert "已停止" in lines[1]
