"""``clerk`` and ``clerk demo``: the client on the screen."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app import settings as window_settings
from clerk_app.commands.output import DONE, NOT_READY, Progress, Stop, say
from clerk_app.program.health import Health
from clerk_app.settings import NotEnrolled, Settings
from clerk_app.store.errors import KeysError, StoreFailing, StoreFull, StoreInUse, StoreNotLockable
from clerk_app.terminal import Terminal, chosen

if TYPE_CHECKING:
    from clerk_app.commands.demo_city import DemoCity
    from clerk_app.commands.opening import Opening
    from clerk_app.practice.coach import Coach
    from clerk_app.services import Demo
    from clerk_app.store.access.keys import Unlock
    from clerk_app.wiring import Window


NOT_THE_PROGRAMS = (Stop, NotEnrolled, StoreInUse, StoreNotLockable, StoreFull, StoreFailing, KeysError)
"""What keeps a client from opening whatever its version is: a new one is not given up for it."""


def run(options: argparse.Namespace) -> int:
    """Open the client over the window of this folder."""
    from clerk_app.store.file.lock import StoreLock

    folder = getattr(options, "data", None) or window_settings.default_folder()
    flag, health, unlock = options.low_bandwidth, Health(folder), None
    with health.excusing(*NOT_THE_PROGRAMS):
        if _is_new(folder):
            unlock = _first_start(folder, flag)
            if unlock is None and _is_new(folder):
                return DONE  # left before everything was said
        settings = window_settings.load(folder)
        need_terminal()
        with suppress(OSError):  # in the way of a lock only: what else is wrong is found when the store is opened
            StoreLock(folder / "store.lock").release()  # a store in use is told of before the screen is taken
        asks = unlock is None
        return _show(lambda: _window(folder, health, unlock), None, settings, folder, health, flag=flag, asks=asks)


def _is_new(folder: Path) -> bool:
    """Whether the folder is to be made a window's, or was begun to be; without a terminal nothing is asked."""
    from clerk_app.commands.first import unfinished

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    if window_settings.enrolled(folder):
        return unfinished(folder)
    return not (folder / window_settings.STORE).exists()


def _first_start(folder: Path, flag: bool | None) -> Unlock | None:
    """Lead through the first start; return how the window's keys are unlocked, where that was said."""
    from clerk_app.commands.first import FirstStart

    first = FirstStart(folder)
    terminal = _paint(first.begun.wishes.get("terminal"), flag)
    from screens.first.app import FirstStart as App

    try:
        app = App(first, terminal)
        with _leaving_in_order(app.action_leave):
            app.run()
        return first.unlock if app.return_value else None
    finally:
        first.close()


def _paint(told: Any, flag: bool | None) -> Terminal:
    """Return how the terminal is painted, and have Textual find it in its environment when it is loaded."""
    terminal = chosen(told, os.environ, flag)
    for name, value in terminal.environment().items():
        os.environ.setdefault(name, value)
    return terminal


def demo(options: argparse.Namespace) -> int:
    """Make the sample city if it is not there yet, start its central, and open the client."""
    from clerk_app.commands.demo_city import DemoCity, default_demo_folder
    from clerk_app.commands.enrolling import first_sync

    if not options.prepare:
        need_terminal()
    folder = getattr(options, "data", None) or default_demo_folder()
    with _leaving_in_order(), DemoCity(folder, full=options.full, tell=_tell) as city:
        if not options.prepare:
            return _show(
                lambda: _window_of(city), city, window_settings.load(folder), folder, flag=options.low_bandwidth
            )
        with _window_of(city) as window:
            first_sync(window, Progress())
            accounts, couriers = [asdict(a) for a in city.accounts], [asdict(c) for c in city.couriers]
            value = {"window": window.seat.window, "accounts": accounts, "couriers": couriers}
        people = (f"  {a.number}  {a.password}  {a.name}" for a in city.accounts)
        riders = (f"  {c.badge}  {c.pin}  {c.name}" for c in city.couriers)
        told = [f"样例城市已备好，在 {folder}。工号和口令：", *people, "揽收员的工牌和 PIN：", *riders]
        say(value, options.json, told)
        return DONE


def rehearse(
    open_window: Callable[[], Window],
    people: Demo,
    settings: Settings,
    folder: Path,
    coach: Callable[[Opening], Coach],
) -> int:
    """Run the client over a window to practise at."""
    return _show(open_window, people, settings, folder, coach=coach, asks=False)


def _window(folder: Path, health: Health, unlock: Unlock | None) -> Window:
    from clerk_app.wiring import Window

    window = Window(folder, unlock=unlock, tell=lambda _: None)  # told on the screen (``Opening.notices``)
    health.opened()
    return window


def _window_of(city: DemoCity) -> Window:
    """Open the sample's window; data that cannot be used are made anew."""
    from clerk_app.commands.demo_city import unusable
    from clerk_app.store.errors import VaultError
    from clerk_app.wiring import Window

    try:
        return Window(city.window_folder, central_up=city.wait)
    except VaultError as error:
        if not unusable(error):
            raise
        city.start_over()
        return Window(city.window_folder, central_up=city.wait)


def _show(
    open_window: Callable[[], Window],
    city: Demo | None,
    settings: Settings,
    folder: Path,
    health: Health | None = None,
    *,
    coach: Callable[[Opening], Coach] | None = None,
    flag: bool | None = None,
    asks: bool = True,
) -> int:
    """Run the client until it is closed.

    ``coach``: it is for practising; ``flag``: what was said of the low-bandwidth mode; ``asks``: whether opening may ask for the
    passphrase.
    """
    from clerk_app.commands.opening import Opening
    from clerk_app.commands.own import OwnSettings
    from clerk_app.services import Services

    gc.disable()  # what is loaded now stays; to look through it again and again only takes time
    terminal = _paint(settings.terminal, flag)
    with Opening(open_window) as opening:
        if asks and (city is not None or _asks(settings)):  # both speak to the terminal: before the screens take it
            opening.window()
        from screens.app import build_app

        own = OwnSettings(folder, settings, opening.window)
        services = Services(
            gate=opening,
            line=opening,
            seat=settings.seat,
            open_desk=lambda person: opening.window().desk(person),
            painted=lambda: _painted(opening, health),
            demo=city,
            practice=coach(opening) if coach is not None else None,
            keymap=settings.keymap,
            theme=settings.theme,
            keep_theme=own.wear,
            thrifty=terminal.thrifty,
            few_colours=terminal.few_colours,
            muted=settings.muted is True,
            keep_muted=lambda muted: window_settings.change(folder, muted=muted),
            lock_after=settings.lock_after,
            put_papers_away=opening.put_papers_away,
            notices=opening.notices,
            own=own,
        )
        app = build_app(services)
        opening.leave = app.action_leave
        with _leaving_in_order(app.action_leave):
            app.run()
        opening.check()
        return app.return_code or DONE


def _painted(opening: Opening, health: Health | None) -> None:
    opening.begin()
    if health is not None:
        health.painted()


def _asks(settings: Settings) -> bool:
    """Whether opening this window asks the person at the terminal for the passphrase."""
    return settings.unlock == "passphrase" and not os.environ.get("CLERK_PASSPHRASE_FILE")


@contextmanager
def _leaving_in_order(leave: Callable[[], Any] | None = None) -> Iterator[None]:
    """Told to end, or its terminal gone, the program gives back what it holds: the screen, the store, central."""

    def told(number: int, _: object) -> None:
        if leave is not None:
            import asyncio

            try:
                asyncio.get_running_loop().call_soon_threadsafe(leave)
            except RuntimeError:  # the screen is not up yet, or is down already
                pass
            else:
                return
        sys.exit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, told) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def need_terminal() -> None:
    """Raise ``Stop`` where there is no terminal to draw the client on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(
            NOT_READY,
            "客户端需要在终端里打开。不用屏幕的命令见 clerk --help（如 clerk intake、clerk cases）。",
            "no-terminal",
        )
