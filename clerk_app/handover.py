"""Unsent work carried by hand: out of this window into a file, and another window's out of its file into this one.

Taking out asks for nobody: the file is sealed, adds nothing and takes nothing away, and the work of a machine must be saved
even where nobody can sign in any more. Taking up is vouched for by a supervisor, because from then on this window
speaks to central for the other.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clerk_app.domain.envelope import EXPORT, FAMILY, Frame, Parcel, covered, end, frame, mark_of, read
from clerk_app.domain.envelope_keys import NotReadable, public_half
from clerk_app.domain.journal import Entry
from clerk_app.domain.people import Person, Role
from clerk_app.domain.word import Word
from clerk_app.seat import Refused, Seat
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.copies.carried import DELIVERED, Carried
from clerk_app.store.copies.copy_file import MAX_FILE, new_header, replace_file
from clerk_app.store.copies.handover_key import central_key
from clerk_app.store.copies.second_copy import entries_in
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.records import Records

NOT_READABLE = {
    "family": ("file-foreign", "这不是 clerk 的未上报文件，没有导入。请选 clerk export-unsent 或第二副本写出的文件。"),
    "version": ("file-too-new", "这份文件由更新版本的程序写成，本版本读不了，没有导入。请先升级本机的程序。"),
    "size": ("file-too-large", "这份文件过大，没有导入。请在原窗口重新导出。"),
}
DAMAGED = ("file-damaged", "这份文件已损坏或被改动，没有导入。请在原窗口重新导出，或改用第二副本。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was taken out."""

    file: Path
    window: str
    entries: int
    first: int
    """Number of the first entry; 0: none."""
    last: int
    damaged: int
    """Unsent entries that cannot be read here, and are not in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """What was taken up."""

    window: str
    """That wrote the entries."""
    point: str
    entries: int
    """Whole ones in the file."""
    new: int
    already: int
    """Here, or delivered, before."""
    unfit: int = 0
    """Of this window's own: neither here nor fit to be put back."""
    delivered: int
    """Of these, central has so many."""
    torn: bool
    """Whether the file ends in a record that is not whole."""
    own: bool
    """Whether it is this window's own: then what is new is back in its journal."""
    word: Word | None


class NotSealable(Refused):
    """Central's key is not known yet."""

    def __init__(self) -> None:
        super().__init__(
            "central-key-unknown",
            "本窗口还不知道市中心的封装密钥，不能导出。办件都还在本机；请先与市中心联通一次（clerk sync），再导出。",
        )


def export(records: Records, seat: Seat, signing_key: bytes, clock: Callable[[], datetime], target: Path) -> Exported:
    """Write everything unsent, sealed for central, to a file of its own; raises ``Refused`` or ``OSError``.

    The file is there whole or not at all; one that is something else is not written over.
    """
    told = central_key(records)
    if told is None:
        raise NotSealable
    _check_target(target)
    header, opening, key = new_header(EXPORT, seat.window, seat.point, signing_key, clock(), told)
    numbers: list[int] = []
    places = records.unsent_places()

    def parts() -> Iterator[bytes]:
        written = hashlib.sha256(opening)
        yield opening
        for place in places:
            entry = records.entry_at(place)
            if entry is not None:
                raw = frame(entry, key, header.file).raw
                written.update(raw)
                numbers.append(entry.n)
                yield raw
        yield end(written, len(numbers), header.file, signing_key)

    replace_file(target, parts())
    return Exported(
        file=target,
        window=seat.window,
        entries=len(numbers),
        first=min(numbers, default=0),
        last=max(numbers, default=0),
        damaged=len(places) - len(numbers),
    )


def _check_target(target: Path) -> None:
    try:
        with target.open("rb") as file:
            begins = file.read(len(FAMILY))
    except FileNotFoundError:
        return
    if begins != FAMILY:
        raise Refused("file-exists", f"{target} 已经存在，而且不是未上报文件，没有覆盖。请换一个文件名。", "file")


class Handover:
    """Taking up what another window wrote, at this window, by whoever is signed in."""

    def __init__(
        self, records: Records, seat: Seat, person: Person, signing_key: bytes, clock: Callable[[], datetime]
    ) -> None:
        self._records = records
        self._seat = seat
        self._person = person
        self._signing_key = signing_key
        self._clock = clock

    def take_up(self, content: bytes) -> TakenUp:
        """Take up a file's content on this person's word; durable on return. Raises ``Refused``."""
        if self._person.role is not Role.SUPERVISOR:
            raise Refused(
                "not-your-role", "代报别的窗口的流水须由值班主任确认，没有导入。请值班主任在本窗口登录后再导入。"
            )
        parcel = _read(content)
        if parcel.header.window == self._seat.window:
            return self._take_back(parcel)
        if not parcel.header.central:
            raise Refused(
                "file-not-for-central",
                "这份文件写成时，原窗口还没有与市中心联通过，别人打不开，没有导入。"
                "请在原窗口联通一次后重新导出；它只能在原窗口导回。",
            )
        return self._carry(parcel, hashlib.sha256(content).hexdigest())

    def _carry(self, parcel: Parcel, content: str) -> TakenUp:
        carried = Carried(self._records)
        with self._records.transaction():
            known = carried.known(parcel.header.public_key)
            frames = {one.known_as: one for one in parcel.frames}
            new = [one for known_as, one in frames.items() if known_as not in known]
            word = self._word(parcel, content, len(frames)) if new else None
            if word is not None:
                self._check_room(new)
                carried.add(parcel, new, word)
        states = [known[known_as] for known_as in frames if known_as in known]
        return _told(parcel, len(frames), len(new), delivered=states.count(DELIVERED), word=word)

    def _check_room(self, new: Sequence[Frame]) -> None:
        """Another window's work never takes the room this window's own needs."""
        needed = sum(len(one.raw) for one in new)
        if self._records.vault.short_of_space or shutil.disk_usage(self._records.vault.folder).free < 4 * needed:
            raise Refused("no-room", "本机磁盘空间不足，没有导入。请清理磁盘，或换一个窗口导入。")

    def _word(self, parcel: Parcel, content: str, entries: int) -> Word:
        first, last = covered(parcel.frames)
        word = Word(
            file=parcel.header.file,
            window=parcel.header.window,
            carrier=self._seat.window,
            actor=self._person.number,
            at=self._clock().isoformat(timespec="seconds"),
            content=content,
            first=first,
            last=last,
            entries=entries,
        )
        return word.signed(self._signing_key)

    def _take_back(self, parcel: Parcel) -> TakenUp:
        """A file of this very window: what its journal lost comes back."""
        if parcel.header.public_key != public_half(self._signing_key).hex():
            raise Refused(*DAMAGED)
        found = entries_in(parcel, self._signing_key, self._seat.window)
        missing = [entry for entry in found if not self._has(entry)]
        try:
            self._records.fill(missing)
        except ChainForked as forked:
            raise Refused(
                "two-histories",
                f"文件里的第 {forked.n} 条与本机的流水对不上，没有导入。请保留文件，联系技术人员。",
            ) from forked
        new = sum(map(self._has, missing))
        return _told(parcel, len(found), new, own=True, unfit=len(missing) - new)

    def _has(self, entry: Entry) -> bool:
        try:
            held = self._records.record(entry.id)
        except StoreDamaged:
            return False
        return held is not None and mark_of(held.entry) == mark_of(entry)


def _read(content: bytes) -> Parcel:
    if len(content) > MAX_FILE:
        raise Refused(*NOT_READABLE["size"])
    try:
        parcel = read(content)
    except NotReadable as error:
        raise Refused(*NOT_READABLE.get(error.reason, DAMAGED)) from error
    if parcel.header.kind == EXPORT and not parcel.ended:
        raise Refused(
            "file-incomplete", "这份文件不完整（没有复制完，或被改动），没有导入。请重新复制，或在原窗口重新导出。"
        )
    return parcel


def _told(
    parcel: Parcel,
    entries: int,
    new: int,
    *,
    delivered: int = 0,
    own: bool = False,
    unfit: int = 0,
    word: Word | None = None,
) -> TakenUp:
    return TakenUp(
        window=parcel.header.window,
        point=parcel.header.point,
        entries=entries,
        new=new,
        already=entries - new - unfit,
        unfit=unfit,
        delivered=delivered,
        torn=parcel.torn > 0,
        own=own,
        word=word,
    )
