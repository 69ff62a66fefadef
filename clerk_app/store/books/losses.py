"""What this window had and has no more, by name: open until it comes back or a supervisor writes it off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from clerk_app.store.ledger import Ledger

TABLE = "losses"


class LossState(StrEnum):
    """What became of a loss."""

    OPEN = "open"
    RETURNED = "returned"
    WRITTEN_OFF = "written-off"
    FOUND_LATE = "found-late"
    """The entry turned up after it had been written off; it is not taken in any more."""


LABELS = {
    LossState.OPEN: "未找回",
    LossState.RETURNED: "已找回",
    LossState.WRITTEN_OFF: "已核销",
    LossState.FOUND_LATE: "核销后又出现，不再收入",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Own entries ``first`` to ``last``, and what is known of them."""

    first: int
    last: int
    subject: str = ""
    """The case's number; empty: not known."""
    applicant: str = ""
    kind: str = ""
    """Of the entry (``domain.kinds``), where it can be told."""
    perhaps: tuple[str, ...] = ()
    """Case numbers it may have been about, where it is not known which."""
    state: LossState = LossState.OPEN
    cause: str = ""
    """``damaged``, ``older`` (an older copy was put back) or ``missing`` (the file was gone)."""
    kept: str = ""
    """Name of the copy of the damaged file, in the window's folder."""
    noticed: str = ""
    """RFC 3339."""


_loss = msgspec.json.Decoder(Loss).decode


class Losses:
    """All losses there ever were; rows are few, and read when they are asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._table = ledger.table(TABLE)

    def all(self) -> list[Loss]:
        """Return every loss, by number, those that came back too."""
        return sorted((loss for _, _, loss in self._table.walk(_loss)), key=lambda x: (x.first, x.last, x.noticed))

    def open(self) -> list[Loss]:
        """Return those that are still missing."""
        return [loss for loss in self.all() if loss.state is LossState.OPEN]

    # writing, inside the caller's transaction

    def note(self, found: Iterable[Loss]) -> None:
        """Add losses; numbers that are noted as open already are left as they are."""
        known = {n for loss in self.open() for n in (loss.first, loss.last)}
        for loss in found:
            if loss.first not in known:
                self._put(loss)

    def close(self, missing: Iterable[tuple[int, int]], state: LossState) -> list[Loss]:
        """Bring the open losses to what is still missing; what is not is in ``state``; return those."""
        runs = list(missing)
        closed: list[Loss] = []
        for loss in self.open():
            left = [(max(a, loss.first), min(b, loss.last)) for a, b in runs if a <= loss.last and b >= loss.first]
            if left == [(loss.first, loss.last)]:
                continue
            self._table.discard(_id(loss))
            parts = [replace(loss, first=a, last=b) for a, b in left]
            back = [replace(loss, first=a, last=b, state=state) for a, b in _others(loss, left)]
            for part in (*parts, *back):
                self._put(part)
            closed += back
        return closed

    def found_late(self, n: int) -> None:
        """Note that an entry turned up that was written off."""
        for loss in self.all():
            if loss.first <= n <= loss.last and loss.state is LossState.WRITTEN_OFF:
                self._table.discard(_id(loss))
                for a, b in _others(loss, [(n, n)]):
                    self._put(replace(loss, first=a, last=b))
                self._put(replace(loss, first=n, last=n, state=LossState.FOUND_LATE))

    def _put(self, loss: Loss) -> None:
        self._table.put(_id(loss), loss)


def _id(loss: Loss) -> str:
    """A number may be lost, come back, and be lost again."""
    return f"{loss.first}/{loss.noticed}"


def _others(loss: Loss, left: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the runs of a loss that are not in ``left``."""
    found: list[tuple[int, int]] = []
    at = loss.first
    for first, last in sorted(left):
        if first > at:
            found.append((at, first - 1))
        at = max(at, last + 1)
    if at <= loss.last:
        found.append((at, loss.last))
    return found


def words(loss: Loss, label: str = "") -> str:
    """Return one loss as a person reads it; ``label`` is the kind in Chinese."""
    run = f"第 {loss.first} 条" if loss.first == loss.last else f"第 {loss.first}–{loss.last} 条"
    about = f"办件 {loss.subject}" if loss.subject else ""
    if not about and loss.perhaps:
        more = f"等 {len(loss.perhaps)} 件" if len(loss.perhaps) > 5 else ""
        about = f"可能是办件 {'、'.join(loss.perhaps[:5])}{more} 中的"
    parts = [run, about or "内容不明", loss.applicant, label, LABELS[loss.state]]
    return "  ".join(part for part in parts if part)
