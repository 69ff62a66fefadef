"""The keys: every binding has an id under which it can be bound anew, a label, a line of help and a palette entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding
from textual.keys import Keys

KEY_NAMES = {
    "enter": "回车",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "space": "空格",
    "up": "上",
    "down": "下",
    "left": "左",
    "right": "右",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "insert": "Ins",
    "backspace": "退格",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "full_stop": ".",
    "comma": ",",
}
"""How keys are called on the screen."""

KEY_MODULES = (
    "screens.sign_in.screen",
    "screens.lock.screen",
    "screens.visitor.screen",
    "screens.intake.screen",
    "screens.cases.view",
    "screens.cases.supplement",
    "screens.cases.elsewhere",
    "screens.cases.disputes",
    "screens.cases.scans",
    "screens.cases.screen",
    "screens.scan_screen",
    "screens.scan_dialogs",
    "screens.dispatch.screen",
    "screens.dispatch.bag",
    "screens.dispatch.packing",
    "screens.dispatch.receiving",
    "screens.dispatch.handing",
    "screens.dispatch.agent",
    "screens.dispatch.arrival",
    "screens.dispatch.manifest",
    "screens.handover.screen",
    "screens.supervision.screen",
    "screens.supervision.task",
    "screens.supervision.drawing",
    "screens.measures.screen",
    "screens.line.screen",
    "screens.line.mending",
    "screens.settings.screen",
    "screens.settings.arrivals",
    "screens.help",
    "screens.palette",
)
"""The modules that declare keys; read only where a clerk has changed some."""
REGISTRY: dict[str, Binding] = {}
"""Every binding by its id, as it was declared."""
MOVES: set[str] = set()
"""Ids of keys that only move about or stand for a digit: listed in the help, but no commands."""


def key(
    id: str, keys: str, action: str, label: str, help: str, *, show: bool = True, priority: bool = False
) -> Binding:
    """Declare a key: its id, its keys, what it does, its label in the key bar and its line in the help."""
    binding = Binding(keys, action, label, show=show, priority=priority, tooltip=help, id=id)
    if REGISTRY.setdefault(id, binding) != binding:
        raise ValueError(f"two different bindings are called {id}")
    return binding


def key_name(keys: str) -> str:
    """Return how a key is called on the screen, e.g. ``F9``, ``Ctrl+P``, ``空格``."""
    if keys in KEY_NAMES:
        return KEY_NAMES[keys]
    *modifiers, last = keys.split("+")
    if last in KEY_NAMES:
        last = KEY_NAMES[last]
    elif modifiers or len(last) > 1:
        last = last.upper()
    return "+".join([*(m.capitalize() for m in modifiers), last])


def move(id: str, keys: str, action: str, label: str, help: str) -> Binding:
    """Declare a key that only moves about or stands for a digit."""
    MOVES.add(id)
    return key(id, keys, action, label, help, show=False)


@dataclass(frozen=True, slots=True)
class Keymap:
    """What a clerk's keys come to, and which of them cannot be used."""

    bound: dict[str, str]
    problems: tuple[str, ...] = ()


def checked(keys: Mapping[str, str]) -> Keymap:
    """Return which of a clerk's own keys (binding id → keys, separated by commas) can be used."""
    bound: dict[str, str] = {}
    problems = []
    for id, names in keys.items():
        if id not in REGISTRY:
            problems.append(f"没有编号为 {id} 的按键")
        elif not all(_known(name.strip()) for name in names.split(",")):
            problems.append(f"{id}：不认识的按键 {names}")
        else:
            bound[id] = names
    return Keymap(bound, tuple(problems))


def _known(keys: str) -> bool:
    last = keys.rsplit("+", 1)[-1] if keys != "+" else keys
    return len(last) == 1 or last in KEY_NAMES or last in {k.value for k in Keys}
