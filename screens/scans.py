"""Taking scanned files in hand: which of those that wait is meant, and a line of the checklist that has them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.domain.draft import HeldScan
from clerk_app.domain.scan_content import media_words
from clerk_app.domain.timing import BEIJING
from clerk_app.seat import Refused
from screens.dialogs import Choose, Notice, Option
from screens.text import cut

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.scanning import ScannerState, Seen
    from screens.base import AreaScreen
    from screens.widgets.checklist import Checklist

ALL = "all"
MOST = 60
"""Files that are listed; whoever has more waiting takes the newest first."""


def choose(screen: AreaScreen, title: str, then: Callable[[list[Path]], None]) -> None:
    """Have the files that are meant told: the only one at once, else what is chosen of those that wait."""
    desk = screen.desk

    def told(found: tuple[Sequence[Seen], ScannerState]) -> None:
        waiting, state = found
        ready = [seen for seen in waiting if not seen.refused]
        if len(ready) == 1 and len(waiting) == 1:
            then([ready[0].path])
        elif waiting:
            screen.open(Choose(title, _options(waiting, ready)), lambda value: _chosen(value, ready, then))
        else:
            why = state.trouble or "扫描仪文件夹里没有新的文件；正在写入的，写完就会出现"
            screen.open(Notice("没有可附的扫描件", f"{why}。"))

    screen.ask(lambda: (desk.waiting_scans(), desk.scanner()), told)


def _chosen(value: str | None, ready: Sequence[Seen], then: Callable[[list[Path]], None]) -> None:
    if value == ALL:
        then([seen.path for seen in reversed(ready)])
    elif value:
        then([seen.path for seen in ready if str(seen.path) == value])


def _options(waiting: Sequence[Seen], ready: Sequence[Seen]) -> list[Option]:
    options = [Option(str(seen.path), _label(seen), cut(seen.path.name, 30)) for seen in ready[:MOST]]
    if len(ready) > 1:
        options.insert(1, Option(ALL, f"全部 {len(ready)} 份", "按扫描的先后，都附到这一项"))
    spoilt = [seen for seen in waiting if seen.refused][:MOST]
    return options + [Option(str(seen.path), cut(seen.path.name, 26), seen.refused, enabled=False) for seen in spoilt]


def _label(seen: Seen) -> str:
    at = datetime.fromtimestamp(seen.at, BEIJING)
    return f"{at:%H:%M:%S}  {media_words(seen.media, seen.pages, seen.size)}"


class Hand:
    """The scanned files a checklist has in hand until they are recorded or let go."""

    def __init__(self, screen: AreaScreen, checklist: Callable[[], Checklist]) -> None:
        self._screen = screen
        self._checklist = checklist
        self._held: list[HeldScan] = []

    def offer(self) -> None:
        """Offer the key where there is a scanner's folder."""
        screen = self._screen
        desk = screen.desk

        def told(state: ScannerState) -> None:
            self._checklist().scans_come = bool(state.folder)
            screen.refresh_bindings()

        screen.ask(desk.scanner, told, lambda _: None, hold=False)

    def wanted(self, key: str, *, off: bool) -> None:
        """Attach to a line, or take off what it has."""
        sheet = self._checklist().sheet
        if off:
            self._let_go(list(sheet.scans.get(key, ())))
            self._checklist().take(sheet.unscanned(key))
            return
        choose(self._screen, f"附到：{sheet.material(key).name}", lambda paths: self._hold(key, paths))

    def _hold(self, key: str, paths: Sequence[Path]) -> None:
        desk = self._screen.desk

        def work() -> tuple[list[HeldScan], Refused | None]:
            held: list[HeldScan] = []
            for path in paths:
                try:
                    held.append(desk.hold_scan(path))
                except Refused as refused:
                    return held, refused
                except BaseException:  # the store takes nothing: then nothing stays in hand
                    desk.release_scans(held)
                    raise
            return held, None

        self._screen.ask(work, lambda found: self._take(key, *found))

    def _take(self, key: str, held: Sequence[HeldScan], refused: Refused | None) -> None:
        self._held += held
        checklist = self._checklist()
        sheet = checklist.sheet
        for scan in held:
            sheet = sheet.scanned(key, scan)
        checklist.take(sheet)
        self._screen.clerk.look_at_line()
        if refused is not None:
            self._screen.show_refusal(refused)

    def empty(self) -> None:
        """Let everything go: what was recorded is not in hand any more, the rest waits again."""
        self._let_go(self._held)

    def _let_go(self, held: Sequence[HeldScan]) -> None:
        if not held or self._screen.place is None:
            return
        self._held = [scan for scan in self._held if scan not in held]
        desk: Desk = self._screen.desk
        with contextlib.suppress(RuntimeError):  # the client is being left: at the next start they wait again
            self._screen.clerk.desk_work.do(
                lambda: desk.release_scans(held), lambda _: None, lambda _: None, hold=False
            )
