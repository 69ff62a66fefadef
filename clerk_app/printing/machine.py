"""The printers of this machine, window or none: found, and tried with a page that is about nobody."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from clerk_app.domain.timing import BEIJING
from clerk_app.printing.choices import TEST, Choice, Choices, kind_of, label_of, name_of, width_of
from clerk_app.printing.printers import BackEnd, Document, FoundPrinter, NotPrinted, Outcome

FOLLOWED = 10.0
"""Seconds a test page is followed."""
STEP = 0.2
DONE = Outcome(state="done")


def back_ends() -> dict[str, BackEnd]:
    """Return the kinds of printers this system has, beside folders."""
    from clerk_app.printing.receipts import Receipts

    if sys.platform == "win32":
        from clerk_app.printing.windows import Spooler

        return {"windows": Spooler(), "escpos": Receipts()}
    from clerk_app.printing.cups import Cups

    return {"cups": Cups(), "escpos": Receipts()}


def found_printers(
    choices: Choices | None = None, given: Mapping[str, BackEnd] | None = None
) -> tuple[FoundPrinter, ...]:
    """Return every printer there is: those the machine knows, and those the choices name; takes seconds at most."""
    kinds = back_ends() if given is None else given
    found = [one for back_end in kinds.values() for one in back_end.found()]
    known = {one.printer for one in found}
    others = (_named(printer, kinds) for printer in (choices or Choices()).printers() if printer not in known)
    return (*found, *others)


def _named(printer: str, kinds: Mapping[str, BackEnd]) -> FoundPrinter:
    kind = kind_of(printer)
    there = kinds.get(kind)
    say = there.state(name_of(printer)).say if there is not None else ""
    if there is None and kind != "folder":
        say = "这台电脑上用不了"
    return FoundPrinter(printer=printer, name=label_of(printer), kind=kind, state=say)


def test_page(
    printer: str,
    place: str = "",
    given: Mapping[str, BackEnd] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Print the page that shows whether a printer is all right, and return what became of it; raises ``NotPrinted``."""
    there = (back_ends() if given is None else given).get(kind_of(printer))
    if there is None:
        raise NotPrinted(f"这台电脑上用不了打印机“{label_of(printer)}”，请改选打印机。")
    state = there.state(name_of(printer))
    if not state.ready:
        raise NotPrinted(state.say)
    ticket = there.send(name_of(printer), trial(there.form, printer, place), Choice())
    found = DONE
    for _ in range(round(FOLLOWED / STEP) if ticket else 0):
        found = there.outcome(name_of(printer), ticket)
        if found.state in {"done", "gone"}:
            break
        wait(STEP)
    return found


def trial(form: str, printer: str, place: str, now: datetime | None = None) -> Document:
    """Return the test page as a printer takes it."""
    from clerk_app.paper.trial import trial_page, trial_slip

    at = now or datetime.now(BEIJING)
    width = width_of(printer)
    named = label_of(printer)
    content = trial_slip(place, named, at, width) if form == "slip" else trial_page(place, named, at)
    return Document(content=content, media="A4", name=TEST, title="clerk-test")
