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
        return "the decision"
    if kind.checks:
        return "the materials it names"
    if kind.moves:
        return "the place"
    return "the official number" if kind.numbers else "–"


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
