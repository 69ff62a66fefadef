"""The city's end from the command line: serving, its tables, the catalogue, codes, backups, who is shut out."""

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

from clerk_app.commands.output import DONE, REFUSED, USAGE, Stop, print_json

if TYPE_CHECKING:
    from sync.central.catalogue.publishing import Published
    from sync.central.central import Central
    from sync.central.settings import Settings

T = TypeVar("T")


def serve(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from sync.central.carriers.configured import CarriersUnusable, fit
    from sync.central.database import DatabaseUnusable
    from sync.central.line.logs import log_to_stderr
    from sync.central.line.serve import CannotListen
    from sync.central.line.serve import serve as run
    from sync.central.line.tls import CertificateUnusable

    settings = _settings(options)
    try:
        fit(os.environ)
    except CarriersUnusable as error:
        raise Stop(USAGE, str(error), "usage") from error
    log_to_stderr(settings.log_level)
    if options.simulate_departments:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        run(settings, migrate=not options.no_migrate, simulate=options.simulate_departments)
    except DatabaseUnusable as error:
        raise Stop(REFUSED, f"数据库用不了（{error}）：请核对 --database 的地址和权限。", "database") from error
    except CannotListen as error:
        raise Stop(REFUSED, f"这个地址不能监听（{error}）：请换一个端口。", "address") from error
    except CertificateUnusable as error:
        raise Stop(REFUSED, f"证书用不了（{error}）：请核对 --tls-cert 和 --tls-key。", "certificate") from error
    return DONE


def _settings(options: argparse.Namespace) -> Settings:
    """Return the settings of the environment, overruled by the flags."""
    from sync.central.settings import Settings as Told
    from sync.central.settings import SettingsUnusable, variable

    try:
        settings = Told.read(os.environ, vars(options))
    except SettingsUnusable as error:
        raise Stop(USAGE, str(error), "usage") from error
    if not settings.database:
        raise Stop(USAGE, f"用法不对：缺少：--database（或环境变量 {variable('database')}）。", "usage")
    return settings


def _end_with_parent() -> None:
    """The demo's central does not outlive the client it was started for, however that ends."""
    while os.read(sys.stdin.fileno(), 4096):  # not through the buffered file: its lock would be missed at the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def import_catalogue(options: argparse.Namespace) -> int:
    """Publish a catalogue file and report what is odd in it."""
    from sync.central.catalogue.seeding import catalogue_rows, published_calendar
    from sync.central.importing import ImportRefused, read_catalogue

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

    published = with_central(options, publish)
    report = {
        "items": len(read.items),
        "materials": read.materials,
        "kept": sum(len(item.materials) for item in read.items),
        "added": published.added,
        "changed": published.changed,
        "findings": [{"row": f.row, "kind": f.kind, "message": f.message} for f in read.findings],
    }
    print_told(report, options)
    return DONE


def seed(options: argparse.Namespace) -> int:
    """Fill the sample city in and print its accounts."""
    from sync.central.catalogue import seeding

    accounts = with_central(options, lambda central: seeding.seed(central, full=options.full))
    print_told({"accounts": [asdict(a) for a in accounts]}, options)
    return DONE


def backed_up(options: argparse.Namespace) -> int:
    """Begin a backup, or say that one was completed, so that windows may forget what it holds."""
    from sync.central import backups

    if options.begin:
        token = with_central(options, backups.begin)
        if options.json:
            print_json({"token": token})
        else:
            print(token)
        return DONE
    try:
        covered = with_central(options, lambda central: backups.done(central, options.done))
    except backups.BackupUnknown as error:
        raise Stop(
            REFUSED,
            "没有这次备份：编号不对，或者此后数据库从别的备份恢复过。请重新执行 backed-up --begin，再做备份。",
            "backup-unknown",
        ) from error
    print_told(asdict(covered), options)
    return DONE


def migrate(options: argparse.Namespace) -> int:
    """Bring the database to this version's form, or say whether it is."""
    import asyncio

    from sync.central.database import Database
    from sync.central.schema import HEAD

    settings = _settings(options)
    before = _guarded(lambda: asyncio.run(Database.look(settings.database)))
    if not options.check:
        _guarded(lambda: asyncio.run(_migrated(settings.database)))
    told = {"held": before.revision, "known": HEAD, "pending": list(before.pending)}
    print_told({**told, "needs_stop": before.needs_stop, "too_new": before.too_new}, options)
    return REFUSED if before.too_new or (options.check and before.pending) else DONE


async def _migrated(url: str) -> None:
    from sync.central.database import Database

    await (await Database.open(url)).close()


def incidents(options: argparse.Namespace) -> int:
    """List what no honest window sends: bad signatures, broken chains, others' names."""
    from sync.central.access.incidents import told

    rows = [asdict(one) for one in with_central(options, told)]
    if options.json:
        print_json({"incidents": rows})
    for one in [] if options.json else rows:
        print(f"{one['day']}  {one['window']:<16}{one['code']:<24}{one['count']:>6}")
    return DONE


def new_epoch(options: argparse.Namespace) -> int:
    """Begin a new life after a restore, so that windows say again what was lost."""
    print_told({"epoch": with_central(options, lambda central: central.begin_epoch())}, options)
    return DONE


def with_central(options: argparse.Namespace, work: Callable[[Central], Coroutine[Any, Any, T]]) -> T:
    """Return what comes of some work with an open central; what its database says no to becomes a sentence."""
    import asyncio

    from sync.central.central import Central as OpenedCentral

    settings = _settings(options)

    async def run() -> T:
        central = await OpenedCentral.open(settings.database, settings=settings)
        try:
            return await work(central)
        finally:
            await central.close()

    return _guarded(lambda: asyncio.run(run()))


def _guarded(work: Callable[[], T]) -> T:
    """What a database says no to becomes a sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    from sync.central.database import DatabaseUnusable

    try:
        return work()
    except (SQLAlchemyError, DatabaseUnusable) as error:
        raise Stop(
            REFUSED, f"数据库用不了（{type(error).__name__}）：请核对 --database 的地址和权限。", "database"
        ) from error


def print_told(value: dict[str, Any], options: argparse.Namespace) -> None:
    """Write a result, in one line for scripts or in many for people."""
    if options.json:
        print_json(value)
    else:
        print(json.dumps(value, ensure_ascii=False, indent=2))
