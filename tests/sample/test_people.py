"""Sample people's numbers are valid, and nobody's who lives."""

from __future__ import annotations

from datetime import date

from stdnum.iso7064 import mod_11_2

from clerk_app.domain.numbers import check_credit_code, check_identity_number, check_phone
from sync.central.sample.people import sample_organisations, sample_people

PEOPLE = sample_people(3000)
TODAY = date(2026, 3, 2)


def test_identity_numbers_are_valid_of_foshan_and_of_people_born_before_1910() -> None:
    for person in PEOPLE:
        checked = check_identity_number(person.id_number, TODAY)
        assert checked.problem is None
        assert mod_11_2.is_valid(person.id_number)
        assert checked.birth is not None
        assert date(1880, 1, 1) <= checked.birth < date(1910, 1, 1)
        assert person.id_number.startswith("4406")


def test_no_number_is_used_twice() -> None:
    assert len({person.id_number for person in PEOPLE}) == len(PEOPLE)


def test_the_same_people_come_every_time() -> None:
    assert sample_people(40) == PEOPLE[:40]


def test_rare_characters_and_a_middle_dot_come_early() -> None:
    names = "".join(person.name for person in PEOPLE[:10])
    assert all(character in names for character in "𠮷㐂䶮·")


def test_most_names_differ_and_fit_the_numbers_sex() -> None:
    assert len({person.name for person in PEOPLE}) > 300
    [wen] = [person for person in PEOPLE[:10] if person.name == "区桂芳"]
    assert check_identity_number(wen.id_number, TODAY).sex == "female"


def test_telephone_numbers_are_well_formed_and_of_no_place() -> None:
    for person in PEOPLE[:50]:
        assert check_phone(person.phone).problem is None
        assert person.phone.startswith("0000-")


def test_organisations_have_valid_credit_codes_of_their_own() -> None:
    organisations = sample_organisations(200)
    assert all(check_credit_code(one.id_number).problem is None for one in organisations)
    assert all(one.kind == "organisation" and one.id_kind == "credit_code" for one in organisations)
    assert len({one.id_number for one in organisations}) == len({one.name for one in organisations}) == 200
