"""Which window this folder is: what stands in the open beside the sealed store, twice (``store.file.twin``).

``window.json`` is changed by hand, too, so it has no check of its own: it counts as it stands, unless it cannot be read, or
differs from its copy as a flipped bit would make it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clerk_app import moving
from clerk_app.domain.plain import NotPlain, from_plain, to_plain
from clerk_app.seat import Seat
from clerk_app.store.file import twin
from clerk_app.tray import tray

FILE = "window.json"
LABEL = "窗口设置"
STORE = "store.db"
BY_HAND = frozenset(
    {
        "papers", "scanner", "theme", "muted", "keymap", "second_copy", "second_copy_device", "lock_minutes", "keep_days",
        "printing", "wedge", "terminal",
    }
)  # fmt: skip
"""Members in which one character that differs may be a person's choice; anywhere else it is damage."""
PRACTICE = "practice"
"""``Settings.unlock`` of the folder in which people practise: no real work is ever done there."""
_held: set[Path] = set()
"""The folders this program practises in."""
KEEP_DAYS = 90
LEAST_KEEP_DAYS = 30
LOCK_MINUTES = 5
LONGEST_LOCK_MINUTES = 60


class NotEnrolled(Exception):
    """The folder is no window's; the message is Chinese."""


class PracticeFolder(NotEnrolled):
    """The folder is ``clerk practice``'s, and nobody's window; the message is Chinese."""


class SettingsDamaged(Exception):
    """``window.json`` cannot be read; the message is Chinese and says what to do."""

    def __init__(self, say: str, what: str = "读不出来") -> None:
        """``what`` is wrong with the file, in a few words."""
        super().__init__(say)
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Nothing here is secret."""

    seat: Seat
    unlock: str = "keyring"
    """How the keys are unlocked: ``keyring``, ``passphrase``, ``demo`` or ``practice``."""
    ca: str = ""
    """Certificates (PEM) of an authority that is trusted for central besides those the machine trusts."""
    papers: str = ""
    """Folder printed papers are put in, and left in; empty: one that is emptied again (``clerk_app.tray``)."""
    scanner: str = ""
    """Folder the scanner puts its files in; empty: none."""
    theme: str = ""
    muted: Any = False
    """Whether new red lights and conflicts do not ring at a supervisor's screen; anything but ``true`` counts as no."""
    terminal: Any = None
    """How the terminal is painted: members ``low_bandwidth`` and ``colours`` (``clerk_app.terminal.chosen``)."""
    keymap: dict[str, str] = field(default_factory=dict)
    """Binding id → keys, for keys a clerk has changed."""
    second_copy: str = ""
    """Folder of the second copy of unsent work (``store.copies.second_copy``); empty: none."""
    second_copy_device: bool = False
    """Whether that folder was, when it was chosen, on another disk than the window's: elsewhere it is not the place."""
    release_root: str = ""
    """SHA-256 of the first root of trust for releases, as a technician named it; empty: the first one met is trusted."""
    lock_minutes: Any = LOCK_MINUTES
    """Minutes without key or mouse after which the screen is locked, 1 to 60; anything else counts as 5."""

    printing: Any = None
    """Which paper goes to which printer (``clerk_app.printing.choices``); empty: all into the folder of papers."""
    wedge: Any = None
    """How this desk's barcode and card readers type (``clerk_app.wedge``); empty: as they come."""
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
    return twin.there(folder / FILE) or moving.interrupted(folder)


def load(folder: Path) -> Settings:
    """Return the folder's settings, out of the file or its copy; raises ``NotEnrolled`` or ``SettingsDamaged``.

    A folder to practise in is for the program that holds it (``practising``): any other gets ``PracticeFolder``.
    """
    try:
        found = _chosen(folder).settings
    except NotEnrolled:
        if not moving.interrupted(folder):
            raise
        found = _chosen(folder).settings
    if found.unlock == PRACTICE and folder.absolute() not in _held:
        raise PracticeFolder(f"{folder} 是练习用的文件夹，只能用 clerk practice 打开；里面的都不是真的办件，不能上报。")
    return found


@contextmanager
def practising(folder: Path) -> Iterator[None]:
    """Have this program, and no other, take the folder for a window's."""
    _held.add(folder.absolute())
    try:
        yield
    finally:
        _held.discard(folder.absolute())


def is_practice(folder: Path) -> bool:
    """Whether the folder is marked as one to practise in; raises as ``load`` does."""
    return _chosen(folder).settings.unlock == PRACTICE


def not_for_practice(place: Path) -> None:
    """Raise ``PracticeFolder`` where a place lies in a folder people practise in: nothing real is kept there."""
    for folder in (place, *place.absolute().parents):
        try:
            practice = enrolled(folder) and is_practice(folder)
        except (NotEnrolled, SettingsDamaged, OSError):
            continue
        if practice:
            raise PracticeFolder(f"{folder} 是练习用的文件夹，里面的随时会清空，真的数据不能放在这里。请另选一处。")


def save(folder: Path, settings: Settings) -> None:
    """Write the settings twice, each whole or not at all, and durably."""
    from clerk_app.store.file.durable import write_private_file  # not on the way to the first paint

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = to_plain(settings)
    write_private_file(folder / FILE, json.dumps(told, ensure_ascii=False, indent=1).encode())
    write_private_file(twin.copy_of(folder / FILE), twin.checked(told))


def change(folder: Path, **members: Any) -> Settings:
    """Keep what a person has chosen, the rest as it stands in the file now; raises as ``load`` does, and ``OSError``."""
    changed = replace(load(folder), **members)
    save(folder, changed)
    return changed


def worn(folder: Path) -> str:
    """Return which of the two is damaged or gone while the other serves, a file's name; empty: none."""
    found = _chosen(folder)
    if found.from_copy:
        return FILE
    return "" if found.copy.missing or found.copy.holds else FILE + twin.COPY


def mend(folder: Path) -> str:
    """Bring file and copy in order; only for whoever has the window open to write.

    Returns a sentence about what was damaged, or nothing. Raises as ``load`` does.
    """
    from clerk_app.store.file.durable import write_private_file

    found = _chosen(folder)
    told = ""
    with twin.best_effort(FILE):
        if found.from_copy:
            kept = twin.put_back(folder / FILE, json.dumps(found.told, ensure_ascii=False, indent=1).encode())
            told = twin.told_of_main(FILE, LABEL, kept, "窗口编号和设置与原来一致")
        elif not found.copy.holds or found.copy.rest != found.told:
            write_private_file(twin.copy_of(folder / FILE), twin.checked(found.told))
            told = "" if found.copy.missing or found.copy.holds else twin.told_of_copy(FILE, LABEL)
    return told


@dataclass(frozen=True, slots=True)
class _Chosen:
    settings: Settings
    told: dict[str, Any]
    copy: twin.Reading
    from_copy: bool = False


def _chosen(folder: Path) -> _Chosen:
    """Return the one of the two that counts."""
    main, copy = twin.look(folder / FILE), twin.look(twin.copy_of(folder / FILE))
    mine = _read(main)
    if mine is not None and main.rest is not None and (main.rest == copy.rest or not copy.holds):
        return _Chosen(mine, main.rest, copy)
    spare = _read(copy) if copy.holds else None
    if mine is not None and main.rest is not None:
        if spare is None or copy.rest is None:
            return _Chosen(mine, main.rest, copy)
        if not _slipped(main.rest, copy.rest):
            _same_window(mine.seat, spare.seat, folder)
            return _Chosen(mine, main.rest, copy)
    if spare is not None and copy.rest is not None:
        return _Chosen(spare, copy.rest, copy, from_copy=True)
    raise _unreadable(folder, main)


def _read(reading: twin.Reading) -> Settings | None:
    try:
        return None if reading.rest is None else from_plain(Settings, reading.rest)
    except NotPlain:
        return None


def _slipped(main: dict[str, Any], copy: dict[str, Any]) -> bool:
    """Whether one character alone differs, and nobody would have changed it by hand."""
    differing = {name for name in main.keys() | copy.keys() if main.get(name, main) != copy.get(name, copy)}
    return not differing <= BY_HAND and _one_apart(_text(main), _text(copy))


def _one_apart(found: str, kept: str) -> bool:
    start = next((i for i, (a, b) in enumerate(zip(found, kept, strict=False)) if a != b), 0)
    if len(found) == len(kept):
        return found[start + 1 :] == kept[start + 1 :]
    return found[start + 1 :] == kept[start + 2 :]  # an escape ate one: ``\\/`` is read as a slash


def _text(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _same_window(main: Seat, copy: Seat, folder: Path) -> None:
    """Raise ``SettingsDamaged`` where the two are of different windows: nobody can tell from here which is right."""
    if (main.window, main.number, main.point) != (copy.window, copy.number, copy.point):
        raise SettingsDamaged(
            f"{folder / FILE} 写的是窗口 {main.window}，留存的 {FILE}{twin.COPY} 写的是窗口 {copy.window}，"
            "两份不是同一个窗口的，没有打开，数据没有改动。请核对本机是哪个窗口，把不属于本窗口的那一份移走后重试。",
            "与它的留存不是同一个窗口的",
        )


def _unreadable(folder: Path, main: twin.Reading) -> Exception:
    """Return what is wrong where neither of the two can be used."""
    error = main.trouble
    if isinstance(error, FileNotFoundError):
        return _lost(folder)
    if isinstance(error, NotADirectoryError):
        told = SettingsDamaged(f"{folder} 不是文件夹，请用 --data 指定窗口数据所在的文件夹。")
    elif isinstance(error, PermissionError):
        told = SettingsDamaged(f"没有权限读取窗口设置 {folder / FILE}，请用登记本窗口的系统账户运行。")
    else:
        told = SettingsDamaged(f"窗口设置 {folder / FILE} 读不出来。请从备份恢复此文件。")
    told.__cause__ = error
    return told


def _lost(folder: Path) -> Exception:
    if (folder / STORE).exists():
        return SettingsDamaged(
            f"{folder} 里有窗口数据，窗口设置 {FILE} 和它的留存却都不在，没有打开，数据没有改动。请不要在此重新登记。"
            f"请把 {FILE} 找回，或从备份取出放回原处；确已丢失的，请督导把此文件夹另行保存，"
            "再用新的登记码在新文件夹登记：中心已确认的办件会取回，未发送的用第二副本或留底补上。",
            "和它的留存都不在，窗口数据却在",
        )
    return NotEnrolled(
        f"{folder} 还没有登记为窗口。请在终端里打开 clerk，或用登记码登记：clerk enrol --central 地址 --code 登记码"
    )


def refuse_over_store(folder: Path) -> None:
    """Raise ``SettingsDamaged`` where the folder holds a window's data without its settings: nothing is enrolled there."""
    if not enrolled(folder) and (folder / STORE).exists():
        raise _lost(folder)
