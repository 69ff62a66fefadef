"""What can be read of a broken file: every row whose page is whole, and nothing that was not written."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.store.file.seal import Sealer, place_of
from clerk_app.store.file.vault import Vault
from clerk_app.store.mend.pages import record, varint
from clerk_app.store.mend.salvage import Salvage, salvage
from tests.support.vaults import KEY, KINDS

NAMES = ("journal", "public", "packed", "t")
PAGE = 4096
Written = dict[tuple[str, str], set[bytes]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, Written, dict[str, set[str]]]:
    """Give a store's two files in the midst of work, everything ever written, and what is there now."""
    folder = tmp_path_factory.mktemp("salvage")
    written: Written = {}
    with Vault(folder, KEY, kinds=KINDS, reserve=4096) as vault:

        def put(table: str, row: str, size: int) -> None:
            body = os.urandom(size // 2).hex().encode()
            vault.write(table, row, body)
            written.setdefault((table, row), set()).add(body)

        for n in range(60):
            for table in NAMES:
                put(table, f"{table}-{n}", (40, 900, 3000, 6000, 11000)[n % 5])
        vault._fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        for n in range(0, 60, 3):
            put("journal", f"journal-{n}", 5000)
            vault.delete("t", f"t-{n}")
        database, log = ((folder / name).read_bytes() for name in ("store.db", "store.db-wal"))
        now = {table: set(vault.ids(table)) for table in NAMES}
    assert len(log) > 20 * PAGE
    return database, log, written, now


def is_true(found: Salvage, written: Written) -> None:
    """Every row that was found was written once, in these words."""
    sealer = Sealer(KEY)
    for table, rows in found.rows.items():
        for row, saved in rows.items():
            body = sealer.open(place_of(table, row, saved.seq, saved.rev), saved.sealed)
            assert body in written[table, row]


def test_a_whole_store_is_found_whole(files: tuple[bytes, bytes, Written, dict[str, set[str]]]) -> None:
    database, log, written, now = files
    found = salvage(database, log, Sealer(KEY), NAMES)
    assert {table: set(rows) for table, rows in found.rows.items()} == now, "nothing that was deleted comes back"
    assert found.wanting() == []
    assert found.mark is not None
    assert found.sums() == found.mark.sums
    assert len(found.store) == 36
    is_true(found, written)


def test_without_its_log_or_with_nothing_else_it_tells_what_is_wanting(
    files: tuple[bytes, bytes, Written, dict[str, set[str]]],
) -> None:
    database, log, written, _ = files
    old = salvage(database, b"", Sealer(KEY), NAMES)
    assert old.wanting() == [], "the file as it was at its last checkpoint is whole in itself"
    is_true(old, written)
    young = salvage(b"", log, Sealer(KEY), NAMES)
    assert young.mark is not None
    assert {"journal", "public", "packed"} <= set(young.wanting())
    assert {f"journal-{n}" for n in range(0, 60, 3)} <= set(young.rows["journal"])
    is_true(young, written)


def test_a_first_page_that_is_gone_costs_no_row(files: tuple[bytes, bytes, Written, dict[str, set[str]]]) -> None:
    database, _, _, _ = files
    whole = salvage(database, b"", Sealer(KEY), NAMES)
    found = salvage(bytes(PAGE) + database[PAGE:], b"", Sealer(KEY), NAMES)
    for table, rows in whole.rows.items():
        assert rows.items() <= found.rows[table].items()


def test_another_key_finds_nothing(files: tuple[bytes, bytes, Written, dict[str, set[str]]]) -> None:
    database, log, _, _ = files
    found = salvage(database, log, Sealer(bytes(32)), NAMES)
    assert (found.count(), found.mark) == (0, None)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_happens_to_pages_every_row_on_whole_ones_is_found_and_none_is_invented(
    files: tuple[bytes, bytes, Written, dict[str, set[str]]], data: st.DataObject
) -> None:
    database, _, written, _ = files
    whole = salvage(database, b"", Sealer(KEY), NAMES)
    bent = bytearray(database)
    count = len(bent) // PAGE
    spoilt = data.draw(st.sets(st.integers(0, count - 1), max_size=6))
    for page in spoilt:
        at = page * PAGE
        match data.draw(st.sampled_from(("zero", "flip", "noise"))):
            case "zero":
                bent[at : at + PAGE] = bytes(PAGE)
            case "flip":
                bent[at + data.draw(st.integers(0, PAGE - 1))] ^= data.draw(st.integers(1, 255))
            case _:
                bent[at : at + PAGE] = data.draw(st.randoms(use_true_random=False)).randbytes(PAGE)
    left = data.draw(st.sampled_from((len(bent), len(bent) - PAGE, len(bent) - 100, len(bent) // 2, 100, 0)))
    found = salvage(bytes(bent[:left]), b"", Sealer(KEY), NAMES)
    is_true(found, written)
    safe = [page for page in range(left // PAGE) if page not in spoilt]
    for table, rows in whole.rows.items():
        for row, saved in rows.items():
            on = [n for n in safe if saved.sealed in database[n * PAGE : (n + 1) * PAGE]]
            if on:
                assert found.rows.get(table, {}).get(row) == saved


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_bent_log_invents_nothing_either(
    files: tuple[bytes, bytes, Written, dict[str, set[str]]], data: st.DataObject
) -> None:
    database, log, written, _ = files
    bent = bytearray(log)
    for _ in range(data.draw(st.integers(1, 8))):
        bent[data.draw(st.integers(0, len(bent) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(bent)))
    is_true(salvage(database, bytes(bent[:cut]), Sealer(KEY), NAMES), written)


@given(st.binary(max_size=3 * 512), st.binary(max_size=2000))
@settings(max_examples=50, deadline=None)
def test_rubbish_never_fails(database: bytes, log: bytes) -> None:
    found = salvage(b"SQLite format 3\0\2\0" + database, b"\x37\x7f\x06\x82" + log, Sealer(KEY), NAMES)
    assert found.count() == 0


@given(st.binary(max_size=40))
def test_any_bytes_are_a_record_or_none(payload: bytes) -> None:
    columns = record(payload)
    assert columns is None or all(isinstance(c, int | float | str | bytes | None) for c in columns)
    value, end = varint(payload, 0)
    assert -(1 << 63) <= value < 1 << 63
    assert 1 <= end <= 9
