"""The handbook shows the screens as they are, and has a chapter for every task."""

from __future__ import annotations

import re
from importlib import import_module

from screens.keymap import KEY_MODULES, REGISTRY, key_name
from tests.support.handbook import WITH_SCREENS, filled, screens
from tests.support.tree import ROOT

HANDBOOK = (ROOT / "docs/handbook.md").read_text(encoding="utf-8")
PROSE = re.sub(r"^```.*?^```$", "", HANDBOOK, flags=re.MULTILINE | re.DOTALL)
TASKS = (
    "开机登录",
    "收件",
    "一次性告知",
    "补件",
    "容缺受理",
    "一件事联办",
    "预申报",
    "扫描件",
    "寄递交接",
    "到件领取",
    "断网",
    "退回改报",
    "冲突",
    "异地续办",
    "锁屏换人",
    "打印和补打",
    "练习",
    "设置",
    "第一次打开",
    "常见问题",
)


def test_every_screen_in_it_is_as_it_is_now() -> None:
    """Renewed with ``python -m tests.support.handbook --write``."""
    for name in WITH_SCREENS:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert screens(text), name
        assert filled(text) == text, f"{name}: python -m tests.support.handbook --write"


def test_a_screen_that_changed_would_be_seen() -> None:
    first = screens(HANDBOOK)[0]
    assert filled(f"<!-- screen: {first} -->\n```text\nold\n```\nrest\n") == filled(f"<!-- screen: {first} -->\nrest\n")
    assert "old" not in filled(f"<!-- screen: {first} -->\n```text\nold\n```\nrest\n")


def test_it_has_a_chapter_for_every_task() -> None:
    chapters = re.findall(r"^## \d+ (.+)$", HANDBOOK, re.MULTILINE)
    assert [task for task in TASKS if not any(task in chapter for chapter in chapters)] == []


def test_every_key_it_names_is_one() -> None:
    """Each of the function and control keys, and each single letter behind 按."""
    for module in ("screens.app", "screens.checking", *KEY_MODULES):
        import_module(module)
    known = {key_name(one) for binding in REGISTRY.values() for one in binding.key.split(",")}
    named = set(re.findall(r"\bF[0-9]{1,2}\b|Ctrl\+[A-Z]", PROSE)) | set(re.findall(r"按 ([A-Za-z])\b", PROSE))
    assert len(named) > 20
    assert named - known == set()


def test_its_sentences_are_short() -> None:
    """Nobody reads long ones at a counter."""
    sentences = [s.strip() for s in re.split(r"[。；：？\n|]", PROSE)]
    assert [s for s in sentences if len(s) > 60] == []
