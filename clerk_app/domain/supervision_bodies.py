"""What each kind of entry of a supervisor's desk says: tasks, calls, extensions, checks after the fact, marks, ratings, tips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.deadlines import DueDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """``case.extended`` (延长办理期限, 行政许可法 §42): the days a case may take are more, once, on the organ head's approval."""

    on: date
    days: int
    """Working days that are added."""
    reason: str
    approved_by: str
    """Who approved it: a 行政机关负责人."""
    promised_due: DueDay | None = None
    statutory_due: DueDay | None = None
    basis: str = ""
    """The law that allows more than ``supervision_acts.EXTENSION_DAYS``; empty: none is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urged:
    """``case.urged`` (催办): whoever has the case is called on to go on with it."""

    to: str
    """The department or the point, in words."""
    text: str
    answer_by: DueDay


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgeAnswered:
    """``case.urge_answered``: what they say."""

    entry: str
    """The id of the ``case.urged``."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssigned:
    """``task.assigned`` (转办): somebody else sees to a task."""

    task: str
    to: str
    """The number of a supervisor or clerk."""
    to_name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSentBack:
    """``task.sent_back`` (退回整改): the window is to put right what a task shows."""

    task: str
    to: str
    """The number of a clerk; empty: whoever is at the window."""
    reason: str
    by: DueDay


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswered:
    """``task.answered`` (整改答复): it is put right, or why it cannot be."""

    task: str
    entry: str
    """The id of the ``task.sent_back`` that is answered."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskConcluded:
    """``task.concluded`` (督办结论): a task is at its end; ``outcome`` is one of its kind's (``supervision_words.OUTCOMES``)."""

    task: str
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationDrawn:
    """``verification.drawn`` (抽中核查): trust first, verify later; a reader can draw again and finds the same.

    A case is drawn where ``supervision.lot(seed, number)`` lies under ``share`` times ``risk``.
    """

    batch: str
    """Of the draw, over many cases at once."""
    seed: str
    """16 random bytes in hex, made when the draw was begun."""
    risk: int
    """The weight of this case, 1 at least (``supervision.risk_of``)."""
    share: float
    """Of cases of weight 1 that are drawn, from 0 to 1."""
    population: int
    """How many cases stood in the draw."""
    digest: str
    """SHA-256, in hex, over their numbers in order, each with its weight (``supervision.digest_of``)."""
    due: DueDay
    why: tuple[str, ...] = ()
    """Codes of what makes the weight (``supervision_words.RISK_LABELS``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationDone:
    """``verification.done`` (核查结果)."""

    passed: bool
    evidence: str
    """How it was found out."""
    material: str = ""
    """The paper that is not true; empty where all are."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecorded:
    """``finding.recorded`` (记录问题): something is wrong that no task shows."""

    code: str
    """Of ``supervision_words.FINDINGS``."""
    text: str
    about: str = ""
    """The window or the department it is about, in words."""
    fix_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAdded:
    """``mark.added`` (虚假材料记录): the applicant handed in a false paper; while it stands there is no 容缺受理 (rule 4)."""

    reason: str
    basis: str
    material: str = ""
    name: str = ""
    until: date | None = None
    """The last day it stands; ``None``: until it is struck out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoAsked:
    """``act.undo_asked`` (申请撤销): one supervisor asks that an act of another one be undone; of their own, it is."""

    entry: str
    task: str
    """What the act is about, as ``oversight.task_of_act`` names it: who undoes it writes the same facet."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """``act.undone`` (复核撤销): a second supervisor agrees, or does not (four eyes)."""

    ask: str
    """The id of the ``act.undo_asked``."""
    task: str
    agrees: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingGiven:
    """``rating.given`` (好差评): what the applicant chose, from 1 非常不满意 to 5 非常满意 (国办发〔2019〕51号)."""

    level: int
    tags: tuple[str, ...] = ()
    """Codes of ``supervision_words.RATING_TAGS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TipOffered:
    """``tip.offered`` (办事提示): where to get a material, what the office really asks for."""

    item: str
    item_name: str
    material: str
    material_name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TipDecided:
    """``tip.approved``, ``tip.declined`` and ``tip.withdrawn``; ``text`` is what is printed, where it was put better."""

    text: str = ""
    reason: str = ""
