"""A case received at a counter, complete, for tests that only need one."""

from __future__ import annotations

from dataclasses import replace

from clerk_app.domain.checklist import Tally
from tests.support.counter import Office
from tests.support.story import APPLICANT

COMPLETE = (
    Tally(material="form", originals_kept=1),
    Tally(material="card", originals_seen=1, copies_kept=1),
    Tally(material="lease", copies_kept=1),
    Tally(material="photo", originals_kept=2),
)


def received(here: Office, code: str = "PERMIT", tallies: tuple[Tally, ...] = COMPLETE) -> str:
    """Receive a case and return its number."""
    made = replace(here.desk.begin([code]), applicant=APPLICANT)
    checklist = made.checklist()
    for tally in tallies:
        key = checklist.key_of(code, tally.material)
        assert key is not None
        made = made.tallied(key, tally)
    return here.desk.receive(made).outcomes[0].case.number
