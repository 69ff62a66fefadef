"""The desk's doors to the printers: what waits there, and what a person does about it."""

from __future__ import annotations

from clerk_app.devices.scanner import Scanner
from clerk_app.domain.people import Person
from clerk_app.line import Inquiry, Line
from clerk_app.printing import FoundPrinter, Handed, Printing
from clerk_app.printing.queue import STATE_LABELS
from clerk_app.roles import guarded
from clerk_app.scan_doors import ScanDoors
from clerk_app.seat import Clock, Seat
from clerk_app.store.books.prints import PrintJob
from clerk_app.store.records import Records

__all__ = ["STATE_LABELS", "FoundPrinter", "Handed", "PrintDoors", "PrintJob"]


@guarded
class PrintDoors(ScanDoors):
    """What a signed-in person can do at the printers; a part of the ``Desk``."""

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
        printing: Printing,
    ) -> None:
        super().__init__(records, seat, person, signing_key, clock, line, inquiry, scanner)
        self._printing = printing

    def printers(self) -> tuple[FoundPrinter, ...]:
        """Return the printers there are; takes seconds at most."""
        return self._printing.found_printers()

    def trays(self, printer: str) -> tuple[str, ...]:
        """Return what a printer's trays are called."""
        return self._printing.trays(printer)

    def print_queue(self) -> list[PrintJob]:
        """Return what waits for a printer, the oldest first."""
        return self._printing.jobs()

    def retry_print(self, id: str) -> None:
        """Try one of them now."""
        self._printing.retry(id)

    def cancel_print(self, id: str) -> None:
        """Take one out of the queue."""
        self._printing.cancel(id)

    def reroute_print(self, id: str, printer: str) -> None:
        """Have one printed elsewhere."""
        self._printing.reroute(id, printer)

    def print_test_page(self, printer: str) -> Handed:
        """Have the page printed that shows whether a printer is all right."""
        return self._printing.test_page(printer, self.person.name)
