"""The keys of a practice: they exist at no other window (``ClerkApp.check_action``)."""

from __future__ import annotations

from screens.keymap import key

KEYS = (
    key(
        "practice.next",
        "ctrl+n",
        "practice('next')",
        "下一句",
        "练习：听下一句；没有在练的，选一课",
        show=False,
        priority=True,
    ),
    key("practice.papers", "ctrl+g", "practice('papers')", "桌上材料", "练习：看桌上的材料", show=False, priority=True),
    key(
        "practice.finish", "ctrl+y", "practice('finish')", "评分", "练习：结束这一课，看评分", show=False, priority=True
    ),
)
