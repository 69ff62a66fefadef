"""What the generated part of the sample catalogue is put together from: things, what is done about them, and papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

from clerk_app.domain.catalogue import Handling, Limit, Material, Necessity, ServiceItem, Situation
from sync.central.sample.kernel import material, situation
from sync.central.sample.places import Organ
from sync.central.sample.reading import Authored, read

MAX_LINES = 8
STATUTORY = {Handling.IMMEDIATE: Limit(5), Handling.PROMISED: Limit(20)}
_AGENTS = {"agent": ("power-of-attorney", "agent-id-card"), "handler": ("unit-authorisation", "handler-id-card")}
_NO_VISIT = (0, "IV", "")
_ONE_VISIT = (1, "III", "须当面核验材料原件")
_TWO_VISITS = (2, "II", "申请和领取结果各须到场一次")
_VISITS = {
    Handling.IMMEDIATE: (*[_NO_VISIT] * 3, *[_ONE_VISIT] * 13),
    Handling.PROMISED: (*[_NO_VISIT] * 3, *[_ONE_VISIT] * 10, *[_TWO_VISITS] * 3),
}
"""How often the applicant comes, how deep the item is on line, and why they come at all."""


class _Act(Authored):
    name: str
    days: int
    lines: tuple[str, ...]
    extras: tuple[str, ...]


class _Family(Authored):
    kind: str
    subjects: tuple[str, ...]
    situation: str
    theme: str
    result: str
    basis: str
    acts: tuple[_Act, ...]


class _Templates(Authored):
    lines: dict[str, dict[str, Any]]
    families: dict[str, _Family]


@dataclass(frozen=True, slots=True)
class Title:
    """One thing and what is done about it: what an item is, whichever organ does it."""

    name: str
    thing: str
    family: str
    act: int
    serial: str
    """The last six characters of the item's code."""


@cache
def titles(bureau: str) -> tuple[Title, ...]:
    """Return everything that a bureau of this kind could do."""
    return tuple(_titles(bureau))


def _titles(bureau: str) -> Iterator[Title]:
    number = 100
    for family, things in read("words/objects.json", dict[str, dict[str, tuple[str, ...]]])[bureau].items():
        for thing in things:
            number += 1
            for act, template in enumerate(_templates().families[family].acts):
                name = template.name.replace("{o}", thing)
                yield Title(name, thing, family, act, f"{number:03d}{act + 1:03d}")


def item(organ: Organ, title: Title) -> ServiceItem:
    """Return the item that an organ makes of a title, varied by its code alone."""
    family = _templates().families[title.family]
    act = family.acts[title.act]
    code = organ.item_code(family.kind, title.serial)
    chance = crc32(code.encode())
    handling = Handling.PROMISED if act.days else Handling.IMMEDIATE
    questions: tuple[Situation, ...] = (_question(family.situation),) if chance & 1 else ()
    lines = list(act.lines)
    lines += [extra for n, extra in enumerate(act.extras) if chance >> (n + 1) & 1]
    lines = lines[: MAX_LINES - 2] + [paper for q in questions for paper in _AGENTS[q.id]]
    result = family.result.replace("{o}", title.thing)
    materials = tuple(_material(title, result, line, handling) for line in lines)
    visits, depth, reason = _VISITS[handling][(chance >> 8) % 16]
    return ServiceItem(
        code=code,
        name=title.name,
        department=organ.department,
        kind=family.kind,
        handling=handling,
        promised=Limit(act.days + (chance >> 16) % 3 if act.days else 0),
        statutory=STATUTORY[handling],
        visits_cap=visits,
        visits_reason=reason,
        depth=depth,
        subjects=family.subjects,
        situations=questions,
        materials=materials,
        provisional_allowed=any(m.necessity is Necessity.DEFERRABLE for m in materials),
        basis=family.basis.replace("{o}", title.thing),
        result=result,
        theme=family.theme,
        sample=True,
        **organ.facts(),
    )


@cache
def _question(key: str) -> Situation:
    return situation(key)


@cache
def _material(title: Title, result: str, line: str, handling: Handling) -> Material:
    """Return a line of a checklist; nothing may be owed where the decision is made on the spot."""
    template = _templates().lines.get(line, {"document": line})
    words = {"{o}": title.thing, "{a}": title.name, "{r}": result}
    members = {key: _filled(value, words) if isinstance(value, str) else value for key, value in template.items()}
    if "document" not in members:
        members["id"] = line
    if handling is Handling.IMMEDIATE and members.get("necessity") == Necessity.DEFERRABLE:
        members["necessity"] = Necessity.REQUIRED
    return material(members)


def _filled(text: str, words: Mapping[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text.replace("申领申请表", "申领表")


@cache
def _templates() -> _Templates:
    return read("words/templates.json", _Templates)
