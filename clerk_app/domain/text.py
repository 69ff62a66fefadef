"""Text from outside: what departments' lists carry is cleaned, what people type is stored as it is or refused."""

from __future__ import annotations

import html
import re
import unicodedata

_PASSES = 8
"""Lists escape their escapes; nobody does it eight times."""
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_DROPPED = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|body|br|center|div|em|font|h[1-6]|html|i|img|li|o:p|ol|p|pre|script|span|strong|style|sub|sup|table"
    r"|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_INVISIBLE = frozenset(
    "\u200b\u2060\ufeff\ufffe\uffff\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters nobody sees that break lines, turn text round or do nothing; joiners, which emoji need, are not among them."""


def searchable(text: str) -> str:
    """Return a text as words are looked for in it: wide and narrow, large and small letters alike."""
    return unicodedata.normalize("NFKC", text).lower()


def clean_text(raw: str) -> tuple[str, set[str]]:
    """Return catalogue text without mark-up and control characters, and what was found.

    Found are ``html-entity``, ``html-tag``, ``tab`` and ``control``; line breaks stay, as line feeds.
    """
    found: set[str] = set()
    text = raw
    for _ in range(_PASSES):
        before = text
        text = _without_markup(_without_controls(text, found), found)
        if text == before:
            break
    lines = (re.sub(" {2,}", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line), found


def storable(text: str, limit: int, *, lines: bool = False) -> str | None:
    """Return in Chinese why people's input cannot be stored and printed as it is, or ``None`` when it can.

    Rare characters, private-use ones and emoji are people's names and words, and stay. ``lines`` allows line breaks.
    """
    if len(text) > limit:
        return f"最多{limit}个字，现有{len(text)}个字。"
    for character in text:
        if lines and character == "\n":
            continue
        if character == "\t" or character in "\r\n":
            return "不能含有制表符或换行。" if not lines else "不能含有制表符。"
        if unicodedata.category(character) == "Cs":
            return "含有不完整的字符，请重新输入。"
        if unicodedata.category(character) == "Cc" or character in _INVISIBLE:
            return f"含有看不见的控制字符（U+{ord(character):04X}），请删去后重新输入。"
    return None


def _without_controls(text: str, found: set[str]) -> str:
    if "\t" in text:
        found.add("tab")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u00a0", " ")
    kept = [c for c in text if c == "\n" or not _is_control(c)]
    if len(kept) != len(text):
        found.add("control")
    return "".join(kept)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _INVISIBLE


def _without_markup(text: str, found: set[str]) -> str:
    decoded = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    if decoded != text:
        found.add("html-entity")
    stripped = _TAG.sub("", _BREAK.sub("\n", _DROPPED.sub("", decoded)))
    if stripped != decoded:
        found.add("html-tag")
    return stripped
