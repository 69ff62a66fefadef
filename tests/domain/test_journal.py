"""The journal: what was written cannot be changed, dropped, moved or claimed by another window unnoticed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.journal import (
    GENESIS,
    Break,
    Entry,
    Record,
    Verdict,
    in_order,
    signature_holds,
    signed,
    verify_chain,
)

KEY = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
BODIES = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=3
)
CHANGES: dict[str, Any] = {
    "id": "other",
    "kind": "case.declined",
    "subject": "another",
    "at": "2026-03-03T09:00:00+08:00",
    "actor": "C2",
    "window": "FS0123-02",
    "n": 99,
    "seen": 7,
    "previous": "f" * 64,
    "body": {"text": "别的"},
}


def entry(n: int, previous: str, body: dict[str, Any] | None = None) -> Entry:
    return Entry(
        id=f"0195-{n}",
        kind="remark.made",
        subject="FS0123-01-260302-0001-A",
        at="2026-03-02T09:00:00+08:00",
        actor="C1",
        window="FS0123-01",
        n=n,
        seen=n - 1,
        previous=previous,
        body=body or {"text": "备注𠮷"},
    )


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for n in range(1, length + 1):
        entries.append(signed(entry(n, entries[-1].digest() if entries else GENESIS), KEY))
    return entries


def test_an_honest_chain_holds_from_its_start_and_from_any_place() -> None:
    entries = chain(5)

    assert verify_chain(entries) is None
    assert verify_chain(entries[2:], previous=entries[1].digest(), first=3) is None
    assert verify_chain([]) is None


@given(at=st.integers(0, 4), name=st.sampled_from(sorted(CHANGES)))
def test_whatever_is_changed_in_an_entry_breaks_chain_or_signature(at: int, name: str) -> None:
    entries = chain(5)
    forged = replace(entries[at], **{name: CHANGES[name]})
    changed = [*entries[:at], forged, *entries[at + 1 :]]

    assert not signature_holds(forged, PUBLIC)
    assert at == 4 or verify_chain(changed) is not None


def test_a_new_signature_on_an_old_entry_breaks_the_chain_too() -> None:
    entries = chain(3)
    entries[0] = signed(entries[0], bytes(32))

    assert verify_chain(entries) == Break(2, "hash")


def test_a_dropped_a_doubled_and_a_moved_entry_are_named() -> None:
    one, two, three = chain(3)

    assert verify_chain([one, three]) == Break(2, "missing")
    assert verify_chain([one, one, two]) == Break(2, "missing")
    assert verify_chain([two, one]) == Break(1, "missing")
    assert verify_chain([one, replace(three, n=2)]) == Break(2, "hash")


def test_only_the_windows_own_key_makes_a_signature_that_holds() -> None:
    mine = signed(entry(1, GENESIS), KEY)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()

    assert signature_holds(mine, PUBLIC)
    assert not signature_holds(mine, other)


@pytest.mark.parametrize("signature", ["", "zz", "00", "00" * 64, "签名"])
def test_a_signature_that_is_none_does_not_hold_and_does_not_crash(signature: str) -> None:
    assert not signature_holds(replace(entry(1, GENESIS), signature=signature), PUBLIC)


@given(body=BODIES)
def test_the_order_of_members_does_not_change_what_is_signed(body: dict[str, Any]) -> None:
    turned = dict(reversed(list(body.items())))

    assert entry(1, GENESIS, body).signed_bytes() == entry(1, GENESIS, turned).signed_bytes()


def test_a_subject_is_folded_in_centrals_order_and_own_unsent_entries_come_last() -> None:
    mine = [Record(entry=e) for e in chain(2)]
    confirmed = [Record(entry=entry(9, GENESIS), verdict=Verdict.APPLIED, position=p) for p in (7, 3)]

    assert in_order([mine[1], confirmed[0], mine[0], confirmed[1]]) == [confirmed[1], confirmed[0], mine[0], mine[1]]
    assert [r.confirmed for r in (mine[0], confirmed[0])] == [False, True]


def test_only_applied_and_merged_entries_count() -> None:
    assert {v for v in Verdict if v.counts} == {Verdict.APPLIED, Verdict.MERGED}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON))
def test_the_canonical_form_is_plain_json_with_sorted_keys(body: dict[str, Any]) -> None:
    written = entry(1, GENESIS, body)
    plain = json.dumps(asdict(written), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert written.canonical() == plain.encode()
