"""The technician's file: what a window has to be told to become one, written once for a point and carried to its desks.

JSON, with members ``central`` and either ``code`` or ``desks`` (``[{"name", "code"}]``); besides these ``printing``, ``scanner``,
``theme``, ``terminal`` and ``wedge`` as in ``window.json``, ``ca`` (a PEM file beside it: the city's own authority),
``release_root`` (SHA-256 of the releases' ``root.json``) and ``unlock`` (``keyring`` or ``passphrase``). Its codes are worth nothing
once used, so the file is only ever read.
"""

from __future__ import annotations

import json
import os
import re
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clerk_app.seat import Refused

NAME = "clerk-setup.json"
LARGEST = 1 << 20
WISHES = ("printing", "release_root", "scanner", "theme", "terminal", "wedge")
"""What goes into the settings as it stands."""
MEMBERS = {"central", "code", "desks", "ca", "unlock", *WISHES}
_SHA_256 = re.compile(r"[0-9a-f]{64}")
_MOUNTS = ("/media", "/run/media", "/mnt")
_DEEP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One desk of the point, and the code that makes a machine its window."""

    name: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFile:
    """What the file says."""

    central: str
    desks: tuple[Desk, ...]
    wishes: dict[str, Any] = field(default_factory=dict)
    ca: str = ""
    """PEM of the authority whose certificates are trusted besides the machine's."""
    unlock: str = ""

    def desk(self, name: str) -> Desk:
        """Return the desk of this name, the only one where none is said; raises ``Refused``."""
        found = [one for one in self.desks if one.name == name] if name else list(self.desks)
        if len(found) == 1:
            return found[0]
        named = "、".join(one.name for one in self.desks)
        if name:
            raise _refused("desk-unknown", f"设置文件里没有“{name}”这个窗口。有：{named}。")
        raise _refused("desk-missing", f"设置文件里有 {len(self.desks)} 个窗口，请指明是哪一个：{named}。")


def read(path: Path) -> SetupFile:
    """Return what a technician's file says; raises ``Refused`` with a sentence that names the file."""
    told = _json(path)
    unknown = sorted(told.keys() - MEMBERS)
    if unknown:
        raise _refused("setup-file", f"设置文件 {path} 里有不认识的项：{'、'.join(unknown[:5])}。")
    unlock = _text(told, "unlock", path)
    if unlock not in {"", "keyring", "passphrase"}:
        raise _refused("setup-file", f"设置文件 {path} 的 unlock 只能是 keyring 或 passphrase。")
    if told.get("release_root") and not _SHA_256.fullmatch(_text(told, "release_root", path)):
        raise _refused("setup-file", f"设置文件 {path} 的 release_root 应是 64 位小写十六进制（SHA-256）。")
    central = _text(told, "central", path)
    if not central:
        raise _refused("setup-file", f"设置文件 {path} 没有写市中心的地址（central）。")
    return SetupFile(
        central=central,
        desks=_desks(told, path),
        wishes={name: told[name] for name in WISHES if name in told},
        ca=_authority(path.parent / _text(told, "ca", path)) if told.get("ca") else "",
        unlock=unlock,
    )


def read_authority(path: Path) -> str:
    """Return the certificates of a PEM file; raises ``Refused``."""
    return _authority(path)


def found() -> list[Path]:
    """Return technician's files where they usually are: beside the program, and on drives that were plugged in."""
    places = [Path(sys.executable).parent, Path.cwd(), *_drives()]
    seen: dict[Path, None] = {}
    for place in places:
        file = place / NAME
        try:
            if file.is_file():
                seen[file.resolve()] = None
        except OSError:
            continue
    return list(seen)


def _drives() -> Iterator[Path]:
    if os.name == "nt":
        yield from (Path(f"{letter}:\\") for letter in string.ascii_uppercase[2:])
        return
    for mount in _MOUNTS:
        yield from _below(Path(mount), _DEEP)


def _below(folder: Path, depth: int) -> Iterator[Path]:
    yield folder
    if depth > 1:
        try:
            inner = sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
        except OSError:
            return
        for one in inner[:50]:
            yield from _below(one, depth - 1)


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise _refused("setup-file", f"{path} 不是设置文件：太大了。")
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _refused("setup-file", f"设置文件 {path} 读不出来（{error.strerror or error}）。") from error
    except (ValueError, RecursionError) as error:
        raise _refused("setup-file", f"{path} 不是设置文件：内容不是 JSON。") from error
    if not isinstance(told, dict):
        raise _refused("setup-file", f"{path} 不是设置文件：应是一个 JSON 对象。")
    return told


def _text(told: dict[str, Any], name: str, path: Path) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise _refused("setup-file", f"设置文件 {path} 的 {name} 应是文字。")
    return value.strip()


def _desks(told: dict[str, Any], path: Path) -> tuple[Desk, ...]:
    if code := _text(told, "code", path):
        return (Desk(name="", code=code),)
    listed = told.get("desks")
    if not isinstance(listed, list) or not listed:
        raise _refused("setup-file", f"设置文件 {path} 里没有登记码（code，或 desks 中的 code）。")
    desks = [
        Desk(name=one["name"].strip(), code=one["code"].strip())
        for one in listed
        if isinstance(one, dict)
        and all(isinstance(one.get(part), str) and one[part].strip() for part in ("name", "code"))
    ]
    if len(desks) != len(listed) or len({one.name for one in desks}) != len(desks):
        raise _refused("setup-file", f"设置文件 {path} 的 desks 每项都应有不同的 name，和 code。")
    return tuple(desks)


def _authority(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise _refused("authority-file", f"根证书文件 {path} 读不出来，或者不是 PEM 文件。") from error
    found = re.findall(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", text)
    if not found:
        raise _refused("authority-file", f"{path} 里没有证书（应是 PEM 文件）。")
    return "\n".join(found) + "\n"


def _refused(code: str, words: str) -> Refused:
    return Refused(code, words)
