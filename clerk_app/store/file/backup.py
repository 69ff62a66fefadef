"""Copies of a store that can be relied on: one of the database alone, and one file with all a window is, scans included.

A copy is made by SQLite's online backup, in one step: it is the state of one moment, whoever writes meanwhile. It stays
sealed. It counts as made when it was read back and tells the same as the original (``prove``), is on the disk, and only
then bears its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from clerk_app.store.errors import StoreFailing, VaultError, WrongKey
from clerk_app.store.file import twin
from clerk_app.store.file.durable import create_private_file, make_private_folder, sync_folder
from clerk_app.store.file.rows import MARK_PLACE, Mark, Table
from clerk_app.store.file.scan_files import FOLDER, NAME, ScanFiles
from clerk_app.store.file.seal import SealBroken, Sealer, VaultKeys

STORE, KEYS, WINDOW, MANIFEST = "store.db", "keys.json", "window.json", "backup.json"
_MOST = {KEYS: 1 << 16, WINDOW: 1 << 20, MANIFEST: 1 << 24}
"""Bytes of the small members; more is no backup of ours."""
SCAN = re.compile(rf"{FOLDER}/{NAME.pattern}")
_TRIES = 3
_CHUNK = 1 << 20

Proof = tuple[str, int | bytes, tuple[tuple[str, int, int], ...]]
"""What two copies of one store have in common: its id, the generation of its mark, rows and revisions of each table."""
Prove = Callable[[sqlite3.Connection], Proof]


class BackupRefused(VaultError):
    """A backup cannot be made, or is none; ``say`` tells why."""


class Manifest(msgspec.Struct, kw_only=True):
    """What a backup tells of itself."""

    format: int = 1
    """2 where there are scans in it, which versions that know none would leave out."""
    program: str
    """The version that made it."""
    made_at: str
    """RFC 3339, by the window's clock."""
    window: str
    generation: int = 0
    """Of the store: how many commits it has seen."""
    sha256: dict[str, str] = {}
    """Of each other member."""


def prove(connection: sqlite3.Connection, sealer: Sealer) -> Proof:
    """Return what tells a store's state, read in one transaction; raises ``WrongKey``.

    A mark that does not open stands for itself: a damaged store has copies, too.
    """
    read = connection.execute
    read("BEGIN")
    try:
        told = {name: bytes(value) for name, value in read("SELECT name, value FROM about")}
        store = told.get("store", b"").decode(errors="replace")
        if "key" in told and not sealer.knows(store, told["key"]):
            raise WrongKey
        sealed = read("SELECT sealed FROM mark").fetchone()
        tables = [(str(name), Table(num)) for num, name in read("SELECT num, name FROM tables ORDER BY num")]
        sums = []
        for name, table in tables:
            rows, revisions = read(table.sums).fetchone()
            sums.append((name, int(rows), int(revisions)))
    finally:
        read("ROLLBACK")
    mark = bytes(sealed[0]) if sealed else b""
    try:
        return store, msgspec.json.decode(sealer.open(MARK_PLACE, mark), type=Mark).generation, tuple(sums)
    except (SealBroken, msgspec.DecodeError):
        return store, mark, tuple(sums)


def copy(source: sqlite3.Connection, target: Path, prove: Prove) -> Proof:
    """Copy the store as of now to ``target``, private, durable and read back; raises ``StoreFailing`` where it differs.

    Where this fails nothing stands under the name.
    """
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        create_private_file(draft)
        with closing(sqlite3.connect(draft, isolation_level=None)) as written:
            source.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        told = _compare(source, draft, prove)
        _sync(draft)
        draft.replace(target)
    finally:
        for left in (draft, draft.with_name(f"{draft.name}-journal")):
            left.unlink(missing_ok=True)
    sync_folder(target.parent)
    return told


def _compare(source: sqlite3.Connection, path: Path, prove: Prove) -> Proof:
    """Return what the copy tells; raises ``StoreFailing`` where it is not sound although its original is."""
    with closing(_to_read(path)) as written:
        if not _sound(written) and _sound(source):
            raise StoreFailing("copy")
        return prove(written)


def _sound(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")


def _to_read(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None)


def pack(folder: Path, source: Callable[[Path], Proof], target: Path, about: Manifest) -> Manifest:
    """Put store, keys and settings of ``folder`` into one new file, read back; return its manifest.

    ``source`` copies the store, proven, to a path. Raises ``BackupRefused`` where ``target`` exists, ``OSError``.
    """
    if target.exists():
        raise BackupRefused(f"{target} 已经存在，不覆盖，没有备份。请换一个文件名。")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    store = draft.with_name(f"{draft.name}.store")
    try:
        small, proof = _beside(folder, source, store)
        about.generation = proof[1] if isinstance(proof[1], int) else 0
        about.sha256 = {name: hashlib.sha256(raw).hexdigest() for name, raw in small.items()}
        about.sha256[STORE] = _digest(store)
        scans = _scans_in(folder)
        about.sha256 |= scans
        about.format = 2 if scans else 1
        create_private_file(draft)
        with draft.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as packed:
            for name, raw in {MANIFEST: msgspec.json.encode(about), **small}.items():
                packed.addfile(_member(name, len(raw)), io.BytesIO(raw))
            _add(packed, STORE, store)
            for name in scans:
                _add(packed, name, folder / name)
        _sync(draft)
        check(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
        store.unlink(missing_ok=True)
    sync_folder(target.absolute().parent)
    return about


def _beside(folder: Path, source: Callable[[Path], Proof], store: Path) -> tuple[dict[str, bytes], Proof]:
    """Copy the store, and return what stands in the open beside it; of keys that are being changed, those that fit."""
    for _ in range(_TRIES):
        small = _small_files(folder)
        proof = source(store)
        if _small_files(folder) == small:
            return small, proof
    raise BackupRefused("本窗口的密钥或设置正在更换，没有备份。请稍后重试。")


def _small_files(folder: Path) -> dict[str, bytes]:
    """Return keys and settings as they can be used: where a file is damaged, what its copy tells."""
    from clerk_app.store.access import keyfile  # it knows the store, which is opened with what stands here

    window = twin.look(folder / WINDOW)
    copy = twin.look(twin.copy_of(folder / WINDOW))
    if "seat" not in (window.told or {}) and copy.holds:
        window = copy
    if window.trouble is not None:
        raise window.trouble
    return {KEYS: keyfile.content(folder), WINDOW: window.raw}


def check(file: Path) -> Manifest:
    """Read a backup through and return its manifest; raises ``BackupRefused`` unless every member is as it says."""
    try:
        with tarfile.open(file, "r:") as packed:
            about = msgspec.json.decode(_small(packed, MANIFEST), type=Manifest)
            found = {KEYS: hashlib.sha256(_small(packed, KEYS)), WINDOW: hashlib.sha256(_small(packed, WINDOW))}
            for name in (STORE, *_scans_of(about)):
                found[name] = hashlib.sha256()
                for piece in _pieces(packed, name):
                    found[name].update(piece)
    except (tarfile.TarError, KeyError, EOFError, msgspec.DecodeError) as error:
        raise BackupRefused(f"{file} 不是本程序的备份，或者不完整。") from error
    if {name: digest.hexdigest() for name, digest in found.items()} != about.sha256 or about.format not in {1, 2}:
        raise BackupRefused(f"{file} 与写成时不同，不能用来恢复。请换另一份备份。")
    return about


def unpack(file: Path, folder: Path, prove_in: Callable[[Path], Proof]) -> Manifest:
    """Make a window's folder of a backup: all of it, or nothing; never over one that holds anything.

    ``prove_in`` opens the keys in the folder it is given and proves the store there. Raises ``BackupRefused``, and what
    ``prove_in`` does.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"{folder} 不是空的，不在其上恢复，没有改动任何东西。请用 --data 指定一个新文件夹。")
    about = check(file)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        make_private_folder(draft)
        with tarfile.open(file, "r:") as packed:
            for name in (STORE, KEYS, WINDOW, *_scans_of(about)):
                path = draft / name
                make_private_folder(path.parent)
                create_private_file(path)
                with path.open("wb") as written:
                    for piece in (_small(packed, name),) if name in _MOST else _pieces(packed, name):
                        written.write(piece)
                _sync(path)
            if (draft / FOLDER).is_dir():
                sync_folder(draft / FOLDER)
        if prove_in(draft)[1] != about.generation:
            raise BackupRefused(f"{file} 里的数据与其清单不符，不能用来恢复。请换另一份备份。")
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
    finally:
        if draft.exists():
            shutil.rmtree(draft)
    sync_folder(folder.absolute().parent)
    return about


def proof_of(path: Path, keys: VaultKeys) -> Proof:
    """Return what a store's file, which nobody has open, tells of itself; raises ``WrongKey``, ``VaultError``."""
    try:
        with closing(_to_read(path)) as connection:
            return prove(connection, Sealer(keys))
    except sqlite3.Error as error:
        raise StoreFailing("copy") from error


def _small(packed: tarfile.TarFile, name: str) -> bytes:
    member = packed.getmember(name)
    content = packed.extractfile(member)
    if content is None or member.size > _MOST[name]:
        raise tarfile.ReadError(name)
    return content.read()


def _scans_in(folder: Path) -> dict[str, str]:
    """Return the sealed scans by member name, with their digests; one that goes meanwhile was nobody's, or was pruned."""
    found: dict[str, str] = {}
    for name in ScanFiles(folder).names():
        with contextlib.suppress(FileNotFoundError):
            found[f"{FOLDER}/{name}"] = _digest(folder / FOLDER / name)
    return found


def _add(packed: tarfile.TarFile, name: str, path: Path) -> None:
    try:
        with path.open("rb") as content:
            packed.addfile(_member(name, path.stat().st_size), content)
    except FileNotFoundError as error:
        raise BackupRefused("备份时有扫描件正在清理，没有备份。请再试一次。") from error


def _scans_of(about: Manifest) -> list[str]:
    """Return the members that are scans; what is named otherwise is none of ours, and makes the digests differ."""
    return [name for name in about.sha256 if SCAN.fullmatch(name)]


def _pieces(packed: tarfile.TarFile, name: str) -> Iterator[bytes]:
    content = packed.extractfile(name)
    if content is None:
        raise tarfile.ReadError(name)
    while piece := content.read(_CHUNK):
        yield piece


def _member(name: str, size: int) -> tarfile.TarInfo:
    """Return a member that tells nothing of the machine it was made on."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
