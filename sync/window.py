"""The window's end of the line: says what is unsent, hears what is new, and lets people sign in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from clerk_app import VERSION
from clerk_app.domain.journal import Record
from clerk_app.gate import BARRED_KEY
from clerk_app.line import Admission, LineDown, LineRefused, SignInRefused
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.books.pruning import Coverage
from clerk_app.store.copies.handover_key import keep_central_key
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.mend.healing import CENTRAL
from clerk_app.store.records import Records
from sync import wire
from sync.carrying import Carrier
from sync.regaining import compare, regain, stuck, two_histories
from sync.session import WindowSession
from sync.talk import Cut, Stopped, Talk, Told, TooLarge

M = TypeVar("M")
T = TypeVar("T")
BATCH_BYTES = wire.MAX_BYTES - (64 << 10)
"""What a batch of entries may weigh, with room for what stands around them."""
CATALOGUE_PAGE = 2000
"""Rows: the most central gives at once; it ends a page early where that would be too many bytes."""
SHARE = 100
"""Of a long answer so much is taken in at a time: between two shares whoever works at the window gets the store."""
BREATH = 0.001
"""Seconds between two shares."""
ROUNDS = 3
EPOCH_KEY = "line-epoch"
LOOK_ANEW = frozenset({"epoch-changed", "gap", "cursor-ahead"})
"""Problems after which the window asks where central stands, and goes on from there."""
TWO_HISTORIES = frozenset({"entry-reused", "chain-broken"})
NOT_THERE = frozenset({"prefiling-unknown", "case-unknown", "not-found"})
SIGN_IN_CODES = {"sign-in-refused": "credentials-wrong"}
"""Central's words for the gate's."""


@dataclass(slots=True)
class Report:
    """What one round came to."""

    pushed: int = 0
    refused: int = 0
    pulled: int = 0
    """Entries of others taken in."""
    catalogue: int = 0
    """Catalogue documents taken in."""
    unsent: int = 0
    """Entries still unsent afterwards."""
    clock_skew: float | None = None
    """Seconds this machine's clock is ahead of central's."""
    carried: int = 0
    """Files of other windows delivered (``sync.carrying``)."""
    carried_refused: int = 0
    """Such files central does not take."""


class WindowEnd:
    """One window's conversation with central; used by one thread at a time."""

    def __init__(
        self,
        records: Records,
        window: str,
        signer: Callable[[bytes], bytes],
        talk: Talk,
        clock: Callable[[], datetime],
        heard: Callable[[datetime], float] | None = None,
    ) -> None:
        """``heard`` is told central's time, and returns by how many seconds this machine's clock is ahead of it."""
        self._records = records
        self._window = window
        self._talk = talk
        self._heard = heard or (lambda central: (clock() - central).total_seconds())
        self.clock_skew: float | None = None
        """Seconds this machine's clock is ahead of central's, since central was heard."""
        self._session = WindowSession(records, window, signer, talk, clock)
        self._carrier = Carrier(records, self._ask, clock)
        self._progress: Callable[[str], None] = lambda _: None

    def close(self) -> None:
        """End the conversation."""
        self._talk.close()

    # one thing asked

    def authenticate(self, number: str, password: str) -> Admission:
        """Ask central whether somebody may sign in here; raises ``LineDown`` or ``SignInRefused``."""
        try:
            session = self._session.open(number, password)
        except Told as told:
            raise SignInRefused(SIGN_IN_CODES.get(told.code, told.code), str(told), told.retry_after) from told
        if session.person is None:
            raise LineDown("市中心的应答不完整。")
        return Admission(person=session.person, offline_days=session.offline_days)

    def greet(self) -> wire.SessionState:
        """Ask central where it and this window stand; raises ``LineDown`` or ``LineRefused``."""
        try:
            return self._greet()
        except Told as told:
            raise LineRefused(str(told)) from told

    def prefiling(self, number: str) -> wire.Prefiling | None:
        """Return an application made online, or ``None`` where central has none of this number."""
        return self._found("/v1/prefilings/", number, wire.Prefiling)

    def _found(self, path: str, number: str, answer: type[M]) -> M | None:
        try:
            return self._ask("GET", path + quote(number, safe=""), answer)
        except Told as told:
            if told.code in NOT_THERE:
                return None
            raise LineRefused(str(told)) from told

    # everything said and heard

    def sync(
        self, progress: Callable[[str], None] = lambda _: None, cancelled: Callable[[], bool] = lambda: False
    ) -> Report:
        """Say everything unsent and hear everything new; raises ``LineDown``, ``Busy`` or ``LineRefused``.

        ``progress`` is called, in Chinese, whenever something has been said or taken in; ``cancelled`` is asked between
        pages, and ends the work with ``Stopped``: what was done until then is done.
        """
        report = Report()
        self._progress, self._talk.cancelled = progress, cancelled
        for left in reversed(range(ROUNDS)):
            try:
                self._round(report)
                if not (left and self._is_stuck() and self._records.heal()):
                    break
            except Told as told:
                if told.code in TWO_HISTORIES:
                    raise two_histories() from told
                if told.code not in LOOK_ANEW or not left:
                    raise LineRefused(str(told)) from told
                if told.code == "cursor-ahead":
                    self._begin_anew(self._greet())
            except StoreDamaged as damage:
                if not left or not self._records.heal(damage):
                    raise
        if self._is_stuck():
            raise LineRefused(stuck(self._records))
        report.unsent = self._records.unsent_count()
        return report

    def _is_stuck(self) -> bool:
        """Whether something is unsent, and none of it may be said."""
        return bool(self._records.unsent_count()) and not self._records.unsent(1, 1)

    def _round(self, report: Report) -> None:
        state = self._greet()
        report.clock_skew = self.clock_skew
        self._heed(state.barred)
        self._records.heal()
        self._compare(state, report)
        self._records.pruning.cover(Coverage(state.durable_through, state.durable_position, state.server_time))
        self._push(report, state.epoch)
        carried = self._carrier.deliver(state.epoch, self._progress)
        report.carried += carried.files
        report.carried_refused += carried.refused
        self._pull_feed(report)
        self._pull_catalogue(report)
        self._records.looked(CENTRAL)
        self._records.made_whole()

    def _greet(self) -> wire.SessionState:
        state = self._ask("GET", "/v1/session", wire.SessionState, backlog=self._records.unsent_count())
        if _older(VERSION, state.oldest_client):
            raise LineRefused(
                f"本程序是 {VERSION} 版，市中心只接待 {state.oldest_client} 及以后的版本，请升级。"
                "本机登记的都还在，升级后自动上报。"
            )
        self.clock_skew = self._heard(_moment(state.server_time))
        if state.handover is not None and not self._records.vault.read_only:
            keep_central_key(self._records, state.handover.id, state.handover.key)
        return state

    def _heed(self, numbers: Sequence[str]) -> None:
        """Keep whom central lets work here no more: the gate asks for it."""
        barred = msgspec.json.encode(sorted(numbers))
        if barred != (self._records.get_meta(BARRED_KEY) or b"[]"):
            self._records.put_meta(BARRED_KEY, barred)

    def _compare(self, state: wire.SessionState, report: Report) -> None:
        """Find out whether this window lost something, and fetch it again, or central did."""
        if not regain(self._records, state, self._ask, self._progress):
            self._pull_feed(report)
        compare(self._records, state)
        self._records.central_has(state.last_n)
        head, _ = self._records.head()
        known = (self._records.get_meta(EPOCH_KEY) or b"").decode()
        if (known and known != state.epoch) or self._confirmed(head) > state.last_n:
            self._begin_anew(state)
        elif not known:
            self._records.put_meta(EPOCH_KEY, state.epoch.encode())

    def _confirmed(self, head: int) -> int:
        """Return up to which ``n`` central is known to have this window's entries."""
        gap = next(iter(self._records.gaps()), None)
        surely = gap.first - 1 if gap is not None else head
        if not self._records.unsent_count():
            return surely
        return next((min(surely, entry.n - 1) for entry in self._records.unsent(1, 1)), surely if gap else 0)

    def _begin_anew(self, state: wire.SessionState) -> None:
        """Central was restored: say again what it lost, and hear again whatever may not be as it was."""
        with self._records.transaction():
            lost = self._records.say_again(state.last_n)
            self._records.rewind_feed(state.last_n)
            self._records.put_catalogue((), 0)
            self._carrier.say_again()
            self._records.put_meta(EPOCH_KEY, state.epoch.encode())
        self._progress(f"市中心从备份恢复过，重新核对；须再报 {lost} 条")

    def _push(self, report: Report, epoch: str) -> None:
        limit = wire.MAX_ENTRIES
        while entries := self._records.unsent(limit, BATCH_BYTES):
            request = wire.EntriesRequest(epoch=epoch, entries=entries)
            try:
                answer = self._ask("POST", "/v1/entries", wire.EntriesAnswer, request)
            except TooLarge as error:
                if len(entries) == 1:
                    raise LineRefused(f"第 {entries[0].n} 条流水过大，市中心不收：{error}请联系技术人员。") from error
                limit = len(entries) // 2
                continue
            said = {(entry.id, entry.n) for entry in entries}
            verdicts = [v for v in answer.verdicts if (v.id, v.n) in said]
            if not verdicts:
                raise LineDown("市中心没有对上报的流水作答。")
            for share in self._shares(verdicts):
                self._records.settle([(v.id, v.verdict, v.position, msgspec.to_builtins(v.problem)) for v in share])
            report.pushed += len(verdicts)
            report.refused += sum(1 for v in verdicts if v.position is None)
            self._progress(f"已上报 {report.pushed} 条")

    def _pull_feed(self, report: Report) -> None:
        more = True
        while more:
            after = self._records.feed_cursor()
            feed = self._ask("GET", "/v1/feed", wire.Feed, after=after)
            last = after + len(feed.entries)
            if [f.position for f in feed.entries] != list(range(after + 1, last + 1)) or feed.next != last:
                raise LineDown("市中心的应答前后不符。")
            if feed.more and not feed.entries:
                raise LineDown("市中心的应答前后不符。")
            for share in self._shares(feed.entries):
                taken = [Record(entry=f.entry, verdict=f.verdict, position=f.position) for f in share]
                try:
                    self._records.take_feed(taken, share[-1].position)
                except ChainForked as forked:
                    raise two_histories() from forked
                report.pulled += sum(f.entry.window != self._window for f in share)
                self._progress(f"已下载流水至第 {share[-1].position} 条")
            more = feed.more

    def _pull_catalogue(self, report: Report) -> None:
        before = report.catalogue
        try:
            while self._pull_page(report):
                pass
        except Stopped:
            raise
        except (LineDown, Told):
            if report.catalogue > before:  # what has come so far can be found, though more is to come
                self._records.put_catalogue((), self._records.catalogue_revision())
            raise

    def _pull_page(self, report: Report) -> bool:
        """Take in one page of the catalogue; return whether there are more."""
        after = self._records.catalogue_revision()
        page = self._ask("GET", "/v1/catalogue", wire.Catalogue, after=after, limit=CATALOGUE_PAGE)
        revisions = [after, *(row.revision for row in page.rows)]
        if revisions != sorted({*revisions}) or page.next != revisions[-1] or (page.more and not page.rows):
            raise LineDown("市中心的应答前后不符。")
        for share in self._shares(page.rows):
            last = share[-1].revision
            self._records.put_catalogue(share, last, more=page.more or last < page.next)
            report.catalogue += len(share)
            self._progress(f"已更新目录 {report.catalogue} 条")
        return page.more

    def _shares(self, whole: Sequence[T]) -> Iterator[Sequence[T]]:
        """Yield a long answer piece by piece, letting others at the store in between."""
        for begin in range(0, len(whole), SHARE):
            if begin:
                time.sleep(BREATH)
                if self._talk.cancelled():
                    raise Stopped("已停止。")
            yield whole[begin : begin + SHARE]

    def _ask(self, method: str, path: str, answer: type[M], message: Any = None, **more: Any) -> M:
        """Ask with the window's own session; once more where the connection was cut, or central wants another session."""
        try:
            return self._talk.ask(method, path, answer, message, token=self._session.token(), **more)
        except Cut:
            pass
        except Told as told:
            if told.problem.status != 401:
                raise
            self._session.drop()
        try:
            return self._talk.ask(method, path, answer, message, token=self._session.token(), **more)
        except Told as told:
            if told.problem.status != 401:
                raise
            self._session.drop()
            raise LineDown("市中心没有认可本窗口的登录，稍后自动再试。") from told


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise LineDown("市中心的应答不完整，或者读不懂。") from error
    if moment.tzinfo is None:
        raise LineDown("市中心的应答不完整，或者读不懂。")
    return moment


def _older(version: str, oldest: str) -> bool:
    """Whether a version comes before another; one that is not made of numbers is not compared."""
    try:
        return [int(part) for part in version.split(".")] < [int(part) for part in oldest.split(".")]
    except ValueError:
        return False
