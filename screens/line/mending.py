"""改后重报: every value of a refused entry as a line; Enter changes one, F9 says it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.leaf import MAX_JSON, NO, YES
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.dialogs import Choose, Confirm, Option, Prompt
from screens.keymap import key
from screens.text import clean
from screens.widgets.prose import Para, Prose
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clerk_app.domain.journal import Record
    from clerk_app.domain.leaf import Leaf
    from clerk_app.mending import Refusal

EMPTY = "（空）"
HIDDEN = frozenset({"material"})
"""Members that only say which paper a line is about: its name stands in the label."""
SHOWN = 12
"""Changes named before they are said."""


class MendForm(AreaScreen):
    """The leaves of a refused entry; what is changed is said anew as a new entry."""

    AREA = "line"
    TITLE_WORDS = "改后重报"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("mend.edit", "enter", "edit", "修改", "修改光标所在的一项"),
        key("mend.undo", "delete", "undo", "还原", "把光标所在的一项改回原样"),
        key("mend.act", "f9", "act", "重报", "照改好的重新上报"),
        key("mend.back", "escape", "back", "返回", "不改了，回到同步"),
    ]

    def __init__(self, refusal: Refusal, leaves: Sequence[Leaf]) -> None:
        super().__init__()
        self._refusal = refusal
        self._leaves = [leaf for leaf in leaves if leaf.path.rpartition(".")[2] not in HIDDEN]
        self._changes: dict[str, str] = {}
        self._at = ""
        """The path of the leaf under the cursor."""

    def body(self) -> ComposeResult:
        """Yield reason, leaves and what is said of them."""
        entry = self._refusal.record.entry
        head = [(self._refusal.label, "strong"), (f"  {entry.subject}  ", "accent"), (self._refusal.why, "bad")]
        yield Prose([Para(head)], id="mend-head")
        yield VirtualList(
            [Column("", 2), Column("项目", share=2), Column("内容", share=3)],
            self._cells,
            empty="没有可改的内容",
            id="leaves",
        )
        yield Static("", id="mend-verdict", markup=False)

    def on_mount(self) -> None:
        """Begin with the first leaf."""
        self._list.set_rows(self._leaves)
        self._list.focus()
        self._tell("回车修改一项，F9 重新上报")

    @property
    def _list(self) -> VirtualList[Leaf]:
        return self.query_one("#leaves", VirtualList)

    @property
    def begun(self) -> bool:
        """Whether anything was changed that is not said yet."""
        return bool(self._changes)

    def _cells(self, leaf: Leaf) -> list[Cell]:
        new = self._changes.get(leaf.path)
        if new is None:
            return [Cell(""), Cell(leaf.label, "dim"), Cell(_now(leaf))]
        return [Cell("改", "warn"), Cell(leaf.label), Cell(leaf.shown(new), "warn")]

    def _tell(self, words: str, *, bad: bool = False) -> None:
        verdict = self.query_one("#mend-verdict", Static)
        verdict.set_class(bad, "-bad")
        verdict.update(Content(f" {clean(words)}"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a change can be taken back."""
        return self._at in self._changes if action == "undo" else True

    @on(VirtualList.Selected, "#leaves")
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_edit()

    @on(VirtualList.Highlighted, "#leaves")
    def _highlighted(self) -> None:
        leaf = self._list.current
        self._at = leaf.path if leaf is not None else ""
        self.refresh_bindings()

    def action_edit(self) -> None:
        """Ask for the value under the cursor."""
        leaf = self._list.current
        if leaf is None:
            return

        def given(text: str | None) -> None:
            if text is not None:
                self._set(leaf, text)

        choices = (YES, NO) if leaf.kind == "flag" else leaf.choices
        if choices:
            self.open(Choose(leaf.label, [Option(choice, leaf.shown(choice)) for choice in choices]), given)
            return
        now = self._changes.get(leaf.path, "" if leaf.secret else leaf.value)
        words = f"现为 {leaf.value}，请输入完整的号码。" if leaf.secret else ""
        most = MAX_JSON if leaf.kind == "data" else 2000
        self.open(Prompt("修改", leaf.label[-20:], words=words, value=now, check=leaf.problem, max_length=most), given)

    def _set(self, leaf: Leaf, text: str) -> None:
        if text == leaf.value and not leaf.secret:
            self._changes.pop(leaf.path, None)
        else:
            self._changes[leaf.path] = text
        self._redraw()

    def action_undo(self) -> None:
        """Take a change back."""
        leaf = self._list.current
        if leaf is not None:
            self._changes.pop(leaf.path, None)
            self._redraw()

    def _redraw(self) -> None:
        self._list.refresh()
        self.refresh_bindings()
        self._tell(f"改了 {len(self._changes)} 项，F9 重新上报" if self._changes else "回车修改一项，F9 重新上报")

    def action_back(self) -> None:
        """Go back; what was changed is asked about first."""
        if not self._changes:
            self.dismiss(None)
            return
        words = f"改了 {len(self._changes)} 项，还没有重新上报。"
        self.open(Confirm("不改了", words), lambda sure: self.dismiss(None) if sure else None)

    def action_act(self) -> None:
        """Say it anew, after showing what was changed."""
        if not self._changes:
            self.app.bell()
            self._tell("还没有改动。退回的原因已经没有了的，请用“原样重报”", bad=True)
            return
        named = [(leaf, self._changes[leaf.path]) for leaf in self._leaves if leaf.path in self._changes]
        lines = [f"{leaf.label}：{_now(leaf) or EMPTY} 改为 {leaf.shown(new) or EMPTY}" for leaf, new in named[:SHOWN]]
        if len(named) > SHOWN:
            lines.append(f"另有 {len(named) - SHOWN} 项")
        self.open(Confirm("重新上报：请确认", "\n".join(lines)), lambda sure: self._say() if sure else None)

    def _say(self) -> None:
        desk, entry, changes = self.desk, self._refusal.record.entry.id, dict(self._changes)
        self.ask(lambda: desk.mend(entry, changes), self._said, self._not_said)

    def _said(self, _: Record) -> None:
        self._changes.clear()
        self.dismiss(None)

    def _not_said(self, refused: Refused) -> None:
        """Go to the leaf it is about, if it is about one."""
        paths = [leaf.path for leaf in self._leaves]
        if refused.field in paths:
            self._list.cursor = paths.index(refused.field)
        self._tell(refused.message, bad=True)
        self.app.bell()


def _now(leaf: Leaf) -> str:
    return leaf.value if leaf.secret else leaf.shown(leaf.value)
