"""Which version of the program is started: a newer one is tried first, and one that does not come up is given up again.

Every change is one write of ``state.json``; folders are made before it names them and removed after it does not, so that whatever
stops this leaves a program that works. The version that was installed is never touched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from clerk_app.program import state as kept
from clerk_app.program.state import State, StateDamaged, Trial
from clerk_app.program.trying import check_itself, installed
from clerk_app.program.versions import key_of, newer

STARTS = 2
"""So often a version may be started after a switch without showing its first screen."""
DIED = "换上后两次没有打开"
SENT_BACK = "已由人退回上一版本"
GONE = "程序文件不见了"
_DRAFT = ".draft-"

Try = Callable[[Path], str]
"""Has a program check itself; returns what is wrong with it in Chinese, or nothing."""


class Choice(NamedTuple):
    """What is to be started."""

    program: Path | None = None
    """``None``: the one that was installed, which is running already."""
    version: str = ""
    said: tuple[str, ...] = ()
    """Chinese, for whoever stands at the terminal."""


class NothingBefore(Exception):
    """There is no earlier version to go back to."""


class Programs:
    """The versions of the program in one window's folder; ``installed`` is the one outside of it."""

    def __init__(self, folder: Path, installed: str, trial: Try | None = None) -> None:
        """``folder`` is the window's; ``trial`` is how a new version is tried, its own check where nothing is said."""
        self.folder = folder
        self.installed = installed
        self._trial = trial or check_itself

    def state(self) -> State:
        """Return the state as it is kept; a damaged one counts as none."""
        try:
            return kept.read(self.folder)
        except StateDamaged:
            return State()

    def running(self) -> str:
        """Return the version that runs when the client is opened now, but for one that waits to be tried."""
        held = self.state()
        return held.current if newer(held.current, self.installed) else self.installed

    def wanted(self, version: str) -> bool:
        """Whether a version that is offered is news: newer than what runs and what waits, and never given up."""
        held = self.state()
        return (
            newer(version, self.running())
            and not held.reason(version)
            and (not held.staged or newer(version, held.staged))
        )

    # what is started

    def choose(self, *, client: bool) -> Choice:
        """Return what to start; a version that waits is tried, and starts are counted, only where the client is opened.

        A disk that takes nothing keeps a version from being tried, not the one that runs from running.
        """
        try:
            return self._choose(client=client)
        except OSError:
            if not client:
                raise
            return self._choose(client=False)

    def _choose(self, *, client: bool) -> Choice:
        try:
            held = kept.read(self.folder)
        except StateDamaged as damaged:
            return Choice(said=(str(damaged),))
        said: tuple[str, ...] = ()
        if client and held.staged:
            held, said = self._tried(held)
        if held.current and not newer(held.current, self.installed):
            held = self._change(lambda now: now._replace(current="", previous="", trial=None))
        if client and held.trial is not None and held.current:
            held = self._counted(held)
        while held.current and not is_program(kept.program_of(self.folder, held.current)):
            held = self._given_up(held.current, GONE)
        if not held.current:
            return Choice(said=said)
        return Choice(kept.program_of(self.folder, held.current), held.current, said)

    def _tried(self, held: State) -> tuple[State, tuple[str, ...]]:
        """Switch to the version that waits, if it passes its own check; else it is not tried again."""
        version, program = held.staged, kept.program_of(self.folder, held.staged)
        if not newer(version, self.running()) or not is_program(program):  # then it is fetched again
            return self._change(lambda now: now._replace(staged="")), ()
        wrong = self._trial(program)
        if wrong:
            self.refuse(version, wrong)
            return self.state(), (f"新版本 {version} 没有换上：{wrong}。仍用 {self.running()}。",)
        before = held.current if newer(held.current, self.installed) else ""

        def switched(now: State) -> State:
            if now.staged != version:  # another start did it meanwhile
                return now
            return now._replace(current=version, previous=before, staged="", trial=Trial(version))

        held = self._change(switched)
        self.tidy()
        return held, (f"已换上新版本 {version}。",)

    def _counted(self, held: State) -> State:
        """Count this start; after two that showed no screen the version is given up."""
        trial = held.trial
        if trial is None or trial.version != held.current:
            return self._change(lambda now: now._replace(trial=None))
        if trial.starts >= STARTS:
            return self._given_up(held.current, DIED)
        return self._change(lambda now: now._replace(trial=Trial(trial.version, trial.starts + 1)))

    def _given_up(self, version: str, reason: str) -> State:
        """Go back to the version before."""

        def back(now: State) -> State:
            before = now.previous if newer(now.previous, self.installed) else ""
            told = f"版本 {version} {reason}，已用回 {before or self.installed}；这个版本不再换上。"
            gone = now._replace(current=before, previous="", trial=None, news=(*now.news, told))
            return _with_failure(gone, version, reason)

        return self._change(back)

    # what becomes of a version

    def stage(self, bundle: Path, version: str) -> None:
        """Take an unpacked, proven bundle (the folder above ``clerk``) for the version to be tried next."""
        from shutil import rmtree

        from clerk_app.store.file.durable import sync_folder

        place = kept.place_of(self.folder) / kept.VERSIONS / version

        def staged(now: State) -> State:
            if place.exists():  # of an earlier try that was stopped before the state named it
                rmtree(place)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            bundle.replace(place)
            sync_folder(place.parent)
            return now._replace(staged=version, trouble="")

        self._change(staged)
        self.tidy()

    def refuse(self, version: str, reason: str) -> None:
        """Give a version up before it was switched to: it is not tried again."""
        told = f"新版本 {version} 没有换上：{reason}；仍用原来的版本。"

        def refused(now: State) -> State:
            left = now._replace(staged="" if now.staged == version else now.staged, news=(*now.news, told))
            return _with_failure(left, version, reason)

        self._change(refused)
        self.tidy()

    def note(self, trouble: str) -> None:
        """Keep what stands in the way of the next version, in Chinese; empty: nothing does."""
        if self.state().trouble != trouble:
            self._change(lambda now: now._replace(trouble=trouble))

    def healthy(self, version: str) -> None:
        """This version shows its first screen and has its store open: it is the one to stay."""
        trial = self.state().trial
        if trial is not None and trial.version == version:
            self._change(lambda now: now._replace(trial=None))

    def excuse(self) -> None:
        """This start showed no screen for reasons that are not the program's: it does not count."""

        def excused(now: State) -> State:
            trial = now.trial
            return now if trial is None else now._replace(trial=Trial(trial.version, max(0, trial.starts - 1)))

        if self.state().trial is not None:
            self._change(excused)

    def back(self) -> str:
        """Go back to the version before, on a person's word; return it. Raises ``NothingBefore``."""
        held = self.state()
        if not newer(held.current, self.installed):
            raise NothingBefore
        after = self._change(
            lambda now: _with_failure(
                now._replace(current=now.previous, previous="", staged="", trial=None), held.current, SENT_BACK
            )
        )
        self.tidy()
        return after.current or self.installed

    def news(self) -> list[str]:
        """Return what the next person at the window is to be told, once."""
        try:
            held = kept.read(self.folder)
        except StateDamaged as damaged:
            self._change(lambda now: now)
            return [str(damaged)]
        if held.news:
            self._change(lambda now: now._replace(news=()))
        return list(held.news)

    def tidy(self) -> None:
        """Remove versions and drafts that nothing leads to any more; what cannot be removed now is, the next time."""
        from shutil import rmtree

        versions = kept.place_of(self.folder) / kept.VERSIONS
        with kept.locked(self.folder):
            held = self.state()
            needed = {held.current, held.previous, held.staged}
            for old in [*versions.iterdir()] if versions.is_dir() else []:
                if old.name not in needed and not _is_mine(old):
                    rmtree(old, ignore_errors=True)

    def draft(self) -> Path:
        """Return an empty folder for a bundle to be unpacked into; what others left is removed."""
        from shutil import rmtree

        place = kept.place_of(self.folder)
        for left in place.glob(f"{_DRAFT}*"):
            rmtree(left, ignore_errors=True)
        made = place / f"{_DRAFT}{os.getpid()}"
        made.mkdir(mode=0o700)
        return made

    def _change(self, changed: Callable[[State], State]) -> State:
        return kept.change(self.folder, changed)


def _with_failure(held: State, version: str, reason: str) -> State:
    rest = tuple(pair for pair in held.failed if pair[0] != version)
    return held._replace(failed=(*rest, (version, reason)))


def _is_mine(folder: Path) -> bool:
    """Whether the program that is running lies in a folder: it may have been replaced while it runs."""
    return folder in Path(sys.executable).parents


def is_program(path: Path) -> bool:
    """Whether there is something to be started."""
    return path.is_file() and os.access(path, os.X_OK)


def is_version(text: str) -> bool:
    """Whether a text names a version, and may name a folder."""
    return key_of(text) is not None


def of_window(folder: Path) -> Programs:
    """Return the versions in a window's folder, as this program sees them."""
    return Programs(folder, installed())
