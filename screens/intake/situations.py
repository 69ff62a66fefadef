"""The third stage of an intake: the questions whose answers decide which materials are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.message import Message

from clerk_app.domain.catalogue import Situation
from screens.keymap import key, move
from screens.text import Part, clean
from screens.widgets.prose import Para, Prose


class Questions(Prose, can_focus=True):
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
        super().__init__(id="questions")
        self._asked: Sequence[Situation] = ()
        self._answers: Mapping[str, str] = {}
        self._at = 0

    def ask(self, asked: Sequence[Situation], answers: Mapping[str, str]) -> None:
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
        paras = []
        for n, question in enumerate(self._asked):
            here = n == self._at and self.has_focus
            paras.append(Para([("> " if here else "  ", "accent"), (question.question, "strong" if here else "")], 2))
            paras += [Para(line, 5) for line in self._answer_lines(question)]
        self.show(paras)

    def _answer_lines(self, question: Situation) -> list[list[Part]]:
        """Return the answers, as many on a line as fit; the chosen one stands in brackets."""
        chosen = self._answers.get(question.id)
        lines: list[list[Part]] = []
        used = self.size.width
        for n, answer in enumerate(question.answers, start=1):
            text = f"{n} {clean(answer.label)}"
            mark = f"[{text}] " if answer.id == chosen else f" {text}  "
            if not lines or used + cell_len(mark) > self.size.width:
                lines.append([("    ", "")])
                used = 4
            lines[-1].append((mark, "good" if answer.id == chosen else ""))
            used += cell_len(mark)
        return lines
