"""The commands of the handbooks: found in their text, and laid out so that they can be run."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import product

from tests.support.tree import ROOT

DOCUMENTS = (
    "README.md",
    "docs/handbook.md",
    "docs/operations.md",
    "docs/security.md",
    "docs/handover.md",
    "docs/reliability.md",
    "docs/measures.md",
)
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_COMMAND = re.compile(r"^(?:[A-Z_]+=\$\()?((?:clerk|make)(?:\s.*)?)$", re.DOTALL)
_OPTIONAL = re.compile(r"\[([^][]*)\]")


@dataclass(frozen=True, slots=True, order=True)
class Documented:
    """One command as it is written, and where first."""

    text: str
    where: str


def commands() -> list[Documented]:
    """Return every command of the documents once, in their order."""
    found: dict[str, str] = {}
    for name in DOCUMENTS:
        for text in commands_in((ROOT / name).read_text(encoding="utf-8")):
            found.setdefault(text, name)
    return [Documented(text, where) for text, where in found.items()]


def commands_in(text: str) -> list[str]:
    """Return the commands of one text: lines of fenced blocks, and what stands between backquotes."""
    lines = [line.strip() for block in _FENCED.findall(text) for line in block.splitlines()]
    spans = [" ".join(span.split()) for span in _SPAN.findall(_FENCED.sub("", text))]
    told = (_COMMAND.match(one) for one in (*lines, *spans))
    return [one[1].removesuffix(")") if one[0].endswith(")") and "$(" in one[0] else one[1] for one in told if one]


def variants(text: str) -> list[list[str]]:
    """Return the words of every way to say a synopsis: ``[…]`` may be left out, of ``a|b`` either is meant."""
    shapes = {_OPTIONAL.sub("", text), *(_OPTIONAL.sub(lambda m, n=n: _choice(m[1], n), text) for n in (0, -1))}  # type: ignore[misc]
    found: dict[tuple[str, ...], None] = {}
    for shape in sorted(shapes):
        parts = [word.split("|") if re.fullmatch(r"[a-z]+(\|[a-z]+)+", word) else [word] for word in shlex.split(shape)]
        found.update(dict.fromkeys(product(*parts)))
    return [list(words) for words in found]


def _choice(text: str, n: int) -> str:
    """Return the first or the last of the alternatives in brackets."""
    return text.split(" | ")[n]
