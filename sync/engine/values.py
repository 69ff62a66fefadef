"""What goes into a step and comes out of it: events, effects, requests and answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from sync import wire

R_co = TypeVar("R_co", covariant=True)

# what may be asked of the world


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of central; two equal ones say the same."""

    method: str
    path: str
    answer: type[Any] | None = None
    """The message the answer is; ``None``: its body is taken as it is, as bytes."""
    content: bytes = field(default=b"", repr=False)
    media: str = wire.MEDIA_TYPE
    """Of the content."""
    packed: bool = True
    """The content may be compressed on its way."""
    accept: str = wire.MEDIA_TYPE
    """Of the answer's body, where it has one."""
    proof: str = wire.EPOCH_HEADER
    """The header by which an answer is known to be of whoever was asked."""
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str | int], ...] = ()
    bare: bool = False
    """Said without a session."""
    token: str = field(default="", repr=False)
    """The machine's business: errands leave it empty."""
    backlog: int | None = None
    """How many entries are unsent, where that is to be told."""
    greeting: bool = False
    """The window's word on itself goes with it, where there is one (``Clerk-Window``)."""


class Operation(Generic[R_co]):
    """Something to be done with the store as a whole or not at all; its parameter says what comes of it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask central; answered by ``Answered`` or ``Failed``."""

    request: Request


@dataclass(frozen=True, slots=True)
class Disk:
    """Do something with the store; answered by ``Done`` or ``Failed``."""

    operation: Operation[Any]
    breath: bool = False
    """Others at the store are let in before: this goes on with what was just done."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Do nothing for so many seconds, or until woken; answered by ``Woken`` (``sync.engine.pace``)."""

    seconds: float
    patient: bool = False
    """Central asked for it: an act of the clerk does not shorten it."""


@dataclass(frozen=True, slots=True)
class Round:
    """Have the whole conversation once (``sync.engine.machine``); answered by ``Came`` (``sync.engine.pace``)."""


@dataclass(frozen=True, slots=True)
class Show:
    """Show, in Chinese, what was said or taken in; not answered."""

    text: str


Effect: TypeAlias = Ask | Disk | Show
"""Of a conversation. Of those in one step at most one is not a ``Show``, and it is the last."""

# what comes of it


class Kind(StrEnum):
    """What kind of failure."""

    DOWN = "down"
    """No answer, or none of central's: outcome unknown, say the same again."""
    BUSY = "busy"
    """The same, later."""
    CUT = "cut"
    """The connection ended under the request: it may be said again at once."""
    TOO_LARGE = "too-large"
    STOPPED = "stopped"
    """This end is told to stop."""
    TOLD = "told"
    """Central understood and refused: a problem."""
    REFUSED = "refused"
    """A person has to look."""
    HEALED = "healed"
    """Something damaged stood in the way and was brought in order: everything anew."""
    DAMAGED = "damaged"
    """A row of the store does not open; nothing was changed."""
    FORKED = "forked"
    """What was to be taken in contradicts this window's own chain; nothing was changed."""
    STORE = "store"
    """The store takes no writes now; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why something was not done."""

    kind: Kind
    text: str = ""
    """Chinese, fit for the clerk."""
    code: str = ""
    """Of a problem, without its prefix; empty for a status without one."""
    status: int = 0
    retry_after: float | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Begin, or go on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Central's answer: the message asked for, or the body's bytes."""

    message: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case."""

    def header(self, name: str) -> str:
        """Return a header's value; empty where there is none."""
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Done:
    """An operation's result."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not done, or nobody knows."""

    failure: Failure


Heard: TypeAlias = Begun | Answered | Done | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, and when."""

    what: Heard
    now: float
    """Seconds, of a clock that only goes forward."""
    chance: float = 0.0
    """In [0, 1): the only chance there is."""


# what errands share, and how they move


@dataclass(frozen=True, slots=True)
class Report:
    """What one round came to."""

    pushed: int = 0
    refused: int = 0
    pulled: int = 0
    """Entries of others taken in."""
    catalogue: int = 0
    """Catalogue documents taken in."""
    unsent: int = 0
    """Entries still unsent afterwards."""
    clock_skew: float | None = None
    """Seconds this machine's clock is ahead of central's."""
    carried: int = 0
    """Files of other windows delivered (``sync.engine.carrying``)."""
    carried_refused: int = 0
    """Such files central does not take."""
    uploaded: int = 0
    """Scans that central has now."""
    further: int = 0
    """Further points whose feeds were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the errands of one conversation know together."""

    window: str
    state: wire.SessionState | None = None
    """What central greeted with."""
    report: Report = field(default_factory=Report)

    @property
    def epoch(self) -> str:
        return self.state.epoch if self.state is not None else ""

    def counting(self, **more: int) -> Shared:
        """Return it with so many more in the report."""
        told = {name: getattr(self.report, name) + number for name, number in more.items()}
        return replace(self, report=replace(self.report, **told))


@dataclass(frozen=True, slots=True)
class Go:
    """Go on with this, and wait for what comes of it."""

    errand: Errand
    effect: Ask | Disk
    shared: Shared
    show: str = ""
    """What was achieved; an empty one is no progress."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A good place for more urgent work; the errand is then begun with ``Begun`` again."""

    errand: Errand
    shared: Shared
    show: str = ""


@dataclass(frozen=True, slots=True)
class Over:
    """The errand is done."""

    shared: Shared
    show: str = ""
    then: tuple[Errand, ...] = ()
    """Errands to be done next, before the others."""
    result: Any = None
    """Of a conversation that was about one question."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """The errand cannot go on; what this means for the rest is decided by the machine."""

    failure: Failure
    shared: Shared


Move: TypeAlias = Go | Pause | Over | Stuck


class Errand(Protocol):
    """One purpose, as a frozen dataclass: what it waits for stands in its fields."""

    def step(self, event: Event, shared: Shared) -> Move:
        """Return what follows from what happened; never raises."""
        ...


def down(text: str = "市中心的应答前后不符。") -> Failure:
    """Return what is made of an answer that cannot be right: the same again, later."""
    return Failure(kind=Kind.DOWN, text=text)


def failed(event: Event, shared: Shared) -> Stuck:
    """Return the move of an errand that has no use for what it heard."""
    if isinstance(event.what, Failed):
        return Stuck(event.what.failure, shared)
    return Stuck(down(), shared)
