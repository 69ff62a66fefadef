"""Getting back from central what this window's own disk has lost, before anything new is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from clerk_app.domain.journal import Record
from clerk_app.line import LineDown, LineRefused
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.books.losses import LossState
from clerk_app.store.records import Records
from sync import wire
from sync.talk import Told

M = TypeVar("M")
OLD_COPY = (
    "本机的流水与市中心所存的对不上：{what}。本机数据可能是旧的备份，或是另一台机器的副本。"
    "本机登记的都还在，一条也没有删；请勿继续收件，联系技术人员重新登记本窗口。"
)
OLDER_CENTRAL = frozenset({"method", "not-found"})
"""What a central says that cannot give a window its own entries back: then the feed has to do."""


class Ask(Protocol):
    """Asks central something as the window."""

    def __call__(self, method: str, path: str, answer: type[M], message: object = None, **more: int) -> M:
        """Return the answer; raises ``LineDown`` or ``Told``."""
        ...


def two_histories(what: str = "同一序号的内容不同") -> LineRefused:
    """Return what is said where central holds another history of this window."""
    return LineRefused(OLD_COPY.format(what=what))


def regain(records: Records, state: wire.SessionState, ask: Ask, tell: Callable[[str], None]) -> bool:
    """Fetch the own entries that are missing here and central holds; return whether it could give them all.

    Raises ``LineRefused`` where they contradict what this window has, and what ``ask`` does.
    """
    compare(records, state)
    after = _wanted_after(records, state.last_n)
    while after is not None:
        try:
            page = ask("GET", "/v1/entries", wire.OwnEntries, after=after)
        except Told as told:
            if told.code in OLDER_CENTRAL:
                return False
            raise
        if [own.entry.n for own in page.entries] != list(range(after + 1, after + 1 + len(page.entries))):
            raise LineDown("市中心的应答前后不符。")
        taken = [
            Record(entry=o.entry, verdict=o.verdict, position=o.position, problem=msgspec.to_builtins(o.problem))
            for o in page.entries
        ]
        try:
            records.restore(taken)
        except ChainForked as forked:
            raise two_histories() from forked
        if taken:
            tell(f"已从市中心取回本窗口流水至第 {taken[-1].entry.n} 条")
        following = _wanted_after(records, state.last_n)
        if following is None or not taken or following <= after:
            return following is None
        after = following
    return True


def compare(records: Records, state: wire.SessionState) -> None:
    """Raise ``LineRefused`` where central's last entry of this window is another here."""
    if records.own_digest(state.last_n) not in {None, state.last_digest}:
        raise two_histories(f"第 {state.last_n} 条的内容不同")


def _wanted_after(records: Records, last_n: int) -> int | None:
    """Return the number past which own entries are to be asked for; ``None``: nothing is missing that central has."""
    first = next((gap.first for gap in records.gaps()), None)
    if first is not None and first <= last_n:
        return first - 1
    head, _ = records.head()
    return head if last_n > head else None


def stuck(records: Records) -> str:
    """Return why entries that are unsent cannot be said, and what is to be done."""
    gap = next(iter(records.gaps()), None)
    if gap is None:
        return (
            "有一条未发的流水在本机已损坏，它和之后的都还没有上报。本机的数据都还在；"
            "请清理磁盘，退出并重新打开程序，修复会自动进行，再同步一次。"
        )
    named = [loss.subject for loss in records.losses() if loss.state is LossState.OPEN and loss.subject]
    about = f"（涉及办件 {'、'.join(dict.fromkeys(named[:3]))}{' 等' if len(set(named)) > 3 else ''}）" if named else ""
    run = f"第 {gap.first} 条" if gap.first == gap.last else f"第 {gap.first}–{gap.last} 条"
    return (
        f"本窗口{run}流水在本机已灭失，市中心也没有{about}；其后登记的 {records.unsent_count()} 条都还在，暂不能上报。"
        "请接上保存第二副本的介质再同步；仍找不回的，由值班主任核对 clerk losses 的名单后执行 clerk write-off。"
    )
