"""``clerk doctor --program``: the program's own check, which needs no window and no terminal."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os

from clerk_app.checkup.program import as_json, check_program
from clerk_app.commands.output import DONE, NOT_READY, say
from clerk_app.line import LineStatus
from clerk_app.program.build_info import build_info

SIZE = (80, 24)


def check(options: argparse.Namespace) -> int:
    """Check the program; the exit status says whether it is whole."""
    gc.disable()  # everything is loaded, and nothing is to be found meanwhile
    checks = check_program(paint)
    version = build_info().version
    lines = [f"[{'正常' if c.whole else '不行'}]  {c.label}  {c.found}" for c in checks]
    told = as_json(version, checks)
    end = f"结论：程序 {version} {'完好' if told['ok'] else '不完整，不能用'}。"
    say(told, options.json, [*lines, end])
    return DONE if told["ok"] else NOT_READY


class _Nobody:
    """A gate and a line with nothing behind them."""

    def current(self) -> None:
        return None

    def status(self) -> LineStatus:
        return LineStatus()

    def stop(self) -> None:
        pass


def paint() -> str:
    """Paint the sign-in screen without a terminal and return its text."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from typing import Any, cast

    from clerk_app.seat import Seat
    from clerk_app.services import Services
    from screens.app import build_app

    nobody = cast("Any", _Nobody())
    seat = Seat(central="", window="CHECK-01", number="01", point="CHECK", point_name="自检")
    app = build_app(Services(gate=nobody, line=nobody, seat=seat, open_desk=lambda _: cast("Any", nobody)))

    async def painted() -> str:
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            strips = app.screen._compositor.render_strips()  # noqa: SLF001 - what stands on the screen is told nowhere else
            return "\n".join(strip.text for strip in strips)

    return asyncio.run(painted())
