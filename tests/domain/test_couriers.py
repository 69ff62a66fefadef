"""Badges and PINs: how they are read, and what a PIN is known again by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.couriers import (
    ANYBODY,
    Courier,
    is_easy,
    parse_badge,
    parse_pin,
    pin_holds,
    verifier_of,
)

SALT = bytes(range(16))
KNOWN = verifier_of("739251", SALT)
PINS = st.from_regex(r"[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("scanned", "badge"),
    [
        ("YZ000123", "YZ000123"),
        ("yz000123\r\n", "YZ000123"),
        ("ＹＺ０００１２３", "YZ000123"),
        (" YZ-000 123 ", "YZ000123"),
        ("\x02YZ000123\x03", "YZ000123"),
        ("YZ０００－１２３", "YZ000123"),
        ("YZ1", ""),
        ("YZ" + "0" * 19, ""),
        ("工牌000123", ""),
        ("YZ000123!", ""),
        ("https://example.invalid/YZ000123", ""),
        ("", ""),
    ],
)
def test_a_badge_is_the_same_however_it_was_scanned_or_typed(scanned: str, badge: str) -> None:
    assert parse_badge(scanned) == badge


@given(st.text(max_size=30))
def test_what_is_read_as_a_badge_is_read_so_again(text: str) -> None:
    badge = parse_badge(text)
    assert badge.isascii()
    assert parse_badge(badge) == badge


@pytest.mark.parametrize(
    ("typed", "pin"),
    [("739251", "739251"), ("７３９２５１ ", "739251"), ("73925", ""), ("7392511", ""), ("73925a", ""), ("٧٣٩٢٥١", "")],
)
def test_a_pin_is_six_digits(typed: str, pin: str) -> None:
    assert parse_pin(typed) == pin


@pytest.mark.parametrize("pin", ["000000", "112211", "123456", "567890", "654321", "098765", "121212", "739739"])
def test_what_is_tried_first_is_no_pin(pin: str) -> None:
    assert is_easy(pin)


def test_few_pins_are_lost_by_that() -> None:
    assert sum(is_easy(f"{n:06}") for n in range(1_000_000)) < 5000


def test_a_pin_is_known_again_and_no_other_is() -> None:
    assert pin_holds("739251", KNOWN)
    assert not pin_holds("739252", KNOWN)
    assert verifier_of("739251", SALT[::-1]) != KNOWN
    assert "739251" not in KNOWN


@pytest.mark.parametrize(
    "verifier",
    [
        "",
        "scrypt",
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN.replace("scrypt:15", "scrypt:18"),
        KNOWN.replace("scrypt:15", "scrypt:0"),
        KNOWN.replace(":8:1:", ":99:1:"),
        KNOWN.replace(":8:1:", ":8:9:"),
        KNOWN.upper(),
    ],
)
def test_what_is_no_verifier_or_costs_too_much_lets_nobody_in(verifier: str) -> None:
    assert not pin_holds("739251", verifier)


def test_a_dearer_verifier_of_a_later_version_is_understood() -> None:
    from clerk_app.domain import couriers

    derived = couriers._derived("739251", SALT, 10, 4, 2).hex()
    assert pin_holds("739251", f"scrypt:10:4:2:{SALT.hex()}:{derived}")


def test_whose_bags_somebody_may_take_is_told_by_codes() -> None:
    rider = Courier(badge="YZ000123", name="区顺达", receives_for=("ems", "GA"))
    assert rider.may_collect("GA")
    assert rider.may_collect("FS0002", "ems"), "one of what the bag is for is enough"
    assert not rider.may_collect("FS0002")
    assert not rider.may_collect()
    assert replace(rider, receives_for=(ANYBODY,)).may_collect("FS0002")
    assert not replace(rider, receives_for=()).may_collect("GA")
