"""One errand to the second place: whatever is unsent and not in the copy is added, and what is settled is left out.

The errand belongs to one thread and may block for as long as the place does; it never does so inside a transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from clerk_app.domain.envelope import COPY, Frame, frame, key_for_window, mark_of, opened
from clerk_app.domain.envelope_keys import NotReadable
from clerk_app.domain.journal import Entry
from clerk_app.store.access.keys import Keys
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.copies.copy_file import CopyFile, FileChanged, Held, new_header
from clerk_app.store.copies.handover_key import central_key
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.mend.healing import COPY as LOOKED_IN_COPY
from clerk_app.store.records import Records

log = logging.getLogger("clerk.copy")
BATCH = 64
"""Entries read from the store and written in one go."""
ROOMY = 1 << 20
"""Bytes from which on a copy that is mostly settled entries is written anew."""
QUIET = 30.0
"""Seconds without an act after which a copy of nothing but settled entries is emptied."""


class NotApart(OSError):
    """The place is not on the disk it was on: nothing is mounted there."""


def check_place(place: Path, folder: Path, *, apart: bool) -> None:
    """Raise ``OSError`` where the place is not there.

    An empty mount point is a folder too, but on the machine's own disk: ``NotApart``.
    """
    device = place.stat().st_dev
    if apart and device == folder.stat().st_dev:
        raise NotApart


class Copier:
    """Keeps one window's file in one place up with its journal."""

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
    ) -> None:
        self._records = records
        self._keys = keys
        self._window = window
        self._point = point
        self._clock = clock
        self._apart = apart
        self._file = CopyFile(place, window)
        self._held: Held | None = None
        self._anew = False
        self._lost: set[int] = set()
        """Numbers in the copy whose entries the store does not have: kept until it has them again."""
        self._roomy = ROOMY
        self._last_append = time.monotonic()
        self.written: dict[int, int] = {}
        """Number of each unsent entry that stands in the copy, by its place in the journal."""
        self.sealed_for_central = True

    def look_anew(self) -> None:
        """Have everything read again with the next errand: what is remembered may not hold any more. From any thread."""
        self._anew = True

    def round(self, *, closing: bool = False) -> None:
        """Bring the copy up; raises ``OSError`` (the place), ``VaultError`` (the store)."""
        if self._anew:
            self._anew, self._held = False, None
        try:
            self._bring_up(closing=closing)
        except FileChanged:
            self._held = None
            self._bring_up(closing=closing)
        except OSError:
            self._held = None  # whatever is there next time is read before it is believed
            raise

    def _bring_up(self, *, closing: bool) -> None:
        check_place(self._file.place, self._records.vault.folder, apart=self._apart)
        held = self._held or self._adopt()
        places = self._records.unsent_places()
        unsent = set(places)
        self.written = {place: n for place, n in self.written.items() if place in unsent}
        for some in _batches([place for place in places if place not in self.written], BATCH):
            self._add(held, some)
        if self._worth_writing_anew(held, closing=closing):
            held = self._write_anew(held, places)
        self._held = held
        self.sealed_for_central = bool(held.header.central)

    # reading what is there

    def _adopt(self) -> Held:
        """Take over the file in the place; one that is not this window's, or no copy at all, is kept beside."""
        self.written = {}
        try:
            held = self._own_file()
        except NotReadable:
            self._file.set_aside(self._clock())
            held = None
        if held is None:
            return self._write_anew(None, [])
        self._give_back(held)
        return held

    def _give_back(self, held: Held) -> None:
        """What the store lost and the copy has comes back."""
        if not self._records.gaps():
            return
        found = []
        for one in sorted((*held.frames.values(), *held.strangers), key=lambda one: one.known_as):
            with suppress(NotReadable):
                found.append(opened(one, held.key, held.header))
        try:
            self._records.fill(found)
        except ChainForked as forked:
            log.warning("the second copy has another history at entry %d", forked.n)
        self._records.looked(LOOKED_IN_COPY)

    def _own_file(self) -> Held | None:
        found = self._file.read()
        if found is None:
            return None
        parcel, size, begins = found
        header = parcel.header
        if (header.kind, header.window, header.public_key) != (COPY, self._window, self._keys.public_key.hex()):
            raise NotReadable("foreign")
        frames: dict[int, Frame] = {}
        strangers = []
        for one in parcel.frames:
            before = frames.get(one.n)
            if before is not None and before.mark != one.mark:
                strangers.append(before)
            frames[one.n] = one
        return Held(
            header=header,
            key=key_for_window(header, self._keys.signing_key),
            frames=frames,
            strangers=strangers,
            size=size,
            torn=parcel.torn,
            begins=begins,
        )

    # adding

    def _add(self, held: Held, places: Sequence[int]) -> None:
        frames: list[Frame] = []
        numbers: dict[int, int] = {}
        for place in places:
            entry = self._records.entry_at(place)
            if entry is None:
                continue  # damaged here; if the copy has it, it stays there
            numbers[place] = entry.n
            known = held.frames.get(entry.n)
            if known is None or known.mark != mark_of(entry):
                frames.append(frame(entry, held.key, held.header.file))
        if frames:
            self._file.append(held, b"".join(one.raw for one in frames))
            held.strangers += [held.frames[one.n] for one in frames if one.n in held.frames]
            held.frames.update((one.n, one) for one in frames)
            self._last_append = time.monotonic()
        self.written.update(numbers)
        self._lost.difference_update(numbers.values())

    # writing anew

    def _worth_writing_anew(self, held: Held, *, closing: bool) -> bool:
        told = central_key(self._records)
        if held.torn or (told is not None and held.header.central_key != told[0]):
            return True
        if self.written or self._records.unsent_count():
            return held.size > self._roomy and self._mostly_settled(held)
        idle = closing or time.monotonic() - self._last_append > QUIET
        if closing:
            self._lost = {n for n in self._lost if not self._is_back(held, held.frames[n])}
        return idle and bool(held.frames.keys() - self._lost)

    def _mostly_settled(self, held: Held) -> bool:
        needed = {*self.written.values(), *self._lost}
        live = sum(len(one.raw) for n, one in held.frames.items() if n in needed)
        self._roomy = max(ROOMY, held.size + held.size // 4)
        return 2 * live < held.size

    def _write_anew(self, old: Held | None, places: Sequence[int]) -> Held:
        """Write a file of what is unsent, and of what the old one has and the store lacks, with a key of its own."""
        told = central_key(self._records)
        header, opening, key = new_header(COPY, self._window, self._point, self._keys.signing_key, self._clock(), told)
        held = Held(header=header, key=key, frames={}, strangers=[], size=0)
        kept: list[Frame] = []
        for rescued in self._rescued(old):
            made = frame(rescued, key, header.file)
            (held.strangers if made.n in held.frames else kept).append(made)
            held.frames.setdefault(made.n, made)
        self._lost = set(held.frames)
        written: dict[int, int] = {}
        for place in places:
            entry = self._records.entry_at(place)
            if entry is not None:
                written[place] = entry.n
                made = frame(entry, key, header.file)
                kept.append(made)
                held.frames[entry.n] = made
        parts = [opening, *(one.raw for one in (*held.strangers, *kept))]
        held.size, held.begins = self._file.replace(parts)
        self.written, self._held, self._roomy = written, held, ROOMY
        return held

    def _rescued(self, old: Held | None) -> Iterator[Entry]:
        """Yield the entries of the old file that the store does not have, or cannot read."""
        if old is None:
            return
        unsent = set(self.written.values())
        for one in (*old.strangers, *old.frames.values()):
            if one.n in unsent and one not in old.strangers:
                continue
            try:
                entry = opened(one, old.key, old.header)
            except NotReadable:
                continue  # its check sum holds and its seal does not: nothing this window wrote
            if not self._has(entry):
                yield entry

    def _is_back(self, held: Held, one: Frame) -> bool:
        try:
            return self._has(opened(one, held.key, held.header))
        except NotReadable:
            return True

    def _has(self, entry: Entry) -> bool:
        try:
            held = self._records.record(entry.id) is not None
            return held or any(run.first <= entry.n <= run.last for run in self._records.pruned())
        except StoreDamaged:
            return False


def _batches(whole: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for begin in range(0, len(whole), size):
        yield whole[begin : begin + size]
