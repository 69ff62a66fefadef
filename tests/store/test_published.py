from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clerk_app.domain.catalogue import Department, JointService, Material, ServiceItem
from clerk_app.domain.deadlines import YearTable
from clerk_app.domain.plain import to_plain
from clerk_app.store.books.published import Published
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.records import Records
from sync.wire import CatalogueRow

KEY = bytes(32)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(tmp_path, KEY) as opened:
        yield opened


def item(code: str, name: str = "居住证签发") -> ServiceItem:
    return ServiceItem(
        code=code,
        name=name,
        department=Department(code="GA", name="公安局"),
        materials=tuple(Material(id=f"m{n}", name=f"材料{n}", when={"s": ("a",)}) for n in range(3)),
        effective_from=date(2026, 1, 1),
    )


def row(
    kind: str, key: str, body: Any, revision: int = 1, search: str = "", *, withdrawn: bool = False
) -> CatalogueRow:
    raw = msgspec.Raw(msgspec.json.encode(to_plain(body)))
    return CatalogueRow(kind=kind, key=key, revision=revision, search=search, body=raw, withdrawn=withdrawn)


def found(records: Records, words: str) -> list[str]:
    return [hit.key for hit in records.search_items(words)]


def reopened(records: Records, *, read_only: bool = False) -> Records:
    records.close()
    return Records.open(records.vault.folder, KEY, read_only=read_only)


def test_documents_come_back_as_they_were_published(records: Records) -> None:
    joint = JointService(code="J", name="新生儿一件事", items=("A", "B"))
    year = YearTable(year=2026, holidays=(date(2026, 1, 1),), workdays=(date(2026, 1, 4),))
    records.put_catalogue(
        [
            row("item", "A", item("A")),
            row("joint", "J", joint),
            row("calendar", "2026", year),
            row("point", "FS0001", {"code": "FS0001", "name": "样例服务点"}),
            row("unheard-of", "X", {"new": 1}),
        ],
        5,
    )
    with reopened(records) as again:
        assert again.item("A") == item("A")
        assert again.joint("J") == joint
        assert again.calendar().covers(2026)
        assert again.calendar().is_workday(date(2026, 1, 4))
        assert not again.calendar().is_workday(date(2026, 1, 1))
        assert again.point_name("FS0001") == "样例服务点"
        assert again.point_name("FS9999") == "FS9999"
        assert again.catalogue_revision() == 5
        assert again.item("B") is None
        assert again.joint("K") is None


def test_search_follows_every_change(records: Records) -> None:
    records.put_catalogue([row("item", "A", item("A"), search="jzzqf;juzhuzhengqianfa|gaj;gonganju")], 1)
    assert found(records, "jzz") == found(records, "公安") == ["A"]
    records.put_catalogue([row("item", "B", item("B", "结婚登记"), 2)], 2)
    records.put_catalogue([row("item", "A", item("A", "户口迁移"), 3)], 3)
    assert found(records, "结婚") == ["B"]
    assert found(records, "jzz") == []
    with reopened(records) as again:
        assert found(again, "户口") == ["A"]
        again.put_catalogue([CatalogueRow(kind="item", key="A", revision=4, withdrawn=True)], 4)
        assert found(again, "户口") == []
        assert again.item("A") is None
        assert again.catalogue_revision() == 4
        with reopened(again) as third:
            assert found(third, "户口") == []
            assert found(third, "结婚") == ["B"]


def test_pages_of_one_delivery_are_found_with_the_last_or_after_a_crash_between(records: Records) -> None:
    records.put_catalogue([row("item", "A", item("A"))], 1)
    assert found(records, "居住证") == ["A"]
    records.put_catalogue([row("item", "B", item("B"))], 2, more=True)
    assert found(records, "居住证") == ["A"]
    records.put_catalogue([row("item", "C", item("C"))], 3, more=True)
    with reopened(records) as crashed:
        assert found(crashed, "居住证") == ["A", "B", "C"]
        crashed.put_catalogue([row("item", "D", item("D"))], 4)
        assert found(crashed, "居住证") == ["A", "B", "C", "D"]


def test_a_delivery_that_fails_changes_nothing(records: Records) -> None:
    records.put_catalogue([row("item", "A", item("A"))], 1)

    def broken() -> Iterator[CatalogueRow]:
        yield row("item", "B", item("B"))
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        records.put_catalogue(broken(), 2)  # type: ignore[arg-type]
    assert records.catalogue_revision() == 1
    assert records.item("B") is None
    records.put_catalogue([row("item", "C", item("C"))], 3)
    assert found(records, "居住证") == ["A", "C"]


def test_a_document_without_shape_costs_only_itself(records: Records) -> None:
    rows = [row("item", "A", item("A")), row("item", "B", {"code": 1}), row("item", "C", ["?"])]
    records.put_catalogue(rows, 1)
    assert records.item("A") == item("A")
    for key in ("B", "C"):
        with pytest.raises(StoreDamaged):
            records.item(key)
    assert found(records, "居住证") == ["A"]


def test_an_index_of_another_version_is_made_anew(records: Records) -> None:
    records.put_catalogue([row("item", "A", item("A"))], 1)
    for spoilt in (b'{"index":"AAAA"}', b'{"index":1}', b"{}"):
        records.vault.write("search", "index", spoilt)
        assert [hit.key for hit in Published(records.ledger).search("居住证", 9)] == ["A"]


def test_the_catalogue_lies_open_and_is_still_bound_to_its_place(records: Records) -> None:
    records.put_catalogue([row("point", "FS0001", {"code": "FS0001", "name": "样例服务点"})], 1)
    records.close()
    path = records.vault.folder / "store.db"
    raw = path.read_bytes()
    assert "样例服务点".encode() in raw
    path.write_bytes(raw.replace("样例服务点".encode(), "假冒服务点".encode()))
    with Records.open(records.vault.folder, KEY) as again, pytest.raises(StoreDamaged):
        again.point_name("FS0001")


def test_looking_beside_the_owner_can_search(records: Records) -> None:
    records.put_catalogue([row("item", "A", item("A"))], 1, more=True)
    with Records.open(records.vault.folder, KEY, read_only=True) as looking:
        assert found(looking, "居住证") == ["A"]
