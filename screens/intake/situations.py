"""The third stage of an intake: the questions whose answers decide which materials are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from clerk_app.domain.catalogue import Situation
from screens.keymap import key, move
from screens.text import clean


class Questions(Static, can_focus=True):
    """Every question with its answers; a digit answers the one the cursor is on and goes on."""

    DEFAULT_CSS = """
    Questions {
        height: auto;
        padding: 0 2;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("question.next", "enter", "next", "下一题", "光标移到下一题；都答完则核对材料"),
        move("question.up", "up", "move(-1)", "上一题", "光标移到上一题"),
        move("question.down", "down", "move(1)", "下移一题", "光标移到下一题"),
        *(move(f"question.{n}", str(n), f"answer({n})", f"答{n}", f"选第 {n} 个答案") for n in range(1, 10)),
    ]

    @dataclass
    class Answered(Message):
        """A question was answered."""

        question: str
        answer: str

    class Done(Message):
        """The last question was answered."""

    def __init__(self) -> None:
        super().__init__("", id="questions", markup=False)
        self._asked: Sequence[Situation] = ()
        self._answers: Mapping[str, str] = {}
        self._at = 0

    def show(self, asked: Sequence[Situation], answers: Mapping[str, str]) -> None:
        """Show these questions and answers."""
        if [q.id for q in asked] != [q.id for q in self._asked]:
            self._at = 0
        self._asked = asked
        self._answers = answers
        self._draw()

    def begin(self) -> None:
        """Put the cursor on the first open question."""
        ids = [q.id for q in self._asked]
        self._at = next((n for n, id in enumerate(ids) if id not in self._answers), 0)
        self._draw()
        self.focus()

    def on_focus(self) -> None:
        """Show where the cursor is."""
        self._draw()

    def on_blur(self) -> None:
        """Show that it is elsewhere."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the answers anew."""
        self._draw()

    def action_answer(self, number: int) -> None:
        """Answer the question the cursor is on."""
        if not self._asked:
            return
        question = self._asked[self._at]
        if number > len(question.answers):
            self.app.bell()
            return
        self.post_message(self.Answered(question.id, question.answers[number - 1].id))
        self._answers = {**self._answers, question.id: question.answers[number - 1].id}
        self.action_next()

    def action_next(self) -> None:
        """Go to the next question, or on."""
        if self._at + 1 < len(self._asked):
            self._at += 1
            self._draw()
        elif all(q.id in self._answers for q in self._asked):
            self.post_message(self.Done())
        else:
            self.begin()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._at = max(0, min(len(self._asked) - 1, self._at + by))
        self._draw()

    def _draw(self) -> None:
        parts: list[tuple[str, str]] = []
        for n, question in enumerate(self._asked):
            here = n == self._at and self.has_focus
            parts.append(("> " if here else "  ", "bold $accented"))
            parts.append((clean(question.question) + "\n", "bold" if here else ""))
            parts += self._answer_parts(question)
        self.update(Content.assemble(*parts))

    def _answer_parts(self, question: Situation) -> list[tuple[str, str]]:
        chosen = self._answers.get(question.id)
        width = max(20, self.size.width)
        parts: list[tuple[str, str]] = [("    ", "")]
        used = 4
        for n, answer in enumerate(question.answers, start=1):
            text = f"{n} {clean(answer.label)}"
            mark = f"[{text}]" if answer.id == chosen else f" {text} "
            if used > 4 and used + cell_len(mark) > width:
                parts.append(("\n    ", ""))
                used = 4
            parts.append((mark, "bold $good" if answer.id == chosen else ""))
            parts.append((" ", ""))
            used += cell_len(mark) + 1
        parts.append(("\n", ""))
        return parts
