"""The window people practise at: the sample's catalogue, a line that never connects, and keys no central knows.

Its folder is made anew each time and marked as practice's (``settings.PRACTICE``) before anything else is in it, so that no
other command takes it for a window's, whenever making it was cut short.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec

from clerk_app import settings as window_settings
from clerk_app.commands.output import NOT_READY, Stop
from clerk_app.commands.practice_people import NO_LINE, NoLine, PracticePeople
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.checklist import Tally
from clerk_app.domain.couriers import ANYBODY, verifier_of
from clerk_app.domain.couriers import Courier as KnownCourier
from clerk_app.domain.custody_numbers import parcel_number
from clerk_app.domain.journal import GENESIS, Entry, Record, Verdict
from clerk_app.domain.numbers import uuid7
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import to_plain
from clerk_app.gate import Gate
from clerk_app.line import Line, LineDown
from clerk_app.practice.lesson import Cast, Lesson
from clerk_app.practice.lessons import LESSONS
from clerk_app.practice.results import FILE, Results
from clerk_app.seat import Seat
from clerk_app.settings import NotEnrolled, Settings, SettingsDamaged
from clerk_app.store.access.keys import create_keys
from clerk_app.store.books.couriers import CourierList, keep_couriers
from clerk_app.store.file.lock import StoreLock
from clerk_app.store.records import Records
from clerk_app.wiring import Window, unlock_for

if TYPE_CHECKING:
    from sync.central.sample.generator import City
    from sync.window import WindowEnd
    from sync.wire import CatalogueRow

LOCK, DESK = "practice.lock", "99"
KEPT = frozenset({"window.json", "window.json.copy", FILE, "practice.damaged", LOCK, "log"})
"""What stays when the window is made anew: the mark, the results."""
OFFICE = "CENTRAL"
"""The window by which departments speak."""
BAG_ITEM, SEAL = "居住证", "LX-0001"
BAG_ANSWERS = {"living": "rented", "ground": "job", "agent": "self"}
LINE_OF_BAG = "rental-contract"


class PracticeWindow(Window):
    """An opened window to practise at; also the stage its lessons are played on (``practice.coach.Stage``)."""

    practice: ClassVar[bool] = True

    def __init__(self, folder: Path, city: City, people: PracticePeople) -> None:
        super().__init__(folder, tell=lambda _: None)
        self._city = city
        self._people = people
        self.line: Line = NoLine()
        self.gate = Gate(self.records, people, self.clock.steady)

    def connect(self) -> WindowEnd:
        """Raise ``LineDown``: nothing that is done here is ever told to anybody."""
        raise LineDown(NO_LINE)

    def start_line(self) -> Line:
        """Return the line that leads nowhere."""
        return self.line

    def head(self) -> int:
        """Return the number of the last own entry."""
        return self.records.head()[0]

    def entries(self, after: int, bag: str) -> list[Entry]:
        """Return a bag's entries, and every own one past ``after``."""
        about = [record.entry for record in self.records.records_of(bag)] if bag else []
        own = [r.entry for r in self.records.journal() if r.entry.window == self.seat.window and r.entry.n > after]
        return [*about, *(entry for entry in own if entry.subject != bag)]

    def cast(self, lesson: Lesson, turn: int) -> Cast:
        """Return who plays; for a lesson about a bag, one has come."""
        from sync.central.sample.people import sample_organisations, sample_people

        place = turn * len(LESSONS) + LESSONS.index(lesson)
        chosen = sample_organisations if lesson.organisation else sample_people
        who = chosen(place % 400 + 7)[-1]
        cast = Cast(name=who.name, id_number=who.id_number, phone=who.phone, wrong_number=misspelt(who.id_number))
        return self._with_bag(cast) if lesson.bag else cast

    def _with_bag(self, cast: Cast) -> Cast:
        """Have a case whose result comes back in a bag, as the department packed it."""
        desk = self.desk(self._people.first)
        item = next(one for one in self._city.items if one.name == BAG_ITEM)
        who = Applicant(kind="person", name=cast.name, id_number=cast.id_number, phone=cast.phone)
        draft = replace(desk.begin([item.code]), applicant=who, answers=BAG_ANSWERS)
        for line in draft.checklist().lines:
            due = line.material.due
            copies = 2 if line.material.id == LINE_OF_BAG else due.copies
            told = Tally(material=line.key, originals_seen=due.inspect, originals_kept=due.keep, copies_kept=copies)
            draft = draft.tallied(line.key, told)
        case = desk.receive(draft).outcomes[0].case
        self._confirmed()
        day, serial = self.clock().date(), self.records.entry_count() + 1
        bag = parcel_number(self.seat.point, OFFICE, day, serial)
        sealed = cb.Sealed(
            direction=cb.Direction.TO_WINDOW,
            sender=cb.Hand(kind=cb.HandKind.DEPARTMENT, code=case.item.department.code, name=case.item.department.name),
            to=cb.Hand(kind=cb.HandKind.POINT, code=self.seat.point, name=self.seat.point_name),
            lines=(
                cb.PaperLine(case=case.number, material=cb.RESULT, name=BAG_ITEM, originals=1),
                cb.PaperLine(case=case.number, material=LINE_OF_BAG, name="房屋租赁合同", copies=2),
            ),
            on=day,
            seal=SEAL,
        )
        self._heard("case.decided", case.number, b.Decided(on=day, outcome="approved", document="练习〔1〕号"))
        self._heard("parcel.sealed", bag, sealed)
        return replace(cast, case=case.number, bag=bag)

    def _confirmed(self) -> None:
        """What is recorded so far counts: the department has had it."""
        position = self.records.feed_cursor()
        for entry in self.records.unsent(1000, 1 << 26):
            position += 1
            self.records.settle([(entry.id, Verdict.APPLIED, position, None)])
        self.records.take_feed([], position)

    def _heard(self, kind: str, subject: str, body: object) -> None:
        """Hear of an act of the department's."""
        position = self.records.feed_cursor() + 1
        now = self.clock()
        entry = Entry(
            id=uuid7(int(now.timestamp() * 1000), os.urandom(10)),
            kind=kind,
            subject=subject,
            at=now.isoformat(timespec="milliseconds"),
            actor=OFFICE,
            window=OFFICE,
            n=position,
            seen=0,
            previous=GENESIS,
            body=to_plain(body),
        )
        self.records.take_feed([Record(entry=entry, verdict=Verdict.APPLIED, position=position)], position)


def misspelt(number: str) -> str:
    """Return a number with its check character wrong, as it is misheard or miswritten."""
    last = number[-1]
    return number[:-1] + ("0" if not last.isdigit() else str((int(last) + 1) % 10))


def default_practice_folder() -> Path:
    """Return where people practise where nothing else is said: never in the window's own folder."""
    folder = window_settings.default_folder()
    return folder.with_name(f"{folder.name}-practice")


class PracticeFolderHeld:
    """The practice folder, held by one program at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises ``Stop`` where the folder is a real window's, or holds what is not practice's."""
        from sync.central.sample.generator import city

        self.folder = folder
        if _foreign(folder):
            told = f"{folder} 不是练习用的文件夹，练习请用 --data 另选一个（或不写 --data）。没有改动任何东西。"
            raise Stop(NOT_READY, told, "not-a-practice")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = StoreLock(folder / LOCK)
        self.results = Results(folder)
        self.city = city()
        point = self.city.points[0]
        self.people = PracticePeople(self.city, point.code)
        self.settings = Settings(
            seat=Seat(window=f"{point.code}-{DESK}", number=DESK, point=point.code, point_name=point.name),
            unlock=window_settings.PRACTICE,
        )

    def release(self) -> None:
        """Give it up."""
        self._lock.release()

    def open(self) -> PracticeWindow:
        """Make the window anew and open it."""
        self._make(self.city)
        return PracticeWindow(self.folder, self.city, self.people)

    def _make(self, city: City) -> None:
        window_settings.save(self.folder, self.settings)  # first: from here on it is nobody's window
        self.results.keep()
        seat = self.settings.seat
        for path in self.folder.iterdir():
            if path.name not in KEPT:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        keys = create_keys(self.folder, unlock_for(window_settings.PRACTICE))
        with Records.open(self.folder, keys.vault, window=seat.window) as records:
            rows = _rows(city)
            records.put_catalogue(rows, len(rows))
            keep_couriers(records, _couriers(city, seat.point))


def _foreign(folder: Path) -> bool:
    """Whether the folder is anything but practice's, or empty."""
    try:
        settings = window_settings.load(folder, practice=True)
    except NotEnrolled:
        try:
            return any(path.name not in KEPT for path in folder.iterdir())
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            return True
    except SettingsDamaged:
        return True
    return settings.unlock != window_settings.PRACTICE


def _rows(city: City) -> list[CatalogueRow]:
    """Return what central would publish of the sample city, without a central."""
    from sync.central.catalogue.seeding import catalogue_rows, published_calendar
    from sync.wire import CatalogueRow

    points = (
        CatalogueRow(
            kind="point",
            key=point.code,
            revision=0,
            body=msgspec.Raw(msgspec.json.encode({"code": point.code, "name": point.name})),
        )
        for point in city.points
    )
    found = [*points, *catalogue_rows(city.items, city.joint), *published_calendar()]
    return [msgspec.structs.replace(row, revision=n) for n, row in enumerate(found, start=1)]


def _couriers(city: City, point: str) -> CourierList:
    return CourierList(
        revision="1",
        couriers=tuple(
            KnownCourier(
                badge=c.badge,
                name=c.name,
                company=c.company,
                vehicle=c.vehicle,
                contact=c.contact,
                receives_for=(ANYBODY,),
                verifier=verifier_of(c.pin, sha256(c.badge.encode()).digest()[:16]),
            )
            for c in city.couriers
            if point in c.points
        ),
    )
