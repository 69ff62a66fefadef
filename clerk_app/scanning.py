"""Scanned papers between the scanner's folder, the store and the journal: taken in hand, attached, taken off again.

A file is sealed in the store as soon as somebody has it in hand. The original goes only once the entry is durable; whoever
lets it go, or loses power before that, finds it in the scanner's folder as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clerk_app.devices import original
from clerk_app.devices.content import NotTaken, inspect
from clerk_app.devices.original import Unreadable
from clerk_app.devices.scanner import Scanner
from clerk_app.devices.settling import Seen
from clerk_app.domain.case import Case
from clerk_app.domain.case_parts import Scan
from clerk_app.domain.draft import HeldScan
from clerk_app.seat import Refused
from clerk_app.store.books.scans import Standing, State
from clerk_app.store.records import Records

__all__ = ["AttachedScan", "ScannerState", "Scanning", "Seen", "split"]

NO_FOLDER = "没有设置扫描仪文件夹（window.json 的 scanner）"
STATE_WORDS: dict[State, str] = {"waiting": "待传", "sent": "已传", "refused": "被退", "absent": "不在本机"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerState:
    """The scanner's folder as it is seen."""

    folder: str = ""
    """Empty: none is set."""
    trouble: str = ""
    """Why nothing comes from it, in Chinese; empty: all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedScan:
    """One scan of a case, and where its file is."""

    scan: Scan
    material: str
    """Its name."""
    state: State
    words: str
    """Chinese: 待传, 已传, or why not."""


class Scanning:
    """What one desk does with scans; raises ``Refused``, or what the store raises, and then nothing was attached."""

    def __init__(self, records: Records, scanner: Scanner | None) -> None:
        self._records = records
        self._scanner = scanner

    def state(self) -> ScannerState:
        """Return how the scanner's folder is; reads nothing from the disk."""
        if self._scanner is None:
            return ScannerState(trouble=NO_FOLDER)
        return ScannerState(folder=str(self._scanner.folder), trouble=self._scanner.trouble)

    def waiting(self) -> tuple[Seen, ...]:
        """Return what lies in the scanner's folder, the newest first; reads nothing from the disk."""
        return self._scanner.waiting() if self._scanner is not None else ()

    def hold(self, file: Path) -> HeldScan:
        """Take a file in hand: sealed in the store from now on."""
        try:
            found = original.read(file)
            content = inspect(found.raw)
        except Unreadable as error:
            raise _unreadable(error) from error
        except NotTaken as error:
            raise Refused("scan-refused", error.reason, "scans") from error
        self._records.scans.hold(found.raw, content.sha256, content.media, content.pages)
        if self._scanner is not None and self._scanner.owns(file):
            self._scanner.claim(file, found.stamp)
        return HeldScan(
            sha256=content.sha256, size=content.size, media=content.media, pages=content.pages, path=str(file)
        )

    def release(self, held: Iterable[HeldScan]) -> None:
        """Let files go that were not attached: the originals wait again."""
        for one in held:
            self._records.scans.release(one.sha256)
            if self._scanner is not None:
                self._scanner.give_back(Path(one.path))

    def attached(self, held: Iterable[HeldScan]) -> None:
        """The entries that name these files are durable: the originals go from the scanner's folder."""
        for one in held:
            self._records.scans.release(one.sha256)
            if self._scanner is not None:
                self._scanner.finish(Path(one.path))

    def of(self, case: Case, window: str) -> list[AttachedScan]:
        """Return a case's scans in the order of its checklist; ``window``: this one."""
        order = {material.id: n for n, material in enumerate(case.checklist)}
        names = {material.id: material.name for material in case.checklist}
        found = []
        for scan in sorted(case.scans, key=lambda s: (order.get(s.material, len(order)), s.entry)):
            standing = self._records.scans.standing(scan.sha256)
            name = names.get(scan.material, scan.material)
            words = _words(standing, scan, window)
            found.append(AttachedScan(scan=scan, material=name, state=standing.state, words=words))
        return found


def split(held: Mapping[str, Sequence[HeldScan]], written: Iterable[HeldScan]) -> tuple[list[HeldScan], list[HeldScan]]:
    """Return what of the files in hand an act named, and what it did not."""
    left = list(written)
    taken, others = [], []
    for one in (scan for scans in held.values() for scan in scans):
        if one in left:
            taken.append(one)
        else:
            others.append(one)
    return taken, others


def _words(standing: Standing, scan: Scan, window: str) -> str:
    if standing.state == "refused":
        return f"被退：{standing.reason}"
    if standing.state == "absent" and scan.window != window:
        return f"由窗口 {scan.window} 上传"
    if standing.state == "absent":
        return "本机没有这份文件；市中心也没有的，请重新扫描"
    return STATE_WORDS[standing.state]


def _unreadable(error: Unreadable) -> Refused:
    if error.gone:
        return Refused("scan-vanished", "扫描件的文件不在了，没有附上。请重新扫描。", "scans")
    return Refused("scan-unreadable", f"扫描件的文件读不出来（{error.reason}），没有附上。", "scans")
