"""What most tests of the store begin with: a window's folder, and what is opened in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.store.access.unlock import KeyringUnlock
from clerk_app.store.file.vault import Vault
from clerk_app.store.records import Records
from tests.support import vaults
from tests.support.pruned import Kept
from tests.support.rings import Ring
from tests.support.window_journal import KEY, WINDOW, Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Say where the window is; nothing is there yet."""
    return tmp_path / "window"


@pytest.fixture
def vault(folder: Path) -> Iterator[Vault]:
    """Give an empty vault with tables of each kind."""
    with Vault(folder, vaults.KEY, kinds=vaults.KINDS) as opened:
        yield opened


@pytest.fixture
def records(folder: Path) -> Iterator[Records]:
    """Give a window's empty records."""
    with Records.open(folder, KEY, window=WINDOW) as opened:
        yield opened


@pytest.fixture
def journal() -> Journal:
    """Give a window's journal that nothing was written in."""
    return Journal()


@pytest.fixture
def kept(records: Records) -> Kept:
    """Give records whose cases come, end and are covered by backups."""
    return Kept(records)


@pytest.fixture
def ring() -> KeyringUnlock:
    """Give a keyring that unlocks, with nothing in it."""
    return KeyringUnlock(Ring())
