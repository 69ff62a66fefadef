"""What a supervisor may do with a task, or with the case, bag or tip it is about: what is asked, and which door of the desk is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.domain.case import Case
from clerk_app.domain.kinds import About
from clerk_app.domain.oversight import Undoing
from clerk_app.domain.supervision_words import FINDINGS, OUTCOMES, PROCEDURES, TaskKind, task_kind
from screens.asking import Answers, Question, choice, day, day_of, remark, sentence
from screens.dialogs import Option

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.docket_tasks import Task

BY_DEFAULT = "不填为 2 个工作日后"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is acted on: tasks, or a subject without any."""

    subject: str
    tasks: tuple[Task, ...] = ()
    case: Case | None = None
    undoable: Sequence[tuple[str, str]] = ()
    undoing: Undoing | None = None
    tip_text: str = ""
    me: str = ""

    @property
    def refs(self) -> list[tuple[str, str]]:
        """The tasks by name."""
        return [(task.subject, task.key) for task in self.tasks]

    @property
    def kind(self) -> TaskKind | None:
        """The kind they all are of."""
        kinds = {task.kind for task in self.tasks}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def words(self) -> str:
        """What is acted on, to be read back."""
        if not self.tasks:
            return self.subject
        lines = [f"{task.label}　{task.subject}　{task.title}" for task in self.tasks[:6]]
        if len(self.tasks) > len(lines):
            lines.append(f"等共 {len(self.tasks)} 项")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One act: its questions, and what is done with the answers."""

    id: str
    label: str
    note: str = ""
    asks: Callable[[Target], Sequence[Question]]
    does: Callable[[Desk, Target, Answers], object]


def _outcomes(target: Target) -> list[Option]:
    """What is concluded is what the key names: a notice that is late is one by the clock, until the case is accepted by law."""
    kinds = {task_kind(task.key) for task in target.tasks}
    kind = kinds.pop() if len(kinds) == 1 else None
    found = OUTCOMES.get(kind, {}) if kind is not None else {}
    return [Option(code, words) for code, words in found.items()]


def _papers(target: Target) -> list[Option]:
    lines = target.case.checklist if target.case is not None else ()
    return [*(Option(line.id, line.name) for line in lines), Option("", "不指明哪一份")]


def _acts_to_undo(target: Target) -> list[Option]:
    parts = [(entry, *words.partition("　")) for entry, words in target.undoable]
    return [Option(entry, label, rest) for entry, label, _, rest in parts]


def _days(text: str) -> str:
    return "" if text.isascii() and text.isdecimal() and 0 < int(text) < 1000 else "请填天数，如 10"


def _days_or_nothing(text: str) -> str:
    return _days(text) if text else ""


def _number(text: str) -> str:
    return "" if text else "请填工号"


def _undo(agrees: bool) -> Callable[[Desk, Target, Answers], object]:
    def do(desk: Desk, target: Target, answers: Answers) -> object:
        ask = target.undoing.by.entry if target.undoing is not None else ""
        return desk.undo(target.subject, ask, agrees, answers[0])

    return do


CONCLUDE = Deed(
    id="conclude",
    label="结论",
    note="写明结论，了结这一项",
    asks=lambda t: (choice("结论", _outcomes(t)), remark("说明", "可以不填。")),
    does=lambda d, t, a: d.conclude(t.refs, a[0], a[1]),
)
SEND_BACK = Deed(
    id="send_back",
    label="退回整改",
    note="退给窗口，限期整改并答复",
    asks=lambda t: (
        sentence("要求", "请写明要整改什么"),
        day("期限", BY_DEFAULT),
        remark("退给", "工号；不填为窗口在岗的人。"),
    ),
    does=lambda d, t, a: d.send_back(t.refs, a[2], a[0], day_of(a[1])),
)
ASSIGN = Deed(
    id="assign",
    label="转办",
    note="交给另一个人处理",
    asks=lambda t: (sentence("工号", "请填工号", value=t.me, check=_number), remark("说明", "可以不填。")),
    does=lambda d, t, a: d.assign(t.refs, a[0], a[1]),
)
DEEDS: tuple[Deed, ...] = (
    CONCLUDE,
    Deed(
        id="verified",
        label="核查属实",
        note="写明怎么核查的",
        asks=lambda t: (sentence("核查经过", "请写明怎么核查的"), remark("说明", "可以不填。")),
        does=lambda d, t, a: d.verify(t.subject, True, a[0], note=a[1]),
    ),
    Deed(
        id="false",
        label="核查不实",
        note="写明哪一份、怎么查出的",
        asks=lambda t: (
            choice("不实的材料", _papers(t)),
            sentence("核查经过", "请写明怎么核查的"),
            remark("说明", "可以不填。"),
        ),
        does=lambda d, t, a: d.verify(t.subject, False, a[1], a[0], a[2]),
    ),
    Deed(
        id="approve_tip",
        label="采用提示",
        note="印在各服务点的告知书上，可改文字",
        asks=lambda t: (sentence("文字", "请写明印上去的文字", value=t.tip_text),),
        does=lambda d, t, a: d.approve_tip(t.subject, "" if a[0] == t.tip_text else a[0]),
    ),
    Deed(
        id="decline_tip",
        label="不采用提示",
        asks=lambda t: (sentence("理由", "请写明理由"),),
        does=lambda d, t, a: d.decline_tip(t.subject, a[0]),
    ),
    Deed(
        id="agree",
        label="同意撤销",
        note="第二人复核：撤销，原待办重新列出",
        asks=lambda t: (remark("说明", "可以不填。"),),
        does=_undo(True),
    ),
    Deed(
        id="refuse",
        label="不同意撤销",
        note="第二人复核：维持原来的处理",
        asks=lambda t: (sentence("理由", "请写明理由"),),
        does=_undo(False),
    ),
    SEND_BACK,
    ASSIGN,
    Deed(
        id="urge",
        label="催办",
        note="催部门或窗口，限期答复",
        asks=lambda t: (
            sentence("催办内容", "请写明催什么"),
            day("答复期限", BY_DEFAULT),
            remark("催谁", "部门或窗口的名称；不填为正在办理的一方。"),
        ),
        does=lambda d, t, a: d.urge(t.subject, a[0], a[2], day_of(a[1])),
    ),
    Deed(
        id="extend",
        label="延长期限",
        note="行政机关负责人批准，打印延长办理期限通知书",
        asks=lambda t: (
            sentence("工作日数", "", check=_days),
            sentence("理由", "请写明延长的理由"),
            sentence("批准人", "请写明批准的负责人"),
            remark("依据", "超过 10 个工作日的，写明法律依据；否则可以不填。"),
        ),
        does=lambda d, t, a: d.extend(t.subject, int(a[0]), a[1], a[2], a[3]),
    ),
    Deed(
        id="suspend",
        label="特别程序开始",
        note="听证、检验等所需时间不计入期限",
        asks=lambda t: (
            choice("特别程序", [Option(code, words) for code, words in PROCEDURES.items()]),
            sentence("事由", "请写明为什么需要"),
            remark("所需工作日", "不知道的可以不填。", check=_days_or_nothing),
        ),
        does=lambda d, t, a: d.suspend(t.subject, a[0], a[1], int(a[2]) if a[2] else None),
    ),
    Deed(
        id="resume",
        label="特别程序结束",
        note="从今天起继续计算期限",
        asks=lambda t: (),
        does=lambda d, t, a: d.resume(t.subject),
    ),
    Deed(
        id="record_finding",
        label="记录问题",
        note="效能监察：写明问题，可限期整改",
        asks=lambda t: (
            choice("问题", [Option(code, words) for code, words in FINDINGS.items()]),
            sentence("情况", "请写明情况"),
            remark("涉及", "窗口或部门的名称；可以不填。"),
            day("整改期限", "不填为不限期"),
        ),
        does=lambda d, t, a: d.record_finding(t.subject, a[0], a[1], a[2], day_of(a[3])),
    ),
    Deed(
        id="mark",
        label="虚假材料记录",
        note="记录期间不得容缺受理",
        asks=lambda t: (
            choice("材料", _papers(t)),
            sentence("事实", "请写明事实"),
            sentence("依据", "请写明依据的规定"),
            day("记录到", "不填为不限期"),
        ),
        does=lambda d, t, a: d.mark(t.subject, a[1], a[2], a[0], day_of(a[3])),
    ),
    Deed(
        id="ask_undo",
        label="撤销一步",
        note="自己的当即撤销；他人的须另一位值班主任复核",
        asks=lambda t: (choice("撤销哪一步", _acts_to_undo(t)), sentence("理由", "请写明理由")),
        does=lambda d, t, a: d.ask_undo(t.subject, a[0], a[1]),
    ),
)
BY_ID: Mapping[str, Deed] = {deed.id: deed for deed in DEEDS}
BULK = (CONCLUDE, SEND_BACK, ASSIGN)
"""What may be done with several tasks at once: all of them, or none."""
RETURNABLE = frozenset(TaskKind) - {TaskKind.QUARANTINE, TaskKind.DAMAGE, TaskKind.TIP}
"""Tasks that entries can name: of the others the case, the bag or central knows nothing."""
NAMES = {"verified": "verify", "false": "verify", "agree": "undo", "refuse": "undo"}
"""Acts whose door of the desk is called otherwise."""


def deeds_of(target: Target, allowed: frozenset[str]) -> list[Deed]:
    """Return what makes sense for one task, or for a case without one; ``allowed``: what the desk says of the case."""
    kind = target.kind
    wanted = set()
    if target.tasks and kind in RETURNABLE:
        wanted |= {"assign", "send_back"} | ({"conclude"} if _outcomes(target) else set())
    if kind is TaskKind.TIP:
        wanted |= {"approve_tip", "decline_tip"}
    if target.undoing is not None and target.undoing.by.actor != target.me:
        wanted |= {"agree", "refuse"}
    about = target.tasks[0].about if target.tasks else About.CASE
    if about is About.CASE and target.case is not None:
        only = {"conclude", "assign", "send_back", "undo"}  # of tasks, not of the case as such
        wanted |= {d.id for d in DEEDS if NAMES.get(d.id, d.id) in allowed - only}
    elif about is not About.TIP and kind not in {TaskKind.QUARANTINE, TaskKind.DAMAGE}:
        wanted |= {"record_finding"}
    if not target.undoable:
        wanted.discard("ask_undo")
    else:
        wanted.add("ask_undo")
    return [deed for deed in DEEDS if deed.id in wanted]


def bulk_of(target: Target) -> list[Deed]:
    """Return what may be done with several tasks at once; a conclusion only where they are of one kind."""
    if any(task.kind not in RETURNABLE for task in target.tasks):
        return []
    return [deed for deed in BULK if deed is not CONCLUDE or _outcomes(target)]
