"""Signs releases, offline: The Update Framework's four roles over a folder that central serves as it lies.

Two keys, both Ed25519, both sealed by a passphrase: the root's, which only says which key signs releases and may lie in a safe,
and the one for releases. Metadata are written so that whoever reads at any moment finds a whole set: the file first, the
timestamp, which leads to all else, last.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization import DeserializationError

from sync.central.releases.serving import METADATA, TARGETS

ROOT_KEY, RELEASE_KEY = "root.key", "release.key"
ROOT_DAYS = 5 * 365
DAYS = 180
"""For how long releases may be taken without being signed anew."""
LEAST_PASSPHRASE = 12
SIGNED_BY_RELEASE = (Targets.type, Snapshot.type, Timestamp.type)

T = TypeVar("T", Root, Targets, Snapshot, Timestamp)


class CannotSign(Exception):
    """Keys or metadata are not what they must be; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file to be released, with what it says of itself."""

    path: Path
    version: str
    platform: str
    oldest_store: int

    @property
    def name(self) -> str:
        """The name it is served by."""
        return f"clerk-{self.version}-{self.platform}.tar.zst"


def make_keys(folder: Path, passphrase: str, now: datetime) -> bytes:
    """Make both keys and the first root in an empty or new folder; return the root."""
    _strong(passphrase)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any((folder / name).exists() for name in (ROOT_KEY, RELEASE_KEY)) or any(_roots(folder)):
        raise CannotSign(f"{folder} 里已有签名密钥，没有改动。")
    root, release = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    _keep(folder / ROOT_KEY, root, passphrase)
    _keep(folder / RELEASE_KEY, release, passphrase)
    told = Root(version=1, expires=_until(now, ROOT_DAYS), consistent_snapshot=True)
    told.add_key(CryptoSigner(root).public_key, Root.type)
    for role in SIGNED_BY_RELEASE:
        told.add_key(CryptoSigner(release).public_key, role)
    return _write_root(folder, told, [CryptoSigner(root)])


def rotate(folder: Path, passphrase: str, now: datetime) -> bytes:
    """Make another release key, as after a loss, and a root that says so; return that root."""
    root = _signer(folder / ROOT_KEY, passphrase)
    before = _newest_root(folder).signed
    release = Ed25519PrivateKey.generate()
    for role in SIGNED_BY_RELEASE:
        for known in list(before.roles[role].keyids):
            before.revoke_key(known, role)
        before.add_key(CryptoSigner(release).public_key, role)
    before.version += 1
    before.expires = _until(now, ROOT_DAYS)
    content = _write_root(folder, before, [root])
    _keep(folder / RELEASE_KEY, release, passphrase)
    return content


def release(
    keys: Path, releases: Path, passphrase: str, bundles: Iterable[Bundle], now: datetime, days: int = DAYS
) -> list[str]:
    """Add bundles to a folder of releases and sign all of it anew; return the names of everything it holds.

    Without bundles only the signatures are new. Raises ``CannotSign`` or ``OSError``.
    """
    signer = _signer(keys / RELEASE_KEY, passphrase)
    root = _newest_root(keys).signed
    if signer.public_key.keyid not in root.roles[Targets.type].keyids:
        raise CannotSign("签发密钥与最新的根不符：换过密钥之后，请用新的那一份。")
    metadata, files = releases / METADATA, releases / TARGETS
    for folder in (metadata, files):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    held = _held(metadata, Timestamp)
    version = 1 if held is None else held.signed.version + 1
    targets = _targets(metadata, version)
    for one in bundles:
        _add(targets, one, files)
    until = _until(now, days)
    targets.version, targets.expires = version, until
    snapshot = Snapshot(version=version, expires=until, meta={"targets.json": MetaFile(version=version)})
    timestamp = Timestamp(version=version, expires=until, snapshot_meta=MetaFile(version=version))
    for path in _roots(keys):
        _write(metadata / path.name, path.read_bytes())
    _write(metadata / f"{version}.targets.json", _signed(targets, [signer]))
    _write(metadata / f"{version}.snapshot.json", _signed(snapshot, [signer]))
    _write(metadata / "timestamp.json", _signed(timestamp, [signer]))
    return sorted(targets.targets)


def _targets(metadata: Path, version: int) -> Targets:
    """Return what was released so far; what the timestamp leads to, or nothing where there is no timestamp yet."""
    if version == 1:
        return Targets()
    try:
        return Metadata[Targets].from_bytes((metadata / f"{version - 1}.targets.json").read_bytes()).signed
    except (FileNotFoundError, DeserializationError) as error:
        raise CannotSign("版本目录里缺少上一次签发的内容，没有改动。请从备份恢复这个文件夹。") from error


def _add(targets: Targets, bundle: Bundle, files: Path) -> None:
    known = targets.targets.get(bundle.name)
    target = TargetFile.from_file(bundle.name, str(bundle.path))
    if known is not None and (known.length, known.hashes) != (target.length, target.hashes):
        raise CannotSign(f"{bundle.name} 已经签发过，内容不同：请换一个版本号。")
    about = {"version": bundle.version, "platform": bundle.platform, "oldest_store": bundle.oldest_store}
    target.unrecognized_fields["custom"] = about
    targets.targets[bundle.name] = target
    if known is None or not (files / bundle.name).exists():
        _copy(bundle.path, files / bundle.name)


def _held(metadata: Path, kind: type[T]) -> Metadata[T] | None:
    try:
        return Metadata[T].from_bytes((metadata / f"{kind.type}.json").read_bytes())
    except FileNotFoundError:
        return None
    except DeserializationError as error:
        raise CannotSign(f"版本目录里的 {kind.type}.json 读不出来，没有改动。") from error


def _newest_root(folder: Path) -> Metadata[Root]:
    paths = sorted(_roots(folder), key=lambda path: int(path.name.partition(".")[0]))
    if not paths:
        raise CannotSign(f"{folder} 里没有签名的根（1.root.json），请先执行 release-keys。")
    try:
        found = Metadata[Root].from_bytes(paths[-1].read_bytes())
        found.signed.verify_delegate(Root.type, found.signed_bytes, found.signatures)
    except (DeserializationError, RepositoryError) as error:
        raise CannotSign(f"{paths[-1]} 已损坏。") from error
    return found


def _roots(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.glob("*.root.json")) if path.name.partition(".")[0].isdecimal())


def _write_root(folder: Path, root: Root, signers: list[CryptoSigner]) -> bytes:
    content = _signed(root, signers)
    _write(folder / f"{root.version}.root.json", content)
    return content


def _signed(told: T, signers: Iterable[CryptoSigner]) -> bytes:
    made: Metadata[T] = Metadata(told)
    for signer in signers:
        made.sign(signer, append=True)
    return made.to_bytes()


def _keep(path: Path, key: Ed25519PrivateKey, passphrase: str) -> None:
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    _write(path, sealed, mode=0o600)


def _signer(path: Path, passphrase: str) -> CryptoSigner:
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase.encode())
    except FileNotFoundError as error:
        raise CannotSign(f"没有找到签名密钥 {path}。") from error
    except (ValueError, TypeError) as error:
        raise CannotSign("口令不对，或者签名密钥已损坏。") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotSign(f"{path} 不是签名密钥。")
    return CryptoSigner(key)


def _strong(passphrase: str) -> None:
    if len(passphrase) < LEAST_PASSPHRASE:
        raise CannotSign(f"签名密钥的口令至少要 {LEAST_PASSPHRASE} 个字符。")


def _until(now: datetime, days: int) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0) + timedelta(days=days)


def _copy(source: Path, to: Path) -> None:
    draft = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        shutil.copyfile(source, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(to)
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Put a file in its place, durably and at once."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
