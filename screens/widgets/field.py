"""One field of a form: its label, the input, and what is wrong with it, right beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.text import clean, fit

Check = Callable[[str], str]
"""Looks at a field's text; returns what is wrong with it in Chinese, or an empty string."""


class TakesCards:
    """A part of a screen that knows what to do with an identity card a reader typed."""

    def take_card(self, text: str) -> bool:
        """Take a card in; return whether the text was one."""
        raise NotImplementedError


class PlainInput(Input):
    """An input that says nothing about a paste it had to cut short, but keeps every line of it."""

    def _on_paste(self, event: events.Paste) -> None:
        """Insert pasted text with its line breaks as blanks; the stock input drops all but the first line."""
        taker = next((node for node in self.ancestors if isinstance(node, TakesCards)), None)
        if taker is not None and taker.take_card(event.text):
            event.prevent_default()
            event.stop()
            return
        event.text = " ".join(clean(line).strip() for line in event.text.splitlines() if line.strip())
        if not event.text:
            event.prevent_default()
            event.stop()


class Field(Widget):
    """A labelled input that is checked when it is left or submitted; Enter in a field that holds goes on."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        & > Horizontal { height: 1; }
        & .field--label { width: auto; color: $dim; }
        & Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $field; }
        & Input:focus { border: none; background: $field-focus; }
        & > .field--error { height: auto; color: $bad; text-style: bold; display: none; }
        &.-wrong > .field--error { display: block; }
        & > .field--error.-note { color: $warn; text-style: none; }
    }
    """

    @dataclass
    class Left(Message):
        """The field was left or submitted; ``error`` is empty when it holds."""

        field: Field
        value: str
        error: str
        submitted: bool

        @property
        def control(self) -> Field:
            """The field, for ``@on`` selectors."""
            return self.field

    def __init__(
        self,
        label: str,
        *,
        id: str,
        check: Check | None = None,
        width: int = 8,
        password: bool = False,
        hint: str = "",
        max_length: int = 200,
    ) -> None:
        super().__init__(id=id)
        self._label = fit(label, width)
        self._check = check
        self._width = width
        self._input = PlainInput(
            password=password, placeholder=hint, max_length=max_length, compact=True, select_on_focus=False
        )
        self._error = Static("", classes="field--error", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out label and input on one line, the error below."""
        with Horizontal():
            yield Static(Content(self._label + " "), classes="field--label", markup=False)
            yield self._input
        yield self._error

    @property
    def value(self) -> str:
        """The text in the field, without blanks around it."""
        return self._input.value.strip()

    @value.setter
    def value(self, text: str) -> None:
        self._input.value = text

    @property
    def input(self) -> Input:
        """The input itself."""
        return self._input

    def focus(self, scroll_visible: bool = True, *args: object) -> Field:
        """Focus the input."""
        self._input.focus(scroll_visible)
        return self

    def relabel(self, label: str) -> None:
        """Call the field something else."""
        self._label = fit(label, self._width)
        for shown in self.query(".field--label").results(Static):
            shown.update(Content(self._label + " "))

    def show_error(self, words: str, *, note: bool = False) -> None:
        """Say what is wrong under the field, or nothing; a note only warns."""
        self._error.update(Content(" " * (self._width + 1) + ("注意：" if note else "有误：") + clean(words)))
        self._error.set_class(note, "-note")
        self.set_class(bool(words), "-wrong")

    def verify(self) -> bool:
        """Check the field, show what is wrong, and return whether it holds."""
        error = self._check(self.value) if self._check else ""
        self.show_error(error)
        return not error

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.verify()
        self._say(submitted=True)

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        if self.value:
            self.verify()
            self._say(submitted=False)

    def _say(self, *, submitted: bool) -> None:
        error = self._check(self.value) if self._check else ""
        self.post_message(self.Left(self, self.value, error, submitted))
