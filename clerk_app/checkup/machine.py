"""Checks of the machine: the window's folder, the disk it lies on, fonts and the folder of papers."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from clerk_app.checkup.report import Check, State, ok, skipped, wrong
from clerk_app.settings import Settings
from clerk_app.store.file.reserve import SIZE
from clerk_app.tray import file_system

LITTLE = 64 << 20
"""Free bytes under which somebody should make room."""
NONE_LEFT = 1 << 20
"""Free bytes under which, without the reserve, an act may not fit any more."""
RESERVE = "reserve.bin"
_SHARES = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.rclone", "davfs"})
_MOUNTS = Path("/proc/self/mountinfo")
_DRIVE_REMOTE = 4


def folder(place: Path) -> Check:
    """Whether the window's folder is there, private and can be written to; a probe file is written and removed."""
    try:
        found = place.stat()
    except FileNotFoundError:
        return wrong("folder", "窗口数据文件夹不存在。", "请接好它所在的磁盘，或用 --data 指定正确的文件夹。")
    except OSError as error:
        return wrong("folder", f"窗口数据文件夹读不到（{_words(error)}）。", "请检查磁盘连接和文件夹权限。")
    if not stat.S_ISDIR(found.st_mode):
        return wrong("folder", "所指的位置不是文件夹。", "请用 --data 指定窗口数据所在的文件夹。")
    problem = unwritable(place)
    if problem:
        todo = "请用登记本窗口的系统账户运行，检查文件夹权限、磁盘是否写保护、是否已满。"
        return wrong("folder", f"文件夹写不进去（{problem}）。", todo, "已登记的都在，可以照常查看")
    if is_share(place):
        todo = "请把窗口数据移到本机磁盘；网络共享断开时无法登记。"
        return wrong("folder", "文件夹在网络共享上。", todo, "可以照常办理", State.WARNING)
    loose = _readable_by_others(place)
    if loose:
        todo = "请收紧权限：文件夹 700，其中的文件 600。"
        return wrong("folder", f"同机的其他账户可以读到{loose}。", todo, "数据是加密存放的", State.WARNING)
    return ok("folder", "只有本账户可以读写，能写入")


def unwritable(place: Path) -> str:
    """Return why no file can be made in a folder, in Chinese; empty: one can, and was removed again."""
    try:
        handle, name = tempfile.mkstemp(prefix=".doctor-", dir=place)
        try:
            os.write(handle, b"probe")
            os.fsync(handle)
        finally:
            os.close(handle)
            Path(name).unlink()
    except OSError as error:
        return _words(error)
    return ""


def is_share(place: Path) -> bool:
    """Whether a folder lies on another machine, as far as this system tells."""
    if sys.platform == "win32":
        import ctypes

        drive = place.absolute().drive
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == _DRIVE_REMOTE
    try:
        device = place.stat().st_dev
        text = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    wanted = f"{os.major(device)}:{os.minor(device)}"
    return any(file_system(line, wanted) in _SHARES for line in text.splitlines())


def _readable_by_others(place: Path) -> str:
    if os.name != "posix":
        return ""
    names = (("", "文件夹"), ("keys.json", "密钥文件"), ("keys.json.copy", "密钥文件的留存"), ("store.db", "数据文件"))
    for name, what in names:
        path = place / name
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                return what
        except OSError:
            continue
    return ""


def space(place: Path) -> Check:
    """Whether there is room, and a reserve for when there is none."""
    nearest = next((one for one in (place, *place.absolute().parents) if one.is_dir()), None)
    if nearest is None:
        return skipped("space", "文件夹不在，查不了")
    try:
        free = shutil.disk_usage(nearest).free
    except OSError as error:
        return wrong("space", f"查不到剩余空间（{_words(error)}）。", "请检查磁盘连接。", state=State.WARNING)
    held = _reserve_held(place)
    left = f"剩余 {_size(free)}"
    todo = "请清理磁盘（不要动窗口数据文件夹）。"
    if free < NONE_LEFT and not held:
        return wrong("space", f"磁盘已满，{left}，预留空间也已用掉。", todo, "已登记的都在")
    if free < LITTLE or not held:
        kept = "预留空间还在，手上的件可以办完" if held else "预留空间还没有备下，空间够了会自动备下"
        return wrong("space", f"{left}。", todo if free < LITTLE else "", kept, State.WARNING)
    return ok("space", f"{left}，另有预留 {_size(SIZE)}")


def _reserve_held(place: Path) -> bool:
    try:
        return (place / RESERVE).stat().st_size >= SIZE
    except OSError:
        return False


def papers(settings: Settings | None, place: Path) -> Check:
    """Whether papers can be drawn and put somewhere."""
    from clerk_app.paper.fonts import faces  # reads two fonts

    try:
        faces()
    except (OSError, ImportError, ValueError, KeyError) as error:
        found = f"打印用的字体打不开（{type(error).__name__}）。"
        return wrong("papers", found, "请重新安装程序。", "办件照常登记，文书装好后可补打", State.WARNING)
    if settings is None:
        return ok("papers", "字体齐全；存放文书的文件夹要读出窗口设置才能查")
    where = settings.papers_folder(place)
    nearest = next((one for one in (where, *where.absolute().parents) if one.exists()), where)
    problem = _words_of(errno.ENOTDIR) if not nearest.is_dir() else unwritable(nearest)
    if problem:
        todo = "请检查存放文书的文件夹，或改用别的文件夹（window.json 的 papers）。"
        return wrong("papers", f"存放文书的文件夹写不进去（{problem}）。", todo, "办件照常登记", State.WARNING)
    return ok("papers", "字体齐全，文书能存放")


def _size(count: int) -> str:
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count >> 10} KB"


def _words(error: OSError) -> str:
    return _words_of(error.errno or 0)


def _words_of(number: int) -> str:
    known = {
        errno.EACCES: "没有权限",
        errno.EPERM: "没有权限",
        errno.EROFS: "磁盘只读",
        errno.ENOSPC: "磁盘已满",
        errno.EDQUOT: "磁盘配额已用完",
        errno.EIO: "磁盘读写出错",
        errno.ENOTDIR: "不是文件夹",
        errno.ENOENT: "不存在",
        errno.ESTALE: "网络共享已断开",
    }
    return known.get(number, f"系统错误 {number}")
