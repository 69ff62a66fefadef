"""Which window this folder is: what stands in the open beside the sealed store."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clerk_app.domain.plain import NotPlain, from_plain, to_plain
from clerk_app.seat import Seat

FILE = "window.json"


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
    """Folder printed papers are put in; empty: ``papers`` below the window's folder."""
    theme: str = ""
    keymap: dict[str, str] = field(default_factory=dict)
    """Binding id → keys, for keys a clerk has changed."""

    def papers_folder(self, folder: Path) -> Path:
        """Return where printed papers go."""
        return Path(self.papers) if self.papers else folder / "papers"


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
