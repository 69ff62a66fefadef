"""A newer version comes over the line: signed by whom this window trusts, whole, for this machine, and newer than what runs.

Signatures are The Update Framework's (TUF): its metadata say which file, how long and with which hash; they expire, and never
go back. The root of trust is the one the bundle was built with, else the one met first, which may have to be a given one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tuf.api import exceptions
from tuf.api.metadata import TargetFile
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from clerk_app.program import build_info, unpacking
from clerk_app.program import state as kept
from clerk_app.program.source import NotThere, Source
from clerk_app.program.switching import Programs
from clerk_app.program.unpacking import Interrupted, Unusable
from clerk_app.program.versions import newer
from clerk_app.store.file.durable import make_private_folder, write_private_file

PIECE = 512 << 10
LOCK = ".fetching"
FIRST_ROOT = "1.root.json"
PINNED = "root.json"
LARGEST_FILE = 512 << 20
MARGIN = 64 << 20
"""Bytes left free beyond what the new version takes."""
UNPACKED = 4
"""So many times its size a bundle takes when it is unpacked, where it does not say."""
_HERE = "https://release.invalid/"
"""Never asked: the file's name behind it is."""


class Refused(Exception):
    """What came is not taken; the message is Chinese, ``code`` says what was wrong."""

    def __init__(self, code: str, message: str, *, for_good: bool = False) -> None:
        """``for_good``: it is the version's fault, which is not asked for again."""
        super().__init__(message)
        self.code = code
        self.for_good = for_good


class Fetch:
    """Fetches one version and has it unpacked and staged."""

    def __init__(
        self,
        programs: Programs,
        source: Source,
        *,
        platform: str,
        store: int = build_info.OLDEST_STORE,
        embedded: bytes | None = None,
        pinned: str = "",
        progress: Callable[[str], object] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        free: Callable[[Path], int] = lambda place: shutil.disk_usage(place).free,
    ) -> None:
        """``embedded`` is the root the bundle was built with, ``pinned`` the SHA-256 a technician gave of the first one.

        ``store`` is the schema of this window's store, ``free`` says how many bytes a disk has left.
        """
        self._programs = programs
        self._source = source
        self._platform = platform
        self._store = store
        self._embedded = embedded
        self._pinned = pinned
        self._progress = progress
        self._cancelled = cancelled
        self._free = free
        self._place = kept.place_of(programs.folder)

    def run(self, version: str) -> None:
        """Fetch, prove, unpack and stage a version; raises ``Refused``, ``Interrupted``, ``OSError`` or as the source."""
        try:
            with kept.locked(self._programs.folder, LOCK, wait=False):
                self._run(version)
        except BlockingIOError as error:
            raise Refused("under-way", "另一个程序正在取用") from error

    def _run(self, version: str) -> None:
        target = self._signed(version)
        self._suits(target, version)
        partial = self._place / f"{target.path}.part"
        self._sweep(partial)
        if not self._proven(target, partial):
            self._room(target, partial)
            self._download(target, partial)
        self._unpack(target, partial, version)

    # what is signed

    def _signed(self, version: str) -> TargetFile:
        """Return what the signed metadata say of a version's file for this machine."""
        folder = self._place / kept.METADATA
        make_private_folder(folder)
        name = f"clerk-{version}-{self._platform}.tar.zst"
        root, known = self._root()
        config = UpdaterConfig(max_root_rotations=64, prefix_targets_with_hash=False)
        try:
            updater = Updater(str(folder), _HERE, fetcher=_Over(self._source), config=config, bootstrap=root)
            if not known:  # it is what it says: from here on it is the one
                write_private_file(self._place / PINNED, root)
            updater.refresh()
            target = updater.get_targetinfo(name)
        except exceptions.DownloadError as error:
            raise _came_of(error) from None
        except exceptions.RepositoryError as error:
            raise _said_of(error) from error
        if target is None:
            raise Refused("not-signed", f"市中心没有签发 {name}")
        return target

    def _root(self) -> tuple[bytes, bool]:
        """Return the root of trust, and whether it is known: the bundle's, else the first one met.

        Of the latter a technician may have named the digest; then it must be that one.
        """
        if self._embedded is not None:
            return self._embedded, True
        try:
            root, known = (self._place / PINNED).read_bytes(), True
        except FileNotFoundError:
            try:
                root, known = self._source.metadata(FIRST_ROOT), False
            except NotThere as error:
                raise Refused("missing", "市中心的版本目录不全") from error
        if self._pinned and hashlib.sha256(root).hexdigest() != self._pinned.lower():
            raise Refused("root", "签发者不是技术人员指定的那一个")
        return root, known

    def _suits(self, target: TargetFile, version: str) -> None:
        """A validly signed file may still be none for this window."""
        about = target.custom or {}
        if about.get("version") != version or about.get("platform") != self._platform:
            raise Refused("platform", "签发的不是本机用的安装包", for_good=True)
        if not newer(version, self._programs.running()):
            raise Refused("older", f"{version} 不比正在用的 {self._programs.running()} 新")
        oldest = about.get("oldest_store")
        if isinstance(oldest, int) and self._store < oldest:
            raise Refused("store", "窗口数据的格式太旧，要先换上中间的版本")
        if not 0 < target.length <= LARGEST_FILE:
            raise Refused("size", "签发的安装包大得不合理", for_good=True)

    # the file

    def _sweep(self, mine: Path) -> None:
        for left in self._place.glob("*.part"):
            if left != mine:
                left.unlink(missing_ok=True)

    def _room(self, target: TargetFile, partial: Path) -> None:
        """Refuse before anything is written where the disk would be full afterwards."""
        unpacked = (target.custom or {}).get("unpacked")
        size = unpacked if isinstance(unpacked, int) and unpacked > 0 else target.length * UNPACKED
        here = partial.stat().st_size if partial.exists() else 0
        wanting = target.length - here + size + MARGIN - self._free(self._place)
        if wanting > 0:
            partial.unlink(missing_ok=True)
            raise Refused("disk", f"磁盘还差约 {(wanting >> 20) + 1} MB，放不下新版本")

    def _download(self, target: TargetFile, partial: Path) -> None:
        """Go on where the last time ended, piece by piece; never more than was signed."""
        try:
            with os.fdopen(os.open(partial, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as file:
                here = file.seek(0, os.SEEK_END)
                if here >= target.length:  # whole and wrong, or too long: of another try
                    here = file.truncate(0)
                file.seek(here)
                while here < target.length:
                    if self._cancelled():
                        raise Interrupted
                    end = min(here + PIECE, target.length)
                    content = self._source.piece(target.path, here, end)
                    if not 0 < len(content) <= end - here:
                        raise Refused("truncated", "安装包没有传完整")
                    file.write(content)
                    file.flush()
                    here += len(content)
                    self._progress(f"已下载新版本 {here * 100 // target.length}%")
        except NotThere as error:
            raise Refused("truncated", "市中心没有这个安装包") from error
        except OSError:
            partial.unlink(missing_ok=True)  # a full disk is not made fuller
            raise
        if not self._proven(target, partial):
            partial.unlink(missing_ok=True)
            raise Refused("tampered", "安装包与签名不符，已丢弃")

    def _proven(self, target: TargetFile, partial: Path) -> bool:
        """Whether the file is what was signed."""
        try:
            with partial.open("rb") as file:
                target.verify_length_and_hashes(file)
        except (FileNotFoundError, exceptions.LengthOrHashMismatchError):
            return False
        return True

    def _unpack(self, target: TargetFile, partial: Path, version: str) -> None:
        draft = self._programs.draft()
        try:
            about = unpacking.unpack(partial, draft, self._cancelled)
            fits = (about.version, about.platform) == (version, self._platform)
            if fits:
                self._programs.stage(draft, version)
        except Unusable as error:
            partial.unlink(missing_ok=True)
            raise Refused("bundle", str(error), for_good=True) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        partial.unlink(missing_ok=True)
        if not fits:
            raise Refused("bundle", "安装包里的版本与签发的不同", for_good=True)


class _Over(FetcherInterface):
    """TUF's requests over our source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            return iter([self._source.metadata(url.rpartition("/")[2])])
        except NotThere as error:
            raise exceptions.DownloadHTTPError("not there", 404) from error


def _came_of(error: exceptions.DownloadError) -> Exception:
    """Return what kept a file from coming: the line's own words where it is the line's."""
    if isinstance(error, exceptions.DownloadHTTPError):
        return Refused("missing", "市中心的版本目录不全")
    if isinstance(error, exceptions.DownloadLengthMismatchError):
        return Refused("size", "市中心的版本目录大得不合理")
    return error.__cause__ if isinstance(error.__cause__, Exception) else error


def _said_of(error: exceptions.RepositoryError) -> Refused:
    """Return in words why signed metadata are not taken."""
    if isinstance(error, exceptions.ExpiredMetadataError):
        return Refused("expired", "版本目录的签名已过期（请核对本机日期；日期对的，请市中心重新签发）")
    if isinstance(error, exceptions.BadVersionNumberError):
        return Refused("older", "版本目录比已经见过的旧，没有采用")
    if isinstance(error, exceptions.UnsignedMetadataError):
        return Refused("forged", "版本目录不是受信任的签发者签的，没有采用")
    return Refused("forged", "版本目录不完整，或者不是受信任的签发者签的，没有采用")
