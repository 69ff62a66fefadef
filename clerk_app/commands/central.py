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
from typing import TYPE_CHECKING, Any, TypeVar

from clerk_app.commands.output import DONE, REFUSED, Stop, print_json

if TYPE_CHECKING:
    from sync.central.central import Central
    from sync.central.publishing import Published

T = TypeVar("T")


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
    rows = list(catalogue_rows(read.items, read.joint))

    async def publish(central: Central) -> Published:
        await central.import_rows(published_calendar())
        return await central.import_rows(rows)

    published = _with_central(options, publish)
    report = {
        "items": len(read.items),
        "materials": read.materials,
        "kept": sum(len(item.materials) for item in read.items),
        "added": published.added,
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


def backed_up(options: argparse.Namespace) -> int:
    """Begin a backup, or say that one was completed, so that windows may forget what it holds."""
    from sync.central import backups

    if options.begin:
        token = _with_central(options, backups.begin)
        if options.json:
            print_json({"token": token})
        else:
            print(token)
        return DONE
    try:
        covered = _with_central(options, lambda central: backups.done(central, options.done))
    except backups.BackupUnknown as error:
        raise Stop(
            REFUSED,
            "没有这次备份：编号不对，或者此后数据库从别的备份恢复过。请重新执行 backed-up --begin，再做备份。",
            "backup-unknown",
        ) from error
    _print(asdict(covered), options)
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
