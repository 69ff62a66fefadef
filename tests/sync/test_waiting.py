"""Whole windows over a central that was restored: who is heard again first waits for the others, and nothing is left over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.domain.journal import Verdict
from tests.support.booth import Booth, Town, booth


@pytest.fixture
def other(here: Town, tmp_path: Path) -> Iterator[Booth]:
    """Give a second window of the same point."""
    with booth(here.enrol(), tmp_path / "two", here.clock, here.bridge) as opened:
        opened.sync()
        yield opened


def test_after_a_restore_a_window_that_is_heard_before_the_one_that_began_the_case_waits_for_it(
    here: Town, window: Booth, other: Booth
) -> None:
    backup = here.back_up()
    number = window.receive()
    window.sync()
    other.sync()
    other.desk.remark(number, "申请人来电询问")
    other.sync()
    here.restore(backup)

    other.sync()
    assert here.cases() == {}
    assert [r.verdict for r in other.own()] == [Verdict.QUARANTINED]
    window.sync()
    other.sync()
    window.sync()

    assert {r.verdict for r in (*window.own(), *other.own())} <= {Verdict.APPLIED, Verdict.MERGED}
    assert window.cases() == other.cases() == here.cases()
    assert len(here.cases()[number].remarks) == 1
    assert (other.sync().pushed, other.sync().unsent) == (0, 0)
