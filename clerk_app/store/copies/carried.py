"""Other windows' work on its way through this window: kept sealed, unread, until central has it.

A file is kept as what it says of itself, a supervisor's word, and its records in parts of what one request may carry. Once
central has confirmed it and holds it in its backups the records go; that it was delivered, and of what, stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from clerk_app.domain.envelope import Frame, Parcel
from clerk_app.domain.word import Word
from clerk_app.store.records import Records

WAITING, REFUSED, DELIVERED = "waiting", "refused", "delivered"
PART_BYTES = 512 << 10
PART_RECORDS = 200
_FILES, _PARTS = "carried", "carried-parts"
_NOTE = "carried"
_KNOWN = 24
"""Bytes by which one entry is told from every other of its window: its number and its mark."""


class CarriedFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file another window wrote."""

    opening: str
    """Its header, as it was signed."""
    signature: str
    word: Word
    public_key: str
    known: bytes
    """What the file held when it was taken up, entry by entry."""
    parts: int
    weight: int = 0
    """Bytes of the parts that are here."""
    state: str = WAITING
    sent: int = 0
    """Parts central has taken in."""
    refused_entries: int = 0
    code: str = ""
    problem: str = ""
    """Why central does not take it, in Chinese."""
    settled_at: str = ""
    asked_at: str = ""
    """When central was last asked whether its backups hold it."""

    @property
    def content(self) -> str:
        """The file's SHA-256."""
        return self.word.content

    def entries(self) -> set[bytes]:
        """Return what tells each of its entries from every other of its window."""
        return {self.known[at : at + _KNOWN] for at in range(0, len(self.known), _KNOWN)}


class _Part(msgspec.Struct):
    records: bytes


_file = msgspec.json.Decoder(CarriedFile).decode
_part = msgspec.json.Decoder(_Part).decode


class Carried:
    """The files this window carries."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._files = records.ledger.table(_FILES)
        self._parts = records.ledger.table(_PARTS)

    def files(self) -> list[CarriedFile]:
        """Return every file, settled ones too, in the order they were taken up."""
        return [held for _, _, held in self._files.walk(_file)]

    def file(self, content: str) -> CarriedFile | None:
        """Return the file of this content; raises ``StoreDamaged``."""
        return self._files.fetch(content, _file)

    def waiting(self) -> list[CarriedFile]:
        """Return what central has not had yet: each window's oldest entries first."""
        if not _note(self._records)[0]:
            return []
        found = [held for held in self.files() if held.state == WAITING]
        return sorted(found, key=lambda held: (held.word.window, held.word.first, held.word.last))

    def delivered(self) -> list[CarriedFile]:
        """Return what central has, and its backups perhaps not yet."""
        return (
            [held for held in self.files() if held.state == DELIVERED and held.weight]
            if _note(self._records)[2]
            else []
        )

    def known(self, public_key: str) -> dict[bytes, str]:
        """Return what is known of a window's entries: of each, whether it is on its way or delivered."""
        found: dict[bytes, str] = {}
        for held in self.files():
            if held.public_key == public_key and held.state != REFUSED:
                found.update(dict.fromkeys(held.entries(), held.state))
        return found

    def add(self, parcel: Parcel, frames: Sequence[Frame], word: Word) -> None:
        """Take up a file of which these records are new here, in one transaction."""
        parts = list(_portions(sorted(frames, key=lambda one: one.known_as)))
        held = CarriedFile(
            opening=parcel.opening.decode(),
            signature=parcel.signature,
            word=word,
            public_key=parcel.header.public_key,
            known=b"".join(one.known_as for one in parcel.frames),
            parts=len(parts),
            weight=sum(map(len, parts)),
        )
        with self._records.transaction():
            self._forget_parts(held.content)
            for number, part in enumerate(parts):
                self._parts.put(f"{held.content}/{number}", _Part(part))
            self._files.put(held.content, held)
            self._retry_what_waited_for(held)
            self._count()

    def part(self, content: str, number: int) -> bytes | None:
        """Return a part's records; ``None`` where they are there no more. Raises ``StoreDamaged``."""
        found = self._parts.fetch(f"{content}/{number}", _part)
        return None if found is None else found.records

    def keep(self, held: CarriedFile, *, drop: bool = False) -> CarriedFile:
        """Keep what became of a file; ``drop``: its records are not needed any more."""
        if drop:
            held = msgspec.structs.replace(held, weight=0)
        with self._records.transaction():
            self._files.put(held.content, held)
            if drop:
                self._forget_parts(held.content)
            if held.state == DELIVERED:
                self._retry_what_waited_for(held)
            self._count()
        return held

    def say_again(self) -> None:
        """Central was restored: whatever is still here is brought once more."""
        with self._records.transaction():
            for held in self.files():
                if held.state == DELIVERED and held.weight:
                    self._files.put(held.content, _anew(held))
            self._count()

    def _retry_what_waited_for(self, held: CarriedFile) -> None:
        """What was refused only because entries before it were missing may be welcome with these."""
        for other in self.files():
            gap = other.state == REFUSED and other.code == "gap"
            if gap and other.word.window == held.word.window and other.content != held.content:
                self._files.put(other.content, _anew(other))

    def _forget_parts(self, content: str) -> None:
        number = 0
        while self._records.vault.delete(_PARTS, f"{content}/{number}"):
            number += 1

    def _count(self) -> None:
        files = self.files()
        states = [held.state for held in files]
        held_back = sum(held.state == DELIVERED and held.weight > 0 for held in files)
        numbers = [states.count(WAITING), states.count(REFUSED), held_back]
        self._records.vault.set_note(_NOTE, numbers if any(numbers) else None)


def counts(records: Records) -> tuple[int, int]:
    """Return how many carried files wait for central and how many it refused; reads nothing from the disk."""
    waiting, refused, _ = _note(records)
    return waiting, refused


def _note(records: Records) -> tuple[int, int, int]:
    waiting, refused, delivered = records.vault.note(_NOTE) or (0, 0, 0)
    return int(waiting), int(refused), int(delivered)


def _anew(held: CarriedFile) -> CarriedFile:
    return msgspec.structs.replace(held, state=WAITING, sent=0, refused_entries=0, code="", problem="", settled_at="")


def _portions(frames: Iterable[Frame]) -> Iterable[bytes]:
    portion: list[bytes] = []
    size = 0
    for one in frames:
        if portion and (size + len(one.raw) > PART_BYTES or len(portion) >= PART_RECORDS):
            yield b"".join(portion)
            portion, size = [], 0
        portion.append(one.raw)
        size += len(one.raw)
    if portion:
        yield b"".join(portion)
