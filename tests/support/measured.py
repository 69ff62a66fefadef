"""Two weeks of three windows at two points, scripted, for the tests of the measures: what they come to can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.catalogue import Department, Limit
from clerk_app.domain.checklist import Deficit, DeficitKind, Tally
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import CENTRAL, Entry, Record
from clerk_app.domain.numbers import case_number
from clerk_app.domain.people import Applicant
from tests.support.window_journal import CHECKLIST, Journal, heard

BEGIN = date(2026, 2, 16)
DAYS = 15
"""Until 2026-03-02, the day of the hand-moved clocks."""
POLICE, HOUSING = Department(code="GA", name="市公安局"), Department(code="ZJ", name="市住房和城乡建设局")
ITEMS = tuple(
    b.ItemRef(
        code=f"SAMPLE-{n}",
        name=name,
        department=POLICE if n % 2 else HOUSING,
        promised=Limit(5),
        visits_cap=cap,
        depth=depth,
        sample=True,
    )
    for n, (name, cap, depth) in enumerate(
        (
            ("居住证签发", 1, "III"),
            ("房屋租赁登记备案", 2, "II"),
            ("户口迁移审批", 1, "IV"),
            ("商品房预售许可", 1, ""),
        ),
        start=1,
    )
)
MISSING = Deficit(material="card", name="居民身份证", kind=DeficitKind.MISSING, cure="请提交", where="户政窗口")
EXPIRED = replace(MISSING, material="form", name="申请表", kind=DeficitKind.EXPIRED)
BROUGHT = Tally(material="card", originals_seen=1, copies_kept=1)
APPLICANT = Applicant(kind="person", name="样例甲", id_number="440604190001010011", phone="13800000000")
WINDOWS = ("FS0001-05", "FS0001-06", "FS0002-05")


@dataclass
class Weeks:
    """What the windows and the departments say."""

    windows: dict[str, Journal] = field(
        default_factory=lambda: {window: Journal(window=window) for window in (*WINDOWS, CENTRAL)}
    )
    entries: list[Entry] = field(default_factory=list)

    def say(self, window: str, day: date, hour: int, kind: str, subject: str, body: object) -> None:
        journal = self.windows[window]
        journal.day = day
        entry = journal.say(kind, subject, body)
        serial = f"{len(self.entries):012x}"
        self.entries.append(
            replace(entry, id=f"00000000-0191-7000-8000-{serial}", at=f"{day}T{hour:02d}:{journal.n % 60:02d}:00+08:00")
        )

    def case(self, n: int) -> None:
        """One case: what becomes of it, its number tells."""
        window, item, day = (
            WINDOWS[n % 3],
            ITEMS[(0, 1, 0, 2, 0, 3, 1)[n % 7]],
            BEGIN + timedelta(days=n * 4 // 3 % DAYS),
        )
        number = case_number(window[:6], window[-2:], day, 500 + n)
        hour = (9, 10, 9, 10, 11, 14, 15, 10, 16)[n % 9]
        received = b.Received(
            item=item,
            applicant=APPLICANT,
            checklist=CHECKLIST,
            received_on=day,
            notice_due=DueDay(day=day + timedelta(days=7)),
            answers={},
            tallies=(Tally(material="form", originals_kept=1),),
            point=window[:6],
        )
        self.say(window, day, hour, "case.received", number, received)
        last = day
        fate = (n * n + n // 7) % 5
        match fate:
            case 0:
                return
            case 1:
                declined = b.Declined(on=day, reason="样例", reason_code="not-competent")
                self.say(window, day, hour, "case.declined", number, declined)
                return
            case 2:
                told = b.NoticeGiven(number=1, deficits=(MISSING, EXPIRED) if n % 4 == 1 else (MISSING,), given_on=day)
                self.say(window, day, hour, "notice.given", number, told)
                last = day + timedelta(days=2)
                line = b.SupplementLine(material="card", name="居民身份证", brought=BROUGHT, cured=True)
                came = b.Supplemented(on=last, lines=(line,), tallies=(BROUGHT,), notice=1)
                self.say(window, last, hour, "case.supplemented", number, came)
        due = DueDay(day=last + timedelta(days=7))
        self.say(window, last, hour, "case.accepted", number, b.Accepted(accepted_on=last, promised_due=due))
        if n % 4 == 0:
            self.say(window, last, hour, "rating.given", number, sb.RatingGiven(level=5 - n % 3 - n % 2))
        if fate == 3:
            on = last + timedelta(days=9 if n % 2 else 3)
            outcome = "denied" if n % 11 == 0 else "approved"
            self.say(CENTRAL, on, 15, "case.decided", number, b.Decided(on=on, outcome=outcome))

    def bag(self, n: int) -> None:
        """One bag, of which every third has come to where it goes."""
        day = BEGIN + timedelta(days=10 + n)
        number = parcel_number("FS0001", "05", day, 500 + n)
        here = cb.Hand(kind=cb.HandKind.POINT, code="FS0001", name="祖庙政务服务中心")
        to = cb.Hand(kind=cb.HandKind.DEPARTMENT, code="GA", name="市公安局")
        sealed = cb.Sealed(direction=cb.Direction.TO_DEPARTMENT, sender=here, to=to, lines=(), on=day)
        self.say(WINDOWS[0], day, 16, "parcel.sealed", number, sealed)
        if n % 3 == 0:
            self.say(WINDOWS[0], day, 17, "parcel.received", number, cb.ParcelReceived(by=to, on=day))


def weeks(cases: int = 120) -> list[Record]:
    """Return everything as the feed brings it."""
    made = Weeks()
    for n in range(cases):
        made.case(n)
    for n in range(5):
        made.bag(n)
    return heard(made.entries)


def pages(records: list[Record], size: int = 50) -> Iterator[list[Record]]:
    """Yield them in pages."""
    for begin in range(0, len(records), size):
        yield records[begin : begin + size]
