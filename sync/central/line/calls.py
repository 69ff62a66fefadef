"""What a call of central's is told by: ``endpoints`` holds the table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clerk_app.domain.people import Role

MAX_CURSOR = 2**53 - 1
MAX_TEXT = 64
"""Characters of a word in the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number in the query."""

    name: str
    default: int
    most: int
    least: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A word in the query: empty where it is not given."""

    name: str
    about: str
    choices: tuple[str, ...] = ()
    """It is one of these; none: any short word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header of a request or an answer."""

    name: str
    about: str
    required: bool = True
    pattern: str = ""
    """Of its value, as a regular expression; empty: any text."""
    most: int | None = None
    """Its value is a whole number, from 0 to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call."""

    method: str
    path: str
    name: str
    """Of the operation; ``app.HANDLERS`` has its handler."""
    about: str
    answer: type[Any] | None
    status: int = 200
    request: type[Any] | None = None
    content: str = ""
    """Media type of a body that is no message: the handler reads it piece by piece."""
    limit: int = 64 * 1024
    """Of the request's body, in bytes."""
    secured: bool = True
    role: Role | None = None
    """Without which the call is refused."""
    bucket: str = "window"
    """Of ``limits``: how fast one window may ask."""
    query: tuple[Number, ...] = ()
    texts: tuple[Text, ...] = ()
    """Of the query, too."""
    headers: tuple[Header, ...] = ()
    """Of the request."""
    told: tuple[Header, ...] = ()
    """Headers of the answer."""
    file: str = ""
    """Media type (or several, with commas) of an answer that is a file; parts of it can be asked for with ``Range``."""
    problems: tuple[str, ...] = ()
    """What it may answer instead, besides what every call may."""
