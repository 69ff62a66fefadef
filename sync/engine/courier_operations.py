"""What the errand of hearing the couriers asks of the store (``sync.disk_couriers`` does it over ``Records``)."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.couriers import Courier
from sync.engine.values import Operation


@dataclass(frozen=True, slots=True)
class CouriersKnown(Operation[str]):
    """Return which of central's lists is kept; empty: none."""


@dataclass(frozen=True, slots=True)
class KeepCouriers(Operation[None]):
    """Keep a list in the place of the one before."""

    revision: str
    couriers: tuple[Courier, ...]
