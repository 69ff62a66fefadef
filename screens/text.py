"""Text made safe and measured for the terminal: what people wrote is shown as it is, and never moves the columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

CUT = ".."
"""Shown where text was cut; the typographic ellipsis is two cells wide on some terminals."""


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Return the text without line breaks, control, format and other characters that a terminal would act on."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp"}:
            shown.append(" ")
        elif category == "Cs":
            shown.append("?")
        elif category != "Cf":
            shown.append(character)
    return "".join(shown)


def cut(text: str, width: int) -> str:
    """Return the text in at most ``width`` cells, marked where it was cut."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    if width <= len(CUT):
        return set_cell_size(text, max(0, width)).rstrip()
    return set_cell_size(text, width - len(CUT)).rstrip() + CUT


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text in exactly ``width`` cells, cut or padded."""
    text = cut(text, width)
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


Part = tuple[str, str]
"""A piece of text and its tone."""


def wrap_parts(parts: Sequence[Part], width: int, hang: int = 0) -> list[list[Part]]:
    """Return toned text in lines of at most ``width`` cells, all but the first indented by ``hang``.

    Chinese has no blanks to break at: a line ends anywhere but before a closing mark.
    """
    cells = [(character, tone, cell_len(character)) for text, tone in parts for character in clean(text)]
    lines: list[list[tuple[str, str, int]]] = [[]]
    used = 0
    for cell in cells:
        if used + cell[2] > width and lines[-1]:
            moved = [lines[-1].pop()] if cell[0] in CLOSING and len(lines[-1]) > 1 else []
            indent = [(" ", "", 1)] * min(hang, width - 4)
            lines.append([*indent, *moved])
            used = sum(size for _, _, size in lines[-1])
            if cell[0] == " " and not moved:
                continue
        lines[-1].append(cell)
        used += cell[2]
    return [_joined(line) for line in lines]


def wrap_whole(parts: Sequence[Part], width: int, hang: int = 0) -> list[list[Part]]:
    """Return toned text in lines as ``wrap_parts`` does, that end between two parts wherever the next fits on a line."""
    lines: list[list[Part]] = []
    line: list[Part] = []
    used, indent = 0, min(hang, width - 4)
    for part in parts:
        size = cell_len(clean(part[0]))
        if line and used + size > width and indent + size <= width:
            lines.append(line)
            line, used = [(" " * indent, "")], indent
        line.append(part)
        used += size
        if used > width:
            *full, line = wrap_parts(line, width, hang)
            lines += full
            used = sum(cell_len(text) for text, _ in line)
    return [wrap_parts(one, width)[0] for one in (*lines, line)]


def wrap(text: str, width: int) -> list[str]:
    """Return plain text in lines of at most ``width`` cells; its own line breaks are kept."""
    return [
        "".join(piece for piece, _ in line)
        for paragraph in text.splitlines() or [""]
        for line in wrap_parts([(paragraph, "")], width)
    ]


def _joined(line: Sequence[tuple[str, str, int]]) -> list[Part]:
    parts: list[Part] = []
    for character, tone, _ in line:
        if parts and parts[-1][1] == tone:
            parts[-1] = (parts[-1][0] + character, tone)
        else:
            parts.append((character, tone))
    return parts


CLOSING = frozenset("，。、；：）】》！？,.;:)]!?")
"""Marks that do not begin a line."""
