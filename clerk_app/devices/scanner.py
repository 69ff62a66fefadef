"""The scanner's folder, watched on a thread of its own; what is whole in it waits to be attached.

The system's word that something changed only wakes the thread: it then looks at the folder itself, and looks now and then
without being woken. So no lost, doubled or late word matters, and a folder that was gone and is back needs no more than a look.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from clerk_app.devices import original
from clerk_app.devices.content import NotTaken, inspect
from clerk_app.devices.original import Stamp, Unreadable, stamp_of
from clerk_app.devices.settling import PATIENCE, STEADY, Seen, Settling

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

log = logging.getLogger("clerk.scanner")
SWEEP = 5.0
"""Seconds between two looks that nobody asked for."""
POLL = 2.0
"""The same where the system tells nothing, as of a share."""
BREATH = 0.1
"""Seconds between two looks, however often the folder changes."""
LEAVE = 2.0
"""Seconds a thread is waited for that hangs in a share which went away."""


class Scanner:
    """One folder; ``start`` begins to watch it. Usable from any thread; only ``finish`` waits for the disk."""

    def __init__(
        self,
        folder: Path,
        *,
        is_share: Callable[[Path], bool] = lambda _: False,
        steady: float = STEADY,
        patience: float = PATIENCE,
        sweep: float = SWEEP,
    ) -> None:
        """``is_share``: whether a folder lies where the system tells nothing of changes; may be slow."""
        self.folder = folder
        self.changed = threading.Condition()
        """Notified when ``waiting`` or ``trouble`` are other than before."""
        self.trouble = ""
        """Why nothing can come from the folder, in Chinese; empty: it is watched."""
        self._is_share = is_share
        self._sweep = sweep
        self._settling = Settling(steady=steady, patience=patience)
        self._waiting: tuple[Seen, ...] = ()
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched: tuple[BaseObserver, tuple[int, int]] | None = None
        self._polls = False

    # watching

    def start(self) -> Self:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End it; a thread that hangs in a folder which does not answer is left to itself."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(LEAVE)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._look()
                self._woken.wait(self._rest())
                self._woken.clear()
                self._stopping.wait(BREATH)
        finally:
            self._unwatch()

    def _rest(self) -> float:
        with self.changed:
            rest = self._settling.rest(time.monotonic())
        most = min(self._sweep, POLL) if self._watched is None or self._polls else self._sweep
        return most if rest is None else min(rest, most)

    def _look(self) -> None:
        try:
            found = self._watch_and_list()
        except OSError as error:
            self._unwatch()
            log.debug("the scanner's folder is not there: %s", error.strerror)
            self._lost("扫描仪文件夹打不开" if not isinstance(error, FileNotFoundError) else "扫描仪文件夹不在")
            return
        with self.changed:
            due = self._settling.look(found, time.monotonic())
        for name in due:
            self._show("")
            if self._stopping.is_set():
                return
            self._read(name, found[name])
        self._show("")

    def _read(self, name: str, stamp: Stamp) -> None:
        path = self.folder / name
        seen, partial = Seen(path=path, stamp=stamp), False
        try:
            held = original.read(path)
            if held.stamp != stamp:
                with self.changed:
                    self._settling.again(name, time.monotonic())
                return
            content = inspect(held.raw)
            seen = Seen(path=path, stamp=stamp, media=content.media, pages=content.pages)
        except NotTaken as error:
            seen, partial = Seen(path=path, stamp=stamp, refused=error.reason), error.partial
        except Unreadable as error:
            seen, partial = Seen(path=path, stamp=stamp, refused=f"文件读不出来（{error.reason}）。"), True
        with self.changed:
            self._settling.tell(seen, time.monotonic(), partial=partial)

    def _lost(self, trouble: str) -> None:
        with self.changed:
            self._settling.forget()
        self._show(trouble)

    def _show(self, trouble: str) -> None:
        with self.changed:
            waiting = self._settling.waiting()
            if (waiting, trouble) != (self._waiting, self.trouble):
                self._waiting, self.trouble = waiting, trouble
                self.changed.notify_all()

    # the folder

    def _watch_and_list(self) -> dict[str, Stamp]:
        """Return what lies in the folder, and have the system tell of changes in the one that is there now."""
        told = self.folder.stat()
        place = (told.st_dev, told.st_ino)
        if self._watched is None or self._watched[1] != place or not _is_told(self._watched[0]):
            self._unwatch()
            observer = self._observer()
            self._watched = (observer, place) if observer is not None else None
        found: dict[str, Stamp] = {}
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if self._stopping.is_set():
                    break
                try:
                    if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                        found[entry.name] = stamp_of(_told(entry))
                except OSError:  # gone since it was listed
                    continue
        return found

    def _observer(self) -> BaseObserver | None:
        """Return what tells of changes: the system, or where it does not, somebody who looks again and again."""
        from watchdog.events import FileSystemEventHandler

        wake = self._woken.set

        class Handler(FileSystemEventHandler):
            def dispatch(self, event: object) -> None:
                wake()

        self._polls = self._is_share(self.folder)
        for polls in dict.fromkeys((self._polls, True)):
            observer = _made(polls=polls)
            try:
                observer.schedule(Handler(), str(self.folder), event_filter=_events())
                observer.start()
            except OSError as error:
                log.warning("the scanner's folder is looked at again and again: %s", error.strerror)
            else:
                self._polls = polls
                return observer
        return None

    def _unwatch(self) -> None:
        watched, self._watched = self._watched, None
        if watched is not None:
            watched[0].stop()
            watched[0].join(LEAVE)

    # what waits

    def waiting(self) -> tuple[Seen, ...]:
        """Return the files that can be attached, and those that cannot with the reason, the newest first."""
        with self.changed:
            return self._waiting

    def owns(self, path: Path) -> bool:
        """Whether a file lies in the folder itself."""
        return path.parent == self.folder or path.parent.resolve() == self.folder.resolve()

    def claim(self, path: Path, stamp: Stamp) -> None:
        """Somebody has this file in hand: it waits no more until it is finished or given back."""
        with self.changed:
            self._settling.claim(path, stamp)
        self._show(self.trouble)

    def give_back(self, path: Path) -> None:
        """The file was not attached after all: it waits again."""
        with self.changed:
            self._settling.let_go(path)
        self._show(self.trouble)

    def finish(self, path: Path) -> bool:
        """Take away a claimed file that was stored and attached; return whether it is gone.

        One that cannot be removed does not wait again; one that was written anew since is another, and stays.
        """
        with self.changed:
            stamp = self._settling.claimed(path)
        gone = stamp is not None and original.take_away(path, stamp)
        self._woken.set()
        return gone


def _is_told(observer: BaseObserver) -> bool:
    """Whether the system still tells: it ends when the folder goes, and another may have taken its place and number."""
    return bool(observer.emitters) and all(emitter.is_alive() for emitter in observer.emitters)


def _told(entry: os.DirEntry[str]) -> os.stat_result:
    """Return a file's state; what a Windows folder tells while it is listed lacks what tells the file from others."""
    return Path(entry.path).lstat() if os.name == "nt" else entry.stat(follow_symlinks=False)


def _made(*, polls: bool) -> BaseObserver:
    if polls:
        from watchdog.observers.polling import PollingObserver

        return PollingObserver(timeout=POLL)
    from watchdog.observers import Observer

    return Observer()


def _events() -> list[type]:
    """Return what is worth a look: not that a file was opened or read, which is what a look does itself."""
    from watchdog import events

    return [
        events.FileCreatedEvent,
        events.FileModifiedEvent,
        events.FileMovedEvent,
        events.FileClosedEvent,
        events.FileDeletedEvent,
        events.DirDeletedEvent,
        events.DirMovedEvent,
    ]
