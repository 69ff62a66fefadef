"""The second copy: what central has not confirmed stands, sealed, in a second place too, written there as it happens.

A thread of its own does the work (``copying``). Whoever records an act never waits for the second place and never fails
because of it: the act only wakes the thread. Opening, an act, a stick that comes back and entries that a restored central
lost are one and the same errand.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from clerk_app.domain.envelope import Parcel, key_for_window, mark_of, opened
from clerk_app.domain.envelope_keys import NotReadable, public_half
from clerk_app.domain.journal import Entry
from clerk_app.store.access.keys import Keys
from clerk_app.store.books.book import UNSENT
from clerk_app.store.books.spans import Spans
from clerk_app.store.copies.copy_file import CopyFile
from clerk_app.store.copies.copy_state import ELSEWHERE, FAULT, NO_ANSWER, STORE, UNREADABLE, CopyState, trouble_of
from clerk_app.store.copies.copying import Copier, NotApart, check_place
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records

__all__ = ["CopyState", "SecondCopy", "recover", "survey"]

log = logging.getLogger("clerk.copy")
LOOK = 5.0
"""Seconds between two looks at the place while nothing happens."""
HANGS = 10.0
"""Seconds after which an errand that has not come back is told of."""


class SecondCopy:
    """The second copy of one window, beside its work; made and stopped by whoever opens the window."""

    def __init__(
        self,
        records: Records,
        keys: Keys,
        window: str,
        point: str,
        place: Path,
        clock: Callable[[], datetime],
        *,
        apart: bool = False,
        look: float = LOOK,
    ) -> None:
        """Prepare; ``apart``: the place is on another disk than the store, and no place while it is not."""
        self._records = records
        self._place = place
        self._look = look
        self._copier = Copier(records, keys, window, point, place, clock, apart=apart)
        self._keys, self._window = keys, window
        self._problem = ""
        self._began: float | None = None
        """Since when an errand is under way, on the monotonic clock."""
        self._asked = self._served = 0
        self._turn = threading.Condition()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="second-copy", daemon=True)

    def start(self) -> SecondCopy:
        """Begin; returns at once."""
        self._records.appended.append(self._told)
        self._records.vault.on_reload(self._copier.look_anew)  # places in the journal may be others' now
        self._thread.start()
        return self

    def state(self) -> CopyState:
        """Return how the copy stands; never waits for the place or for a write to the store."""
        unsent = Spans(self._records.vault.note(UNSENT))
        written = self._copier.written
        began = self._began
        hangs = began is not None and time.monotonic() - began > HANGS
        return CopyState(
            place=str(self._place),
            behind=sum(place not in written for place in unsent),
            problem=self._problem or (NO_ANSWER if hangs else ""),
            sealed_for_central=self._copier.sealed_for_central,
        )

    def flush(self, seconds: float) -> CopyState:
        """Have everything recorded so far brought to the place, waiting for at most so long; return how it stands."""
        with self._turn:
            self._asked += 1
            ticket = self._asked
            self._wake.set()
            self._turn.wait_for(lambda: self._served >= ticket or not self._thread.is_alive(), seconds)
        return self.state()

    def stop(self, seconds: float = 5.0) -> CopyState:
        """End after a last errand, waiting for at most so long; return how the copy stands."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        if self._told in self._records.appended:
            self._records.appended.remove(self._told)
        return self.state()

    def _told(self, _: Sequence[Entry]) -> None:
        self._wake.set()

    def _run(self) -> None:
        while True:
            asked, closing = self._asked, self._stopping.is_set()
            self._wake.clear()
            self._began = time.monotonic()
            problem = self._errand(closing=closing)
            if problem != self._problem:
                log.info("the second copy: %s", problem or "the place answers again")
            self._problem, self._began = problem, None
            with self._turn:
                self._served = asked
                self._turn.notify_all()
            if closing:
                return
            self._wake.wait(self._look)

    def _errand(self, *, closing: bool) -> str:
        """Do what there is to do; return what kept it from being done, in Chinese."""
        try:
            self._copier.round(closing=closing)
        except NotApart:
            return ELSEWHERE
        except OSError as error:
            return trouble_of(error)
        except VaultError:
            return STORE
        except Exception:  # the thread's edge: a copy that ended unseen would be the worst
            log.exception("the second copy failed")
            return FAULT
        return ""


def recover(place: Path, keys: Keys, window: str) -> list[Entry]:
    """Return this window's own entries in the copy in ``place``, by number, each once and proven.

    None where there is no copy, or none of this window's. Raises ``OSError`` where the place cannot be read.
    """
    try:
        found = CopyFile(place, window).read()
    except NotReadable:
        return []
    return [] if found is None else entries_in(found[0], keys.signing_key, window)


def entries_in(parcel: Parcel, signing_key: bytes, window: str) -> list[Entry]:
    """Return the entries in a file that this very window wrote, by number, each once; none where another did."""
    header = parcel.header
    if (header.window, header.public_key) != (window, public_half(signing_key).hex()):
        return []
    found: dict[bytes, Entry] = {}
    try:
        key = key_for_window(header, signing_key)
    except NotReadable:
        return []
    for one in parcel.frames:
        try:
            found[one.known_as] = opened(one, key, header)
        except NotReadable:
            continue
    return [found[known] for known in sorted(found)]


def survey(
    records: Records, keys: Keys, window: str, place: Path, *, apart: bool = False, seconds: float = 2.0
) -> CopyState:
    """Return how the copy in ``place`` stands against the store, by looking at it, for at most so long."""
    told: list[tuple[str, Parcel | None]] = []

    def look() -> None:
        try:
            check_place(place, records.vault.folder, apart=apart)
            found = CopyFile(place, window).read()
            told.append(("", found[0] if found else None))
        except NotApart:
            told.append((ELSEWHERE, None))
        except OSError as error:
            told.append((trouble_of(error), None))
        except NotReadable:
            told.append((UNREADABLE, None))

    looking = threading.Thread(target=look, name="second-copy-look", daemon=True)
    looking.start()
    looking.join(seconds)
    problem, parcel = told[0] if told else (NO_ANSWER, None)
    if parcel is not None and parcel.header.public_key != keys.public_key.hex():
        problem, parcel = UNREADABLE, None
    held = {one.known_as for one in parcel.frames} if parcel is not None else set()
    return CopyState(
        place=str(place),
        behind=sum(not _stands(records.entry_at(one), held) for one in records.unsent_places()),
        problem=problem,
        sealed_for_central=parcel is None or bool(parcel.header.central),
    )


def _stands(entry: Entry | None, held: set[bytes]) -> bool:
    return entry is not None and entry.n.to_bytes(8, "big") + mark_of(entry) in held
