"""``clerk enrol``: makes this machine a window."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from clerk_app import settings as window_settings
from clerk_app.commands.output import DONE, NOT_READY, REFUSED, Progress, Stop, say
from clerk_app.hardening import harden
from clerk_app.line import LineDown, LineRefused
from clerk_app.seat import Seat
from clerk_app.settings import Settings
from clerk_app.store.access.keys import Unlock, create_keys, open_keys, unlock_kind
from clerk_app.store.copies.handover_key import keep_central_key
from clerk_app.store.errors import KeyringUnavailable
from clerk_app.store.records import Records
from clerk_app.unlocking import chosen_unlock, unlock_for
from clerk_app.wiring import Window

_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")


def enrol(options: argparse.Namespace) -> int:
    """Make this machine a window and fetch the catalogue, and the point's cases, for the first time."""
    folder = getattr(options, "data", None) or window_settings.default_folder()
    if window_settings.enrolled(folder):
        seat = window_settings.load(folder).seat
        raise Stop(NOT_READY, f"{folder} 已登记为窗口 {seat.window}，不再重复登记。", "already-enrolled")
    unlock = "passphrase" if options.passphrase else chosen_unlock()
    seat = enrol_folder(folder, options.central.strip(), options.code.strip(), unlock)
    with Window(folder) as window:
        fetched = first_sync(window, Progress())
    told = "事项目录已下载。" if fetched else "事项目录还没有下载，网络恢复后请执行 clerk sync。"
    say(
        {"window": seat.window, "point": seat.point, "point_name": seat.point_name, "synced": fetched},
        options.json,
        [f"本机已登记为 {seat.point_name}（{seat.point}）的窗口 {seat.window}。{told}"],
    )
    return DONE


def enrol_folder(
    folder: Path,
    central: str,
    code: str,
    unlock: str,
    how: Unlock | None = None,
    *,
    former: bytes | None = None,
    settings: Settings | None = None,
) -> Seat:
    """Make ``folder`` a window's: keys first, then central's word, then the settings.

    What failed half-way may be said again: the keys that are there are used again, so the code still holds. ``how``: the way
    to the keys, where somebody has said it already. ``former`` is the signing key of a window that goes on as this one,
    ``settings`` what was chosen before.
    """
    from sync.connect import enrol as ask_central
    from sync.talk import Told

    central = _address(central)
    window_settings.refuse_over_store(folder)
    harden()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kind = unlock_kind(folder)
    unlock = unlock if kind is None or unlock == "demo" else kind
    how = how or unlock_for(unlock, twice=kind is None)
    try:
        keys = create_keys(folder, how) if kind is None else open_keys(folder, how)
    except KeyringUnavailable as error:
        other = "也可以在登记时加 --passphrase，以后每次启动时输入口令。"
        raise Stop(NOT_READY, error.say + other, "keyring-unavailable") from error
    try:
        ca = settings.ca if settings is not None else ""
        enrolment = ask_central(central, code, keys.public_key, former, ca)
    except Told as told:
        raise Stop(REFUSED, str(told), told.code) from told
    seat = Seat(
        window=enrolment.window,
        number=enrolment.number,
        point=enrolment.point,
        point_name=enrolment.point_name,
        central=central,
    )
    chosen = Settings(seat=seat, unlock=unlock) if settings is None else replace(settings, seat=seat, unlock=unlock)
    window_settings.save(folder, chosen)
    if enrolment.handover is not None:
        with Records.open(folder, keys.vault, window=seat.window) as records:
            keep_central_key(records, enrolment.handover.id, enrolment.handover.key)
    return seat


def first_sync(window: Window, tell: Callable[[str], None]) -> bool:
    """Fetch what central has for this window; a line that fails now is no failure of the enrolment."""
    try:
        with closing(window.connect()) as end:
            end.sync(tell)
    except (LineDown, LineRefused):
        return False
    return True


def _address(text: str) -> str:
    refused = Stop(REFUSED, "市中心的地址应形如 https://主机 或 http://主机:端口。", "address-invalid")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise refused from None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.hostname or "") or port == 0:
        raise refused
    if parts.username or parts.query or parts.fragment:
        raise refused
    return text.rstrip("/")
