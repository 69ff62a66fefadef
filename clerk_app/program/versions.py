"""Which of two versions is the newer one, as PEP 440 orders them."""

from __future__ import annotations

import re

_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,9}){0,9})(?:(a|b|rc)(\d{1,9}))?(?:\.post(\d{1,9}))?(?:\.dev(\d{1,9}))?")
_FINAL = (3, 0)
_LAST = 1 << 40
Key = tuple[tuple[int, ...], tuple[int, int], int, int]


def key_of(version: str) -> Key | None:
    """Return what a version is ordered by; ``None``: it is none (a local part, as ``+x``, is none of ours)."""
    found = _FORM.fullmatch(version)
    if found is None:
        return None
    numbers, stage, number, post, dev = found.groups()
    release = [int(part) for part in numbers.split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    first = ("a", "b", "rc").index(stage) if stage else -1
    before = (first, int(number)) if stage else (-1, 0) if dev and not post else _FINAL
    return tuple(release), before, int(post) if post else -1, int(dev) if dev else _LAST


def newer(version: str, than: str) -> bool:
    """Whether a version comes after another; one that is no version comes after nothing, and nothing after it."""
    mine, other = key_of(version), key_of(than)
    return mine is not None and other is not None and mine > other
