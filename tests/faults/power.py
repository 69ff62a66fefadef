"""Power cuts, played back: from the log of a run, the disk as it may be found when the power went at a given call.

What was synced is there: a file's content with its last completed fsync, a name with that of its folder. Of everything later
the disk may have kept any part: writes in any order, whole or in sectors, lengths old or new, names old or new.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.support.faults_shim import Call, Kind

SECTOR = 512
VOLATILE = "-shm"
"""SQLite's shared index lives in memory; what lies on the disk under its name is anything."""


@dataclass(slots=True)
class _Change:
    """A write, or, without data, a new length."""

    at: int
    data: bytes | None


@dataclass(slots=True)
class _File:
    kept: bytearray = field(default_factory=bytearray)
    later: list[_Change] = field(default_factory=list)


@dataclass(slots=True)
class _Naming:
    """A change of names in one folder; ``old`` loses its name, ``new`` gets ``file``."""

    old: str
    new: str
    file: _File | None


class Disk:
    """A disk on which the calls of a log are done; ``lying``: it says it has synced, and has not."""

    def __init__(self, folder: Path, base: Path, *, lying: bool = False) -> None:
        self._folder = str(folder)
        self._lying = lying
        self._names = {
            str(PurePosixPath(self._folder, path.relative_to(base))): _File(bytearray(path.read_bytes()))
            for path in base.rglob("*")
            if path.is_file()
        }
        self._kept = dict(self._names)
        self._later: list[_Naming] = []
        self._open: dict[int, tuple[str, _File | None]] = {}

    def do(self, call: Call) -> None:
        """Do one call."""
        match call.kind:
            case Kind.OPEN:
                self._opened(call)
            case Kind.CLOSE:
                self._open.pop(call.fd, None)
            case Kind.WRITE | Kind.LENGTH:
                _, file = self._open[call.fd]
                assert file is not None
                file.later.append(_Change(call.offset, call.data if call.kind is Kind.WRITE else None))
            case Kind.SYNC:
                self._synced(*self._open[call.fd])
            case Kind.RENAME:
                self._named(_Naming(call.first, call.second, self._names[call.first]))
            case Kind.LINK:
                self._named(_Naming("", call.second, self._names[call.first]))
            case Kind.UNLINK:
                self._named(_Naming(call.first, "", None))
            case Kind.MKDIR | Kind.RMDIR | Kind.MARK:
                pass

    def _opened(self, call: Call) -> None:
        if call.made:
            self._named(_Naming("", call.first, _File()))
        file = self._names.get(call.first)
        self._open[call.fd] = (call.first, file)
        if file is not None and call.flags & 0o1000:  # O_TRUNC
            file.later.append(_Change(0, None))

    def _named(self, naming: _Naming) -> None:
        _rename(self._names, naming)
        self._later.append(naming)

    def _synced(self, path: str, file: _File | None) -> None:
        if self._lying:
            return
        if file is not None:
            for change in file.later:
                _apply(file.kept, change)
            file.later.clear()
            return
        rest = []
        for naming in self._later:
            if path in {_parent(naming.old), _parent(naming.new)}:
                _rename(self._kept, naming)
            else:
                rest.append(naming)
        self._later = rest

    def cut(self, chance: random.Random) -> dict[str, bytes]:
        """Return what may lie on the disk when the power goes now, by path inside the folder."""
        share = chance.choice((0.0, 0.2, 0.5, 0.8, 1.0, 1.0))
        torn = chance.random() < 0.5
        names = dict(self._kept)
        for naming in self._later:
            if chance.random() < share:
                _rename(names, naming)
        found = {}
        for path, file in names.items():
            if path.endswith(VOLATILE):
                if chance.random() < 0.5:
                    found[path] = chance.randbytes(chance.randrange(0, 4096))
                continue
            found[path] = bytes(_kept(file, chance, share, torn=torn))
        return {str(PurePosixPath(path).relative_to(self._folder)): data for path, data in found.items()}


def _kept(file: _File, chance: random.Random, share: float, *, torn: bool) -> bytearray:
    content = bytearray(file.kept)
    for change in file.later:
        if change.data is None:
            if chance.random() < share:
                _apply(content, change)
            continue
        if chance.random() < share:
            pieces = _sectors(change) if torn else [change]
            for piece in pieces:
                if not torn or chance.random() < 0.8:
                    _apply(content, piece)
        end = change.at + len(change.data)
        if end > len(content) and chance.random() < share / 4:  # the length is new, the data are not
            content.extend(bytes(end - len(content)))
    return content


def _sectors(change: _Change) -> Iterable[_Change]:
    data = change.data or b""
    at = change.at
    while data:
        size = SECTOR - at % SECTOR
        yield _Change(at, data[:size])
        at, data = at + size, data[size:]


def _apply(content: bytearray, change: _Change) -> None:
    if change.data is None:
        del content[change.at :]
        content.extend(bytes(change.at - len(content)))
        return
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(change.data)] = change.data


def _rename(names: dict[str, _File], naming: _Naming) -> None:
    if naming.old:
        names.pop(naming.old, None)
    if naming.new and naming.file is not None:
        names[naming.new] = naming.file


def _parent(path: str) -> str:
    return str(PurePosixPath(path).parent) if path else ""
