"""Which kinds of acts commute, as the table the protocol prints: ``python -m clerk_app.domain.pairs``."""

from __future__ import annotations

import sys

from clerk_app.domain.kinds import KINDS, About, Kind
from clerk_app.domain.merge import BY_MATERIAL, COMMUTES, CONFLICTS, pair_table

MARKS = {COMMUTES: "·", CONFLICTS: "×", BY_MATERIAL: "m"}


def writes(kind: Kind) -> str:
    """Return in English what entries of a kind write."""
    if kind.settles:
        return "the decision, and what it lets stand"
    if kind.decides:
        more = (
            "; where the result is" if kind.hands else "; where the papers at the counter are" if kind.returns else ""
        )
        return f"the decision{more}"
    if kind.checks:
        return "the materials it names"
    told = (
        (kind.moves, "the place"),
        (kind.packs, "where the materials it names are"),
        (kind.hands, "where the result is"),
        (kind.gives and kind.receives, "who took the bag, and who got it"),
        (kind.gives, "who took the bag"),
        (kind.receives, "who got the bag"),
        (kind.waybills, "the waybill"),
        (kind.orders, "what is asked of the carrier"),
        (kind.concludes, "the end of the discrepancy it names"),
        (kind.numbers, "the official number"),
        (kind.tasks, "what becomes of the task it names"),
        (kind.tips, "whether the tip is printed"),
    )
    return next((words for holds, words in told if holds), "–")


def matrix() -> str:
    """Return every pair of kinds about one sort of subject, as Markdown tables."""
    return "\n".join(f"About a {about}:\n\n{_table(about)}" for about in About)


def _table(about: About) -> str:
    table = pair_table(about)
    kinds = [name for name, kind in KINDS.items() if about in kind.about]
    columns = [str(number) for number in range(1, len(kinds) + 1)]
    lines = [_line(["", "kind", *columns]), _line(["--:", "---", *[":-:"] * len(columns)])]
    for number, one in enumerate(kinds, start=1):
        lines.append(_line([str(number), f"`{one}`", *(MARKS[table[one, other]] for other in kinds)]))
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(matrix())
