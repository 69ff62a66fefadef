"""Code tables as data keyed by scheme, their translation into the catalogue's few words, and those words in Chinese.

The schemes disagree, so a code means nothing without its scheme: ``gb39046`` is GB/T 39046-2020 annex A, ``gdzwfw`` the
province's live portal, ``aplanmis`` and ``zc_vue`` two vendors' systems. Departments often send the Chinese word where a
code belongs; it is understood in every scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from clerk_app.domain.catalogue import Form, Handling, Necessity, Unit
from clerk_app.domain.checklist import DeficitKind
from clerk_app.domain.deadlines import Light

T = TypeVar("T")
Table = Mapping[str, str]

_LEVELS = {
    "1": "国家级",
    "2": "省级",
    "3": "市级",
    "4": "县级",
    "5": "镇（乡、街道）级",
    "6": "村（社区）级",
    "7": "分级管理",
}

TABLES: Mapping[str, Mapping[str, Table]] = {
    "gb39046": {
        "kind": {
            "00": "行政权力事项",
            "01": "行政许可",
            "02": "行政处罚",
            "03": "行政强制",
            "04": "行政征收",
            "05": "行政给付",
            "06": "行政检查",
            "07": "行政确认",
            "08": "行政奖励",
            "09": "行政裁决",
            "10": "其他类别事项",
            "20": "公共服务事项",
        },
        "level": _LEVELS,
        "handling": {"1": "即办件", "2": "承诺件", "9": "其他"},
        "subjects": {
            "1": "自然人",
            "2": "企业法人",
            "3": "事业法人",
            "4": "社会组织法人",
            "5": "行政机关",
            "6": "其他组织",
        },
        "necessity": {"1": "必备", "0": "非必备"},
    },
    "gdzwfw": {
        "kind": {
            "01": "行政许可",
            "05": "行政给付",
            "07": "行政确认",
            "08": "行政奖励",
            "09": "行政裁决",
            "20": "其他行政权力",
            "21": "公共服务",
        },
        "level": _LEVELS,
        "necessity": {"1": "必要", "2": "非必要", "3": "容缺后补"},
        "form": {"1": "纸质", "2": "电子化", "3": "纸质/电子化"},
        "source": {"10": "申请人自备", "20": "政府部门核发", "99": "其他"},
        "depth": {"I": "I级", "II": "II级", "III": "III级", "IV": "IV级"},
    },
    "aplanmis": {
        "handling": {
            "1": "即办件",
            "2": "承诺件",
            "3": "上报件",
            "LBJ": "联办件",
            "DFJ": "答复件",
            "DBJ": "代办件",
        },
        "necessity": {"0": "不支持容缺", "1": "支持容缺"},
        "collection": {"0": "无", "1": "验", "2": "收"},
        "unit": {"WD": "工作日", "ND": "自然日", "WH": "小时（工作日）", "NH": "小时（自然日）"},
    },
    "zc_vue": {
        "necessity": {"0": "必要", "1": "非必要", "2": "容缺后补", "3": "信息免交、信用后补"},
        "source": {"0": "申请人自备", "1": "政府部门核发", "2": "其他"},
        "collection": {"1": "纸质收取", "2": "附件上传", "3": "扫描", "4": "容缺后补", "5": "证照库"},
    },
}
"""Scheme → table → code → what the source calls it. ``kind`` is 事项类型, ``level`` 行使层级, ``handling`` 办件类型,
``subjects`` 服务对象, ``necessity`` 材料必要性, ``form`` 材料形式, ``source`` 来源渠道, ``depth`` 网上办理深度, ``collection``
收取方式, ``unit`` 时限单位."""

NECESSITY_LABELS: Mapping[Necessity, str] = {
    Necessity.REQUIRED: "必要",
    Necessity.OPTIONAL: "非必要",
    Necessity.DEFERRABLE: "容缺后补",
}
HANDLING_LABELS: Mapping[Handling, str] = {
    Handling.IMMEDIATE: "即办件",
    Handling.PROMISED: "承诺件",
    Handling.OTHER: "其他",
}
FORM_LABELS: Mapping[Form, str] = {
    Form.PAPER: "纸质",
    Form.ELECTRONIC: "电子",
    Form.PAPER_OR_ELECTRONIC: "纸质或电子",
}
UNIT_LABELS: Mapping[Unit, str] = {Unit.WORKDAY: "工作日", Unit.CALENDAR_DAY: "自然日"}
DEFICIT_LABELS: Mapping[DeficitKind, str] = {
    DeficitKind.MISSING: "未提交",
    DeficitKind.SHORT: "份数不足",
    DeficitKind.WRONG_KIND: "种类不符",
    DeficitKind.EXPIRED: "已过有效期",
    DeficitKind.UNSEALED: "未盖章或未签名",
    DeficitKind.DEFECTIVE: "不符合受理标准",
}
LIGHT_LABELS: Mapping[Light, str] = {
    Light.GREEN: "正常",
    Light.YELLOW: "黄牌",
    Light.RED: "红牌",
    Light.PAUSED: "暂停计时",
}

_NECESSITIES: Mapping[str, Mapping[str, Necessity]] = {
    "gb39046": {"1": Necessity.REQUIRED, "0": Necessity.OPTIONAL},
    "gdzwfw": {"1": Necessity.REQUIRED, "2": Necessity.OPTIONAL, "3": Necessity.DEFERRABLE},
    "aplanmis": {"0": Necessity.REQUIRED, "1": Necessity.DEFERRABLE},
    "zc_vue": {"0": Necessity.REQUIRED, "1": Necessity.OPTIONAL, "2": Necessity.DEFERRABLE},
}
_NECESSITY_WORDS = {
    "必要": Necessity.REQUIRED,
    "必备": Necessity.REQUIRED,
    "必须": Necessity.REQUIRED,
    "非必要": Necessity.OPTIONAL,
    "非必备": Necessity.OPTIONAL,
    "容缺后补": Necessity.DEFERRABLE,
    "容缺": Necessity.DEFERRABLE,
    "可容缺": Necessity.DEFERRABLE,
}
_HANDLINGS: Mapping[str, Mapping[str, Handling]] = {
    "gb39046": {"1": Handling.IMMEDIATE, "2": Handling.PROMISED, "9": Handling.OTHER},
    "aplanmis": {
        "1": Handling.IMMEDIATE,
        "2": Handling.PROMISED,
        "3": Handling.OTHER,
        "LBJ": Handling.OTHER,
        "DFJ": Handling.OTHER,
        "DBJ": Handling.OTHER,
    },
}
_HANDLING_WORDS = {
    "即办件": Handling.IMMEDIATE,
    "即办": Handling.IMMEDIATE,
    "承诺件": Handling.PROMISED,
    "承诺": Handling.PROMISED,
    "其他": Handling.OTHER,
}
_FORMS: Mapping[str, Mapping[str, Form]] = {
    "gdzwfw": {"1": Form.PAPER, "2": Form.ELECTRONIC, "3": Form.PAPER_OR_ELECTRONIC},
}
_FORM_WORDS = {
    "纸质": Form.PAPER,
    "纸质材料": Form.PAPER,
    "电子": Form.ELECTRONIC,
    "电子化": Form.ELECTRONIC,
    "电子材料": Form.ELECTRONIC,
    "纸质/电子化": Form.PAPER_OR_ELECTRONIC,
    "纸质或电子": Form.PAPER_OR_ELECTRONIC,
    "纸质或电子化": Form.PAPER_OR_ELECTRONIC,
}
_UNITS: Mapping[str, Mapping[str, Unit]] = {"aplanmis": {"WD": Unit.WORKDAY, "ND": Unit.CALENDAR_DAY}}
_UNIT_WORDS = {
    "工作日": Unit.WORKDAY,
    "个工作日": Unit.WORKDAY,
    "自然日": Unit.CALENDAR_DAY,
    "日历日": Unit.CALENDAR_DAY,
}


def label(scheme: str, table: str, code: str) -> str | None:
    """Return what a scheme calls a code, or ``None`` where it does not know it; codes may lack their leading zero."""
    known = TABLES.get(scheme, {}).get(table, {})
    code = code.strip()
    return known.get(code) or known.get(code.zfill(2))


def necessity(scheme: str, code: str) -> Necessity | None:
    """Return 材料必要性, or ``None`` where code and word are unknown."""
    return _translated(_NECESSITIES, _NECESSITY_WORDS, scheme, code)


def handling(scheme: str, code: str) -> Handling | None:
    """Return 办件类型, or ``None`` where code and word are unknown."""
    return _translated(_HANDLINGS, _HANDLING_WORDS, scheme, code)


def form(scheme: str, code: str) -> Form | None:
    """Return 材料形式, or ``None`` where code and word are unknown."""
    return _translated(_FORMS, _FORM_WORDS, scheme, code)


def unit(scheme: str, code: str) -> Unit | None:
    """Return what a limit is counted in, or ``None`` where code and word are unknown; hours are not days."""
    return _translated(_UNITS, _UNIT_WORDS, scheme, code)


def subject(scheme: str, code: str) -> str | None:
    """Return ``person`` or ``organisation`` for a code or word of 服务对象, or ``None`` where it is unknown."""
    known = TABLES.get(scheme, {}).get("subjects", {})
    word = known.get(code.strip(), code.strip())
    if word in {"自然人", "个人"}:
        return "person"
    return "organisation" if word in known.values() or word in {"法人", "企业", "非法人企业"} else None


def _translated(codes: Mapping[str, Mapping[str, T]], words: Mapping[str, T], scheme: str, code: str) -> T | None:
    code = code.strip()
    return codes.get(scheme, {}).get(code, words.get(code))
