"""A vault for the tests of the store, and its file as somebody sees it who has no key."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from clerk_app.store.file.vault import Kind, Vault

KEY = bytes(range(32))
KINDS = {"public": Kind(open=True, packed=True), "packed": Kind(packed=True)}
SECRET = "样例甲 440604190001010011".encode()


def again(vault: Vault) -> Vault:
    vault.close()
    return Vault(vault.folder, KEY, kinds=KINDS)


@contextmanager
def file_of(vault: Vault) -> Iterator[sqlite3.Connection]:
    """Open the closed vault's file, as somebody who has no key."""
    vault.close()
    with closing(sqlite3.connect(vault.folder / "store.db", isolation_level=None)) as file:
        yield file
