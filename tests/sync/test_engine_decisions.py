"""What the step decides, thing by thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clerk_app.domain.journal import Verdict
from sync import wire
from sync.engine import machine, pace, plans
from sync.engine import operations as ops
from sync.engine.asking import Question
from sync.engine.catalogue import Catalogue
from sync.engine.feeding import Feed
from sync.engine.pushing import Push
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Event,
    Failed,
    Failure,
    Go,
    Kind,
    Move,
    Over,
    Pause,
    Request,
    Rest,
    Shared,
    Stuck,
)
from sync.policy import LONG_OUTAGE, RECONNECT_SPREAD
from tests.support.conversing import failure, failure_of, feeds, have
from tests.support.honest import WINDOW, Honest, entry, told

CUT = Failed(Failure(kind=Kind.CUT))
TOO_LARGE = Failed(Failure(kind=Kind.TOO_LARGE, text="太大。"))


def sizes(ends: Honest) -> list[int]:
    return [request.content.count(b'"id"') for request in ends.asked if request.path == "/v1/entries"]


@pytest.fixture
def ends() -> Honest:
    """Give a window with eight entries central has not heard of, and central."""
    made = Honest()
    made.write(8)
    return made


def test_a_day_in_order(ends: Honest) -> None:
    ends.rows = 3
    have(ends, plans.a_round(WINDOW))
    said = [line for line in ends.said() if "snapshot" not in line]
    assert said == [
        "POST /v1/challenges",
        "POST /v1/sessions",
        "GET /v1/session",
        "POST /v1/entries",
        *["GET /v1/feed"] * 4,
        *["GET /v1/catalogue"] * 2,
    ]


def test_every_push_tells_how_many_wait(ends: Honest) -> None:
    have(ends, machine.begin([Push(limit=3)], WINDOW))
    told = [request.backlog for request in ends.asked if request.path == "/v1/entries"]
    assert told == [8, 5, 2]


class Busy(Honest):
    """At this window somebody writes an entry whenever a page of the catalogue was taken in."""

    def _done(self, operation: object) -> object:
        if isinstance(operation, ops.PutCatalogue):
            self.write(1)
        return super()._done(operation)


def test_what_was_done_meanwhile_is_said_before_the_next_page() -> None:
    ends = Busy(rows=4)
    have(ends, machine.begin([Catalogue()], WINDOW))
    said = [line for line in ends.said() if "session" not in line and "challenge" not in line]
    assert said == ["GET /v1/catalogue", "POST /v1/entries", "GET /v1/catalogue"]


def test_a_batch_that_is_too_large_is_halved_and_the_same_is_said_again(ends: Honest) -> None:
    have(ends, machine.begin([Push()], WINDOW), entries=[TOO_LARGE, TOO_LARGE])
    assert sizes(ends) == [2, 2, 2, 2], "the two that were too large never came there"
    assert ends.unsent == []


def test_one_entry_that_is_too_large_is_a_persons_business(ends: Honest) -> None:
    refused = failure(have(ends, machine.begin([Push()], WINDOW), entries=TOO_LARGE))
    assert refused.kind is Kind.REFUSED
    assert "第 1 条流水过大" in refused.text
    assert len(ends.unsent) == 8


def test_a_request_cut_off_is_said_once_more_at_once(ends: Honest) -> None:
    assert have(ends, machine.begin([Push()], WINDOW), entries=[CUT]).ended is not None
    assert ends.unsent == []
    assert failure(have(ends, machine.begin([Feed()], WINDOW), feed=[CUT, CUT])).kind is Kind.CUT


def test_a_piece_of_a_file_is_not_said_again_by_itself() -> None:
    class Send:
        def step(self, event: Event, shared: Shared) -> Move:
            if isinstance(event.what, Begun):
                return Go(self, Ask(Request(method="PATCH", path="/v1/uploads/1", content=b"x")), shared)
            assert isinstance(event.what, Failed)
            return Stuck(event.what.failure, shared)

    ends = Honest()
    assert failure(have(ends, machine.begin([Send()], WINDOW), instead={"1": CUT})).kind is Kind.CUT


def test_a_session_that_is_not_taken_is_exchanged_once(ends: Honest) -> None:
    ends.session = ops.KeptSession("token-of-yesterday", "", 100.0)
    have(ends, machine.begin([Feed()], WINDOW))
    assert ends.said() == ["GET /v1/feed", "POST /v1/challenges", "POST /v1/sessions", "GET /v1/feed"]
    refused = have(ends, machine.begin([Feed()], WINDOW), feed=told(401, "token-invalid"))
    assert failure(refused).kind is Kind.DOWN
    assert "登录" in failure(refused).text


def test_what_is_said_of_the_window_itself_is_not_taken_for_an_answer(ends: Honest) -> None:
    """A revoked window asks for a case: that there is no session is not that there is no case."""
    asked = machine.begin([Question("/v1/cases/X", wire.CaseRecords)], WINDOW)
    refused = failure(have(ends, asked, sessions=told(404, "case-unknown")))
    assert refused.kind is Kind.REFUSED


def test_a_central_that_says_look_anew_is_asked_where_it_stands_at_most_three_times(ends: Honest) -> None:
    have(ends, plans.a_round(WINDOW), entries=[told(409, "gap")])
    assert ends.unsent == []
    again = Honest()
    again.write(1)
    refused = failure(have(again, plans.a_round(WINDOW), entries=told(409, "gap")))
    assert refused.kind is Kind.REFUSED
    assert again.said().count("GET /v1/session") == 1 + plans.ROUNDS


def test_another_history_ends_it_at_once(ends: Honest) -> None:
    refused = failure(have(ends, plans.a_round(WINDOW), entries=told(409, "entry-reused")))
    assert "同一序号的内容不同" in refused.text
    assert ends.said().count("GET /v1/session") == 1


@pytest.mark.parametrize(
    "page",
    [
        wire.Feed(entries=[], next=1),
        wire.Feed(entries=[], next=0, more=True),
        wire.Feed(entries=[wire.FeedEntry(position=2, verdict="applied", entry=entry(1))], next=2),  # type: ignore[arg-type]
        wire.Feed(entries=[wire.FeedEntry(position=1, verdict="applied", entry=entry(1))], next=2),  # type: ignore[arg-type]
    ],
)
def test_a_page_that_cannot_be_right_moves_no_cursor(ends: Honest, page: wire.Feed) -> None:
    assert failure(have(ends, machine.begin([Feed()], WINDOW), feed=Answered(message=page))).kind is Kind.DOWN
    assert ends.cursor == 0


def test_what_was_heard_last_is_said_with_its_mark() -> None:
    ends = Honest(held=[entry(n, "FS0001-02") for n in range(1, 4)])
    have(ends, machine.begin([Feed()], WINDOW))
    have(ends, machine.begin([Feed()], WINDOW))
    assert feeds(ends) == [{"after": 0}, {"after": 2, "mark": 2001}, {"after": 3, "mark": 3001}]


def test_a_share_of_a_page_leaves_the_mark_of_its_own_end(ends: Honest) -> None:
    ends.held, ends.page = [entry(n) for n in range(1, 251)], 250
    taken: list[tuple[int, int]] = []

    def noted(effect: Ask | Disk) -> None:
        if isinstance(effect, Disk) and isinstance(effect.operation, ops.TakeFeed):
            taken.append((effect.operation.position, effect.operation.mark))

    have(ends, machine.begin([Feed()], WINDOW), noted)
    assert taken == [(100, 100001), (200, 200001), (250, 250001)]


def test_a_window_without_a_mark_learns_it_once_from_an_empty_page(ends: Honest) -> None:
    ends.held, ends.cursor = [entry(1)], 1
    took: list[ops.TakeFeed] = []

    def noted(effect: Ask | Disk) -> None:
        if isinstance(effect, Disk) and isinstance(effect.operation, ops.TakeFeed):
            took.append(effect.operation)

    for _ in range(3):
        have(ends, machine.begin([Feed()], WINDOW), noted)
    assert took == [ops.TakeFeed((), 1, 1001)]
    assert feeds(ends) == [{"after": 1}, {"after": 1, "mark": 1001}, {"after": 1, "mark": 1001}]


def test_a_central_that_gives_no_marks_leaves_none(ends: Honest) -> None:
    ends.held, ends.cursor, ends.mark = [entry(1), entry(2)], 1, 7
    page = wire.Feed(entries=[wire.FeedEntry(position=2, verdict=Verdict.APPLIED, entry=entry(2))], next=2)
    have(ends, machine.begin([Feed()], WINDOW), feed=Answered(message=page))
    assert (ends.cursor, ends.mark) == (2, 0)
    have(ends, machine.begin([Feed()], WINDOW), feed=Answered(message=wire.Feed(entries=[], next=2)))
    assert (ends.cursor, ends.mark) == (2, 0)


def test_a_feed_that_is_another_by_now_is_heard_anew_in_the_same_round() -> None:
    ends = Honest(held=[entry(n, "FS0001-02") for n in range(1, 4)])
    assert failure_of(have(ends, plans.a_round(WINDOW))) is None
    ends.life, ends.asked = 2, []
    assert failure_of(have(ends, plans.a_round(WINDOW))) is None
    known = {"after": 3, "mark": 3001}
    assert feeds(ends) == [known, known | {"limit": 1}, {"after": 0}, {"after": 2, "mark": 2002}]
    assert (ends.cursor, ends.mark) == (3, 3002)


def test_a_page_the_store_does_not_take_moves_no_cursor(ends: Honest) -> None:
    ends.held = [entry(n) for n in range(1, 4)]
    full = Failed(Failure(kind=Kind.STORE, text="磁盘已满。"))
    assert failure(have(ends, machine.begin([Feed()], WINDOW), TakeFeed=full)).kind is Kind.STORE
    assert ends.cursor == 0


def test_what_has_come_of_a_catalogue_can_be_found_when_the_rest_does_not_come() -> None:
    """The line breaks while an entry is said between two pages."""
    ends = Busy(rows=9)
    down = Failed(Failure(kind=Kind.DOWN))
    put: list[ops.PutCatalogue] = []

    def noted(effect: Ask | Disk) -> None:
        if isinstance(effect, Disk) and isinstance(effect.operation, ops.PutCatalogue):
            put.append(effect.operation)

    assert failure(have(ends, machine.begin([Catalogue()], WINDOW), noted, entries=down)).kind is Kind.DOWN
    assert [(len(one.rows), one.revision, one.more) for one in put] == [(2, 2, True), (0, 2, False)]


def test_an_errand_that_was_paused_makes_nothing_of_what_went_wrong_meanwhile() -> None:
    """It would take the problem of a push for an answer to its own question."""

    class Page:
        def step(self, event: Event, shared: Shared) -> Move:
            return Over(shared) if isinstance(event.what, Failed) else Pause(self, shared)

    ends = Honest()
    ends.write(1)
    state = have(ends, machine.begin([Page(), Feed()], WINDOW), entries=told(409, "gap"))
    assert failure(state).code == "gap"
    assert "GET /v1/feed" not in ends.said()


class Deaf(Honest):
    """A store that forgets verdicts."""

    def _done(self, operation: object) -> object:
        return None if isinstance(operation, ops.Settle) else super()._done(operation)


def test_what_is_settled_and_unsent_again_is_said_a_few_times_and_no_more() -> None:
    deaf = Deaf()
    deaf.write(8)
    state = have(deaf, machine.begin([Push()], WINDOW))
    assert failure(state).kind is Kind.DOWN
    assert len(sizes(deaf)) <= 5


ASKED = Request(method="GET", path="/v1/feed", answer=wire.Feed, query=(("after", 0),))


def test_an_errand_that_asks_the_same_for_ever_is_stopped() -> None:
    class Again:
        def step(self, event: Event, shared: Shared) -> Move:
            return Go(self, Ask(ASKED), shared)

    ends = Honest()
    assert failure(have(ends, machine.begin([Again()], WINDOW), feed=Failed(Failure(kind=Kind.BUSY)))).kind is Kind.DOWN
    assert ends.said().count("GET /v1/feed") == 0
    assert failure(have(ends, machine.begin([Again()], WINDOW))).kind is Kind.DOWN
    assert ends.said().count("GET /v1/feed") == machine.MOST_ALIKE


def down_for(seconds: float, chance: float = 0.999, retry_after: float | None = None) -> pace.PaceEffect:
    """Return the rest after a second failure, so long after the first."""
    failing = Failure(kind=Kind.DOWN, retry_after=retry_after)
    state, _ = pace.step(pace.begin(), pace.PaceEvent(what=pace.Came(failing), now=0.0, chance=chance))
    return pace.step(state, pace.PaceEvent(what=pace.Came(failing), now=seconds, chance=chance))[1]


def test_after_a_long_outage_windows_come_back_spread_over_two_minutes() -> None:
    short, long = down_for(5.0), down_for(LONG_OUTAGE)
    assert isinstance(short, Rest)
    assert isinstance(long, Rest)
    assert short.seconds < 5.0
    assert long.seconds == pytest.approx(RECONNECT_SPREAD * 0.999)
    asked = down_for(LONG_OUTAGE, retry_after=30.0)
    assert isinstance(asked, Rest)
    assert asked.seconds == pytest.approx(30.0 + RECONNECT_SPREAD * 0.999)
    assert asked.patient
    assert not long.patient, "an act is worth a try"


def test_a_round_that_went_well_ends_the_outage() -> None:
    failing, well = pace.Came(Failure(kind=Kind.DOWN)), pace.Came()
    state, _ = pace.step(pace.begin(), pace.PaceEvent(what=failing, now=0.0, chance=0.5))
    assert (state.attempt, state.down_since) == (1, 0.0)
    state, rest = pace.step(state, pace.PaceEvent(what=well, now=900.0, chance=0.5))
    assert (state.attempt, state.down_since) == (0, None)
    assert rest == Rest(state.pulse)


def test_passwords_and_tokens_are_not_shown_with_a_state(ends: Honest) -> None:
    state = plans.sign_in(WINDOW, "C1", "correct horse")
    state, _ = machine.step(state, Event(what=Begun(), now=0.0))
    assert "correct horse" not in repr(state)
    state, effects = machine.step(machine.begin([Feed()], WINDOW), Event(what=Begun(), now=0.0))
    spoken = replace(Request(method="GET", path="/v1/feed"), token="secret-token")
    assert "secret-token" not in repr((state, effects, spoken))
