"""What a conversation asks of the store: each operation is done as a whole or not at all, and says what comes of it.

``sync.disk`` does them over ``Records``; a simulation does them in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.domain.trail import Step
from clerk_app.domain.word import Word
from sync import wire
from sync.engine.values import Operation

# this window's own session, and its key


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session that was kept; all empty: none."""

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    lasts: float = 0.0
    """Seconds for which the access token may still be used."""


@dataclass(frozen=True, slots=True)
class LoadSession(Operation[KeptSession]):
    """Return the session that was kept, for this command or an earlier one."""


@dataclass(frozen=True, slots=True)
class KeepSession(Operation[None]):
    """Keep a session, or that there is none."""

    session: KeptSession = KeptSession()


@dataclass(frozen=True, slots=True)
class Sign(Operation[str]):
    """Return the window's signature of some bytes, in hex."""

    data: bytes


# where this window and central stand


@dataclass(frozen=True, slots=True)
class Backlog(Operation[int]):
    """Return how many entries are unsent."""


@dataclass(frozen=True, slots=True)
class Meet(Operation[float]):
    """Take note of central's time and key; return by how many seconds this machine's clock is ahead of central's."""

    state: wire.SessionState


@dataclass(frozen=True, slots=True)
class Prepare(Operation[None]):
    """Keep whom central lets work here no more, and bring in order what was found damaged."""

    barred: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """The first stretch of the window's own chain that is not here."""

    first: int
    last: int
    subjects: tuple[str, ...] = ()
    """Cases the lost entries were about, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where this window stands."""

    head: int
    """The last own number."""
    digest: str | None
    """Of the own entry that was asked about; ``None``: it is not here."""
    unsent: int
    first_unsent: int | None
    """The number of the first entry that may be said now; ``None``: there is none."""
    epoch: str
    """Central's, as it was last; empty: never heard."""
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Standing(Operation[Stand]):
    """Return where this window stands, and what it has at the last number central holds."""

    last_n: int


@dataclass(frozen=True, slots=True)
class Restore(Operation[None]):
    """Take in own entries that central gave back; may fail ``FORKED``."""

    entries: tuple[wire.OwnEntry, ...]


@dataclass(frozen=True, slots=True)
class BeginAnew(Operation[int]):
    """Central was restored: make unsent what it may judge anew, rewind feed and catalogue, keep the epoch; return how many it lost."""

    last_n: int
    epoch: str
    sure: Step | None
    """The place up to which its feed is as it was; ``None``: none is."""


@dataclass(frozen=True, slots=True)
class Agree(Operation[None]):
    """Keep what central holds of this window, its epoch where none is known, and what its backups cover."""

    state: wire.SessionState


@dataclass(frozen=True, slots=True)
class Heal(Operation[bool]):
    """Bring in order what was found damaged, the last fault met included; return whether anything was."""


@dataclass(frozen=True, slots=True)
class Conclude(Operation[int]):
    """Note that central was asked for everything missing; return how many entries are unsent."""


# entries


@dataclass(frozen=True, slots=True)
class Unsent:
    """One entry to be said."""

    id: str
    n: int
    raw: bytes = field(repr=False)
    """The entry as JSON."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be said next, ascending in ``n``."""

    entries: tuple[Unsent, ...]
    unsent: int
    """How many are unsent altogether."""


@dataclass(frozen=True, slots=True)
class TakeUnsent(Operation[Batch]):
    """Return the next unsent entries: at most ``limit`` of at most ``size`` bytes, but one if there is any."""

    limit: int
    size: int


@dataclass(frozen=True, slots=True)
class Settle(Operation[None]):
    """Keep verdicts."""

    verdicts: tuple[wire.EntryVerdict, ...]
    changed: tuple[wire.EntryVerdict, ...] = ()
    """Over earlier entries that were held back until now; one that is not here is passed over."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """How far this window has heard."""

    feed: int
    catalogue: int
    mark: int = 0
    """What central said of the place ``feed``; 0: nothing."""


@dataclass(frozen=True, slots=True)
class LookUp(Operation[Cursors]):
    """Return the cursors."""


@dataclass(frozen=True, slots=True)
class LookBack(Operation[tuple[Step, ...]]):
    """Return the places passed in the feed, the cursor's last."""


@dataclass(frozen=True, slots=True)
class TakeFeed(Operation[None]):
    """Take in entries of the feed together with the cursor they lead to and its mark; may fail ``FORKED``."""

    entries: tuple[wire.FeedEntry, ...]
    """Empty: only the mark is news."""
    position: int
    mark: int


@dataclass(frozen=True, slots=True)
class PutCatalogue(Operation[None]):
    """Take in catalogue rows together with the revision they lead to; ``more``: further ones follow at once."""

    rows: tuple[wire.CatalogueRow, ...]
    revision: int
    more: bool = False


# work of other windows, carried by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A file that another window wrote and that is carried to central (``clerk_app.store.copies.carried``)."""

    word: Word
    header: str
    signature: str
    parts: int
    sent: int = 0
    """Parts central has taken in."""
    refused: int = 0
    """Entries of them it refused."""


@dataclass(frozen=True, slots=True)
class WaitingLoads(Operation[tuple[Load, ...]]):
    """Return what central has not had yet."""


@dataclass(frozen=True, slots=True)
class DeliveredLoads(Operation[tuple[Load, ...]]):
    """Return what central has, whose records are still here, and of which it was not asked for so many seconds."""

    idle: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a load."""

    records: bytes = field(repr=False)
    lost: str = ""
    """Why it is not there, in Chinese; empty: it is."""


@dataclass(frozen=True, slots=True)
class TakePart(Operation[Part]):
    """Return one part of a load."""

    content: str
    """Which file: its SHA-256."""
    number: int


@dataclass(frozen=True, slots=True)
class PartSent(Operation[None]):
    """Keep how many parts central has, and how many entries of them it refused."""

    content: str
    sent: int
    refused: int


@dataclass(frozen=True, slots=True)
class LoadEnded(Operation[None]):
    """Keep that a load was delivered, or (with ``code`` and ``problem``) that central does not take it."""

    content: str
    code: str = ""
    problem: str = ""
    drop: bool = False
    """The records are not needed any more."""


@dataclass(frozen=True, slots=True)
class LoadAsked(Operation[None]):
    """Keep that central was asked about a delivered load just now."""

    content: str
    drop: bool = False
