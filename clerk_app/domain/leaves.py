"""An entry's body as a form: each leaf a labelled value that can be typed anew, and the way back into a body."""

from __future__ import annotations

import copy
import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from clerk_app.domain.leaf import NO, YES, Leaf, parsed
from clerk_app.domain.leaf_labels import FIRST, LABELS, LAST, SECRET, WORDS
from clerk_app.domain.people import mask_number
from clerk_app.domain.plain import NotPlain, from_plain, to_plain

APPLICANTS = frozenset({"person", "organisation"})


class LeafError(ValueError):
    """A leaf cannot be set as it was typed; ``message`` is Chinese, ``path`` names the leaf."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def leaves(kind: type[Any], body: Mapping[str, Any]) -> tuple[Leaf, ...]:
    """Return every leaf of a body, what is mended most often first; a body that does not fit its kind has leaves too."""
    names = _names(body)
    found = _members(kind, body, (), (), names)
    return tuple(sorted(found, key=_rank))


def changed(kind: type[Any], body: Mapping[str, Any], changes: Mapping[str, str]) -> Any:
    """Return the body, as a value of its kind, with these leaves set from what was typed; raises ``LeafError``.

    A path that names a whole part takes it as JSON.
    """
    new: dict[str, Any] = copy.deepcopy(dict(body))
    for path, text in changes.items():
        _set(kind, new, path, text)
    try:
        return from_plain(kind, new)
    except NotPlain as error:
        path = _place(str(error))
        raise LeafError(path, f"“{label_of(path) or '内容'}”不符合格式，请核对。") from error


def label_of(path: str) -> str:
    """Return what a path is called."""
    return " ".join(_word(part) for part in path.split(".") if part)


# into leaves


def _members(
    kind: Any, body: Mapping[str, Any], path: Sequence[str], labels: Sequence[str], names: Mapping[str, str]
) -> Iterator[Leaf]:
    hints = _hints(kind)
    for one in fields(kind):
        value = body.get(one.name, _default(one))
        yield from _leaves(hints[one.name], value, (*path, one.name), (*labels, _word(one.name)), names)


def _leaves(
    hint: Any, value: Any, path: Sequence[str], labels: Sequence[str], names: Mapping[str, str]
) -> Iterator[Leaf]:
    base, optional = _bare(hint)
    if is_dataclass(base) and isinstance(base, type) and isinstance(value, Mapping):
        yield from _members(base, value, path, labels, names)
    elif _item_of(base) is not None and isinstance(value, list | tuple) and value:
        for n, one in enumerate(value):
            called = _called(one, names)
            above = labels[:-1] if called else labels  # what has a name of its own needs no other
            yield from _leaves(_item_of(base), one, (*path, str(n)), (*above, f"{n + 1}{called}"), names)
    elif get_origin(base) is dict and isinstance(value, Mapping) and value:
        for name, one in value.items():
            yield from _leaves(get_args(base)[1], one, (*path, str(name)), (*labels, str(name)), names)
    else:
        yield _leaf(base, optional, value, path, labels)


def _leaf(base: Any, optional: bool, value: Any, path: Sequence[str], labels: Sequence[str]) -> Leaf:
    secret = path[-1] in SECRET
    kind, words = _kind(base), _words(path)
    if value is not None and not _holds(kind, value):
        kind = "data"
    text = _text(kind, value)
    return Leaf(
        path=".".join(path),
        label=" ".join(labels),
        value=mask_number(text) if secret else text,
        kind=kind,
        optional=optional or kind == "text",
        choices=tuple(str(one.value) for one in base) if kind == "choice" else tuple(words),
        words=words,
        secret=secret,
    )


def _words(path: Sequence[str]) -> Mapping[str, str]:
    """Return what the codes at a place are called; of kinds there are those of applicants, and those of defects."""
    words = WORDS.get(path[-1], {})
    if path[-1] != "kind":
        return words
    return {code: word for code, word in words.items() if (code in APPLICANTS) == (path[0] == "applicant")}


def _text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "flag":
        return YES if value else NO
    if kind == "data":
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _holds(kind: str, value: Any) -> bool:
    """Whether a value is what its place takes; a bool is no number."""
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) if kind in {"text", "date", "choice"} else True


def _kind(base: Any) -> str:
    if isinstance(base, type):
        if issubclass(base, Enum):
            return "choice"
        for plain, kind in ((bool, "flag"), (int, "number"), (date, "date"), (str, "text")):
            if issubclass(base, plain):
                return kind
    return "data"


def _called(value: Any, names: Mapping[str, str]) -> str:
    """Return what one of several is called: by its name, or that of the material it is about; empty: by nothing."""
    if not isinstance(value, Mapping):
        return ""
    material = value.get("material")
    told = str(value.get("name") or names.get(str(material)) or material or "")
    return f" {told}" if told else ""


def _names(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the materials a body tells, by id."""
    lines = body.get("checklist")
    told = [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list) else []
    return {str(line.get("id")): str(line.get("name")) for line in told}


def _rank(leaf: Leaf) -> int:
    first = leaf.path.split(".")[0]
    if first in FIRST:
        return FIRST.index(first)
    return len(FIRST) + (first in LAST) * (1 + LAST.index(first) if first in LAST else 0)


def _word(name: str) -> str:
    return str(int(name) + 1) if _is_place(name) else LABELS.get(name, name)


def _is_place(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 6


# and back


def _set(kind: type[Any], body: dict[str, Any], path: str, text: str) -> None:
    parts = path.split(".")
    hint: Any = kind
    holder: Any = body
    for depth, part in enumerate(parts):
        last = depth == len(parts) - 1
        hint, key = _step(hint, holder, part, path)
        if last:
            holder[key] = _typed(hint, text, path)
        else:
            holder = _within(holder, key, hint, path)


def _step(hint: Any, holder: Any, part: str, path: str) -> tuple[Any, str | int]:
    """Return what a part of a path takes, and under which key it stands."""
    base, _ = _bare(hint)
    if is_dataclass(base) and isinstance(base, type) and part in (hints := _hints(base)):
        return hints[part], part
    item = _item_of(base)
    if item is not None and isinstance(holder, list) and _is_place(part) and int(part) < len(holder):
        return item, int(part)
    if get_origin(base) is dict:
        return get_args(base)[1], part
    raise LeafError(path, f"没有“{path[:80]}”这一项。")


def _within(holder: Any, key: str | int, hint: Any, path: str) -> Any:
    """Return the part below, made where it is left out because it holds its default."""
    if isinstance(key, str) and holder.get(key) is None:
        base, _ = _bare(hint)
        holder[key] = {} if (is_dataclass(base) or get_origin(base) is dict) else []
    below = holder[key]
    if not isinstance(below, dict | list):
        raise LeafError(path, f"没有“{path[:80]}”这一项。")
    return below


def _typed(hint: Any, text: str, path: str) -> Any:
    """Return a leaf's value as data, from what was typed."""
    base, optional = _bare(hint)
    kind = _kind(base)
    choices = tuple(str(one.value) for one in base) if kind == "choice" else ()
    try:
        return parsed(kind, optional, choices, text)
    except ValueError as error:
        raise LeafError(path, f"“{label_of(path)}”{error}。") from error


def _place(told: str) -> str:
    """Return the path that a message of ``from_plain`` names."""
    found = re.search(r"at `\$\.?([^`]*)`", told)
    return re.sub(r"\[(\d+|\.\.\.)\]", r".\1", found.group(1)).strip(".") if found else ""


# types


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _bare(hint: Any) -> tuple[Any, bool]:
    """Return a hint without ``None``, and whether it had it."""
    if get_origin(hint) in {Union, types.UnionType}:
        rest = [one for one in get_args(hint) if one is not type(None)]
        return (rest[0] if len(rest) == 1 else hint), len(rest) < len(get_args(hint))
    return hint, False


def _item_of(base: Any) -> Any:
    """Return what a tuple of any length is made of."""
    found = get_args(base) if get_origin(base) is tuple else ()
    return found[0] if len(found) == 2 and found[1] is Ellipsis else None


def _default(one: Field[Any]) -> Any:
    if one.default is not MISSING:
        return to_plain(one.default)
    return to_plain(one.default_factory()) if one.default_factory is not MISSING else None
