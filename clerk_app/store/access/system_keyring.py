"""The system keyring: one short secret a window, in a back end that is known to keep it, or nowhere.

Only the back ends named here are used, each by its exact class, made here: ``keyring``'s own choice, which an environment
variable or a ``keyringrc.cfg`` can turn to one that stores nothing or stores it in clear, is never asked.
"""

from __future__ import annotations

import importlib
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar, cast

from clerk_app.store.errors import KeyringUnavailable

T = TypeVar("T")

SERVICE = "clerk-window"
TIMEOUT = 30.0
"""Seconds; long enough to type the password of a locked keyring."""

_ALLOWED = {
    "linux": (
        ("SecretService", "keyring.backends.SecretService", "Keyring"),
        ("libsecret", "keyring.backends.libsecret", "Keyring"),
        ("KWallet", "keyring.backends.kwallet", "DBusKeyring"),
    ),
    "win32": (("WinVault", "keyring.backends.Windows", "WinVaultKeyring"),),
    "darwin": (("Keychain", "keyring.backends.macOS", "Keyring"),),
}


class SystemKeyring:
    """The keyring of the person who is logged in; every call is bounded by a time limit."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout

    def choose(self) -> str:
        """Return the name of the first back end that keeps what it is given; raises ``KeyringUnavailable``."""
        return self._bounded(self._choose)

    def put(self, backend: str, name: str, secret: str) -> None:
        """Store a secret and read it back; raises ``KeyringUnavailable``."""

        def act() -> None:
            keyring = _made(backend)
            keyring.set_password(SERVICE, name, secret)
            if keyring.get_password(SERVICE, name) != secret:
                raise KeyringUnavailable("写入的内容读不回来")

        self._bounded(act)

    def get(self, backend: str, name: str) -> str | None:
        """Return a secret, or ``None`` when there is none of this name; raises ``KeyringUnavailable``."""
        return self._bounded(lambda: cast("str | None", _made(backend).get_password(SERVICE, name)))

    def forget(self, backend: str, name: str) -> None:
        """Delete a secret, if there is one of this name; raises ``KeyringUnavailable``."""

        def act() -> None:
            keyring = _made(backend)
            if keyring.get_password(SERVICE, name) is not None:
                keyring.delete_password(SERVICE, name)

        self._bounded(act)

    def _choose(self) -> str:
        reasons = []
        for name, _, _ in _ALLOWED.get(sys.platform, ()):
            try:
                _prove(_made(name))
            except KeyringUnavailable as error:
                reasons.append(f"{name}：{error.reason}")
            except Exception as error:  # noqa: BLE001  # every back end has errors of its own; the next is tried
                reasons.append(f"{name}：{type(error).__name__}")
            else:
                return name
        raise KeyringUnavailable("；".join(reasons) or "本系统没有受支持的钥匙串")

    def _bounded(self, act: Callable[[], T]) -> T:
        """Run ``act`` in a thread of its own: a keyring may ask its person something, and nobody may answer."""
        told: Future[T] = Future()

        def run() -> None:
            try:
                told.set_result(act())
            except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits
                told.set_exception(error)

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            return told.result(self._timeout)
        except KeyringUnavailable:
            raise
        except TimeoutError:
            raise KeyringUnavailable(f"{self._timeout:g} 秒内没有回应") from None
        except Exception as error:
            raise KeyringUnavailable(type(error).__name__) from error


def _made(name: str) -> Any:
    """Return a fresh instance of exactly the named back end, without what the environment would set on it."""
    for known, module, kind in _ALLOWED.get(sys.platform, ()):
        if known != name:
            continue
        try:
            backend = getattr(importlib.import_module(module), kind)
            if not backend.viable:
                raise KeyringUnavailable("没有运行")
            return _deaf(backend)()
        except ImportError:
            raise KeyringUnavailable("没有安装") from None
    raise KeyringUnavailable(f"不受支持：{name}")


@cache
def _deaf(backend: type) -> Any:
    """Return the back end as a class that takes no ``KEYRING_PROPERTY_*`` from the environment."""
    return type(backend.__name__, (backend,), {"set_properties_from_env": lambda _: None})


def _prove(keyring: Any) -> None:
    """Write a random canary, read it back and delete it."""
    name, secret = f"canary-{secrets.token_hex(8)}", secrets.token_hex(16)
    keyring.set_password(SERVICE, name, secret)
    try:
        if keyring.get_password(SERVICE, name) != secret:
            raise KeyringUnavailable("写入的内容读不回来")
    finally:
        keyring.delete_password(SERVICE, name)
    if keyring.get_password(SERVICE, name) is not None:
        raise KeyringUnavailable("删除的内容还在")
