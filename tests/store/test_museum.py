"""A window's folder that an earlier version wrote opens, is whole, and goes on working."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clerk_app import settings
from clerk_app.desk import Desk
from clerk_app.domain.case import fold
from clerk_app.domain.draft import Draft
from clerk_app.domain.journal import signature_holds, verify_chain
from clerk_app.domain.numbers import case_number
from clerk_app.domain.timing import BEIJING
from clerk_app.gate import Gate
from clerk_app.line import LineDown, LineStatus
from clerk_app.planning import Decide
from clerk_app.store.access.keys import Keys, PassphraseUnlock, open_keys
from clerk_app.store.records import Records
from tests.support.commands import CityEnd, Seat

MUSEUM = Path(__file__).with_name("museum")
NAMES = sorted(path.stem for path in MUSEUM.glob("*.json"))
PASSWORD = "sample-C0001"


class Down:
    """A line that is down."""

    def authenticate(self, number: str, password: str) -> Any:
        raise LineDown("市中心连不上。")

    def status(self) -> LineStatus:
        return LineStatus()

    def poke(self) -> None:
        """Nothing goes out."""

    def stop(self) -> None:
        """There is nothing to end."""


class Piece:
    """One folder of the museum, unpacked."""

    def __init__(self, name: str, to: Path) -> None:
        self.facts: dict[str, Any] = json.loads((MUSEUM / f"{name}.json").read_text(encoding="utf-8"))
        with tarfile.open(MUSEUM / f"{name}.tar.xz") as packed:
            packed.extractall(to, filter="data")
        self.folder = to / "window"
        self.database = to / "city.db"
        self.keys: Keys = open_keys(self.folder, PassphraseUnlock(self.facts["passphrase"]))
        self.seat = settings.load(self.folder).seat
        self.now = datetime.fromisoformat(self.facts["written"]).astimezone(BEIJING) + timedelta(minutes=5)

    def open(self, *, read_only: bool = False) -> Records:
        return Records.open(self.folder, self.keys.vault, window=self.seat.window, read_only=read_only)


@pytest.fixture(params=NAMES)
def piece(request: pytest.FixtureRequest, tmp_path: Path) -> Piece:
    return Piece(request.param, tmp_path)


@pytest.fixture
def records(piece: Piece) -> Iterator[Records]:
    with piece.open() as opened:
        yield opened


def test_every_entry_is_there_with_what_central_said_of_it(piece: Piece, records: Records) -> None:
    found = [
        {
            "n": r.entry.n,
            "window": r.entry.window,
            "id": r.entry.id,
            "kind": r.entry.kind,
            "subject": r.entry.subject,
            "digest": r.entry.digest(),
            "verdict": r.verdict.value if r.verdict else None,
            "position": r.position,
        }
        for r in records.journal()
    ]
    assert found == piece.facts["entries"]
    assert records.damages() == []


def test_chain_and_signatures_hold(piece: Piece, records: Records) -> None:
    own = sorted((r.entry for r in records.journal() if r.entry.window == piece.seat.window), key=lambda e: e.n)
    assert verify_chain(own) is None
    assert piece.keys.public_key.hex() == piece.facts["public_key"]
    assert all(signature_holds(entry, piece.keys.public_key) for entry in own)
    assert list(records.head()) == piece.facts["head"]


def test_cases_are_as_they_were_and_as_their_entries_fold(piece: Piece, records: Records) -> None:
    found = {
        s.number: {
            "state": s.state.value,
            "applicant": s.applicant,
            "item": s.item_name,
            "conflicts": s.conflicts,
            "unsent": s.unsent,
            "visits": s.visits,
        }
        for s in records.summaries()
    }
    assert found == piece.facts["cases"]
    assert records.rebuild() == []
    assert all(records.case(number) == fold(records.records_of(number)) for number in found)


def test_what_is_unsent_and_what_was_refused_is_known(piece: Piece, records: Records) -> None:
    assert [entry.n for entry in records.unsent(500, 1 << 24)] == piece.facts["unsent"]
    assert [record.entry.n for record in records.refused()] == piece.facts["refused"]
    assert records.feed_cursor() == piece.facts["cursor"]


def test_the_catalogue_is_there_and_can_be_searched(piece: Piece, records: Records) -> None:
    assert sorted(item.code for item in records.items()) == piece.facts["items"]
    assert records.catalogue_revision() == piece.facts["catalogue_revision"]
    joint = records.joint(piece.facts["joint"])
    assert joint is not None
    assert piece.facts["joint"] in {hit.key for hit in records.search_items(joint.name)}


def test_it_opens_read_only_as_it_lies_there(piece: Piece) -> None:
    with piece.open(read_only=True) as looked_at:
        assert len(looked_at.journal()) == len(piece.facts["entries"])


def test_who_was_signed_in_is_and_the_password_holds_without_the_line(piece: Piece, records: Records) -> None:
    gate = Gate(records, Down(), lambda: piece.now)
    present = gate.current()
    assert present is not None
    assert present.number == piece.facts["signed_in"]
    gate.sign_out()
    assert gate.sign_in(piece.facts["signed_in"], PASSWORD).number == piece.facts["signed_in"]


def desk_of(piece: Piece, records: Records, papers: Path) -> Desk:
    person = Gate(records, Down(), lambda: piece.now).current()
    assert person is not None
    return Desk(records, piece.seat, person, piece.keys.signing_key, lambda: piece.now, Down(), papers)


def received(desk: Desk, like: str) -> str:
    """Receive the same item for the same applicant as a case that is there; return the new number."""
    case = desk.case(like)
    draft = desk.begin((case.item.code,))
    draft = Draft(items=draft.items, applicant=case.applicant, answers=case.answers)
    [outcome] = desk.receive(draft, Decide.RECEIVE).outcomes
    return outcome.case.number


def test_a_new_act_goes_on_from_the_last_number_and_the_last_entry(
    piece: Piece, records: Records, tmp_path: Path
) -> None:
    n, digest = piece.facts["head"]
    desk = desk_of(piece, records, tmp_path)
    number = received(desk, min(piece.facts["cases"]))

    serials = piece.facts["serials"]
    assert number == case_number(
        piece.seat.point, piece.seat.number, datetime.fromisoformat(serials["day"]).date(), serials["last"] + 1
    )
    new = [r.entry for r in records.journal() if r.entry.window == piece.seat.window and r.entry.n > n]
    assert verify_chain(new, previous=digest, first=n + 1) is None


def test_it_syncs_with_a_central_of_today_over_the_database_of_then(piece: Piece, tmp_path: Path) -> None:
    with piece.open() as records:
        number = received(desk_of(piece, records, tmp_path), min(piece.facts["cases"]))
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(piece.facts["passphrase"], encoding="utf-8")
    seat = Seat(piece.folder, passphrase)
    city = CityEnd(piece.database, [])
    before = len(city.entries())
    assert before == piece.facts["central"]["entries"]

    with city.served() as address:
        file = piece.folder / settings.FILE
        told = json.loads(file.read_text(encoding="utf-8"))
        told["seat"]["central"] = address
        file.write_text(json.dumps(told), encoding="utf-8")
        report = seat.json("sync")

    unsent = len(piece.facts["unsent"]) + 1
    assert (report["pushed"], report["refused"], report["unsent"]) == (unsent, 0, 0)
    assert len(city.entries()) == before + unsent
    assert next(case for case in seat.json("cases") if case["case"] == number)["confirmed"]
