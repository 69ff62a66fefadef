"""One hand-over: its bags as they were given, and what was found against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from clerk_app.domain.custody_bodies import HandKind
from screens.dispatch.noting import note_against
from screens.dispatch.page import Page
from screens.dispatch.words import BLANK, manifest_head, open_paras
from screens.keymap import key
from screens.widgets.prose import Para

if TYPE_CHECKING:
    from clerk_app.domain.custody import Manifest


class ManifestView(Page):
    """交接清单: immutable; discrepancies are lines against it."""

    TITLE_WORDS = "交接清单"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("manifest.print", "f7", "print", "打印清单", "打印交接清单，一式两联"),
        key("manifest.note", "f10", "note", "登记差异", "对这张清单登记一条差异"),
    ]

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number

    def begin(self) -> None:
        """Read it."""
        desk, number = self.desk, self.number
        self.ask(lambda: desk.manifest(number), self._show)

    def _show(self, manifest: Manifest) -> None:
        text = []
        for n, line in enumerate(manifest.closed.lines, start=1):
            to = "申请人（邮寄）" if line.to.kind is HandKind.APPLICANT else line.to.name or line.to.code
            broken = ("  封签破损", "bad") if line.broken else ("", "")
            told = f"{n:4}  {line.parcel}  {to}  {line.papers} 份  封签 {line.seal or '（无）'}"
            text.append(Para([(told, ""), broken], 6))
        if manifest.discrepancies:
            text += [BLANK, Para([("差异", "accent")]), *open_paras(manifest.discrepancies)]
        self.show(manifest_head(manifest), text)

    def action_print(self) -> None:
        """Print both copies."""
        desk, number = self.desk, self.number

        self.ask(lambda: desk.print_manifest(number), lambda handed: self.say(handed.say("两联"), "good"))

    def action_note(self) -> None:
        """Note a discrepancy against it."""
        note_against(self, self.number, self.begin)
