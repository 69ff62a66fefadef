"""The commands about papers that travel: names, arguments and help."""

from __future__ import annotations

from collections.abc import Callable

from clerk_app.commands.parsing import Parser, counting, day
from clerk_app.domain.custody_bodies import Fault
from clerk_app.domain.custody_words import AGENT_REASONS, FAULT_LABELS

Add = Callable[[str, str, str], Parser]
SCOPES = ("packed", "moving", "arriving", "discrepancy", "all")
_PARCEL = "寄递袋编号或运单号"
_PAPER = "CASE/MATERIAL=N"


def add_custody(add: Add) -> None:
    """Add the commands about what waits, hand-overs, results and discrepancies."""
    one = add("parcels", "列出寄递袋", "parcels:parcels")
    one.add_argument(
        "words", nargs="*", metavar="WORDS", help="袋号、运单号、封签号、去处、现在在谁手里，或袋内办件的编号、申请人"
    )
    text = "packed 已封袋待交接；moving 在途；arriving 寄来本服务点；discrepancy 有差异或冲突；默认 all"
    one.add_argument("--scope", choices=SCOPES, default="all", metavar="SCOPE", help=text)
    _pack(add("pack", "装袋：把一组材料封成一袋；不给参数则列出待装袋的", "parcels:pack"))
    one = add("manifests", "列出交接清单，或看一份", "parcels:manifests")
    one.add_argument("manifest", nargs="?", default="", metavar="NUMBER", help="交接清单编号")
    text = "从文件登记交接（每行一个 JSON 对象：工牌、PIN、扫到的袋、差异），每次交接一行结果"
    one = add("handover", text, "intake:handover")
    one.add_argument("file", metavar="FILE", help="文件；- 为标准输入")
    one = add("where", "材料在谁手里：从窗口收取起的每一手、时间和签收", "parcels:where")
    one.add_argument("what", metavar="PAPER|CASE|BAG", help="办件编号、办件编号/材料（编号或名称）、寄递袋编号或运单号")
    _results(add)
    _discrepancies(add)


def _pack(one: Parser) -> None:
    one.add_argument("--to", default="", metavar="NAME|CODE", help="送往哪里：部门或服务点的名称或代码")
    one.add_argument(
        "--case", dest="cases", action="append", default=[], metavar="CASE", help="只装这一件，可多次；不给则装整组"
    )
    one.add_argument("--applicant", default="", metavar="CASE", help="把这一件的办理结果寄给申请人")
    one.add_argument("--seal", default="", metavar="SEAL", help="封签号")
    one.add_argument("--waybill", default="", metavar="WAYBILL", help="运单号")
    one.add_argument("--carrier", default="", metavar="CARRIER", help="承运：ems、manual；不给则由市内揽收员送")
    one.add_argument("--note", default="", metavar="TEXT", help="说明")


def _results(add: Add) -> None:
    add("results", "列出已到本服务点、待领取或寄出的办理结果", "results:results")
    one = add("result-arrived", "登记办理结果到达本服务点（不是随寄递袋来的）", "results:arrived")
    one.add_argument("case", metavar="CASE", help="办件编号")
    one.add_argument("--document", default="", metavar="NUMBER", help="文书编号")
    one.add_argument("--note", default="", metavar="TEXT", help="说明")
    one = add("deliver", "送达：把办理结果当面交给申请人或代领人", "results:deliver")
    one.add_argument("case", metavar="CASE", help="办件编号")
    one.add_argument("--document", default="", metavar="NUMBER", help="文书编号")
    one.add_argument("--id-number", default="", metavar="NUMBER", help="领取人出示的证件号码；只遮盖后记入流水")
    one.add_argument("--id-kind", default="", metavar="KIND", help="证件类型，默认与申请人登记的相同")
    one.add_argument("--agent", default="", metavar="NAME", help="代领人姓名")
    reasons = "、".join(f"{code} {label}" for code, label in AGENT_REASONS.items())
    one.add_argument(
        "--why", dest="agent_reason", choices=[*AGENT_REASONS], default="", metavar="WHY", help=f"代领原因：{reasons}"
    )
    one.add_argument("--agent-note", default="", metavar="TEXT", help="代领的说明")


def _discrepancies(add: Add) -> None:
    add("discrepancies", "列出待处理的差异：短少、破损、封签破损、应交未见等", "parcels:discrepancies")
    one = add("note-discrepancy", "对寄递袋或交接清单登记一项差异", "parcels:note_discrepancy")
    one.add_argument("subject", metavar="NUMBER", help="寄递袋或交接清单的编号")
    faults = "、".join(f"{fault.value} {label}" for fault, label in FAULT_LABELS.items())
    one.add_argument("fault", choices=[fault.value for fault in Fault], metavar="FAULT", help=faults)
    which = one.add_mutually_exclusive_group()
    which.add_argument("--paper", default="", metavar=_PAPER, help="袋内哪项材料、几份")
    which.add_argument("--parcel", default="", metavar="PARCEL", help="交接清单上哪一袋")
    one.add_argument("--note", required=True, metavar="TEXT", help="情况，记入流水")
    one = add("close-discrepancy", "差异结案；须值班主任登录", "parcels:close_discrepancy")
    one.add_argument("entry", metavar="ENTRY", help="那一项所在流水的编号（discrepancies 列出的 entry），可只写开头")
    one.add_argument("--number", type=counting(1, 10_000), default=0, metavar="N", help="那一条里的第几项")
    one.add_argument("--outcome", required=True, metavar="TEXT", help="结果，记入流水")
    one.add_argument("--evidence", required=True, metavar="TEXT", help="凭据，记入流水")
    one.add_argument("--lost", action="store_true", help="没有找到，按遗失结案")


def add_parcel(add: Add) -> None:
    """Add what may be done with one bag."""
    one = add("show", "看一个寄递袋：袋内清单、经手、差异", "parcels:show")
    one.add_argument("parcel", metavar="PARCEL", help=_PARCEL)
    one = add("unseal", "拆袋：还没有交出的，材料回到本服务点", "parcels:unseal")
    one.add_argument("parcel", metavar="PARCEL", help=_PARCEL)
    one.add_argument("--reason", required=True, metavar="TEXT", help="原因，记入流水")
    one = add("waybill", "登记或更换运单号", "parcels:waybill")
    one.add_argument("parcel", metavar="PARCEL", help=_PARCEL)
    one.add_argument("waybill", metavar="WAYBILL", help="运单号")
    one.add_argument("--carrier", default="ems", metavar="CARRIER", help="承运：ems、manual；默认 ems")
    one = add("ask-pickup", "约揽收", "parcels:ask_pickup")
    one.add_argument("parcel", metavar="PARCEL", help=_PARCEL)
    one.add_argument("--on", type=day, required=True, metavar="DATE", help="哪一天")
    one.add_argument("--between", default="", metavar="TIME", help="时段，如 14:00-16:00")
    one = add("cancel-pickup", "取消揽收", "parcels:cancel_pickup")
    one.add_argument("parcel", metavar="PARCEL", help=_PARCEL)
    one.add_argument("--reason", default="", metavar="TEXT", help="原因")
    one = add("receive", "签收寄到本服务点的袋；与清单不符的同时登记差异", "parcels:receive")
    one.add_argument("parcel", metavar="PARCEL", help=_PARCEL)
    for name, what in (("short", "短少"), ("damaged", "破损"), ("extra", "多出")):
        text = f"{what}的材料和份数，可多次；不写份数即全部"
        one.add_argument(f"--{name}", action="append", default=[], metavar=_PAPER, help=text)
    one.add_argument("--note", default="", metavar="TEXT", help="差异的情况；有差异时须写")
    one.add_argument("--broken", action="store_true", help="封签破损")
    one.add_argument("--returned", action="store_true", help="退回的袋")
