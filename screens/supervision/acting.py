"""The menu of what may be done with a task: chosen, asked for, read back, done; said beside the field what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clerk_app.domain.supervision_words import TaskKind
from screens.asking import ask
from screens.dialogs import Option
from screens.scan_dialogs import Pick
from screens.supervision.deeds import BY_ID, Deed, Target, bulk_of, deeds_of

if TYPE_CHECKING:
    from clerk_app.bags import Task as Discrepancy
    from clerk_app.docket_tasks import Task
    from screens.base import AreaScreen
    from screens.scan_screen import ScanScreen
    from screens.supervision.facts import TaskFacts

Said = Callable[[str], None]


def target_of(facts: TaskFacts) -> Target:
    """Return what the page's acts are on."""
    tip = facts.about.tip
    return Target(
        subject=facts.task.subject,
        tasks=() if facts.over else (facts.task,),
        case=facts.case,
        undoable=facts.undoable,
        undoing=facts.undoing,
        tip_text=tip.offered.text if tip is not None else "",
        me=facts.me,
    )


def act_on(screen: ScanScreen, facts: TaskFacts, then: Callable[[], None]) -> None:
    """Offer what may be done with a task, and with what it is about."""
    target = target_of(facts)
    allowed = facts.about.case.allowed if facts.about.case is not None else frozenset()
    options = _options(deeds_of(target, allowed))
    special = JUMP_BY_KIND.get(facts.task.kind, "")
    if special and not facts.over:
        options.insert(0, Option(special, *JUMPS[special]))
    if facts.case is not None:
        options.append(Option("open", *JUMPS["open"]))

    def chosen(id: str | None) -> None:
        if id and id in BY_ID:
            perform(screen, BY_ID[id], target, lambda words: _said(screen, words, then))
        elif id:
            _jump(screen, id, facts.task, then)

    if options:
        screen.open(Pick(f"{facts.task.label}：怎么处理", options), chosen)
    else:
        screen.say("这里没有可做的", "warn")


def act_on_all(screen: ScanScreen, tasks: list[Task], me: str, then: Callable[[], None]) -> None:
    """Offer what may be done with several tasks at once."""
    target = Target(subject="", tasks=tuple(tasks), me=me)
    deeds = bulk_of(target)
    if not deeds:
        screen.say("选中的有不能一起办的（未收下、数据受损、提示须逐项处理），请先去掉", "bad")
        return

    def chosen(id: str | None) -> None:
        if id:
            perform(screen, BY_ID[id], target, lambda words: _said(screen, words, then))

    screen.open(Pick(f"选中的 {len(tasks)} 项：一起处理", _options(deeds)), chosen)


def _options(deeds: list[Deed]) -> list[Option]:
    return [Option(deed.id, deed.label, deed.note) for deed in deeds]


def perform(screen: AreaScreen, deed: Deed, target: Target, done: Said) -> None:
    """Ask what the act needs, have it confirmed, and do it."""
    desk = screen.desk
    count = f"（{len(target.tasks)} 项）" if len(target.tasks) > 1 else ""

    def answered(answers: tuple[str, ...]) -> None:
        screen.ask(lambda: deed.does(desk, target, answers), lambda _: recorded())

    def recorded() -> None:
        screen.clerk.look_at_line()
        done(f"已登记：{deed.label}{count}")

    ask(screen, deed.label, deed.asks(target), target.words, answered)


def _said(screen: ScanScreen, words: str, then: Callable[[], None]) -> None:
    screen.say(words, "good")
    then()


# what is done on screens of its own

JUMPS = {
    "settle": ("裁定冲突", "两边的操作并排看，决定采用与否"),
    "close": ("差异结案", "写明结果和凭据"),
    "line": ("去同步处理", "改报，或不再报"),
    "write_off": ("核销", "找不回的，写明原因后核销"),
    "open": ("打开办件", "到这一件的详情"),
}
JUMP_BY_KIND = {
    TaskKind.CONFLICT: "settle",
    TaskKind.CUSTODY: "close",
    TaskKind.QUARANTINE: "line",
    TaskKind.DAMAGE: "write_off",
}


def _jump(screen: ScanScreen, id: str, task: Task, then: Callable[[], None]) -> None:
    match id:
        case "settle":
            from screens.cases.disputes import DisputeView

            screen.open(DisputeView(task.subject), lambda _: then())
        case "close":
            _close(screen, task, then)
        case "line":
            screen.clerk.action_area("line")
        case "write_off":
            _write_off(screen, task, then)
        case _:
            open_case(screen, task.subject, then)


def open_case(screen: AreaScreen, number: str, then: Callable[[], None]) -> None:
    """Show a case over this screen."""
    from screens.cases.view import CaseView

    screen.open(CaseView(number), lambda _: then())


def _close(screen: ScanScreen, task: Task, then: Callable[[], None]) -> None:
    """Close the discrepancy the task is about, as 寄递 does."""
    from screens.dispatch.noting import conclude

    desk, wanted = screen.desk, task.key.partition(":")[2]

    def found(all_open: list[Discrepancy]) -> None:
        one = next((d for d in all_open if f"{d.open.entry}/{d.open.number}" == wanted), None)
        if one is None:
            screen.say("这处差异已经结案", "good")
            then()
        else:
            conclude(screen, one, then)

    screen.ask(desk.custody_tasks, found)


def _write_off(screen: ScanScreen, task: Task, then: Callable[[], None]) -> None:
    from screens.asking import sentence

    deed = Deed(
        id="write_off",
        label="核销",
        asks=lambda t: (sentence("原因", "请写明核销的原因"),),
        does=lambda d, t, a: d.write_off(a[0]),
    )
    perform(screen, deed, Target(subject=task.subject, tasks=(task,)), lambda words: _said(screen, words, then))
