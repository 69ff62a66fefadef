"""What stands on set pages, and where; what a paper holds, before it is set."""

from __future__ import annotations

from clerk_app.paper.blocks import Paper, Signatures, Table
from clerk_app.paper.fonts import width_of
from clerk_app.paper.sheet import Box, Mark, Rule, Words


def plain(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def right_edge(mark: Mark) -> float:
    match mark:
        case Words():
            return mark.x + width_of(mark.text, mark.size)
        case Rule():
            return max(mark.x1, mark.x2)
        case Box():
            return mark.x + mark.width


def lowest(mark: Mark) -> float:
    match mark:
        case Words():
            return mark.y
        case Rule():
            return max(mark.y1, mark.y2)
        case Box():
            return mark.y + mark.height


def tables(paper: Paper) -> list[Table]:
    return [block for block in paper.blocks if isinstance(block, Table)]


def signed(paper: Paper) -> list[tuple[str, ...]]:
    """Return the lines of each cell that is signed."""
    [block] = [block for block in paper.blocks if isinstance(block, Signatures)]
    return [signer.lines for signer in block.signers]
