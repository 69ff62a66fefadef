"""Puts a window together from its folder: keys, store, line, gate and desk. Only the command line does this."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from clerk_app import settings as window_settings
from clerk_app import tray
from clerk_app.domain.journal import Record
from clerk_app.domain.people import Person
from clerk_app.gate import Gate
from clerk_app.hardening import harden
from clerk_app.line import Admission, Application, Line, LineDown, LineRefused, LineStatus
from clerk_app.program.updating import Updating
from clerk_app.seat import Seat
from clerk_app.settings import Settings
from clerk_app.store.access import keyfile
from clerk_app.store.access.keys import (
    Keys,
    Unlock,
    open_keys,
    watched,
)
from clerk_app.store.access.rotation import KeyKeeper
from clerk_app.store.books.gaps import ChainForked
from clerk_app.store.books.pruning import Pruned
from clerk_app.store.copies.second_copy import SecondCopy, recover
from clerk_app.store.errors import VaultError
from clerk_app.store.mend.healing import COPY
from clerk_app.store.records import Records
from clerk_app.unlocking import unlock_for
from clerk_app.window_clock import WindowClock

if TYPE_CHECKING:
    from clerk_app.desk import Desk
    from clerk_app.devices.scanner import Scanner
    from clerk_app.printing import Printing
    from clerk_app.reporting import Reporting
    from sync.releases import Releases
    from sync.window import WindowEnd

COPY_ANSWERS = 5.0
"""Seconds a second copy is waited for at opening, where something is missing."""


class QuietLine:
    """The line of a single command: never tries by itself; asks only to let somebody sign in."""

    def __init__(self, connect: Callable[[], WindowEnd]) -> None:
        self._connect = connect
        self._status = LineStatus()

    def authenticate(self, number: str, password: str) -> Admission:
        """Ask central; raises ``LineDown`` or ``SignInRefused``."""
        with closing(self._connect()) as end:
            return end.authenticate(number, password)

    def look(self) -> LineStatus:
        """Ask central once whether it is there."""
        try:
            with closing(self._connect()) as end:
                end.greet()
        except (LineDown, LineRefused) as down:
            self._status = LineStatus(last_problem=str(down))
        else:
            self._status = LineStatus(online=True, clock_skew=end.clock_skew)
        return self._status

    def status(self) -> LineStatus:
        """Return what was last seen; offline until somebody looked."""
        return self._status

    def poke(self) -> None:
        """Do nothing: ``clerk sync`` is what sends."""

    def stop(self) -> None:
        """Do nothing."""


class Asking:
    """Puts single questions to central, each in a conversation of its own beside the running line (``line.Inquiry``)."""

    def __init__(self, connect: Callable[[], WindowEnd]) -> None:
        self._connect = connect

    def prefiling(self, number: str) -> Application | None:
        """Return an application made online, or ``None``."""
        with closing(self._connect()) as end:
            return end.prefiling(number)

    def case(self, number: str) -> list[Record] | None:
        """Return a case of any point as its records in central's order, or ``None``."""
        with closing(self._connect()) as end:
            return end.case(number)


class Window:
    """An opened window; a context manager that gives everything back."""

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        central_up: Callable[[], None] = lambda: None,
        unlock: Unlock | None = None,
        tell: Callable[[str], object] = lambda told: sys.stderr.write(told + "\n"),
    ) -> None:
        """Open the window kept in ``folder``; raises ``NotEnrolled``, ``SettingsDamaged`` or a ``VaultError``.

        ``central_up`` is called before central is: the demo's waits for the central it has started. ``unlock`` is asked
        for the keys, where somebody has made it already. ``tell`` is told what was damaged beside the store and mended.
        """
        harden()
        self._central_up = central_up
        self._held = ExitStack()
        self.folder = folder
        self.settings: Settings = window_settings.load(folder)
        self.seat: Seat = self.settings.seat
        unlock = unlock or unlock_for(self.settings.unlock)
        self.keys: Keys = open_keys(folder, unlock)
        self.records = self._held.enter_context(
            Records.open(
                folder,
                watched(self.keys, folder, unlock) if read_only else self.keys.vault,
                window=self.seat.window,
                read_only=read_only,
            )
        )
        self.mended = [] if read_only else self._mend(tell)
        """Sentences about what was found damaged beside the store, and mended."""
        self.clock = WindowClock(self.records.vault)
        self.line: Line = QuietLine(self.connect)
        self.copy: SecondCopy | None = None
        self.scanner = self._scanner()
        self.updating = Updating.of_bundle(folder, self.releases, self.settings.release_root)
        """Keeps the program new; ``None``: it is none that is switched."""
        self.printing = self._printing()
        self.gate = Gate(self.records, QuietLine(self.connect), self.clock.steady)
        self.records.worries.append(self.printing.worry)
        if not read_only:
            self.put_papers_away()  # of a program that was killed
            self._held.callback(self.put_papers_away)
            self._held.callback(self._end_copy)
            self.records.copy_kept = lambda: bool(self.settings.second_copy)
            looking = threading.Thread(target=self.look_in_copy, name="copy-look", daemon=True)
            looking.start()
            looking.join(COPY_ANSWERS)
            self.copy_to(self.settings)
            self.records.worries.append(lambda: self.copy.state().trouble if self.copy is not None else "")

    def _mend(self, tell: Callable[[str], object]) -> list[str]:
        """Bring settings and keys, which are kept twice, in order: the store is ours, and these keys open it."""
        mended = [told for told in (window_settings.mend(self.folder), keyfile.mend(self.folder)) if told]
        for told in mended:
            tell(told)
        return mended

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop the line and close the store."""
        self.line.stop()
        self._held.close()

    def connect(self) -> WindowEnd:
        """Return a new conversation with central; costs some 150 ms where TLS is used, so not on the screens' thread."""
        from sync.connect import connect

        self._central_up()
        return connect(
            self.records,
            self.seat,
            self.keys.signing_key,
            self.clock,
            self.clock.heard,
            self._offered,
            self.reporting().word,
            self.settings.ca,
        )

    def reporting(self) -> Reporting:
        """Return what tells central with every greeting how this window is."""
        from clerk_app.program import build_info, state
        from clerk_app.reporting import reporting

        return reporting(
            self.records,
            self.clock,
            self.folder,
            printer=self.printing.told,
            program=lambda: state.told(self.folder),
            platform=lambda: build_info.build_info().platform,
        )

    def _offered(self, release: str) -> None:
        """Central says which version of the program this window is to get."""
        if self.updating is not None:
            self.updating.offered(release)

    def releases(self) -> Releases:
        """Return a conversation with central about versions of the program."""
        from sync.releases import Releases

        return Releases(self.connect())

    def start_line(self) -> Line:
        """Let the line run beside the client."""
        from sync.runner import RunningLine

        self.line = RunningLine(self.connect, self.clock, idle=self.tidy).start()
        return self.line

    def _scanner(self) -> Scanner | None:
        if not self.settings.scanner:
            return None
        from clerk_app.checkup.machine import is_share
        from clerk_app.devices.scanner import Scanner

        return Scanner(Path(self.settings.scanner), is_share=is_share)

    def _printing(self) -> Printing:
        from clerk_app.printing import Printing, choices_of

        papers = self.settings.papers_folder(self.folder)
        return Printing(self.records, self.seat, self.clock, papers, lambda: choices_of(self.settings.printing))

    def start_printing(self) -> None:
        """Work the printers' queue off beside the client."""
        self._held.callback(self.printing.start().stop)

    def watch_scanner(self) -> None:
        """Watch the scanner's folder beside the client, where one is set."""
        if self.scanner is not None:
            self._held.callback(self.scanner.start().stop)

    def look_in_copy(self) -> None:
        """Take what is missing here out of the second copy, where there is one and its place answers."""
        place = self.settings.second_copy
        if not place or not self.records.gaps():
            return
        try:
            self.records.fill(recover(Path(place), self.keys, self.seat.window))
            self.records.looked(COPY)
        except (OSError, ChainForked, VaultError) as error:
            logging.getLogger("clerk").warning("second copy not taken in: %s", type(error).__name__)

    def tidy(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """In idle moments: look for what is missing, read every row through once a day, and let go what need not be kept."""
        self.look_in_copy()
        self.let_points_go()
        self.look_through(cancelled)
        self.prune(cancelled)
        self.sweep_scans()
        self.update(cancelled)

    def update(
        self, cancelled: Callable[[], bool] = lambda: False, progress: Callable[[str], object] = lambda _: None
    ) -> None:
        """Fetch the version of the program that central offers, where it is news."""
        if self.updating is not None:
            self.updating.work(cancelled, progress)

    def news(self) -> list[str]:
        """Return what became of the program's versions, once, in Chinese."""
        return [] if self.updating is None else self.updating.programs.news()

    def let_points_go(self) -> None:
        """Let go of further points for whom no supervisor has signed in for as long as central allows, the line up or down."""
        try:
            self.records.further.expire(self.clock.steady())
        except VaultError as error:
            logging.getLogger("clerk").warning("further points not let go: %s", type(error).__name__)

    def sweep_scans(self) -> None:
        """Take away sealed files nobody names, as a kill leaves them."""
        try:
            self.records.scans.sweep()
        except (OSError, VaultError) as error:
            logging.getLogger("clerk").warning("scans not swept: %s", type(error).__name__)

    def look_through(self, cancelled: Callable[[], bool] = lambda: False, *, at_once: bool = False) -> None:
        """Read the store through where that is due, and bring in order what is damaged (``Records.examine_daily``)."""
        try:
            self.records.examine_daily(self.clock().date().isoformat(), cancelled, at_once=at_once)
        except VaultError as error:
            logging.getLogger("clerk").warning("not examined: %s", type(error).__name__)

    def prune(self, cancelled: Callable[[], bool] = lambda: False) -> Pruned | None:
        """Once a day, take out what this window need not keep any more (``store.books.pruning``).

        Nothing waits for it: where the store cannot do it now, the next day will.
        """
        try:
            return self.records.pruning.daily(self.settings.keep_for, self.clock(), cancelled)
        except VaultError as error:
            logging.getLogger("clerk").warning("not pruned: %s", type(error).__name__)
            return None

    def desk(self, person: Person) -> Desk:
        """Return the desk of somebody who signed in."""
        from clerk_app.desk import Desk

        papers, inquiry = self.printing.papers, Asking(self.connect)
        key, scanner, line = self.keys.signing_key, self.scanner, self.line
        return Desk(self.records, self.seat, person, key, self.clock, line, papers, inquiry, scanner, self.printing)

    def put_papers_away(self) -> None:
        """Empty the folder of printed papers; one that a person has chosen is that person's."""
        if not self.settings.papers:
            tray.empty(self.settings.papers_folder(self.folder))

    def copy_to(self, settings: Settings) -> SecondCopy | None:
        """Keep a second copy of what is unsent where these settings say."""
        if self.copy is not None:
            self.copy.stop(1.0)
            self.copy = None
        if not settings.second_copy:
            return None
        place, seat = Path(settings.second_copy), self.seat
        apart = settings.second_copy_device
        copy = SecondCopy(self.records, self.keys, seat.window, seat.point, place, self.clock, apart=apart)
        self.copy = copy.start()
        return self.copy

    def _end_copy(self) -> None:
        """Wait a little for the second copy, and say so where it has not everything."""
        state = self.copy.stop() if self.copy is not None else None
        if state is not None and state.behind:
            sys.stderr.write(state.say() + "\n")

    def keep_keys(self) -> None:
        """Go on, beside the client, with a change of keys; begin one where no person has to be asked for it."""
        unlock = None if self.settings.unlock == "passphrase" else unlock_for(self.settings.unlock)
        self._held.callback(KeyKeeper(self.records.vault, unlock).start().stop)
