"""``clerk`` and ``clerk demo``: the client on the screen."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from clerk_app import settings as window_settings
from clerk_app.commands.output import DONE, NOT_READY, Progress, Stop, say
from clerk_app.settings import Settings

if TYPE_CHECKING:
    from clerk_app.commands.demo_city import DemoCity
    from clerk_app.wiring import Window


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare ``clerk demo``; the client itself is the command without a name."""
    made = add("demo", "在本机上开一座样例城市，然后打开客户端", demo)
    made.add_argument("--full", action="store_true", help="全量样例：767 个服务点、11389 个事项")
    made.add_argument("--prepare", action="store_true", help="只准备好样例城市，不打开客户端")


def run(options: argparse.Namespace) -> int:
    """Open the client over the window of this folder."""
    folder = getattr(options, "data", None) or window_settings.default_folder()
    settings = window_settings.load(folder)
    _need_terminal()
    return _show(lambda: _window(folder), None, settings)


def demo(options: argparse.Namespace) -> int:
    """Make the sample city if it is not there yet, start its central, and open the client."""
    from clerk_app.commands.demo_city import DemoCity, default_demo_folder
    from clerk_app.commands.enrolling import first_sync

    if not options.prepare:
        _need_terminal()
    folder = getattr(options, "data", None) or default_demo_folder()
    with _leaving_in_order(), DemoCity(folder, full=options.full, tell=_tell) as city:
        if not options.prepare:
            return _show(lambda: _window_of(city), city, window_settings.load(folder))
        with _window_of(city) as window:
            first_sync(window, Progress())
            value = {"window": window.seat.window, "accounts": [asdict(a) for a in city.accounts]}
        people = (f"  {a.number}  {a.password}  {a.name}" for a in city.accounts)
        say(value, options.json, [f"样例城市已备好，在 {folder}。工号和口令：", *people])
        return DONE


def _window(folder: Path) -> Window:
    from clerk_app.wiring import Window

    return Window(folder)


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


def _show(open_window: Callable[[], Window], city: DemoCity | None, settings: Settings) -> int:
    """Run the client until it is closed; keys and store are opened while the screens are loaded."""
    from clerk_app.wiring import asks

    with _Opening(open_window) as opening:
        if asks(settings):
            opening.window()
        os.environ.setdefault("TEXTUAL_FPS", "120")  # read when textual is imported
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        from clerk_app.services import Services
        from screens.app import build_app

        window = opening.window()
        services = Services(
            gate=window.gate,
            line=window.start_line(),
            seat=window.seat,
            open_desk=window.desk,
            demo=city,
            keymap=settings.keymap,
            theme=settings.theme,
        )
        app = build_app(services)
        gc.freeze()  # what is loaded stays: to look through it again and again would be felt at the keys
        with _leaving_in_order(app.action_leave):
            app.run()
        return app.return_code or DONE


class _Opening:
    """A window being opened on a thread of its own, and closed at the end."""

    def __init__(self, open_window: Callable[[], Window]) -> None:
        self._open_window = open_window
        self._window: Window | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open, name="opening", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._window is not None:
            self._window.close()

    def _open(self) -> None:
        try:
            self._window = self._open_window()
        except BaseException as error:  # noqa: BLE001  raised again where the window is asked for
            self._error = error

    def window(self) -> Window:
        """Return the window once it is open; raises what kept it from opening."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._window is not None  # noqa: S101  the thread has left one or the other
        return self._window


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


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(
            NOT_READY,
            "客户端需要在终端里打开。不用屏幕的命令见 clerk --help（如 clerk intake、clerk cases）。",
            "no-terminal",
        )
