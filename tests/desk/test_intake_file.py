"""The intake file: each line is answered, what is said is durable, rubbish is refused and stops nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Answer, Department, Due, JointService, Material, ServiceItem, Situation
from clerk_app.intake_file import answer
from clerk_app.json_lines import MAX_LINE
from tests.support.counter import Office, office
from tests.support.story import APPLICANT, CARD, FORM, PERMIT

WHO = {"kind": "person", "name": "样例甲", "id_number": APPLICANT.id_number, "phone": "13800000000"}
FULL = [
    {"material": "form", "originals_kept": 1},
    {"material": "居民身份证", "originals_seen": 1, "copies_kept": 1},
    {"material": "lease", "copies_kept": 1},
    {"material": "photo", "copies_kept": 2},
]
HOME = Situation(
    id="home", question="居住方式", answers=(Answer(id="rent", label="租房"), Answer(id="own", label="自有"))
)
ASKING = replace(
    PERMIT,
    code="ASKING",
    situations=(HOME,),
    materials=(FORM, Material(id="deed", name="不动产权证书", when={"home": ("own",)}), replace(CARD, id="idc")),
)
OTHER = ServiceItem(
    code="OTHER",
    name="社保卡",
    department=Department(code="SB", name="社保局"),
    materials=(
        Material(id="form", name="社保登记表", due=Due(keep=1)),
        Material(id="card", name="居民身份证", due=Due(inspect=1, copies=2)),
    ),
)
PAIR = JointService(code="PAIR", name="新市民一件事", items=("PERMIT", "OTHER"))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, [PERMIT, ASKING, OTHER], [PAIR]) as opened:
        yield opened


def say(here: Office, **line: Any) -> dict[str, Any]:
    return answer(here.desk, 7, json.dumps(line, ensure_ascii=False).encode())


def test_a_complete_intake_is_accepted(here: Office) -> None:
    result = say(here, item="PERMIT", applicant=WHO, received=FULL, decide="auto")

    assert result["line"] == 7
    assert result["state"] == "accepted"
    assert result["deficits"] == []
    assert result["papers"] == ["接收回执", "受理回执"]


@pytest.mark.parametrize("left_out", range(4))
def test_an_incomplete_intake_is_told_exactly_what_is_missing(here: Office, left_out: int) -> None:
    received = [line for n, line in enumerate(FULL) if n != left_out]

    result = say(here, item="PERMIT", applicant=WHO, received=received)

    assert result["state"] == "notified"
    assert [d["material"] for d in result["deficits"]] == [("form", "card", "lease", "photo")[left_out]]
    assert set(result["deficits"][0]) == {"material", "name", "kind", "cure", "where"}
    assert result["papers"] == ["接收回执", "申请材料补正告知书"]


def test_the_other_decisions(here: Office) -> None:
    received = say(here, item="PERMIT", applicant=WHO, received=[], decide="receive")
    owed = say(here, item="PERMIT", applicant=WHO, received=FULL[:3], decide="provisional")
    declined = say(here, item="PERMIT", applicant=WHO, received=FULL, decide="decline", reason="不符合条件")

    assert (received["state"], received["papers"]) == ("received", ["接收回执"])
    assert (owed["state"], owed["papers"]) == ("provisional", ["接收回执", "受理回执", "容缺受理承诺书"])
    assert (declined["state"], declined["papers"]) == ("declined", ["接收回执", "不予受理通知书"])


def test_a_supplement_goes_to_the_case_it_names(here: Office) -> None:
    number = say(here, item="PERMIT", applicant=WHO, received=FULL[:2])["case"]
    here.clock.wait(1)

    first = say(here, case=number, received=[{"material": "lease", "copies_kept": 1}])
    second = say(here, case=number.lower(), received=[{"material": "相片", "copies_kept": 2}])

    assert (first["state"], [d["material"] for d in first["deficits"]]) == ("notified", ["photo"])
    assert (second["state"], second["visits"]) == ("accepted", 3)


def test_a_case_of_which_only_the_receipt_was_recorded_is_decided_on_later(here: Office) -> None:
    whole = say(here, item="PERMIT", applicant=WHO, received=FULL, decide="receive")["case"]
    short = say(here, item="PERMIT", applicant=WHO, received=FULL[1:], decide="receive")["case"]

    accepted, notified, again = say(here, case=whole), say(here, case=short), say(here, case=short)

    assert (accepted["state"], accepted["papers"], accepted["visits"]) == ("accepted", ["受理回执"], 1)
    assert (notified["state"], [d["material"] for d in notified["deficits"]]) == ("notified", ["form"])
    assert notified["papers"] == ["申请材料补正告知书"]
    assert again["error"]["code"] == "nothing-brought"


def test_a_joint_intake_asks_once_for_what_its_items_share(here: Office) -> None:
    received = [
        {"material": "PERMIT/form", "originals_kept": 1},
        {"material": "OTHER/form", "originals_kept": 1},
        {"material": "居民身份证", "originals_seen": 1, "copies_kept": 2},
        {"material": "lease", "copies_kept": 1},
        {"material": "photo", "copies_kept": 2},
    ]
    for line in ({"items": ["PERMIT", "OTHER"]}, {"joint": "PAIR"}):
        result = say(here, **line, applicant=WHO, received=received)

        assert [c["state"] for c in result["cases"]] == ["accepted", "accepted"]
        assert [c["item"] for c in result["cases"]] == ["PERMIT", "OTHER"]
        assert result["saved"] == {"papers": 2, "visits": 1}


def test_a_question_must_be_answered_and_its_answer_decides_what_is_due(here: Office) -> None:
    papers = [{"material": "form", "originals_kept": 1}, {"material": "idc", "originals_seen": 1, "copies_kept": 1}]

    silent = say(here, item="ASKING", applicant=WHO, received=papers)
    rented = say(here, item="ASKING", applicant=WHO, situation={"home": "租房"}, received=papers)
    owned = say(here, item="ASKING", applicant=WHO, situation={"home": "own"}, received=papers)

    assert silent["error"]["code"] == "situation-unanswered"
    assert rented["state"] == "accepted"
    assert [d["material"] for d in owned["deficits"]] == ["deed"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"applicant": {**WHO, "id_number": "440604190001010018"}}, "identity-number-invalid"),
        ({"applicant": {**WHO, "id_number": "123"}}, "identity-number-invalid"),
        ({"applicant": {**WHO, "name": " "}}, "name-missing"),
        ({"applicant": {**WHO, "name": "王\x00五"}}, "text-invalid"),
        ({"applicant": {**WHO, "name": "王" * 10_000}}, "text-invalid"),
        ({"applicant": None}, "applicant-missing"),
        ({"applicant": {"name": 3, "id_number": []}}, "shape-invalid"),
        ({"item": "NO-SUCH"}, "item-unknown"),
        ({"item": ""}, "shape-invalid"),
        ({"item": ["PERMIT"]}, "shape-invalid"),
        ({"items": ["PERMIT"]}, "shape-invalid"),
        ({"received": [{"material": "no-such"}]}, "material-unknown"),
        ({"received": [{"material": "form", "copies_kept": -1}]}, "count-invalid"),
        ({"received": [{"material": "form", "copies_kept": 1e30}]}, "shape-invalid"),
        ({"received": [{"material": "form", "copies_kept": "1"}]}, "shape-invalid"),
        ({"received": [*FULL, FULL[0]]}, "material-twice"),
        ({"received": [{"material": "form", "originals_kept": 1, "defect": {"kind": "nonsense"}}]}, "defect-unknown"),
        ({"decide": "perhaps"}, "decide-unknown"),
        ({"decide": "decline"}, "reason-missing"),
        ({"decide": "provisional", "received": FULL[1:]}, "provisional-primary"),
        ({"situation": {"nope": "x"}}, "situation-unknown"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_records_nothing(
    here: Office, change: dict[str, Any], code: str
) -> None:
    result = say(here, **{"item": "PERMIT", "applicant": WHO, "received": FULL, **change})

    assert result["error"]["code"] == code
    assert result["error"]["message"]
    assert here.records.entry_count() == 0


def test_what_the_counts_tell_is_no_defect(here: Office) -> None:
    for word, code in (("missing", "defect-unknown"), ("short", "defect-unknown")):
        paper = {"material": "form", "originals_kept": 1, "defect": word}
        assert say(here, item="PERMIT", applicant=WHO, received=[paper])["error"]["code"] == code
    unsealed = say(here, item="PERMIT", applicant=WHO, received=[*FULL[1:], {**FULL[0], "defect": "unsealed"}])
    assert [d["kind"] for d in unsealed["deficits"]] == ["unsealed"]


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"[" * 100_000, b'{"item": NaN', b"x" * (MAX_LINE + 1), b"{}"]
)
def test_rubbish_is_answered(here: Office, raw: bytes) -> None:
    assert "error" in answer(here.desk, 1, raw)


@pytest.mark.parametrize(
    "name", ["𠮷㐂䶮", "王[/b]", "'; DROP TABLE journal;--", "<script>", "李😀", "阿卜杜拉·买买提", "$name"]
)
def test_names_are_recorded_as_they_are(here: Office, name: str) -> None:
    result = say(here, item="PERMIT", applicant={**WHO, "name": name}, received=FULL)

    assert here.desk.case(result["case"]).applicant.name == name


def test_a_lone_surrogate_is_refused_not_stored(here: Office) -> None:
    raw = b'{"item":"PERMIT","applicant":{"name":"\\ud800","id_number":"' + APPLICANT.id_number.encode() + b'"}}'

    assert "error" in answer(here.desk, 1, raw)


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["item", "items", "case", "applicant", "received", "material", "name"]), inner
            )
        ),
        max_leaves=10,
    )
)
def test_no_json_whatever_its_shape_raises(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    desk = _shared(tmp_path_factory)

    assert {"line"} < set(answer(desk.desk, 1, json.dumps(value).encode("utf-8", "surrogatepass")))


_held: dict[int, Office] = {}


def _shared(factory: pytest.TempPathFactory) -> Office:
    """One office for all examples; it records nothing."""
    if not _held:
        _held[0] = office(factory.mktemp("office"), [PERMIT]).__enter__()
    return _held[0]
