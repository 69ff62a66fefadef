"""一件事: the checklists of several items as one, so that the same paper is asked for once (rule 9).

The merged list never asks for less than any of its items: whatever satisfies it satisfies each item's own list once the
tallies are handed back by ``split``. With a single item it asks for exactly what the item asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from clerk_app.domain.catalogue import Due, Form, Material, Necessity, ServiceItem, Situation
from clerk_app.domain.checklist import Tally, applicable, is_due


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLine:
    """One paper asked for once, with the lines of the items it stands for."""

    key: str
    """Unique in its checklist, and the same under every answer; also the id of ``material``."""
    material: Material
    sources: tuple[tuple[str, str], ...]
    """(item code, material id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointChecklist:
    """The lines of all items that apply, optional ones included, in the order of the items."""

    lines: tuple[MergedLine, ...]

    @property
    def materials(self) -> tuple[Material, ...]:
        """The merged lines as an ordinary checklist."""
        return tuple(line.material for line in self.lines)

    def key_of(self, item_code: str, material_id: str) -> str | None:
        """Return the key of the line that stands for one item's own line, or ``None`` where that does not apply."""
        return next((line.key for line in self.lines if (item_code, material_id) in line.sources), None)


@dataclass(frozen=True, slots=True)
class Saved:
    """What the applicant is spared by taking the items in together."""

    papers: int
    visits: int


def questions(items: Sequence[ServiceItem]) -> tuple[Situation, ...]:
    """Return the questions of all items, the same one asked once, each under its key as ``id``.

    Items that ask different things under one id are told apart by a key with the item's code in it.
    """
    keys = _question_keys(items)
    asked = {keys[item.code, s.id]: replace(s, id=keys[item.code, s.id]) for item in items for s in item.situations}
    return tuple(asked.values())


def item_answers(items: Sequence[ServiceItem], item: ServiceItem, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to one item's own questions, by its own situation ids."""
    keys = _question_keys(items)
    return {s.id: answers[keys[item.code, s.id]] for s in item.situations if keys[item.code, s.id] in answers}


def merge(items: Sequence[ServiceItem], answers: Mapping[str, str]) -> JointChecklist:
    """Return the items' checklists as one under these answers (by question key)."""
    found: dict[tuple[str, int], list[tuple[str, Material]]] = {}
    for item in items:
        lines = applicable(item.materials, item_answers(items, item, answers))
        for line, asked in zip(lines, _papers(lines), strict=True):
            found.setdefault(asked, []).append((item.code, line))
    merged: list[MergedLine] = []
    for (paper, nth), sources in found.items():
        key = paper if nth == 1 else f"{paper}#{nth}"
        while any(line.key == key for line in merged):
            key += "#"
        merged.append(
            MergedLine(
                key=key,
                material=_merged(key, [material for _, material in sources]),
                sources=tuple((code, material.id) for code, material in sources),
            )
        )
    return JointChecklist(lines=tuple(merged))


def split(checklist: JointChecklist, tallies: Mapping[str, Tally]) -> dict[str, dict[str, Tally]]:
    """Return item code → material id → tally: the papers received for a merged line count for each of its items."""
    handed: dict[str, dict[str, Tally]] = {code: {} for line in checklist.lines for code, _ in line.sources}
    for line in checklist.lines:
        tally = tallies.get(line.key)
        if tally is not None:
            for code, material in line.sources:
                handed[code][material] = replace(tally, material=material)
    return handed


def saved(items: Sequence[ServiceItem], answers: Mapping[str, str]) -> Saved:
    """Return how many papers and visits the applicant is spared; nothing for a single item."""
    alone = sum(_papers_due(applicable(item.materials, item_answers(items, item, answers))) for item in items)
    return Saved(papers=alone - _papers_due(merge(items, answers).materials), visits=max(0, len(items) - 1))


def _papers_due(lines: Iterable[Material]) -> int:
    return sum(line.due.papers for line in lines if is_due(line))


def _question_keys(items: Sequence[ServiceItem]) -> dict[tuple[str, str], str]:
    """Return (item code, situation id) → the key of the question."""
    keys: dict[tuple[str, str], str] = {}
    asked: dict[tuple[object, ...], str] = {}
    for item in items:
        for s in item.situations:
            what = (s.id, s.question.strip(), frozenset((a.id, a.label) for a in s.answers))
            if what not in asked:
                asked[what] = s.id if s.id not in asked.values() else f"{item.code}/{s.id}"
            keys.setdefault((item.code, s.id), asked[what])
    return keys


def _papers(lines: Sequence[Material]) -> list[tuple[str, int]]:
    """Return for each line of one item which paper it asks for, the n-th time; a list's own double lines stay apart.

    Due lines are numbered before optional ones, so that an optional line never makes a due paper the second of its kind.
    """
    seen: dict[str, int] = {}
    numbers: dict[int, tuple[str, int]] = {}
    for index in sorted(range(len(lines)), key=lambda i: not is_due(lines[i])):
        paper = lines[index].paper_key
        seen[paper] = seen.get(paper, 0) + 1
        numbers[index] = (paper, seen[paper])
    return [numbers[index] for index in range(len(lines))]


def _merged(key: str, lines: Sequence[Material]) -> Material:
    """Return one line that asks for what all of these ask for; optional ones only count where none is due."""
    asking = [line for line in lines if is_due(line)] or list(lines)
    validities = [line.validity_days for line in asking if line.validity_days is not None]
    form, due = _form_and_due(asking)
    return Material(
        id=key,
        name=asking[0].name,
        due=due,
        necessity=_strictest(asking),
        document=asking[0].paper_key,
        form=form,
        source=_joined(line.source for line in asking),
        where=_joined(line.where for line in asking),
        standard=_joined(line.standard for line in asking),
        seal=_joined(line.seal for line in asking),
        validity_days=min(validities, default=None),
        basis=_joined(line.basis for line in asking),
        note=_joined(line.note for line in asking),
    )


def _form_and_due(lines: Sequence[Material]) -> tuple[Form, Due]:
    """Return the form in which all lines take the paper, and the counts.

    Where some line insists on an electronic file, that file also serves the lines that take paper or file.
    """
    strict = [line for line in lines if line.form is not Form.PAPER_OR_ELECTRONIC]
    if not strict:
        return Form.PAPER_OR_ELECTRONIC, _least(lines)
    form = Form.ELECTRONIC if all(line.form is Form.ELECTRONIC for line in strict) else Form.PAPER
    due = _least(strict)
    return form, due if due.electronic else _least(lines)


def _least(lines: Iterable[Material]) -> Due:
    return reduce(or_, (line.due for line in lines), Due())


def _strictest(lines: Sequence[Material]) -> Necessity:
    necessities = {line.necessity for line in lines}
    order = (Necessity.REQUIRED, Necessity.DEFERRABLE)
    return next((n for n in order if n in necessities), Necessity.OPTIONAL)


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))
