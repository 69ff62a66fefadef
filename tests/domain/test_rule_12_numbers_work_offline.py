"""Rule 12: a case number is unique without asking anybody, survives typing and scanning, and betrays a slip."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from clerk_app.domain.numbers import (
    BASE36,
    MAX_WINDOWS,
    case_number,
    looks_like_case_number,
    parse_case_number,
    uuid7,
    window_code,
)

POINTS = st.text(BASE36, min_size=1, max_size=16)
WINDOWS = st.integers(0, MAX_WINDOWS - 1).map(window_code)
THIS_CENTURY = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SERIALS = st.integers(1, 99999)
NUMBERS = st.builds(case_number, POINTS, WINDOWS, THIS_CENTURY, SERIALS)
FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "-" + BASE36 + BASE36.lower()}


def test_a_number_names_point_window_date_and_serial() -> None:
    assert case_number("FS0123", "0A", date(2026, 3, 2), 7) == "FS0123-0A-260302-0007-H"


@given(number=NUMBERS)
def test_the_check_character_is_iso_7064_mod_37_36(number: str) -> None:
    assert mod_37_36.is_valid(number.replace("-", ""))


@given(point=POINTS, window=WINDOWS, day=THIS_CENTURY, serial=SERIALS)
def test_a_number_is_taken_apart_into_what_it_was_made_of(point: str, window: str, day: date, serial: int) -> None:
    number = case_number(point, window, day, serial)
    parts = parse_case_number(number)

    assert parts is not None
    assert (parts.text, parts.point, parts.window_number, parts.day, parts.serial) == (
        number,
        point,
        window,
        day,
        serial,
    )
    assert parts.window == f"{point}-{window}"


@given(number=NUMBERS)
def test_the_way_it_is_typed_or_scanned_does_not_matter(number: str) -> None:
    for typed in (number.lower(), f"  {number}\r\n", number.translate(FULL_WIDTH), number.replace("-", " — ")):
        parts = parse_case_number(typed)
        assert parts is not None
        assert parts.text == number


@given(number=NUMBERS, data=st.data())
def test_one_wrong_character_is_noticed(number: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([n for n, c in enumerate(number) if c != "-"]))
    other = data.draw(st.sampled_from([c for c in BASE36 if c != number[at]]))

    assert parse_case_number(number[:at] + other + number[at + 1 :]) is None


@given(number=NUMBERS)
def test_two_characters_swapped_are_noticed_unless_they_are_neighbours_in_the_alphabet(number: str) -> None:
    for left in range(len(number) - 1):
        one, other = number[left], number[left + 1]
        if "-" in {one, other} or abs(BASE36.index(one) - BASE36.index(other)) in {0, 1, 35}:
            continue
        assert parse_case_number(number[:left] + other + one + number[left + 2 :]) is None


def test_the_serial_grows_past_four_digits() -> None:
    parts = parse_case_number(case_number("FS0123", "01", date(2026, 3, 2), 12345))

    assert parts is not None
    assert parts.serial == 12345


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FS0123",
        "EB000717595HK",
        "440605190501010011",
        "FS0123-0A-260302-0007",
        "身份证",
        "\ud800",
        "Ⅹ" * 40,
        "-" * 9,
    ],
)
def test_other_things_that_are_scanned_are_no_case_number(text: str) -> None:
    assert parse_case_number(text) is None
    assert not looks_like_case_number(text)


@pytest.mark.parametrize("wrong", ["FS0123-0A-260302-0007-A", "FS0123-0A-260230-0007-A", "FS0123-0A-260302-0000-A"])
def test_a_misread_number_is_still_recognised_as_meant_for_one(wrong: str) -> None:
    assert looks_like_case_number(wrong)
    assert parse_case_number(wrong) is None


@pytest.mark.parametrize(
    ("point", "window", "serial"),
    [("", "01", 1), ("fs01", "01", 1), ("FS-01", "01", 1), ("FS01", "1", 1), ("FS01", "01", 0), ("FS01", "01", 10**9)],
)
def test_no_number_is_made_that_could_not_be_read_back(point: str, window: str, serial: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which of the parts is wrong stands in the message's values
        case_number(point, window, date(2026, 3, 2), serial)


def test_a_clock_set_to_nonsense_still_gives_a_number() -> None:
    assert parse_case_number(case_number("FS01", "01", date.max, 1)) is not None
    assert parse_case_number(case_number("FS01", "01", date.min, 1)) is not None


def test_windows_are_numbered_00_to_zz() -> None:
    assert [window_code(n) for n in (0, 35, 36, MAX_WINDOWS - 1)] == ["00", "0Z", "10", "ZZ"]
    for outside in (-1, MAX_WINDOWS):
        with pytest.raises(ValueError, match=str(outside)):
            window_code(outside)


def test_a_uuid_is_that_of_the_standard() -> None:
    # RFC 9562, appendix A.6
    random = (0xCC3 << 68 | 0x18C4DC0C0C07398F << 6).to_bytes(10, "big")

    assert uuid7(0x017F22E279B0, random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(
    moments=st.lists(st.integers(-5, 2**48 + 5) | st.integers(1000, 1002), min_size=2, max_size=20),
    fill=st.sampled_from([b"\x00" * 10, b"\xff" * 10, b"\x00\xff" * 5]),
)
def test_uuids_grow_though_the_clock_stands_or_goes_back(moments: list[int], fill: bytes) -> None:
    last = uuid7(min(moments[0], 2**47), fill)
    for moment in moments[1:]:
        following = uuid7(min(moment, 2**47), fill, last)
        assert following > last
        assert following[14] == "7"
        assert following[19] in "89ab"
        last = following


def test_a_uuid_needs_enough_randomness_and_a_predecessor_of_its_kind() -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(1, b"short")
    with pytest.raises(ValueError, match="UUIDv7"):
        uuid7(1, bytes(10), "00000000-0000-4000-8000-000000000000")
