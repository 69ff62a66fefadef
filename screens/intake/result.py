"""What an intake came to: the numbers, large enough to read across the counter, and where the papers are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_app.domain.kinds import STATE_LABELS
from clerk_app.seat import Refused
from screens.desk_work import trouble_words
from screens.dialogs import Dialog, Reader
from screens.keymap import key
from screens.widgets.prose import Para, Prose
from screens.words import day_words, deficit_lines

if TYPE_CHECKING:
    from clerk_app.desk import Desk, Outcome
    from clerk_app.printing import Handed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Printed:
    """One paper of an outcome: where it is, or why there is none."""

    kind: str
    handed: Handed | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One case an act came to, with its papers."""

    outcome: Outcome
    papers: tuple[Printed, ...]
    confirmed: bool


def print_outcome(desk: Desk, outcome: Outcome) -> Done:
    """Write the papers of an outcome; what cannot be printed is said and undoes nothing: the act is recorded."""
    number = outcome.case.number
    papers = []
    for kind in outcome.papers:
        try:
            papers.append(Printed(kind, desk.print_paper(kind, number)))
        except Refused as refused:
            papers.append(Printed(kind, None, refused.message))
        except Exception as error:
            log.exception("a paper was not printed")
            papers.append(Printed(kind, None, f"{trouble_words(error)}办件已登记，可在“办件”中重新打印。"))
    return Done(outcome, tuple(papers), _confirmed(desk, number))


def _confirmed(desk: Desk, number: str) -> bool:
    """Whether central has the case; what cannot be read just after it was written is not known to be confirmed."""
    try:
        return desk.confirmed(number)
    except Exception:
        log.exception("a case just recorded could not be read")
        return False


class Result(Dialog[str]):
    """The outcome of an intake or a supplement; Enter goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("result.next", "enter", "cancel", "继续", "关闭，继续下一件"),
        key("result.rate", "r", "rate", "评价", "请申请人评价：一键选定，五级"),
        key("result.case", "f3", "open_case", "看办件", "转到办件，看这一件的详情"),
    ]

    def __init__(self, done: Sequence[Done], note: str = "", rate: Callable[[], None] | None = None) -> None:
        """``rate`` has the applicant rate the service, behind this dialog."""
        super().__init__("已登记", classes="-large -result")
        self._rate = rate
        self._done = done
        self._note = note

    def body(self) -> ComposeResult:
        """Yield one block a case."""
        with Reader(classes="result--blocks"):
            if self._note:
                yield Prose([Para([(self._note, "good")]), BLANK])
            for one in self._done:
                yield Prose(_block(one))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """It is rated once the applicant is done, not at every step."""
        return self._rate is not None if action == "rate" else True

    def action_rate(self) -> None:
        """Close and ask the applicant."""
        self.dismiss(None)
        if self._rate is not None:
            self._rate()

    def action_open_case(self) -> None:
        """Close and show the case."""
        self.dismiss(self._done[0].outcome.case.number)


def _block(done: Done) -> list[Para]:
    case = done.outcome.case
    over = "（超过上限）" if case.visits_over_cap else ""
    confirmed = "市中心已确认" if done.confirmed else "本机已记录，待市中心确认"
    paras = [
        Para([(case.number, "accent")]),
        Para([(f"【{STATE_LABELS[case.state]}】", "strong"), (f" {case.item.name}  {case.applicant.name}", "")]),
        Para(
            [
                (f"到现场 {len(case.visits)}/{case.item.visits_cap} 次{over}    ", ""),
                (confirmed, "dim" if done.confirmed else "warn"),
            ]
        ),
    ]
    if case.accepted is not None and case.accepted.promised_due is not None:
        due = case.accepted.promised_due
        paras.append(Para([(f"承诺 {day_words(due.day, provisional=due.provisional)} 前办结", "")]))
    if case.owed:
        by = case.owed[0].by
        paras.append(Para([(f"容缺材料须在 {day_words(by.day, provisional=by.provisional)} 前补齐", "warn")]))
    if done.outcome.deficits and done.outcome.case.declined is None:
        paras.append(Para([(f"还缺 {len(done.outcome.deficits)} 项：", "warn")]))
        paras += [Para([(line, "")], 5) for line in deficit_lines(done.outcome.deficits)]
    return [*paras, *_papers(done.papers), BLANK]


def _papers(papers: Sequence[Printed]) -> list[Para]:
    paras: list[Para] = []
    folder = ""
    for paper in papers:
        if paper.handed is not None and paper.handed.path is not None:
            told = f"  {paper.handed.path.name}{paper.handed.again}"
            paras.append(Para([(f"《{paper.kind}》", "strong"), (told, "dim")], 2))
            folder = str(paper.handed.path.parent)
        elif paper.handed is not None:
            paras.append(Para([(paper.handed.say(), "")], 2))
        else:
            paras.append(Para([(f"《{paper.kind}》没有打印：{paper.problem}", "bad")], 2))
    if folder:
        paras.append(Para([(f"存于  {folder}", "dim")], 6))
    return paras


BLANK = Para([("", "")])
