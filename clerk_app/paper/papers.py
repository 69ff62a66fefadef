"""The window's papers by name: from a case to the bytes of a PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clerk_app.domain.custody_bodies import Closed, Sealed
from clerk_app.paper import acceptance, commitment, custody, delivery, extension, notice, receipt, refusal, suspension
from clerk_app.paper.blocks import Paper
from clerk_app.paper.context import HandContext, PaperContext, PaperNotReady
from clerk_app.paper.flow import pages_of
from clerk_app.paper.fonts import MissingGlyph, faces
from clerk_app.paper.label import TITLE as LABEL
from clerk_app.paper.label import label
from clerk_app.paper.label_page import A6, label_marks
from clerk_app.paper.manifest import manifest
from clerk_app.paper.pdf import write_pdf
from clerk_app.paper.pictures import ReportPage, page_of

__all__ = [
    "KINDS",
    "HandContext",
    "MissingGlyph",
    "PaperContext",
    "PaperNotReady",
    "ReportPage",
    "compose",
    "render",
    "render_label",
    "render_manifest",
    "render_report",
    "warm_up",
]

_MAKERS: dict[str, Callable[[PaperContext], Paper]] = {
    receipt.TITLE: receipt.receipt,
    acceptance.TITLE: acceptance.acceptance,
    notice.TITLE: notice.notice,
    commitment.TITLE: commitment.commitment,
    refusal.TITLE: refusal.refusal,
    extension.TITLE: extension.extension,
    suspension.TITLE: suspension.suspension,
    custody.TITLE: custody.custody,
    delivery.TITLE: delivery.delivery,
}

KINDS: tuple[str, ...] = tuple(_MAKERS)
"""Names of the papers about a case, as the city's standard for this window gives them."""


def render(kind: str, context: PaperContext) -> bytes:
    """Return a paper as PDF; the same context gives the same bytes.

    Raises ``PaperNotReady`` when the case has not come so far, ``MissingGlyph`` when a character cannot be printed, and
    ``KeyError`` for a name that is not in ``KINDS``.
    """
    paper = compose(kind, context)
    return write_pdf(pages_of(paper), f"{paper.title} {paper.subject}", context.printed_at)


def compose(kind: str, context: PaperContext) -> Paper:
    """Return what a paper says, as values."""
    return _MAKERS[kind](context)


def render_label(number: str, sealed: Sealed, context: HandContext) -> bytes:
    """Return the label of a bag as PDF of one A6 page; raises as ``render`` does, ``PaperNotReady`` where it does not fit."""
    marks = label_marks(label(number, sealed, context))
    return write_pdf([marks], f"{LABEL} {number}", context.printed_at, A6)


def render_manifest(
    number: str, closed: Closed, context: HandContext, reasons: Mapping[str, str] | None = None
) -> bytes:
    """Return both copies of a hand-over's list as PDF; ``reasons`` words the reason codes of its discrepancies."""
    paper = manifest(number, closed, context, reasons)
    return write_pdf(pages_of(paper), f"{paper.title} {number}", context.printed_at)


def render_report(page: ReportPage) -> bytes:
    """Return a 日报 or 周报 as PDF of one page; raises ``MissingGlyph``."""
    return write_pdf([page_of(page)], f"{page.title} {page.report.period}", page.printed_at)


def warm_up() -> None:
    """Load the fonts and the PDF library, so that the first paper comes at once; fit for a background thread."""
    import fpdf  # noqa: F401  off the start-up path

    faces()
