"""An application made online is received, not typed again, and only once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from clerk_app.domain.checklist import Tally
from clerk_app.domain.kinds import State
from clerk_app.domain.plain import to_plain
from clerk_app.domain.prefiling import could_be_number, prefiling_number
from clerk_app.filling import line_key
from clerk_app.intake_file import answer
from clerk_app.line import LineDown
from clerk_app.seat import Refused
from sync.wire import CatalogueRow
from tests.support.branches import Branches
from tests.support.story import ALL, APPLICANT, PERMIT

NUMBER = "YS20260001"


@pytest.mark.parametrize(
    "held",
    [
        NUMBER,
        "  ys20260001 ",
        "ＹＳ２０２６０００１",
        "https://hall.example/apply?ysbh=YS20260001&t=1",
        "https://hall.example/YS20260001",
        "https://hall.example/#/detail?number=YS20260001",
        '{"number": "YS20260001", "item": "居住证"}',
        "预申报编号：YS20260001",
        "预申报 YS20260001，请到窗口办理",
    ],
)
def test_the_number_is_told_from_whatever_the_code_holds(held: str) -> None:
    assert prefiling_number(held) == NUMBER


@pytest.mark.parametrize(
    ("held", "number"),
    [("https://hall.example/?prefiling=A-2026-77", "A-2026-77"), ("sqbh:20260302000017", "20260302000017")],
)
def test_another_halls_number_is_told_by_its_name(held: str, number: str) -> None:
    assert prefiling_number(held) == number


@pytest.mark.parametrize(
    "held",
    ["", "jzz", "居住证", "FS0001-01-250603-0001-S", "11440600007065402P3440107001001", "XYS20260001", "http://["],
)
def test_what_holds_no_number_is_none(held: str) -> None:
    assert prefiling_number(held) == ""


def test_a_code_that_names_no_item_may_be_a_number() -> None:
    assert could_be_number("20260302-0007")
    assert not could_be_number("居住证")
    assert not could_be_number("jzz")


def test_a_draft_opens_filled_in_and_the_received_case_names_the_prefiling(two: Branches) -> None:
    two.file()

    prefiled = two.home.desk.prefiling("https://hall.example/?ysbh=ys20260001")

    draft = prefiled.draft
    assert (prefiled.number, prefiled.notes, draft.prefiling) == (NUMBER, (), NUMBER)
    assert draft.applicant is not None
    assert (draft.applicant.name, draft.applicant.phone) == ("王[/b]䶮", "13800000000")
    assert draft.tallies_of(PERMIT) == {"lease": Tally(material="lease", electronic=1)}
    for tally in ALL:
        draft = draft.tallied(line_key(draft, tally.material), tally)
    result = two.home.desk.receive(draft)
    case = result.outcomes[0].case
    assert (case.state, case.prefiling) == (State.ACCEPTED, NUMBER)
    assert [s.number for s in two.home.desk.find_cases(NUMBER.lower())] == [case.number]


def test_one_that_was_received_is_not_received_again_wherever_that_is_asked(two: Branches) -> None:
    two.file()
    number = two.home.desk.receive(two.home.desk.prefiling(NUMBER).draft).outcomes[0].case.number
    for before_and_after in range(2):
        with pytest.raises(Refused, match=number) as refused:
            two.home.desk.prefiling(NUMBER)
        assert refused.value.code == "prefiling-received"
        assert "禅城区行政服务中心" in refused.value.message
        if not before_and_after:
            two.sync()

    with pytest.raises(Refused, match=number):
        two.away.desk.prefiling(NUMBER)


def test_two_windows_that_received_it_offline_are_told_apart_by_central_and_the_later_one_mends(two: Branches) -> None:
    two.file()
    drafts = [booth.desk.prefiling(NUMBER).draft for booth in (two.home, two.beside)]
    first, second = (
        booth.desk.receive(draft).outcomes[0].case.number
        for booth, draft in zip((two.home, two.beside), drafts, strict=True)
    )
    two.home.sync()
    two.beside.sync()

    refusals = [r for r in two.beside.desk.refusals() if not r.by_itself]
    assert [(r.code, r.record.entry.subject) for r in refusals] == [("prefiling-received", second)]
    assert first in refusals[0].why


def test_two_drafts_of_it_at_one_window_become_one_case(two: Branches) -> None:
    two.file()
    one, other = (two.home.desk.prefiling(NUMBER).draft for _ in range(2))
    two.home.desk.receive(one)

    with pytest.raises(Refused, match="已经收件"):
        two.home.desk.receive(other)
    assert two.home.records.case_count() == 1


def test_an_unknown_one_a_dead_line_and_an_item_not_here_are_said(two: Branches) -> None:
    with pytest.raises(Refused) as refused:
        two.home.desk.prefiling("YS20269999")
    assert (refused.value.code, refused.value.field) == ("prefiling-unknown", "prefiling")

    two.file("YS20260002", item="NOT-HERE")
    with pytest.raises(Refused, match="NOT-HERE") as refused:
        two.home.desk.prefiling("YS20260002")
    assert refused.value.code == "prefiling-item-unknown"

    two.town.stop()
    try:
        with pytest.raises(LineDown):
            two.home.desk.prefiling(NUMBER)
    finally:
        two.town.start()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"applicant": {"name": 7, "id_number": "x"}}, "申请人信息不完整"),
        ({"situation": {"gone": "yes"}}, "没有“gone”这个情形问题"),
        ({"received": [{"material": "nothing", "electronic": 1}]}, "清单中没有材料“nothing”"),
        ({"received": [{"material": "lease", "electronic": -1}]}, "份数应在"),
        ({"received": [{"what": []}]}, "读不出来"),
        ({"received": [{"material": "lease", "defect": {"kind": 3}}]}, "读不出来"),
    ],
)
def test_what_does_not_fit_is_told_and_the_rest_is_filled_in(two: Branches, changed: dict[str, Any], told: str) -> None:
    two.file(**changed)

    prefiled = two.home.desk.prefiling(NUMBER)

    assert len(prefiled.notes) == 1
    assert told in prefiled.notes[0]
    assert [item.code for item in prefiled.draft.items] == [PERMIT.code]


def test_an_applicant_whose_number_does_not_hold_is_laid_out_and_refused_only_when_recorded(two: Branches) -> None:
    two.file(applicant={"kind": "person", "name": "样例", "id_number": "440604190001010018"})

    draft = two.home.desk.prefiling(NUMBER).draft

    assert draft.applicant is not None
    refused = two.home.desk.check_applicant(draft.applicant)
    assert refused is not None
    assert refused.field == "id_number"


def line(two: Branches, **given: Any) -> dict[str, Any]:
    return answer(two.home.desk, 1, json.dumps(given, ensure_ascii=False).encode())


def test_an_intake_line_names_a_prefiling_and_tells_only_what_was_checked(two: Branches) -> None:
    two.file()
    received = [
        {"material": t.material, **{k: v for k, v in to_plain(t).items() if k != "material"}}
        for t in ALL
        if t.material != "lease"
    ]

    done = line(two, prefiling=NUMBER, received=[*received, {"material": "lease", "copies_kept": 1}])

    assert (done["state"], done["prefiling"], done["notes"]) == ("accepted", NUMBER, [])
    case = two.home.records.case(done["case"])
    assert case is not None
    assert (case.prefiling, case.applicant.name) == (NUMBER, "王[/b]䶮")
    assert case.tallies["lease"] == Tally(material="lease", copies_kept=1, electronic=1)
    again = line(two, prefiling=NUMBER)
    assert again["error"]["code"] == "prefiling-received"


def test_an_intake_line_whose_prefiling_cannot_be_fetched_is_refused_and_may_be_typed_by_hand(two: Branches) -> None:
    two.file()
    two.town.stop()
    try:
        refused = line(two, prefiling=NUMBER)
        assert refused["error"]["code"] == "line-down"
        assert "没有登记" in refused["error"]["message"]
        by_hand = line(two, prefiling=NUMBER, item=PERMIT.code, applicant=to_plain(APPLICANT), decide="receive")
        assert by_hand["prefiling"] == NUMBER
    finally:
        two.town.start()
    two.sync()
    with pytest.raises(Refused, match=by_hand["case"]):
        two.away.desk.prefiling(NUMBER)


def test_it_is_received_under_the_version_in_force(two: Branches) -> None:
    """The catalogue may have changed since the application was made."""
    two.file()
    changed = replace(PERMIT, materials=PERMIT.materials[:2], version=2)
    body = msgspec.Raw(msgspec.json.encode(to_plain(changed)))
    row = CatalogueRow(kind="item", key=PERMIT.code, revision=0, body=body)
    two.town.loop.run(two.town.central.import_rows([row]))
    two.sync()

    prefiled = two.home.desk.prefiling(NUMBER)

    assert prefiled.draft.items == (changed,)
    assert "lease" in prefiled.notes[0]
