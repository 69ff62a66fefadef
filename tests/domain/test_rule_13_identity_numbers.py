"""Rule 13: length, characters, date and check digit refuse at the field with the reason; the rest only warns."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from clerk_app.domain.numbers import (
    check_credit_code,
    check_identity_number,
    check_number,
    check_phone,
    check_waybill,
    identity_check_digit,
    s10_check_digit,
)
from tests.support.tree import ROOT

TODAY = date(2026, 3, 2)
NANHAI_1905 = "440605190501010011"
"""A made-up person born in 1905 under an area code (南海) that is younger than the birth year."""


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1850, 1, 1), date(1909, 12, 31)))
    body = f"{draw(st.sampled_from(['110101', '440605', '830000']))}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + identity_check_digit(body)


def refused(text: str) -> str:
    problem = check_identity_number(text, TODAY).problem
    if problem is None:
        return ""
    assert problem.code == "identity-number-invalid"
    assert problem.message
    return problem.reason


@given(number=identity_numbers())
def test_a_true_number_passes_and_tells_birth_and_sex(number: str) -> None:
    checked = check_identity_number(number, TODAY)

    assert checked.problem is None
    assert checked.number == number
    assert checked.birth is not None
    assert f"{checked.birth:%Y%m%d}" == number[6:14]
    assert checked.sex == ("male" if int(number[16]) % 2 else "female")
    assert ric.calc_check_digit(number) == number[17]


def test_an_area_code_younger_than_its_bearer_is_no_fault() -> None:
    number = NANHAI_1905[:17] + identity_check_digit(NANHAI_1905[:17])

    assert not ric.is_valid(number)
    assert check_identity_number(number, TODAY).problem is None
    assert check_identity_number(number, TODAY).warnings == ()


@pytest.mark.parametrize(("area", "word"), [("990101", "外国人"), ("170101", "地区码"), ("000000", "地区码")])
def test_an_area_that_is_none_only_warns(area: str, word: str) -> None:
    body = f"{area}19050101001"
    checked = check_identity_number(body + identity_check_digit(body), TODAY)

    assert checked.problem is None
    assert word in checked.warnings[0]


@given(number=identity_numbers(), data=st.data())
def test_one_wrong_digit_or_two_swapped_are_refused(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 17))
    digits = "0123456789X" if at == 17 else "0123456789"
    other = data.draw(st.sampled_from([d for d in digits if d != number[at]]))
    left = data.draw(st.integers(0, 15))
    swapped = number[:left] + number[left + 1] + number[left] + number[left + 2 :]

    assert refused(number[:at] + other + number[at + 1 :]) in {"check-digit", "date"}
    assert swapped == number or refused(swapped) in {"check-digit", "date"}


def test_the_message_does_not_tell_the_right_check_digit() -> None:
    wrong = NANHAI_1905
    right = identity_check_digit(wrong[:17])
    problem = check_identity_number(wrong, TODAY).problem

    assert right != wrong[17]
    assert problem is not None
    assert problem.reason == "check-digit"
    assert right not in problem.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("   ", "length"),
        ("110101050101001", "length"),
        ("11010119050101001", "length"),
        ("1101011905010100100", "length"),
        ("11010119050101O010", "characters"),
        ("X10101190501010010", "characters"),
        ("1101011905010100一0", "characters"),
        ("١١٠١٠١١٩٠٥٠١٠١٠٠١٠", "characters"),
        ("110101190502300010", "date"),
        ("110101190013010010", "date"),
        ("110101000001010010", "date"),
        ("110101109901010010", "date"),
        ("110101202603030010", "date"),
        ("\ud800" * 18, "characters"),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: str) -> None:
    assert refused(text) == reason


def test_a_child_born_today_is_not_born_in_the_future() -> None:
    body = f"110101{TODAY:%Y%m%d}001"
    number = body + identity_check_digit(body)

    assert check_identity_number(number, TODAY).birth == TODAY
    assert check_identity_number(number, date(2026, 3, 1)).problem is not None


@given(number=identity_numbers())
def test_full_width_spaces_and_small_x_are_set_right(number: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())

    for typed in (number.lower(), wide, f" {number[:6]} {number[6:14]}\u3000{number[14:]}\n"):
        assert check_identity_number(typed, TODAY).number == number
        assert check_identity_number(typed, TODAY).problem is None


@given(body=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), area=st.integers(0, 10**8 - 1))
def test_credit_codes_are_checked_by_gb_32100(body: str, area: int) -> None:
    stem = f"{area:08d}{body}"
    right = uscc.calc_check_digit(stem)

    assert check_credit_code(stem + right).problem is None
    for wrong in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {right}:
        problem = check_credit_code(stem + wrong).problem
        assert problem is not None
        assert problem.code == "credit-code-invalid"
        assert problem.reason == "check-digit"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("91110000600037341", "length"),
        ("9111000060003734IL", "characters"),
        ("A1110000600037341L", "characters"),
        ("九一110000600037341L", "characters"),
        ("91110000600037341K", "check-digit"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_its_reason(text: str, reason: str) -> None:
    problem = check_credit_code(text).problem

    assert problem is not None
    assert problem.reason == reason


def test_a_credit_code_is_set_right_as_an_identity_number_is() -> None:
    checked = check_credit_code(" ９１１１００００６０００３７３４１ｌ ")

    assert checked.number == "91110000600037341L"
    assert checked.problem is None


@pytest.mark.parametrize(
    "number", ["EB000717595HK", "EE471108151FR", "ｅｂ０００７１７５９５ｈｋ", " EB 0007 1759 5 HK"]
)
def test_a_true_s10_number_passes(number: str) -> None:
    assert check_waybill(number).problem is None
    assert check_waybill(number).warnings == ()


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("EB000717594HK", "check-digit"),
        ("EB00071759HK", "length"),
        ("EBOOO717595HK", "characters"),
        ("", "length"),
        ("12345", "length"),
        ("1" * 41, "length"),
        ("运单号运单号", "characters"),
    ],
)
def test_a_wrong_waybill_is_refused(number: str, reason: str) -> None:
    problem = check_waybill(number).problem

    assert problem is not None
    assert (problem.code, problem.reason) == ("waybill-invalid", reason)


@given(serial=st.integers(0, 10**8 - 1))
def test_every_s10_number_has_one_right_check_digit(serial: int) -> None:
    digits = f"{serial:08d}"
    passing = [d for d in "0123456789" if check_waybill(f"EA{digits}{d}CN").problem is None]

    assert passing == [s10_check_digit(digits)]


@pytest.mark.parametrize("number", ["1272448112345", "SF1234567890123", "JD-0012345678"])
def test_other_waybills_only_warn(number: str) -> None:
    assert check_waybill(number).problem is None
    assert check_waybill(number).warnings


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("0757-83338888", "0757-83338888"),
        ("（0757）83338888", "0757-83338888"),
        ("０７５７－８３３３８８８８", "0757-83338888"),
        ("83338888", "83338888"),
        ("4008-123-123", "4008-123-123"),
        ("+85223456789", "+85223456789"),
    ],
)
def test_a_telephone_number_is_kept_as_it_is_dialled(typed: str, number: str) -> None:
    assert check_phone(typed).number == number
    assert check_phone(typed).problem is None


def test_a_telephone_number_that_looks_odd_warns_and_one_that_cannot_be_dialled_is_refused() -> None:
    assert check_phone("1380013800").warnings
    assert not check_phone("13800138000").warnings
    for wrong in ("", "1234", "1" * 21, "转李主任", "138#0013"):
        assert check_phone(wrong).problem is not None


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("resident_id", "1", "identity-number-invalid"),
        ("credit_code", "1", "credit-code-invalid"),
        ("other", " ", "id-number-invalid"),
        ("other", "E12345678", ""),
    ],
)
def test_a_number_is_checked_by_its_kind(kind: str, text: str, code: str) -> None:
    problem = check_number(kind, text, TODAY).problem

    assert (problem.code if problem else "") == code


def test_the_credit_code_tables_stay_off_the_path_to_the_first_paint() -> None:
    script = "import sys, clerk_app.domain.numbers; print(any(m.startswith('stdnum') for m in sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert answer.stdout.strip() == "False"
