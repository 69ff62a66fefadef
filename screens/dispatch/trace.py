"""这份材料在谁手里: who holds each paper of a case, and every hand it went through since the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.dispatch.page import Page
from screens.dispatch.words import where_paras
from screens.widgets.prose import Para

if TYPE_CHECKING:
    from screens.dispatch.finding import Traced


class TraceView(Page):
    """What one search for a case told."""

    TITLE_WORDS = "材料在谁手里"

    def __init__(self, traced: Traced) -> None:
        super().__init__()
        self._traced = traced

    def begin(self) -> None:
        """Show it."""
        found, asked = self._traced.found, self._traced.asked
        sheets = sum(one.originals + one.copies for one in found)
        holders = dict.fromkeys(one.holder.name or one.holder.code for one in found)
        told = f"{sheets} 份，在 {'、'.join(holders)}" if found else "没有收存的材料：验后退还的和电子的不在此列"
        self.show([Para([(asked, "accent"), (f"  {told}", "strong")])], where_paras(found))
