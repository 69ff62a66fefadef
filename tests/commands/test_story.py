"""A day at the window without a screen: central stops, work goes on, central comes back, the machine is replaced."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app.domain.case import fold
from clerk_app.domain.journal import signature_holds, verify_chain
from clerk_app.settings import load
from clerk_app.store.access.keys import PassphraseUnlock, open_keys
from clerk_app.store.records import Records
from tests.support.commands import PASSPHRASE, CityEnd, Seat, clerk, enrol, line_named, port_of, whole

INTAKES = 50


def mixed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return fifty intakes: complete, incomplete, only received, declined."""
    intakes = []
    for n in range(INTAKES):
        item = items[n % len(items)]
        first = next((line["id"] for line in item["materials"] if line["necessity"] == "required"), "")
        kinds: list[dict[str, Any]] = [
            whole(item),
            whole(item, without=[first]),
            whole(item, decide="receive"),
            whole(item, without=[first], decide="decline", reason="不属于本部门职权范围"),
        ]
        intakes.append(kinds[n % 4])
    return intakes


def states(seat: Seat) -> dict[str, tuple[str, str, int]]:
    return {case["case"]: (case["item"], case["state"], case["visits"]) for case in seat.json("cases")}


def checked_journal(seat: Seat) -> int:
    """Verify chain and signatures, and that every case kept is the fold of its entries; return how many there are."""
    keys = open_keys(seat.folder, PassphraseUnlock(PASSPHRASE))
    window = load(seat.folder).seat.window
    with Records.open(seat.folder, keys.vault_key, window=window, read_only=True) as records:
        own = sorted((r.entry for r in records.journal() if r.entry.window == window), key=lambda entry: entry.n)
        assert verify_chain(own) is None
        assert all(signature_holds(entry, keys.public_key) for entry in own)
        kept = {summary.number: records.case(summary.number) for summary in records.summaries()}
        assert kept == {number: fold(records.records_of(number)) for number in kept}
        return len(own)


def test_central_stops_for_fifty_intakes_and_has_each_entry_once(own_city: CityEnd, tmp_path: Path) -> None:
    with own_city.served() as address:
        seat = enrol(own_city, address, tmp_path / "window")
        colleague = enrol(own_city, address, tmp_path / "colleague")
        items = seat.json("items", "--limit", "12")

    intakes = mixed(items)
    answered = seat.intake(intakes).done().lines
    assert [line["line"] for line in answered] == list(range(1, INTAKES + 1))
    seen = Counter(line["state"] for line in answered)
    assert seen.keys() >= {"accepted", "notified", "received", "declined"}
    status = seat.json("status")
    assert status["online"] is False
    assert status["unsent"] == status["entries"] >= 2 * INTAKES - seen["received"]
    told = seat.clerk("sync", "--json")
    assert (told.status, told.json["error"]["code"]) == (4, "line-down")
    assert seat.json("status")["unsent"] == status["entries"]
    notified = next(line for line in answered if line["state"] == "notified")
    assert not next(case for case in seat.json("cases") if case["case"] == notified["case"])["confirmed"]

    with own_city.served(port_of(address)):
        report = seat.json("sync")
        assert (report["pushed"], report["unsent"], report["refused"]) == (status["entries"], 0, 0)
        assert seat.json("sync")["pushed"] == 0
        after = seat.json("status")
        assert (after["online"], after["unsent"], after["entries"]) == (True, 0, status["entries"])
        colleague.clerk("sync").done()
        replaced = enrol(own_city, address, tmp_path / "replaced")

    held = own_city.entries()
    assert [id for id, _ in held] == [entry["id"] for entry in seat.json("journal")]
    assert {verdict for _, verdict in held} <= {"applied", "merged"}
    assert len(states(seat)) == INTAKES
    assert states(seat) == states(colleague) == states(replaced)
    assert all(case["confirmed"] for case in seat.json("cases"))
    assert checked_journal(seat) == status["entries"]
    assert checked_journal(replaced) == 0


def test_a_machine_replaced_brings_the_points_cases_back_and_goes_on(own_city: CityEnd, tmp_path: Path) -> None:
    with own_city.served() as address:
        seat = enrol(own_city, address, tmp_path / "window")
        item = seat.json("items", "居住证")[0]
        missing = line_named(item, "居民身份证")["id"]
        notified = seat.intake([whole(item, without=[missing])]).done().lines[0]
        seat.clerk("sync").done()
        before = states(seat)
        for path in seat.folder.iterdir():
            path.unlink()
        seat.folder.rmdir()

        again = enrol(own_city, address, tmp_path / "window")
        assert states(again) == before
        assert again.json("status")["window"] != notified["case"][:9]
        supplement = {"material": missing, "originals_seen": 1, "copies_kept": 1}
        result = again.intake([{"case": notified["case"], "received": [supplement]}]).done().lines[0]
        again.clerk("sync").done()

    assert (result["state"], result["deficits"], result["visits"]) == ("accepted", [], 2)
    assert len({id for id, _ in own_city.entries()}) == len(own_city.entries()) == 4
    checked_journal(again)


def test_one_who_signed_in_before_signs_in_without_the_line_and_a_stranger_does_not(
    own_city: CityEnd, tmp_path: Path
) -> None:
    with own_city.served() as address:
        seat = enrol(own_city, address, tmp_path / "window")
    known, stranger = [account for account in own_city.accounts if account["role"] == "clerk"][:2]

    seat.sign_in(known)
    wrong = seat.clerk("sign-in", "--as", known["number"], "--password-stdin", "--json", stdin="wrong\n")
    unknown = seat.clerk(
        "sign-in", "--as", stranger["number"], "--password-stdin", "--json", stdin=stranger["password"] + "\n"
    )

    assert (wrong.status, wrong.json["error"]["code"]) == (1, "credentials-wrong")
    assert (unknown.status, unknown.json["error"]["code"]) == (4, "offline-unknown")


def test_central_is_seeded_twice_without_change_and_its_other_commands_answer(
    own_city: CityEnd, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(own_city.database)) as file:
        before = file.execute("SELECT max(revision), count(*) FROM catalogue").fetchone()
    told = clerk("central", "seed", "--database", f"sqlite:///{own_city.database}").done()
    with closing(sqlite3.connect(own_city.database)) as file:
        assert file.execute("SELECT max(revision), count(*) FROM catalogue").fetchone() == before

    assert told.json["accounts"] == own_city.accounts
    assert {"number", "password", "role", "point"} <= own_city.accounts[0].keys()
    point = own_city.accounts[0]["point"]
    words = ("central", "enrolment-codes", "--database", own_city.database, "--count", "3", "--json")
    assert len(set(clerk(*words, "--point", point).done().json["codes"])) == 3
    unknown = clerk(*words, "--point", "NOWHERE")
    assert (unknown.status, unknown.json["error"]["code"]) == (1, "point-unknown")
    for url in (tmp_path / "none" / "city.db", "mysql://x/y", "postgresql://nobody@127.0.0.1:9/none", __file__):
        refused = clerk("central", "seed", "--database", url, "--json")
        assert (refused.status, refused.json["error"]["code"]) == (1, "database"), url
