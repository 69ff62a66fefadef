"""The first stage of an intake: finding what is applied for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from clerk_app.domain.numbers import looks_like_case_number
from clerk_app.domain.prefiling import could_be_number, prefiling_number
from screens.keymap import key, move
from screens.text import clean
from screens.widgets.field import PlainInput
from screens.widgets.virtual_list import Cell, Column, VirtualList

if TYPE_CHECKING:
    from clerk_app.desk import Hit

KINDS = {"item": "事项", "joint": "一件事"}


class ItemSearch(Vertical):
    """A field and what it finds; several items may be picked for one intake."""

    DEFAULT_CSS = """
    ItemSearch {
        height: 1fr;
        & > Input { height: 1; border: none; padding: 0 1; background: $field; }
        & > Input:focus { border: none; background: $field-focus; }
        & > .search--picked { height: auto; max-height: 3; padding: 0 2; color: $good; display: none; }
        & > VirtualList { margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("search.take", "enter", "take", "选定", "选定光标所在的事项，填申请人"),
        key("search.pick", "f7", "pick", "加选", "加选这一事项，几个事项一次收件"),
        key("search.unpick", "f10", "unpick", "去掉", "去掉最后加选的事项"),
        move("search.up", "up", "move(-1)", "上移", "光标上移一行"),
        move("search.down", "down", "move(1)", "下移", "光标下移一行"),
        move("search.page-up", "pageup", "page(-1)", "上页", "光标上移一页"),
        move("search.page-down", "pagedown", "page(1)", "下页", "光标下移一页"),
    ]

    @dataclass
    class Asked(Message):
        """The words changed."""

        words: str

    @dataclass
    class Taken(Message):
        """These were chosen, or whatever ``words`` find first while the list is behind."""

        hits: list[Hit]
        words: str = ""

    def __init__(self) -> None:
        super().__init__(id="search")
        self.picked: list[Hit] = []
        self._shown_for = ""

    def compose(self) -> ComposeResult:
        """Lay out field, picked items and list."""
        yield PlainInput(
            placeholder="事项名称、拼音首字母（如 jzz）、代码或部门；也可扫办件、预申报码", compact=True, id="words"
        )
        yield Static("", classes="search--picked", markup=False)
        yield VirtualList(
            [
                Column("类别", 6),
                Column("事项", share=3),
                Column("部门", share=2, width=0),
                Column("代码", 20, wide=110),
            ],
            self._cells,
            id="hits",
        )

    def on_mount(self) -> None:
        """The list is moved from the field."""
        self._list.can_focus = False

    @property
    def _list(self) -> VirtualList[Hit]:
        return self.query_one("#hits", VirtualList)

    @property
    def _input(self) -> Input:
        return self.query_one("#words", Input)

    @property
    def words(self) -> str:
        """What is in the field."""
        return self._input.value.strip()

    def begin(self) -> None:
        """Put the cursor into the field."""
        self._input.focus()

    def clear(self) -> None:
        """Forget words and picks."""
        self._input.value = ""
        self.picked = []
        self._show_picked()

    def show(self, words: str, hits: list[Hit]) -> None:
        """Show what the words found."""
        self._shown_for = words
        self._list.empty = "没有找到。换一个说法，或输入名称中的几个字" if words else ""
        self._list.set_rows(hits)

    @staticmethod
    def _cells(hit: Hit) -> list[Cell]:
        return [
            Cell(KINDS.get(hit.kind, hit.kind), "good" if hit.kind == "joint" else "dim"),
            Cell(hit.name),
            Cell(hit.department, "dim"),
            Cell(hit.key, "dim"),
        ]

    @on(Input.Changed, "#words")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Asked(self.words))

    @on(Input.Submitted, "#words")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    @on(VirtualList.Selected)
    def _selected(self, event: VirtualList.Selected) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Take what is under the cursor, with what was picked before."""
        words, hit = self.words, self._list.current
        if not words and self.picked:
            self.post_message(self.Taken(list(self.picked)))
        elif self._shown_for != words or looks_like_case_number(words) or prefiling_number(words):
            self.post_message(self.Taken(list(self.picked), words))
        elif hit is not None:
            self.post_message(self.Taken([*self.picked, hit]))
        elif could_be_number(words):
            self.post_message(self.Taken([], words))

    def action_pick(self) -> None:
        """Pick what is under the cursor and look for the next."""
        hit = self._list.current
        if hit is None or self._shown_for != self.words:
            return
        if hit.key not in {p.key for p in self.picked}:
            self.picked.append(hit)
        self._input.value = ""
        self._show_picked()

    def action_unpick(self) -> None:
        """Drop the last pick."""
        if self.picked:
            self.picked.pop()
            self._show_picked()

    def action_move(self, by: int) -> None:
        """Move the list's cursor."""
        self._list.action_move(by)

    def action_page(self, by: int) -> None:
        """Move the list's cursor by pages."""
        self._list.action_page(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to drop a pick only where there is one."""
        return bool(self.picked) if action == "unpick" else True

    def _show_picked(self) -> None:
        shown = self.query_one(".search--picked", Static)
        names = "；".join(f"{n} {hit.name}" for n, hit in enumerate(self.picked, start=1))
        shown.update(Content(clean(f"已加选 {len(self.picked)} 项：{names}")))
        shown.display = bool(self.picked)
        self.refresh_bindings()
