"""What a paper says, as values: no fonts, no positions. ``flow`` sets them on pages, ``pdf`` writes the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph; ``indent`` is the first line's, in characters."""

    text: str
    size: float = 11
    indent: int = 2
    align: Align = "left"
    bold: bool = False
    gap: float = 1.5
    """Millimetres left free below."""
    keep: bool = False
    """Stays on the page on which the next block begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A grid of labels and values, one or two pairs a row."""

    rows: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table; the columns of a table share its width in proportion to ``share``."""

    title: str
    share: float
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a head that is repeated on every page; ``height`` is the least height of a row in millimetres."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    height: float = 0.0
    empty: str = "（无）"
    """Said in place of the rows where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One cell of the signatures: a line that ends in a colon is followed by a rule to write on."""

    title: str
    lines: tuple[str, ...]
    seal: str = ""
    """Where the seal goes, e.g. （业务专用章）; empty: none is due here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """The cells side by side in which the paper is signed and sealed, kept on one page."""

    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A number as Code 128, with its characters below."""

    number: str


Block = Text | Fields | Table | Signatures | Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One printed paper, whole."""

    title: str
    issuer: str
    """Who gives it out, above the title."""
    number: str
    """文书编号."""
    subject: str
    """Number of the case or list it is about: the QR code's content, and in the foot of every page."""
    standing: str
    """Whether central has confirmed it (rule 14)."""
    labels: tuple[str, ...]
    """Shown in boxes above the title, e.g. 样例数据."""
    printed_at: datetime
    blocks: tuple[Block, ...]
    subject_word: str = "办件编号"
    copies: tuple[str, ...] = ()
    """联: what each copy is called, in a box above the title; empty: it is one and has no name."""

    def texts(self) -> Iterator[str]:
        """Yield every string that comes from the paper's maker."""
        yield from (self.title, self.issuer, self.number, self.subject, self.standing)
        yield from (*self.labels, self.subject_word, *self.copies)
        for block in self.blocks:
            yield from _texts(block)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Text():
            yield block.text
        case Fields():
            for row in block.rows:
                for label, value in row:
                    yield from (label, value)
        case Table():
            yield from (c.title for c in block.columns)
            for cells in block.rows:
                yield from cells
            if not block.rows:
                yield block.empty
        case Bars():
            yield block.number
        case Signatures():
            for signer in block.signers:
                yield from (signer.title, signer.seal, *signer.lines)
