"""The window's papers by name: from a case to the bytes of a PDF."""

from __future__ import annotations

from collections.abc import Callable

from clerk_app.paper import acceptance, commitment, custody, notice, receipt, refusal
from clerk_app.paper.blocks import Paper
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.flow import pages_of
from clerk_app.paper.fonts import MissingGlyph, faces
from clerk_app.paper.pdf import write_pdf

__all__ = ["KINDS", "MissingGlyph", "PaperContext", "PaperNotReady", "compose", "render", "warm_up"]

_MAKERS: dict[str, Callable[[PaperContext], Paper]] = {
    receipt.TITLE: receipt.receipt,
    acceptance.TITLE: acceptance.acceptance,
    notice.TITLE: notice.notice,
    commitment.TITLE: commitment.commitment,
    refusal.TITLE: refusal.refusal,
    custody.TITLE: custody.custody,
}

KINDS: tuple[str, ...] = tuple(_MAKERS)
"""Names of the papers, as the city's standard for this window gives them."""


def render(kind: str, context: PaperContext) -> bytes:
    """Return a paper as PDF; the same context gives the same bytes.

    Raises ``PaperNotReady`` when the case has not come so far, ``MissingGlyph`` when a character cannot be printed, and
    ``KeyError`` for a name that is not in ``KINDS``.
    """
    paper = compose(kind, context)
    return write_pdf(pages_of(paper), f"{paper.title} {paper.case}", context.printed_at)


def compose(kind: str, context: PaperContext) -> Paper:
    """Return what a paper says, as values."""
    return _MAKERS[kind](context)


def warm_up() -> None:
    """Load the fonts and the PDF library, so that the first paper comes at once; fit for a background thread."""
    import fpdf  # noqa: F401  off the start-up path

    faces()
