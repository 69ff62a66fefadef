"""Item versions with planned days: the window offers what is in force, and a case keeps what it was received under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clerk_app import choosing
from clerk_app.domain.catalogue import JointService, Material, ServiceItem
from clerk_app.domain.draft import Draft
from clerk_app.domain.kinds import State
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from tests.support.counter import NOON, Office, item_row, office
from tests.support.story import ALL, APPLICANT, PERMIT, without

TODAY = NOON.date()
DAY = timedelta(days=1)
NEXT = replace(
    PERMIT,
    version=2,
    effective_from=TODAY + DAY,
    materials=(*PERMIT.materials, Material(id="extra", name="新增的证明")),
    review_body="新的复议机关",
    court="新的法院",
)


@contextmanager
def desk(folder: Path, *items: ServiceItem, joint: Sequence[JointService] = ()) -> Iterator[Office]:
    with office(folder, items, joint) as opened:
        yield opened


def draft(here: Office, left_out: tuple[str, ...] = ()) -> Draft:
    made = replace(here.desk.begin(["PERMIT"]), applicant=APPLICANT)
    checklist = made.checklist()
    for tally in without(*left_out) if left_out else ALL:
        key = checklist.key_of("PERMIT", tally.material)
        assert key is not None
        made = made.tallied(key, tally)
    return made


def refused(here: Office, *codes: str, joint: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        here.desk.begin(codes, joint)
    return caught.value


def test_tomorrows_version_published_today_is_offered_tomorrow(tmp_path: Path) -> None:
    with desk(tmp_path, PERMIT, NEXT) as here:
        assert here.desk.begin(["PERMIT"]).items == (PERMIT,)
        assert here.desk.item("PERMIT") == PERMIT
        assert here.desk.planned("PERMIT") == f"自 {TODAY + DAY} 起执行新版"
        here.clock.wait(1)
        assert here.desk.begin(["PERMIT"]).items == (NEXT,)
        assert here.desk.planned("PERMIT") == ""
        assert [hit.key for hit in here.desk.search_items("居住证")] == ["PERMIT"]


def test_an_item_that_is_not_in_force_is_not_received_and_says_why(tmp_path: Path) -> None:
    later = replace(PERMIT, code="LATER", name="将来的事项", effective_from=TODAY + 9 * DAY)
    over = replace(PERMIT, code="OVER", name="停办的事项", effective_until=TODAY - DAY)
    pause = [
        replace(PERMIT, code="PAUSE", name="暂停的事项", effective_until=TODAY - DAY),
        replace(PERMIT, code="PAUSE", name="暂停的事项", version=2, effective_from=TODAY + 5 * DAY),
    ]
    with desk(tmp_path, PERMIT, later, over, *pause) as here:
        told = {code: refused(here, code) for code in ("LATER", "OVER", "PAUSE", "NONE")}
        assert [one.code for one in told.values()] == [*["item-not-in-force"] * 3, "item-unknown"]
        assert told["LATER"].message == f"“将来的事项”自 {TODAY + 9 * DAY} 起办理，今天还不能收件。"
        assert told["OVER"].message == f"“停办的事项”办理至 {TODAY - DAY}，现已停办，不能收件。"
        assert f"自 {TODAY + 5 * DAY} 起重新办理" in told["PAUSE"].message
        assert [hit.key for hit in here.desk.search_items("事项")] == []


def test_a_joint_service_takes_what_is_in_force_and_names_what_is_not(tmp_path: Path) -> None:
    over = replace(PERMIT, code="OVER", name="停办的事项", effective_until=TODAY)
    joint = JointService(code="J", name="样例一件事", items=("PERMIT", "OVER"))
    with desk(tmp_path, PERMIT, NEXT, over, joint=[joint]) as here:
        assert [(i.code, i.version) for i in here.desk.begin([], "J").items] == [("PERMIT", 1), ("OVER", 1)]
        here.clock.wait(1)
        told = refused(here, joint="J")
        assert (told.code, "停办的事项" in told.message) == ("item-not-in-force", True)


def test_what_was_begun_before_midnight_is_not_received_under_yesterdays_version(tmp_path: Path) -> None:
    with desk(tmp_path, PERMIT, NEXT) as here:
        begun = draft(here)
        here.clock.wait(1)
        with pytest.raises(Refused) as caught:
            here.desk.receive(begun)
        assert caught.value.code == "item-superseded"
        assert here.records.case_count() == 0
    with desk(tmp_path / "two", replace(PERMIT, effective_until=TODAY)) as here:
        begun = draft(here)
        here.clock.wait(1)
        with pytest.raises(Refused) as caught:
            here.desk.receive(begun)
        assert caught.value.code == "item-not-in-force"


def test_an_applicant_is_not_sent_away_because_the_item_was_withdrawn_under_the_clerks_hands(tmp_path: Path) -> None:
    with desk(tmp_path, PERMIT) as here:
        begun = draft(here)
        row = item_row(PERMIT)
        row.withdrawn = True
        here.records.put_catalogue([row], 99)
        assert here.desk.receive(begun).outcomes[0].case.state is State.ACCEPTED


def test_a_case_keeps_the_version_it_was_received_under(tmp_path: Path) -> None:
    with desk(tmp_path, PERMIT, NEXT) as here:
        number = here.desk.receive(draft(here, ("lease",))).outcomes[0].case.number
        here.clock.wait(1)
        case = here.desk.case(number)
        assert case.item.version == 1
        assert "extra" not in {m.id for m in case.checklist}
        done = here.desk.supplement(number, [t for t in ALL if t.material == "lease"])
        assert done.case.state is State.ACCEPTED


def test_a_refusal_names_the_remedies_of_the_version_it_was_received_under(tmp_path: Path) -> None:
    with desk(tmp_path, PERMIT, NEXT) as here:
        number = here.desk.receive(draft(here), Decide.RECEIVE).outcomes[0].case.number
        here.clock.wait(1)
        case = here.desk.decline(number, "不符合条件").case
        assert case.declined is not None
        assert (case.declined.review_body, case.declined.court) == (PERMIT.review_body, PERMIT.court)


def test_where_that_version_is_gone_no_other_speaks_for_it(tmp_path: Path) -> None:
    with desk(tmp_path, PERMIT, NEXT) as here:
        number = here.desk.receive(draft(here), Decide.RECEIVE).outcomes[0].case.number
        row = item_row(PERMIT)
        row.withdrawn = True
        here.records.put_catalogue([row], 99)
        here.clock.wait(1)
        case = here.desk.decline(number, "不符合条件").case
        assert case.declined is not None
        assert case.declined.review_body == ""
        assert here.desk.paper("接收回执", number).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([(None, None)], ""),
        ([(None, 4)], "办理至 2026-03-06，之后停办"),
        ([(None, None), (3, None)], "自 2026-03-05 起执行新版"),
        ([(None, 2), (3, None)], "自 2026-03-05 起执行新版"),
        ([(None, 2), (6, None)], "办理至 2026-03-04，自 2026-03-08 起执行新版"),
        ([(None, None), (0, 4)], "自 2026-03-07 起执行新版"),
        ([(2, None)], "自 2026-03-04 起办理"),
        ([(None, None), (-9, None)], ""),
    ],
)
def test_what_is_planned_is_said_in_words(days: list[tuple[int | None, int | None]], words: str) -> None:
    def on(day: int | None) -> date | None:
        return None if day is None else TODAY + day * DAY

    editions = [
        replace(PERMIT, version=n, effective_from=on(first), effective_until=on(last)).edition
        for n, (first, last) in enumerate(days, 1)
    ]
    assert choosing.planned(editions, TODAY) == words
