"""A vault for the tests of the store, and its file as somebody sees it who has no key."""

from __future__ import annotations

import sqlite3

from clerk_app.store.vault import Kind, Vault

KEY = bytes(range(32))
KINDS = {"public": Kind(open=True, packed=True), "packed": Kind(packed=True)}
SECRET = "样例甲 440604190001010011".encode()


def again(vault: Vault) -> Vault:
    vault.close()
    return Vault(vault.folder, KEY, kinds=KINDS)


def file_of(vault: Vault) -> sqlite3.Connection:
    """The closed vault's file, for somebody who has no key."""
    vault.close()
    return sqlite3.connect(vault.folder / "store.db", isolation_level=None)
