"""The command line's grammar, told in Chinese: usage, help and what is wrong with what was typed."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from clerk_app.commands.output import USAGE, Stop
from clerk_app.domain.timing import BEIJING

_WRONG = (
    (r"the following arguments are required: (?P<a>.*)", "缺少：{a}"),
    (r"one of the arguments (?P<a>.*) is required", "须给其中一个：{a}"),
    (r"argument (?P<a>[^:]+): not allowed with argument (?P<b>.*)", "{a} 和 {b} 只能给一个"),
    (r"unrecognized arguments: (?P<a>.*)", "不认识：{a}"),
    (r"argument (?P<a>[^:]+): expected (?:one argument|at least one argument|\d+ arguments?)", "{a} 后面缺少内容"),
    (r"argument (?P<a>[^:]+): invalid int value: (?P<b>.*)", "{a} 应为整数，不能是 {b}"),
    (r"argument (?P<a>[^:]+): invalid \S+ value: (?P<b>.*)", "{a} 不能是 {b}"),
    (r"argument (?P<a>[^:]+): ignored explicit argument (?P<b>.*)", "{a} 后面不应有内容（{b}）"),
    (r"argument 命令: invalid choice: (?P<b>'[^']*').*", "没有 {b} 这个命令，可用的命令见 --help"),
    (r"argument (?P<a>[^:]+): invalid choice: (?P<b>'[^']*').*", "{a} 没有 {b} 这一项"),
    (r"argument (?P<a>[^:]+): (?P<b>[^a-z]*[\u4e00-\u9fff].*)", "{a} {b}"),
)
"""What ``argparse`` says, and the same in Chinese; the last one lets our own words pass."""


class _Formatter(argparse.HelpFormatter):
    """Help whose first word is Chinese."""

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Any, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, prefix="用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese; what is wrong with the arguments is a ``Stop``."""

    def __init__(self, **options: Any) -> None:
        with_help, parents = options.pop("add_help", True), options.pop("parents", ())
        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=_Formatter)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        if with_help:
            self.add_argument("-h", "--help", action="help", help="显示这份说明")
        for parent in parents:  # after the titles: groups of one title become one
            self._add_container_actions(parent)

    def error(self, message: str) -> NoReturn:
        """Stop with the usage and what is wrong."""
        raise Stop(USAGE, f"{self.format_usage()}用法不对：{_in_chinese(message)}。", "usage")


def counting(least: int, most: int) -> Any:
    """Return the reader of a whole number within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"应为 {least} 到 {most} 之间的整数，不能是“{text}”")
        return number

    return read


def moment(text: str) -> datetime:
    """Return a time at the counter (GMT+8) as a person types it."""
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text.strip().replace("T", " "), form).replace(tzinfo=BEIJING)
    raise argparse.ArgumentTypeError(f'应形如 "2026-11-23 09:30"，不能是“{text}”')


def day(text: str) -> date:
    """Return a day as a person types it."""
    with contextlib.suppress(ValueError):
        return date.fromisoformat(text.strip())
    raise argparse.ArgumentTypeError(f"应形如 2026-11-23，不能是“{text}”")


def _in_chinese(message: str) -> str:
    for pattern, words in _WRONG:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return words.format(**found.groupdict())
    return "参数不合要求"
