"""送达回执: what was handed out, to whom, how their identity was looked at, and who signed for it."""

from __future__ import annotations

from clerk_app.domain.bodies import Delivered
from clerk_app.domain.custody_words import AGENT_REASONS, CARRIER_LABELS, WAY_LABELS
from clerk_app.domain.leaf_labels import WORDS
from clerk_app.domain.people import mask_number, mask_phone
from clerk_app.paper.blocks import Block, Fields, Paper, Signer, Text
from clerk_app.paper.common import HALF_ROW, Pair, both_keep, paper, signatures
from clerk_app.paper.context import PaperContext, PaperNotReady
from clerk_app.paper.words import day

TITLE = "送达回执"
BLANK = "　"
"""Left free to be written on."""
ON_PAPER, ON_SCREEN = "paper", "screen"
POST, ELECTRONIC = "post", "electronic"


def delivery(context: PaperContext) -> Paper:
    """Return the receipt for a result that was delivered."""
    delivered = context.case.delivered
    if delivered is None:
        raise PaperNotReady("本件尚未送达，不能出具《送达回执》。")
    blocks: list[Block] = [
        Fields(rows=(*_what(context, delivered), *_how(context, delivered), *_taker(delivered), (("备注", BLANK),))),
        Text(text=_explanation(delivered), size=10, gap=2.0, keep=True),
        signatures(_window(context, delivered), _signed(context, delivered)),
        *_copies(delivered),
    ]
    return paper(context, TITLE, "送", delivered.on, blocks)


def _what(context: PaperContext, delivered: Delivered) -> tuple[tuple[Pair, ...], ...]:
    case, decided = context.case, context.case.decided
    name = context.item.result if context.item is not None and context.item.result else "办理结果"
    outcome = WORDS["outcome"].get(decided.outcome, decided.outcome) if decided else ""
    document = delivered.document or (decided.document if decided else "")
    return (
        *_beside(("受送达人", case.applicant.name), ("联系电话", mask_phone(case.applicant.phone))),
        (("事项名称", case.item.name),),
        (("实施主体", case.item.department.name),),
        *_beside(("文件名称", f"{name}（{outcome}）" if outcome else name), ("文号", document)),
    )


def _how(context: PaperContext, delivered: Delivered) -> tuple[tuple[Pair, ...], ...]:
    here = f"{context.point_name}（窗口 {context.window}）" if delivered.how not in {POST, ELECTRONIC} else ""
    return (
        (("送达方式", WAY_LABELS.get(delivered.how, delivered.how)), ("送达日期", day(delivered.on))),
        *_beside(("送达地点", delivered.place or here), ("送达人", _by(context, delivered))),
        *_post(delivered),
    )


def _post(delivered: Delivered) -> tuple[tuple[Pair, ...], ...]:
    if not delivered.waybill and not delivered.carrier:
        return ()
    carrier = CARRIER_LABELS.get(delivered.carrier, delivered.carrier)
    return _beside(("运单号", delivered.waybill), ("承运企业", carrier))


def _taker(delivered: Delivered) -> tuple[tuple[Pair, ...], ...]:
    """Return who took it, what document they showed, and why somebody else did; the number is masked once more (rule 15)."""
    rows: list[tuple[Pair, ...]] = [(("收件人", delivered.to),)]
    if delivered.id_kind or delivered.id_number_masked:
        rows.append((("身份核验", _identity(delivered)),))
    elif delivered.how not in {POST, ELECTRONIC}:
        rows.append((("身份核验", "（未登记）"),))
    if delivered.agent:
        rows.extend(_beside(("代收人", delivered.agent), ("代收原因", agent_words(delivered))))
    return tuple(rows)


def _identity(delivered: Delivered) -> str:
    kind = WORDS["id_kind"].get(delivered.id_kind, delivered.id_kind) or "证件"
    number = delivered.id_number_masked
    shown = number if "*" in number else mask_number(number)
    return f"已核对{kind}　{shown}" if shown else f"已核对{kind}"


def agent_words(delivered: Delivered) -> str:
    """Return why another took it: the reason's word, and what was said of it."""
    word = AGENT_REASONS.get(delivered.agent_reason_code, delivered.agent_reason_code)
    if delivered.agent_reason_code == "other" and delivered.agent_reason:
        word = ""
    return "：".join(text for text in (word, delivered.agent_reason) if text)


def _beside(left: Pair, right: Pair) -> tuple[tuple[Pair, ...], ...]:
    """Return two pairs side by side, each in a row of its own where one is long."""
    longest = max(len(left[1]), len(right[1]))
    return ((left, right),) if longest <= HALF_ROW else ((left,), (right,))


def _by(context: PaperContext, delivered: Delivered) -> str:
    return delivered.by or context.clerk_name


def _explanation(delivered: Delivered) -> str:
    if delivered.how == POST:
        return "邮寄送达的，以承运企业回执上注明的收件日期为送达日期；承运企业的签收记录与本回执一并归档。"
    if delivered.how == ELECTRONIC:
        return "电子送达的，以送达信息到达受送达人特定系统的日期为送达日期。"
    if delivered.agent:
        return "代收人应当出示本人有效身份证件，写明代收原因，并及时转交受送达人；代收人签收的日期为送达日期。"
    return "受送达人在本回执上注明的签收日期为送达日期。"


def _window(context: PaperContext, delivered: Delivered) -> Signer:
    by = f"送达人：{_by(context, delivered)}（窗口 {context.window}）"
    return Signer(title="送达窗口", lines=(by, f"日期：{day(delivered.on)}"), seal="（业务专用章）")


def _signed(context: PaperContext, delivered: Delivered) -> Signer:
    """Return the cell of whoever took it: to be signed, or what stands in place of a signature."""
    if delivered.how == POST:
        said = delivered.signed or "（承运企业尚未反馈签收情况）"
        return Signer(title="承运企业签收记录", lines=(f"签收情况：{said}", f"日期：{day(delivered.on)}"))
    if delivered.how == ELECTRONIC:
        return Signer(title="电子送达", lines=("受送达人已通过电子方式接收。", f"日期：{day(delivered.on)}"))
    who = f"代收人：{delivered.agent}" if delivered.agent else f"收件人：{delivered.to}"
    title = "代收人签收" if delivered.agent else "收件人签收"
    if delivered.signed == ON_SCREEN:
        return Signer(title=title, lines=(who, "签名：已在窗口屏幕上签名", f"日期：{day(delivered.on)}"))
    return Signer(title=title, lines=(who, "签名：", "日期：　　　　年　　月　　日"))


def _copies(delivered: Delivered) -> list[Text]:
    return [] if delivered.how in {POST, ELECTRONIC} else [both_keep("回执", "送达窗口")]
