"""Where this window's journal parts from central's (``sync.engine.incarnating``)."""

from __future__ import annotations

from typing import Any

from clerk_app.domain.journal import GENESIS
from sync.engine.incarnating import FindFork, Fork
from sync.engine.values import Operation
from sync.hold import Act, Hold


def _find_fork(hold: Hold, told: FindFork) -> Fork | None:
    first = told.digests[0][0]
    own = {
        record.entry.n: record.entry.digest()
        for record in hold.records.journal()
        if record.entry.window == hold.window and record.entry.n >= first
    }
    own[0] = GENESIS
    for n, digest in reversed(told.digests):
        if own.get(n) == digest:
            return Fork(n, digest, own.get(n + 1, ""))
    return None


ACTS: dict[type[Operation[Any]], Act] = {FindFork: _find_fork}
