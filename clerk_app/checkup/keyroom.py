"""Checks of what opens the store: the system keyring, ``keys.json`` and the passphrase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clerk_app.checkup.report import Check, because, ok, skipped, worn
from clerk_app.store.access import keyfile
from clerk_app.store.access.keys import KeyringUnlock, Keys, Unlock, changing, open_keys, unlock_kind
from clerk_app.store.access.system_keyring import SystemKeyring
from clerk_app.store.errors import VaultError

WAYS = {"keyring": "系统钥匙串", "passphrase": "口令", "demo": "样例口令（只用于样例数据）"}
DATA_KEPT = "窗口数据原样保留，程序不会另建密钥"


def way_of(place: Path, told: str) -> str:
    """Return how the keys are opened: what the settings tell, else what ``keys.json`` does; raises a ``VaultError``."""
    return told or unlock_kind(place) or KeyringUnlock.kind


def keyring(way: str) -> Check:
    """Whether the system keyring keeps what it is given: a random word is written, read back and deleted."""
    if way != KeyringUnlock.kind:
        return skipped("keyring", f"本窗口用{WAYS.get(way, '口令')}打开，不用钥匙串")
    try:
        backend = SystemKeyring().choose()
    except VaultError as error:
        return because("keyring", error, DATA_KEPT)
    return ok("keyring", f"{backend}，写入、读回、删除都正常")


def keys(place: Path, way: str, unlock: Callable[[str], Unlock]) -> tuple[Check, Keys | None, Unlock | None]:
    """Whether the window's keys open; return them and what opened them."""
    try:
        opened_by = unlock(way)
        opened = open_keys(place, opened_by)
    except VaultError as error:
        return because("keys", error, DATA_KEPT), None, None
    damaged = keyfile.worn(place)
    if damaged:
        return worn("keys", damaged), opened, opened_by
    more = "；更换密钥正在进行，会自动完成" if changing(place) else ""
    return ok("keys", f"用{WAYS.get(way, '口令')}打开{more}"), opened, opened_by
