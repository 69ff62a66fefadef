"""What only the Windows bundle has: its icon, its version resource, and the modules that only exist there."""

from __future__ import annotations

from pathlib import Path

from picture import save_ico
from pylopdf_fonts_zh_cn import sans_path

HIDDEN = ["win32api", "win32print", "win32timezone", "win32ctypes.core", "keyring.backends.Windows"]
"""The system's printers and its credential store; some parts are looked up by name."""
ICON, VERSION = "clerk.ico", "version_info.txt"
NAME = "综合窗口终端"
LANGUAGE, UNICODE = 0x0804, 1200
"""Simplified Chinese, and the code page of wide characters."""
TEMPLATE = """VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0),
  kids=[
    StringFileInfo([StringTable({table!r}, [
{strings}
    ])]),
    VarFileInfo([VarStruct('Translation', [{language}, {unicode}])]),
  ]
)
"""
"""As PyInstaller reads it (``PyInstaller.utils.win32.versioninfo``)."""


def icon(folder: Path) -> str:
    """Draw the icon into the build's folder and return where it is."""
    path = folder / ICON
    save_ico(path, sans_path())
    return str(path)


def version(folder: Path, told: str) -> str:
    """Write the version resource into the build's folder and return where it is."""
    path = folder / VERSION
    path.write_text(version_text(told), encoding="utf-8")
    return str(path)


def version_text(told: str) -> str:
    """Return the version resource for a version such as ``0.3.0``."""
    numbers = (*(int(part) for part in told.split(".")), 0)
    if len(numbers) != 4:
        raise ValueError(f"Windows counts versions in three numbers here, {told!r} is none")
    strings = {
        "CompanyName": NAME,
        "FileDescription": NAME,
        "FileVersion": told,
        "InternalName": "clerk",
        "OriginalFilename": "clerk.exe",
        "ProductName": NAME,
        "ProductVersion": told,
    }
    return TEMPLATE.format(
        numbers=numbers,
        table=f"{LANGUAGE:04x}{UNICODE:04x}",
        strings="\n".join(f"      StringStruct({name!r}, {text!r})," for name, text in strings.items()),
        language=LANGUAGE,
        unicode=UNICODE,
    )
