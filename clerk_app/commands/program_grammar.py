"""The arguments of the commands about the program itself, at the window and at the city's end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clerk_app.commands.parsing import Parser, counting

Add = Callable[[str, str, str], Parser]


def add_update(add: Add) -> None:
    """Add ``clerk update``."""
    one = add("update", "程序的版本：显示现状；或取用新版本、退回上一版本", "updating:update")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--check", action="store_true", help="现在就问市中心，有新版本就下载备好")
    which.add_argument("--now", action="store_true", help="现在就换上已备好的新版本，不等下次打开")
    which.add_argument("--back", action="store_true", help="下次打开时用回上一版本；退回的版本不再换上")


def add_releases(add: Add) -> tuple[Parser, ...]:
    """Add the commands that make and offer releases; return those that need a database."""
    keys = add("release-keys", "签发新版本用的密钥：生成一对；离线保存", "releasing:release_keys")
    keys.add_argument("folder", type=Path, metavar="DIR", help="存放密钥的文件夹")
    keys.add_argument("--rotate", action="store_true", help="签发密钥遗失或泄露：换一把，根密钥不变")
    one = add("release", "签发安装包，放进市中心对外提供的文件夹", "releasing:release")
    one.add_argument("files", nargs="*", type=Path, metavar="FILE", help="安装包（clerk-版本-平台.tar.zst）")
    one.add_argument("--keys", type=Path, required=True, metavar="DIR", help="存放密钥的文件夹")
    one.add_argument("--releases", type=Path, metavar="DIR", help="市中心对外提供的文件夹（CLERK_CENTRAL_RELEASES）")
    one.add_argument("--refresh", action="store_true", help="不加安装包，把签名续期")
    one.add_argument("--days", type=counting(1, 3650), default=180, metavar="N", help="签名几天内有效，默认 180")
    for each in (keys, one):
        each.add_argument("--passphrase-file", type=Path, metavar="FILE", help="密钥口令所在的文件")
    out = add("rollout", "把新版本推给各窗口：全部、一部分或几个服务点；不给版本号则列出", "releasing:rollout")
    out.add_argument("version", nargs="?", metavar="VERSION", help="版本号")
    out.add_argument("--share", type=counting(1, 100), default=100, metavar="N", help="百分之几的窗口，默认全部")
    out.add_argument("--point", dest="points", action="append", metavar="CODE", help="只推给这个服务点的窗口，可多次")
    out.add_argument("--stop", action="store_true", help="不再推；已经换上的不变")
    return (out,)


def add_check(one: Parser) -> None:
    """Add what ``clerk doctor`` can check without a window."""
    one.add_argument("--program", action="store_true", help="只检查程序本身，不需要窗口")
