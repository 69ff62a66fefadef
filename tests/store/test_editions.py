"""Several versions of one item in one catalogue: what is offered on which day, and what can still be looked up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Department, ServiceItem
from clerk_app.domain.editions import edition_key
from clerk_app.domain.plain import to_plain
from clerk_app.store.books.offer import MOST_CHANGES, Offer
from clerk_app.store.books.published import Published
from clerk_app.store.books.search import SearchIndex, SearchRow
from clerk_app.store.records import Records
from sync.wire import CatalogueRow

KEY = bytes(32)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
OLD = ServiceItem(code="A", name="居住证签发", department=Department(code="GA", name="公安局"))
NEW = replace(OLD, version=2, name="居住证签发与换领", effective_from=TODAY + DAY)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(tmp_path, KEY, reserve=4096) as opened:
        yield opened


def row(item: ServiceItem, *, withdrawn: bool = False) -> CatalogueRow:
    body = msgspec.Raw(msgspec.json.encode(to_plain(item)))
    return CatalogueRow(kind="item", key=item.edition.key, revision=0, withdrawn=withdrawn, body=body)


def put(records: Records, *rows: CatalogueRow) -> None:
    records.put_catalogue(rows, records.catalogue_revision() + len(rows))


def found(records: Records, words: str, on: date | None = TODAY) -> list[tuple[str, str]]:
    return [(hit.key, hit.name) for hit in records.search_items(words, on=on)]


def test_what_is_published_today_for_tomorrow_is_offered_tomorrow(records: Records) -> None:
    put(records, row(OLD), row(NEW))
    assert found(records, "居住证") == [("A", OLD.name)]
    assert found(records, "居住证", TODAY + DAY) == [("A", NEW.name)]
    assert found(records, "换领") == []
    assert records.item("A", TODAY) == OLD
    assert records.item("A", TODAY + DAY) == NEW
    assert records.item("A") == NEW
    assert [i.version for i in records.items(TODAY)] == [1]
    assert [i.version for i in records.items(TODAY + DAY)] == [2]


def test_every_version_can_be_looked_up_whatever_the_day(records: Records) -> None:
    ended = replace(OLD, effective_until=TODAY - DAY)
    put(records, row(ended), row(NEW))
    assert records.item("A", TODAY) is None
    assert found(records, "居住证") == []
    assert records.item("A", version=1) == ended
    assert records.item("A", version=2) == NEW
    assert records.item("A", version=3) is None
    assert records.item("B", version=1) is None


def test_the_last_day_is_one_of_its_days_and_of_two_the_later_start_counts(records: Records) -> None:
    put(records, row(replace(OLD, effective_until=TODAY + DAY)), row(NEW))
    assert [(records.item("A", TODAY + n * DAY) or OLD).version for n in range(3)] == [1, 2, 2]
    put(records, row(NEW, withdrawn=True))
    assert [records.item("A", TODAY + n * DAY) is not None for n in range(3)] == [True, True, False]


def test_a_later_delta_with_a_version_changes_what_is_offered(records: Records, tmp_path: Path) -> None:
    put(records, row(OLD), row(replace(OLD, code="B", name="户口迁移")))
    assert found(records, "居住证", TODAY + DAY) == [("A", OLD.name)]
    put(records, row(NEW))
    assert found(records, "居住证", TODAY + DAY) == [("A", NEW.name)]
    records.close()
    with Records.open(tmp_path, KEY, reserve=4096) as again:
        assert found(again, "居住证") == [("A", OLD.name)]
        assert found(again, "居住证", TODAY + DAY) == [("A", NEW.name)]
        put(again, row(NEW, withdrawn=True))
        assert found(again, "居住证", TODAY + DAY) == [("A", OLD.name)]
        put(again, row(OLD, withdrawn=True))
        assert found(again, "居住证", TODAY + DAY) == []
        assert found(again, "户口") == [("B", "户口迁移")]


def test_a_row_of_an_older_central_is_in_force_always(records: Records) -> None:
    body = {"code": "A", "name": "居住证", "department": {"code": "GA", "name": "公安局"}}
    put(records, CatalogueRow(kind="item", key="A", revision=0, body=msgspec.Raw(msgspec.json.encode(body))))
    for day in (date.min, TODAY, date.max):
        assert found(records, "居住证", day) == [("A", "居住证")]
        assert records.item("A", day) == records.item("A", version=1)
    assert records.editions("A") == ()


def test_a_version_an_older_central_published_under_the_code_alone_is_known_as_that_version(records: Records) -> None:
    body = to_plain(replace(OLD, version=7))
    put(records, CatalogueRow(kind="item", key="A", revision=0, body=msgspec.Raw(msgspec.json.encode(body))))
    assert (records.item("A", TODAY) or OLD).version == 7
    assert records.item("A", version=1) is None
    assert (records.item("A", version=7) or OLD).version == 7


def test_little_change_is_written_as_little_and_much_makes_the_index_anew(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    save = Published._save

    def counted(published: Published, index: SearchIndex) -> None:
        built.append(len(index))
        save(published, index)

    monkeypatch.setattr(Published, "_save", counted)
    put(records, *(row(replace(OLD, code=f"C{n}", name=f"事项{n}")) for n in range(2 * MOST_CHANGES)))
    before = len(built)
    for n in range(30):
        put(records, row(replace(OLD, code=f"C{n}", name=f"改过的事项{n}")))
    assert len(built) == before
    assert found(records, "改过的事项29") == [("C29", "改过的事项29")]
    put(records, *(row(replace(OLD, code=f"C{n}", name=f"又改过{n}")) for n in range(MOST_CHANGES + 1)))
    assert len(built) == before + 1
    assert found(records, "又改过29")[0] == ("C29", "又改过29")
    assert found(records, "改过的事项29") == []


DAYS = st.none() | st.integers(0, 4).map(lambda n: TODAY + n * DAY)
NAMES = st.text(alphabet="居住证补", min_size=1, max_size=4)


@st.composite
def items(draw: st.DrawFn) -> ServiceItem:
    return ServiceItem(
        code=draw(st.sampled_from(("A", "B", "C@2"))),
        name=draw(NAMES),
        department=Department(code="GA", name="公安局"),
        version=draw(st.integers(1, 3)),
        effective_from=draw(DAYS),
        effective_until=draw(DAYS),
    )


def searched(one: ServiceItem) -> SearchRow:
    edition = one.edition
    return SearchRow("item", edition.key, one.name, "公安局", "", None if edition.plain else edition)


def offered(catalogue: Iterable[ServiceItem], day: date) -> dict[str, ServiceItem]:
    """What is in force, as anybody would write it down."""
    chosen: dict[str, ServiceItem] = {}
    for one in sorted(catalogue, key=lambda i: (i.effective_from or date.min, i.version)):
        if (one.effective_from or date.min) <= day <= (one.effective_until or date.max):
            chosen[one.code] = one
    return chosen


@settings(max_examples=200)
@given(st.lists(items(), max_size=6), st.lists(items(), max_size=6), st.lists(st.integers(0, 9), max_size=3), NAMES)
def test_an_offer_that_followed_changes_offers_what_is_in_force(
    before: list[ServiceItem], after: list[ServiceItem], gone: list[int], words: str
) -> None:
    held = {i.edition.key: i for i in before}
    changes: dict[tuple[str, str], SearchRow | None] = {("item", i.edition.key): searched(i) for i in after}
    now = held | {i.edition.key: i for i in after}
    for name in (list(now)[n] for n in gone if n < len(now)):
        changes["item", name] = None
    now = {key: i for key, i in now.items() if changes.get(("item", key), i) is not None}
    offer = Offer(SearchIndex.build(map(searched, held.values())), {}).changed(changes)
    anew = Offer(offer.whole({}), {})
    for day in (TODAY + n * DAY for n in range(-1, 6)):
        wanted = offered(now.values(), day)
        for one in (offer, anew):
            hits = one.search(words, 50, day)
            assert {(h.key, h.name) for h in hits} == {(c, i.name) for c, i in wanted.items() if words in i.name}
            for code in ("A", "B", "C@2"):
                edition = one.edition(code, day)
                keys = {edition.key} if edition else set() if one.editions(code) else {code} & now.keys()
                assert keys == ({wanted[code].edition.key} if code in wanted else set())


def test_versions_of_different_items_never_share_a_key() -> None:
    keys = [edition_key(code, version) for code, version in itertools.product(("A", "B"), range(4))]
    assert len(set(keys)) == len(keys)
