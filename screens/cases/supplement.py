"""补收: what the applicant brings the second time, line by line against the notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.acts import Outlook, assess
from clerk_app.domain.checklist import Tally
from clerk_app.planning import VISIT_REASONS, Decide
from screens.base import AreaScreen
from screens.cases.facts import head
from screens.cases.oversight import offer_tip
from screens.checking import Sheet
from screens.dialogs import Choose, Confirm, Option
from screens.intake.result import Done, Result, print_outcome
from screens.keymap import key
from screens.scans import Hand
from screens.text import clean
from screens.widgets.checklist import Checklist
from screens.widgets.detail import Detail
from screens.widgets.prose import Prose
from screens.widgets.virtual_list import VirtualList
from screens.words import material_words

if TYPE_CHECKING:
    from clerk_app.domain.acts import Assessment
    from screens.cases.facts import CaseFacts


class Supplement(AreaScreen):
    """The notice's lines, ticked with the counting keys; F9 records them."""

    AREA = "cases"
    TITLE_WORDS = "补收材料"
    KEY_LINES = 2
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("supplement.act", "f9", "act", "登记", "登记补收；齐了就受理，并打印文书"),
        key("supplement.other", "f8", "other", "其他办法", "只登记、容缺受理"),
        key("supplement.visit", "f7", "visit", "到场/邮寄", "申请人到场补交，或邮寄补交（不计到场次数）"),
        key("supplement.back", "escape", "back", "返回", "不登记，回到办件"),
    ]

    def __init__(self, facts: CaseFacts) -> None:
        super().__init__()
        self.facts = facts
        self._visit = True
        self._hand = Hand(self, lambda: self.checklist)

    def body(self) -> ComposeResult:
        """Yield the notice's lines."""
        yield Prose(head(self.facts), id="supplement-head")
        with Horizontal(id="supplement-body"):
            yield Checklist(empty="没有需要补收的材料", id="supplement-list")
            yield Detail(id="supplement-detail")
        yield Static("", id="supplement-verdict", markup=False)

    def on_mount(self) -> None:
        """Begin with the first line."""
        case = self.facts.case
        wanted = [(d.material, m) for d in self.facts.wanted if (m := case.material(d.material)) is not None]
        sheet = Sheet(today=self.facts.today, materials=tuple(wanted), before=case.tallies)
        self.checklist.show_sheet(sheet, 0)
        self.checklist.focus()
        self._hand.offer()
        self._tell()

    def on_unmount(self) -> None:
        """What was scanned and not recorded waits again."""
        self._hand.empty()

    @on(Checklist.TipWanted)
    def _tip_wanted(self, event: Checklist.TipWanted) -> None:
        material = self.facts.case.material(event.key)
        if material is not None:
            offer_tip(self, self.facts.case.item.code, material.id, material.name)

    @property
    def checklist(self) -> Checklist:
        """The lines."""
        return self.query_one(Checklist)

    @property
    def begun(self) -> bool:
        """Whether anything was counted that is not recorded."""
        return bool(self.brought or self.checklist.sheet.scans)

    @property
    def brought(self) -> list[Tally]:
        """What was brought, line by line."""
        return [t for t in self.checklist.sheet.tallies.values() if not t.empty or t.defect is not None]

    def assessment(self) -> Assessment:
        """Return what the case will allow once this is recorded."""
        case, sheet = self.facts.case, self.checklist.sheet
        tallies = {**case.tallies, **sheet.after()}
        return assess(case.item, case.applicant.discredited, case.checklist, tallies, self.facts.today)

    @on(Checklist.Changed)
    def _counted(self) -> None:
        self._tell()

    @on(Checklist.ScanWanted)
    def _scan_wanted(self, event: Checklist.ScanWanted) -> None:
        self._hand.wanted(event.key, off=event.off)

    @on(Checklist.Refused)
    def _key_refused(self, event: Checklist.Refused) -> None:
        self.app.bell()
        self._say(event.words, "warn")

    @on(VirtualList.Highlighted, "#supplement-list")
    def _highlighted(self) -> None:
        line = self.checklist.current
        if line is not None:
            pairs = material_words(line.material)
            if line.deficit is not None:
                pairs.insert(0, ("还缺", line.deficit.cure))
            self.query_one(Detail).show(f"{line.number} {line.material.name}", pairs)

    def _tell(self) -> None:
        found = self.assessment()
        case = self.facts.case
        visits = len(case.visits) + self._visit
        how = f"第 {visits} 次到场（上限 {case.item.visits_cap}）" if self._visit else "邮寄补交，不计到场"
        over = "，超过上限，要写原因" if self._breaches else ""
        left = len(found.deficits)
        words = "补齐了" + ("" if case.accepted else "，可以受理") if not left else f"登记后还缺 {left} 项"
        self._say(f"{words}    {how}{over}", "good" if not left else "warn")

    def _say(self, words: str, tone: str) -> None:
        verdict = self.query_one("#supplement-verdict", Static)
        verdict.set_classes(f"-{tone}")
        verdict.update(Content(f" {clean(words)}"))

    @property
    def _breaches(self) -> bool:
        return self._visit and self.facts.breach

    def action_visit(self) -> None:
        """At the counter, or by post."""
        self._visit = not self._visit
        self._tell()

    def action_back(self) -> None:
        """Go back without recording anything."""
        if not self.begun:
            self.dismiss(None)
            return
        words = "补收的材料还没有登记。"
        self.open(Confirm("不登记就返回", words), self._leave)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(None)

    def action_act(self) -> None:
        """Record what was brought and what follows from it."""
        self._confirm(Decide.AUTO)

    def action_other(self) -> None:
        """Only record, or accept provisionally."""
        found = self.assessment()
        deferrable = found.outlook is Outlook.DEFERRABLE and self.facts.case.accepted is None
        options = [
            Option(Decide.RECEIVE, "只登记", "收下材料，先不作决定"),
            Option(Decide.PROVISIONAL, "容缺受理", found.why_not_deferrable or "签承诺书，限期补齐", deferrable),
        ]
        self.open(Choose("其他办法", options), lambda v: self._confirm(Decide(v)) if v else None)

    def _confirm(self, decide: Decide) -> None:
        if not self.brought:
            self.app.bell()
            self._say("还没有登记任何补交的材料", "warn")
            return
        sheet = self.checklist.sheet
        lines = [line for line in sheet.lines() if not line.tally.empty or line.tally.defect]
        words = [f"{line.material.name}：{line.brought} {line.mark[0]}" for line in lines]
        found = self.assessment()
        words.append("")
        words.append(f"登记后还缺 {len(found.deficits)} 项" if found.deficits else "登记后材料齐全")

        def sure(yes: bool | None) -> None:
            if yes:
                self._why(decide)

        self.open(Confirm("补收：请确认", "\n".join(words)), sure)

    def _why(self, decide: Decide) -> None:
        """Ask why the cap is broken, where it is (rule 8)."""
        if not self._breaches:
            self._record(decide, "")
            return
        options = [Option(code, label) for code, label in VISIT_REASONS.items()]
        title = f"到场次数超过上限（{self.facts.case.item.visits_cap} 次）：什么原因"
        self.open(Choose(title, options), lambda why: self._record(decide, why) if why else None)

    def _record(self, decide: Decide, why: str) -> None:
        desk, number, brought, visit = self.desk, self.facts.case.number, self.brought, self._visit
        scans = self.checklist.sheet.scans

        def work() -> Done:
            return print_outcome(desk, desk.supplement(number, brought, decide, visit, why, scans=scans))

        self.ask(work, self._recorded)

    def _recorded(self, done: Done) -> None:
        self.clerk.look_at_line()
        self.dismiss(None)
        self.open(Result([done]))
