"""A window that signs what it writes, with a second place for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from clerk_app.domain.envelope import Parcel, read
from clerk_app.domain.journal import Entry, signed
from clerk_app.store.access.keys import Keys
from clerk_app.store.copies.copy_file import CopyFile
from clerk_app.store.copies.copying import Copier
from clerk_app.store.copies.handover_key import keep_central_key
from clerk_app.store.copies.second_copy import SecondCopy
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.records import Records
from tests.support.window_journal import WINDOW, Journal, verdicts

SECRET = bytes(range(1, 33))
OTHER = bytes(range(2, 34))
CENTRAL = X25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
CENTRAL_KEY = ("k1", CENTRAL.public_key().public_bytes_raw())


def keys_of(signing_key: bytes = SECRET, vault_key: bytes = bytes(range(32))) -> Keys:
    """Return a window's keys."""
    public = Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()
    return Keys(VaultKeys(1, {1: vault_key}), signing_key, public)


def noon() -> datetime:
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class SigningJournal(Journal):
    """A journal whose entries are signed, as a window's are."""

    signing_key: bytes = SECRET

    def say(self, kind: str, subject: str, body: Any) -> Entry:
        previous = self.previous
        entry = signed(super().say(kind, subject, body), self.signing_key)
        assert entry.previous == previous
        self.entries[-1] = entry
        self.previous = entry.digest()
        return entry


@dataclass
class Bench:
    """A window's records, its journal, and a place for the second copy."""

    records: Records
    place: Path
    keys: Keys = field(default_factory=keys_of)
    journal: SigningJournal = field(default_factory=SigningJournal)

    def act(self, name: str = "样例甲") -> list[Entry]:
        """Record one case with a remark; return its entries."""
        received = self.journal.receive(name)
        entries = [received, self.journal.remark(received.subject, "备注：证件已核对")]
        self.journal.write(self.records, *entries)
        return entries

    def confirm(self, entries: Sequence[Entry]) -> None:
        """Have central confirm them."""
        self.records.settle(verdicts(entries, first=entries[0].n))

    def tell_key(self) -> None:
        """Have central tell its key."""
        keep_central_key(self.records, CENTRAL_KEY[0], CENTRAL_KEY[1].hex())

    def copier(self, **more: Any) -> Copier:
        """Return the errand, without a thread."""
        return Copier(self.records, self.keys, WINDOW, "FS0001", self.place, noon, **more)

    def copy(self, **more: Any) -> SecondCopy:
        """Return the second copy, not started."""
        return SecondCopy(self.records, self.keys, WINDOW, "FS0001", self.place, noon, **more)

    def file(self) -> Path:
        return CopyFile(self.place, WINDOW).path

    def parcel(self) -> Parcel:
        return read(self.file().read_bytes())

    def numbers(self) -> list[int]:
        """Return the numbers that stand in the copy, in the file's order."""
        return [one.n for one in self.parcel().frames]


@contextlib.contextmanager
def bench(folder: Path, journal: SigningJournal | None = None) -> Iterator[Bench]:
    """Open a window's records beside a place."""
    place = folder / "stick"
    place.mkdir(exist_ok=True)
    with Records.open(folder / "window", keys_of().vault_key, window=WINDOW) as records:
        opened = Bench(records, place)
        yield replace(opened, journal=journal) if journal is not None else opened
