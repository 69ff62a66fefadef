"""A window for the fault tests: real desk, real store, a dozen cases in every state, and the acts that are done in it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from clerk_app.desk import Desk
from clerk_app.dispatch import Signed
from clerk_app.domain.catalogue import JointService
from clerk_app.domain.checklist import Tally
from clerk_app.domain.draft import Draft
from clerk_app.domain.journal import Verdict
from clerk_app.domain.pickup import with_broken
from clerk_app.domain.plain import to_plain
from clerk_app.planning import Decide
from clerk_app.store.access.keys import create_keys, open_keys
from clerk_app.store.access.rotation import Rotation, Step
from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.records import Records
from sync.wire import CatalogueRow
from tests.support.bags import COURIER
from tests.support.counter import CLERK, KEY, DeadLine, HandClock, item_row
from tests.support.rings import Ring
from tests.support.scans import picture, put
from tests.support.story import ALL, APPLICANT, PERMIT, SEAT, without

ITEMS = (PERMIT, replace(PERMIT, code="SECOND", name="居住证签注"), replace(PERMIT, code="THIRD", name="居住证换领"))
JOINT = JointService(code="JOINT", name="新市民安居一件事", items=tuple(item.code for item in ITEMS))
BAGS = 2
"""So many a courier takes: a script packs them before."""
RECEIVED, ACCEPTED = "case.received", "case.accepted"


@dataclass
class Place:
    """An opened window."""

    desk: Desk
    records: Records


class FileRing(Ring):
    """A keyring that is there for the next process too; it lies outside the window's folder, as a real one does."""

    kept: ClassVar[Callable[[str], None]] = staticmethod(lambda held: None)
    """Told of every change, so that a power cut is played back with the keyring as it was then."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if path.exists():
            self.held = json.loads(path.read_bytes())

    def put(self, backend: str, name: str, secret: str) -> None:
        super().put(backend, name, secret)
        self._keep()

    def forget(self, backend: str, name: str) -> None:
        super().forget(backend, name)
        self._keep()

    def _keep(self) -> None:
        self._path.write_text(json.dumps(self.held), encoding="utf-8")
        FileRing.kept(json.dumps(self.held))


def unlock_of(folder: Path) -> KeyringUnlock:
    """Return the way to the keys of a window that has a file of keys."""
    return KeyringUnlock(FileRing(folder.with_suffix(".ring")))


def opened(folder: Path) -> Place:
    """Open the window in ``folder``, and fill its catalogue if it has none."""
    keys = open_keys(folder, unlock_of(folder)).vault if (folder / "keys.json").exists() else KEY
    records = Records.open(folder, keys, window=SEAT.window)
    try:
        if not records.catalogue_revision():
            body = msgspec.Raw(msgspec.json.encode(to_plain(JOINT)))
            rows = [*map(item_row, ITEMS), CatalogueRow(kind="joint", key=JOINT.code, revision=1, body=body)]
            records.put_catalogue(rows, len(rows))
        return Place(Desk(records, SEAT, CLERK, KEY, HandClock(), DeadLine(), folder / "papers"), records)
    except BaseException:
        records.close()
        raise


def _draft(desk: Desk, tallies: tuple[Tally, ...], joint: str = "") -> Draft:
    made = replace(desk.begin((), joint) if joint else desk.begin([PERMIT.code]), applicant=APPLICANT)
    checklist = made.checklist()
    for one in made.items:
        for tally in tallies:
            key = checklist.key_of(one.code, tally.material)
            assert key is not None
            made = made.tallied(key, tally)
    return made


def _latest(desk: Desk, *states: str) -> str:
    return next(s.number for s in desk.cases() if s.state in states)


def _receive(place: Place) -> None:
    place.desk.receive(_draft(place.desk, ALL))


def _receive_only(place: Place) -> None:
    place.desk.receive(_draft(place.desk, without("lease")), Decide.RECEIVE)


def _receive_and_tell(place: Place) -> None:
    place.desk.receive(_draft(place.desk, without("lease", "photo")))


def _joint(place: Place) -> None:
    place.desk.receive(_draft(place.desk, ALL, JOINT.code))


def _notify(place: Place) -> None:
    place.desk.notify(_latest(place.desk, "received"))


def _supplement(place: Place) -> None:
    brought = [t for t in ALL if t.material in {"lease", "photo"}]
    number = _latest(place.desk, "notified")
    wanted = {d.material for d in place.desk.wanted(place.desk.case(number))}
    place.desk.supplement(number, [t for t in brought if t.material in wanted], visit_reason="other")


def _remark(place: Place) -> None:
    place.desk.remark(_latest(place.desk, "accepted", "received", "notified"), "来电询问进度")


def _reveal(place: Place) -> None:
    place.desk.reveal_identity(_latest(place.desk, "accepted", "received", "notified"), "核对")


def _scan(place: Place) -> None:
    """Attach a paper that lies outside of the window's folder, another one each time."""
    folder = place.records.vault.folder
    paper = put(folder.parent, f"{folder.name}.png", picture("PNG", seed=place.records.head()[0]))
    place.desk.attach_scan(_latest(place.desk, "accepted", "received", "notified"), "form", paper)


def _pack(place: Place) -> None:
    """Put the papers of one case into a bag for its department."""
    group = place.desk.to_pack()[0]
    place.desk.pack(place.desk.packing(group.direction, group.to, [group.cases[0].number]), "FQ20260001234")


def _pick_up(place: Place) -> None:
    """A courier takes the bags that wait; one seal is broken."""
    held = place.desk.begin_pickup()
    for number in tuple(held.expected)[:BAGS]:
        held, _, _ = place.desk.scan_bag(held, number)
    held = with_broken(held, next(iter(held.taken)), "封签一角撕开")
    place.desk.close_pickup(held, Signed(taker=COURIER, proof="pin"), {})


def _settle(place: Place) -> None:
    """What the line does when central has answered."""
    first = place.records.unsent(3, 1 << 20)
    place.records.settle([(entry.id, Verdict.APPLIED, None, None) for entry in first])


def _checkpoint(place: Place) -> None:
    place.records.vault.checkpoint()


def _small_log(place: Place) -> None:
    """Have every later act end with the log being moved into the file."""
    connection = place.records.vault._connection
    assert connection is not None
    connection.execute("PRAGMA wal_autocheckpoint = 1")


def _rotate(place: Place) -> None:
    unlock = unlock_of(place.records.vault.folder)
    rotation = Rotation(place.records.vault, unlock, batch=16)
    rotation.begin(unlock)
    for step in rotation.steps():
        if step is Step.WAITING:
            break


def _back_up(place: Place) -> None:
    place.records.vault.backup(place.records.vault.folder / "copy.db")


def _close(place: Place) -> None:
    place.records.close()


@dataclass(frozen=True, slots=True)
class Doing:
    """Something done at the window, and the kinds of the entries it writes."""

    do: Callable[[Place], None]
    entries: tuple[str, ...] = ()


DOINGS = {
    "receive": Doing(_receive, (RECEIVED, ACCEPTED)),
    "receive-only": Doing(_receive_only, (RECEIVED,)),
    "receive-and-tell": Doing(_receive_and_tell, (RECEIVED, "notice.given")),
    "joint": Doing(_joint, (RECEIVED, ACCEPTED) * len(ITEMS)),
    "notice": Doing(_notify, ("notice.given",)),
    "supplement": Doing(_supplement, ("case.supplemented", ACCEPTED)),
    "remark": Doing(_remark, ("remark.added",)),
    "reveal": Doing(_reveal, ("identity.shown",)),
    "scan": Doing(_scan, ("scan.attached",)),
    "pack": Doing(_pack, ("parcel.sealed", "papers.packed")),
    "pick-up": Doing(_pick_up, ("manifest.closed", *("parcel.handed_over",) * BAGS)),
    "settle": Doing(_settle),
    "checkpoint": Doing(_checkpoint),
    "small-log": Doing(_small_log),
    "rotate": Doing(_rotate),
    "back-up": Doing(_back_up),
    "close": Doing(_close),
}
ACTS = ("receive", "joint", "receive-only", "notice", "receive-and-tell", "supplement", "remark", "reveal", "settle")
"""What a day is made of."""
PREPARED = (
    "receive",
    "receive-and-tell",
    "receive-and-tell",
    "receive-only",
    "receive-only",
    "settle",
    "remark",
    "joint",
)


def ids(records: Records, after: int = 0) -> list[str]:
    """Return the ids of the entries past a place, in the order they arrived here."""
    return [record.entry.id for record in records.journal(after)]


def make(folder: Path, name: str) -> None:
    """Make the window a run begins with.

    ``fresh``: nothing yet; ``clean``: closed; ``hot``: left with its log full; ``stocked``: closed, its reserve in place;
    ``keyed``: with a file of keys; ``bent``: damaged, so that opening it repairs it.
    """
    facts: dict[str, Any] = {"entries": []}
    window = folder / name
    window.mkdir(parents=True)
    if name == "keyed":
        create_keys(window, unlock_of(window))
    if name != "fresh":
        pid = os.fork()
        if pid == 0:
            _fill(window, leave=name == "hot")
        _, status = os.waitpid(pid, 0)
        assert status == 0
        if name != "stocked":
            (window / "reserve.bin").unlink(missing_ok=True)  # made anew on opening, and slow to copy
        if name == "bent":
            _bend(window)
        facts["entries"] = json.loads((window / "facts").read_bytes())
        (window / "facts").unlink()
    (folder / f"{name}.json").write_text(json.dumps(facts), encoding="utf-8")


def _bend(window: Path) -> None:
    """Take a row away that can be made anew from the others."""
    with closing(sqlite3.connect(window / "store.db", isolation_level=None)) as file:
        number = file.execute("SELECT num FROM tables WHERE name = 'subjects'").fetchone()[0]
        file.execute(f"DELETE FROM d{number} WHERE seq = 3")


def _fill(window: Path, *, leave: bool) -> None:
    try:
        place = opened(window)
        for act in PREPARED:
            DOINGS[act].do(place)
        (window / "facts").write_text(json.dumps(ids(place.records)), encoding="utf-8")
        if not leave:
            place.records.close()
        os._exit(0)
    finally:
        os._exit(1)
