"""The city's end from the command line: serving, importing a catalogue, the sample city, enrolment codes."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from clerk_app.commands.output import DONE, REFUSED, Stop, print_json
from clerk_app.commands.parsing import counting

if TYPE_CHECKING:
    from sync.central.central import Central

T = TypeVar("T")


def add_commands(add: Callable[..., argparse.ArgumentParser], commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare ``clerk central …``."""
    parser = commands.add_parser("central", help="市中心一端", description="市中心一端", parents=[common])
    below = parser.add_subparsers(title="命令", metavar="命令", required=True)

    def made(name: str, text: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        one = add(name, text, command, below)
        one.add_argument("--database", required=True, metavar="URL", help="SQLite 或 PostgreSQL 数据库地址")
        return one

    one = made("serve", "运行市中心", serve)
    one.add_argument("--port", type=counting(0, 65535), default=8440, metavar="N", help="端口；0 为任取一个")
    one.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="监听的地址")
    one.add_argument("--simulate-departments", action="store_true", help=argparse.SUPPRESS)
    one.set_defaults(log_to_stderr=True)
    one = made("import-catalogue", "导入部门报来的事项目录（.xlsx、.csv、.json）", import_catalogue)
    one.add_argument("file", type=Path, metavar="FILE", help="目录文件")
    one = made("seed", "放入样例城市", seed)
    one.add_argument("--full", action="store_true", help="全量：767 个服务点、167 个部门、11389 个事项")
    one = made("enrolment-codes", "签发窗口登记码（一次性）", enrolment_codes)
    one.add_argument("--point", required=True, metavar="CODE", help="服务点代码")
    one.add_argument("--count", type=counting(1, 10_000), default=1, metavar="N", help="几个")


def serve(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from sync.central.database import DatabaseUnusable
    from sync.central.serve import CannotListen
    from sync.central.serve import serve as run

    if options.simulate_departments:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        run(options.database, options.host, options.port, simulate=options.simulate_departments)
    except DatabaseUnusable as error:
        raise Stop(REFUSED, f"数据库用不了（{error}）：请核对 --database 的地址和权限。", "database") from error
    except CannotListen as error:
        raise Stop(REFUSED, f"这个地址不能监听（{error}）：请换一个端口。", "address") from error
    return DONE


def _end_with_parent() -> None:
    """The demo's central does not outlive the client it was started for, however that ends."""
    while os.read(sys.stdin.fileno(), 4096):  # not through the buffered file: its lock would be missed at the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def import_catalogue(options: argparse.Namespace) -> int:
    """Publish a catalogue file and report what is odd in it."""
    from sync.central.importing import ImportRefused, read_catalogue
    from sync.central.seeding import catalogue_rows, published_calendar

    with options.file.open("rb"):  # what the system says of a file is told in the same words everywhere
        pass
    try:
        read = read_catalogue(options.file)
    except ImportRefused as refused:
        raise Stop(REFUSED, str(refused), "file-refused") from refused
    rows = [*catalogue_rows(read.items, read.joint), *published_calendar()]
    published = _with_central(options, lambda central: central.import_rows(rows))
    report = {
        "items": len(read.items),
        "materials": read.materials,
        "kept": sum(len(item.materials) for item in read.items),
        "changed": published.changed,
        "findings": [{"row": f.row, "kind": f.kind, "message": f.message} for f in read.findings],
    }
    _print(report, options)
    return DONE


def seed(options: argparse.Namespace) -> int:
    """Fill the sample city in and print its accounts."""
    from sync.central import seeding

    accounts = _with_central(options, lambda central: seeding.seed(central, full=options.full))
    _print({"accounts": [asdict(a) for a in accounts]}, options)
    return DONE


def enrolment_codes(options: argparse.Namespace) -> int:
    """Issue single-use codes."""
    from sync.central.enrolment import UnknownPoint

    try:
        codes = _with_central(options, lambda central: central.make_enrolment_codes(options.point, options.count))
    except UnknownPoint as error:
        raise Stop(REFUSED, f"没有代码为“{options.point}”的服务点。", "point-unknown") from error
    _print({"codes": codes}, options)
    return DONE


def _with_central(options: argparse.Namespace, work: Callable[[Central], Coroutine[Any, Any, T]]) -> T:
    import asyncio

    from sqlalchemy.exc import SQLAlchemyError

    from sync.central.central import Central as OpenedCentral
    from sync.central.database import DatabaseUnusable

    async def run() -> T:
        central = await OpenedCentral.open(options.database)
        try:
            return await work(central)
        finally:
            await central.close()

    try:
        return asyncio.run(run())
    except (SQLAlchemyError, DatabaseUnusable) as error:
        raise Stop(
            REFUSED, f"数据库用不了（{type(error).__name__}）：请核对 --database 的地址和权限。", "database"
        ) from error


def _print(value: dict[str, Any], options: argparse.Namespace) -> None:
    if options.json:
        print_json(value)
    else:
        print(json.dumps(value, ensure_ascii=False, indent=2))
