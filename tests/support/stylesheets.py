"""Stylesheets that are read once: each of hundreds of clients a run starts has the same, and parsing them is a fifth of its start."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator
from typing import Any
from unittest import mock

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse = Stylesheet._parse_rules
_parsed: dict[Hashable, list[RuleSet]] = {}


@contextlib.contextmanager
def read_once() -> Iterator[None]:
    """Give every stylesheet in the block what an equal one was parsed to.

    One of Textual's stylesheets keeps what it parsed in the same way, and nothing is written to a rule after that; but each
    application has its own, and parses them all anew whenever a screen brings another.
    """

    def rules(sheet: Stylesheet, *words: Any, **named: Any) -> list[RuleSet]:
        key = (*sheet._variables.items(), words, *sorted(named.items()))
        if key not in _parsed:
            _parsed[key] = _parse(sheet, *words, **named)
        return _parsed[key]

    with mock.patch.object(Stylesheet, "_parse_rules", rules):
        yield
