"""The steps by their names."""

from __future__ import annotations

from screens.first.enrolling import Enrol, Where
from screens.first.readying import Devices, Fetch, Open, Ready
from screens.first.step import Step

SCREENS: dict[str, type[Step]] = {
    "where": Where,
    "enrol": Enrol,
    "open": Open,
    "fetch": Fetch,
    "devices": Devices,
    "ready": Ready,
}
