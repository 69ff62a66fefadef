"""What is on the screen, as text: readable in review, and compared with the golden files."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from textual.app import App

GOLDEN = Path(__file__).parents[1] / "golden"


def dump(app: App[Any]) -> str:
    """Return the lines of the screen, blanks at their ends cut off.

    The compositor is an inner part of Textual; this is the one place that looks at it.
    """
    strips = app.screen._compositor.render_strips()
    lines = [strip.text.rstrip() for strip in strips]
    return "\n".join(lines) + "\n"


def differences(name: str, shown: str, *, update: bool) -> str:
    """Return how the screen differs from its golden file, or nothing; ``update`` writes the file instead."""
    path = GOLDEN / f"{name}.txt"
    if update:
        path.write_text(shown, encoding="utf-8")
        return ""
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    return "\n".join(difflib.unified_diff(kept.splitlines(), shown.splitlines(), str(path), "shown", lineterm=""))
