"""How a window's keys are opened: by the system's keyring, by a passphrase that is handed in or typed, or by the demo's open secret."""

from __future__ import annotations

import os
import sys

from clerk_app.settings import PRACTICE
from clerk_app.store.access.keys import KeyringUnlock, PassphraseUnlock, Unlock, passphrase_from_environment
from clerk_app.store.access.unlock import NEW_PASSPHRASE_FILE, PASSPHRASE_FILE, check_new
from clerk_app.store.errors import PassphraseMissing

DEMO_PASSPHRASE = "示范数据，不设防"  # noqa: S105 - it guards nothing
"""The demo city's folder holds sample people only; its key is no secret, so that the demo starts anywhere. Practice's likewise."""


def unlock_for(how: str, *, twice: bool = False) -> Unlock:
    """Return how the keys are unlocked: the demo's open secret, a passphrase, or the system keyring."""
    if how in {"demo", PRACTICE}:
        return PassphraseUnlock(DEMO_PASSPHRASE)
    if how == "passphrase":
        return PassphraseUnlock(passphrase_from_environment() or _typed(twice))
    return KeyringUnlock()


def chosen_unlock() -> str:
    """Return how a new window's keys are to be unlocked: by passphrase where one is handed in, else by the keyring."""
    return "passphrase" if os.environ.get(PASSPHRASE_FILE) else "keyring"


def _typed(twice: bool) -> str:
    from getpass import getpass

    if not sys.stdin.isatty():
        raise PassphraseMissing("没有设置 CLERK_PASSPHRASE_FILE，也没有终端可供输入")
    typed = getpass("本窗口的口令：")
    return _said_twice(typed) if twice else typed


def new_passphrase() -> str:
    """Return the passphrase that is to take the present one's place: handed in by file, else typed twice."""
    given = passphrase_from_environment(NEW_PASSPHRASE_FILE)
    if given is not None:
        return given
    from getpass import getpass

    if not sys.stdin.isatty():
        raise PassphraseMissing(f"没有设置 {NEW_PASSPHRASE_FILE}，也没有终端可供输入新口令")
    return _said_twice(getpass("新口令："))


def _said_twice(typed: str) -> str:
    from getpass import getpass

    check_new(typed)
    if getpass("再输入一遍：") != typed:
        raise PassphraseMissing("两次输入不一致")
    return typed
