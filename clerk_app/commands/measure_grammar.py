"""The commands of the measures: names, arguments and help."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.commands.parsing import Parser, day
from clerk_app.domain.measure_names import NAMES

if TYPE_CHECKING:
    from clerk_app.commands.grammar import Add


def add_measures(add: Add) -> None:
    """Add ``measures`` and ``report``."""
    text = "指标：到现场次数、一次交齐率、最常缺的材料、时长、业务量、督办灯、寄递袋、不予受理；须值班主任登录"
    one = add("measures", text, "measures:measures")
    one.add_argument("--from", dest="begin", type=day, metavar="DATE", help="从哪天起，默认本周一")
    one.add_argument("--to", type=day, metavar="DATE", help="到哪天（含当天），默认今天")
    _points(one)
    one.add_argument("--name", default="", choices=("", *NAMES), metavar="NAME", help="只要一项：" + "、".join(NAMES))
    one.add_argument("--csv", type=Path, metavar="FILE", help="存为 CSV，电子表格可直接打开")
    one = add("report", "日报或周报：一页 A4 的 PDF，不含申请人信息；须值班主任登录", "measures:report")
    one.add_argument("kind", choices=("day", "week"), metavar="KIND", help="day 日报，week 周报")
    one.add_argument("--on", type=day, metavar="DATE", help="哪天，或哪天所在的周；默认今天")
    _points(one)
    one.add_argument("--out", required=True, type=Path, metavar="FILE", help="存到哪个文件")


def _points(one: Parser) -> None:
    one.add_argument(
        "--point", dest="points", action="append", default=[], metavar="CODE", help="只计一个服务点的，可多次"
    )
