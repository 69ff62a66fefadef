"""What tasks, outcomes, findings, risks and ratings are called, and what the entries of a supervisor's desk say in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from clerk_app.domain import supervision_bodies as sb


class TaskKind(StrEnum):
    """What a supervisor has to see to; the value begins the task's key, and the order is that of what matters most."""

    CONFLICT = "conflict"
    """两个窗口同时办理, 结果不能并存."""
    DEEMED = "deemed"
    """收件后未按期告知, 依法视为受理 (行政许可法 §32(4))."""
    CLOCK = "clock"
    """承诺、法定、告知期限临近或超期."""
    DEBT = "debt"
    """容缺材料临近或逾期."""
    QUARANTINE = "quarantine"
    """中心没有收下的流水."""
    CUSTODY = "custody"
    """交接差异."""
    FAILED = "failed"
    """核查不实."""
    VERIFY = "verify"
    """待核查."""
    BREACH = "breach"
    """第二次告知了首次就能告知的."""
    DECLINED = "declined"
    """不予受理复核."""
    VISITS = "visits"
    """到现场次数超过上限."""
    UNANSWERED = "unanswered"
    """催办、整改到期未答复."""
    UNDO = "undo"
    """申请撤销他人的结论, 待第二人复核."""
    RATING = "rating"
    """低分评价."""
    TIP = "tip"
    """办事提示待审."""
    DAMAGE = "damage"
    """窗口数据受损."""
    FINDING = "finding"
    """记录的问题到期未整改."""


TASK_LABELS: Mapping[TaskKind, str] = {
    TaskKind.CONFLICT: "冲突",
    TaskKind.DEEMED: "逾期未告知",
    TaskKind.CLOCK: "时限",
    TaskKind.DEBT: "容缺到期",
    TaskKind.QUARANTINE: "未收下",
    TaskKind.CUSTODY: "交接差异",
    TaskKind.FAILED: "核查不实",
    TaskKind.VERIFY: "待核查",
    TaskKind.BREACH: "二次告知",
    TaskKind.DECLINED: "拒收复核",
    TaskKind.VISITS: "超次到场",
    TaskKind.UNANSWERED: "逾期未答",
    TaskKind.UNDO: "撤销复核",
    TaskKind.RATING: "差评",
    TaskKind.TIP: "提示待审",
    TaskKind.DAMAGE: "数据受损",
    TaskKind.FINDING: "问题整改",
}
_REVIEWED = {"upheld": "属实，计入差错", "explained": "有正当理由", "guide": "指南有误，转请修订"}
OUTCOMES: Mapping[TaskKind, Mapping[str, str]] = {
    TaskKind.DEEMED: _REVIEWED,
    TaskKind.BREACH: _REVIEWED,
    TaskKind.VISITS: _REVIEWED,
    TaskKind.DECLINED: {"founded": "理由成立", "unfounded": "理由不成立，应予受理", "guide": "指南有误，转请修订"},
    TaskKind.FAILED: {"marked": "已记录虚假材料", "cured": "已补正", "explained": "有正当理由"},
    TaskKind.RATING: {"contacted": "已回访整改", "unfounded": "经核实与服务无关"},
    TaskKind.FINDING: {"cured": "已整改", "explained": "有正当理由"},
}
"""督办结论 by kind; a kind that is not named ends by what it is about: a conflict is settled, a bag's discrepancy closed."""
FINDINGS: Mapping[str, str] = {
    "told-twice": "没有一次性告知",
    "asked-too-much": "要求清单以外的材料",
    "refused": "无理由拒收",
    "late": "办理拖延",
    "custody": "材料保管不当",
    "privacy": "个人信息保护不当",
    "attitude": "服务态度",
    "guide": "指南有误",
    "other": "其他",
}
"""效能监察: what a finding is about, by its code."""
PROCEDURES: Mapping[str, str] = {
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert-review": "专家评审",
    "site": "现场踏勘",
    "publicity": "公示",
    "other": "其他特别程序",
}
"""特别程序 by its code; those of ``BY_LAW`` are the ones 行政许可法 §45 names, the others rest on the item's own rules."""
BY_LAW = frozenset(
    {"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review"}
)
RISK_LABELS: Mapping[str, str] = {
    "provisional": "容缺受理",
    "evidence": "沿用已核验材料",
    "copies": "只收复印件",
    "electronic": "电子材料",
    "deemed": "视为受理",
    "fast": "当场受理",
}
"""What makes a case weigh more in a draw."""
RATING_LABELS: Mapping[int, str] = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""好差评五级 (国办发〔2019〕51号)."""
RATING_TAGS: Mapping[str, str] = {
    "slow": "等候或办理时间长",
    "told-badly": "一次没有说清",
    "attitude": "服务态度",
    "many-visits": "跑的次数多",
    "place": "场所设施",
    "other": "其他",
}
LOW = 2
"""Ratings up to this one are a task."""


RULES: Mapping[TaskKind, str] = {
    TaskKind.CONFLICT: "同一事项上两笔不能并存的登记，须由值班主任裁定",
    TaskKind.DEEMED: "行政许可法第三十二条第一款第（四）项：逾期不告知的，自收到申请材料之日起即为受理",
    TaskKind.CLOCK: "行政许可法第三十二条、第四十二条和本事项承诺时限",
    TaskKind.DEBT: "容缺受理承诺：逾期未补的退件",
    TaskKind.QUARANTINE: "中心没有收下的登记，须改报或不再报",
    TaskKind.CUSTODY: "交接清单一次封定，差异逐条结案",
    TaskKind.FAILED: "核查不实的，依法处理并记录",
    TaskKind.VERIFY: "先信后核：抽中的办件限期核查",
    TaskKind.BREACH: "行政许可法第三十二条第一款第（四）项：应当一次告知需要补正的全部内容",
    TaskKind.DECLINED: "不予受理须有法定理由，逐件复核",
    TaskKind.VISITS: "到现场次数不得超过事项公布的上限",
    TaskKind.UNANSWERED: "催办须按期答复",
    TaskKind.UNDO: "撤销他人的结论须由第二人复核",
    TaskKind.RATING: "国办发〔2019〕51号：差评须回访整改",
    TaskKind.TIP: "办事提示经审核后印在一次性告知书上",
    TaskKind.DAMAGE: "窗口数据受损，须找回或核销",
    TaskKind.FINDING: "记录的问题须按期整改",
}
"""What each kind of task goes by."""


def task_kind(task: str) -> TaskKind | None:
    """Return the kind of a task by its key, or ``None`` where there is no such kind."""
    try:
        return TaskKind(task.partition(":")[0])
    except ValueError:
        return None


def task_words(task: str) -> str:
    """Return what a task is called."""
    kind = task_kind(task)
    return TASK_LABELS[kind] if kind is not None else task


def outcome_words(task: str, outcome: str) -> str:
    """Return what an outcome of a task is called."""
    kind = task_kind(task)
    return OUTCOMES.get(kind, {}).get(outcome, outcome) if kind is not None else outcome


def procedure_words(code: str) -> str:
    """Return what a special procedure is called."""
    return PROCEDURES.get(code, code) or PROCEDURES["other"]


def _reasoned(words: str, reason: str) -> str:
    return words + (f"：{reason}" if reason else "")


HEADS: dict[type[Any], Callable[[Any], str]] = {
    sb.Extended: lambda x: _reasoned(
        f"延长 {x.days} 个工作日" + (f"，承诺 {x.promised_due} 前办结" if x.promised_due else ""), x.reason
    ),
    sb.Urged: lambda x: f"{x.to}：{x.text}（{x.answer_by} 前答复）",
    sb.UrgeAnswered: lambda x: x.text,
    sb.TaskAssigned: lambda x: _reasoned(f"“{task_words(x.task)}”转 {x.to_name or x.to}", x.reason),
    sb.TaskSentBack: lambda x: _reasoned(f"“{task_words(x.task)}”退回，{x.by} 前整改", x.reason),
    sb.TaskAnswered: lambda x: _reasoned(f"“{task_words(x.task)}”", x.text),
    sb.TaskConcluded: lambda x: _reasoned(f"“{task_words(x.task)}”{outcome_words(x.task, x.outcome)}", x.note),
    sb.VerificationDrawn: lambda x: (
        f"{x.population} 件中抽取，权重 {x.risk}，{x.due} 前核查"
        + (f"（{'、'.join(RISK_LABELS.get(w, w) for w in x.why)}）" if x.why else "")
    ),
    sb.VerificationDone: lambda x: _reasoned("属实" if x.passed else "不实", x.note or x.evidence),
    sb.FindingRecorded: lambda x: _reasoned(
        FINDINGS.get(x.code, x.code) + (f"（{x.about}）" if x.about else ""), x.text
    ),
    sb.MarkAdded: lambda x: _reasoned(x.name or "虚假材料", x.reason),
    sb.UndoAsked: lambda x: _reasoned(f"撤销“{task_words(x.task)}”的处理", x.reason),
    sb.Undone: lambda x: _reasoned("同意撤销" if x.agrees else "不同意撤销", x.reason),
    sb.RatingGiven: lambda x: "已评价",
    sb.TipOffered: lambda x: f"{x.material_name}：{x.text}",
    sb.TipDecided: lambda x: x.text or x.reason,
}
"""What an entry says; of a rating only that it was given: levels are shown in sums alone."""
