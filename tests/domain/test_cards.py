"""What identity-card readers type."""

from __future__ import annotations

import pytest

from clerk_app.domain.cards import Card, card_of

NUMBER = "440604190001010017"
HOME = "广东省样例市禅山区文昌路2号样例花园3栋1202房"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"欧阳样例\t男\t汉\t1990年1月1日\t{HOME}\t{NUMBER}\t样例市公安局\t2020.01.01-2040.01.01\r\n", HOME),
        (f"欧阳样例\n男\n汉族\n19900101\n{HOME}\n{NUMBER}", HOME),
        (f"欧阳样例|{NUMBER}|{HOME}", HOME),
        (f"{NUMBER}\t欧阳样例\t{HOME}\t", HOME),
        (f"欧阳样例\t{NUMBER}\t女\t维吾尔族\t1990-01-01\t{HOME}", HOME),
        (f"{NUMBER}|欧阳样例", ""),
    ],
)
def test_the_orders_readers_type_in(text: str, address: str) -> None:
    assert card_of(text) == Card(name="欧阳样例", number=NUMBER, address=address)


def test_names_with_a_dot_rare_characters_and_a_small_x() -> None:
    assert card_of("买买提·艾力|11010119900101004x") == Card(name="买买提·艾力", number="11010119900101004X")
    assert card_of(f"𠮷娜|{NUMBER}") == Card(name="𠮷娜", number=NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NUMBER,
        "欧阳样例",
        "欧阳样例|13800000000",
        f"{NUMBER}|{NUMBER}",
        "FS0001-01-260302-0001-6\n",
        f"a\tb\t{NUMBER}",
    ],
)
def test_anything_else_is_no_card(text: str) -> None:
    assert card_of(text) is None
