"""A change of the vault key, while the store is in use: every body is sealed anew, then the former key is given up.

``keys.json`` tells both keys first (``keys.renew_keys``), so whatever opens the store from there on opens all of it. Then,
in small transactions with acts between them: bodies are sealed anew in order, the place reached kept in the mark; all
are looked at once more; the file is written anew without its free space; and ``keys.json`` loses the former key. Ended at
any point, it is taken up again from what ``keys.json`` and the mark tell.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

from clerk_app.store.access import keyfile
from clerk_app.store.access import keys as window_keys
from clerk_app.store.access.unlock import Unlock
from clerk_app.store.errors import KeysError, VaultError
from clerk_app.store.file.durable import write_private_file
from clerk_app.store.file.resealing import Resealing
from clerk_app.store.file.seal import VaultKeys

log = logging.getLogger("clerk.keys")
REQUEST = "rotate-keys.request"
"""A file of this name asks the program that has the store open to change its keys."""
BATCH = 200
"""Bodies in one transaction: some 15 ms in which an act waits."""
LOOKED_AT = 2000
LOOK = 15.0
"""Seconds between two looks whether somebody asks for a change."""
AGAIN = 300.0
"""Seconds between two tries where something stands in the way."""
QUIET = 30.0
"""Seconds without an act before the file is written anew beside a client: some 20 ms for each megabyte."""
_NOTE = "rotation"


class Step(enum.Enum):
    """What was done just now; each is durable, and the program may end behind any."""

    RESEALED = "resealed"
    LOOKED = "looked"
    CHECK_RENEWED = "check-renewed"
    PURGED = "purged"
    WAITING = "waiting"
    """Somebody who reads keeps the log from being emptied, or the keyring lost a key: to be tried again."""
    DROPPED = "dropped"
    FORGOTTEN = "forgotten"


class SealedStill(KeysError):
    """Damaged bodies are still sealed with the former key, which is therefore kept."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"新密钥已经启用，但有 {count} 条损坏的记录仍封在旧密钥下，旧密钥因此还留着，其余数据不受影响。"
            "请先联网同步，由中心补回，或由督导核销损失，再执行一次 clerk rotate-keys。"
        )
        self.count = count


class Rotation:
    """One change of keys of an open store; made anew, it goes on where the last one ended."""

    def __init__(self, vault: Resealing, unlock: Unlock | None = None, *, batch: int = BATCH) -> None:
        """``unlock`` leads to the wrapping key where it lies in a keyring; with a passphrase none is needed to finish."""
        self._vault = vault
        self._folder = vault.folder
        self._unlock = unlock
        self._batch = batch
        self.resealed = 0
        """Bodies looked at by this run."""

    def begin(self, unlock: Unlock, new: Unlock | None = None) -> None:
        """Make a new vault key and wrapping key, or only the latter where a change is under way; seals with it at once.

        Raises as ``open_keys`` does; then nothing has changed.
        """
        self._unlock = new or unlock
        self._vault.adopt(window_keys.renew_keys(self._folder, unlock, new).vault)

    def steps(self) -> Iterator[Step]:
        """Do the change step by step; raises ``SealedStill``, ``StoreDamaged`` and what the disk answers."""
        self._take_up()
        if len(self._vault.keys.keys) > 1:
            yield from self._reseal()
            self._vault.renew_check()
            yield Step.CHECK_RENEWED
            while not self._vault.purge():
                yield Step.WAITING
            yield Step.PURGED
        while not window_keys.drop_former(self._folder, self._unlock):
            yield Step.WAITING
        current = self._vault.keys.current
        self._vault.adopt(VaultKeys(current, {current: self._vault.keys.keys[current]}))
        yield Step.DROPPED
        window_keys.forget_retired(self._folder, self._unlock)
        self._vault.set_note(_NOTE, None)
        yield Step.FORGOTTEN

    def _take_up(self) -> None:
        """Seal with the key that ``keys.json`` tells: a write of it that failed half-way may have told it nevertheless."""
        if keyfile.read(self._folder).current == self._vault.keys.current:
            return
        if self._unlock is None:
            raise KeysError("更换密钥已经开始，须重新打开窗口数据才能继续。请退出后重新打开客户端；数据都在。")
        self._vault.adopt(window_keys.open_keys(self._folder, self._unlock).vault)

    def _reseal(self) -> Iterator[Step]:
        yield from self._walk()
        left = yield from self._look()
        if left:  # only a file that was tampered with, or a place that came back, has any
            self._vault.set_note(_NOTE, None)
            yield from self._walk()
            left = yield from self._look()
        if left:
            raise SealedStill(left)

    def _walk(self) -> Iterator[Step]:
        to, table, after = self._vault.note(_NOTE) or (0, "", 0)
        if to != self._vault.keys.current:
            table, after = "", 0
        for name in sorted(name for name in self._vault.tables() if name >= table):
            place = after if name == table else 0
            while True:
                with self._vault.transaction():
                    last = self._vault.reseal(name, place, self._batch)
                    if last is None:
                        break
                    self._vault.set_note(_NOTE, [self._vault.keys.current, name, last])
                place = last
                self.resealed += self._batch
                yield Step.RESEALED

    def _look(self) -> Generator[Step, None, int]:
        left = 0
        for name in self._vault.tables():
            place: int | None = 0
            while place is not None:
                found, place = self._vault.foreign(name, place, LOOKED_AT)
                left += len(found)
                yield Step.LOOKED
        return left


class KeyKeeper:
    """Changes keys beside the client: goes on with a change that was begun, and begins one that is asked for."""

    def __init__(
        self,
        vault: Resealing,
        unlock: Unlock | None,
        *,
        pause: float = 0.02,
        look: float | None = None,
        quiet: float | None = None,
    ) -> None:
        """``unlock`` is ``None`` where a person would have to be asked: then changes are finished, not begun.

        ``quiet``: seconds without an act before the file is written anew.
        """
        self._quiet = QUIET if quiet is None else quiet
        self._vault = vault
        self._unlock = unlock
        self._pause = pause
        self._look = LOOK if look is None else look
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keys", daemon=True)

    def start(self) -> KeyKeeper:
        """Begin; returns at once."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the step in hand; what is not done is done the next time."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._look
            try:
                self._once()
            except VaultError as error:
                log.warning("the keys are not changed yet: %s", type(error).__name__)
                pause = max(pause, AGAIN)
            except Exception:  # the thread's edge: the next look may find it well again
                log.exception("changing the keys failed")
                pause = max(pause, AGAIN)
            self._stopping.wait(pause)

    def _once(self) -> None:
        rotation = Rotation(self._vault, self._unlock)
        asked = self._vault.folder / REQUEST
        if self._unlock is not None and asked.exists():
            if not window_keys.changing(self._vault.folder):
                rotation.begin(self._unlock)
            asked.unlink(missing_ok=True)
        if not window_keys.changing(self._vault.folder):
            return
        for step in rotation.steps():
            if self._stopping.wait(1.0 if step is Step.WAITING else self._pause):
                return
            if step is Step.CHECK_RENEWED and not self._is_quiet():
                return
        log.info("the keys were changed")

    def _is_quiet(self) -> bool:
        """Wait for a time in which nothing is recorded: what comes next holds an act up; ``False`` when told to end."""
        seen = -1
        while seen != self._vault.generation:
            seen = self._vault.generation
            if self._stopping.wait(self._quiet):
                return False
        return True


def ask_owner(folder: Path) -> None:
    """Ask the program that has the store open to change its keys; durable on return."""
    write_private_file(folder / REQUEST, b"")
