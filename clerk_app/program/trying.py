"""Starts another version's program: to have it check itself, and in an environment that this one's start has not changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 60.0
"""Seconds a new version's own check may take."""
LAUNCHED = "CLERK_LAUNCHED"
"""Set, to the version that was installed, for whatever is started in its place: that hands on to nobody."""


def check_itself(program: Path) -> str:
    """Have a program check itself without a window; return what is wrong with it, or nothing."""
    import subprocess

    try:
        done = subprocess.run(
            [program, "doctor", "--program", "--json"],
            env=environment(installed()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"它的自检 {PATIENCE:g} 秒没有结束"
    except OSError as error:
        return f"它启动不了（{error.strerror or type(error).__name__}）"
    return "" if done.returncode == 0 else f"它的自检没有通过（退出状态 {done.returncode}{_named(done.stdout)}）"


def _named(told: bytes) -> str:
    """Return which checks of a report failed."""
    import json

    try:
        wrong = [str(check["label"]) for check in json.loads(told)["checks"] if check["state"] == "failed"]
    except (ValueError, KeyError, TypeError):
        return ""
    return "：" + "、".join(wrong) if wrong else ""


def installed() -> str:
    """Return the version that was installed: this program's own, unless another one has handed on to it."""
    from clerk_app.program.build_info import build_info

    return os.environ.get(LAUNCHED) or build_info().version


def environment(version: str, told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for another bundle's program: nothing of what this one's start has put into it.

    ``version`` is the one that was installed.
    """
    held = {name: value for name, value in (told or os.environ).items() if not name.startswith("_PYI_")}
    original = held.pop("LD_LIBRARY_PATH_ORIG", None)
    if getattr(sys, "frozen", False):  # its own libraries come first here, and must not in the other
        held.pop("LD_LIBRARY_PATH", None)
    if original:
        held["LD_LIBRARY_PATH"] = original
    return {**held, "PYINSTALLER_RESET_ENVIRONMENT": "1", LAUNCHED: version}
