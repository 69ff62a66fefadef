"""What a window says when only a person can help."""

from __future__ import annotations

from sync.engine.operations import Stand
from sync.engine.values import Failure, Kind

OLD_COPY = (
    "本机的流水与市中心所存的对不上：{what}。本机数据可能是旧的备份，或是另一台机器的副本。"
    "本机登记的都还在，一条也没有删；请勿继续收件。由值班主任登录后执行 clerk renew-window：本机改以新的窗口号续办，已登记的全部上报。"
)


def refused(text: str) -> Failure:
    """Return a failure a person has to look at."""
    return Failure(kind=Kind.REFUSED, text=text)


def two_histories(what: str = "同一序号的内容不同") -> Failure:
    """Return what is said where central holds another history of this window."""
    return refused(OLD_COPY.format(what=what))


def too_old(version: str, oldest: str) -> Failure:
    """Return what is said where central serves this program no more."""
    return refused(
        f"本程序是 {version} 版，市中心只接待 {oldest} 及以后的版本，请升级。本机登记的都还在，升级后自动上报。"
    )


def stuck(stand: Stand) -> Failure:
    """Return why entries that are unsent cannot be said, and what is to be done."""
    gap = stand.missing
    if gap is None:
        return refused(
            "有一条未发的流水在本机已损坏，它和之后的都还没有上报。本机的数据都还在；"
            "请清理磁盘，退出并重新打开程序，修复会自动进行，再同步一次。"
        )
    subjects = gap.subjects
    about = f"（涉及办件 {'、'.join(subjects[:3])}{' 等' if len(subjects) > 3 else ''}）" if subjects else ""
    run = f"第 {gap.first} 条" if gap.first == gap.last else f"第 {gap.first}–{gap.last} 条"
    return refused(
        f"本窗口{run}流水在本机已灭失，市中心也没有{about}；其后登记的 {stand.unsent} 条都还在，暂不能上报。"
        "请接上保存第二副本的介质再同步；仍找不回的，由值班主任核对 clerk losses 的名单后执行 clerk write-off。"
    )
