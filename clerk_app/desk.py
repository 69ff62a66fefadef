"""Desk: everything a signed-in person can do at a window; the screens' and the command line's only door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from clerk_app import applicants, bag_papers, choosing, paperwork, planning
from clerk_app.devices.scanner import Scanner
from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import CaseClock
from clerk_app.domain.case_clocks import case_clocks
from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.checklist import Deficit, Evidence, Tally
from clerk_app.domain.deadlines import Calendar, LightPreset, preset_of
from clerk_app.domain.draft import Draft, DraftAssessment, HeldScan, assess_draft
from clerk_app.domain.joint import Saved
from clerk_app.domain.kinds import OPEN, State
from clerk_app.domain.people import Applicant, Person
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.summary import CaseSummary
from clerk_app.history import HistoryLine, RunningClock, clocks, history
from clerk_app.line import Inquiry, Line, Unconnected
from clerk_app.planning import Decide
from clerk_app.printing import Handed, Printing
from clerk_app.roles import guarded
from clerk_app.scanning import split
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.store.books.search import Hit
from clerk_app.store.records import Records
from clerk_app.supervision_doors import SupervisionDoors

__all__ = ["Desk", "Hit", "IntakeResult", "Outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an act on one case came to."""

    case: Case
    deficits: tuple[Deficit, ...]
    """What is still missing or wrong."""
    papers: tuple[str, ...]
    """Kinds of the papers this act yields, in the order they are handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResult:
    """What an intake came to: one case an item."""

    outcomes: tuple[Outcome, ...]
    saved: Saved


@guarded
class Desk(SupervisionDoors):
    """One signed-in person at one window; every method that writes is durable when it returns, and raises ``Refused``.

    Whoever may not use a method (``roles.DOORS``) gets ``Refused`` too, whether it reads or writes.
    """

    def __init__(
        self,
        records: Records,
        seat: Seat,
        person: Person,
        signing_key: bytes,
        clock: Clock,
        line: Line,
        papers: Path,
        inquiry: Inquiry | None = None,
        scanner: Scanner | None = None,
        printing: Printing | None = None,
    ) -> None:
        """``inquiry`` asks central while somebody waits; without it no door that needs central opens.

        ``printing``: the window's; without it papers go into the folder ``papers``.
        """
        prints = printing or Printing(records, seat, clock, papers, back_ends={})
        super().__init__(records, seat, person, signing_key, clock, line, inquiry or Unconnected(), scanner, prints)

    @property
    def today(self) -> date:
        """The day at this window."""
        return self._clock().date()

    @property
    def calendar(self) -> Calendar:
        """The working days central published."""
        return self._records.calendar()

    @property
    def preset(self) -> LightPreset:
        """The rule by which lights turn yellow at this window."""
        return preset_of(self.seat.lights)

    # the catalogue

    def search_items(self, words: str, limit: int = 50) -> list[Hit]:
        """Return items in force today and joint services by name, pinyin, initials, code or department, the best first."""
        return self._records.search_items(words, limit, self.today)

    def item(self, code: str) -> ServiceItem | None:
        """Return an item of the catalogue as it is in force today."""
        return self._records.item(code, self.today)

    def planned(self, code: str) -> str:
        """Return what changes next with an item: 自 2026-12-01 起执行新版; empty where nothing is planned."""
        return choosing.planned(self._records.editions(code), self.today)

    def joint(self, code: str) -> JointService | None:
        """Return a joint service of the catalogue."""
        return self._records.joint(code)

    # intake

    def begin(self, codes: Sequence[str], joint: str = "") -> Draft:
        """Return an empty draft over items as they are in force today, or over those of a joint service (rule 9)."""
        service = None
        if joint:
            service = self._records.joint(joint)
            if service is None:
                raise Refused("joint-unknown", f"事项目录中没有一件事“{joint}”。", "item")
            codes = service.items
        items = [choosing.chosen(self._records, code, self.today) for code in dict.fromkeys(codes)]
        if not items:
            raise Refused("item-missing", "没有选定事项。", "item")
        return Draft(items=tuple(items), joint=service)

    def check_applicant(self, applicant: Applicant) -> Refusal | None:
        """Return why an applicant cannot be recorded as typed, naming the field (rule 13)."""
        return applicants.check(applicant, self.today)

    def applicant_warnings(self, applicant: Applicant) -> tuple[str, ...]:
        """Return what is odd about an applicant's numbers, though not refused."""
        return applicants.warnings(applicant, self.today)

    def known_applicant(self, id_number: str) -> Applicant | None:
        """Return the applicant as last recorded here under this number, 失信 where a mark against them stands (rule 4)."""
        return applicants.known(self._records.cases_of_applicant(applicants.normal_number(id_number)), self.today)

    def already_seen(self, draft: Draft) -> dict[str, Evidence]:
        """Return, by line key, where a paper of this applicant was verified before and still holds (rule 10)."""
        if draft.applicant is None:
            return {}
        number = applicants.normal_number(draft.applicant.id_number)
        return applicants.already_seen(draft, self._records.cases_of_applicant(number), self.today)

    def assess(self, draft: Draft) -> DraftAssessment:
        """Return the live verdict over a draft."""
        return assess_draft(draft, self.today)

    def receive(
        self,
        draft: Draft,
        decide: Decide = Decide.AUTO,
        reason: str = "",
        visit_reason: str = "",
        reason_code: str = "other",
    ) -> IntakeResult:
        """Record an intake: one case an item, all of it or nothing."""
        if draft.applicant is None:
            raise Refused("applicant-missing", "没有填写申请人。", "applicant")
        refused = self.check_applicant(draft.applicant)
        if refused is not None:
            raise Refused.because(refused)
        open_questions = draft.open_questions()
        if open_questions:
            first = open_questions[0]
            options = "、".join(f"{a.id}={a.label}" for a in first.answers[:6])
            raise Refused("situation-unanswered", f"请先回答：{first.question}（{options}）", first.id)
        for item in draft.items:
            choosing.must_be_offered(self._records, item, self.today)
        self._check_text(reason, "reason")
        applicant = applicants.normalised(draft.applicant, self.today)
        if applicants.marked(self._records.marked_cases_of(applicant.id_number), self.today):
            applicant = replace(applicant, discredited=True)

        def plan() -> list[Act]:
            self._prefilings.check(draft.prefiling)
            return planning.plan_intake(
                draft,
                applicant,
                decide,
                (reason_code, reason),
                visit_reason,
                self.seat,
                self.calendar,
                self.today,
                self._scribe.new_number,
            )

        cases = self._scribe.write(self.person, plan)
        self._let_go(draft.scans, [s for item in draft.items for held in draft.scans_of(item).values() for s in held])
        outcomes = tuple(self._done(case, paperwork.RECEIPT) for case in cases.values())
        return IntakeResult(outcomes=outcomes, saved=draft.saved())

    # cases

    def cases(self, scope: str = "all", point: str = "") -> list[CaseSummary]:
        """Return the summaries of ``today``'s, ``open``, ``waiting`` (待补), ``conflict`` or ``all`` cases, the latest first.

        ``point``: one of ``points``; empty: all of them.
        """
        return [s for s in self._sight.summaries(point) if _in_scope(s, scope, self.today)]

    def find_cases(self, words: str, point: str = "") -> list[CaseSummary]:
        """Return cases by number in any form, official number, applicant's name, identity number or item name."""
        return self._sight.find_cases(words, point)

    def case(self, number: str) -> Case:
        """Return one case, by its number in any form or its official number; raises ``Refused``."""
        return self._casework.case(number)

    def history(self, number: str) -> list[HistoryLine]:
        """Return everything that happened to a case, in words."""
        return history(self._records.records_of(self.case(number).number))

    def confirmed(self, number: str) -> bool:
        """Whether central has all this window knows of a case (rule 14)."""
        return all(r.confirmed for r in self._records.records_of(number))

    def clocks(self, case: Case) -> list[RunningClock]:
        """Return the clocks that run on a case today."""
        return clocks(case, self.calendar, self.today, self.preset)

    def reckonings(self, case: Case) -> tuple[CaseClock, ...]:
        """Return every clock of a case, over or still to begin too, each reckoned day by day."""
        return case_clocks(case, self.calendar, self.today, self.preset)

    def deemed_accepted(self, case: Case) -> bool:
        """Whether the case counts as accepted by law because no notice was given in time (rule 1)."""
        return planning.deemed(case, self.calendar, self.today)

    def wanted(self, case: Case) -> tuple[Deficit, ...]:
        """Return what the notices and the commitment still ask for, in their order."""
        return planning.wanted(case, self.today)

    def visit_would_breach(self, case: Case) -> bool:
        """Whether one more appearance exceeds the item's cap (rule 8): shown before it is broken."""
        return len(case.visits) + 1 > case.item.visits_cap

    def supplement(
        self,
        number: str,
        brought: Sequence[Tally],
        decide: Decide = Decide.AUTO,
        visit: bool = True,
        visit_reason: str = "",
        reason: tuple[str, str] = ("", ""),
        scans: Mapping[str, Sequence[HeldScan]] | None = None,
    ) -> Outcome:
        """Take supplements in, line by line against the notice, and do what then follows.

        ``reason`` is the code and the words of a refusal to accept, where that is what follows. ``scans`` in hand, by material,
        are attached in the same act.
        """
        held = dict(scans or {})
        self._check_text(reason[1], "reason")
        for tally in brought:
            self._check_text(tally.defect.note if tally.defect else "", "defect")
        case = self._casework.act(
            number,
            lambda case: [
                planning.plan_supplement(case, brought, visit, visit_reason, self.today),
                *planning.attached(case.number, held),
            ],
            decide,
            reason,
        )
        self._let_go(held, [scan for found in held.values() for scan in found])
        return self._done(case, paperwork.RECEIPT)

    def accept(self, number: str) -> Outcome:
        """受理: the case is complete, or accepted by law."""
        return self._done(self._casework.accept(number))

    def notify(self, number: str) -> Outcome:
        """一次性告知: everything missing."""
        return self._done(self._casework.notify(number))

    def accept_provisionally(self, number: str) -> Outcome:
        """容缺受理, on the applicant's commitment."""
        return self._done(self._casework.accept_provisionally(number))

    def decline(self, number: str, reason: str, reason_code: str = "other") -> Outcome:
        """不予受理, with its reason."""
        self._check_text(reason, "reason")
        return self._done(self._casework.act(number, lambda case: [], Decide.DECLINE, (reason_code, reason)))

    def withdraw(self, number: str, reason: str) -> Outcome:
        """撤件: the applicant takes the papers back."""
        self._check_text(reason, "reason")
        ended = b.Ended(on=self.today, reason=reason)
        return self._done(self._casework.say(number, "case.withdrawn", ended))

    def return_papers(self, number: str, reason: str) -> Outcome:
        """退件: an overdue debt or an abandoned case; the papers go back."""
        self._check_text(reason, "reason")
        ended = b.Ended(on=self.today, reason=reason)
        return self._done(self._casework.say(number, "case.returned", ended))

    def remark(self, number: str, text: str) -> Case:
        """Add a remark."""
        if not text.strip():
            raise Refused("remark-empty", "备注是空的。", "text")
        self._check_text(text, "text")
        return self._done(self._casework.say(number, "remark.added", b.Remarked(text=text.strip()))).case

    def reveal_identity(self, number: str, why: str = "") -> str:
        """Return an applicant's identity number in full; that somebody looked is itself an entry (rule 15)."""
        return self._done(self._casework.say(number, "identity.shown", b.Shown(why=why))).case.applicant.id_number

    def allowed(self, case: Case) -> frozenset[str]:
        """Return the names of this class's methods that make sense for the case as it stands."""
        return self._casework.allowed(case) | self._supervising.allowed(case)

    # papers

    def papers_of(self, case: Case) -> tuple[str, ...]:
        """Return the kinds of paper that exist for a case."""
        return paperwork.papers_of(case)

    def paper(self, kind: str, number: str) -> bytes:
        """Return a paper of a case as PDF; raises ``Refused`` where there is none or it cannot be printed faithfully."""
        name, now = self.person.name, self._clock()
        return paperwork.render(
            kind, paperwork.context_of(kind, self.case(number), self._records, self.seat, name, now)
        )

    def print_paper(self, kind: str, number: str, *, printer: str | None = None, copies: int = 0) -> Handed:
        """Have a paper of a case, bag or hand-over printed as is chosen for its kind, or elsewhere; return where it went."""
        subject = self._subject(kind, number)
        named = self._printing.named(printer) if printer else None
        return self._printing.print(kind, subject, self.person.name, printer=named, copies=copies)

    def _subject(self, kind: str, number: str) -> str:
        if kind == bag_papers.LABEL:
            return self._bags.parcel(number).number
        return self._bags.manifest(number).number if kind == bag_papers.MANIFEST else self.case(number).number

    def _let_go(self, held: Mapping[str, Sequence[HeldScan]], written: Sequence[HeldScan]) -> None:
        """What was recorded has its scans: the originals go; those of lines that do not apply any more wait again."""
        taken, others = split(held, written)
        self._scanning.attached(taken)
        self._scanning.release(others)

    def _done(self, case: Case, *first: str) -> Outcome:
        """What was recorded goes out as soon as the line allows."""
        self._line.poke()
        papers = tuple(dict.fromkeys((*first, *paperwork.decision_papers(case))))
        return Outcome(case=case, deficits=planning.still_open(case, self.today), papers=papers)


def _in_scope(summary: CaseSummary, scope: str, today: date) -> bool:
    if scope == "today":
        return summary.received_on == today or summary.updated_at[:10] == today.isoformat()
    if scope == "open":
        return summary.state in OPEN
    if scope == "conflict":
        return summary.conflicts > 0
    if scope == "waiting":
        return summary.state in {State.NOTIFIED, State.PROVISIONAL} or summary.debt_due is not None
    return True
