"""What leaves this window on paper: one queue, worked off beside the client, and the printers behind it."""

from clerk_app.printing.choices import Choice, Choices, choices_of
from clerk_app.printing.machine import found_printers, test_page
from clerk_app.printing.printers import FoundPrinter, NotPrinted, PrinterState
from clerk_app.printing.printing import Printing
from clerk_app.printing.queue import Handed

__all__ = [
    "Choice",
    "Choices",
    "FoundPrinter",
    "Handed",
    "NotPrinted",
    "PrinterState",
    "Printing",
    "choices_of",
    "found_printers",
    "test_page",
]
