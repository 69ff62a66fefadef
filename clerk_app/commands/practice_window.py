"""The window people practise at: the sample's catalogue, a line that never connects, and keys no central knows.

Its folder is made anew each time and marked as practice's (``settings.PRACTICE``) before anything else is in it, so that no
other command takes it for a window's, whenever making it was cut short.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clerk_app import settings as window_settings
from clerk_app.commands.output import NOT_READY, Stop
from clerk_app.commands.practice_bag import bring_bag
from clerk_app.commands.practice_people import NO_LINE, NoLine, PracticePeople
from clerk_app.domain.couriers import ANYBODY, verifier_of
from clerk_app.domain.couriers import Courier as KnownCourier
from clerk_app.domain.journal import Entry
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
from clerk_app.unlocking import unlock_for
from clerk_app.wiring import Window

if TYPE_CHECKING:
    from sync.central.sample.generator import City
    from sync.window import WindowEnd
    from sync.wire import CatalogueRow

LOCK, DESK = "practice.lock", "99"
KEPT = frozenset({"window.json", "window.json.copy", FILE, "practice.damaged", LOCK, "log"})
"""What may lie in a folder that is taken for practising: what practice itself keeps there."""
MADE = ("store.", "keys.json", "reserve.", "scans", "papers")
"""How the names begin of what is cleared away when the window is made anew; nothing else is touched."""


class PracticeWindow(Window):
    """An opened window to practise at; also the stage its lessons are played on (``practice.coach.Stage``)."""

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
        return bring_bag(self, self._people.first, self._city.items, cast) if lesson.bag else cast


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
        self._held = ExitStack()
        self._held.callback(StoreLock(folder / LOCK).release)
        self._held.enter_context(window_settings.practising(folder))
        self.results = Results(folder)
        self.city = city()
        point = self.city.points[0]
        self.people = PracticePeople(self.city, point.code)
        seat = Seat(window=f"{point.code}-{DESK}", number=DESK, point=point.code, point_name=point.name)
        self.settings = replace(_looks(folder), seat=seat, unlock=window_settings.PRACTICE)

    def release(self) -> None:
        """Give it up."""
        self._held.close()

    def open(self) -> PracticeWindow:
        """Make the window anew and open it."""
        self._make(self.city)
        return PracticeWindow(self.folder, self.city, self.people)

    def _make(self, city: City) -> None:
        window_settings.save(self.folder, self.settings)  # first: from here on it is nobody's window
        self.results.keep()
        seat = self.settings.seat
        for path in self.folder.iterdir():
            if path.name.startswith(MADE):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        keys = create_keys(self.folder, unlock_for(window_settings.PRACTICE))
        with Records.open(self.folder, keys.vault, window=seat.window) as records:
            rows = _rows(city)
            records.put_catalogue(rows, len(rows))
            keep_couriers(records, _couriers(city, seat.point))


def _looks(folder: Path) -> Settings:
    """Return what was chosen here before: looks and keys stay when the window is made anew."""
    try:
        return window_settings.load(folder)
    except (NotEnrolled, SettingsDamaged):
        return Settings(seat=Seat(window="", number="", point="", point_name=""))


def _foreign(folder: Path) -> bool:
    """Whether the folder is anything but practice's, or empty."""
    try:
        return not window_settings.is_practice(folder)
    except NotEnrolled:
        try:
            return any(path.name not in KEPT for path in folder.iterdir())
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            return True
    except SettingsDamaged:
        return True


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
