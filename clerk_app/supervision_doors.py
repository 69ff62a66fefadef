"""The desk's doors for who answers for a point: what needs a person is seen to, and windows answer."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from clerk_app.devices.scanner import Scanner
from clerk_app.domain.case import Case
from clerk_app.domain.people import Person
from clerk_app.line import Inquiry, Line
from clerk_app.measure_doors import MeasureDoors
from clerk_app.overseeing import Overseen
from clerk_app.printing import Printing
from clerk_app.roles import guarded
from clerk_app.seat import Clock, Seat
from clerk_app.store.records import Records
from clerk_app.supervising import Refs, Supervising
from clerk_app.terms import Terms
from clerk_app.verifying import Draw, Verifying

T = TypeVar("T")


@guarded
class SupervisionDoors(MeasureDoors):
    """What a supervisor decides, and what windows answer; a part of the ``Desk``. Every act is an entry, whole or not at all."""

    def __init__(
        self,
        records: Records,
        seat: Seat,
        person: Person,
        signing_key: bytes,
        clock: Clock,
        line: Line,
        inquiry: Inquiry,
        scanner: Scanner | None,
        printing: Printing,
    ) -> None:
        super().__init__(records, seat, person, signing_key, clock, line, inquiry, scanner, printing)
        self._supervising = Supervising(records, self._scribe, self._casework, seat, person, clock, self._sight)
        self._terms = Terms(records, self._scribe, self._casework, seat, person, clock, self._sight)
        self._verifying = Verifying(records, self._scribe, self._casework, seat, person, clock, self._sight)

    # tasks

    def assign(self, refs: Refs, to: str, reason: str = "", to_name: str = "") -> list[Overseen]:
        """转办: have somebody else see to tasks; ``refs``: what each is about, and its key."""
        self._check_texts(to=to, reason=reason, to_name=to_name)
        return self._sent(self._supervising.assign(refs, to.strip(), to_name.strip(), reason.strip()))

    def send_back(self, refs: Refs, to: str, reason: str, by: date | None = None) -> list[Overseen]:
        """退回整改: have a clerk, or whoever is at the window, put right what tasks show."""
        self._check_texts(to=to, reason=reason)
        return self._sent(self._supervising.send_back(refs, to.strip(), reason.strip(), by))

    def conclude(self, refs: Refs, outcome: str, note: str = "") -> list[Overseen]:
        """督办结论: end tasks of one kind, all of them or none; ``outcome`` is one of ``supervision_words.OUTCOMES``."""
        self._check_texts(note=note)
        return self._sent(self._supervising.conclude(refs, outcome, note.strip()))

    def answer_task(self, subject: str, key: str, text: str) -> Overseen:
        """整改答复: answer what was sent back."""
        self._check_texts(text=text)
        return self._sent(self._supervising.answer_task(subject, key, text.strip()))

    def urge(self, number: str, text: str, to: str = "", by: date | None = None) -> Case:
        """催办: call on the department or the window to go on with a case."""
        self._check_texts(text=text, to=to)
        return self._sent(self._supervising.urge(number, text.strip(), to, by))

    def answer_urge(self, number: str, entry: str, text: str) -> Case:
        """催办答复; ``entry``: of the call, or the beginning of it."""
        self._check_texts(text=text)
        return self._sent(self._supervising.answer_urge(number, entry, text.strip()))

    # the clocks

    def extend(self, number: str, days: int, reason: str, approved_by: str, basis: str = "") -> Case:
        """延长办理期限 (行政许可法 §42), on the organ head's approval; the notice about it can be printed then."""
        self._check_texts(reason=reason, approved_by=approved_by, basis=basis)
        return self._sent(self._terms.extend(number, days, reason.strip(), approved_by.strip(), basis.strip()))

    def suspend(self, number: str, procedure: str, reason: str, days: int | None = None) -> Case:
        """特别程序 (行政许可法 §45): its days are not counted; ``days``: how long it is to take, where that is known."""
        self._check_texts(reason=reason)
        return self._sent(self._terms.suspend(number, procedure, reason.strip(), days))

    def resume(self, number: str) -> Case:
        """End it: the clocks go on today, with their days moved."""
        return self._sent(self._terms.resume(number))

    # checks after the fact

    def draw(self, share: float, since: date, until: date) -> Draw:
        """抽中核查: draw by risk among the cases accepted in a time, under a seed that is recorded with every one drawn."""
        return self._sent(self._verifying.draw(share, since, until))

    def verify(self, number: str, passed: bool, evidence: str, material: str = "", note: str = "") -> Case:
        """核查结果; ``material``: the paper that is not true, by id or name."""
        self._check_texts(evidence=evidence, note=note)
        return self._sent(self._verifying.verify(number, passed, evidence.strip(), material, note.strip()))

    def record_finding(
        self, subject: str, code: str, text: str, about: str = "", fix_by: date | None = None
    ) -> Overseen:
        """记录问题: note what no task shows; ``code`` is one of ``supervision_words.FINDINGS``."""
        self._check_texts(text=text, about=about)
        return self._sent(self._verifying.record_finding(subject, code, text.strip(), about.strip(), fix_by))

    def mark(self, number: str, reason: str, basis: str, material: str = "", until: date | None = None) -> Case:
        """虚假材料记录: while it stands, the applicant gets no 容缺受理 (rule 4)."""
        self._check_texts(reason=reason, basis=basis)
        return self._sent(self._verifying.mark(number, reason.strip(), basis.strip(), material, until))

    # four eyes

    def undoable(self, subject: str) -> list[tuple[str, str]]:
        """Return the acts of supervisors on a case, bag or hand-over that may be undone: entry, and words."""
        return self._supervising.undoable(subject)

    def ask_undo(self, subject: str, entry: str, reason: str) -> Overseen:
        """申请撤销: undo what this person did, or ask that what another supervisor did be undone."""
        self._check_texts(reason=reason)
        return self._sent(self._supervising.ask_undo(subject, entry, reason.strip()))

    def undo(self, subject: str, ask: str, agrees: bool, reason: str = "") -> Overseen:
        """复核撤销: agree to what another supervisor asked to undo, or do not; ``ask``: the entry that asked."""
        self._check_texts(reason=reason)
        return self._sent(self._supervising.undo(subject, ask, agrees, reason.strip()))

    def _check_texts(self, **texts: str) -> None:
        for field, text in texts.items():
            self._check_text(text, field)
