"""What a window says to its supervisor and of its service: answers to what was sent back, ratings, tips; and a supervisor's acts on a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.binding import BindingType

from clerk_app.domain.case import Case
from clerk_app.domain.kinds import About
from clerk_app.domain.supervision_words import LOW, RATING_LABELS, RATING_TAGS, TaskKind, task_words
from clerk_app.domain.tips import MAX_TEXT
from screens.base import AreaScreen
from screens.dialogs import Choose, Option, Prompt, required
from screens.keymap import key
from screens.scan_dialogs import Pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.docket_tasks import Task
    from screens.cases.facts import CaseFacts

KEYS: list[BindingType] = [
    key("case.answer", "y", "answer", "答复", "答复退回整改的事，或催办"),
    key("case.rate", "r", "rate", "评价", "请申请人评价：一键选定，五级"),
    key("case.tip", "m", "tip", "写提示", "给一份材料写办事提示：到哪里办、实际要什么", show=False),
    key("case.oversee", "g", "oversee", "督办", "值班主任对这一件的处理：催办、延长、记录问题等"),
]
DONE = "no-more"


class CaseOversight(AreaScreen):
    """The part of a case's screen that has these keys."""

    number: str
    facts: CaseFacts | None

    def may_oversee(self, action: str) -> bool | None:
        """Whether one of these keys does something now; ``None``: it is none of these."""
        facts = self.facts
        match action:
            case "answer":
                return facts is not None and bool(waiting(facts.case))
            case "rate":
                return facts is not None and not facts.case.oversight.ratings
            case "tip":
                return facts is not None and bool(facts.case.checklist)
            case "oversee":
                return facts is not None and "record_finding" in facts.allowed
        return None

    def action_answer(self) -> None:
        """Answer what was sent back, or a call."""
        if self.facts is None:
            return
        found = waiting(self.facts.case)
        number = self.number
        options = [Option(str(n), label, asked) for n, (label, asked, _) in enumerate(found)]

        def chosen(at: str | None) -> None:
            if at:
                label, asked, (kind, name) = found[int(at)]
                answer(self, number, kind, name, f"{label}\n{asked}", self.recorded)

        if len(found) == 1:
            chosen("0")
        elif found:
            self.open(Choose("答复哪一项", options), chosen)

    def action_rate(self) -> None:
        """Take down what the applicant chose."""
        rate(self, self.number, self.recorded)

    def action_tip(self) -> None:
        """Ask which material, and what is to be known of it."""
        if self.facts is None:
            return
        case = self.facts.case

        def chosen(material: str | None) -> None:
            line = case.material(material) if material else None
            if line is not None:
                offer_tip(self, case.item.code, line.id, line.name)

        self.open(Choose("给哪一份材料写提示", [Option(m.id, m.name) for m in case.checklist]), chosen)

    def action_oversee(self) -> None:
        """Offer what a supervisor may do with the case."""
        from screens.supervision.acting import perform
        from screens.supervision.deeds import BY_ID, Target, deeds_of

        facts, desk = self.facts, self.desk
        if facts is None:
            return

        def offer(undoable: list[tuple[str, str]]) -> None:
            target = Target(subject=facts.case.number, case=facts.case, undoable=undoable, me=desk.person.number)
            options = [Option(deed.id, deed.label, deed.note) for deed in deeds_of(target, facts.allowed)]

            def chosen(id: str | None) -> None:
                if id:
                    perform(self, BY_ID[id], target, self.recorded)

            self.open(Pick("督办：怎么处理", options), chosen)

        self.ask(lambda: desk.undoable(facts.case.number), offer)

    def recorded(self, words: str) -> None:
        """Say what was recorded, and show it."""
        raise NotImplementedError


def waiting(case: Case) -> list[tuple[str, str, tuple[str, str]]]:
    """Return what waits for an answer: its name, what is asked, and the answer's kind with the task or the call."""
    seen = case.oversight
    sent = {s.said.task: s for s in seen.sent_back}
    found = [
        (f"整改：{task_words(task)}", f"{s.said.reason}（{s.said.by} 前）", ("task", task))
        for task, s in sent.items()
        if seen.answer(task) is None and seen.conclusion(task) is None
    ]
    found += [
        (f"催办：{u.said.to}", f"{u.said.text}（{u.said.answer_by} 前）", ("urge", u.by.entry))
        for u in seen.urged
        if not u.undone and seen.urge_answer(u.by.entry) is None
    ]
    return found


def answer(screen: AreaScreen, number: str, kind: str, name: str, words: str, then: Callable[[str], None]) -> None:
    """Ask for the answer to a task that was sent back, or to a call, and record it."""
    desk = screen.desk

    def worded(text: str | None) -> None:
        if not text:
            return
        if kind == "urge":
            screen.ask(lambda: desk.answer_urge(number, name, text), lambda _: then("已答复催办"))
        else:
            screen.ask(lambda: desk.answer_task(number, name, text), lambda _: then("已答复整改"))

    screen.open(Prompt("答复", "答复", words=words, check=required("请写明答复的内容")), worded)


def answer_bag(screen: AreaScreen, task: Task, then: Callable[[str], None]) -> None:
    """Answer what was sent back of a bag or a hand-over, which has no screen of its own for it."""
    answer(screen, task.subject, "task", task.key, f"{task.label}　{task.subject}\n{task.title}　{task.note}", then)


def is_call(task: Task) -> bool:
    """Whether a task that waits at the window is a call to be answered, and not something sent back."""
    return task.kind is TaskKind.UNANSWERED and task.about is About.CASE and task.state != "sent"


def rate(screen: AreaScreen, number: str, then: Callable[[str], None]) -> None:
    """Have the applicant choose one of five, and, where it is a low one, what it is about; no more is asked."""
    desk = screen.desk
    levels = [Option(str(level), RATING_LABELS[level]) for level in sorted(RATING_LABELS)]

    def tagged(level: int, tags: Sequence[str]) -> None:
        screen.ask(lambda: desk.rate(number, level, tags), lambda _: then("评价已记录，谢谢"))

    def ask_tag(level: int, tags: tuple[str, ...]) -> None:
        rest = [Option(code, words) for code, words in RATING_TAGS.items() if code not in tags]
        options = [*rest, Option(DONE, "就这些" if tags else "不说明")]

        def chosen(tag: str | None) -> None:
            if tag is None or tag == DONE:
                tagged(level, tags)
            else:
                ask_tag(level, (*tags, tag))

        screen.open(Choose("哪方面不满意（申请人自愿选）", options), chosen)

    def chosen(level: str | None) -> None:
        if level and int(level) <= LOW:
            ask_tag(int(level), ())
        elif level:
            tagged(int(level), ())

    screen.open(Choose("请申请人评价", levels), chosen)


def offer_tip(screen: AreaScreen, item: str, material: str, name: str) -> None:
    """Ask what is to be known of a material, and hand it to the supervisor."""
    desk = screen.desk

    def worded(text: str | None) -> None:
        if text:
            screen.ask(lambda: desk.offer_tip(item, material, text), lambda _: told())

    def told() -> None:
        screen.clerk.look_at_line()
        screen.app.notify("提示已交值班主任审核", markup=False)

    words = "到哪里办、实际要什么。值班主任审核后，印在各服务点的一次性告知书上；不写任何人的信息。"
    prompt = Prompt(f"{name}：办事提示", "提示", words=words, check=required("请写明提示的内容"), max_length=MAX_TEXT)
    screen.open(prompt, worded)
