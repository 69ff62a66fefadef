"""Code tables are data keyed by scheme; what is unknown stays unknown."""

from __future__ import annotations

import pytest

from clerk_app.domain import codes
from clerk_app.domain.catalogue import Form, Handling, Necessity, Unit
from clerk_app.domain.checklist import DeficitKind
from clerk_app.domain.deadlines import Light


def test_the_same_code_means_different_things_in_different_schemes() -> None:
    assert codes.label("gb39046", "kind", "20") == "公共服务事项"
    assert codes.label("gdzwfw", "kind", "20") == "其他行政权力"
    assert codes.necessity("gdzwfw", "1") is Necessity.REQUIRED
    assert codes.necessity("zc_vue", "1") is Necessity.OPTIONAL
    assert codes.necessity("aplanmis", "1") is Necessity.DEFERRABLE


@pytest.mark.parametrize(
    ("scheme", "code", "expected"),
    [
        ("gb39046", "1", Necessity.REQUIRED),
        ("gb39046", "0", Necessity.OPTIONAL),
        ("gdzwfw", " 3 ", Necessity.DEFERRABLE),
        ("gdzwfw", "容缺后补", Necessity.DEFERRABLE),
        ("没有", "非必要", Necessity.OPTIONAL),
        ("zc_vue", "3", None),
        ("gdzwfw", "0", None),
        ("没有", "1", None),
        ("gb39046", "", None),
    ],
)
def test_necessity(scheme: str, code: str, expected: Necessity | None) -> None:
    assert codes.necessity(scheme, code) is expected


def test_handling_form_unit_and_subject() -> None:
    assert codes.handling("gb39046", "1") is Handling.IMMEDIATE
    assert codes.handling("gdzwfw", "承诺件") is Handling.PROMISED
    assert codes.handling("aplanmis", "LBJ") is Handling.OTHER
    assert codes.handling("gb39046", "3") is None
    assert codes.form("gdzwfw", "3") is Form.PAPER_OR_ELECTRONIC
    assert codes.form("gb39046", "纸质") is Form.PAPER
    assert codes.form("gb39046", "3") is None
    assert codes.unit("aplanmis", "ND") is Unit.CALENDAR_DAY
    assert codes.unit("gdzwfw", "工作日") is Unit.WORKDAY
    assert codes.unit("aplanmis", "WH") is None
    assert [codes.subject("gb39046", c) for c in ("1", "2", "6", "自然人", "7")] == [
        "person",
        "organisation",
        "organisation",
        "person",
        None,
    ]


def test_a_code_without_its_leading_zero_is_the_same_code() -> None:
    assert codes.label("gb39046", "kind", "1") == "行政许可"
    assert codes.label("gb39046", "kind", "01") == "行政许可"


@pytest.mark.parametrize(
    ("scheme", "table", "code"), [("没有", "kind", "01"), ("gb39046", "没有", "1"), ("gdzwfw", "kind", "99")]
)
def test_an_unknown_code_has_no_label(scheme: str, table: str, code: str) -> None:
    assert codes.label(scheme, table, code) is None


def test_every_word_of_the_catalogue_has_a_chinese_label_of_its_own() -> None:
    for words, labels in (
        (Necessity, codes.NECESSITY_LABELS),
        (Handling, codes.HANDLING_LABELS),
        (Form, codes.FORM_LABELS),
        (Unit, codes.UNIT_LABELS),
        (DeficitKind, codes.DEFICIT_LABELS),
        (Light, codes.LIGHT_LABELS),
    ):
        assert set(labels) == set(words)
        assert len(set(labels.values())) == len(labels)


def test_every_code_that_is_translated_is_in_its_scheme_table() -> None:
    for scheme, tables in codes.TABLES.items():
        for table, translate in (("handling", codes.handling), ("form", codes.form)):
            assert all(translate(scheme, code) is not None for code in tables.get(table, {}))
