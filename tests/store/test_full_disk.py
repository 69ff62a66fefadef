"""A disk that is really full: a small file system of the test's own, in a mount namespace of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.parts import real_part

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = 'mount -t tmpfs -o size=16m none "$1" && shift && exec "$@"'

SCRIPT = """
import json, sys
from pathlib import Path
from clerk_app.store import reserve
from clerk_app.store.errors import StoreFull
from clerk_app.store.vault import Vault

reserve._PAUSE = 0.0
disk = Path(sys.argv[1])
filler = disk / "filler"
told = {}
vault = Vault(disk / "window", bytes(32), reserve=2 << 20)
vault.write("t", "before", b"x" * 1000)
told["reserve at first"] = not vault.short_of_space

def fill():
    with filler.open("wb", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2

vault.close()
fill()
vault = Vault(disk / "window", bytes(32), reserve=2 << 20)
vault.write("t", "opened on a full disk", b"")
vault.close()
filler.unlink()
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


def test_the_act_in_hand_is_finished_from_the_reserve_then_acts_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    probe = [*NAMESPACE, MOUNT, "sh", str(tmp_path), "true"]
    present = sys.platform == "linux" and shutil.which("unshare") is not None
    present = present and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    real_part("A file system of the test's own", present=present, hint="user namespaces that may mount a tmpfs")
    command = [*NAMESPACE, MOUNT, "sh", str(tmp_path), sys.executable, "-c", SCRIPT, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    answers = json.loads(told.stdout)
    assert answers == {
        "reserve at first": True,
        "reserve is back": True,
        "act in hand finished": 22,
        "short": True,
        "then": answers["then"],
        "counted": True,
        "all read": True,
        "after": [True, "done", True, True],
    }
    assert "磁盘已满" in answers["then"]
