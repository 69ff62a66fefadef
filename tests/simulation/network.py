"""The line of the simulation: what becomes of each request, and when, drawn from the run's one source of chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

from sync import talk
from sync.driver import failure_of
from sync.engine.values import Answered, Failed, Request
from tests.simulation.asking import Answer, Asked
from tests.simulation.watch import Watch
from tests.support.lossy import CANNED, UNTRUSTED, Fault

TIMEOUT = 20.0
"""Seconds after which the window's end gives up (``sync.connect.TIMEOUT``)."""
LEAST_TOO_LARGE = 500
"""Bytes: nothing on the way refuses less than that for its size."""
FAULTS = tuple(f for f in Fault if f is not Fault.NONE)
Heard = Callable[[Answered | Failed], bool]


class Central(Protocol):
    """Whoever answers at the other end."""

    def answer(self, asked: Asked, now: float) -> Answer: ...


class Later(Protocol):
    """Has something done later."""

    def __call__(self, seconds: float, what: Callable[[], object]) -> None: ...


@dataclass
class Weather:
    """How bad the line is just now."""

    bad: float = 0.0
    """Share of requests that come to harm."""
    faults: tuple[Fault, ...] = FAULTS
    cut: frozenset[str] = frozenset()
    """Windows that reach nobody."""
    portal: frozenset[str] = frozenset()
    """Windows before which a captive portal stands."""
    central_up: bool = True
    sheds: float = 0.0
    """Share of requests that central answers with 429 itself."""
    slowest: float = 2.0
    """Seconds a request may take one way."""
    too_large: int = 1 << 30
    """Bytes beyond which something on the way lets nothing through."""


class Network:
    """Carries requests and answers between windows and one central."""

    def __init__(self, central: Central, chance: random.Random, later: Later, now: Callable[[], float]) -> None:
        self._central = central
        self._chance = chance
        self._later = later
        self._now = now
        self.weather = Weather()
        self.tomorrow: list[Asked] = []
        """Requests that come once more a day later."""
        self.watch: Watch | None = None
        self.counts: dict[str, int] = {}

    def ask(self, window: str, request: Request, heard: Heard) -> str:
        """Carry one request; ``heard`` is called once, later, and says whether anybody listened. Returns what becomes of it, for the trace."""
        if self.watch is not None:
            self.watch.asks(window, request, self._now())
        fault = self._fate(window, request)
        self.counts[fault] = self.counts.get(fault, 0) + 1
        asked = _asked(request)
        go, back = self._hop(), self._hop()
        if fault in CANNED:
            status, headers, body = CANNED[fault]
            if fault is Fault.SHED:
                headers = {**headers, "Retry-After": str(self._chance.randint(1, 20))}
            said = Answer(status, {k.lower(): v for k, v in headers.items()}, body)
            self._later(go, lambda: self._back(window, request, said, heard))
        elif fault in {Fault.LOST, Fault.UNTRUSTED, Fault.LATE, Fault.TORN}:
            self._not_now(fault, asked, request, heard)
        else:
            self._later(go, lambda: self._arrives(window, asked, request, fault, back, heard))
        return fault

    def heal(self) -> None:
        """Everything is well from now on; what is late still comes."""
        self.weather = Weather(slowest=0.1)

    def _fate(self, window: str, request: Request) -> Fault:
        weather, chance = self.weather, self._chance
        if window in weather.cut or not weather.central_up:
            return Fault.UNANSWERED if weather.central_up and chance.random() < 0.1 else Fault.LOST
        if window in weather.portal:
            return Fault.PORTAL
        if len(request.content) > weather.too_large:
            return Fault.TOO_LARGE
        if chance.random() < weather.sheds:
            return Fault.SHED
        fault = chance.choice(weather.faults) if chance.random() < weather.bad else Fault.NONE
        small = fault is Fault.TOO_LARGE and len(request.content) < LEAST_TOO_LARGE
        return Fault.LOST if small else fault

    def _hop(self) -> float:
        slowest = self.weather.slowest
        return 0.005 + self._chance.random() ** 4 * slowest

    def _not_now(self, fault: Fault, asked: Asked, request: Request, heard: Heard) -> None:
        if fault is Fault.TORN:
            if asked.method == "PATCH":  # what came of a file stays
                part = asked.content[: self._chance.randrange(len(asked.content) + 1)]
                torn = Asked(asked.method, asked.path, asked.query, asked.headers, asked.token, part)
                self._later(0.01, lambda: self._central.answer(torn, self._now()))
            self._later(0.02, lambda: heard(_broken(request, httpx.WriteError("broken pipe"))))
        elif fault is Fault.LATE:
            self._later(TIMEOUT + self._hop() * 20, lambda: self._central.answer(asked, self._now()))
            self._later(TIMEOUT, lambda: heard(_broken(request, httpx.ReadTimeout("no answer"))))
        else:
            words = UNTRUSTED if fault is Fault.UNTRUSTED else "nobody there"
            self._later(0.01, lambda: heard(_broken(request, httpx.ConnectError(words))))

    def _arrives(self, window: str, asked: Asked, request: Request, fault: Fault, back: float, heard: Heard) -> None:
        if not self.weather.central_up:
            self._later(back, lambda: heard(_broken(request, httpx.ReadError("reset"))))
            return
        answer = self._central.answer(asked, self._now())
        if self.watch is not None:
            self.watch.answered(window, request, answer)
        if fault is Fault.DOUBLED:
            answer = self._central.answer(asked, self._now())
        if fault is Fault.AGAIN:
            self._later(self._hop() * 30, lambda: self._central.answer(asked, self._now()))
            self.tomorrow.append(asked)
        if fault is Fault.UNANSWERED:
            self._later(TIMEOUT, lambda: heard(_broken(request, httpx.ReadTimeout("no answer"))))
        elif fault is Fault.CLOSED:
            self._later(back, lambda: heard(_broken(request, httpx.RemoteProtocolError("closed"))))
        elif fault is Fault.HALF:
            self._later(back, lambda: heard(self._halved(request, answer)))
        else:
            self._later(back, lambda: self._back(window, request, answer, heard))

    def _back(self, window: str, request: Request, answer: Answer, heard: Heard) -> None:
        if heard(understood(request, answer)) and self.watch is not None:
            self.watch.heard(window, request, answer, self._now())

    def _halved(self, request: Request, answer: Answer) -> Answered | Failed:
        """The answer's body ends at any byte: where its length was told that is an error, else it looks whole."""
        if not answer.body or self._chance.random() < 0.5:
            return _broken(request, httpx.RemoteProtocolError("peer closed connection without sending complete body"))
        cut = answer.body[: self._chance.randrange(len(answer.body))]
        return understood(request, Answer(answer.status, answer.headers, cut))

    def next_day(self) -> None:
        """Let everything that was kept for tomorrow arrive."""
        kept, self.tomorrow = self.tomorrow, []
        for asked in kept:
            self._central.answer(asked, self._now())


def understood(request: Request, answer: Answer) -> Answered | Failed:
    """Return what the window's end makes of an answer."""
    try:
        return talk.understood(request, answer.status, httpx.Headers(dict(answer.headers)), answer.body)
    except Exception as error:  # noqa: BLE001 – whatever it is becomes a failure, as in the driver
        return Failed(failure_of(error))


def _broken(request: Request, error: httpx.HTTPError) -> Failed:
    return Failed(failure_of(talk._down(error)))


def _asked(request: Request) -> Asked:
    return Asked(
        method=request.method,
        path=request.path,
        query={key: str(value) for key, value in request.query},
        headers={key.lower(): value for key, value in request.headers},
        token=request.token,
        content=request.content,
    )
