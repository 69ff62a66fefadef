"""Why something may not be done, in words for the clerk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something may not be done; ``message`` is Chinese and fit for the clerk."""

    code: str
    message: str
    field: str = ""
    """Which input it is about, where one is."""
