"""Rule 15: lists show as little of people's numbers as is needed to tell them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.people import mask_number, mask_phone


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110101190501010010", "110*************10"),
        ("91110000600037341L", "911*************1L"),
        ("E12345678", "E12****78"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_a_number_shows_three_characters_and_two(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_a_telephone_number_shows_three_digits_and_two() -> None:
    assert mask_phone("13800138000") == "138******00"


@given(number=st.text("0123456789X", min_size=1, max_size=30))
def test_a_mask_keeps_the_length_and_shows_at_most_five_characters(number: str) -> None:
    masked = mask_number(number)

    assert len(masked) == len(number)
    assert sum(c != "*" for c in masked) <= 5
    assert "*" in masked
