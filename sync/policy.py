"""How a window waits and tries again, as functions of values."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

FIRST_DELAY = 1.0
LONGEST_DELAY = 240.0
"""Every queue is empty within five minutes after the line is well again: the fifth is for the work itself."""
LONGEST_PATIENCE = 3600.0
"""What central, or something in its name, may at most ask for."""
LONG_OUTAGE = 180.0
"""Seconds without central after which all windows of a city are likely to wait for it at once."""
RECONNECT_SPREAD = 120.0
"""Seconds over which they then come back."""
PULSE = 10.0
"""Seconds between two looks at central while all is well."""


def next_delay(attempt: int, retry_after: float | None, chance: float, outage: float = 0.0) -> float:
    """Return the seconds to wait after the ``attempt``-th failure in a row, counted from 1.

    Full jitter: anywhere between nothing and the doubled delay, so that a city of windows does not come back at once;
    where central said when to come (``Retry-After``), after that, and still not all at once. After a long ``outage``
    (seconds since central was last there) the windows are spread further still. ``chance`` is a random number in [0, 1).
    """
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(max(attempt, 1), 16))
    if outage >= LONG_OUTAGE:
        ceiling = max(ceiling, RECONNECT_SPREAD)
    return (retry_after or 0.0) + chance * ceiling


def next_look(pulse: float, chance: float) -> float:
    """Return the seconds until the next look while all is well: the pulse, give or take a fifth."""
    return pulse * (0.8 + 0.4 * chance)


def retry_after_seconds(header: str | None, now: str | None = None) -> float | None:
    """Return what a ``Retry-After`` header asks for (RFC 9110 §10.2.3), in seconds; rubbish counts as none.

    One that names a moment is reckoned from ``now``, the ``Date`` of the same answer: no clock here is needed.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST_PATIENCE)
    try:
        left = (parsedate_to_datetime(text) - parsedate_to_datetime(now or "")).total_seconds()
    except (ValueError, TypeError):  # neither a moment, or one of them without its zone
        return None
    return min(max(left, 0.0), LONGEST_PATIENCE)
