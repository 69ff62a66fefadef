"""The desk's doors to scanned papers: what waits in the scanner's folder, and what hangs on a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from clerk_app import planning
from clerk_app.devices.scanner import Scanner
from clerk_app.devices.settling import Seen, counted
from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.draft import HeldScan
from clerk_app.domain.people import Person
from clerk_app.line import Inquiry, Line
from clerk_app.line_doors import LineDoors
from clerk_app.planning import Decide
from clerk_app.roles import guarded
from clerk_app.scanning import AttachedScan, ScannerState, Scanning
from clerk_app.seat import Clock, Refused, Seat
from clerk_app.status import Status
from clerk_app.store.records import Records


@guarded
class ScanDoors(LineDoors):
    """What a signed-in person can do with scans; a part of the ``Desk``."""

    def __init__(
        self,
        records: Records,
        seat: Seat,
        person: Person,
        signing_key: bytes,
        clock: Clock,
        line: Line,
        inquiry: Inquiry,
        scanner: Scanner | None,
    ) -> None:
        super().__init__(records, seat, person, signing_key, clock, line, inquiry)
        self._scanning = Scanning(records, scanner)

    def status(self) -> Status:
        """Return what this window holds, how it stands with central, and how many scans wait to be attached."""
        return replace(super().status(), scans_seen=counted(self._scanning.waiting()))

    def scanner(self) -> ScannerState:
        """Return how the scanner's folder is."""
        return self._scanning.state()

    def waiting_scans(self) -> tuple[Seen, ...]:
        """Return the files in the scanner's folder nobody attached yet, the newest first; some are refused, with the reason."""
        return self._scanning.waiting()

    def hold_scan(self, file: Path) -> HeldScan:
        """Take a file in hand for a draft or a supplement: sealed from now on, attached with the act it belongs to."""
        return self._scanning.hold(file)

    def release_scans(self, held: Iterable[HeldScan]) -> None:
        """Let files go that were in hand and are not attached after all; they wait again."""
        self._scanning.release(held)

    def attach_scan(self, number: str, material: str, file: Path) -> Case:
        """Attach a file to a material (id, or name where only one has it) of a case; it leaves the scanner's folder."""
        case = self._casework.case(number)
        line = case.material(material)
        if line is None:
            raise Refused("material-unknown", f"办件的清单中没有材料“{material[:60]}”。", "material")
        held = self._scanning.hold(file)
        try:
            after = self._casework.act(
                case.number, lambda case: planning.attached(case.number, {line.id: [held]}), Decide.RECEIVE
            )
        except BaseException:
            self._scanning.release([held])
            raise
        self._scanning.attached([held])
        self._line.poke()
        return after

    def remove_scan(self, number: str, entry: str, reason: str) -> Case:
        """Take a scan off a case, by the id of the entry that attached it or the beginning of it."""
        self._check_text(reason, "reason")
        if not reason.strip():
            raise Refused("reason-missing", "请写明为什么撤下这份扫描件。", "reason")
        case = self._casework.case(number)
        found = [scan.entry for scan in case.scans if entry and scan.entry.startswith(entry)]
        if len(found) != 1:
            raise Refused("scan-unknown", "办件上没有这份扫描件，或有几份的编号开头相同。", "entry")
        after = self._casework.say(case.number, "scan.removed", b.ScanRemoved(entry=found[0], reason=reason.strip()))
        self._line.poke()
        return after

    def scans_of(self, number: str) -> list[AttachedScan]:
        """Return a case's scans with where their files are."""
        return self._scanning.of(self._casework.case(number), self.seat.window)
