"""Why a printer does not print, in Chinese: the keywords of ``printer-state-reasons`` (RFC 8011 §5.4.12, PWG 5100.9)."""

from __future__ import annotations

from collections.abc import Iterable

_WORDS = {
    "media-empty": "打印机缺纸",
    "media-needed": "打印机缺纸",
    "media-jam": "打印机卡纸",
    "input-tray-missing": "纸盒没有装好",
    "toner-empty": "墨粉用完",
    "marker-supply-empty": "墨粉或墨水用完",
    "marker-waste-full": "废粉盒已满",
    "output-area-full": "出纸口已满",
    "cover-open": "打印机盖子没有合上",
    "door-open": "打印机的门没有关上",
    "interlock-open": "打印机的门没有关上",
    "offline": "打印机离线",
    "connecting-to-device": "打印机连不上，正在重试",
    "timed-out": "打印机没有应答",
    "shutdown": "打印机已关机",
    "stopping": "打印机正在停下",
    "moving-to-paused": "打印机正在停下",
    "fuser-over-temp": "打印机过热",
    "other": "打印机报告出错",
    "cups-missing-filter": "打印机的驱动不全",
    "cups-insecure-filter": "打印机的驱动不全",
    "cups-waiting-for-job-completed": "",
    "paused": "",
}
"""By keyword; empty: nothing a clerk has to know, or said already."""
_SEVERITIES = ("-error", "-warning", "-report")


def say_reasons(keywords: Iterable[str]) -> str:
    """Return what the keywords mean; one that is not known, or says nothing to a clerk, is left out."""
    told: dict[str, None] = {}
    for keyword in keywords:
        bare = keyword
        for severity in _SEVERITIES:
            bare = bare.removesuffix(severity)
        if word := _WORDS.get(bare, ""):
            told[word] = None
    return "，".join(told) + "。" if told else ""
