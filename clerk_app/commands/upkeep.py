"""What keeps a window's store small and safe: pruning, a backup in one file, and a window's folder made of one."""

from __future__ import annotations

import argparse
from pathlib import Path

from clerk_app import settings as window_settings
from clerk_app.commands.output import DONE, REFUSED, Stop, say
from clerk_app.commands.window import folder_of
from clerk_app.program.build_info import build_info
from clerk_app.store.access import keyfile
from clerk_app.store.access.keys import open_keys
from clerk_app.store.books.pruning import Coverage, Pruned
from clerk_app.store.file.backup import STORE, BackupRefused, Manifest, Proof, pack, proof_of, unpack
from clerk_app.unlocking import unlock_for
from clerk_app.wiring import Window

REASONS = {
    "open": "还没有办完",
    "task": "有督办事项未了结",
    "recent": "办完不久",
    "uncovered": "市中心的备份还没有包含",
    "unsent": "有未上报的流水",
    "refused": "有被退回的流水",
    "conflict": "有未处理的冲突",
    "damaged": "有打不开的记录",
    "scans": "有市中心还没有的扫描件",
}
BLOCKED = {
    "uncovered": "市中心还没有告知本窗口它的备份情况，什么也没有清理。请联网同步（clerk sync）；仍如此，请市中心在备份后执行 backed-up。",
    "damaged": "本窗口有损坏或缺少的数据，修复之前什么也不清理。请先查看 clerk doctor。",
}


def prune(options: argparse.Namespace) -> int:
    """Take out what need not be kept any more, or count it."""
    with Window(folder_of(options), read_only=options.dry_run) as window:
        days = options.days or window.settings.keep_for
        came_to = window.records.pruning.prune(days, window.clock(), dry_run=options.dry_run)
        covered = window.records.pruning.coverage()
    value = {
        "days": days,
        "dry_run": options.dry_run,
        "cases": came_to.cases,
        "entries": came_to.entries,
        "kept": came_to.kept,
        "blocked": came_to.blocked,
        "covered": None if covered is None else {"n": covered.through, "position": covered.position, "at": covered.at},
    }
    say(value, options.json, _told(came_to, covered, days, dry_run=options.dry_run))
    return DONE


def _told(came_to: Pruned, covered: Coverage | None, days: int, *, dry_run: bool) -> list[str]:
    if came_to.blocked or covered is None:
        return [BLOCKED[came_to.blocked]]
    done = "可以清理" if dry_run else "已清理"
    lines = [
        f"{done} {came_to.cases} 件（流水 {came_to.entries} 条）：办完满 {days} 天，市中心及其备份都有。",
        f"市中心的备份包含本窗口第 {covered.through} 条及以前的流水（{covered.at[:10]} 告知）。",
    ]
    kept = [f"{REASONS[reason]} {count} 件" for reason, count in sorted(came_to.kept.items())]
    if kept:
        lines.append(f"留下的：{'，'.join(kept)}。")
    if came_to.cases and not dry_run:
        lines.append("腾出的空间留给以后登记用，数据文件不会变小。")
    return lines


def backup(options: argparse.Namespace) -> int:
    """Make a backup; a client may be running beside."""
    folder = folder_of(options)
    window_settings.not_for_practice(options.file)
    with Window(folder, read_only=True) as window:
        about = Manifest(
            program=build_info().version,
            made_at=window.clock().isoformat(timespec="seconds"),
            window=window.seat.window,
        )
        try:
            about = pack(folder, window.records.vault.backup, options.file, about)
        except BackupRefused as refused:
            raise Stop(REFUSED, refused.say, "backup-refused") from refused
        unlock = window.settings.unlock
    size = options.file.stat().st_size
    value = {
        "file": str(options.file),
        "bytes": size,
        "window": about.window,
        "made_at": about.made_at,
        "generation": about.generation,
        "sha256": about.sha256,
    }
    way = "系统钥匙串" if unlock == "keyring" else "口令"
    told = f"已备份到 {options.file}（{size / 1e6:.1f} MB），已重新读出核对。备份是封存的，恢复时仍须原来的{way}。"
    say(value, options.json, [told])
    return DONE


def restore(options: argparse.Namespace) -> int:
    """Make a window's folder of a backup."""
    folder = folder_of(options)
    try:
        about = unpack(options.file, folder, _proof)
    except BackupRefused as refused:
        raise Stop(REFUSED, refused.say, "backup-refused") from refused
    for mend in (window_settings.mend, keyfile.mend):  # each is kept twice; a backup holds one
        mend(folder)
    value = {"folder": str(folder), "window": about.window, "made_at": about.made_at, "generation": about.generation}
    told = [
        f"已在 {folder} 恢复窗口 {about.window} 于 {about.made_at} 的数据。原来那台机器上的同一窗口不得再用。",
        "备份之后登记的，联网同步（clerk sync）时与市中心核对取回；市中心没有的，用第二副本留存补上。",
    ]
    say(value, options.json, told)
    return DONE


def _proof(folder: Path) -> Proof:
    """Open the keys that came with the backup, and read the store with them."""
    keys = open_keys(folder, unlock_for(window_settings.load(folder).unlock))
    return proof_of(folder / STORE, keys.vault)
