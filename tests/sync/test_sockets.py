"""The line over real sockets: central as it is served, the client as it is shipped, a proxy that misbehaves."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.line import LineDown
from clerk_app.seat import Seat
from sync.connect import connect, enrol, http_client
from sync.runner import RunningLine
from sync.talk import Told
from tests.support.booth import SECRET, Booth, Town, booth
from tests.support.certificates import Authority
from tests.support.city import POINT
from tests.support.lossy import Fault
from tests.support.sockets import CutAt, FaultProxy, Harm, Listening, Wire, fault_proxy, listening, until


@pytest.fixture
def served(here: Town) -> Iterator[Listening]:
    """Give central on a port."""
    with listening(here) as opened:
        yield opened


@pytest.fixture
def proxy(served: Listening) -> Iterator[FaultProxy]:
    """Give a proxy before it."""
    with fault_proxy(served.port) as opened:
        yield opened


@contextlib.contextmanager
def window_at(address: str, here: Town, folder: Path) -> Iterator[Booth]:
    """Enrol over the line and open the window, with the client that is shipped."""
    [code] = here.loop.run(here.central.make_enrolment_codes(POINT, 1))
    public = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
    told = enrol(address, code, public)
    assert enrol(address, code, public) == told, "an answer that was lost can be had again"
    seat = Seat(window=told.window, number=told.number, point=told.point, point_name=told.point_name, central=address)
    with booth(seat, folder, here.clock, None) as opened:
        opened.end.close()
        opened.end = connect(opened.records, seat, SECRET, here.clock)
        opened.sync()
        try:
            yield opened
        finally:
            opened.end.close()


def test_a_machine_becomes_a_window_and_its_work_reaches_central(here: Town, served: Listening, tmp_path: Path) -> None:
    with window_at(served.address, here, tmp_path / "one") as window:
        window.receive()
        assert window.sync().unsent == 0
        assert window.cases() == here.cases()


def test_a_code_nobody_made_is_refused(here: Town, served: Listening) -> None:
    with pytest.raises(Told, match="登记码"):
        enrol(served.address, "AAAA-BBBB-CCCC-DDDD", b"\1" * 32)


@pytest.mark.parametrize(
    "address", ["http://", "http://[::1", "http://127.0.0.1:99999", "gopher://x", "http://256.0.0.1"]
)
def test_an_address_that_is_none_is_told_in_words(address: str) -> None:
    with pytest.raises(LineDown, match=r"[一-龥]"):
        enrol(address, "AAAA-BBBB-CCCC-DDDD", b"\1" * 32)


def test_certificates_that_cannot_be_read_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("ssl.create_default_context", broken)
    with pytest.raises(LineDown, match="证书"):
        http_client("https://central.test")


HARMS: list[Harm] = [
    *(fault for fault in Fault if fault is not Fault.TOO_LARGE),
    *(harm for harm in Wire if harm is not Wire.HALF_OPEN),
    *(CutAt(n) for n in (1, 150, 400)),
    *(CutAt(n, upwards=True) for n in (1, 250, 700)),
]


@pytest.mark.parametrize("harm", HARMS, ids=str)
def test_whatever_becomes_of_any_request_central_has_each_entry_once(
    here: Town, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Harm
) -> None:
    """Two requests running come to harm, at each place of a round in turn."""
    monkeypatch.setattr("tests.support.sockets.LATELY", 0.02)
    monkeypatch.setattr("tests.support.sockets.TRICKLING", 0.0)
    with window_at(proxy.address, here, tmp_path / "one") as window:
        for at in range(4):
            window.receive()
            proxy.faults = [*[Fault.NONE] * at, harm, harm]
            with contextlib.suppress(LineDown):
                window.sync()
            proxy.heal()
        window.sync()
        feed = here.feed()
        assert [r.entry for r in feed] == [r.entry for r in window.own()]
        assert len(feed) == 8
        assert window.cases() == here.cases()


def test_a_batch_that_nothing_on_the_way_lets_through_is_made_smaller(
    here: Town, proxy: FaultProxy, tmp_path: Path
) -> None:
    with window_at(proxy.address, here, tmp_path / "one") as window:
        for _ in range(2):
            window.receive()
        proxy.faults = [Fault.NONE, Fault.TOO_LARGE, Fault.TOO_LARGE]
        assert window.sync().unsent == 0
        assert [r.entry for r in here.feed()] == [r.entry for r in window.own()]


def test_a_batch_that_comes_once_more_a_day_later_changes_nothing(
    here: Town, proxy: FaultProxy, tmp_path: Path
) -> None:
    with window_at(proxy.address, here, tmp_path / "one") as window:
        window.receive()
        proxy.faults = [Fault.AGAIN] * 3
        window.sync()
        here.clock.advance(days=1)
        window.receive()
        window.sync()
        window.sync()
        assert [r.entry for r in here.feed()] == [r.entry for r in window.own()]
        assert window.cases() == here.cases()


def test_an_answer_that_never_comes_is_given_up_and_the_same_is_said_again(
    here: Town, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.connect.TIMEOUT", httpx.Timeout(0.3))
    with window_at(proxy.address, here, tmp_path / "one") as window:
        window.receive()
        proxy.faults = [Fault.NONE, Wire.HALF_OPEN]
        with pytest.raises(LineDown, match="没有及时应答"):
            window.sync()
        assert window.records.unsent_count() == 2
        assert len(here.feed()) == 2, "central has them: the window does not know it yet"
        assert window.sync().unsent == 0
        assert [r.entry for r in here.feed()] == [r.entry for r in window.own()]


def test_an_answer_that_trickles_for_ever_is_given_up(
    here: Town, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with window_at(proxy.address, here, tmp_path / "one") as window:
        monkeypatch.setattr("sync.talk.LONGEST_ANSWER", 0.2)
        window.receive()
        proxy.faults = [Fault.NONE, Wire.TRICKLE]
        with pytest.raises(LineDown, match="没完没了"):
            window.sync()
        assert window.sync().unsent == 0
        assert [r.entry for r in here.feed()] == [r.entry for r in window.own()]


@pytest.mark.parametrize("wrong", ["expired", "another-host", "unknown-authority"])
def test_nothing_is_said_to_whoever_has_no_right_certificate(
    here: Town, served: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "foreign").mkdir()
    authority, foreign = Authority(tmp_path / "own"), Authority(tmp_path / "foreign")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    right = authority.server("right")
    bad = {
        "expired": authority.server("expired", expired=True),
        "another-host": authority.server("another", address="192.0.2.1"),
        "unknown-authority": foreign.server("foreign"),
    }[wrong]
    with fault_proxy(served.port, right) as proxy, window_at(proxy.address, here, tmp_path / "one") as window:
        window.receive()
        window.end.close()
        window.end = connect(window.records, window.seat, SECRET, here.clock)
        proxy.context, proxy.passed = bad, []
        with pytest.raises(LineDown, match="证书不可信"):
            window.sync()
        assert proxy.passed == []
        assert window.records.unsent_count() == 2
        proxy.context = right
        assert window.sync().unsent == 0
        assert window.cases() == here.cases()


def test_an_authority_of_the_citys_own_is_trusted_where_the_settings_name_it(
    here: Town, served: Listening, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    authority = Authority(tmp_path / "own")
    pem = authority.path.read_text(encoding="ascii")
    with fault_proxy(served.port, authority.server("right")) as proxy:
        code = "AAAA-BBBB-CCCC-DDDD"
        with pytest.raises(LineDown, match="证书不可信"):
            enrol(proxy.address, code, b"\1" * 32)
        with pytest.raises(Told, match="登记码"):
            enrol(proxy.address, code, b"\1" * 32, ca=pem)


def test_the_header_goes_offline_and_online_and_what_is_unsent_falls_to_zero(
    here: Town, served: Listening, tmp_path: Path
) -> None:
    with window_at(served.address, here, tmp_path / "one") as window:
        line = RunningLine(
            lambda: connect(window.records, window.seat, SECRET, here.clock), here.clock, chance=lambda: 0.001
        ).start()
        window.desk._line = line
        until(lambda: line.status().online)
        served.stop()
        numbers = [window.receive() for _ in range(50)]
        until(lambda: not line.status().online)
        assert "连不上" in line.status().last_problem
        assert window.records.unsent_count() == 100
        served.start()
        until(lambda: window.records.unsent_count() == 0)
        until(lambda: line.status().online)
        assert line.status().last_problem == ""
        assert line.status().attempt == 0
        line.stop()
        assert set(here.cases()) == set(numbers)
        assert window.cases() == here.cases()


def test_a_line_that_hangs_is_left_behind_when_the_client_is_closed(
    here: Town, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.runner.LAST_WORDS", 0.1)
    with window_at(proxy.address, here, tmp_path / "one") as window:
        proxy.faults = [Wire.HALF_OPEN]
        line = RunningLine(lambda: connect(window.records, window.seat, SECRET, here.clock), here.clock).start()
        until(lambda: proxy.hung)
        begin = time.monotonic()
        line.stop()
        assert time.monotonic() - begin < 2.0
        number = window.receive()
        assert number in window.cases()


def test_a_window_moved_to_another_address_goes_on(here: Town, served: Listening, tmp_path: Path) -> None:
    with window_at(served.address, here, tmp_path / "one") as window:
        window.receive()
        with fault_proxy(served.port) as moved:
            seat = replace(window.seat, central=moved.address)
            with contextlib.closing(connect(window.records, seat, SECRET, here.clock)) as end:
                assert end.sync().unsent == 0
