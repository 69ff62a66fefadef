"""预申报: an application made online is received, not typed again; the clerk only checks the papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from clerk_app.choosing import chosen
from clerk_app.domain.catalogue import ServiceItem
from clerk_app.domain.draft import Draft
from clerk_app.domain.joint import questions
from clerk_app.domain.numbers import parse_case_number
from clerk_app.domain.people import Applicant
from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.domain.prefiling import asked_for
from clerk_app.filling import GivenPaper, answers_of, line_key, same_papers, tally_of
from clerk_app.line import Application, Inquiry
from clerk_app.seat import Clock, Refused
from clerk_app.store.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefiled:
    """An application as it was made online, laid out as a draft."""

    number: str
    draft: Draft
    notes: tuple[str, ...] = ()
    """Chinese: what could not be taken over as it stands."""


class Prefilings:
    """Fetches applications and lays them out over this window's catalogue."""

    def __init__(self, records: Records, inquiry: Inquiry, clock: Clock) -> None:
        self._records = records
        self._inquiry = inquiry
        self._clock = clock

    def fetch(self, text: str) -> Prefiled:
        """Return an application as a draft; raises ``LineDown``, ``LineRefused`` or ``Refused``."""
        number = asked_for(text)
        if not number:
            raise Refused("prefiling-unknown", "没有给出预申报编号。", "prefiling")
        self.check(number)
        told = self._inquiry.prefiling(number)
        if told is None:
            words = f"市中心没有编号为“{number}”的预申报。请核对编号，或照申请人所带材料收件。"
            raise Refused("prefiling-unknown", words, "prefiling")
        if told.received_as:
            raise self._received(number, told.received_as)
        if self._records.item(told.item) is None:
            words = (
                f"预申报 {number} 申请的事项（{told.item[:64]}）不在本窗口的事项目录中，不能照它收件。"
                "请先同步目录，或请申请人改选事项。"
            )
            raise Refused("prefiling-item-unknown", words, "item")
        return _laid_out(told, chosen(self._records, told.item, self._clock().date()))

    def check(self, number: str) -> None:
        """Raise ``Refused`` where this application was received before, as far as this window knows; empty: there is none."""
        here = next((s.number for s in self._records.summaries() if number and s.prefiling == number), "")
        if here:
            raise self._received(number, here)

    def _received(self, number: str, case: str) -> Refused:
        born = parse_case_number(case)
        where = f"，在{self._records.point_name(born.point)}（{born.window} 号窗口）" if born is not None else ""
        words = f"预申报 {number} 已经收件，办件编号 {case}{where}。请在“办件”中查找这一件。"
        return Refused("prefiling-received", words, "prefiling")


def _laid_out(told: Application, item: ServiceItem) -> Prefiled:
    notes: list[str] = []
    draft = Draft(items=(item,), prefiling=told.number)
    draft = replace(draft, applicant=_applicant(told.applicant, notes), answers=_answers(draft, told, notes))
    for given in told.received:
        try:
            draft = _with_paper(draft, given)
        except Refused as refused:
            notes.append(refused.message)
    return Prefiled(number=told.number, draft=draft, notes=tuple(notes))


def _applicant(given: Mapping[str, Any], notes: list[str]) -> Applicant:
    """Return who applies, as far as it can be read; whether it holds is looked at where it is shown."""
    usual = {"id_kind": "credit_code"} if given.get("kind") == "organisation" else {}
    try:
        return from_plain(Applicant, usual | {name: value for name, value in given.items() if value is not None})
    except NotPlain:
        notes.append("申请人信息不完整，请核对补全。")
    texts: dict[str, Any] = {f.name: value for f in fields(Applicant) if isinstance(value := given.get(f.name), str)}
    known = {"kind": "person", "name": "", "id_number": "", **texts}
    return Applicant(**known, discredited=given.get("discredited") is True)


def _answers(draft: Draft, told: Application, notes: list[str]) -> dict[str, str]:
    """Return the answers that still are answers; what the item does not ask any more is told."""
    answers: dict[str, str] = {}
    for question, said in told.situation.items():
        try:
            answers |= answers_of(questions(draft.items), {question: said})
        except Refused as refused:
            notes.append(f"网上所答情形与现行事项不符：{refused.message}")
    return answers


def _with_paper(draft: Draft, given: Mapping[str, Any]) -> Draft:
    """Return the draft with what was handed in for one material; raises ``Refused``."""
    try:
        paper = from_plain(GivenPaper, {name: value for name, value in given.items() if value is not None})
    except NotPlain as error:
        raise Refused("shape-invalid", "网上提交的一项材料读不出来，请核对所带材料。") from error
    key = line_key(draft, paper.material)
    tally = tally_of(key, paper)
    held = draft.tallies.get(key)
    return draft.tallied(key, tally if held is None else same_papers(held, tally))
