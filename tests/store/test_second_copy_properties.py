"""Whatever happens to the file of a second copy, every whole record in it is recovered, and nothing that was not written."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.envelope import COPY, EXPORT, Header, begin, end, frame, key_for_window, opened, read, read_frames
from clerk_app.domain.envelope_keys import NotReadable
from clerk_app.domain.journal import Entry
from clerk_app.store.copies.second_copy import entries_in
from tests.support.copies import CENTRAL_KEY, SECRET, SigningJournal
from tests.support.window_journal import WINDOW


@cache
def sample(kind: str = COPY) -> tuple[bytes, list[Entry], list[int], Header]:
    """Return a file, its entries, where each record ends (the header first), and its header."""
    journal = SigningJournal()
    received = journal.receive()
    entries = [received, *(journal.remark(received.subject, "备注" * n) for n in range(1, 9))]
    header, opening, key = begin(
        kind=kind,
        window=WINDOW,
        point="FS0001",
        created="2026-03-02T12:00:00+08:00",
        signing_key=SECRET,
        central=CENTRAL_KEY,
    )
    parts = [opening, *(frame(entry, key, header.file).raw for entry in entries)]
    ends = list(accumulate(map(len, parts)))
    whole = b"".join(parts)
    if kind == EXPORT:
        whole += end(sha256(whole), len(entries), header.file, SECRET)
    return whole, entries, ends, header


def recovered(content: bytes) -> list[Entry]:
    return entries_in(read(content), SECRET, WINDOW)


@given(st.integers(min_value=0))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_anywhere_gives_every_record_before_the_cut(place: int) -> None:
    content, entries, ends, _ = sample()
    cut = place % (len(content) + 1)
    if cut < ends[0]:
        with pytest.raises(NotReadable, match=r"family|header"):
            read(content[:cut])
        return
    parcel = read(content[:cut])
    whole = sum(cut >= until for until in ends[1:])
    assert recovered(content[:cut]) == entries[:whole]
    assert parcel.torn == cut - ends[whole]


@given(st.integers(min_value=0), st.integers(1, 255), st.integers(1, 700))
@settings(max_examples=60, deadline=None)
def test_a_stretch_of_rubbish_costs_the_records_it_touches_and_no_others(place: int, bits: int, length: int) -> None:
    content, entries, ends, _ = sample()
    begin_at = ends[0] + place % (len(content) - ends[0])
    until = min(len(content), begin_at + length)
    spoilt = content[:begin_at] + bytes(b ^ bits for b in content[begin_at:until]) + content[until:]
    untouched = [
        entry for entry, first, last in zip(entries, ends, ends[1:], strict=False) if last <= begin_at or first >= until
    ]
    assert recovered(spoilt) == untouched
    assert read(spoilt).torn > 0


@given(st.integers(min_value=0), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_a_flipped_bit_of_an_export_is_never_taken_for_a_whole_file(place: int, bit: int) -> None:
    content, _, _, _ = sample(EXPORT)
    assert read(content).ended
    at = place % len(content)
    spoilt = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
    try:
        parcel = read(spoilt)
    except NotReadable:
        return
    assert not parcel.ended


@given(st.binary(max_size=4000))
@settings(max_examples=100, deadline=None)
def test_rubbish_behind_a_header_or_alone_yields_nothing(rubbish: bytes) -> None:
    content, _, ends, _ = sample()
    assert recovered(content[: ends[0]] + rubbish) == []
    for alone in (rubbish, b"clerk-unsent 1\n" + rubbish):
        with pytest.raises(NotReadable, match=r"family|version|header|signature"):
            read(alone)


@given(st.permutations(range(9)), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_records_in_another_order_or_twice_come_back_in_the_chains_order_once(order: list[int], again: int) -> None:
    content, entries, ends, _ = sample()
    records = [content[first:last] for first, last in pairwise(ends)]
    shuffled = content[: ends[0]] + b"".join(records[n] for n in order) + b"".join(records[:again])
    assert recovered(shuffled) == entries


@given(st.integers(0, 8), st.integers(0, 8))
@settings(max_examples=40, deadline=None)
def test_a_record_opens_only_as_the_number_and_in_the_file_it_was_sealed_for(one: int, other: int) -> None:
    content, entries, _, header = sample()
    key = key_for_window(header, SECRET)
    frames = read(content).frames
    assert opened(frames[one], key, header) == entries[one]
    stranger = sample(EXPORT)[3]
    for wrong_key, wrong_header in ((key, stranger), (key_for_window(stranger, SECRET), header)):
        with pytest.raises(NotReadable, match="record"):
            opened(frames[other], wrong_key, wrong_header)


def test_a_file_of_nothing_but_false_beginnings_is_given_up_soon() -> None:
    content, _, ends, _ = sample()
    with pytest.raises(NotReadable, match="record"):
        read(content[: ends[0]] + (b"\xf5CL\nE" + bytes(24) + b"\x00\x0f\xff\xff") * 40_000)


def test_side_by_side_records_are_read_back_and_nothing_else_is() -> None:
    content, entries, ends, _ = sample()
    records = content[ends[0] :]
    assert [one.n for one in read_frames(records)] == [entry.n for entry in entries]
    assert read_frames(b"") == []
    for wrong in (records[:-1], records[1:], b"x" + records, records + b"x", sample(EXPORT)[0][ends[0] :]):
        with pytest.raises(NotReadable, match="record"):
            read_frames(wrong)
