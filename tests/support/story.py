"""A counter without a disk: acts are planned, checked and folded as the desk does it, entry by entry, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from clerk_app import planning
from clerk_app.domain.acts import refusal, role_refusal
from clerk_app.domain.case import Case, evolve, fold
from clerk_app.domain.catalogue import Due, Handling, Limit, Material, Necessity, ServiceItem
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import Calendar, YearTable
from clerk_app.domain.draft import Draft
from clerk_app.domain.journal import GENESIS, Entry, Record
from clerk_app.domain.numbers import case_number, uuid7
from clerk_app.domain.people import Applicant, Role
from clerk_app.domain.plain import to_plain
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused, Seat
from tests.support.checklists import item

MONDAY = date(2026, 3, 2)
SEAT = Seat(window="FS0001-01", number="01", point="FS0001", point_name="样例服务点")
APPLICANT = Applicant(kind="person", name="样例甲", id_number="440604190001010017")
FORM = Material(id="form", name="申请表", due=Due(keep=1))
CARD = Material(id="card", name="居民身份证", due=Due(inspect=1, copies=1))
LEASE = Material(id="lease", name="租赁合同", due=Due(copies=1), necessity=Necessity.DEFERRABLE, where="住建局租赁所")
PHOTO = Material(id="photo", name="相片", due=Due(either=2), necessity=Necessity.DEFERRABLE)
LETTER = Material(id="letter", name="推荐信", necessity=Necessity.OPTIONAL)
PERMIT = ServiceItem(
    code="PERMIT",
    name="居住证",
    department=item("x").department,
    materials=(FORM, CARD, LEASE, PHOTO, LETTER),
    handling=Handling.PROMISED,
    promised=Limit(10),
    statutory=Limit(20),
    visits_cap=1,
    basis="《居住证暂行条例》",
    review_body="样例市人民政府",
    court="样例区人民法院",
)
ALL = (
    Tally(material="form", originals_kept=1),
    Tally(material="card", originals_seen=1, copies_kept=1),
    Tally(material="lease", copies_kept=1),
    Tally(material="photo", copies_kept=2),
)


def without(*materials: str) -> tuple[Tally, ...]:
    """Return everything the permit asks for but these."""
    return tuple(t for t in ALL if t.material not in materials)


COVERED = Calendar((YearTable(year=2026, holidays=(), workdays=()),))
"""A calendar in which no date of these stories is 暂定."""


class Counter:
    """One case from receipt on; ``today`` is moved by hand."""

    def __init__(
        self,
        permit: ServiceItem = PERMIT,
        applicant: Applicant = APPLICANT,
        day: date = MONDAY,
        calendar: Calendar | None = None,
    ) -> None:
        self.item = permit
        self.applicant = applicant
        self.today = day
        self.calendar = calendar or Calendar(())
        self.entries: list[Entry] = []
        self.number = case_number("FS0001", "01", day, 1)

    @property
    def case(self) -> Case:
        """The case as its entries tell it."""
        case = fold(Record(entry=e) for e in self.entries)
        assert case is not None
        return case

    def wait(self, days: int) -> None:
        """Let calendar days pass."""
        self.today += timedelta(days=days)

    def receive(self, tallies: Sequence[Tally] = ALL, decide: Decide = Decide.AUTO, reason: str = "") -> Case:
        """Take papers in."""
        draft = Draft(items=(self.item,), applicant=self.applicant)
        checklist = draft.checklist()
        for tally in tallies:
            key = checklist.key_of(self.item.code, tally.material)
            assert key is not None
            draft = draft.tallied(key, tally)
        acts = planning.plan_intake(
            draft, self.applicant, decide, ("other", reason), "", SEAT, self.calendar, self.today, lambda: self.number
        )
        return self.say(acts)

    def supplement(self, *brought: Tally, decide: Decide = Decide.AUTO) -> Case:
        """Take supplements in and do what then follows."""
        self.say([planning.plan_supplement(self.case, brought, True, "", self.today)])
        return self.go_on(decide)

    def go_on(self, decide: Decide = Decide.AUTO, reason: str = "") -> Case:
        """Do what the case as it stands asks for."""
        acts = planning.next_step(self.case, decide, self.item, ("other", reason), self.calendar, self.today)
        return self.say(acts)

    def say(self, acts: Sequence[Act], role: Role = Role.CLERK, window: str = "FS0001-01") -> Case:
        """Record acts; raises ``Refused``."""
        for act in acts:
            entry = self.entry(act.kind, act.body, window)
            case = fold(Record(entry=e) for e in self.entries)
            why = role_refusal(entry.kind, role) or refusal(case, entry)
            if why is not None:
                raise Refused.because(why)
            after = evolve(case, entry)
            assert after is not None
            assert entry.id not in after.ignored
            self.entries.append(entry)
        return self.case

    def entry(self, kind: str, body: Any, window: str = "FS0001-01") -> Entry:
        """Return an entry about this case, not signed."""
        n = len(self.entries) + 1
        return Entry(
            id=uuid7(n, n.to_bytes(10, "big")),
            kind=kind,
            subject=self.number,
            at=f"{self.today}T09:{n % 60:02d}:00.000+08:00",
            actor="C0001",
            window=window,
            n=n,
            seen=n - 1,
            previous=GENESIS,
            body=to_plain(body),
        )
