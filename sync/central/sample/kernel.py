"""The kernel of the sample catalogue: items written out by hand, field by field, in ``kernel/*.json``.

A line of a checklist that names a document kind takes from ``words/papers.json`` whatever it does not say itself, and an
item takes address, hours, telephones and remedies from its department.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

import msgspec

from clerk_app.domain.catalogue import JointService, Material, ServiceItem, Situation
from sync.central.sample.places import organ
from sync.central.sample.reading import Authored, build, read

Members = dict[str, Any]


class _Papers(Authored):
    situations: dict[str, Members]
    papers: dict[str, Members]


class _Joint(Authored):
    code: str
    name: str
    items: tuple[str, ...]
    note: str


@cache
def kernel_items() -> tuple[ServiceItem, ...]:
    """Return the items written by hand, file by file."""
    folder = files(__package__) / "kernel"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(_item(members) for name in names for members in read(f"kernel/{name}", list[Members]))


@cache
def kernel_joint() -> tuple[JointService, ...]:
    """Return the joint services over the kernel's items."""
    codes = {item.name: item.code for item in kernel_items()}
    return tuple(
        JointService(code=j.code, name=j.name, items=tuple(codes[name] for name in j.items), note=j.note, sample=True)
        for j in read("words/joint.json", tuple[_Joint, ...])
    )


def material(members: Mapping[str, Any], basis: str = "") -> Material:
    """Return one line of a checklist, filled up from the document kind it names."""
    paper = _papers().papers[members["document"]] if "document" in members else {}
    merged = {"id": members.get("document"), "basis": basis, **paper, **members}
    return build(Material, merged)


def situation(written: str | Members) -> Situation:
    """Return a question that is written out, or one of the shared ones by its id."""
    members = {"id": written, **_papers().situations[written]} if isinstance(written, str) else written
    return build(Situation, members)


def _item(members: Members) -> ServiceItem:
    written = dict(members)
    by = organ(written.pop("department"), written.pop("at", "city"))
    serial = written.pop("serial")
    questions: Sequence[str | Members] = written.pop("situations", [])
    lines: Sequence[Members] = written.pop("materials")
    given = {
        **by.facts(),
        **written,
        "code": by.item_code(written["kind"], serial),
        "department": by.department,
        "situations": [situation(s) for s in questions],
        "materials": [material(line, written["basis"]) for line in lines],
        "sample": True,
    }
    return with_own_ids(build(ServiceItem, msgspec.to_builtins(given)))


def with_own_ids(item: ServiceItem) -> ServiceItem:
    """Return the item with the ids of lines that are its alone told apart from other items', so that one id is one paper."""
    return replace(
        item, materials=tuple(replace(m, id=own_id(item, m.id)) if not m.document else m for m in item.materials)
    )


def own_id(item: ServiceItem, written: str) -> str:
    """Return the id under which a line that is this item's alone is known in the city."""
    return f"{written}-{crc32(item.code.encode()) % 0x1000000:06x}"


@cache
def _papers() -> _Papers:
    return read("words/papers.json", _Papers)
