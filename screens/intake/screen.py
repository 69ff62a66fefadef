"""收件: from the item to the right paper, top down on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.checklist import Evidence
from clerk_app.domain.draft import Draft, DraftAssessment, assess_draft
from clerk_app.domain.joint import questions
from clerk_app.domain.people import Applicant
from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.cases.oversight import offer_tip
from screens.checking import Sheet
from screens.dialogs import Confirm
from screens.intake.applicant import ApplicantForm
from screens.intake.beginning import Beginning
from screens.intake.closing import Closing
from screens.intake.headings import line_details, tell
from screens.intake.search import ItemSearch
from screens.intake.situations import Questions
from screens.keymap import key
from screens.scans import Hand
from screens.widgets.checklist import Checklist
from screens.widgets.detail import Detail
from screens.widgets.stage import Stage
from screens.widgets.virtual_list import VirtualList

STAGES = ("item", "who", "which", "papers")


class Intake(AreaScreen):
    """Search, applicant, situation, checklist; the verdict is always in sight and F9 does what it says."""

    AREA = "intake"
    TITLE_WORDS = "收件"
    KEY_LINES = 2
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("intake.act", "f9", "act", "办理", "照当前结论办理：受理、告知补正或容缺受理，并打印文书"),
        key("intake.other", "f8", "other", "其他办法", "只收件、容缺受理、不予受理"),
        key("intake.back", "escape", "back", "上一步", "回到上一步；已填的都还在"),
        key("intake.again", "ctrl+r", "again", "重来", "清空，接待下一位"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.draft: Draft | None = None
        self._beginning = Beginning(self)
        self._end = Closing(self)
        self._hand = Hand(self, lambda: self.checklist)

    def body(self) -> ComposeResult:
        """Yield the stages and the verdict."""
        yield Stage("事项", ItemSearch(), id="item", fills=True)
        yield Stage("申请人", ApplicantForm(lambda: self.desk.today), id="who")
        yield Stage("情形", Questions(), id="which")
        papers = Horizontal(
            Checklist(empty="这一事项不要求提交材料", id="checklist"), Detail(id="detail"), id="papers-body"
        )
        yield Stage("材料", papers, id="papers", fills=True)
        yield Static("", id="verdict", markup=False)

    def on_mount(self) -> None:
        """Begin with the search."""
        self.reset()
        self._hand.offer()

    def on_unmount(self) -> None:
        """What was scanned and not recorded waits again."""
        self._hand.empty()

    # the stages

    def part(self, name: str) -> Stage:
        """Return a stage by its name."""
        return self.query_one(f"#{name}", Stage)

    @property
    def search(self) -> ItemSearch:
        """The first stage's content."""
        return self.query_one(ItemSearch)

    @property
    def form(self) -> ApplicantForm:
        """The second stage's content."""
        return self.query_one(ApplicantForm)

    @property
    def checklist(self) -> Checklist:
        """The last stage's content."""
        return self.query_one(Checklist)

    @property
    def stage(self) -> str:
        """Which stage is open."""
        return next((name for name in STAGES if self.part(name).is_open), "item")

    def open_stage(self, name: str) -> None:
        """Open one stage, close the others and go into it."""
        for one in STAGES:
            self.part(one).set_open(one == name)
        begin: dict[str, Callable[[], object]] = {
            "item": self.search.begin,
            "who": self.form.begin,
            "which": self.query_one(Questions).begin,
            "papers": self.checklist.focus,
        }
        begin[name]()
        self._tell()

    def reset(self) -> None:
        """Begin with the next applicant."""
        self.draft = None
        self._beginning.forget()
        self._hand.empty()
        self.search.clear()
        self.form.clear()
        self.query_one(Questions).ask((), {})
        self.checklist.show_sheet(Sheet(today=self.desk.today, materials=()), 0)
        self.open_stage("item")
        self._beginning.look_for("")

    @property
    def begun(self) -> bool:
        """Whether anything would be lost by beginning anew."""
        return self.draft is not None or not self.form.empty

    # 事项

    @on(ItemSearch.Asked)
    def _asked(self, event: ItemSearch.Asked) -> None:
        self._beginning.look_for(event.words)

    @on(ItemSearch.Taken)
    def _taken(self, event: ItemSearch.Taken) -> None:
        self._beginning.take(list(event.hits), event.words)

    # 申请人

    @on(ApplicantForm.Known)
    def _known(self, event: ApplicantForm.Known) -> None:
        desk = self.desk

        def fill(known: Applicant | None) -> None:
            if known is not None:
                self.form.fill(known)

        self.ask(lambda: desk.known_applicant(event.number), fill)

    @on(ApplicantForm.Done)
    def _applicant_done(self, event: ApplicantForm.Done) -> None:
        if self.draft is None:
            self.open_stage("item")
            return
        desk, draft = self.desk, replace(self.draft, applicant=event.applicant)

        def check() -> dict[str, Evidence]:
            refused = desk.check_applicant(event.applicant)
            if refused is not None:
                raise Refused(refused.code, refused.message, refused.field)
            return desk.already_seen(draft)

        def go_on(offers: dict[str, Evidence]) -> None:
            self.draft = draft
            self.spread(offers)
            self.open_stage("which" if draft.open_questions() else "papers")

        self.ask(check, go_on, lambda refused: self.form.refuse(refused.field, refused.message))

    # 情形

    @on(Questions.Answered)
    def _answered(self, event: Questions.Answered) -> None:
        if self.draft is not None:
            self.draft = self.draft.answered(event.question, event.answer)
            self.spread(dict(self.checklist.sheet.offers))
            self._tell()

    @on(Questions.Done)
    def _questions_done(self) -> None:
        self.open_stage("papers")

    # 材料

    def spread(self, offers: dict[str, Evidence]) -> None:
        """Lay out the checklist under the answers so far; what was counted on lines that stay is kept."""
        draft = self.draft
        if draft is None:
            return
        lines = draft.checklist().lines
        keys = {line.key for line in lines}
        old = self.checklist.sheet
        same = {k for k, m in old.materials} & keys
        sheet = Sheet(
            today=self.desk.today,
            materials=tuple((line.key, line.material) for line in lines),
            tallies={k: t for k, t in old.tallies.items() if k in same},
            looked=old.looked & same,
            owed=old.owed & same,
            last={k: c for k, c in old.last.items() if k in same},
            offers=offers,
            scans=old.scans,
        )
        self.query_one(Questions).ask(questions(draft.items), draft.answers)
        self.checklist.show_sheet(sheet, 0)

    @on(Checklist.Changed)
    def _counted(self) -> None:
        self._tell()

    @on(Checklist.Refused)
    def _key_refused(self, event: Checklist.Refused) -> None:
        self.app.bell()
        self.query_one("#verdict", Static).update(Content(f" {event.words}"))

    @on(Checklist.TipWanted)
    def _tip_wanted(self, event: Checklist.TipWanted) -> None:
        """A tip is for the item that asks for the paper first, where several do."""
        lines = self.draft.checklist().lines if self.draft is not None else ()
        for line in lines:
            if line.key == event.key:
                offer_tip(self, *line.sources[0], line.material.name)

    @on(Checklist.ScanWanted)
    def _scan_wanted(self, event: Checklist.ScanWanted) -> None:
        self._hand.wanted(event.key, off=event.off)

    @on(VirtualList.Highlighted, "#checklist")
    def _highlighted(self) -> None:
        line = self.checklist.current
        self.query_one(Detail).show(*line_details(line))

    def current_draft(self) -> Draft | None:
        """Return the draft with everything that was typed and counted."""
        if self.draft is None:
            return None
        applicant = self.draft.applicant if self.form.empty else self.form.applicant
        sheet = self.checklist.sheet
        return replace(self.draft, applicant=applicant, tallies=dict(sheet.tallies), scans=dict(sheet.scans))

    def assessment(self) -> DraftAssessment | None:
        """Return the live verdict."""
        draft = self.current_draft()
        return assess_draft(draft, self.desk.today) if draft is not None else None

    def _tell(self) -> None:
        tell(self)

    # what may be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be decided before an item was taken."""
        if action in {"act", "other"}:
            return self.draft is not None
        return True

    def action_back(self) -> None:
        """Go to the stage before; in the first, clear the words."""
        at = STAGES.index(self.stage)
        if at == 0:
            self.search.clear()
            if self.draft is not None:
                self.open_stage("who")
            return
        before = STAGES[at - 1]
        if before == "which" and self.draft is not None and not questions(self.draft.items):
            before = "who"
        self.open_stage(before)

    def action_again(self) -> None:
        """Begin anew, after asking if anything would be lost."""
        if not self.begun:
            self.reset()
            return
        words = "这一位填写的内容还没有登记，清空后不能找回。"
        self.open(Confirm("清空并重新开始", words), lambda sure: self.reset() if sure else None)

    def action_act(self) -> None:
        """Do what the verdict says."""
        self._end.act()

    def action_other(self) -> None:
        """Choose another way."""
        self._end.other()
