"""Pinyin search keys: made at central when a catalogue arrives, kept in its rows, and only compared at the window.

A key reads ``initials[ initials…];full[ full…]`` for the name and, after ``|``, the same for the department:
居住证 of 公安局 becomes ``jzz;juzhuzheng|gaj;gonganju``. A character that stands outside every known phrase is also
written with its other readings, a bounded number of them, because nobody can tell which one the clerk has in mind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

MAX_SYLLABLES = 48
"""Nobody types further into a name than this."""
MAX_VARIANTS = 4
"""Readings kept of one name, the likeliest first."""

_RUNS = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003FFFF]+|[0-9a-z]+")

_PHRASES = {
    "还款": "huán kuǎn",
    "还贷": "huán dài",
    "还建": "huán jiàn",
    "返还": "fǎn huán",
    "退还": "tuì huán",
    "长护险": "cháng hù xiǎn",
    "长期": "cháng qī",
    "长效": "cháng xiào",
    "校长": "xiào zhǎng",
    "调档": "diào dàng",
    "调入": "diào rù",
    "调出": "diào chū",
    "重领": "chóng lǐng",
    "重办": "chóng bàn",
    "重发": "chóng fā",
    "河涌": "hé chōng",
    "大涌": "dà chōng",
    "东涌": "dōng chōng",
    "参保": "cān bǎo",
    "行管": "xíng guǎn",
    "民行": "mín xíng",
    "降解": "jiàng jiě",
    "银行卡": "yín háng kǎ",
    "公积金": "gōng jī jīn",
}
"""Words of the trade that the general dictionary lacks or reads wrongly."""

_ALSO = {
    "重": "zhong chong",
    "行": "xing hang",
    "长": "chang zhang",
    "调": "diao tiao",
    "还": "huan hai",
    "参": "can shen",
    "曾": "zeng ceng",
    "单": "dan shan",
    "乐": "le yue",
    "率": "lv shuai",
    "校": "xiao jiao",
    "降": "jiang xiang",
    "藏": "zang cang",
    "传": "chuan zhuan",
    "弹": "dan tan",
    "石": "shi dan",
    "厦": "xia sha",
    "系": "xi ji",
    "种": "zhong chong",
    "朝": "chao zhao",
    "盛": "sheng cheng",
    "属": "shu zhu",
    "合": "he ge",
    "给": "gei ji",
    "都": "du dou",
    "查": "cha zha",
    "涌": "chong yong",
    "埔": "bu pu",
    "屏": "ping bing",
    "宿": "su xiu",
    "便": "bian pian",
    "车": "che ju",
}
"""The readings in use of the characters whose readings a clerk may mix up; archaic ones are left out."""


class _Part(NamedTuple):
    """A syllable or a run of letters and digits, with its other readings."""

    text: str
    others: tuple[str, ...]
    latin: bool


def search_keys(name: str, department: str = "") -> str:
    """Return the search keys of a name and, where given, of the department it belongs to."""
    keys = _keys(name)
    return f"{keys}|{_keys(department)}" if department else keys


@lru_cache(maxsize=4096)
def _keys(name: str) -> str:
    parts = _parts(name)
    initials = _variants(parts, lambda text, latin: text if latin else text[:1])
    full = _variants(parts, lambda text, latin: text)
    return " ".join(initials) + ";" + " ".join(full)


def _variants(parts: list[_Part], shape: Callable[[str, bool], str]) -> list[str]:
    """Return the likeliest spelling first, then those with one syllable read otherwise."""
    plain = [shape(part.text, part.latin) for part in parts]
    found = {"".join(plain): None}
    for position, part in enumerate(parts):
        for other in part.others:
            if len(found) >= MAX_VARIANTS:
                break
            found["".join([*plain[:position], shape(other, False), *plain[position + 1 :]])] = None
    return list(found)


def _parts(name: str) -> list[_Part]:
    parts: list[_Part] = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", name).lower()):
        if run.isascii():
            parts.append(_Part(run[:64], (), latin=True))
        else:
            parts.extend(part for word in _segment(run[:MAX_SYLLABLES]) for part in _word(word))
        if len(parts) >= MAX_SYLLABLES:
            break
    return parts[:MAX_SYLLABLES]


def _segment(run: str) -> list[str]:
    _prepare()
    from pypinyin.seg import mmseg

    return list(mmseg.seg.cut(run))


@lru_cache(maxsize=32768)
def _word(word: str) -> tuple[_Part, ...]:
    """Return the syllables of one word; a character without a reading is left out."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(word, style=Style.NORMAL, errors="ignore")
    if len(word) > 1 or not syllables:
        return tuple(_Part(syllable, (), latin=False) for syllable in syllables)
    readings = _ALSO.get(word, "").split() or syllables
    return (_Part(readings[0], tuple(readings[1:]), latin=False),)


@cache
def _prepare() -> None:
    """Load the dictionary on first use: its import is slow, and who only serves a catalogue never needs it."""
    from pypinyin import load_phrases_dict
    from pypinyin.seg import mmseg

    load_phrases_dict({phrase: [[syllable] for syllable in said.split()] for phrase, said in _PHRASES.items()})
    mmseg.retrain(mmseg.seg)
