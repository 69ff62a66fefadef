"""The supervisor's doors to the measures: reports, CSV that spreadsheets take, one printed page without anybody's name."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.measure_names import NAMES
from clerk_app.domain.measure_sums import Period
from clerk_app.domain.measure_tables import Report
from clerk_app.domain.people import Role
from clerk_app.seat import Refused
from tests.support.counter import CLERK, Office, office
from tests.support.measured import ITEMS, pages, weeks
from tests.support.papers import text_of
from tests.support.parts import real_part

SUPERVISOR = replace(CLERK, number="S0001", role=Role.SUPERVISOR)
WEEK = Period.of("week", date(2026, 2, 25))
CATALOGUE = [ServiceItem(code=ref.code, name=ref.name, department=ref.department, sample=True) for ref in ITEMS]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, CATALOGUE, person=SUPERVISOR) as opened:
        at = 0
        for page in pages(weeks()):
            at += len(page)
            opened.records.take_feed(page, at)
        yield opened


def test_a_clerk_is_refused_and_told_by_whom_it_is_seen(tmp_path: Path) -> None:
    with office(tmp_path, ()) as opened, pytest.raises(Refused, match="值班主任"):
        opened.desk.measures(WEEK)


def test_a_report_tells_every_measure_of_all_points_or_one(desk: Office) -> None:
    whole = desk.desk.measures(WEEK)
    assert [picture.name for picture in whole.pictures] == list(NAMES)
    assert desk.desk.measured_points() == [("FS0001", "FS0001"), ("FS0002", "FS0002")]
    parts = [desk.desk.measures(WEEK, [code]) for code, _ in desk.desk.measured_points()]
    assert _entries(whole) == sum(map(_entries, parts)) > 0
    with pytest.raises(Refused, match="FS9999"):
        desk.desk.measures(WEEK, ["FS9999"])


def _entries(report: Report) -> int:
    [found] = [picture.total[1] for picture in report.pictures if picture.name == "windows"]
    assert isinstance(found, int)
    return found


def test_the_sums_are_the_same_after_opening_anew_and_in_whatever_pages_they_came(desk: Office, tmp_path: Path) -> None:
    told = desk.records.counts()
    with office(tmp_path / "other", CATALOGUE, person=SUPERVISOR) as other:
        records = weeks()
        other.records.take_feed(records, len(records))
        assert other.records.counts() == told == other.records.counts_from_scratch()
    with office(tmp_path / "other", CATALOGUE, person=SUPERVISOR) as again:
        assert again.records.counts() == told


def test_csv_has_the_table_as_it_is_shown_or_one_number_a_line(desk: Office) -> None:
    one = desk.desk.measures_csv(WEEK, name="visits")
    assert one.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(one.decode("utf-8-sig"))))
    assert rows[0] == ["事项", "收件（件）", "到现场（次）", "每件次数（次）", "规定次数（次）", "超次（件）"]
    assert rows[-1][0] == "合计"
    every = list(csv.reader(io.StringIO(desk.desk.measures_csv(WEEK).decode("utf-8-sig"))))
    assert {row[0] for row in every[1:]} == set(NAMES)
    assert {len(row) for row in every} == {7}
    with pytest.raises(Refused):
        desk.desk.measures_csv(WEEK, name="nothing")


def test_a_name_that_looks_like_a_formula_is_no_formula(tmp_path: Path) -> None:
    odd = replace(CATALOGUE[0], name="=HYPERLINK(1)")
    with office(tmp_path, [odd, *CATALOGUE[1:]], person=SUPERVISOR) as opened:
        records = weeks()
        opened.records.take_feed(records, len(records))
        told = opened.desk.measures_csv(WEEK, name="visits").decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in told
    assert "\n=HYPERLINK" not in told


def test_the_printed_page_is_one_and_names_nobody(desk: Office, tmp_path: Path) -> None:
    real_part("poppler", present=shutil.which("pdftotext") is not None, hint="install poppler-utils")
    for kind, title in (("day", "综合窗口日报"), ("week", "综合窗口周报")):
        content = desk.desk.report_paper(kind, date(2026, 2, 25))
        assert len(PdfReader(io.BytesIO(content)).pages) == 1
        read = text_of(content, tmp_path)
        assert title in read
        assert "样例数据" in read
        assert "到现场次数（按事项）" in read
        for personal in ("样例甲", "440604190001010011", "13800000000", "样例收件员"):
            assert personal not in read
    assert desk.desk.report_paper("day", date(2026, 2, 25)) == desk.desk.report_paper("day", date(2026, 2, 25))


def test_a_page_of_a_hundred_items_with_long_names_is_still_one(tmp_path: Path) -> None:
    long = [replace(item, name=item.name * 12) for item in CATALOGUE]
    with office(tmp_path, long, person=SUPERVISOR) as opened:
        records = weeks(600)
        opened.records.take_feed(records, len(records))
        assert len(PdfReader(io.BytesIO(opened.desk.report_paper("week", date(2026, 2, 25)))).pages) == 1


def test_what_is_exported_and_printed_lies_with_the_papers(desk: Office) -> None:
    assert desk.desk.export_measures(WEEK, (), "missing").name == "指标-missing-2026-02-23-2026-03-01.csv"
    for kind, name in (("week", "周报-2026-02-23.pdf"), ("day", "日报-2026-02-25.pdf")):
        printed = desk.desk.print_report(kind, date(2026, 2, 25)).path
        assert printed is not None
        assert printed.name == name
        assert printed.is_file()
