"""What the fault tests share."""

from __future__ import annotations

from tests.support.faults_pool import found, pool

__all__ = ["found", "pool"]
