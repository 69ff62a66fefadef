"""Taking entries in, without a database: whatever is said where and when, feeds stay gapless and every point tells the same case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain.case import fold
from clerk_app.domain.journal import GENESIS, Entry, Verdict, signed
from clerk_app.domain.numbers import case_number
from clerk_app.domain.people import Person, Role
from clerk_app.domain.plain import to_plain
from sync.central.entries.ground import Ground, Head, Row, Subject, Taken
from sync.central.entries.judging import UNHEARD, Held
from sync.central.entries.screening import screen
from sync.central.entries.taking import fresh, take
from sync.central.entries.waiting import waits
from tests.support.city import received

DAY = date(2025, 6, 3)
POINTS = ("P1", "P2", "P3")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
BARE, WHOLE = received("", tallies=()), received("")


@dataclass
class Store:
    """What a central keeps, in dictionaries."""

    rows: dict[tuple[str, int, str], Row] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    states: dict[str, Held] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(POINTS, 0))
    heads: dict[str, Head] = field(default_factory=dict)
    clock: int = 0

    def push(self, window: str, entries: list[Entry]) -> Taken:
        self.clock += 1
        point = window.rpartition("-")[0]
        head = self.heads.get(window) or Head(window=window, point=point, last_n=0, last_digest=GENESIS)
        person = Person(number="S", name="S", role=Role.SUPERVISOR, points=POINTS)
        held = {row.n: row.digest for row in self.rows.values() if (row.window, row.point) == (window, point)}
        ground = Ground(
            people={"S": person},
            subjects=self.subjects,
            states=self.states,
            unheard=[row for row in self.rows.values() if row.position is None],
            positions=self.positions,
            windows={f"{p}-0{n}": p for p in POINTS for n in (1, 2)},
        )
        taken = take(head, ground, fresh(head, held, screen(entries, PUBLIC)), self.clock)
        assert not taken.rows.keys() & self.rows.keys()
        assert taken.changed.keys() <= self.rows.keys()
        self.rows |= taken.rows | taken.changed
        self.subjects |= taken.subjects
        self.states |= taken.states
        self.positions |= taken.positions
        self.heads[window] = replace(head, last_n=taken.last_n, last_digest=taken.last_digest)
        return taken

    def feed(self, point: str) -> list[Row]:
        placed = [row for row in self.rows.values() if row.point == point and row.position is not None]
        return sorted(placed, key=lambda row: row.position or 0)

    def check(self) -> None:
        for point in POINTS:
            assert [row.position for row in self.feed(point)] == list(range(1, self.positions[point] + 1))
        for name, subject in self.subjects.items():
            state = self.states.get(name, Held())
            told = [r.entry.id for r in state.records]
            assert subject.count == len(told) == state.version
            assert fold(state.records) == state.case
            for point in POINTS:
                heard = [row.id for row in self.feed(point) if row.subject == name]
                assert heard == (told if point in subject.audience and subject.count else [])
        own = [row.key for row in self.rows.values() if row.window.rpartition("-")[0] == row.point]
        assert len(own) == sum(head.last_n for head in self.heads.values())


@dataclass
class Desk:
    """A window that says what it can, and hears its feed before it speaks."""

    store: Store
    window: str
    ids: Iterator[int]
    journal: list[Entry] = field(default_factory=list)
    pushed: int = 0
    cases: int = 0

    @property
    def point(self) -> str:
        return self.window.rpartition("-")[0]

    def say(self, kind: str, subject: str, body: Any, id: str = "") -> Entry:
        heard = [row for row in self.store.feed(self.point) if row.subject == subject and row.window != self.window]
        own = [entry for entry in self.journal if entry.subject == subject]
        joined = heard or kind != "case.moved"
        others = len(heard) if joined else len(self.store.states.get(subject, Held()).records)
        entry = Entry(
            id=id or self.next_id(),
            kind=kind,
            subject=subject,
            at="2025-06-03T09:00:00+08:00",
            actor="S",
            window=self.window,
            n=len(self.journal) + 1,
            seen=others + len(own),
            previous=self.journal[-1].digest() if self.journal else GENESIS,
            body=to_plain(body) if not isinstance(body, dict) else body,
        )
        self.journal.append(signed(entry, KEY.private_bytes_raw()))
        return self.journal[-1]

    def next_id(self) -> str:
        return str(UUID(int=(7 << 76) | (0b10 << 62) | next(self.ids)))

    def push(self) -> None:
        entries = self.journal[self.pushed :]
        taken = self.store.push(self.window, entries)
        assert {entry.n for entry in entries} <= taken.answers.keys()
        self.pushed = len(self.journal)

    def refused(self) -> list[Row]:
        rows = [r for r in self.store.rows.values() if r.window == self.window and r.verdict in UNHEARD]
        return [r for r in sorted(rows, key=lambda r: r.n) if r.mended is None and not waits(r)]

    def mend(self, row: Row, *, anew: bool) -> None:
        known = self.store.subjects.get(row.subject)
        here = row.subject.startswith(f"{self.point}-") or (known is not None and self.point in known.audience)
        by = self.next_id() if anew and here else ""
        self.say("entry.mended", row.subject if here else self.window, b.Mended(entry=row.id, by=by))
        if by:
            self.say("materials.checked", row.subject, b.Checked(tallies=WHOLE.tallies), by)

    def act(self, what: str, case: str) -> None:
        bodies: dict[str, tuple[str, Any]] = {
            "check": ("materials.checked", b.Checked(tallies=WHOLE.tallies)),
            "accept": ("case.accepted", b.Accepted(accepted_on=DAY)),
            "withdraw": ("case.withdrawn", b.Ended(on=DAY)),
            "remark": ("remark.added", b.Remarked(text="x")),
            "rubbish": ("case.accepted", {"rubbish": 1}),
            "move": ("case.moved", b.Moved(to=self.point, on=DAY)),
        }
        kind, body = bodies[what]
        self.say(kind, case, body)


ACTS = ("check", "accept", "withdraw", "remark", "rubbish", "move", "move", "check")
STEPS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["receive", "mend", "anew", "push", "push", *ACTS]),
        st.integers(0, 7),
    ),
    max_size=40,
)


def play(steps: list[tuple[int, str, int]]) -> tuple[Store, list[Desk]]:
    """Do all of it, look after each step, and let everybody say what they have."""
    store, ids = Store(), iter(range(1, 10_000))
    desks = [Desk(store, f"{point}-0{n}", ids) for point in POINTS for n in (1, 2)]
    cases: list[str] = []
    for number, what, which in steps:
        desk = desks[number]
        if what == "receive":
            desk.cases += 1
            cases.append(case_number(desk.point, desk.window[-2:], DAY, desk.cases))
            desk.say("case.received", cases[-1], BARE if which % 2 else WHOLE)
        elif what == "push":
            desk.push()
            store.check()
        elif what in {"mend", "anew"}:
            for row in desk.refused()[:1]:
                desk.mend(row, anew=what == "anew")
        elif cases:
            desk.act(what, cases[which % len(cases)])
    for desk in desks:
        desk.push()
    store.check()
    return store, desks


@settings(max_examples=120, deadline=None)
@given(steps=STEPS)
def test_feeds_are_gapless_and_every_point_that_hears_of_a_case_tells_the_same(
    steps: list[tuple[int, str, int]],
) -> None:
    store, _ = play(steps)
    for row in store.rows.values():
        assert (row.position is None) == (row.verdict in UNHEARD)
        assert row.code != "case-awaited" or not waits(row), "everybody has spoken"


@settings(max_examples=120, deadline=None)
@given(steps=STEPS)
def test_once_everything_refused_is_mended_only_what_waits_for_another_point_is_left(
    steps: list[tuple[int, str, int]],
) -> None:
    store, desks = play(steps)
    for _ in range(len(steps) + 1):
        left = [(desk, row) for desk in desks for row in desk.refused()]
        if not left:
            break
        for desk, row in left:
            desk.mend(row, anew=False)
        for desk in desks:
            desk.push()
        store.check()
    assert [desk.refused() for desk in desks] == [[]] * len(desks)
    # What another point has to say first still holds up what its window said after it.
    waiting = [row for row in store.rows.values() if waits(row)]
    early = {(row.window, row.subject, row.n) for row in waiting if row.code != "waits"}
    for row in waiting:
        assert any((w, s) == (row.window, row.subject) and n <= row.n for w, s, n in early)
    assert all(row.verdict is not Verdict.QUARANTINED or row.mended == "" or waits(row) for row in store.rows.values())
