"""What the fleet showed, held against what the windows themselves knew at that moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import wire
from sync.wire_fleet import Fleet, FleetSummary, FleetWindow, ProgramTold, WindowWord
from tests.bench.afternoon_window import Contact, Known

PAGE = 500
PAUSE = 0.5
"""Seconds between two looks at the fleet."""


@dataclass(frozen=True)
class Look:
    """The whole fleet, read page by page between two moments."""

    begun: float
    ended: float
    windows: tuple[FleetWindow, ...]
    summary: FleetSummary


@dataclass
class Overseer:
    """A supervisor of the whole city, who looks at the fleet over the line as anybody would."""

    address: str
    window: str
    key: bytes
    number: str
    password: str
    _token: str = ""

    def look(self) -> Look:
        """Read every page."""
        begun, found, after = time.monotonic(), [], ""
        with httpx.Client(base_url=self.address, timeout=60) as client:
            while True:
                page = self._page(client, after)
                found += [one for one in page.windows if one.window != self.window]
                after = page.next
                if not after:
                    assert page.summary is not None
                    return Look(begun, time.monotonic(), tuple(found), page.summary)

    def _page(self, client: httpx.Client, after: str) -> Fleet:
        for _ in range(2):
            if not self._token:
                self._token = self._signed_in(client)
            headers = {"Authorization": f"Bearer {self._token}"}
            told = client.get("/v1/fleet", params={"limit": PAGE, "after": after}, headers=headers)
            if told.status_code == 401:
                self._token = ""
                continue
            assert told.status_code == 200, told.text
            return msgspec.json.decode(told.content, type=Fleet)
        raise AssertionError("no session")

    def _signed_in(self, client: httpx.Client) -> str:
        challenge = client.post("/v1/challenges", json={"window": self.window}).json()["challenge"]
        key = Ed25519PrivateKey.from_private_bytes(self.key)
        proof = key.sign(wire.session_bytes(challenge, self.window)).hex()
        request = {"window": self.window, "challenge": challenge, "signature": proof}
        told = client.post("/v1/sessions", json={**request, "clerk": self.number, "password": self.password})
        assert told.status_code == 201, told.text
        return str(told.json()["access_token"])


@dataclass
class Watch:
    """Looks again and again in a thread of its own while the city works."""

    overseer: Overseer
    looks: list[Look] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self.looks.append(self.overseer.look())
            except (httpx.HTTPError, AssertionError) as error:
                self.trouble.append(f"the fleet was not read: {error}")
            if self._over.wait(PAUSE):
                return


class Truth:
    """Every contact of every window."""

    def __init__(self) -> None:
        self._contacts: dict[str, list[Contact]] = {}

    def take(self, contacts: Iterable[Contact]) -> None:
        """Learn of contacts."""
        for one in contacts:
            self._contacts.setdefault(one.window, []).append(one)

    def now(self) -> dict[str, Known]:
        """Return what each window said last."""
        return {name: known for name, told in self._contacts.items() if (known := told[-1].said[-1]) is not None}

    def untrue(self, look: Look) -> list[str]:
        """Return what a look tells otherwise than the windows knew; each may be shown as of any moment while it was read."""
        shown = {one.window: known_of(one) for one in look.windows}
        wrong = [f"{name}: shown, and no window" for name in shown.keys() - self._contacts.keys()]
        for name, contacts in self._contacts.items():
            possible = list(_possible(contacts, look))
            if shown.get(name) not in possible:
                wrong.append(f"{name}: shown as {shown.get(name)}, and it is {possible}")
        return wrong


def _possible(contacts: Sequence[Contact], look: Look) -> Iterable[Known | None]:
    before = [one for one in contacts if one.ended < look.begun]
    yield before[-1].said[-1] if before else None
    for one in contacts:
        if one.ended >= look.begun and one.begun <= look.ended:
            yield from one.said


def known_of(one: FleetWindow) -> Known:
    """Return what the fleet shows of a window."""
    word = one.word or WindowWord()
    program = word.program or ProgramTold()
    return Known(
        version=one.version,
        backlog=one.backlog,
        oldest=word.oldest,
        staged=program.staged,
        failed=program.failed,
        reason=program.reason,
        printer=word.printer,
    )


def disagreements(look: Look, truth: Truth, should: Callable[[str], tuple[str, ...]]) -> list[str]:
    """Return where a look taken while nothing moved differs from what must be: every window, its states and the summary."""
    known, wrong = truth.now(), truth.untrue(look)
    for one in look.windows:
        if one.states != should(one.window):
            wrong.append(f"{one.window}: said to be {one.states}, and it is {should(one.window)}")
    told = look.summary
    counted = {share.name: share.windows for share in told.states}
    for state in {state for one in known for state in should(one)} | counted.keys():
        if counted.get(state, 0) != sum(state in should(one) for one in known):
            wrong.append(f"the summary counts {counted.get(state, 0)} {state}")
    if told.backlog != sum(one.backlog or 0 for one in known.values()):
        wrong.append(f"the summary tells of {told.backlog} unsent")
    return wrong
