from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clerk_app.store.errors import StoreInUse
from clerk_app.store.lock import StoreLock, owner_of

HOLD = """
import sys
from pathlib import Path
from clerk_app.store.lock import StoreLock
lock = StoreLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_lock_names_its_owner_until_it_is_given_up(tmp_path: Path) -> None:
    lock = StoreLock(tmp_path / "lock")
    with pytest.raises(StoreInUse, match="进程"):
        StoreLock(tmp_path / "lock")
    owner = owner_of(tmp_path / "lock")
    assert owner is not None
    assert owner.pid == os.getpid()
    lock.release()
    lock.release()
    assert owner_of(tmp_path / "lock") is None
    StoreLock(tmp_path / "lock").release()


def test_another_process_is_told_and_the_lock_ends_with_a_killed_owner(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreInUse) as refused:
            StoreLock(path)
        assert refused.value.owner is not None
        assert refused.value.owner.pid == holder.pid
        holder.kill()
    StoreLock(path).release()


def test_a_lock_file_with_rubbish_in_it_stands_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_bytes(b"\xff{not json")
    lock = StoreLock(path)
    lock.release()
