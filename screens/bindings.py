"""Which keys do something on a screen now: for the key bar, the help and the palette.

``Screen.active_bindings`` knows one binding a key, the innermost, which for Enter in a field is the field's own; what
the key comes to is the next one out that has a name. So the chain is walked here, over two inner names of Textual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Live:
    """A binding that can be used now, or that is shown as not to be used now."""

    node: DOMNode
    key: str
    binding: Binding
    enabled: bool


def live_bindings(screen: Screen[Any], *, shown: bool) -> Iterator[Live]:
    """Yield the named bindings of the focused widget, what it lies in, the screen and the app: one a key, innermost first.

    ``shown`` leaves out those that are not meant for the key bar.
    """
    taken: set[str] = set()
    for node, bindings in screen._modal_binding_chain:  # noqa: SLF001  see the head of this module
        for key, binding in bindings:
            if binding.id is None or key in taken or (shown and not binding.show):
                continue
            state = screen.app._check_action_state(binding.action, node)  # noqa: SLF001
            if state is not False:
                taken.add(key)
                yield Live(node, key, binding, bool(state))
