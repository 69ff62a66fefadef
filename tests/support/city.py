"""A small city for the tests: an open central, its ASGI line, and windows that sign and chain what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain import bodies as b
from clerk_app.domain.catalogue import Department, Limit, Material
from clerk_app.domain.checklist import Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.journal import GENESIS, Entry, Record, signed
from clerk_app.domain.numbers import case_number
from clerk_app.domain.people import Applicant, Role
from clerk_app.domain.plain import to_plain
from sync import wire
from sync.central.access.credentials import hash_password
from sync.central.central import Account, Central
from sync.central.line.app import build_app
from sync.central.settings import Settings

POINT, OTHER_POINT = "FS0001", "FS0002"
THIRD_POINT = "FS0003"
"""Only where a test adds it."""
CLERKS = {POINT: "C1", OTHER_POINT: "C2", THIRD_POINT: "C3"}
PASSWORD = "sample-password-1"
TODAY = date(2025, 6, 3)
ITEM = b.ItemRef(
    code="SAMPLE-1",
    name="居住证签发",
    department=Department(code="GA", name="公安局"),
    promised=Limit(10),
    visits_cap=1,
    sample=True,
)
APPLICANT = Applicant(kind="person", name="区桂芳", id_number="440601190001010017")
CHECKLIST = (Material(id="m1", name="居住证申请表"), Material(id="m2", name="身份证"))


@dataclass
class Clock:
    """A clock that stands until it is told to go on."""

    now: datetime = datetime(2025, 6, 3, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class City:
    """An open central with two points, four people, and its line."""

    central: Central
    clock: Clock
    client: httpx.AsyncClient
    serial: int = 0

    async def window(self, point: str = POINT) -> Window:
        """Enrol a window."""
        [code] = await self.central.make_enrolment_codes(point, 1)
        key = Ed25519PrivateKey.generate()
        told = await self.client.post(
            "/v1/enrolments", json={"code": code, "public_key": key.public_key().public_bytes_raw().hex()}
        )
        assert told.status_code == 201, told.text
        enrolment = msgspec.json.decode(told.content, type=wire.Enrolment)
        return Window(self, enrolment.window, point, key)

    async def third_point(self) -> None:
        """Open one more point, with a clerk."""
        await self.central.add_point(THIRD_POINT, "顺德区行政服务中心")
        account = Account(number="C3", name="何丁", role=Role.CLERK, points=(THIRD_POINT,), password_hash=_known_hash())
        await self.central.add_accounts([account])

    def next_id(self) -> str:
        """A UUIDv7 no other entry of this city has."""
        self.serial += 1
        return str(UUID(int=(1_700_000_000_000 << 80) | (7 << 76) | (0b10 << 62) | self.serial))


@dataclass
class Window:
    """A window's journal and how it speaks."""

    city: City
    id: str
    point: str
    key: Ed25519PrivateKey
    n: int = 0
    previous: str = GENESIS
    token: str = ""
    journal: list[Entry] = field(default_factory=list)
    cases: int = 0

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def new_case(self) -> str:
        self.cases += 1
        return case_number(self.point, self.id[-2:], TODAY, self.cases)

    def say(self, kind: str, subject: str, body: Any = None, *, seen: int = 0, **changed: Any) -> Entry:
        """Write the next entry of this window's journal; ``actor`` and any other member can be given."""
        entry = Entry(
            id=self.city.next_id(),
            kind=kind,
            subject=subject,
            at="2025-06-03T09:00:00+08:00",
            actor=CLERKS[self.point],
            window=self.id,
            n=self.n + 1,
            seen=seen,
            previous=self.previous,
            body=body if isinstance(body, dict) else to_plain(body) if body is not None else {},
        )
        entry = signed(replace(entry, **changed), self.key.private_bytes_raw())
        self.n, self.previous = entry.n, entry.digest()
        self.journal.append(entry)
        return entry

    def receive(self, case: str | None = None, **changed: Any) -> Entry:
        whole: dict[str, Any] = {
            "kind": "case.received",
            "subject": case or self.new_case(),
            "body": received(self.point),
        }
        return self.say(**(whole | changed))

    async def sign_in(self, clerk: str = "", password: str = PASSWORD) -> httpx.Response:
        """Open a session and go on with its token."""
        told = await self.city.client.post("/v1/challenges", json={"window": self.id})
        challenge = told.json()["challenge"]
        proof = self.key.sign(wire.session_bytes(challenge, self.id)).hex()
        request = {"window": self.id, "challenge": challenge, "signature": proof}
        if clerk:
            request |= {"clerk": clerk, "password": password}
        told = await self.city.client.post("/v1/sessions", json=request)
        if told.status_code == 201:
            self.token = told.json()["access_token"]
        return told

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str, **query: int) -> httpx.Response:
        return await self.city.client.get(path, params=query, headers=self.headers)

    async def push(self, entries: Sequence[Entry], epoch: str | None = None) -> httpx.Response:
        """Say entries; the first call signs the window in."""
        if not self.token:
            await self.sign_in()
        request = wire.EntriesRequest(epoch=epoch or self.city.central.epoch, entries=list(entries))
        body = msgspec.json.encode(request)
        headers = {**self.headers, "Content-Type": wire.MEDIA_TYPE}
        return await self.city.client.post("/v1/entries", content=body, headers=headers)

    async def verdicts(self, entries: Sequence[Entry]) -> list[wire.EntryVerdict]:
        """Say entries and return what was said of them."""
        return (await self.answer(entries)).verdicts

    async def answer(self, entries: Sequence[Entry]) -> wire.EntriesAnswer:
        """Say entries and return the whole answer."""
        told = await self.push(entries)
        assert told.status_code == 200, told.text
        return msgspec.json.decode(told.content, type=wire.EntriesAnswer)

    async def records(self, subject: str) -> list[Record]:
        """Return what the point's feed tells of a subject."""
        told = (await self.feed()).entries
        heard = [Record(entry=e.entry, verdict=e.verdict, position=e.position) for e in told]
        return [record for record in heard if record.entry.subject == subject]

    async def own(self, after: int = 0) -> list[wire.OwnEntry]:
        """Return what central holds of this window, refused entries too."""
        told = await self.get("/v1/entries", after=after)
        assert told.status_code == 200, told.text
        return msgspec.json.decode(told.content, type=wire.OwnEntries).entries

    async def feed(self, after: int = 0) -> wire.Feed:
        told = await self.get("/v1/feed", after=after)
        assert told.status_code == 200, told.text
        return msgspec.json.decode(told.content, type=wire.Feed)


def received(point: str = POINT, **changed: Any) -> b.Received:
    """The receipt of a complete set of papers."""
    whole: dict[str, Any] = {
        "item": ITEM,
        "applicant": APPLICANT,
        "checklist": CHECKLIST,
        "received_on": TODAY,
        "notice_due": DueDay(day=TODAY + timedelta(days=7), provisional=False),
        "answers": {},
        "tallies": tuple(Tally(material=m.id, originals_kept=1) for m in CHECKLIST),
        "point": point,
    }
    return b.Received(**(whole | changed))


def problem_code(told: httpx.Response) -> str:
    """The code of the problem an answer holds."""
    assert told.headers["content-type"] == wire.PROBLEM_TYPE, told.text
    problem = msgspec.json.decode(told.content, type=wire.Problem)
    assert problem.status == told.status_code
    assert problem.detail
    return problem.type.removeprefix(wire.PROBLEMS)


@cache
def _known_hash() -> str:
    """Hash once: that it takes its time is what it is for."""
    return hash_password(PASSWORD)


async def open_city(url: str, settings: Settings | None = None) -> City:
    """Open central over a database and fill in two points with a clerk each, a supervisor and a department."""
    clock = Clock()
    central = await Central.open(url, clock, settings=settings)
    for code, name in ((POINT, "禅城区行政服务中心"), (OTHER_POINT, "南海区行政服务中心")):
        await central.add_point(code, name)
    people = (
        ("C1", "陈甲", Role.CLERK, (POINT,)),
        ("C2", "李乙", Role.CLERK, (OTHER_POINT,)),
        ("S1", "黄丙", Role.SUPERVISOR, (POINT, OTHER_POINT)),
        ("D1", "公安局", Role.DEPARTMENT, (POINT,)),
    )
    await central.add_accounts(
        Account(number=number, name=name, role=role, points=points, password_hash=_known_hash())
        for number, name, role, points in people
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(build_app(central)), base_url="http://central.test")
    return City(central, clock, client)
