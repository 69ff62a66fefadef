"""``clerk renew-window``: a machine whose history went its own way goes on as a new window of its point."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from clerk_app import roles
from clerk_app import settings as window_settings
from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, Progress, say
from clerk_app.commands.window import folder_of
from clerk_app.renewal import Anew, Renewal
from clerk_app.seat import Seat
from clerk_app.settings import Settings
from clerk_app.store.access.keys import Keys, create_keys, open_keys, unlock_kind
from clerk_app.store.copies.handover_key import keep_central_key
from clerk_app.store.file.durable import write_private_file
from clerk_app.store.records import Records
from clerk_app.unlocking import unlock_for
from clerk_app.wiring import Window

NEXT = "renewed"
"""Folder in which the new window is made ready, inside the old one's."""
READY = "ready.json"
"""In it, once all is said anew: where the old one's files go, and how far the change has come."""


def renew(options: argparse.Namespace) -> int:
    """Become a new window, say anew what only this machine has, and keep the former window's files beside.

    May be begun again after it was cut: the same new window goes on from where it stood.
    """
    folder = folder_of(options)
    if (folder / NEXT / READY).exists():
        kept = _change_over(folder)
        seat = window_settings.load(folder).seat
        say({"window": seat.window, "kept": str(kept)}, options.json, [_told(seat, kept)])
        return DONE
    tell = Progress()
    with Window(folder) as window:
        roles.check(signed_in(window).person, "write_off")
        former = window.seat.window
        seat, anew, unsent = _renewed(window, folder / NEXT, tell)
        stamp = window.clock().strftime("%Y%m%d-%H%M%S")
    about = {"keep": f"before-{stamp}", "away": False}
    write_private_file(folder / NEXT / READY, json.dumps(about).encode())
    kept = _change_over(folder)
    value = {
        "window": seat.window,
        "former": former,
        "entries": anew.entries,
        "renamed": anew.renamed,
        "scans_lost": anew.scans_lost,
        "unsent": unsent,
        "kept": str(kept),
    }
    say(value, options.json, [_told(seat, kept), *_details(anew, unsent)])
    return DONE


def _told(seat: Seat, kept: Path) -> str:
    return f"本机现为 {seat.point_name} 的窗口 {seat.window}，请重新登录。原窗口的数据原样留在 {kept}。"


def _details(anew: Anew, unsent: int) -> list[str]:
    lines = [f"只在本机登记过的 {anew.entries} 条流水已以新窗口重新登记。"]
    if unsent:
        lines.append(f"还有 {unsent} 条没有上报，网络恢复后自动上报。")
    lines += [
        f"编号 {old} 已被另一台机器的办件占用，本件改为 {new}；用原编号也查得到。" for old, new in anew.renamed.items()
    ]
    if anew.scans_lost:
        lines.append(f"有 {anew.scans_lost} 份扫描件的文件已不在本机，请找到原件重新扫描。")
    return lines


def _renewed(window: Window, target: Path, tell: Callable[[str], None]) -> tuple[Seat, Anew, int]:
    """Make the new window ready in ``target``; raises ``LineDown`` or ``LineRefused`` before anything of it counts."""
    from sync.connect import connect

    keys = _keys(window, target)
    with closing(window.connect()) as end:
        made = end.incarnation(keys.public_key)
    told = made.enrolment
    seat = replace(window.seat, window=told.window, number=told.number, point_name=told.point_name)
    chosen: Settings = replace(window.settings, seat=seat)
    window_settings.save(target, chosen)
    with Records.open(target, keys.vault, window=seat.window) as records:
        if told.handover is not None:
            keep_central_key(records, told.handover.id, told.handover.key)
        with closing(connect(records, seat, keys.signing_key, window.clock)) as line:
            line.sync(tell)
            renewal = Renewal(window.records, records, window.seat.window, seat, keys.signing_key, made.shared_n)
            anew = renewal.say_anew()
            line.sync(tell)
        return seat, anew, records.unsent_count()


def _keys(window: Window, target: Path) -> Keys:
    """A key of its own: by it central knows the new window from the former, and from its clones."""
    kind = unlock_kind(target)
    unlock = unlock_for(window.settings.unlock)
    return create_keys(target, unlock) if kind is None else open_keys(target, unlock)


def _change_over(folder: Path) -> Path:
    """Put the former window's files aside and the new one's in their place; cut anywhere, it goes on from there."""
    coming = folder / NEXT
    about = json.loads((coming / READY).read_bytes())
    kept = folder / str(about["keep"])
    if not about["away"]:
        kept.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(folder.iterdir()):
            if path not in {coming, kept}:
                path.rename(kept / path.name)
        write_private_file(coming / READY, json.dumps({**about, "away": True}).encode())
    for path in sorted(coming.iterdir()):
        if path.name != READY:
            path.rename(folder / path.name)
    (coming / READY).unlink()
    coming.rmdir()
    return kept
