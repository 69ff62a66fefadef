"""What this window says of itself with every greeting, for whoever looks after the city's windows (``docs/protocol.md`` §3).

Numbers, moments and short codes: nothing a person typed or is called gets into it. Nothing here may keep a window from its line:
what cannot be told is left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock

TROUBLE = Path("log", "trouble.json")
"""In the window's folder: what last went wrong in the program, as code and time (``note_trouble``)."""
LONGEST = 40
"""Characters of a code."""
MOST = 1000
"""Bytes of the whole word; central hears 1,024."""
REASONS = {
    "没有打开": "died",
    "由人退回": "sent-back",
    "不见了": "gone",
    "没有结束": "check-hung",
    "启动不了": "no-start",
    "没有通过": "doctor",
    "不是本机用的": "platform",
    "大得不合理": "size",
    "安装包里": "bundle",
}
"""Why a version was given up: what is said of it here, and in one word there."""
OTHER = "other"
_CODE = re.compile(r"[A-Za-z0-9._+-]*")
_TO_CODE = re.compile(r"[^A-Za-z0-9._+-]+")


class Program(Protocol):
    """Which versions of the program are here (``program.state.ProgramWord``)."""

    @property
    def version(self) -> str:
        """The one that runs."""
        ...

    @property
    def staged(self) -> str:
        """The one that waits to be switched to; empty: none."""
        ...

    @property
    def failed(self) -> str:
        """The one given up last; empty: none."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Puts a window's word together, out of what it is handed; each is asked anew with every greeting."""

    oldest: Callable[[], str]
    """When the oldest unsent act was done (RFC 3339); empty: nothing is unsent."""
    refused: Callable[[], int]
    skew: Callable[[], float | None]
    disk: Callable[[], int]
    """Free megabytes."""
    store: Callable[[], int]
    """Kilobytes."""
    printer: Callable[[], str]
    program: Callable[[], Program]
    platform: Callable[[], str]
    trouble: Callable[[], tuple[str, str] | None]
    """Code and time."""

    def word(self) -> str:
        """Return the word as JSON of ASCII; raises nothing."""
        told = {
            "oldest": _got(self.oldest),
            "refused": _got(self.refused),
            "skew": _whole(_got(self.skew)),
            "disk": _got(self.disk),
            "store": _got(self.store),
            "printer": code(_got(self.printer) or ""),
            "program": _program(_got(self.program)),
            "platform": code(_got(self.platform) or ""),
            "trouble": _trouble(_got(self.trouble)),
        }
        whole = _written({name: value for name, value in told.items() if value not in (None, "", {})})
        return whole if len(whole) <= MOST else ""


def reporting(
    records: Records,
    clock: WindowClock,
    folder: Path,
    *,
    printer: Callable[[], str],
    program: Callable[[], Program],
    platform: Callable[[], str],
) -> Reporting:
    """Return the reporting of an opened window."""
    return Reporting(
        oldest=lambda: _oldest(records),
        refused=lambda: len(records.loose_ends.needing()),
        skew=lambda: clock.known.skew if clock.known.said_by == "central" else None,
        disk=lambda: shutil.disk_usage(folder).free >> 20,
        store=lambda: _kilobytes(folder),
        printer=printer,
        program=program,
        platform=platform,
        trouble=lambda: last_trouble(folder),
    )


def code(text: str) -> str:
    """Return a text that is a short code as it is; anything else may be anybody's, and is only said to be something else."""
    return text if _CODE.fullmatch(text) and len(text) <= LONGEST else OTHER


def reason_code(reason: str) -> str:
    """Return why a version was given up in one word."""
    if _CODE.fullmatch(reason):
        return code(reason)
    return next((told for words, told in REASONS.items() if words in reason), OTHER)


def note_trouble(folder: Path, what: str, at: str) -> None:
    """Keep what just went wrong in the program, in the program's own words, in place of what did before; best effort."""
    path = folder / TROUBLE
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(_written({"code": _TO_CODE.sub("-", what)[:LONGEST], "at": at}), encoding="ascii")
        draft.replace(path)
    except OSError:
        return


def last_trouble(folder: Path) -> tuple[str, str] | None:
    """Return code and time of what last went wrong in the program; ``None``: nothing did."""
    told = json.loads((folder / TROUBLE).read_bytes()[:MOST])
    return str(told["code"]), str(told["at"])


def _got(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception:  # noqa: BLE001  whatever it is, the greeting is worth more
        return None


def _oldest(records: Records) -> str:
    waiting = records.unsent_as_kept(1, 1)
    return waiting[0].entry().at if waiting else ""


def _kilobytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("store.db*")) >> 10


def _whole(skew: float | None) -> int | None:
    return None if skew is None else round(skew)


def _program(told: Program | None) -> dict[str, str]:
    if told is None:
        return {}
    words = {"version": code(told.version), "staged": code(told.staged), "failed": code(told.failed)}
    if told.failed:
        words["reason"] = reason_code(told.reason)
    return {name: word for name, word in words.items() if word}


def _trouble(told: tuple[str, str] | None) -> dict[str, str]:
    return {} if told is None else {"code": code(told[0]), "at": told[1]}


def _written(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
