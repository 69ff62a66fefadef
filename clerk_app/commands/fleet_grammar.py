"""The commands of the city's windows: names, arguments and help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.commands.parsing import Parser, counting

if TYPE_CHECKING:
    from clerk_app.commands.grammar import Add

STATES = (
    "failed", "refused", "behind", "silent", "disk", "clock", "printer", "unseen", "outdated", "revoked", "retired", "moved",
)  # fmt: skip
"""``sync.central.fleet.STATES``: central is not loaded to read a command line."""
MOST_DAYS = 365


def add_fleet(add: Add) -> Iterator[Parser]:
    """Add what is done with windows and their codes; yields the commands, which all want a database."""
    yield _codes(
        add(
            "enrolment-codes",
            "签发窗口登记码（一次性）：单个、成批、打印卡片；列出、作废未用的",
            "codes:enrolment_codes",
        )
    )
    one = add("fleet", "全市各窗口的现状：版本、积压、失联、更新失败、时钟、磁盘、打印机，要紧的在前", "fleet:fleet")
    one.add_argument("--point", default="", metavar="CODE", help="只看一个服务点的")
    one.add_argument(
        "--state", default="", choices=("", *STATES), metavar="STATE", help="只看这种情况的：" + "、".join(STATES)
    )
    one.add_argument(
        "--limit", type=counting(0, 100_000), default=50, metavar="N", help="最多列出几个，默认 50；0 为全部"
    )
    text = "存为 CSV，电子表格可直接打开；不给文件名则写到标准输出"
    one.add_argument("--csv", nargs="?", const=Path("-"), type=Path, metavar="FILE", help=text)
    one.add_argument(
        "--watch", nargs="?", const=10, type=counting(1, 86_400), metavar="N", help="每 N 秒刷新，默认 10；Ctrl+C 结束"
    )
    yield one
    one = add("revoke", "停用一个窗口或账号，下一次联网即生效", "ending:revoke")
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--window", metavar="ID", help="窗口编号")
    which.add_argument("--account", metavar="NUMBER", help="工号")
    yield one
    one = add("retire", "注销一个窗口：它登记的都已上报才注销；下一次联网即生效", "ending:retire")
    one.add_argument("window", metavar="WINDOW", help="窗口编号")
    one.add_argument("--force", action="store_true", help="没有上报完也注销；会说明灭失什么")
    yield one
    one = add("move", "窗口迁到另一服务点：签发迁移码，在该窗口的机器上执行 clerk move 时使用", "ending:move")
    one.add_argument("window", metavar="WINDOW", help="窗口编号")
    one.add_argument("--to", required=True, metavar="POINT", help="迁往的服务点代码")
    _valid(one)
    yield one


def _codes(one: Parser) -> Parser:
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--csv", type=Path, metavar="FILE", help="按清单成批签发：每行 point[,desk][,count]，可有表头")
    which.add_argument("--all-points", action="store_true", help="每个服务点")
    which.add_argument("--district", metavar="PREFIX", help="代码以此开头的每个服务点")
    which.add_argument("--point", metavar="CODE", help="一个服务点")
    which.add_argument("--list", nargs="?", const="", metavar="CODE", help="列出未使用的：全部，或一个服务点的")
    which.add_argument("--void", metavar="CODE", help="作废未使用的：登记码、--list 列出的编号，或整个服务点的代码")
    one.add_argument("--desk", default="", metavar="NAME", help="哪个台席的，印在卡片上")
    one.add_argument("--count", type=counting(1, 10_000), default=1, metavar="N", help="每个服务点几个，默认 1")
    _valid(one)
    one.add_argument("--out", type=Path, metavar="FILE", help="存为 CSV，电子表格可直接打开；不覆盖已有的")
    one.add_argument("--cards", type=Path, metavar="FILE", help="存为可打印的卡片（PDF，A4 每页 10 张，有裁切线）")
    one.add_argument("--central", default="", metavar="URL", help="卡片上印的市中心地址")
    return one


def _valid(one: Parser) -> None:
    one.add_argument("--valid-days", type=counting(1, MOST_DAYS), default=3, metavar="N", help="几天内有效，默认 3")
