"""Files spoilt on purpose, and a power that goes between two writes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


CUTS: list[Callable[[Path], object]] = [
    lambda path: path.unlink(),
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:40]),
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(b"\x00" * 700),
    lambda path: path.write_bytes(b"[]"),
    folder_instead,
]
CUT_NAMES = ["deleted", "empty", "short", "one byte short", "zeros", "of another kind", "a folder"]


def flips(path: Path, seed: int) -> list[tuple[int, int]]:
    """Return a place and another value for every byte of a file: one bit of it turned."""
    chance = random.Random(seed)
    return [(at, value ^ 1 << chance.randrange(8)) for at, value in enumerate(path.read_bytes())]


def flipped(raw: bytes, at: int, value: int) -> bytes:
    return raw[:at] + bytes([value]) + raw[at + 1 :]


def beside(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.damaged-*"))


class Killed(BaseException):
    """The power goes."""


def kill_at(monkeypatch: pytest.MonkeyPatch, module: Any, write: int) -> None:
    """Have the power go before this write of a file, counted from 0."""
    real, left = module.write_private_file, [write]

    def writing(path: Path, raw: bytes) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1
        real(path, raw)

    monkeypatch.setattr(module, "write_private_file", writing)
