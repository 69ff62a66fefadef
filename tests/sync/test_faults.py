"""Each thing a bad network does to a request, one by one: never a loss, never a double, always a word that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.journal import Entry, Verdict
from clerk_app.line import LineDown, LineRefused
from clerk_app.store.books.offer import Offer
from clerk_app.store.books.published import Published
from clerk_app.store.records import Records
from sync import wire
from sync.talk import Busy, Stopped, Talk
from sync.window import CATALOGUE_PAGE, WindowEnd
from tests.support.booth import ADDRESS, SECRET, Booth, Town, booth
from tests.support.city import Clock
from tests.support.counter import KEY
from tests.support.lossy import HARMLESS, Fault, LossyLine
from tests.support.story import without


@pytest.fixture
def line(here: Town) -> LossyLine:
    """Give the line whose faults a test sets."""
    return LossyLine(here.bridge)


@pytest.fixture
def window(here: Town, line: LossyLine, tmp_path: Path) -> Iterator[Booth]:
    """Give a window on that line, with two cases nobody has heard of yet."""
    with booth(here.enrol(), tmp_path / "one", here.clock, line) as opened:
        opened.sync()
        opened.receive()
        opened.receive(without("form"))
        line.requests.clear()
        yield opened


def asked(line: LossyLine) -> list[str]:
    return [f"{r.method} {r.url.path}" for r in line.requests]


@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.TOO_LARGE])
@pytest.mark.parametrize("at", ["greeting", "push", "feed", "catalogue"])
def test_one_fault_anywhere_loses_and_doubles_nothing(
    here: Town, window: Booth, line: LossyLine, fault: Fault, at: str
) -> None:
    line.faults.extend([Fault.NONE] * ["greeting", "push", "feed", "catalogue"].index(at) + [fault])
    if fault in HARMLESS:
        window.sync()
    else:
        with pytest.raises(LineDown) as down:
            window.sync()
        assert isinstance(down.value, Busy) == (fault in {Fault.GATEWAY, Fault.SHED})
        window.sync()

    feed = here.feed()
    assert [r.entry for r in feed] == [r.entry for r in window.own()]
    assert window.records.unsent_count() == 0
    assert window.cases() == here.cases()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.LOST, "连不上市中心"),
        (Fault.UNANSWERED, "没有及时应答"),
        (Fault.HALF, "不完整"),
        (Fault.PORTAL, "先登录网络"),
        (Fault.GATEWAY, "市中心忙"),
        (Fault.SHED, "市中心忙"),
    ],
)
def test_the_clerk_is_told_what_it_is(window: Booth, line: LossyLine, fault: Fault, words: str) -> None:
    line.faults.append(fault)
    with pytest.raises(LineDown, match=words):
        window.sync()


def test_patience_asked_for_is_passed_on(window: Booth, line: LossyLine) -> None:
    line.faults.append(Fault.SHED)
    with pytest.raises(Busy) as busy:
        window.sync()
    assert busy.value.retry_after == 7.0


def test_a_connection_closed_under_a_request_costs_one_more_request_and_no_word(window: Booth, line: LossyLine) -> None:
    line.faults.extend([Fault.NONE, Fault.CLOSED])
    assert window.sync().unsent == 0
    assert asked(line)[1:3] == ["POST /v1/entries"] * 2
    line.faults.extend([Fault.CLOSED, Fault.CLOSED])
    with pytest.raises(LineDown, match="中断"):
        window.sync()


def test_a_batch_too_large_for_the_way_is_halved_until_it_passes(here: Town, window: Booth, line: LossyLine) -> None:
    line.faults.extend([Fault.NONE, Fault.TOO_LARGE, Fault.TOO_LARGE])
    assert (window.sync().pushed, window.records.unsent_count()) == (4, 0)
    sizes = [len(_said(r)) for r in line.requests if r.url.path == "/v1/entries"]
    assert sizes == [4, 2, 1, 1, 1, 1]


def test_a_single_entry_nobody_lets_pass_is_said_to_the_clerk(window: Booth, line: LossyLine) -> None:
    line.faults.extend([Fault.NONE, *[Fault.TOO_LARGE] * 3])
    with pytest.raises(LineRefused, match="第 1 条流水过大"):
        window.sync()


def _said(request: httpx.Request) -> list[Entry]:
    body = request.content
    if request.headers.get("content-encoding") == "zstd":
        body = zstandard.ZstdDecompressor().decompress(body)
    return msgspec.json.decode(body, type=wire.EntriesRequest).entries


def renewed(window: Booth, line: LossyLine, clock: Clock) -> WindowEnd:
    """Return the window's end as the next command makes it."""
    client = httpx.Client(transport=line, base_url=ADDRESS)
    signer = Ed25519PrivateKey.from_private_bytes(SECRET).sign
    return WindowEnd(window.records, window.seat.window, signer, Talk(client), clock)


def test_a_token_central_takes_no_more_is_exchanged_and_the_same_is_said_again(
    here: Town, window: Booth, line: LossyLine
) -> None:
    window.sync()
    line.requests.clear()
    kept_session = window.records.get_meta("line-session") or b""
    kept = msgspec.json.decode(kept_session)
    access = kept["access"]
    window.records.put_meta("line-session", kept_session.replace(access.encode(), b"no-such-token"))
    end = renewed(window, line, here.clock)
    end.sync()
    assert asked(line)[:4] == ["GET /v1/session", "POST /v1/challenges", "POST /v1/sessions", "GET /v1/session"]
    assert msgspec.json.decode(window.records.get_meta("line-session") or b"") != kept


def test_a_refresh_whose_answer_was_lost_ends_in_a_new_session(here: Town, window: Booth, line: LossyLine) -> None:
    """The refresh token was used up; to use it again ends its family, and the window proves itself anew."""
    here.clock.advance(minutes=13)
    line.faults.append(Fault.UNANSWERED)
    with pytest.raises(LineDown):
        window.sync()
    line.requests.clear()
    assert window.sync().unsent == 0
    assert asked(line)[:3] == ["POST /v1/sessions/refresh", "POST /v1/challenges", "POST /v1/sessions"]


def test_a_doubled_sign_in_uses_up_its_challenge_and_takes_another(here: Town, window: Booth, line: LossyLine) -> None:
    window.records.put_meta("line-session", b"{}")
    end = renewed(window, line, here.clock)
    line.faults.extend([Fault.NONE, Fault.DOUBLED])
    assert end.sync().unsent == 0
    assert asked(line)[:4] == ["POST /v1/challenges", "POST /v1/sessions"] * 2


def test_a_refresh_token_is_out_of_date_after_a_night(here: Town, window: Booth) -> None:
    here.clock.advance(hours=15)
    assert window.sync().unsent == 0


def answers(*told: object, clock: Clock, booth: Booth) -> WindowEnd:
    """Return the window's end over a central that says these things, in turn; exceptions are raised."""
    waiting = iter(told)

    def handle(request: httpx.Request) -> httpx.Response:
        one = next(waiting)
        if isinstance(one, Exception):
            raise one
        if isinstance(one, httpx.Response):
            return one
        headers = {"Content-Type": wire.MEDIA_TYPE, wire.EPOCH_HEADER: "e1"}
        return httpx.Response(200, headers=headers, content=msgspec.json.encode(one))

    client = httpx.Client(transport=httpx.MockTransport(handle), base_url=ADDRESS)
    return WindowEnd(booth.records, booth.seat.window, lambda _: b"", Talk(client), clock)


def state(booth: Booth, **changed: object) -> wire.SessionState:
    told = {"epoch": "", "last_n": 0, "last_digest": "0" * 64, "durable_through": 0, "oldest_client": "0.1.0"}
    told |= {
        "server_time": "2025-06-03T09:00:00+00:00",
        "epoch": (booth.records.get_meta("line-epoch") or b"").decode(),
    }
    return wire.SessionState(**(told | changed))  # type: ignore[arg-type]


FOREIGN = wire.EntryVerdict(id="0196b1a0-7c00-7000-8000-000000000001", n=1, verdict=Verdict.APPLIED, position=1)


@pytest.mark.parametrize(
    "told",
    [
        wire.EntriesAnswer(verdicts=[], last_n=0),
        wire.EntriesAnswer(verdicts=[FOREIGN], last_n=1),
    ],
)
def test_verdicts_on_what_was_not_said_settle_nothing(here: Town, window: Booth, told: wire.EntriesAnswer) -> None:
    end = answers(state(window), told, clock=here.clock, booth=window)
    with pytest.raises(LineDown, match="没有对上报的流水作答"):
        end.sync()
    assert window.records.unsent_count() == 4


def test_a_feed_that_leaves_a_place_out_is_not_taken(here: Town, window: Booth) -> None:
    window.sync()
    cursor = window.records.feed_cursor()
    entry = window.own()[0].entry
    ahead = wire.FeedEntry(position=cursor + 2, verdict=Verdict.APPLIED, entry=entry)
    digest = window.own()[-1].entry.digest()
    greeting = state(window, last_n=4, last_digest=digest)
    for feed in (
        wire.Feed(entries=[ahead], next=cursor + 2),
        wire.Feed(entries=[ahead], next=cursor + 1),
        wire.Feed(entries=[], next=cursor + 1),
        wire.Feed(entries=[], next=cursor, more=True),
    ):
        with pytest.raises(LineDown, match="前后不符"):
            answers(greeting, feed, clock=here.clock, booth=window).sync()
        assert window.records.feed_cursor() == cursor


@pytest.mark.parametrize(
    "error",
    [
        httpx.InvalidURL("no url"),
        httpx.UnsupportedProtocol("gopher"),
        httpx.CookieConflict("two"),
        httpx.StreamClosed(),
        httpx.TooManyRedirects("round"),
        httpx.DecodingError("rubbish"),
        httpx.ProxyError("proxy"),
        httpx.PoolTimeout("full"),
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired"),
        httpx.Response(302, headers={"Location": "http://portal.test/"}),
        httpx.Response(204),
        httpx.Response(404, content=b"nothing here"),
        httpx.Response(200, headers={"Content-Type": wire.MEDIA_TYPE}, content=b"{}"),
        httpx.Response(200, headers={"Content-Type": wire.MEDIA_TYPE, wire.EPOCH_HEADER: "e"}, content=b'{"epo'),
        httpx.Response(200, headers={"Content-Type": wire.MEDIA_TYPE, wire.EPOCH_HEADER: "e"}, content=b"[" * 99999),
        httpx.Response(
            400, headers={"Content-Type": wire.PROBLEM_TYPE}, content=b'{"type":"x","title":"x","status":400}'
        ),
    ],
)
def test_whatever_is_no_answer_is_a_line_that_is_down(here: Town, window: Booth, error: object) -> None:
    with pytest.raises(LineDown, match=r"[一-龥]"):
        answers(error, clock=here.clock, booth=window).sync()


def test_a_right_answer_without_centrals_epoch_is_not_centrals(here: Town, window: Booth) -> None:
    body = msgspec.json.encode(state(window))
    told = httpx.Response(200, headers={"Content-Type": wire.MEDIA_TYPE}, content=body)
    with pytest.raises(LineDown, match="代替市中心作答"):
        answers(told, clock=here.clock, booth=window).sync()


def test_a_time_without_a_zone_is_no_answer(here: Town, window: Booth) -> None:
    with pytest.raises(LineDown):
        answers(state(window, server_time="2025-06-03T09:00:00"), clock=here.clock, booth=window).sync()


def test_an_answer_without_end_is_given_up(here: Town, window: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    def for_ever() -> Iterator[bytes]:
        while True:
            yield b" " * 65536

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return for_ever()

    monkeypatch.setattr("sync.talk.MAX_ANSWER", 1 << 20)
    headers = {"Content-Type": wire.MEDIA_TYPE, wire.EPOCH_HEADER: "e"}
    with pytest.raises(LineDown, match="没完没了"):
        answers(httpx.Response(200, headers=headers, stream=Endless()), clock=here.clock, booth=window).sync()


def test_a_long_delivery_stops_between_two_shares_and_goes_on_where_it_stood(here: Town, window: Booth) -> None:
    rows = [
        wire.CatalogueRow(kind="point", key=f"P{n}", revision=0, body=msgspec.Raw(b'{"code":"P","name":"X"}'))
        for n in range(450)
    ]
    here.loop.run(here.central.import_rows(rows))
    heard: list[str] = []
    enough: Callable[[], bool] = lambda: "已更新目录 200 条" in heard  # noqa: E731
    with pytest.raises(Stopped):
        window.end.sync(heard.append, enough)
    assert window.records.point_name("P199") == "X"
    assert window.records.point_name("P200") == "P200"
    assert window.sync().catalogue == 250
    assert window.records.point_name("P449") == "X"


def test_the_first_catalogue_comes_in_few_compressed_pages(here: Town, window: Booth, line: LossyLine) -> None:
    body = msgspec.Raw(b'{"code":"P","name":"' + "样例".encode() * 300 + b'"}')
    rows = [wire.CatalogueRow(kind="point", key=f"P{n}", revision=0, body=body) for n in range(CATALOGUE_PAGE)]
    here.loop.run(here.central.import_rows(rows))
    assert window.sync().catalogue == CATALOGUE_PAGE
    assert asked(line).count("GET /v1/catalogue") == 1
    assert "zstd" in line.requests[-1].headers["accept-encoding"]


def test_the_search_is_made_once_for_a_delivery_of_many_shares(
    here: Town, window: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Offer] = []
    renew = Published._renew

    def counted(published: Published, offer: Offer) -> None:
        made.append(offer)
        renew(published, offer)

    monkeypatch.setattr(Published, "_renew", counted)
    body = msgspec.Raw(b'{"name":"x"}')
    here.loop.run(
        here.central.import_rows(wire.CatalogueRow(kind="item", key=f"I{n}", revision=0, body=body) for n in range(450))
    )
    assert window.sync().catalogue == 450
    assert len(made) == 1


def test_beside_a_running_client_the_line_is_looked_at_without_touching_its_session(
    here: Town, window: Booth, line: LossyLine
) -> None:
    """``clerk status`` reads the store a client owns; to renew the client's session would end it."""
    kept = window.records.get_meta("line-session")
    here.clock.advance(minutes=14)
    client = httpx.Client(transport=line, base_url=ADDRESS)
    signer = Ed25519PrivateKey.from_private_bytes(SECRET).sign
    with Records.open(window.folder, KEY, window=window.seat.window, read_only=True) as beside:
        end = WindowEnd(beside, window.seat.window, signer, Talk(client), here.clock)
        assert end.greet().last_n == 0
        assert end.greet().last_n == 0
    assert asked(line).count("POST /v1/sessions") == 1
    assert "POST /v1/sessions/refresh" not in asked(line)
    assert window.records.get_meta("line-session") == kept


def test_a_page_is_no_larger_than_central_gives() -> None:
    from sync.central.catalogue.publishing import MAX_PAGE

    assert CATALOGUE_PAGE == MAX_PAGE


def test_a_delivery_that_breaks_off_can_be_searched_as_far_as_it_came(
    here: Town, window: Booth, line: LossyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.window.CATALOGUE_PAGE", 1)
    assert window.desk.search_items("XBWX") == []
    rows = [
        wire.CatalogueRow(kind="item", key=f"I{n}", revision=0, search="xbwx", body=msgspec.Raw(b'{"name":"x"}'))
        for n in range(3)
    ]
    here.loop.run(here.central.import_rows(rows))
    line.faults.extend([Fault.NONE] * 5 + [Fault.LOST])
    with pytest.raises(LineDown):
        window.sync()
    assert [hit.key for hit in window.desk.search_items("xbwx")] == ["I0", "I1"]


def test_a_prefiling_is_found_by_its_number_or_there_is_none(here: Town, window: Booth, line: LossyLine) -> None:
    filing = wire.Prefiling(number="YS 12", item="PERMIT", applicant={"name": "样例甲"})
    here.loop.run(here.central.put_prefiling(filing))
    assert window.end.prefiling("YS 12") == filing
    assert window.end.prefiling("YS-13") is None
    assert window.end.prefiling("../session") is None
    here.loop.run(here.central.revoke_window(window.seat.window))
    with pytest.raises(LineRefused, match="停用"):
        window.end.prefiling("YS-13")
    window.records.put_meta("line-session", b"{}")
    with pytest.raises(LineRefused, match="停用"):
        renewed(window, line, here.clock).prefiling("YS-13")
