"""The commands of who answers for a point, and the answers of windows: names, arguments and help."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from clerk_app.commands.parsing import Parser, counting, day
from clerk_app.domain.supervision import SHARES
from clerk_app.domain.supervision_words import FINDINGS, OUTCOMES, PROCEDURES, TASK_LABELS, TaskKind

Add = Callable[[str, str, str], Parser]
_TASK = "NUMBER/KEY"
_WHICH = "哪几项待办：编号/待办（tasks 列出的 task）"
_MOST_DAYS = 366


def add_task(add: Add) -> None:
    """Add what may be done with tasks of the queue; several at once are done together or not at all."""
    one = add("assign", "转办：请别人办理；须值班主任登录", "supervising:assign")
    _refs(one)
    one.add_argument("--to", required=True, metavar="工号", help="转给谁")
    one.add_argument("--name", default="", metavar="NAME", help="姓名")
    one.add_argument("--reason", default="", metavar="TEXT", help="理由")
    one = add("return", "退回整改：请窗口改正、说明；须值班主任登录", "supervising:send_back")
    _refs(one)
    one.add_argument("--reason", required=True, metavar="TEXT", help="要改正什么，记入流水")
    one.add_argument("--to", default="", metavar="工号", help="由谁改正；不给则窗口上的任何人")
    one.add_argument("--by", type=day, metavar="DATE", help="哪天前答复；不给则两个工作日")
    one = add("conclude", "了结同一类的待办；须值班主任登录", "supervising:conclude")
    _refs(one)
    kinds = (f"{TASK_LABELS[kind]}（{kind}）：{_words(outcomes)}" for kind, outcomes in OUTCOMES.items())
    one.add_argument("--outcome", required=True, metavar="CODE", help=f"结论。{'；'.join(kinds)}")
    one.add_argument("--note", default="", metavar="TEXT", help="说明")
    one = add("answer", "答复退回整改的一项", "supervising:answer_task")
    one.add_argument("task", metavar=_TASK, help="哪一项待办：编号/待办")
    one.add_argument("--text", required=True, metavar="TEXT", help="怎样改正的，或为什么不能")


def _refs(one: Parser) -> None:
    one.add_argument("tasks", nargs="+", metavar=_TASK, help=_WHICH)


def add_supervision(add: Add) -> None:
    """Add the queue, calls, terms, checks after the fact and undoing."""
    one = add("tasks", "列出督办的待办，要紧的在前；须值班主任登录", "supervising:tasks")
    one.add_argument("words", nargs="*", metavar="WORDS", help="编号、事项、部门、申请人等")
    kinds = [kind.value for kind in TaskKind]
    text = f"只列一类，可多次：{_words({k.value: v for k, v in TASK_LABELS.items()})}"
    one.add_argument("--kind", dest="kinds", action="append", choices=kinds, default=[], metavar="KIND", help=text)
    one.add_argument("--mine", action="store_true", help="只列转给本人的和没有转给别人的")
    add("returns", "列出退回本窗口整改、等待答复的，和催办", "supervising:returns")
    one = _case(add("urge", "催办：请部门或窗口抓紧；须值班主任登录", "supervising:urge"))
    one.add_argument("--text", required=True, metavar="TEXT", help="催什么")
    one.add_argument("--to", default="", metavar="NAME", help="催谁；不给则现在办理的部门或服务点")
    one.add_argument("--by", type=day, metavar="DATE", help="哪天前答复；不给则两个工作日")
    one = _case(add("answer-urge", "答复催办", "supervising:answer_urge"))
    one.add_argument("entry", metavar="ENTRY", help="催办那一条的编号，可只写开头")
    one.add_argument("--text", required=True, metavar="TEXT", help="答复")
    _terms(add)
    _checks(add)
    one = add("undo", "撤销：列出可以撤销的，申请撤销，或复核别人的申请；须值班主任登录", "supervising:undo")
    one.add_argument("subject", metavar="NUMBER", help="办件、寄递袋或交接清单的编号")
    one.add_argument("entry", nargs="?", default="", metavar="ENTRY", help="哪一条，可只写开头；不给则列出")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--agree", dest="agrees", action="store_true", default=None, help="同意别人的申请")
    which.add_argument("--disagree", dest="agrees", action="store_false", default=None, help="不同意别人的申请")
    one.add_argument("--reason", default="", metavar="TEXT", help="理由，记入流水")


def _terms(add: Add) -> None:
    one = _case(add("extend", "延长办理期限；须值班主任登录", "supervising:extend"))
    one.add_argument("--days", type=counting(1, _MOST_DAYS), required=True, metavar="N", help="延长几个工作日")
    one.add_argument("--reason", required=True, metavar="TEXT", help="理由，告知申请人")
    one.add_argument("--approved-by", required=True, metavar="NAME", help="批准的行政机关负责人")
    one.add_argument("--basis", default="", metavar="TEXT", help="超过法定天数、再次延长的法律法规依据")
    one = _case(add("suspend", "特别程序开始，暂停计时；须值班主任登录", "supervising:suspend"))
    one.add_argument("procedure", choices=[*PROCEDURES], metavar="PROCEDURE", help=_words(PROCEDURES))
    one.add_argument("--reason", required=True, metavar="TEXT", help="事由，告知申请人")
    one.add_argument("--days", type=counting(1, _MOST_DAYS), metavar="N", help="预计几个工作日，告知申请人")
    _case(add("resume", "特别程序结束，自今天起恢复计时；须值班主任登录", "supervising:resume"))


def _checks(add: Add) -> None:
    one = add("draw", "抽中核查：按风险从受理的办件中抽取；须值班主任登录", "supervising:draw")
    shares = "、".join(f"{share:g}" for share in SHARES)
    one.add_argument("--share", type=_share, default=SHARES[1], metavar="SHARE", help=f"比例：{shares}；默认 0.05")
    one.add_argument("--since", type=day, required=True, metavar="DATE", help="哪天起受理的")
    one.add_argument("--until", type=day, required=True, metavar="DATE", help="到哪天（含当天）")
    one = _case(add("verify", "登记核查结果；须值班主任登录", "supervising:verify"))
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--passed", dest="passed", action="store_true", help="属实")
    which.add_argument("--failed", dest="passed", action="store_false", help="不实")
    one.add_argument("--evidence", required=True, metavar="TEXT", help="凭据：怎样核查的")
    one.add_argument("--material", default="", metavar="MATERIAL", help="不实的材料：编号或名称")
    one.add_argument("--note", default="", metavar="TEXT", help="说明")
    one = add("finding", "记录问题；须值班主任登录", "supervising:finding")
    one.add_argument("subject", metavar="NUMBER", help="办件、寄递袋或交接清单的编号")
    one.add_argument("code", choices=[*FINDINGS], metavar="CODE", help=_words(FINDINGS))
    one.add_argument("--text", required=True, metavar="TEXT", help="问题，记入流水")
    one.add_argument("--about", default="", metavar="NAME", help="哪个窗口或部门")
    one.add_argument("--fix-by", type=day, metavar="DATE", help="哪天前整改；给了即成为待办")
    one = _case(add("mark", "虚假材料记录：存续期间申请人不适用容缺受理；须值班主任登录", "supervising:mark"))
    one.add_argument("--reason", required=True, metavar="TEXT", help="事实")
    one.add_argument("--basis", required=True, metavar="TEXT", help="依据")
    one.add_argument("--material", default="", metavar="MATERIAL", help="哪项材料：编号或名称")
    one.add_argument("--until", type=day, metavar="DATE", help="到哪天为止（含当天）；不给则到撤销为止")


def _case(one: Parser) -> Parser:
    one.add_argument("case", metavar="CASE", help="办件编号")
    return one


def _share(text: str) -> float:
    known = {f"{share:g}": share for share in SHARES}
    if text not in known:
        raise argparse.ArgumentTypeError(f"应为 {'、'.join(known)}，不能是“{text}”")
    return known[text]


def _words(labels: Mapping[str, str]) -> str:
    return "、".join(f"{code} {label}" for code, label in labels.items())
