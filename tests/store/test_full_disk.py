"""Disks that are really full, gone or read-only: file systems of the test's own, in a mount namespace of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.parts import real_part

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = 'mount -t tmpfs -o size=16m none "$1" && shift && exec "$@"'

SCRIPT = """
import json, sys
from pathlib import Path
from clerk_app.store.file import reserve
from clerk_app.store.errors import StoreFull
from clerk_app.store.file.vault import Vault

reserve._PAUSE = 0.0
disk = Path(sys.argv[1])
filler = disk / "filler"
told = {}
vault = Vault(disk / "window", bytes(32), reserve=2 << 20)
vault.write("t", "before", b"x" * 1000)
told["reserve at first"] = not vault.short_of_space

def fill(path=filler):
    with path.open("ab", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2

def more():
    fill(disk / "more")

vault.close()
fill()
vault = Vault(disk / "window", bytes(32), reserve=2 << 20)
vault.write("t", "opened on a full disk", b"")
vault.close()
fill()  # what closing gave back is taken, too; but for what the store keeps for its next opening
for _ in range(3):
    with Vault(disk / "window", bytes(32), reserve=2 << 20) as vault:
        vault.set_note("signed in", True)
        told["opens without the reserve"] = vault.short_of_space
    more()
    with Vault(disk / "window", bytes(32), read_only=True) as looking:  # no room for the shared index either
        told["looked at"] = looking.ids("t") == ["before", "opened on a full disk"]
filler.unlink()
(disk / "more").unlink()
vault = Vault(disk / "window", bytes(32), reserve=2 << 20)
told["reserve is back"] = not vault.short_of_space
fill()
reserve._PAUSE = 3600.0
with vault.transaction():  # larger than what the log still has room for
    for n in range(20):
        vault.write("t", f"act {n}", b"y" * 50_000)
    vault.set_note("act", "done")
told["act in hand finished"] = vault.count("t")
told["short"] = vault.short_of_space

written = 0
try:
    while True:
        vault.write("t", f"later {written}", b"z" * 50_000)
        written += 1
except StoreFull as full:
    told["then"] = full.say
told["counted"] = vault.count("t") == 22 + written
told["all read"] = sum(1 for _ in vault.scan("t")) == 22 + written

filler.unlink()
vault.write("t", "after", b"")
vault.close()
reserve._PAUSE = 0.0
with Vault(disk / "window", bytes(32), reserve=2 << 20) as vault:
    told["after"] = (vault.count("t") == 23 + written, vault.note("act"), vault.findings == [], not vault.short_of_space)
print(json.dumps(told))
"""


GONE = """
import json, subprocess, sys
from pathlib import Path
from clerk_app.store.errors import StoreFailing, StoreReadOnly
from clerk_app.store.file.vault import Vault

disk, real = Path(sys.argv[1]), Path(sys.argv[2])
told = {}

def mount(*how):
    subprocess.run(["mount", *how], check=True)

real.mkdir()
mount("--bind", str(real), str(disk))
vault = Vault(disk / "window", bytes(32), reserve=0)
vault.write("t", "before", b"1")
subprocess.run(["umount", "--lazy", str(disk)], check=True)
try:
    vault.write("t", "while gone", b"")
except StoreFailing as failing:
    told["gone"] = failing.say
told["read on"] = vault.read("t", "before") == b"1"
told["nothing made in its place"] = list(disk.iterdir()) == []
mount("--bind", str(real), str(disk))
vault.write("t", "back", b"")
vault.close()
mount("-o", "remount,bind,ro", str(disk))
try:
    Vault(disk / "window", bytes(32), reserve=0)
except StoreReadOnly as read_only:
    told["read-only"] = read_only.say
with Vault(disk / "window", bytes(32), read_only=True) as looking:
    told["looked at"] = looking.ids("t")
mount("-o", "remount,bind,rw", str(disk))
with Vault(disk / "window", bytes(32), reserve=0) as vault:
    vault.write("t", "writable again", b"")
    told["ids"] = vault.ids("t")
    told["findings"] = len(vault.findings)
print(json.dumps(told))
"""


def _run(script: str, folder: Path, prelude: str, *args: str) -> dict[str, Any]:
    """Run a script in a mount namespace of its own; return what it told."""
    probe = [*NAMESPACE, MOUNT, "sh", str(folder), "true"]
    present = sys.platform == "linux" and shutil.which("unshare") is not None
    present = present and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    real_part("A file system of the test's own", present=present, hint="user namespaces that may mount a tmpfs")
    command = [*NAMESPACE, prelude, "sh", str(folder), sys.executable, "-c", script, str(folder), *args]
    told = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    answers: dict[str, Any] = json.loads(told.stdout)
    return answers


def test_a_share_that_disappears_comes_back_and_is_read_only_for_a_while_costs_nothing(tmp_path: Path) -> None:
    disk, real = tmp_path / "disk", tmp_path / "real"
    disk.mkdir()
    told = _run(GONE, disk, 'shift && exec "$@"', str(real))
    assert "不见了" in told.pop("gone")
    assert "写保护" in told.pop("read-only")
    assert told == {
        "read on": True,
        "nothing made in its place": True,
        "looked at": ["before", "back"],
        "ids": ["before", "back", "writable again"],
        "findings": 0,
    }


def test_the_act_in_hand_is_finished_from_the_reserve_then_acts_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    answers = _run(SCRIPT, tmp_path, MOUNT)
    assert answers == {
        "reserve at first": True,
        "opens without the reserve": True,
        "looked at": True,
        "reserve is back": True,
        "act in hand finished": 22,
        "short": True,
        "then": answers["then"],
        "counted": True,
        "all read": True,
        "after": [True, "done", True, True],
    }
    assert "磁盘已满" in answers["then"]
