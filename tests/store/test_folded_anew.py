"""What a program kept that told less of bags is told anew once a newer one opens the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import custody_summary
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import Record
from clerk_app.domain.standing import fold_any
from clerk_app.domain.tracking import Tracking
from clerk_app.store.books import casebook
from clerk_app.store.records import Records
from tests.support.window_journal import KEY, TODAY, WINDOW, Journal

WAYBILL = "1200000000017"
HERE = cb.Hand(kind=cb.HandKind.POINT, code="FS0001")
THERE = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="GA")


def tracked_bag(records: Records) -> None:
    journal = Journal()
    number = parcel_number("FS0001", "01", TODAY, 1)
    line = cb.PaperLine(case="FS0001-01-250101-0001-9", material="form", name="申请表", originals=1)
    sealed = cb.Sealed(
        direction=cb.Direction.TO_DEPARTMENT,
        sender=HERE,
        to=THERE,
        lines=(line,),
        on=TODAY,
        waybill=WAYBILL,
        carrier="ems",
    )
    told = cb.TrackEvent(waybill=WAYBILL, at="2026-03-02T15:00:00+08:00", code="203", name="收寄", place="样例揽投部")
    entries = [
        journal.say("parcel.sealed", number, sealed),
        journal.say("parcel.tracked", number, cb.Tracked(events=(told,))),
    ]
    stood = fold_any(number, [Record(entry=entry) for entry in entries])
    assert stood is not None
    records.append(entries, [stood])


def test_a_bag_kept_without_what_its_carrier_told_shows_it_after_the_next_opening(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as older:
        older.setattr(casebook, "FOLDS", casebook.FOLDS - 1)
        older.setattr(custody_summary, "follow", lambda *_: Tracking())
        with Records.open(tmp_path, KEY, window=WINDOW) as records:
            tracked_bag(records)
            [kept] = records.parcels()
            assert kept.event == ""
    with Records.open(tmp_path, KEY, window=WINDOW) as records:
        [kept] = records.parcels()
        assert (kept.event, kept.event_place, kept.event_at) == ("收寄", "样例揽投部", "2026-03-02T15:00:00+08:00")
    with Records.open(tmp_path, KEY, window=WINDOW, read_only=True) as records:
        assert records.parcels() == [kept]
