"""Which window this folder is: what stands in the open beside the sealed store."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clerk_app.domain.plain import NotPlain, from_plain, to_plain
from clerk_app.seat import Seat
from clerk_app.tray import tray

FILE = "window.json"
KEEP_DAYS = 90
LEAST_KEEP_DAYS = 30
LOCK_MINUTES = 5
LONGEST_LOCK_MINUTES = 60


class NotEnrolled(Exception):
    """The folder is no window's; the message is Chinese."""


class SettingsDamaged(Exception):
    """``window.json`` cannot be read; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Nothing here is secret."""

    seat: Seat
    unlock: str = "keyring"
    """How the keys are unlocked: ``keyring``, ``passphrase`` or ``demo``."""
    papers: str = ""
    """Folder printed papers are put in, and left in; empty: one that is emptied again (``clerk_app.tray``)."""
    theme: str = ""
    keymap: dict[str, str] = field(default_factory=dict)
    """Binding id → keys, for keys a clerk has changed."""
    second_copy: str = ""
    """Folder of the second copy of unsent work (``store.second_copy``); empty: none."""
    second_copy_device: bool = False
    """Whether that folder was, when it was chosen, on another disk than the window's: elsewhere it is not the place."""
    lock_minutes: Any = LOCK_MINUTES
    """Minutes without key or mouse after which the screen is locked, 1 to 60; anything else counts as 5."""

    keep_days: Any = KEEP_DAYS
    """Days a case that is over, and that central and its backups have, is kept here; at least 30, anything else counts as 90."""

    @property
    def keep_for(self) -> int:
        """Days a case that is over is kept."""
        days = self.keep_days
        whole = isinstance(days, int) and not isinstance(days, bool)
        return days if whole and days >= LEAST_KEEP_DAYS else KEEP_DAYS

    @property
    def lock_after(self) -> float:
        """Seconds without key or mouse after which the screen is locked."""
        minutes = self.lock_minutes
        whole = isinstance(minutes, int) and not isinstance(minutes, bool)
        return 60.0 * (minutes if whole and 1 <= minutes <= LONGEST_LOCK_MINUTES else LOCK_MINUTES)

    def papers_folder(self, folder: Path) -> Path:
        """Return where printed papers go."""
        return Path(self.papers) if self.papers else tray(folder)


def default_folder() -> Path:
    """Return the window's folder where nothing else is said: ``CLERK_DATA``, else the platform's user data folder."""
    given = os.environ.get("CLERK_DATA")
    if given:
        return Path(given)
    from platformdirs import user_data_path  # only where it is needed

    return user_data_path("clerk", appauthor=False)


def enrolled(folder: Path) -> bool:
    """Whether the folder is a window's."""
    return (folder / FILE).exists()


def load(folder: Path) -> Settings:
    """Return the folder's settings; raises ``NotEnrolled`` or ``SettingsDamaged``."""
    try:
        raw: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return from_plain(Settings, raw)
    except FileNotFoundError:
        raise NotEnrolled(
            f"{folder} 还没有登记为窗口。请用登记码登记：clerk enrol --central 地址 --code 登记码"
        ) from None
    except NotADirectoryError as error:
        raise SettingsDamaged(f"{folder} 不是文件夹，请用 --data 指定窗口数据所在的文件夹。") from error
    except PermissionError as error:
        raise SettingsDamaged(f"没有权限读取窗口设置 {folder / FILE}，请用登记本窗口的系统账户运行。") from error
    except (OSError, ValueError, NotPlain) as error:
        raise SettingsDamaged(f"窗口设置 {folder / FILE} 读不出来。请从备份恢复此文件。") from error


def save(folder: Path, settings: Settings) -> None:
    """Write the settings, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = folder / (FILE + ".part")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(to_plain(settings), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / FILE)
