"""The security page: every chapter of the standard is on it, and what it points at is there."""

from __future__ import annotations

import re

from sync.central.problems import TROUBLES
from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:sync|clerk_app|tests|build|docs)/[\w@./-]+)`", PAGE)))


def test_every_chapter_is_on_it_in_order() -> None:
    assert [int(number) for number in re.findall(r"^## V(\d+) ", PAGE, re.MULTILINE)] == list(range(1, 18))


def test_every_file_and_test_it_names_is_there() -> None:
    assert len(PATHS) > 30
    assert [path for path in PATHS if not (ROOT / path).exists()] == []
    pages = set(re.findall(r"`([a-z]+\.md)`", PAGE))
    assert [page for page in pages if not (ROOT / "docs" / page).exists()] == []


def test_every_gap_is_told_as_one_and_every_problem_it_names_exists() -> None:
    assert len(re.findall(r"\*Gaps?\*", PAGE)) >= 10
    named = {"role-needed", "window-revoked", "sign-in-refused", "too-often"}
    assert named <= TROUBLES.keys()
    assert all(f"`{code}`" in PAGE for code in named)
