"""补打: from the second print on every paper says which it is, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clerk_app.domain.measure_sums import Period
from clerk_app.domain.measure_tables import Report
from clerk_app.paper import papers
from clerk_app.paper.trial import trial_page
from tests.support.bags import BAG, CONTEXT, MANIFEST, SEALED, closed, codes_of
from tests.support.papers import CASES, PRINTED_AT, context_of, text_of

MARK = "补打第3次2026年7月14日"


@pytest.mark.parametrize("kind", papers.KINDS)
def test_every_paper_of_a_case(kind: str, tmp_path: Path) -> None:
    context = context_of(CASES[kind]())
    assert "补打" not in text_of(papers.render(kind, context), tmp_path)
    text = text_of(papers.render(kind, replace(context, nth=3)), tmp_path)
    assert text.count(MARK) >= 2  # above the title, and in the foot of the page


@pytest.mark.parametrize("direction", SEALED)
def test_a_label_keeps_its_codes(direction: str, tmp_path: Path) -> None:
    context = replace(CONTEXT, nth=3)
    pdf = papers.render_label(BAG, SEALED[direction], context)
    assert MARK in text_of(pdf, tmp_path)
    assert BAG in {code for _, code in codes_of(pdf, tmp_path, dpi=203)}
    assert "补打" not in text_of(papers.render_label(BAG, SEALED[direction], CONTEXT), tmp_path)


def test_both_copies_of_a_manifest(tmp_path: Path) -> None:
    text = text_of(papers.render_manifest(MANIFEST, closed(3), replace(CONTEXT, nth=3)), tmp_path)
    assert text.count(MARK) >= 4


def test_a_report(tmp_path: Path) -> None:
    report = Report(period=Period.of("week", date(2026, 7, 14)), points=(), today=date(2026, 7, 14), pictures=())
    page = papers.ReportPage(title="综合窗口周报", issuer="样例", report=report, printed_at=PRINTED_AT)
    assert "补打" not in text_of(papers.render_report(page), tmp_path)
    assert MARK in text_of(papers.render_report(replace(page, nth=3)), tmp_path)


def test_the_test_page_scans(tmp_path: Path) -> None:
    pdf = trial_page("样例服务点　窗口 FS0001-01", "前台", PRINTED_AT)
    found = codes_of(pdf, tmp_path, dpi=203)
    assert sorted(found) == [("CODE-128", "CLERK-TEST-0001"), ("QR-Code", "CLERK-TEST-0001")]
