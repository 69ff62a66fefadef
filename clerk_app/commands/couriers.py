"""Couriers from central's command line: who comes to which point, their PINs, and who comes no more."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from clerk_app.commands.central import print_told, with_central
from clerk_app.commands.output import DONE, REFUSED, Stop, print_json
from clerk_app.domain.couriers import ANYBODY, parse_badge

if TYPE_CHECKING:
    from sync.central.access.couriers import Listed
    from sync.central.central import Central

REASONS = {
    "badge": "工牌号应为 4 到 20 位字母和数字。",
    "pin": "PIN 应为 6 位数字，不能是同一个数字、连续的数字或重复的几位。",
    "days": "有效期的末日早于首日。",
    "text": "姓名、企业、车牌、电话或代码是空的、太长，或含有不可显示的字符。",
    "too-many": "服务点的揽收员已满 1000 人（含以前的）。",
}


def add(options: argparse.Namespace) -> int:
    """Make a courier known, or change one."""
    from sync.central.access import couriers
    from sync.central.access.enrolment import UnknownPoint

    told = couriers.Enlisted(
        badge=options.badge,
        name=options.name,
        points=tuple(dict.fromkeys(options.points)),
        company=options.company,
        vehicle=options.vehicle,
        contact=options.contact,
        receives_for=tuple(options.receives_for or (ANYBODY,)),
        valid_from=options.valid_from,
        valid_until=options.valid_until,
    )
    pin = _typed(options)
    try:
        drawn = with_central(options, lambda central: couriers.add(central, told, pin))
    except couriers.CourierRefused as refused:
        raise Stop(REFUSED, REASONS[refused.code], f"courier-{refused.code}") from refused
    except UnknownPoint as error:
        raise Stop(REFUSED, f"没有代码为“{error}”的服务点。", "point-unknown") from error
    print_told({"badge": parse_badge(options.badge), **({"pin": drawn} if drawn else {})}, options)
    return DONE


def set_pin(options: argparse.Namespace) -> int:
    """Give a courier another PIN."""
    from sync.central.access import couriers

    pin = _typed(options)
    try:
        drawn = with_central(options, lambda central: couriers.set_pin(central, options.badge, pin))
    except couriers.CourierRefused as refused:
        raise Stop(REFUSED, REASONS[refused.code], f"courier-{refused.code}") from refused
    if drawn is None:
        raise _unknown(options)
    print_told({"badge": parse_badge(options.badge), **({"pin": drawn} if drawn else {})}, options)
    return DONE


def revoke(options: argparse.Namespace) -> int:
    """Have a courier collect nowhere any more."""
    from sync.central.access import couriers

    if not with_central(options, lambda central: couriers.revoke(central, options.badge)):
        raise _unknown(options)
    print_told({"revoked": parse_badge(options.badge)}, options)
    return DONE


def listed(options: argparse.Namespace) -> int:
    """List couriers."""
    from sync.central.access import couriers

    async def told(central: Central) -> list[Listed]:
        return await couriers.listed(central, options.point)

    found = with_central(options, told)
    if options.json:
        print_json({"couriers": [_plain(one) for one in found]})
    for one in [] if options.json else found:
        until = "已停用" if one.revoked else f"至 {one.valid_until}" if one.valid_until else "长期"
        print(f"{one.badge}  {one.name}  {one.company or '—'}  {until}  {'、'.join(one.points) or '—'}")
    return DONE


def _plain(one: Listed) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(one)
    return plain


def _typed(options: argparse.Namespace) -> str:
    """Return the PIN from standard input; empty: one is to be drawn."""
    if not options.pin_stdin:
        return ""
    typed = sys.stdin.readline().strip()
    if not typed:
        raise Stop(REFUSED, REASONS["pin"], "courier-pin")
    return typed


def _unknown(options: argparse.Namespace) -> Stop:
    return Stop(REFUSED, f"没有工牌号为“{options.badge}”的揽收员。", "courier-unknown")
