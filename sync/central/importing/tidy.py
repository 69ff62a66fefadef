"""Cleaning of what cells hold, with a finding for whatever was taken out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clerk_app.domain.text import clean_text
from sync.central.importing.model import Findings

MAX_NAME = 300
"""Characters of an item's or a department's name: the national standard has 200."""
MAX_CODE = 128
MAX_MATERIAL = 2000
"""Characters of a material's name: whole lists are found in one cell."""
MAX_TEXT = 20_000

_YES = {"是", "1", "y", "yes", "true", "支持", "需要", "必要", "必须", "必需", "必备", "收费", "√", "有"}
_NO = {
    "否",
    "0",
    "n",
    "no",
    "false",
    "不支持",
    "不需要",
    "非必要",
    "非必须",
    "非必需",
    "非必备",
    "不收费",
    "×",
    "无",
    "免费",
}


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row, cleaned as they are asked for."""

    row: int
    values: Mapping[str, str]
    findings: Findings

    def text(self, field: str, limit: int = MAX_TEXT) -> str:
        """Return a cell's text, cleaned and cut to a length that can be stored."""
        raw = self.values.get(field, "")
        if not raw:
            return ""
        text = cleaned(raw[: limit * 4], self.row, self.findings)
        if len(text) > limit:
            self.findings.add(self.row, "too-long", f"“{text[:20]}…”超过{limit}字，只保留前{limit}字")
        return text[:limit]

    def whole(self, field: str, limit: int) -> str | None:
        """Return a cell as one line, ``None`` when it is longer than a name can be: half a name is somebody else's."""
        raw = self.values.get(field, "")
        text = "" if len(raw) > limit * 4 else one_line(cleaned(raw, self.row, self.findings))
        if max(len(text), len(raw) // 4) <= limit:
            return text
        self.findings.add(
            self.row, "too-long", f"有一格{len(raw)}个字，不是名称，这一行没有收入：{one_line(raw[:20])}…"
        )
        return None

    def line(self, field: str, limit: int = MAX_NAME) -> str:
        """Return a cell's text as one line."""
        return one_line(self.text(field, limit))

    def flag(self, field: str) -> bool | None:
        """Return what a cell says to a question, ``None`` when it says neither yes nor no."""
        text = key_of(self.line(field))
        if not text:
            return None
        if text in _YES or text in _NO:
            return text in _YES
        self.findings.add(self.row, "unreadable-value", f"“{text[:20]}”既不是“是”也不是“否”，按没有填写处理")
        return None

    def day(self, field: str) -> date | None:
        """Return the day a cell holds."""
        text = self.line(field)
        found = re.match(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?!\d)", unicodedata.normalize("NFKC", text))
        if found:
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                pass  # said below, with what is no date at all
        if text:
            self.findings.add(self.row, "unreadable-value", f"“{text[:20]}”不是日期，按没有填写处理")
        return None

    def number(self, field: str, most: int) -> int | None:
        """Return the whole number a cell holds."""
        text = unicodedata.normalize("NFKC", self.line(field))
        found = re.fullmatch(r"(\d{1,6})(?:\.0*)?(?:次|份|天|日)?", text)
        if found and int(found[1]) <= most:
            return int(found[1])
        if text:
            self.findings.add(self.row, "unreadable-value", f"“{text[:20]}”不是0到{most}之间的数，按没有填写处理")
        return None


def cleaned(raw: str, row: int, findings: Findings) -> str:
    """Return catalogue text without mark-up and control characters, and say so when there were any."""
    text, found = clean_text(raw)
    if any(kind.startswith("html") for kind in found):
        findings.add(row, "html-in-text", f"文字里有网页标记，已去掉：{text[:30]}")
    if found - {"html-entity", "html-tag"}:
        findings.add(row, "control-characters", f"文字里有控制字符，已去掉：{text[:30]}")
    return text


def one_line(text: str) -> str:
    """Return the text without its line breaks: a word broken across lines is joined, other parts are kept apart."""
    joined = re.sub(r"(?<=[^\x00-\x7f，。；、：])\n(?=[^\x00-\x7f①-⑳])", "", text)
    return " ".join(joined.split("\n"))


def key_of(text: str) -> str:
    """Return what two texts are compared by: no width variants, capitals or spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
