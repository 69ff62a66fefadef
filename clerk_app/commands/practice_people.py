"""Who works at the window people practise at, and the line that leads nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.domain.people import Person, Role
from clerk_app.line import Admission, LineStatus, SignInRefused
from clerk_app.services import DemoAccount, DemoCourier

if TYPE_CHECKING:
    from sync.central.sample.generator import City

NO_LINE = "练习不联网：这里登记的都不是真的办件，也上报不了。"


class NoLine:
    """A line that leads nowhere."""

    def status(self) -> LineStatus:
        """Return that there is none."""
        return LineStatus(last_problem=NO_LINE)

    def poke(self) -> None:
        """Do nothing: nothing is ever sent."""

    def stop(self) -> None:
        """Do nothing."""


class PracticePeople:
    """The sample's people sign in with the passwords the start screen shows; also what it shows (``services.Demo``)."""

    label = "练习：人和件都是样例，不联网，什么都不会上报"

    def __init__(self, city: City, point: str) -> None:
        here = [account for account in city.accounts if account.point == point]
        self._persons = {
            a.number: Person(number=a.number, name=a.name, role=Role(a.role), points=(a.point,)) for a in here
        }
        self.accounts = tuple(
            DemoAccount(number=a.number, name=a.name, role=Role(a.role).value, password=a.password) for a in here
        )
        self.couriers = tuple(
            DemoCourier(badge=c.badge, name=c.name, pin=c.pin) for c in city.couriers if point in c.points
        )

    @property
    def first(self) -> Person:
        """A clerk among them."""
        return next(iter(self._persons.values()))

    def authenticate(self, number: str, password: str) -> Admission:
        """Let one of them in; raises ``SignInRefused``."""
        known = {account.number: account.password for account in self.accounts}
        if known.get(number) != password:
            raise SignInRefused("credentials-wrong", "工号或口令不对。练习用的工号和口令就在下面。")
        return Admission(person=self._persons[number], offline_days=0)

    def central_running(self) -> bool:
        """There is none."""
        return False

    def stop_central(self) -> None:
        """There is none."""

    def start_central(self) -> None:
        """There is none."""
