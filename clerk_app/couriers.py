"""Couriers at the counter: who a badge is, whether the PIN is theirs, and whose bags they may take; the line may be down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

from clerk_app.domain.couriers import PIN_DIGITS, Courier, parse_badge, parse_pin, pin_holds
from clerk_app.line import SignInRefused
from clerk_app.seat import Refused
from clerk_app.store.books.couriers import kept_couriers
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records
from clerk_app.throttle import Secret, SignIns, Throttle

KEY = "courier-pins"
PIN = Secret(name=" PIN ", next="袋件都还在本窗口；忘了 PIN 请联系揽收企业，由市中心重设。", free=3)


class Couriers:
    """The couriers central told of; thread-safe. ``verify`` takes some 0.1 s: have it done beside the screen."""

    def __init__(self, records: Records, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._throttle = Throttle(SignIns(records, KEY), clock, PIN)
        self._one_at_a_time = threading.Lock()
        """Of PINs tried at once each must know what became of the others."""

    def known(self) -> tuple[Courier, ...]:
        """Return everybody on the list, those who may not collect here any more among them; raises ``Refused`` without a list."""
        kept = kept_couriers(self._records)
        if kept is None:
            raise Refused(
                "couriers-unknown", "本窗口还没有收到揽收员名单，核对不了工牌。请接通网络，同步一次后再交接。", "badge"
            )
        return kept.couriers

    def find(self, badge: str) -> Courier:
        """Return whose badge was scanned or typed, whether or not they may collect; raises ``Refused``."""
        number = parse_badge(badge)
        known = self.known()
        found = next((courier for courier in known if courier.badge == number), None)
        if not number or found is None:
            raise Refused(
                "badge-unknown",
                "本服务点没有这张工牌的揽收员。请核对扫到的是不是工牌；新来的揽收员须由市中心登记，同步后才能交接。",
                "badge",
            )
        return found

    def admitted(self, badge: str, today: date) -> Courier:
        """Return who may collect here today, of whom only the PIN is still to be seen; raises ``Refused``."""
        courier = self.find(badge)
        who = f"{courier.name}（{courier.badge}）"
        if courier.revoked:
            raise Refused("badge-revoked", f"{who}的工牌已停用，不能交接。请联系揽收企业另派人来。", "badge")
        if not courier.serves:
            raise Refused(
                "badge-elsewhere", f"{who}不再服务本服务点，不能交接。确实换了人的，请市中心登记后同步。", "badge"
            )
        if courier.valid_from and today < courier.valid_from:
            raise Refused("badge-not-yet", f"{who}的工牌自 {courier.valid_from} 起有效，今天还不能交接。", "badge")
        if courier.valid_until and courier.valid_until < today:
            raise Refused(
                "badge-expired", f"{who}的工牌 {courier.valid_until} 已到期，不能交接。请市中心延期后同步。", "badge"
            )
        return courier

    def verify(self, badge: str, pin: str, today: date) -> Courier:
        """Return the courier whose badge and PIN these are, who may collect here today; raises ``Refused``.

        A wrong PIN costs a wait that grows with each further one, for this badge, and is not shortened by a restart.
        """
        courier = self.admitted(badge, today)
        told = parse_pin(pin)
        if not told:
            raise Refused("pin-missing", f"请输入 {PIN_DIGITS} 位数字的 PIN。", "pin")
        with self._one_at_a_time:
            try:
                self._throttle.check(courier.badge)
            except SignInRefused as refused:
                raise Refused("pin-too-often", refused.message, "pin") from refused
            if not pin_holds(told, courier.verifier):
                with suppress(VaultError):  # what the store cannot keep now holds for as long as the program runs
                    self._throttle.count(courier.badge)
                raise Refused("pin-wrong", "PIN 不对。请揽收员本人重新输入。", "pin")
            with suppress(VaultError):
                self._throttle.forget(courier.badge)
        return courier

    def may_collect(self, courier: Courier, *codes: str) -> bool:
        """Whether somebody may take what goes to, or travels with, one of these: a department, point, company or carrier."""
        return courier.may_collect(*codes)

    def require(self, courier: Courier, *codes: str, name: str = "") -> None:
        """Raise ``Refused`` where somebody may not take what goes to, or travels with, one of these."""
        if not courier.may_collect(*codes):
            whose = name or "、".join(codes)
            raise Refused(
                "courier-not-for", f"{courier.name}（{courier.badge}）不能领取交给{whose}的袋件，请另放。", "parcel"
            )
