"""The client over a real desk and a real store in a folder, with a line and an authority moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import msgspec
from textual import events
from textual.pilot import Pilot

from clerk_app.commands.own import OwnSettings
from clerk_app.desk import Desk
from clerk_app.devices.scanner import Scanner
from clerk_app.domain.catalogue import (
    Answer,
    Department,
    Due,
    Handling,
    JointService,
    Limit,
    Material,
    Necessity,
    ServiceItem,
    Situation,
)
from clerk_app.domain.people import Person, Role
from clerk_app.domain.plain import to_plain
from clerk_app.gate import Gate
from clerk_app.line import Admission, LineDown, SignInRefused
from clerk_app.printing import Printing, choices_of
from clerk_app.printing.printers import BackEnd
from clerk_app.seat import Seat
from clerk_app.services import DemoAccount, DemoCourier, Services
from clerk_app.settings import Settings
from clerk_app.store.records import Records
from clerk_app.terminal import Terminal
from screens.app import ClerkApp, build_app
from sync.central.catalogue.pinyin import search_keys
from sync.wire import CatalogueRow
from tests.support.counter import KEY, HandClock
from tests.support.hands import HandInquiry, HandLine, HandTicks
from tests.support.stylesheets import read_once

PLAIN = Terminal()
SEAT = Seat(window="FS0001-03", number="03", point="FS0001", point_name="丰山市祖庙政务服务中心")
CLERK = Person(number="C0001", name="王样例", role=Role.CLERK, points=("FS0001",))
SECOND = Person(number="C0002", name="李样例", role=Role.CLERK, points=("FS0001",))
SUPERVISOR = Person(number="S0001", name="赵样例", role=Role.SUPERVISOR, points=("FS0001",))
COURIER = Person(number="Y0001", name="孙样例", role=Role.COURIER, points=("FS0001",))
PEOPLE = (CLERK, SECOND, SUPERVISOR, COURIER)
POLICE = Department(code="FS-GA", name="市公安局")
HOUSING = Department(code="FS-ZJ", name="市住房和城乡建设局")
PASSWORD = "yangli-0001"
LOCK_AFTER = 300.0
QUIET = 2
"""How many times in a row nothing is to be under way before it counts as settled."""
A_MOMENT = 0.001
"""Seconds in which another thread gets on with what is waited for."""
ID_NUMBER = "440604190001010017"

LIVING = Situation(
    id="living",
    question="现在住的是哪种住处？",
    answers=(Answer(id="rented", label="租住的房屋"), Answer(id="owned", label="本人或者配偶自有的房屋")),
)
CARD = Material(
    id="card",
    name="居民身份证",
    document="resident-id-card",
    due=Due(inspect=1, copies=1),
    where="户籍地派出所",
    standard="在有效期内，正反面复印在同一张纸上",
)
PERMIT = ServiceItem(
    code="11440600007065402P3440107001001",
    name="居住证",
    department=POLICE,
    handling=Handling.PROMISED,
    promised=Limit(5),
    statutory=Limit(15),
    situations=(LIVING,),
    visits_cap=1,
    basis="《居住证暂行条例》",
    review_body="丰山市人民政府",
    court="丰山市祖庙区人民法院",
    materials=(
        Material(id="form", name="居住证申领表", due=Due(keep=1), where="本窗口领取填写", seal="申请人签名"),
        CARD,
        Material(id="photo", name="相片采集回执", necessity=Necessity.DEFERRABLE, where="公安部门认可的照相馆"),
        Material(
            id="lease",
            name="房屋租赁合同",
            due=Due(inspect=1, copies=1),
            where="镇街租赁管理所备案",
            when={"living": ("rented",)},
        ),
        Material(id="deed", name="不动产权证书", due=Due(inspect=1, copies=1), when={"living": ("owned",)}),
        Material(id="proof", name="就业证明", due=Due(either=1), validity_days=30, seal="单位公章"),
        Material(id="letter", name="社区推荐信", necessity=Necessity.OPTIONAL),
    ),
)
RENEWAL = ServiceItem(
    code="11440600007065402P3440107001002",
    name="居住证签注",
    department=POLICE,
    handling=Handling.IMMEDIATE,
    promised=Limit(0),
    materials=(CARD, Material(id="permit", name="居住证", due=Due(inspect=1))),
)
LEASE = ServiceItem(
    code="11440600007065402P3440117002003",
    name="房屋租赁登记备案",
    department=HOUSING,
    promised=Limit(3),
    materials=(
        CARD,
        Material(id="deed", name="不动产权证书", due=Due(inspect=1, copies=1)),
        Material(id="lease", name="房屋租赁合同", due=Due(keep=1)),
    ),
)
MOVING = JointService(code="YJS-001", name="新市民安居一件事", items=(PERMIT.code, LEASE.code))


@dataclass
class Authority:
    """Central's part in signing in; may be out of reach. Everybody has the same password."""

    people: list[Person] = field(default_factory=lambda: list(PEOPLE))
    reachable: bool = True
    asked: int = 0

    def authenticate(self, number: str, password: str) -> Admission:
        self.asked += 1
        if not self.reachable:
            raise LineDown("连不上市中心。")
        person = next((one for one in self.people if one.number == number), None)
        if person is None or password != PASSWORD:
            raise SignInRefused("credentials-wrong", "工号或口令不对。")
        return Admission(person=person, offline_days=7)


@dataclass
class SampleCity:
    """The demo's part the start screen shows."""

    label: str = "样例数据，部门办理由程序模拟"
    accounts: tuple[DemoAccount, ...] = (
        DemoAccount(number="C0001", name="王样例", role="clerk", password=PASSWORD),
        DemoAccount(number="S0001", name="赵样例", role="supervisor", password="yangli-9001"),
    )
    couriers: tuple[DemoCourier, ...] = (DemoCourier(badge="YZ000123", name="孙样例", pin="739251"),)
    running: bool = True

    def central_running(self) -> bool:
        return self.running

    def stop_central(self) -> None:
        self.running = False

    def start_central(self) -> None:
        self.running = True


@dataclass
class Client:
    """What a test works with."""

    app: ClerkApp
    records: Records
    line: HandLine
    authority: Authority
    inquiry: HandInquiry
    clock: HandClock
    ticks: HandTicks
    folder: Path
    window: SimpleNamespace
    """What stands for the opened window: its settings, which the printers' choices come from."""
    worn: list[str] = field(default_factory=list)
    put_away: int = 0
    """How often printed papers were put away."""
    papers_stuck: bool = False
    pilot: Pilot[int] = field(init=False)

    def put_papers_away(self) -> None:
        """Count it, or fail as a folder does."""
        self.put_away += 1
        if self.papers_stuck:
            raise PermissionError(13, "Permission denied")

    async def settle(self) -> None:
        """Wait until every key had its effect and everything asked of the desk is on the screen."""
        async with asyncio.timeout(20):
            await self._settle()

    async def _settle(self) -> None:
        """Wait on what is under way, not on the clock: ``Pilot.pause`` sleeps until the process has no work, 20 ms at least."""
        quiet = 0
        while quiet < QUIET:
            if self.app._exception is not None:
                raise self.app._exception
            await self.pilot._wait_for_screen()
            await self.app.gate.wait_idle()
            at_rest = self._at_rest()
            quiet = quiet + 1 if at_rest else 0
            if not at_rest:
                await asyncio.sleep(A_MOMENT)

    def _at_rest(self) -> bool:
        """Whether nothing is under way: no question to the desk, no message, nothing to be laid out or painted."""
        app, screen = self.app, self.app.screen
        asked = not (app.desk_work.idle and app.gate.idle and app._message_queue.empty())
        screen._on_timer_update()
        changing = [screen._layout_required, screen._dirty_widgets, screen._callbacks, app.animator._animations]
        return not (asked or any(changing)) and all(
            pump._message_queue.empty() for pump in screen.walk_children(with_self=True)
        )

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what somebody else's answer brings: what central is asked does not hold up the keys."""
        async with asyncio.timeout(20):
            while not condition():
                await self.settle()

    async def press(self, *keys: str) -> None:
        """Strike named keys without a pause between them, then wait for their effect."""
        for one in keys:
            self.app.post_message(events.Key(one, one if len(one) == 1 else None))
        await self.settle()

    async def type(self, text: str) -> None:
        """Strike a text without a pause; a line feed is Enter, a tab is Tab."""
        named = {"\n": ("enter", "\r"), "\t": ("tab", "\t"), " ": ("space", " "), "-": ("minus", "-")}
        for character in text:
            self.app.post_message(events.Key(*named.get(character, (character, character))))
        await self.settle()

    async def sign_in(self, person: Person = CLERK) -> None:
        """Sign in as the clerk, or somebody else."""
        await self.type(f"{person.number}\n{PASSWORD}\n")

    async def wait(self, seconds: float) -> None:
        """Let time pass in which nobody strikes a key."""
        self.ticks.now += seconds
        self.app.tick()
        await self.settle()


@contextmanager
def made(
    folder: Path,
    *,
    demo: bool = False,
    items: tuple[ServiceItem, ...] = (PERMIT, RENEWAL, LEASE),
    keymap: dict[str, str] | None = None,
    notices: tuple[str, ...] = (),
    scanner: Scanner | None = None,
    printers: Mapping[str, BackEnd] | None = None,
    terminal: Terminal = PLAIN,
) -> Iterator[Client]:
    """Make a client over a store in ``folder``; ``printers``: the kinds of printers it has besides folders."""
    clock, line, authority, ticks = HandClock(), HandLine(), Authority(), HandTicks()
    inquiry = HandInquiry()
    folder.mkdir(exist_ok=True)
    with Records.open(folder, KEY, window=SEAT.window) as records:
        rows = [_row("item", i.code, i.name, i.department.name, i) for i in items]
        rows.append(_row("joint", MOVING.code, MOVING.name, "", MOVING))
        records.put_catalogue(rows, records.catalogue_revision() + len(rows))
        window = SimpleNamespace(settings=Settings(seat=SEAT))
        own = OwnSettings(folder, window.settings, lambda: window)  # type: ignore[arg-type, return-value]
        printing = Printing(
            records, SEAT, clock, folder / "papers", lambda: choices_of(window.settings.printing), printers or {}
        )
        services = Services(
            gate=Gate(records, authority, clock),
            line=line,
            seat=SEAT,
            open_desk=lambda person: Desk(
                records, SEAT, person, KEY, clock, line, folder / "papers", inquiry, scanner, printing
            ),
            demo=SampleCity() if demo else None,
            keymap=keymap or {},
            own=own,
            lock_after=LOCK_AFTER,
            notices=lambda: list(notices),
            ticks=ticks,
            keep_theme=lambda theme: client.worn.append(theme),  # noqa: PLW0108  it is made below
            thrifty=terminal.thrifty,
            few_colours=terminal.few_colours,
            put_papers_away=lambda: client.put_papers_away(),  # noqa: PLW0108  it is made below
        )
        client = Client(build_app(services), records, line, authority, inquiry, clock, ticks, folder, window)
        yield client


@asynccontextmanager
async def opened(
    folder: Path,
    size: tuple[int, int] = (80, 24),
    *,
    demo: bool = False,
    signed_in: bool = True,
    items: tuple[ServiceItem, ...] = (PERMIT, RENEWAL, LEASE),
    keymap: dict[str, str] | None = None,
    notices: tuple[str, ...] = (),
    scanner: Scanner | None = None,
    printers: Mapping[str, BackEnd] | None = None,
) -> AsyncIterator[Client]:
    """Open a client and, unless told otherwise, sign in."""
    making = made(folder, demo=demo, items=items, keymap=keymap, notices=notices, scanner=scanner, printers=printers)
    with read_once(), making as client:
        async with client.app.run_test(size=size, notifications=True) as pilot:
            client.pilot = pilot
            await client.settle()
            if signed_in:
                await client.sign_in()
            yield client


def _row(kind: str, key: str, name: str, department: str, body: ServiceItem | JointService) -> CatalogueRow:
    raw = msgspec.Raw(msgspec.json.encode(to_plain(body)))
    return CatalogueRow(kind=kind, key=key, revision=1, search=search_keys(name, department), body=raw)


Step = Callable[[Client], Awaitable[None]]
