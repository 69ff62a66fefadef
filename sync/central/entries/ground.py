"""What a batch of entries is taken in over, and what comes of it: plain values, whatever they are kept in. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from clerk_app.domain.custody_numbers import CustodyNumber, parse_custody_number
from clerk_app.domain.journal import Entry, Record, Verdict
from clerk_app.domain.kinds import is_oversight
from clerk_app.domain.numbers import CaseNumber, parse_case_number
from clerk_app.domain.people import Person, Role
from sync.central.entries.judging import Held
from sync.wire import PROBLEMS, EntryVerdict, Problem

_decode = msgspec.json.Decoder(Entry).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a window has come."""

    window: str
    point: str
    """Empty for central's own window, whose entries go to the points of their subjects."""
    last_n: int
    last_digest: str
    last_stands_for: str = ""
    """Where the last entry is a tombstone (``entry.lost``): the digest of what it stands for."""
    forebears: frozenset[str] = frozenset()
    """The windows it is an incarnation of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who hears of a subject."""

    home: str
    audience: tuple[str, ...]
    """The points whose feeds hear of it, its home first."""
    count: int = 0
    """Of its entries that have a place."""
    waiting: tuple[str, ...] = ()
    """Points outside of the audience where entries wait for it."""

    @property
    def concerned(self) -> frozenset[str]:
        """The points at which something may be written when something is said about it."""
        return frozenset({self.home, *self.audience, *self.waiting})


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as one point holds it: several are made of every entry, and a struct costs a tenth of a dataclass."""

    window: str
    n: int
    point: str
    position: int | None
    """In that point's feed; ``None``, and then only where it was said: refused, quarantined, or said from afar."""
    id: str
    subject: str
    kind: str
    digest: str
    document: str
    """The whole entry in its canonical form."""
    verdict: Verdict
    problem: Problem | None
    received_at: int
    """When it was stored; of one that was held back first, when it got its place."""
    mended: str | None = None
    """Of one without a place: empty once it holds up nobody any more, else the id of the entry that is to say it anew."""

    @property
    def key(self) -> tuple[str, int, str]:
        return self.window, self.n, self.point

    @property
    def code(self) -> str:
        """Of its problem."""
        return "" if self.problem is None else self.problem.type.removeprefix(PROBLEMS)

    @property
    def at_home(self) -> bool:
        return self.point == home_of(self.subject)

    @property
    def entry(self) -> Entry:
        return _decode(self.document)

    @property
    def record(self) -> Record:
        return Record(entry=self.entry, verdict=self.verdict, position=self.position)

    def but(self, **changed: Any) -> Row:
        """Return it as it is with these members."""
        return msgspec.structs.replace(self, **changed)

    def told(self) -> EntryVerdict:
        """Return what its window is told of it."""
        return EntryVerdict(id=self.id, n=self.n, verdict=self.verdict, position=self.position, problem=self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the verdicts over a batch are founded on; it may hold more than that, and is only read."""

    people: Mapping[str, Person | None] = field(default_factory=dict)
    """Accounts by number; ``None``: revoked."""
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    states: Mapping[str, Held] = field(default_factory=dict)
    unheard: Sequence[Row] = ()
    """Rows without a place about the subjects, of every point concerned, and those that ``Needs.mended`` and ``ids`` ask for."""
    positions: Mapping[str, int] = field(default_factory=dict)
    """The last position taken, by point."""
    windows: Mapping[str, str] = field(default_factory=dict)
    """The points of enrolled windows."""
    prefilings: Mapping[str, str] = field(default_factory=dict)
    """The case each has become; empty: none yet."""
    named: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """Whose entry bears an id at a point (window, ``n``), of those that a move may bring there."""


@dataclass(kw_only=True)
class Taken:
    """What is to be stored, all of it or nothing."""

    last_n: int
    last_digest: str
    answers: dict[int, EntryVerdict] = field(default_factory=dict)
    """What the window is told, by ``n``: of the new entries, and of older ones where that is another now."""
    rows: dict[tuple[str, int, str], Row] = field(default_factory=dict)
    """New ones, by their keys."""
    changed: dict[tuple[str, int, str], Row] = field(default_factory=dict)
    """Those that were there, as they are now: verdict, position, problem, when that was, mended."""
    subjects: dict[str, Subject] = field(default_factory=dict)
    states: dict[str, Held] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    prefilings: dict[str, str] = field(default_factory=dict)
    named: list[tuple[str, Entry]] = field(default_factory=list)
    """Every entry that got a place, with the point: what it announces, that point may fetch."""
    incidents: list[tuple[str, str, int]] = field(default_factory=list)
    """Window, code and ``n`` of what should never have come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What has to be looked up before entries are judged."""

    subjects: frozenset[str]
    moved: frozenset[str]
    """Of these, those that a ``case.moved`` is about: a point outside of the audience may say it."""
    actors: frozenset[str]
    ids: frozenset[str]
    """Rows without a place that these are to say anew are wanted too (``Row.mended``)."""
    mended: frozenset[str]
    """Ids of entries named by ``entry.mended``."""
    prefilings: frozenset[str]
    overseen: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """What only supervisors say, as kind and actor, by subject: they may say it from a point that does not hear of it."""


def needs(said: Iterable[tuple[Entry, str]]) -> Needs:
    """Return what these entries, each with its subject as it is kept, have to be judged over."""
    told = list(said)
    return Needs(
        subjects=frozenset(subject for _, subject in told),
        moved=frozenset(subject for entry, subject in told if entry.kind == "case.moved"),
        actors=frozenset(entry.actor for entry, _ in told if len(entry.actor) <= 64 and entry.actor.isprintable()),
        ids=frozenset(entry.id for entry, _ in told),
        mended=frozenset(named(entry, "entry.mended", "entry") for entry, _ in told) - {""},
        prefilings=frozenset(named(entry, "case.received", "prefiling") for entry, _ in told) - {""},
        overseen=_overseen(told),
    )


def _overseen(told: Iterable[tuple[Entry, str]]) -> dict[str, frozenset[tuple[str, str]]]:
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for entry, subject in told:
        if is_oversight(entry.kind):
            found[subject] = found.get(subject, frozenset()) | {(entry.kind, entry.actor)}
    return found


def named(entry: Entry, kind: str, member: str) -> str:
    """Return what an entry of this kind names in its body, fit to be looked up; empty for every other."""
    text = entry.body.get(member) if entry.kind == kind else None
    return text if isinstance(text, str) and len(text) <= 64 and text.isprintable() else ""


def answers_for(person: Person | None) -> frozenset[str]:
    """Return the points a person may speak of from whichever of them they are at."""
    return frozenset(person.points) if person is not None and person.role is Role.SUPERVISOR else frozenset()


def is_from_afar(kind: str, told: Subject, person: Person | None) -> bool:
    """Whether a supervisor may say this of a subject that the window's own point does not hear of."""
    return is_oversight(kind) and not answers_for(person).isdisjoint(told.audience)


def mark_of(entry_id: str, received_at: int) -> int:
    """Return central's word for a place in a feed: given out again after a restore, the place has another one."""
    return int.from_bytes(hashlib.sha256(f"{entry_id} {received_at}".encode()).digest()[:6])


def home_of(subject: str) -> str:
    """Return the point whose code a subject begins with, whether there is such a point or not."""
    return subject.partition("-")[0]


def number_of(subject: str) -> CaseNumber | CustodyNumber | None:
    """Return the case's, bag's or manifest's number a subject is, or ``None``."""
    number = parse_case_number(subject) or parse_custody_number(subject)
    return number if number is not None and number.text == subject else None


def destination(entry: Entry) -> str:
    """Return the point that a bag which begins with this entry goes to, besides its home; empty: it hears of none."""
    to = entry.body.get("to") if entry.kind == "parcel.sealed" else None
    code = to.get("code") if isinstance(to, dict) and to.get("kind") == "point" else None
    return code if isinstance(code, str) and len(code) <= 16 and code.isalnum() else ""
