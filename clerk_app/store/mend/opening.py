"""Opening a window's vault, whatever was done to its file."""

from __future__ import annotations

import logging
from pathlib import Path

from clerk_app.store.books.published import KINDS
from clerk_app.store.errors import StoreDamaged, StoreTooNew, WrongKey
from clerk_app.store.file.reserve import SIZE
from clerk_app.store.file.seal import VaultKeys
from clerk_app.store.file.vault import Vault
from clerk_app.store.mend import repair

log = logging.getLogger("clerk.store")

_READ_ONLY = (
    "窗口数据文件已损坏，只读方式打不开，没有改动任何东西。请打开客户端（clerk）或执行 clerk sync，修复会自动进行。"
)


def open_vault(
    folder: Path, key: bytes | VaultKeys, *, read_only: bool = False, reserve: int = SIZE, anew: bool = False
) -> tuple[Vault, bool]:
    """Open a window's vault; one that is damaged is repaired first, by whoever may write.

    Returns the vault, and whether it may be mended: not where it is only read, and not where there is no room to keep the
    damaged file. ``anew``: make the file anew whatever is known of it. Raises the exceptions of ``store.errors``;
    ``repair.NoRoom`` where a file that cannot be opened cannot be repaired for lack of room.
    """

    def opened() -> Vault:
        try:
            return Vault(folder, key, kinds=KINDS, read_only=read_only, reserve=reserve)
        except UnicodeDecodeError as error:  # SQLite's own words about a bent schema hold the bent text
            raise StoreDamaged(reason="corrupt") from error

    if read_only:
        try:
            return opened(), False
        except StoreDamaged as damage:
            damage.say = _READ_ONLY
            raise
    repair.finish_if_begun(folder)
    if repair.lost_file(folder):
        repair.rebuild(folder, key)
    try:
        vault = opened()
    except (StoreDamaged, WrongKey, StoreTooNew) as error:
        if not repair.is_damage(folder, key, error):
            raise
        repair.rebuild(folder, key)
        return opened(), True
    if not anew and not repair.wanted(vault.findings, vault.note(repair.DOUBT)):
        return vault, True
    try:
        kept = repair.keep_beside(folder)
    except repair.NoRoom:
        log.warning("no room to repair the store: %d findings stay", len(vault.findings))
        return vault, False
    except BaseException:
        vault.close()
        raise
    vault.close()
    repair.rebuild(folder, key, kept)
    return opened(), True
