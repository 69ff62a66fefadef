"""Every code on every paper about bags, read back by a decoder from the dots that a printer prints."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.paper.bars import CUT, NARROWEST, WIDEST, bar_marks
from clerk_app.paper.papers import render_label, render_manifest
from tests.support.bags import BAG, CONTEXT, MANIFEST, ON, SEALED, WAYBILL, closed, codes_of
from tests.support.parts import real_part

LABEL_PRINTERS = (203, 300)


@pytest.fixture
def decoder() -> None:
    real_part("poppler", present=shutil.which("pdftoppm") is not None, hint="install poppler-utils")
    real_part("zbarimg", present=shutil.which("zbarimg") is not None, hint="install zbar-tools")


def read_as(number: str, waybill: str = "") -> list[tuple[str, str]]:
    bars = [("CODE-128", text) for text in (number, waybill) if text]
    return sorted([*bars, ("QR-Code", number)])


@pytest.mark.parametrize("dpi", LABEL_PRINTERS)
@pytest.mark.parametrize("direction", SEALED)
@pytest.mark.usefixtures("decoder")
def test_a_label_bears_the_bags_number_in_both_codes_and_the_waybill_in_one(
    direction: str, dpi: int, tmp_path: Path
) -> None:
    sealed = SEALED[direction]
    assert codes_of(render_label(BAG, sealed, CONTEXT), tmp_path, dpi=dpi) == read_as(BAG, sealed.waybill)


@pytest.mark.parametrize("dpi", LABEL_PRINTERS)
@pytest.mark.parametrize(
    "number",
    [
        parcel_number("FS0001", "CENTRAL", ON, 1),
        parcel_number("FS9999", "ZZ", ON, 9999),
        parcel_number("440604001001", "07", ON, 123456789),
    ],
)
@pytest.mark.parametrize("waybill", ["9912345678901", "1272448100000", "SF1234567890123", "99-99-0"])
@pytest.mark.usefixtures("decoder")
def test_long_numbers_and_other_carriers_are_read_as_they_are(
    number: str, waybill: str, dpi: int, tmp_path: Path
) -> None:
    sealed = replace(SEALED["to_applicant"], waybill=waybill)
    assert codes_of(render_label(number, sealed, CONTEXT), tmp_path, dpi=dpi) == read_as(number, waybill)


@pytest.mark.parametrize("waybill", ["邮A12", "X-" * 20])
@pytest.mark.usefixtures("decoder")
def test_a_waybill_that_bars_cannot_hold_stands_in_words(waybill: str, tmp_path: Path) -> None:
    pdf = render_label(BAG, replace(SEALED["to_applicant"], waybill=waybill), CONTEXT)
    assert codes_of(pdf, tmp_path, dpi=300) == read_as(BAG)


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.usefixtures("decoder")
def test_both_copies_of_a_list_bear_its_number(page: int, tmp_path: Path) -> None:
    pdf = render_manifest(MANIFEST, closed(3), CONTEXT)
    assert codes_of(pdf, tmp_path, dpi=300, page=page) == read_as(MANIFEST)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_bars_stand_in_the_middle_and_are_none_too_narrow(number: str) -> None:
    marks = bar_marks(number, 5.0, 0.0, 95.0, 10.0)
    if not marks:
        return
    left, right = marks[0].x - CUT / 2, marks[-1].x + marks[-1].width + CUT / 2
    assert left >= 5.0 - 1e-9
    assert right <= 100.0 + 1e-9
    assert left - 5.0 == pytest.approx(100.0 - right)
    module = min(mark.width for mark in marks) + CUT
    assert NARROWEST - 1e-9 <= module <= WIDEST + 1e-9


def test_what_has_no_bars_has_none() -> None:
    assert [bar_marks(text, 0, 0, 95, 10) for text in ("", "邮", "A" * 44, "A\n")] == [[], [], [], []]
    assert bar_marks(WAYBILL, 0, 0, 95, 10)
