"""The commands of the printers: names, arguments and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.commands.parsing import counting

if TYPE_CHECKING:
    from clerk_app.commands.grammar import Add

MOST_COPIES = 9
"""As in ``printing.choices``, which is not loaded for every command."""


def add_printing(add: Add) -> None:
    """Add ``printers``, ``print`` and ``prints``."""
    add("printers", "列出打印机：哪一台是选定的、能不能用", "printing:printers")
    one = add("print", "打印一份文书：第二次起计数，并在纸上注明“补打”", "printing:print_paper")
    one.add_argument("kind", nargs="?", default="", metavar="KIND", help="文书名称，如 接收回执、寄递袋标签、交接清单")
    one.add_argument("number", nargs="?", default="", metavar="NUMBER", help="办件、寄递袋或交接清单的编号")
    one.add_argument("--test", action="store_true", help="改为打印测试页；不用登录")
    one.add_argument(
        "--printer", default="", metavar="P", help="用哪台打印机，如 HP_Laser、cups:HP_Laser、folder:/目录"
    )
    one.add_argument("--copies", type=counting(1, MOST_COPIES), default=0, metavar="N", help="几份")
    add("prints", "打印队列，和每种文书打印过几次", "printing:prints")
