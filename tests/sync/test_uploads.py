"""Scans go to central by themselves: after their entries, piece by piece, and whatever the line does to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.line import LineDown, LineRefused
from tests.support.booth import Booth, Town, booth
from tests.support.lossy import Fault
from tests.support.scan_line import Line, at_central, attach, state
from tests.support.tus import page

MIB = 1 << 20


@pytest.fixture
def line(here: Town) -> Line:
    return Line(here.bridge)


@pytest.fixture
def window(here: Town, tmp_path: Path, line: Line) -> Iterator[Booth]:
    """Give a window on a lossy line."""
    with booth(here.enrol(), tmp_path / "one", here.clock, line) as opened:
        opened.sync()
        line.requests.clear()
        yield opened


def test_a_scan_follows_its_entry_and_only_then_counts_as_sent(here: Town, window: Booth, line: Line) -> None:
    paper = page()
    attach(window, paper)
    assert state(window, paper) == "waiting"
    report = window.sync()
    assert (report.uploaded, state(window, paper), at_central(here, paper)) == (1, "sent", True)
    paths = [f"{r.method} {r.url.path}" for r in line.requests]
    assert paths.index("POST /v1/entries") < paths.index("POST /v1/uploads")
    line.requests.clear()
    assert window.sync().uploaded == 0
    assert line.said("POST", "HEAD", "PATCH") == []


def test_a_large_scan_goes_in_pieces_that_grow_where_they_are_there_at_once(
    here: Town, window: Booth, line: Line
) -> None:
    paper = page(1500)
    attach(window, paper)
    window.sync()
    pieces = [len(r.content) for r in line.requests if r.method == "PATCH"]
    assert pieces == [MIB, 4 * MIB, paper.size - 5 * MIB]
    assert at_central(here, paper)


def test_what_somebody_does_meanwhile_goes_before_the_next_piece(here: Town, window: Booth, line: Line) -> None:
    attach(window, page(1000))

    def act(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if request.method == "PATCH" and len(window.cases()) == 1:
            window.receive()
        return told

    line.after = act
    window.sync()
    said = [r.method if "uploads" in r.url.path else r.url.path for r in line.requests]
    first = said.index("PATCH")
    assert said[first : first + 3] == ["PATCH", "/v1/entries", "PATCH"]


def test_the_newest_goes_first(window: Booth, line: Line) -> None:
    papers = [page(seed=n) for n in range(3)]
    for paper in papers:
        attach(window, paper)
    window.sync()
    told = [r.headers["upload-metadata"] for r in line.requests if r.url.path == "/v1/uploads"]
    assert told == [t for paper in reversed(papers) for t in told if t.startswith(paper.metadata)]


def test_the_same_file_of_another_window_is_not_sent_again(here: Town, window: Booth, tmp_path: Path) -> None:
    paper = page()
    attach(window, paper)
    window.sync()
    line = Line(here.bridge)
    key = bytes(range(33, 65))
    with booth(here.enrol(key), tmp_path / "two", here.clock, line, key=key) as other:
        other.sync()
        attach(other, paper)
        assert other.sync().uploaded == 1
        assert line.said("PATCH") == []


def test_a_window_that_is_killed_goes_on_where_it_stood(here: Town, tmp_path: Path, line: Line) -> None:
    seat, paper = here.enrol(), page(1500)

    class Killed(BaseException):
        pass

    def kill(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if len(line.said("PATCH")) == 2:
            raise Killed
        return told

    with booth(seat, tmp_path / "one", here.clock, line) as opened:
        opened.sync()
        attach(opened, paper)
        line.after = kill
        with pytest.raises(Killed):
            opened.sync()
    line.after = lambda _, told: told
    line.requests.clear()
    with booth(seat, tmp_path / "one", here.clock, line) as opened:
        assert opened.sync().uploaded == 1
    assert line.said("POST", "HEAD", "PATCH") == ["HEAD", "PATCH", "PATCH"]
    assert at_central(here, paper)


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.CLOSED, Fault.LOST, Fault.TORN, Fault.DOUBLED, Fault.LATE])
def test_a_piece_is_not_said_twice_where_its_fate_can_be_asked(
    here: Town, window: Booth, line: Line, fault: Fault
) -> None:
    paper = page(1000)
    attach(window, paper)

    def harm(request: httpx.Request) -> httpx.Request:
        if request.method == "POST" and request.url.path == "/v1/uploads":
            line.faults.append(fault)
        return request

    line.before = harm
    for _ in range(3):
        try:
            window.sync()
            break
        except LineDown:
            line.before = lambda request: request
    assert at_central(here, paper)
    assert line.sent <= paper.size + MIB
    assert len(line.said("POST")) == 1


def test_an_upload_central_has_forgotten_is_begun_anew(here: Town, window: Booth, line: Line) -> None:
    paper = page(1500)
    attach(window, paper)

    def forgotten(request: httpx.Request) -> httpx.Request:
        if request.method == "PATCH" and len(line.said("PATCH")) == 2:
            raise httpx.ReadTimeout("the line is gone", request=request)
        return request

    line.before = forgotten
    with pytest.raises(LineDown):
        window.sync()
    here.clock.advance(days=8)
    line.before = lambda request: request
    line.requests.clear()
    assert window.sync().uploaded == 1
    assert line.said("POST", "HEAD", "PATCH") == ["HEAD", "POST", "PATCH", "PATCH", "PATCH"]


def test_a_file_the_line_changed_once_is_sent_again(here: Town, window: Booth, line: Line) -> None:
    paper = page()
    attach(window, paper)

    def bend(request: httpx.Request) -> httpx.Request:
        if request.method != "PATCH" or len(line.said("PATCH")) > 1:
            return request
        content = request.content[:-30] + bytes(30)
        return httpx.Request(request.method, request.url, headers=request.headers, content=content)

    line.before = bend
    assert window.sync().uploaded == 1
    assert at_central(here, paper)


def test_a_file_central_will_not_have_is_marked_with_its_reason_and_not_tried_again(
    here: Town, window: Booth, line: Line
) -> None:
    bad, good = page(seed=1), page(seed=2)
    attach(window, good)
    attach(window, bad)

    def bend(request: httpx.Request) -> httpx.Request:
        if request.method != "PATCH" or request.content != bad.content:
            return request
        return httpx.Request(request.method, request.url, headers=request.headers, content=b"\0" * bad.size)

    line.before = bend
    assert window.sync().uploaded == 1
    standing = window.records.scans.standing(bad.sha256)
    assert (standing.state, standing.reason) == ("refused", "扫描件的内容与登记的不符，请重新扫描。")
    assert at_central(here, good)
    line.requests.clear()
    window.sync()
    assert line.said("POST", "HEAD", "PATCH") == []


def test_a_file_that_is_damaged_here_is_told_and_the_others_go(here: Town, window: Booth) -> None:
    bad, good = page(seed=1), page(seed=2)
    attach(window, good)
    before = set(window.records.scans.files.names())
    attach(window, bad)
    [name] = set(window.records.scans.files.names()) - before
    path = window.folder / "scans" / name
    path.write_bytes(path.read_bytes()[:-100] + bytes(100))
    assert window.sync().uploaded == 1
    standing = window.records.scans.standing(bad.sha256)
    assert (standing.state, "损坏" in standing.reason) == ("refused", True)
    assert at_central(here, good)


def test_a_scan_whose_entry_central_refused_is_never_sent(here: Town, window: Booth, line: Line) -> None:
    attach(window, page())
    here.loop.run(here.central.revoke_account("C1"))
    window.sync()
    assert line.said("POST", "HEAD", "PATCH") == []


def test_where_central_asks_for_patience_files_rest_and_entries_go_on(here: Town, window: Booth, line: Line) -> None:
    paper = page()
    attach(window, paper)

    def shed(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.startswith("/v1/uploads"):
            return None
        return httpx.Response(503, headers={"Retry-After": "60"}, content=b"")

    line.instead = shed
    window.sync()
    line.requests.clear()
    window.receive()
    assert (window.sync().pushed, window.records.unsent_count()) == (2, 0)
    assert line.said("POST", "HEAD", "PATCH") == []
    line.instead = lambda _: None
    here.clock.advance(seconds=100)
    assert window.sync().uploaded == 1


def test_where_nothing_large_gets_through_the_pieces_become_small(here: Town, window: Booth, line: Line) -> None:
    paper = page(700)
    attach(window, paper)

    def strict(request: httpx.Request) -> httpx.Request:
        if len(request.content) > 100_000:
            raise httpx.WriteError("broken pipe", request=request)
        return request

    line.before = strict
    for _ in range(4):
        try:
            window.sync()
        except LineDown:
            continue
    assert at_central(here, paper)


def test_a_proxy_that_takes_no_large_bodies_is_heeded(here: Town, window: Booth, line: Line) -> None:
    paper = page(700)
    attach(window, paper)

    def narrow(request: httpx.Request) -> httpx.Response | None:
        if len(request.content) <= 300_000:
            return None
        return httpx.Response(413, headers={"Content-Type": "text/html"}, content=b"<html>")

    line.instead = narrow
    assert window.sync().uploaded == 1
    assert at_central(here, paper)


def test_a_proxy_that_takes_nothing_makes_files_wait_and_nobody_scan_anew(
    here: Town, window: Booth, line: Line
) -> None:
    paper = page()
    attach(window, paper)
    line.instead = lambda request: httpx.Response(413, content=b"") if request.method == "PATCH" else None
    for _ in range(3):
        window.sync()
        here.clock.advance(seconds=100)
    assert state(window, paper) == "waiting"
    line.instead = lambda _: None
    assert window.sync().uploaded == 1


def test_a_clock_that_is_set_back_does_not_make_files_wait_for_it(here: Town, window: Booth, line: Line) -> None:
    attach(window, page())
    line.instead = lambda request: httpx.Response(503, content=b"") if "uploads" in request.url.path else None
    window.sync()
    line.instead = lambda _: None
    here.clock.advance(seconds=-600)
    assert window.sync().uploaded == 1


def test_after_a_restore_central_is_asked_what_it_lacks_and_gets_it(here: Town, window: Booth, line: Line) -> None:
    old, new = page(seed=1), page(seed=2)
    attach(window, old)
    window.sync()
    files = here.back_up()
    attach(window, new)
    window.sync()
    assert state(window, new) == "sent"
    here.restore(files)
    (here.shelf / new.sha256[:2] / new.sha256).unlink()
    line.requests.clear()
    assert window.sync().uploaded == 1
    assert "/v1/scans/missing" in [r.url.path for r in line.requests]
    assert (at_central(here, old), at_central(here, new)) == (True, True)
    line.requests.clear()
    window.sync()
    assert "/v1/scans/missing" not in [r.url.path for r in line.requests]


def asked_what_it_lacks(line: Line) -> bool:
    asked = "/v1/scans/missing" in [r.url.path for r in line.requests]
    line.requests.clear()
    return asked


def test_once_a_day_central_is_asked_what_it_lacks(here: Town, window: Booth, line: Line) -> None:
    paper = page()
    attach(window, paper)
    window.sync()
    here.clock.advance(hours=23)
    window.sync()
    assert not asked_what_it_lacks(line)
    (here.shelf / paper.sha256[:2] / paper.sha256).unlink()
    here.clock.advance(hours=1)
    assert window.sync().uploaded == 1
    assert asked_what_it_lacks(line)
    assert at_central(here, paper)
    here.clock.advance(seconds=-10)  # set back: it cannot be told how long ago that was
    window.sync()
    assert asked_what_it_lacks(line)
    window.sync()
    assert not asked_what_it_lacks(line)


def test_of_a_restore_nobody_told_of_files_are_asked_for_at_once(here: Town, window: Booth, line: Line) -> None:
    attach(window, page(seed=1))
    window.sync()
    files = here.back_up()
    number = window.receive()
    window.sync()
    here.restore(files, new_epoch=False)
    (here.shelf / page(seed=1).sha256[:2] / page(seed=1).sha256).unlink()
    line.requests.clear()
    assert window.sync().uploaded == 1
    assert asked_what_it_lacks(line)
    assert number in here.cases()


def test_a_central_one_version_older_gets_no_files_and_everything_else(here: Town, window: Booth, line: Line) -> None:
    paper = page()
    attach(window, paper)
    old = b'{"type":"urn:clerk:problem:not-found","title":"No such address","status":404,"detail":"-"}'

    def older(request: httpx.Request, told: httpx.Response) -> httpx.Response:
        if "/uploads" not in request.url.path and "/scans" not in request.url.path:
            return told
        headers = {"Content-Type": "application/problem+json", "Clerk-Epoch": told.headers["clerk-epoch"]}
        return httpx.Response(404, headers=headers, content=old)

    line.after = older
    assert window.sync().uploaded == 0
    assert state(window, paper) == "waiting"
    line.after = lambda _, told: told
    assert window.sync().uploaded == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(list(Fault)), max_size=25),
    seed=st.integers(0, 999),
)
def test_whatever_the_line_does_every_file_arrives_once_it_heals(
    here: Town, window: Booth, line: Line, faults: list[Fault], seed: int
) -> None:
    papers = [page(80, seed=seed), page(640, seed=seed + 1)]
    for paper in papers:
        attach(window, paper)
    line.faults.extend(faults)
    for _ in range(len(faults) + 1):
        try:
            window.sync()
        except (LineDown, LineRefused):  # the latter where somebody says several times that central is another
            here.clock.advance(seconds=120)
    line.heal()
    here.clock.advance(hours=2)
    window.sync()
    assert all(at_central(here, paper) for paper in papers)
    assert [state(window, paper) for paper in papers] == ["sent", "sent"]
