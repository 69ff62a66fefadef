from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clerk_app.store.errors import StoreInUse, StoreNotLockable
from clerk_app.store.file import lock as locking
from clerk_app.store.file.lock import StoreLock, owner_of

HOLD = """
import sys
from pathlib import Path
from clerk_app.store.file.lock import StoreLock
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


def test_a_folder_in_the_place_of_the_lock_file_is_named_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "store.lock").mkdir()
    with pytest.raises(StoreNotLockable, match=r"store\.lock"):
        StoreLock(tmp_path / "store.lock")


@pytest.mark.skipif(os.name != "posix", reason="POSIX has them")
def test_a_pipe_in_the_place_of_the_lock_file_is_no_lock(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(StoreNotLockable):
        StoreLock(tmp_path / "lock")


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_a_disk_that_knows_no_locks_is_not_mistaken_for_one_in_use(
    tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(locking, "_lock", refuse)
    with pytest.raises(StoreNotLockable, match="本机磁盘"):
        StoreLock(tmp_path / "lock")


def test_a_lock_is_renewed_on_the_file_that_lies_there_then(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = StoreLock(path)
    lock.renew()
    with pytest.raises(StoreInUse):
        StoreLock(path)
    path.rename(tmp_path / "away")
    lock.renew()
    with pytest.raises(StoreInUse):
        StoreLock(path)
    StoreLock(tmp_path / "away").release()
    path.unlink()
    other = StoreLock(path)
    with pytest.raises(StoreInUse):
        lock.renew()
    other.release()
    lock.renew()
    lock.release()
    StoreLock(path).release()
