"""Questions one after another, in dialogs a scan cannot answer; what was answered is read back before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from screens.dialogs import Option, required
from screens.scan_dialogs import Pick, Sure, Words
from screens.widgets.checklist import check_day, parse_day
from screens.widgets.field import Check

if TYPE_CHECKING:
    from textual.screen import ModalScreen

    from screens.base import AreaScreen

Answers = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what its answer is called, the dialog that asks, and the answer in words."""

    label: str
    dialog: Callable[[str], ModalScreen[str]]
    """Made with the title."""
    told: Callable[[str], str] = str


def choice(label: str, options: Sequence[Option]) -> Question:
    """Ask for one of these; one alone is taken unasked by ``ask``."""
    names = {option.value: option.label for option in options}
    return Question(label, lambda title: Pick(f"{title}：{label}", options), lambda value: names.get(value, value))


def sentence(label: str, missing: str, *, value: str = "", words: str = "", check: Check | None = None) -> Question:
    """Ask for a sentence; ``missing`` is said where there is none."""
    checked = check or required(missing)
    return Question(label, lambda title: Words(title, label, words=words, value=value, check=checked))


def remark(label: str, words: str, *, value: str = "", check: Check | None = None) -> Question:
    """Ask for a sentence that may be left out."""
    return Question(label, lambda title: Words(title, label, words=words, value=value, check=check))


def day(label: str, words: str) -> Question:
    """Ask for a day that may be left out."""
    told = f"八位数字，如 20260310；{words}"
    return Question(
        label,
        lambda title: Words(title, label, words=told, check=lambda text: check_day(text) if text else ""),
        lambda text: str(day_of(text) or ""),
    )


def day_of(text: str) -> date | None:
    """Return the day that was answered, if any."""
    return parse_day(text) if text else None


def ask(
    screen: AreaScreen,
    title: str,
    questions: Sequence[Question],
    subject: str,
    then: Callable[[Answers], None],
) -> None:
    """Ask everything, read it back with what it is about, and go on where that is confirmed; Esc anywhere does nothing."""

    def step(answers: Answers) -> None:
        if len(answers) == len(questions):
            read_back(answers)
            return
        dialog = questions[len(answers)].dialog(title)
        screen.open(dialog, lambda answer: step((*answers, answer)) if answer is not None else None)

    def read_back(answers: Answers) -> None:
        lines = [
            f"{question.label}　{question.told(answer)}"
            for question, answer in zip(questions, answers, strict=True)
            if answer
        ]
        words = "\n".join([subject, "", *lines]) if lines else subject
        screen.open(Sure(f"{title}：请确认", words), lambda yes: then(answers) if yes else None)

    step(())
