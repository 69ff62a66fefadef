"""Whether the program itself is whole: needs no window, changes nothing, and is what a new version has to pass before it is used."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger("clerk.doctor")

PACKAGES = ("clerk_app", "screens", "sync")
FEWEST_MODULES = 300
"""Of ours in a whole program; a bundle that lost a package has fewer."""
ELSEWHERE = frozenset({"screens.terminal"} if sys.platform == "win32" else {"screens.console"})
"""The terminal of another system, which loads on that one alone."""
TABLES = {"sync.central.sample": 20}
"""Packages with tables beside their modules, each with how many at least."""
LABELS = {
    "modules": "程序模块",
    "resources": "样式字体",
    "backends": "钥匙串",
    "screen": "登录画面",
    "page": "文书排印",
}
"""Every check, in the order in which it is told."""
SAMPLE = "综合窗口程序自检　𠮷"


@dataclass(frozen=True, slots=True)
class Check:
    """One check; Chinese, and nobody's data."""

    name: str
    found: str
    whole: bool

    @property
    def label(self) -> str:
        """The check's name for people."""
        return LABELS[self.name]


def check_program(paint: Callable[[], str]) -> list[Check]:
    """Make every check; ``paint`` paints the sign-in screen and returns what stands on it."""
    return [
        _made("modules", _modules),
        _made("resources", _resources),
        _made("backends", _backends),
        _made("screen", lambda: _screen(paint())),
        _made("page", _page),
    ]


def as_json(version: str, checks: list[Check]) -> dict[str, Any]:
    """Return the report as the command prints it."""
    told = [
        {"name": c.name, "label": c.label, "state": "ok" if c.whole else "failed", "found": c.found} for c in checks
    ]
    return {"ok": all(check.whole for check in checks), "version": version, "checks": told}


class _Broken(Exception):
    """What is wrong, in Chinese."""


def _made(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, check(), whole=True)
    except _Broken as broken:
        return Check(name, str(broken), whole=False)
    except Exception as error:  # the edge of a check: whatever goes wrong in it is what it has found
        log.exception("program check failed: %s", name)
        return Check(name, f"出错（{type(error).__name__}）", whole=False)


def _modules() -> str:
    """Import every module of ours, the ones that are loaded late included."""
    lost = []
    names = [name for name in _names() if name not in ELSEWHERE]
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:  # whatever a module raises when it is loaded, it is not there
            log.exception("module not loaded: %s", name)
            lost.append(name)
    if lost:
        raise _Broken(f"{len(lost)} 个模块装不上：{'、'.join(lost[:3])}")
    if len(names) < FEWEST_MODULES:
        raise _Broken(f"只有 {len(names)} 个模块")
    return f"{len(names)} 个模块都能装上"


def _names() -> Iterator[str]:
    """Yield our modules; revisions of central's tables are run from their files, not imported."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        yield package
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if ".migrations." not in module.name:
                yield module.name


def _resources() -> str:
    """Every stylesheet a screen names, both fonts and the tables are there."""
    sheets = set(_sheets())
    gone = [path.name for path in sheets if not path.is_file()]
    if gone or not sheets:
        raise _Broken(f"缺少样式 {'、'.join(sorted(gone)[:3])}")
    for package, least in TABLES.items():
        folder = Path(str(importlib.import_module(package).__file__)).parent
        if sum(1 for _ in folder.rglob("*.json")) < least:
            raise _Broken(f"缺少 {package} 的数据文件")
    revisions = Path(str(importlib.import_module("sync.central.migrating").__file__)).parent / "migrations"
    if not [*revisions.glob("versions/r0*.py")]:
        raise _Broken("缺少数据库升级文件")
    from clerk_app.paper.fonts import faces

    return f"样式 {len(sheets)} 份，字体 {len(faces())} 套"


def _sheets() -> Iterator[Path]:
    """Yield the stylesheets that classes of ours name, as their modules name them."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "screens" or getattr(module, "__file__", None) is None:
            continue
        for value in vars(module).values():
            sheet = vars(value).get("CSS_PATH") if isinstance(value, type) and value.__module__ == name else None
            for one in [sheet] if isinstance(sheet, str) else sheet if isinstance(sheet, list) else []:
                yield Path(str(module.__file__)).parent / str(one)


def _backends() -> str:
    """The system's keyrings are known; that one can be used is a window's business."""
    from keyring import backend

    backend.get_all_keyring()  # loads them all, and returns those that work here
    names = sorted({kind.__module__.rpartition(".")[2] for kind in backend.KeyringBackend._classes})  # noqa: SLF001
    wanted = {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "SecretService")
    if wanted not in names:
        raise _Broken(f"缺少系统钥匙串 {wanted}")
    return "、".join(names)


def _screen(shown: str) -> str:
    if "工号" not in shown or "口令" not in shown:
        raise _Broken("登录画面没有画出来")
    return "画出来了"


def _page() -> str:
    """Set a page with both fonts, write it as PDF, and draw it."""
    import pypdfium2

    from clerk_app.paper.pdf import write_pdf
    from clerk_app.paper.sheet import Words

    made = write_pdf([[Words(x=20, y=30, text=SAMPLE, size=14)]], SAMPLE, datetime(2026, 1, 1, tzinfo=UTC))
    document = pypdfium2.PdfDocument(made)
    try:
        page = document[0]
        dots = bytes(page.render(scale=0.5, grayscale=True).buffer)
    finally:
        document.close()
    if not any(dot < 128 for dot in dots):
        raise _Broken("文书是空白的")
    return f"一页 {len(made)} 字节，画出来了"
