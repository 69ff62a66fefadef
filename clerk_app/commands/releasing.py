"""New versions of the client from the city's end: keys, signing and offering them to windows."""

from __future__ import annotations

import argparse
import glob
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.commands.central import print_told, with_central
from clerk_app.commands.output import DONE, NOT_READY, REFUSED, USAGE, Stop, print_json

if TYPE_CHECKING:
    from sync.central.releases.signing import Bundle

PASSPHRASE_FILE = "CLERK_RELEASE_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
"""Names a file with the passphrase of the keys; without it somebody types it."""


def release_keys(options: argparse.Namespace) -> int:
    """Make the keys that releases are signed with, or another one for releases; needs neither database nor line."""
    import hashlib

    from sync.central.releases import signing

    make = signing.rotate if options.rotate else signing.make_keys
    try:
        make(options.folder, _passphrase(options, new=not options.rotate), datetime.now(UTC))
    except signing.CannotSign as error:
        raise Stop(REFUSED, str(error), "release") from error
    digest = hashlib.sha256((options.folder / "1.root.json").read_bytes()).hexdigest()
    print_told({"keys": str(options.folder), "release_root": digest}, options)
    return DONE


def release(options: argparse.Namespace) -> int:
    """Sign bundles and put them where central serves releases; or sign anew what is there."""
    from sync.central.releases import signing
    from sync.central.settings import variable

    if bool(options.files) == options.refresh:
        raise Stop(USAGE, "用法不对：给出要签发的安装包，或者用 --refresh 把已签发的重新签一遍。", "usage")
    releases = options.releases or _folder_set()
    if releases is None:
        raise Stop(USAGE, f"用法不对：缺少：--releases（或环境变量 {variable('releases')}）。", "usage")
    bundles = [_bundle(path) for path in options.files]
    passphrase = _passphrase(options)
    try:
        held = signing.release(options.keys, releases, passphrase, bundles, datetime.now(UTC), options.days)
    except signing.CannotSign as error:
        raise Stop(REFUSED, str(error), "release") from error
    print_told({"releases": str(releases), "signed": [one.name for one in bundles], "held": held}, options)
    return DONE


def _folder_set() -> Path | None:
    from sync.central.settings import variable

    told = os.environ.get(variable("releases"), "").strip()
    return Path(told) if told else None


def _bundle(path: Path) -> Bundle:
    """Look into a file before it is signed: it must be what its name says."""
    from clerk_app.program.unpacking import Unusable, about
    from clerk_app.program.versions import key_of
    from sync.central.releases.signing import Bundle as Read

    try:
        told = about(path)
    except Unusable as error:
        raise Stop(REFUSED, f"{path}：{error}，没有签发。", "bundle") from error
    read = Read(path, told.version, told.platform, told.oldest_store)
    if path.name != read.name or key_of(told.version) is None:
        raise Stop(REFUSED, f"{path}：里面是 {told.version}（{told.platform}），与文件名不符，没有签发。", "bundle")
    return read


def _passphrase(options: argparse.Namespace, *, new: bool = False) -> str:
    given = options.passphrase_file or os.environ.get(PASSPHRASE_FILE)
    if given:
        return Path(given).read_text(encoding="utf-8").rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Stop(NOT_READY, f"没有终端可以输入口令，请用 --passphrase-file（或 {PASSPHRASE_FILE}）。", "no-terminal")
    from getpass import getpass

    typed = getpass("签名密钥的口令：")
    if new and getpass("再输入一遍：") != typed:
        raise Stop(REFUSED, "两次输入不一致。", "passphrase")
    return typed


def _demand_files(version: str) -> None:
    """Refuse to offer what windows could not fetch, as far as the folder of releases is known here."""
    folder = _folder_set()
    if folder is not None and not [*(folder / "targets").glob(f"clerk-{glob.escape(version)}-*.tar.zst")]:
        raise Stop(REFUSED, f"{folder} 里没有签发过的 {version}，没有推出。请先执行 release。", "not-released")


def rollout(options: argparse.Namespace) -> int:
    """Offer a version to windows, stop that, or list what is offered."""
    from sync.central.releases import rollouts

    if options.version is None:
        every = [asdict(one) for one in with_central(options, rollouts.told)]
        if options.json:
            print_json({"rollouts": every})
        for one in [] if options.json else every:
            state = "已停止" if one["stopped"] else f"{one['share']}%"
            print(f"{one['version']:<16}{state:<10}{'、'.join(one['points']) or '全部服务点'}")
        return DONE
    try:
        if options.stop:
            made = with_central(options, lambda central: rollouts.stop(central, options.version))
        else:
            _demand_files(options.version)
            points = options.points or ()
            made = with_central(
                options, lambda central: rollouts.offer(central, options.version, options.share, points)
            )
    except rollouts.UnknownPoint as error:
        raise Stop(REFUSED, f"没有代码为“{error}”的服务点。", "point-unknown") from error
    except rollouts.UnknownVersion as error:
        raise Stop(REFUSED, f"“{error}”不是版本号，或者没有推出过。", "version-unknown") from error
    print_told(asdict(made), options)
    return DONE
