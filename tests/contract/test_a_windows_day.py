"""A day at a real desk, said to central: both databases tell of every case what the window tells."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from clerk_app.desk import Desk
from clerk_app.domain.case import Case, fold
from clerk_app.domain.checklist import Defect, DeficitKind, Tally
from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.people import Person, Role
from clerk_app.planning import Decide
from clerk_app.seat import Refused, Seat
from tests.support.booth import open_records
from tests.support.city import POINT, City
from tests.support.counter import DeadLine, HandClock, item_row
from tests.support.story import ALL, APPLICANT, PERMIT, without

LEASE, FORM = Tally(material="lease", copies_kept=1), Tally(material="form", originals_kept=1)
BAD_FORM = replace(FORM, defect=Defect(kind=DeficitKind.DEFECTIVE, note="第3页𠮷'\"%s\\ <b>漏填"))


def receive(desk: Desk, tallies: tuple[Tally, ...], decide: Decide, name: str = "样例甲") -> str:
    draft = replace(desk.begin([PERMIT.code]), applicant=replace(APPLICANT, name=name))
    checklist = draft.checklist()
    for tally in tallies:
        key = checklist.key_of(PERMIT.code, tally.material)
        assert key is not None
        draft = draft.tallied(key, tally)
    return desk.receive(draft, decide, "不符合受理条件").outcomes[0].case.number


def work(desk: Desk, clock: HandClock) -> None:
    """Take cases through everything a clerk can do, over some weeks."""
    receive(desk, ALL, Decide.AUTO, "𠮷㐂䶮 [b]'; DROP TABLE entries;--")
    receive(desk, ALL, Decide.DECLINE)
    short = receive(desk, (*without("form", "lease"), BAD_FORM), Decide.AUTO)
    owing, late = (receive(desk, without("lease", "photo"), Decide.PROVISIONAL) for _ in range(2))
    by_law = receive(desk, without("form"), Decide.RECEIVE)
    gone = receive(desk, without("card"), Decide.AUTO)
    clock.wait(1)
    desk.supplement(short, [LEASE])
    desk.supplement(short, [FORM])
    desk.supplement(owing, [LEASE, Tally(material="photo", copies_kept=2)])
    desk.withdraw(gone, "不办了")
    clock.wait(14)
    desk.accept(by_law)
    desk.return_papers(late, "容缺材料逾期未补")
    for number in (short, gone, late):
        desk.remark(number, "备注\u3000😀")
        desk.reveal_identity(number)
        with suppress(Refused):
            desk.decline(number, "晚了")


async def test_central_folds_a_windows_whole_day_to_the_same_cases(city: City, tmp_path: Path) -> None:
    window = await city.window()
    clock = HandClock()
    seat = Seat(window=window.id, number=window.id[-2:], point=POINT, point_name="样例服务点")
    with open_records(tmp_path / "window", window.id) as records:
        records.put_catalogue([item_row(PERMIT)], 1)
        clerk = Person(number="C1", name="陈甲", role=Role.CLERK, points=(POINT,))
        work(Desk(records, seat, clerk, window.key.private_bytes_raw(), clock, DeadLine(), tmp_path), clock)
        mine = {s.number: records.case(s.number) for s in records.summaries()}
        said = [r.entry for r in records.journal()]
        assert records.rebuild() == []

    assert {v.verdict for v in await window.verdicts(said)} == {Verdict.APPLIED}

    told: dict[str, list[Record]] = {}
    for heard in (await window.feed()).entries:
        record = Record(entry=heard.entry, verdict=heard.verdict, position=heard.position)
        told.setdefault(heard.entry.subject, []).append(record)
    assert [r.entry for records in told.values() for r in records if r.entry not in said] == []
    theirs: dict[str, Case | None] = {number: fold(records) for number, records in told.items()}
    assert theirs == mine
    assert {case.state.value for case in theirs.values() if case} == {"accepted", "declined", "withdrawn", "returned"}
