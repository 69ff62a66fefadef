"""The window's own settings, as the screens may see and change them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app import settings as window_settings
from clerk_app.domain.people import Person, Role
from clerk_app.seat import Refused
from clerk_app.settings import NotEnrolled, Settings, SettingsDamaged

if TYPE_CHECKING:
    from clerk_app.checkup.report import Report
    from clerk_app.wiring import Window

FOR_ANYBODY = frozenset({"printing", "wedge", "theme"})
"""What concerns the desk somebody sits at."""
FOR_SUPERVISORS = frozenset({"lights", "scanner"})
"""What is local policy, or decides where papers are read from."""
LATER = frozenset({"lights", "scanner"})
NOTE = "重新打开本程序后生效。"


class OwnSettings:
    """The settings of one folder, in force where they can be at once."""

    def __init__(self, folder: Path, settings: Settings, window: Callable[[], Window]) -> None:
        self._folder = folder
        self._settings = settings
        self._window = window

    def settings(self) -> Settings:
        """Return the settings as they are."""
        return self._settings

    def change(self, person: Person, **members: Any) -> str:
        """Keep what somebody has chosen, as far as their role may choose it; return what it needs to come into force."""
        names = set(members)
        if not names <= FOR_ANYBODY | FOR_SUPERVISORS:
            raise Refused("setting-unknown", "没有这一项设置。")
        if names & FOR_SUPERVISORS and person.role is not Role.SUPERVISOR:
            raise Refused("not-your-role", "这一项须由值班主任登录后设置。")
        if "lights" in members:
            members["seat"] = replace(self._settings.seat, lights=members.pop("lights"))
        try:
            self._settings = window_settings.change(self._folder, **members)
        except (OSError, SettingsDamaged, NotEnrolled) as error:
            message = "设置写不进去，没有改动。请检查窗口文件夹的权限和磁盘。"
            raise Refused("settings-unwritable", message) from error
        self._window().settings = self._settings
        return NOTE if names & LATER else ""

    def wear(self, theme: str) -> None:
        """Keep the look somebody took by its key, whoever it was; raises as ``settings.change`` does."""
        self._settings = window_settings.change(self._folder, theme=theme)
        self._window().settings = self._settings

    def examine(self) -> Report:
        """Make all checks of ``clerk doctor``; not where somebody would have to type the passphrase for it."""
        from clerk_app.checkup.examination import Examination
        from clerk_app.commands.doctor import probe
        from clerk_app.unlocking import unlock_for

        if self._settings.unlock == "passphrase" and not os.environ.get("CLERK_PASSPHRASE_FILE"):
            message = "本窗口用口令打开，检查时要再输一次口令：请退出后在终端执行 clerk doctor。"
            raise Refused("doctor-outside", message)
        return Examination(self._folder, unlock_for, probe).run()

    def program(self) -> list[tuple[str, str]]:
        """Return version and state of the program."""
        from clerk_app.program.state import told

        word = told(self._folder)
        rows = [("程序版本", word.version)]
        if word.staged:
            rows.append(("新版本", f"{word.staged} 已备好，下次打开本程序时换用"))
        if word.failed:
            rows.append(("没有换成的版本", f"{word.failed}：{word.reason}"))
        return rows
