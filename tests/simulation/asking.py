"""What goes over the simulated line: a request as it arrives, and what central says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """One request as it arrives."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What central says."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
