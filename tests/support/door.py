"""A gate over a real store, with central's part moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.domain.people import Person, Role
from clerk_app.gate import Gate
from clerk_app.line import Admission, LineDown, SignInRefused
from clerk_app.store.records import Records
from tests.support.counter import HandClock

CLERK = Person(number="C0001", name="样例收件员", role=Role.CLERK, points=("FS0001",))
PASSWORD = "yangli-0001"


@dataclass
class City:
    """Central's part, moved by hand."""

    reachable: bool = True
    days: int = 3
    passwords: dict[str, str] = field(default_factory=lambda: {"C0001": PASSWORD})
    refuses: str = ""
    asked: int = 0

    def authenticate(self, number: str, password: str) -> Admission:
        self.asked += 1
        if not self.reachable:
            raise LineDown("连不上市中心。")
        if self.refuses:
            raise SignInRefused(self.refuses, "不行。")
        if self.passwords.get(number) != password:
            raise SignInRefused("credentials-wrong", "工号或口令不正确。")
        return Admission(person=CLERK, offline_days=self.days)


@dataclass
class Door:
    """What a test works with."""

    gate: Gate
    city: City
    clock: HandClock
    records: Records

    def code(self, number: str = "C0001", password: str = PASSWORD) -> str:
        """Try to sign in; return why not, or nothing."""
        try:
            self.gate.sign_in(number, password)
        except SignInRefused as refused:
            return refused.code if refused.message else "says nothing"
        return ""
