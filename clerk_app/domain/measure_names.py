"""What the measures are called on the command line, in the order they are shown."""

from __future__ import annotations

NAMES = (
    "visits",
    "depth",
    "first",
    "missing",
    "waiting",
    "handling",
    "hours",
    "windows",
    "lights",
    "bags",
    "refusals",
    "ratings",
)
