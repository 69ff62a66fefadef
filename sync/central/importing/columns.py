"""Which column of a department's list is what: header names, in Chinese and in the exchange tables' own."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_NAMES = {
    "serial": "序号 编号 项目编号 事项序号",
    "item_name": (
        "事项名称 事项 政务服务事项 政务服务事项名称 服务事项 服务事项名称 办理事项 办理事项名称 审批事项 审批事项名称"
        " 实施事项名称 业务名称 业务办理项名称 办理项名称 TASK_NAME ITEM_NAME 名称 name"
    ),
    "item_code": (
        "业务办理项编码 事项编码 实施编码 实施清单编码 事项代码 事项实施编码 实施事项编码 办理项编码 ITEM_CODE TASK_CODE code"
    ),
    "department": (
        "受理部门 实施主体 实施主体名称 部门 部门名称 实施部门 责任部门 主管部门 审批部门 实施机关 承办单位 办理部门 受理单位"
        " 牵头部门 行使主体 DEPT_NAME DEPARTMENT"
    ),
    "department_code": (
        "实施主体编码 实施主体代码 部门编码 部门代码 统一社会信用代码 DEPT_CODE TONGYI_CODE department_code"
    ),
    "promised": (
        "承诺日期 承诺时限 承诺办结时限 承诺期限 承诺办理时限 承诺时间 承诺天数 承诺工作日 承诺办结时间 办结时限 办理时限 PROMISE_DAY"
    ),
    "promised_unit": "承诺办结时限单位 承诺时限单位 承诺单位 PROMISE_TYPE PROMISE_TYPE_TEXT",
    "statutory": "法定时限 法定办结时限 法定期限 法定日期 法定办理时限 法定时间 法定天数 ANTICIPATE_DAY",
    "statutory_unit": "法定办结时限单位 法定时限单位 法定单位 ANTICIPATE_TYPE ANTICIPATE_TYPE_TEXT",
    "handling": "办件类型 PROJECT_TYPE_TEXT PROJECT_TYPE",
    "kind": "事项类型 事项类别 task_type TASK_TYPE@gdzwfw",
    "level": "行使层级 USE_LEVEL",
    "review": "审查类型",
    "visits": "到现场次数 到办事现场次数 到现场办理次数 现场次数 LIMIT_SCENE_NUM",
    "visits_reason": "必须现场办理原因说明 必须现场办理原因 现场办理原因说明 LIMIT_SCENE_EXPLAIN",
    "depth": "网上办理深度 网办深度 WBSD_LEVEL ONLINE_HANDLE_DEPTH",
    "online": "是否网办 是否网上办理 IS_ONLINE",
    "online_pay": "网上支付 是否支持网上支付 是否网上支付 IS_ONLINE_PAY",
    "channels": "办理形式 HANDLE_TYPE",
    "subjects": "服务对象 面向对象 SERVE_TYPE",
    "provisional": "是否容缺受理 容缺受理 IS_ABSENCE_ACCEPT",
    "express": "是否支持物流快递 物流快递 IS_EXPRESS",
    "is_fee": "是否收费 IS_FEE",
    "fee": "收费标准 收费情况 收费",
    "fee_basis": "收费依据 FEE_BASIS",
    "basis": "设定依据 法定依据 法律依据 办理依据",
    "result": "结果名称 审批结果名称 办理结果 RESULT_NAME",
    "conclusion": "办结类型 办结方式",
    "theme": "主题 主题分类 业务领域 领域",
    "address": "办理地点 办理地址 TRANSACT_ADDR",
    "hours": "办理时间 TRANSACT_TIME",
    "phone": "咨询电话 咨询方式 联系电话 LINK_WAY",
    "complaint_phone": "监督电话 投诉电话 监督投诉电话 监督投诉方式 SUPERVISE_WAY",
    "review_body": "行政复议机关 复议机关 行政复议部门",
    "court": "行政诉讼法院 行政诉讼机关 行政诉讼管辖法院 管辖法院",
    "version": "版本 版本号 事项版本 事项版本号 实施清单版本 TASK_VERSION VERSION",
    "effective_from": (
        "启用日期 启用时间 生效日期 生效时间 计划生效日期 计划生效时间 实施日期 PLAN_EFFECTIVE_DATE effective_from"
    ),
    "effective_until": (
        "停用日期 停用时间 取消日期 取消时间 失效日期 失效时间 计划取消日期 计划取消时间 废止日期 PLAN_CANCEL_DATE"
        " effective_until"
    ),
    "material": (
        "材料 材料名称 申请材料 申请材料名称 申报材料 申报材料名称 所需材料 所需申请材料 办理材料 提交材料 提交材料名称 要件"
        " 要件名称 材料清单 申请材料清单 MATERIAL_NAME MATERIAL"
    ),
    "material_code": "材料编码 材料代码 MATERIAL_CODE",
    "necessity": (
        "材料必要性@gdzwfw 必要性@gdzwfw IS_NEED@gdzwfw 是否必备材料@gb39046 是否必备@gb39046 是否必要@gb39046"
        " 是否必需@gb39046 是否必须@gb39046 是否必要材料@gb39046 MUSTFLAG@zc_vue"
    ),
    "originals": "原件份数 原件 原件数 原件数量 原件纸质份数 纸质原件份数 PAGE_NUM PAGE_NUM_Y",
    "copies": "复印件份数 复印件 复印件数 复印件数量 复印件纸质份数 PAGE_COPYNUM PAGE_NUM_F",
    "sheets": "份数 材料份数 纸质材料份数 纸质份数 数量",
    "paper": "材料类型 原件/复印件 原件或复印件 提交形式 材料要求 MATERIALTYPE MATERIAL_TYPE",
    "collection": "收取方式 验收方式 材料验收 材料验收方式 收件方式 CHECKACCEPT",
    "form": "材料形式@gdzwfw 材料介质@gdzwfw ZZHDZB@gdzwfw MATERIAL_FORMAT@gdzwfw",
    "source": "来源渠道@gdzwfw 材料来源@gdzwfw SOURCE_TYPE@gdzwfw MATERIALSOURCE@zc_vue",
    "issuer": "出具机构 出具单位 来源渠道说明 出具部门 SOURCE_EXPLAIN",
    "where": "材料办理地点 获取地点 领取地点 办理途径 获取方式",
    "standard": "受理标准 审查要点 审查标准 ACCEPT_STAND",
    "seal": "盖章要求 签章要求 签名签章要求",
    "validity": "材料有效期 有效期 有效期(天) 有效天数",
    "material_basis": "要求提供材料的依据 材料依据 提供依据 BY_LAW",
    "note": "备注 填报须知 材料说明 说明 FILL_EXPLIAN FILL_EXPLAIN MATERIAL_DESC REMARK",
}
"""Field → its header names; after ``@`` the scheme in which a column of that name holds its codes."""

_FIELDS = list(_NAMES)
MATERIAL_FIELDS = frozenset(_FIELDS[_FIELDS.index("material") :])
"""What belongs to a material; all other fields belong to the item."""

_NOTE = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_UNIT = re.compile(r"工作日|自然日|日历日")
_TRIM = re.compile(r"[\s*:：、]+")


class Column(NamedTuple):
    """What a header name means."""

    field: str
    scheme: str
    unit: str
    """工作日 or 自然日 where the header itself says so."""


def column_of(header: str) -> Column | None:
    """Return what a header (or the key of a record) means, or ``None`` when it is not understood."""
    text = _TRIM.sub("", unicodedata.normalize("NFKC", header)) if len(header) <= 100 else ""
    unit = _UNIT.search(text)
    for name in (text, _NOTE.sub("", text)):
        known = _EXACT.get(name) or _FOLDED.get(name.lower())
        if known:
            return Column(*known, unit=unit.group() if unit else "")
    return None


def material_column_of(key: str) -> Column | None:
    """Return what a key of a material nested in its item means: there a plain name is the material's."""
    column = column_of(key)
    if column is not None and column.field == "item_name":
        return column._replace(field="material")
    if column is not None and column.field == "item_code":
        return column._replace(field="material_code")
    return column


def _table() -> dict[str, tuple[str, str]]:
    table = {}
    for field, names in _NAMES.items():
        for name in names.split():
            plain, _, scheme = name.partition("@")
            table[plain] = (field, scheme)
    return table


_EXACT = _table()
_FOLDED = {name.lower(): meaning for name, meaning in reversed(_EXACT.items())}
