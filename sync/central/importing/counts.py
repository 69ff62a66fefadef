"""How many papers of which kind one line asks for, read from its name and its columns.

Where nothing is said, one paper is due, original or copy, kept. （原件） is an original kept, unless it is shown only
(验, 核对, 退回) or is a document nobody hands over (身份证, 户口簿 …); one original asked for beside a copy is shown:
it may be kept all the same, while a clerk who had to keep it would take a diploma from its owner.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from clerk_app.domain.catalogue import ONE_PAPER, Due

MAX_COUNT = 99
"""The national standard gives counts two digits."""

_DIGITS = {"一": 1, "壹": 1, "二": 2, "贰": 2, "两": 2, "三": 3, "叁": 3, "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6}
_DIGITS |= {"陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9, "十": 10, "拾": 10}
_ONE = "0-9" + "".join(_DIGITS)
_NUMBER = rf"(?:\d{{1,4}}|[{''.join(_DIGITS)}]{{1,3}})"
_COUNT = re.compile(rf"(?P<each>各|均)?(?:一式)?(?P<number>{_NUMBER})\s*(?:份|张|套|本|页(?!码))(?!额|有|子)")
_COPY = re.compile(r"复印件|影印件|复件|复印本")
_ORIGINAL = re.compile(r"原件|正本")
_SHOWN = re.compile(r"验|核对|查看|校对|比对|退还|退回|返还|备查|不收|交验|审核后")
_EITHER = re.compile(r"原件(?:或者|或|/)(?:盖章的?|加盖公章的?)?复印件|复印件(?:或者|或|/)原件|原、?复印件均可")
_NEVER_KEPT = re.compile(
    r"身份证|户口簿|户口本|居住证|护照|通行证|驾驶证|行驶证|结婚证|离婚证|营业执照|社会保障卡|社保卡|残疾人证"
)
_ELECTRONIC = re.compile(r"电子(?:版|件|档|文档|文件|材料|化|稿|光盘)?|扫描件|光盘|U盘")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_CLAUSES = re.compile(r"[,;、。/和及与并+\s]|以及")
_RUN_ON = re.compile(
    rf"(?<=原件)(?=收|复印)|(?<=复印件)(?=验|收|原件)|(?<=原件[{_ONE}]份)(?=复印件)|(?<=复印件[{_ONE}]份)(?=原件)"
)
_TELLING = re.compile(rf"原件|正本|复印|影印|复件|电子|扫描|光盘|(?:一式)?{_NUMBER}\s*[份张套]")
_TAIL = re.compile(
    rf"(?:(?:提交|提供|收|验|核验)?(?:原件|复印件|影印件)(?:[和及与、,]|以及|或者|或|各|均|一式|{_NUMBER}|份|原件|复印件|影印件|核验|查验|备查)*"
    rf"|(?:各|一式)?{_NUMBER}[份张套])$"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a text says about papers; ``due`` is ``None`` when it says nothing."""

    due: Due | None = None
    electronic: bool = False
    """An electronic copy is spoken of; whether besides the paper or instead of it, the name rarely tells."""
    paper: bool = True
    odd: bool = False
    """A number is spoken of that no paper is asked for in."""


def counts_in_name(name: str) -> Counts:
    """Read （原件）, （复印件）, 原件及复印件各1份, 一式三份 … in a material's name."""
    text = unicodedata.normalize("NFKC", name)
    said = [next(filter(None, found.groups()), "") for found in _BRACKETS.finditer(text)]
    said = [part for part in said if _TELLING.search(part)]
    base = _BRACKETS.sub("", text).strip()
    tail = _TAIL.search(base)
    if tail is not None:
        said.insert(0, tail.group())
    counts = counts_in(",".join(said)) if said else Counts()
    due = counts.due
    if due is not None and due.keep and shown_only(base):
        due = replace(due, inspect=max(due.inspect, due.keep), keep=0)
    return replace(counts, due=due)


def shown_only(name: str) -> bool:
    """Whether this is a document of which nobody hands over the original."""
    return bool(_NEVER_KEPT.search(_BRACKETS.sub("", unicodedata.normalize("NFKC", name))[-12:]))


def counts_in(words: str) -> Counts:
    """Read what is due from words that are about nothing else, such as 验原件收复印件 or 原件1份,复印件2份."""
    text = unicodedata.normalize("NFKC", words)
    electronic = bool(_ELECTRONIC.search(text))
    counts = Counts(
        electronic=electronic,
        paper=not electronic or bool(re.search(r"纸质|原件|复印", text)),
        odd=any(_value(found["number"]) not in range(1, MAX_COUNT + 1) for found in _COUNT.finditer(text)),
    )
    number = _count(_COUNT.search(text))
    if _EITHER.search(text):
        return replace(counts, due=Due(either=number or 1))
    originals, copies = _originals_and_copies(text)
    if originals or copies:
        kept = bool(re.search(r"收(?:取|存)?原件", text)) or (not copies and not _SHOWN.search(text)) or originals > 1
        keep = originals if kept else 0
        return replace(counts, due=Due(inspect=originals - keep, keep=keep, copies=copies))
    return replace(counts, due=Due(either=number)) if number and not electronic else counts


def due_of(name: str, originals: int, copies: int, named: Due | None) -> Due:
    """Return what is due when columns give the counts and the name may say which originals are only shown."""
    if not originals and not copies:
        return named or ONE_PAPER
    shown = shown_only(name) or (named is not None and named.inspect > 0) or (copies > 0 and originals == 1)
    return Due(inspect=originals if shown else 0, keep=0 if shown else originals, copies=copies)


def number_in(text: str) -> int | None:
    """Return a count that a cell holds, ``None`` when it is none a paper can have."""
    text = unicodedata.normalize("NFKC", text).strip().removesuffix("份")
    if re.fullmatch(r"\d{1,4}(?:\.0+)?", text):
        number = int(float(text))
    elif re.fullmatch(_NUMBER, text):
        number = _value(text)
    else:
        return None
    return number if number <= MAX_COUNT else None


def _originals_and_copies(text: str) -> tuple[int, int]:
    """Return how many originals and how many copies are asked for; a number goes to what was named last, 各 to all."""
    counts = {"originals": 0, "copies": 0}
    named: list[str] = []
    for clause in _CLAUSES.split(_RUN_ON.sub(",", text)):
        kind = "copies" if _COPY.search(clause) else "originals" if _ORIGINAL.search(clause) else ""
        if kind:
            named.append(kind)
            counts[kind] = counts[kind] or 1
        found = _COUNT.search(clause)
        number = _count(found)
        if found and number and named:
            for one in named if found["each"] else named[-1:]:
                counts[one] = number
    return counts["originals"], counts["copies"]


def _count(found: re.Match[str] | None) -> int:
    """Return the number that was found, 0 when there is none or none that a paper can have."""
    number = _value(found["number"]) if found else 0
    return number if number <= MAX_COUNT else 0


def _value(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if len(text) == 1:
        return _DIGITS[text]
    tens, _, ones = text.replace("拾", "十").partition("十")
    if "十" not in text.replace("拾", "十"):
        return _DIGITS[text[0]]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
