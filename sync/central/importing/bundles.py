"""Several documents in one cell: told by numbering, lines, separators and the words documents' names end in."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

_CLOSED = re.compile(
    r"(?<=[(\[【〈])(?!(?:\d{1,2}|[一二三四五六七八九十]{1,2})\))[^()\[\]【】〈〉\x00][^()\[\]【】〈〉]*(?=[)\]】〉])|(?<=[《“])[^》”\x00]+(?=[》”])"
)
_OPEN = re.compile(r"(?<=[(\[【〈])(?!\x00|\d)[^)\]】〉]*$")
_NUMBERED = re.compile(
    r"\((?:\d{1,2}|[一二三四五六七八九十]{1,2})\)"
    r"|(?:^|(?<=[\s;。,、:]))(?:\d{1,2}(?:[、)]|\.(?!\d))|[一二三四五六七八九十]{1,2}、)"
)
_WIDE = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NESTED = 4
_CIRCLED = re.compile(f"[{_WIDE}]")
_EDGE = " \n\t、,，;；。"
_DOCUMENT = re.compile(
    r"(?:(?<![保验])证|书|照|(?<!代)表|图|证件|文件|图纸|图片|照片|证明|文本|合同|协议|报告|方案|意见|批复|决议|章程|名单|清单"
    r"|凭据|票据|发票|户口簿|户口本|存折|(?<!建筑|装修)材料|资料|说明|函|副本|正本)(?:原件|复印件|影印件|扫描件)?等?$"
)
_GENERIC = {
    "附件",
    "附图",
    "附表",
    "文件",
    "材料",
    "资料",
    "证明",
    "说明",
    "申请",
    "申请书",
    "原件",
    "复印件",
    "图纸",
    "正本",
    "副本",
}
_LISTED = re.compile("[、,]")
_EITHER = re.compile(r"或者|或")
_BOTH = re.compile(r"以及|及|和|与|\+")
_CHOICE = re.compile(r"(?:任选|选|取|具备|提供|交)其?[一1]|其中之?一|之一|任一")


Span = tuple[int, int]


class Bundle(NamedTuple):
    """The documents one cell names; ``choice`` when any one of them will do."""

    documents: tuple[str, ...]
    choice: bool


def bundle_of(text: str) -> Bundle | None:
    """Return the documents a cell names when it names more than one, else ``None``; ``text`` keeps its line breaks."""
    masked = _masked(text)
    listed = _split_documents(masked, _LISTED)
    apart = [part for piece in listed for part in _split_documents(masked, _BOTH, piece)]
    for pieces in (_numbered(masked), _named(masked, "\n"), _named(masked, ";"), apart):
        if len(pieces) > 1:
            named = _texts(text, pieces)
            choice = bool(_CHOICE.search(text)) or any(_EITHER.match(one) for one in named)
            return Bundle(tuple(re.sub("^(?:或者|或)", "", one) for one in named), choice)
    pieces = _split_documents(masked, _EITHER)
    return Bundle(_texts(text, pieces), choice=True) if len(pieces) > 1 else None


def _masked(text: str) -> str:
    """Return the text in one width, and what stands in brackets blotted out, position by position."""
    masked = "".join(character if character in _WIDE else _narrow(character) for character in text)
    for _ in range(_NESTED):
        masked = _CLOSED.sub(_blot, masked)
        masked = re.sub(r"[(\[【〈]\x00+[)\]】〉](?=[^(\[【〈]*[)\]】〉])", _blot, masked)
    return _OPEN.sub(_blot, masked)


def _narrow(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _blot(match: re.Match[str]) -> str:
    return "\x00" * len(match.group())


def _spans(masked: str, cuts: list[Span]) -> list[Span]:
    """Return what lies between the cuts, blank pieces left out."""
    edges = [(0, 0), *cuts, (len(masked), len(masked))]
    between = [(left[1], right[0]) for left, right in pairwise(edges)]
    return [span for span in between if masked[slice(*span)].strip(_EDGE)]


def _numbered(masked: str) -> list[Span]:
    for pattern in (_CIRCLED, _NUMBERED):
        marks = list(pattern.finditer(masked))
        if len(marks) > 1:
            return _spans(masked, [(0, marks[0].end()), *(mark.span() for mark in marks[1:])])
    return []


def _named(masked: str, separator: str) -> list[Span]:
    """Return the pieces between separators when at least two of them are documents."""
    spans = _spans(masked, [match.span() for match in re.finditer(re.escape(separator), masked)])
    return spans if sum(_is_document(masked[slice(*span)]) for span in spans) > 1 else []


def _split_documents(masked: str, pattern: re.Pattern[str], within: Span | None = None) -> list[Span]:
    """Return the pieces between separators when at least two of them are documents, else the whole."""
    start, end = within or (0, len(masked))
    pieces, at = [], start
    for match in pattern.finditer(masked, start, end):
        if _is_document(masked[at : match.start()]):
            pieces.append((at, match.start()))
            at = match.end()
    tail = (at, end)
    if pieces and not _is_document(masked[at:end]):
        pieces[-1] = (pieces[-1][0], end)
        return pieces
    return [*pieces, tail]


def _is_document(piece: str) -> bool:
    """Whether a piece ends like the name of a document and says more than that it is one."""
    name = re.sub(r"[(\[【〈]\x00*[)\]】〉]?", "", piece).strip(_EDGE)
    if name.endswith("》"):
        return True
    return len(name) > 2 and name not in _GENERIC and _DOCUMENT.search(name) is not None


def _texts(text: str, spans: list[Span]) -> tuple[str, ...]:
    return tuple(text[start:end].strip(_EDGE) for start, end in spans)
