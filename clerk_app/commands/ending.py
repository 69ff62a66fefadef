"""The end of a window or an account from central's command line: shut out, retired in good order, or moved to another point."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from clerk_app.commands.central import print_told, with_central
from clerk_app.commands.output import DONE, REFUSED, Stop, say
from clerk_app.domain.timing import BEIJING

if TYPE_CHECKING:
    from sync.central.access.retiring import Standing
    from sync.central.central import Central


def revoke(options: argparse.Namespace) -> int:
    """Shut a window or an account out, at its next call."""

    async def shut_out(central: Central) -> bool:
        if options.window:
            return await central.revoke_window(options.window)
        return await central.revoke_account(options.account)

    if not with_central(options, shut_out):
        raise Stop(REFUSED, f"没有“{options.window or options.account}”。", "unknown")
    print_told({"revoked": options.window or options.account}, options)
    return DONE


def retire(options: argparse.Namespace) -> int:
    """End a window that has said everything; by force, any, telling what is lost."""
    from sync.central.access import retiring

    try:
        stood = with_central(options, lambda central: retiring.retire(central, options.window, force=options.force))
    except retiring.UnknownWindow as error:
        raise Stop(REFUSED, f"没有在用的窗口“{options.window}”。", "unknown") from error
    wrong = list(_missing(stood))
    if wrong and not options.force:
        told = f"窗口 {options.window} 没有注销：{'；'.join(wrong)}。请先在该窗口同步（clerk sync），确已无法同步的加 --force。"
        raise Stop(REFUSED, told, "not-in-order")
    lost = f"随之灭失、市中心没有的：{'；'.join(wrong)}。" if wrong else "它登记过的市中心都有。"
    value = {"retired": options.window, "in_order": stood.in_order, "standing": asdict(stood)}
    say(value, options.json, [f"窗口 {options.window} 已注销，下一次联网即不再受理。{lost}"])
    return DONE


def _missing(stood: Standing) -> Iterator[str]:
    """Yield what central has not got of a window, or cannot know."""
    if stood.said is None:
        yield "它从未联系过市中心，有没有未上报的不得而知"
    elif not stood.fresh:
        yield f"它最后一次联系是 {timedelta(seconds=stood.said)} 之前，此后登记的不得而知"
    if stood.said is not None and stood.backlog is None:
        yield "它没有说过有多少未上报的"
    if stood.backlog:
        yield f"有 {stood.backlog} 条未上报"
    if stood.refused:
        yield f"有 {stood.refused} 条被退回、没有处理"
    if stood.scans:
        yield f"有 {stood.scans} 份扫描件没有上传"


def move(options: argparse.Namespace) -> int:
    """Issue the code with which a window goes on at another point."""
    from sync.central.access import codes

    valid = timedelta(days=options.valid_days)
    try:
        made = with_central(options, lambda central: codes.issue_move(central, options.window, options.to, valid))
    except codes.NotMovable as error:
        raise Stop(REFUSED, f"没有在用的窗口“{options.window}”，或者它已在该服务点。", "not-movable") from error
    except codes.UnknownPoint as error:
        raise Stop(REFUSED, f"没有代码为“{error}”的服务点。", "point-unknown") from error
    value = {"window": options.window, "to": made.point, "code": made.code, "expires": made.expires}
    until = expiry(made.expires)
    told = f"在窗口 {options.window} 的机器上执行：clerk move --code {made.code}（{until} 前有效，只能用一次）。"
    say(
        value,
        options.json,
        [told, f"它随即成为 {made.point_name}（{made.point}）的新窗口，{options.window} 同时注销。"],
    )
    return DONE


def expiry(moment: str) -> str:
    """Return until when a code holds, at the counter."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
