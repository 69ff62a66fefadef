"""Reading the store through for what opening it does not show, and noting what is found."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from clerk_app.store.books.book import TABLE as JOURNAL
from clerk_app.store.errors import StoreDamaged, VaultError
from clerk_app.store.file.vault import Vault
from clerk_app.store.mend import repair
from clerk_app.store.mend.mending import Mending

if TYPE_CHECKING:
    from clerk_app.store.books.book import Book

EXAMINED = "examined"
"""Note: the day every row was read through."""
_SHARE, _BREATH = 100, 0.005
_TAIL = 10_000
"""So many of the journal's last rows are read, some 5 µs each, where the store was not closed."""
_SMALL = 64 << 20
"""Bytes of a file SQLite looks through in some 0.1 s."""
_FEW = 20_000
"""A store of so many rows is read through in some 0.1 s."""


class Examining:
    """What records can find out about their own store; a part of ``Records``."""

    vault: Vault
    _book: Book
    _mending: Mending
    _unsound: list[StoreDamaged]
    """What SQLite's own check found wrong with the file."""
    _unexamined: bool
    """Whether the store was not closed the last time, or is an older one, and was not read through since."""

    def heal(self, because: StoreDamaged | None = None) -> bool:
        """Bring in order what was found damaged (``Records.heal``)."""
        raise NotImplementedError

    def examine(
        self, cancelled: Callable[[], bool] = lambda: False, breath: float = 0.0, *, deep: bool = False
    ) -> list[StoreDamaged]:
        """Read every row there is and return what is damaged; where anything is, the next opening repairs it.

        Opening itself proves the index of every table, not every row. ``breath``: seconds left to others between two
        shares; ``cancelled`` is asked then. ``deep``: have SQLite look through the whole file and its indexes, too.
        """
        for table in self.vault.tables():
            for number, _ in enumerate(self.vault.scan(table), start=1):
                if number % _SHARE == 0:
                    time.sleep(breath)
                    if cancelled():
                        return self.damages()
        if deep:
            self._unsound = self.vault.integrity_check()
        self.note_met()
        return self.damages()

    def examine_daily(self, day: str, cancelled: Callable[[], bool] = lambda: False, *, at_once: bool = False) -> None:
        """Read every row once on each day the window is in use, in idle moments, and after an end that was none.

        What is found damaged is brought in order, also what was met before. ``at_once``: somebody waits for it; a store that
        is small is read whenever it is asked for.
        """
        vault = self.vault
        if vault.read_only:
            return
        self.heal()
        few = at_once and sum(map(vault.count, vault.tables())) <= _FEW
        if vault.note(EXAMINED) == day and not (few or self._unexamined):
            return
        self.examine(cancelled, 0.0 if at_once else _BREATH, deep=True)
        if not cancelled():
            self.heal()
            self._unexamined = False
            if vault.note(EXAMINED) != day:
                vault.set_note(EXAMINED, day)

    def damages(self) -> list[StoreDamaged]:
        """Return what was found damaged since the store was opened; everything else is in use."""
        return [*self.vault.findings, *self.vault.damages.values(), *self._unsound]

    def note_met(self) -> None:
        """Have what was met damaged repaired at the next opening, however this program ends."""
        if self._mending.bent() or self._unsound:
            self._doubt()

    def _read_tail(self) -> None:
        """Read what came last, and all that is unsent: a log may lie over a file that it does not belong to, or be gone.

        Then pages are at odds, too; a file that is large is looked through in an idle moment only.
        """
        if self.vault.size() <= _SMALL:
            self._unsound = self.vault.integrity_check()
        for place in self._book.unsent():
            self._book.at(place)
        for _ in self.vault.scan(JOURNAL, max(0, self.vault.last(JOURNAL) - _TAIL)):
            pass

    def _corrupt(self) -> StoreDamaged | None:
        """Return what SQLite itself finds wrong with the file: in such a one no row is changed."""
        met = [*self.vault.damages.values(), *self._unsound]
        return next((damage for damage in met if damage.reason == "corrupt"), None)

    def _doubt(self) -> None:
        """Have the file made anew when it is opened next."""
        if not self.vault.read_only and self.vault.note(repair.DOUBT) is None:
            with contextlib.suppress(VaultError):  # a file that takes no note shows its damage by itself
                self.vault.set_note(repair.DOUBT, {"rebuild": True})
