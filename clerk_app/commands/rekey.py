"""``clerk rotate-keys``: changes the keys that seal this window's data."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from clerk_app import settings as window_settings
from clerk_app.commands.output import DONE, NOT_READY, USAGE, Progress, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.hardening import harden
from clerk_app.store.access.keys import PassphraseUnlock, Unlock, changing
from clerk_app.store.access.rotation import Rotation, Step, ask_owner
from clerk_app.store.errors import StoreInUse
from clerk_app.unlocking import new_passphrase, unlock_for
from clerk_app.wiring import Window

PATIENCE = 10.0
"""Seconds in which whoever reads the store beside us may come to an end."""
COPIES = "store.db.*"
"""Files in a window's folder that stay sealed as they were: a damaged store, a copy made before a migration."""


def rotate(options: argparse.Namespace) -> int:
    """Change the vault key and the key that wraps it; a change that was begun is brought to its end."""
    folder = folder_of(options)
    settings = window_settings.load(folder)
    if options.passphrase and settings.unlock != "passphrase":
        raise Stop(USAGE, "本窗口的数据不用口令打开，没有口令可换；去掉 --passphrase 即更换密钥。", "no-passphrase")
    harden()
    unlock = unlock_for(settings.unlock)
    try:
        with Window(folder, unlock=unlock) as window:
            return _rotate(window, unlock, options)
    except StoreInUse as busy:
        return _ask(folder, settings.unlock, busy, options)


def _rotate(window: Window, unlock: Unlock, options: argparse.Namespace) -> int:
    begun = changing(window.folder)
    rotation = Rotation(window.records.vault, unlock)
    if options.passphrase or not begun:
        new = PassphraseUnlock(new_passphrase()) if options.passphrase else None
        rotation.begin(unlock, new)
    if not _finished(rotation):
        raise Stop(
            NOT_READY,
            "新密钥已经启用，数据已重新封存；另有程序正在读取数据，旧密钥暂时还留着。"
            "请稍后再执行一次 clerk rotate-keys，或打开客户端，由它自动完成。",
            "rotation-waiting",
        )
    copies = sorted(path.name for path in window.folder.glob(COPIES))
    told = [f"密钥已更换，全部数据已用新密钥（第 {window.records.vault.keys.current} 号）封存，旧密钥已除去。"]
    if options.passphrase:
        told.append("以后请用新口令打开；CLERK_PASSPHRASE_FILE 所指的文件也要换成新口令。")
    if copies:
        told.append(f"此前的备份和留存文件仍封在旧密钥下，不能再打开：{'、'.join(copies)}。请现在另做一次备份。")
    key = window.records.vault.keys.current
    say({"state": "done", "key": key, "resumed": begun, "sealed_with_former_key": copies}, options.json, told)
    return DONE


def _finished(rotation: Rotation) -> bool:
    tell = Progress()
    end = time.monotonic() + PATIENCE
    for step in rotation.steps():
        if step is Step.WAITING:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        else:
            tell(f"正在用新密钥重新封存，已看过约 {rotation.resealed} 条…")
    return True


def _ask(folder: Path, how: str, busy: StoreInUse, options: argparse.Namespace) -> int:
    """Have the client that has the store open change its keys, where it can do so without asking anybody."""
    if how == "passphrase":
        raise Stop(
            NOT_READY,
            f"{busy.say}用口令打开的窗口，更换密钥要先退出客户端；已经开始的更换由客户端自动完成。",
            "store-in-use",
        )
    ask_owner(folder)
    told = "客户端正在使用数据，已请它更换密钥：它会在后台完成，办件不受影响。"
    say({"state": "asked"}, options.json, [told])
    return DONE
