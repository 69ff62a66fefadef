"""The messages both ends of the line speak: HTTP/JSON under ``/v1`` (``docs/protocol.md`` tells the whole of it).

Messages are msgspec structs; unknown members are ignored, so that either end may be one version older.
"""

from __future__ import annotations

from typing import Any

import msgspec

from clerk_app.domain.couriers import Courier
from clerk_app.domain.journal import Entry, Verdict
from clerk_app.domain.people import Person
from clerk_app.domain.word import Word

MEDIA_TYPE = "application/vnd.clerk.v1+json"
"""Of every body central answers with, problems excepted; anything else is not ours (a captive portal) and is no answer."""
PROBLEM_TYPE = "application/problem+json"
SNAPSHOT_TYPE = "application/vnd.clerk.snapshot+zstd"
"""Of the whole catalogue as one file."""
EPOCH_HEADER = "Clerk-Epoch"
"""On every answer: which life of central's store speaks."""
USER_AGENT = "clerk/"
"""What a client's ``User-Agent`` begins with; its version follows."""
BACKLOG_HEADER = "Clerk-Backlog"
"""Of a request, if the window cares to say it: how many entries wait to be sent."""
MAX_ENTRIES = 200
MAX_BYTES = 1 << 20
MAX_CARRIED = 2 << 20
"""Bytes of a request that carries another window's records: they cannot be packed further, and stand as base64."""
PROBLEMS = "urn:clerk:problem:"
"""Prefix of every problem's ``type``."""


class Message(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What all messages share."""


class Problem(Message):
    """An error as RFC 9457 tells it; ``detail`` is Chinese and fit for the clerk."""

    type: str
    title: str
    status: int
    detail: str = ""
    expected: int | None = None
    """Of a ``gap``: the ``n`` central waits for."""


class EnrolmentRequest(Message):
    code: str
    public_key: str
    """Ed25519, 32 raw bytes in hex."""
    former: str = ""
    """With a code that moves a window: that window's signature over ``move_bytes(code, public_key)``, in hex."""


class HandoverKey(Message):
    """Central's public key for work that is carried by hand (``docs/handover.md``)."""

    id: str
    key: str
    """X25519, 32 raw bytes in hex."""


class Enrolment(Message):
    window: str
    """The window's id, unique in the city: point code + ``-`` + two characters."""
    number: str
    """Two characters of base 36, unique at its point; part of every case number."""
    point: str
    point_name: str
    epoch: str
    handover: HandoverKey | None = None


class ChallengeRequest(Message):
    window: str


class Challenge(Message):
    challenge: str
    expires_in: int
    """Seconds."""


class SessionRequest(Message):
    """The window proves its key on ``challenge``; with a clerk's number and password, or for the window's own errands without."""

    window: str
    challenge: str
    signature: str
    """Ed25519 over ``session_bytes(challenge, window)``, in hex."""
    clerk: str = ""
    password: str = ""


class RefreshRequest(Message):
    refresh_token: str


class Session(Message):
    access_token: str
    expires_in: int
    """Seconds."""
    refresh_token: str
    server_time: str
    """RFC 3339."""
    person: Person | None = None
    """Who signed in; ``None`` for a window's own session."""
    offline_days: int = 0
    """For how many days from now the password may be checked at the window when the line is down."""


class SessionState(Message):
    """``GET /v1/session``: where central and this window stand."""

    epoch: str
    last_n: int
    """The last entry of this window central holds; 0: none."""
    last_digest: str
    """Its ``Entry.digest()``, or ``GENESIS``."""
    durable_through: int
    """Backups hold this window's entries up to this ``n``."""
    server_time: str
    oldest_client: str
    barred: list[str] = []
    """Numbers of this point's people who may work no more: their accounts were revoked."""
    durable_position: int = 0
    """Backups hold the point's entries up to this position of its feed."""
    handover: HandoverKey | None = None
    couriers: str = ""
    """Which list of couriers the point has now (``Couriers.revision``); empty: a central one version older knows none."""
    further: list[FurtherPoint] = []
    """Points whose feeds this window hears besides its own; what it holds of any other it lets go."""
    release: str = ""
    """The version of the client this window is to get; empty: none, or a central one version older."""


class FurtherPoint(Message):
    """A point whose feed the asking window may hear besides its own: a supervisor who signed in there answers for it."""

    point: str
    until: str
    """RFC 3339, by central's clock: without another word the window keeps nothing of it any longer."""
    durable_position: int = 0
    """Backups hold the point's entries up to this position of its feed."""


class EntriesRequest(Message):
    epoch: str
    entries: list[Entry]


class EntryVerdict(Message):
    id: str
    n: int
    verdict: Verdict
    position: int | None = None
    """Place in the point's feed; ``None`` for a refused or quarantined entry."""
    problem: Problem | None = None


class EntriesAnswer(Message):
    verdicts: list[EntryVerdict]
    last_n: int
    changed: list[EntryVerdict] = []
    """Of earlier entries of this window that were quarantined: what is said of them now."""


class FeedEntry(Message):
    position: int
    verdict: Verdict
    entry: Entry
    mark: int = 0
    """Of a feed: central's word for what stands at this position in this life of its; 0: none, as of a central one version older."""


class Feed(Message):
    entries: list[FeedEntry]
    next: int
    """Say this as ``after`` next time."""
    more: bool = False
    mark: int = 0
    """That of ``next``; say it beside ``after``."""


class FeedPlace(Message):
    """How far a point's feed was heard."""

    point: str
    after: int = 0
    mark: int = 0
    """The one heard with ``after``; 0: none."""


class FeedsRequest(Message):
    """``POST /v1/feeds``: what is new in any of several points' feeds; nothing is changed by it."""

    feeds: list[FeedPlace]
    limit: int = 500
    """Entries the answer has at most, of all feeds together."""
    wait: int = 0
    """Seconds to wait when there is nothing yet in any of them."""


class PointFeed(Message):
    """A page of one point's feed, or why there is none."""

    point: str
    entries: list[FeedEntry] = []
    next: int = 0
    more: bool = False
    mark: int = 0
    """That of ``next``."""
    code: str = ""
    """``cursor-ahead`` or ``not-your-point``; empty: this is a page."""


class Feeds(Message):
    feeds: list[PointFeed]
    """Those in which there is something new; what is left out is as it was."""
    more: bool = False
    """The answer was full before all feeds were looked at."""


class OwnEntry(Message):
    """An entry of the asking window, with what was said of it."""

    entry: Entry
    verdict: Verdict
    position: int | None = None
    problem: Problem | None = None


class OwnEntries(Message):
    """``GET /v1/entries``: what central holds of the asking window, ascending in ``n`` without gaps."""

    entries: list[OwnEntry]
    more: bool = False


class CarriedRequest(Message):
    """Part of a file of unsent work that another window wrote; every part stands by itself."""

    epoch: str
    header: str
    """The file's header, as it was signed."""
    signature: str
    """Of the header, in hex."""
    word: Word
    records: bytes = b""
    """Records of the file, whole, ascending in ``n``, at most 200; none: only to hear how far central is."""


class CarriedAnswer(Message):
    window: str
    """That wrote the entries."""
    last_n: int
    """The last entry of that window central holds."""
    durable_through: int
    """Backups hold that window's entries up to this ``n``."""
    refused: int = 0
    """Of the entries of this part: refused or quarantined, as that window will hear."""


class IncarnationRequest(Message):
    """A window whose history went its own way asks to go on as a new window of its point; its old key signed the session."""

    public_key: str
    """The new window's Ed25519 key, 32 raw bytes in hex; the same key again gets the same answer."""
    shared_n: int
    """The last entry both histories share."""
    shared_digest: str
    """Its ``Entry.digest()``, or ``GENESIS``."""
    fork_digest: str
    """``Entry.digest()`` of this machine's entry ``shared_n + 1``."""


class MissingScans(Message):
    """``GET /v1/scans/missing``: files that the asking window's entries name and central does not have."""

    missing: list[str]
    """SHA-256, in hex, in the order of the entries."""


class CatalogueSnapshot(Message):
    """``GET /v1/catalogue/snapshot``: the whole catalogue at a revision, as one compressed file."""

    revision: int
    """After it, ask for what changed since."""
    size: int
    """Bytes, compressed."""
    sha256: str
    rows: int


class CatalogueRow(Message):
    """One published document: an item, a joint service, a year of the calendar, a point."""

    kind: str
    """``item``, ``joint``, ``calendar`` or ``point``."""
    key: str
    revision: int
    withdrawn: bool = False
    search: str = ""
    """Pinyin search keys of an item or joint service (``docs/protocol.md``)."""
    body: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    """The document as JSON: a ``ServiceItem``, a ``JointService``, a ``YearTable``, ``{"code","name"}``."""


class Catalogue(Message):
    rows: list[CatalogueRow]
    next: int
    """Say this as ``after`` next time; the window's catalogue revision."""
    more: bool = False


class Couriers(Message):
    """``GET /v1/couriers``: who fetches and brings bags at the asking window's point."""

    revision: str
    """Another one with each change, never one that was there before; not to be compared but for being the same."""
    couriers: list[Courier]


class Prefiling(Message):
    """An application already made online or at a terminal."""

    number: str
    item: str
    applicant: dict[str, Any]
    situation: dict[str, str] = {}
    received: list[dict[str, Any]] = []
    received_as: str = ""
    """The case it has become already, at whichever window."""


class CaseRecords(Message):
    """``GET /v1/cases/{number}``: a case of any point, as its entries in central's order."""

    number: str
    point: str
    entries: list[FeedEntry]


def session_bytes(challenge: str, window: str) -> bytes:
    """Return what a window signs to open a session; the prefix keeps it apart from every entry's signature."""
    return b"clerk-session-v1\0" + challenge.encode() + b"\0" + window.encode()


def move_bytes(code: str, public_key: str) -> bytes:
    """Return what a window signs to go on as another: the code, letters and digits only, and the other's key in hex."""
    return b"clerk-move-v1\0" + normal_code(code).encode() + b"\0" + public_key.lower().encode()


def normal_code(code: str) -> str:
    """Return an enrolment code as it was made, whatever the typist did to case and hyphens."""
    return "".join(c for c in code.upper() if c.isalnum())
