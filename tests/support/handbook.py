"""The screens in the handbook, taken from the golden files: ``python -m tests.support.handbook --write`` puts them in anew."""

from __future__ import annotations

import re
import sys

from tests.support.screen_dump import GOLDEN
from tests.support.tree import ROOT

WITH_SCREENS = ("docs/handbook.md", "README.md")
SIZE = "80x24"
MARK = re.compile(r"^<!-- screen: ([a-z0-9-]+) -->\n(?:\n?```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)


def screens(text: str) -> list[str]:
    """Return the names of the screens a text shows."""
    return [mark[1] for mark in MARK.finditer(text)]


def filled(text: str) -> str:
    """Return a text with every screen as it is now behind its mark; raises ``FileNotFoundError`` for one that is none."""
    return MARK.sub(lambda mark: f"<!-- screen: {mark[1]} -->\n```text\n{_screen(mark[1])}```\n", text)


def _screen(name: str) -> str:
    """Return a screen without the empty lines at its end."""
    return (GOLDEN / f"{name}-{SIZE}.txt").read_text(encoding="utf-8").rstrip("\n") + "\n"


def main() -> int:
    """Write the documents anew, or say which are stale."""
    stale = []
    for name in WITH_SCREENS:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        if filled(text) != text:
            stale.append(name)
            if "--write" in sys.argv:
                path.write_text(filled(text), encoding="utf-8")
    sys.stdout.writelines(f"{name}\n" for name in stale)
    return int(bool(stale) and "--write" not in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
