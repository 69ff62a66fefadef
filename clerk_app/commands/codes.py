"""Enrolment codes from central's command line: one, a district's, as CSV and as cards; listed, and voided."""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.commands.central import with_central
from clerk_app.commands.ending import expiry
from clerk_app.commands.output import DONE, REFUSED, USAGE, Stop, say
from clerk_app.commands.tables import csv_bytes, fitted
from clerk_app.domain.text import storable
from clerk_app.paper.context import PaperNotReady
from clerk_app.paper.fonts import MissingGlyph

if TYPE_CHECKING:
    from sync.central.access.codes import Issued, Wanted
    from sync.central.central import Central

HEAD = ("point", "point_name", "desk", "code", "expires")
MOST_DESK = 20
"""Characters of a desk's name: more does not fit a card."""
MOST_AT_ONCE = 10_000
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:_\[\]-]{1,200}(/[A-Za-z0-9./_-]{0,100})?")
COLUMNS = {
    "point": "point", "服务点": "point", "服务点代码": "point", "代码": "point",
    "desk": "desk", "窗口": "desk", "台席": "desk", "count": "count", "数量": "count", "个数": "count",
}  # fmt: skip


def enrolment_codes(options: argparse.Namespace) -> int:
    """Issue single-use codes, list those nobody used, or void them."""
    if options.list is not None:
        return _list(options)
    if options.void:
        return _void(options)
    _check_usage(options)
    for path in (options.out, options.cards):
        if path is not None and path.exists():
            raise Stop(REFUSED, f"{path} 已经存在，不覆盖，没有签发。请换一个文件名。", "file")
    made = _issued(options)
    try:
        _keep(options, made)
    except (OSError, PaperNotReady, MissingGlyph) as error:
        _take_back(options, made)
        if isinstance(error, OSError):
            raise
        raise Stop(REFUSED, str(error), "paper-unprintable") from error
    value = {"codes": [one.code for one in made], "issued": [asdict(one) for one in made]}
    say(value, options.json, _lines(options, made))
    return DONE


def _check_usage(options: argparse.Namespace) -> None:
    if options.csv is not None and options.count != 1:
        raise Stop(USAGE, "用法不对：--csv 各行自有 count，不与 --count 同用。", "usage")
    if options.cards is not None and not options.central:
        raise Stop(USAGE, "用法不对：--cards 须同时用 --central 给出各窗口要填的市中心地址。", "usage")
    if options.central and not _ADDRESS.fullmatch(options.central):
        raise Stop(USAGE, "用法不对：--central 应形如 https://主机 或 http://主机:端口。", "usage")


def _issued(options: argparse.Namespace) -> list[Issued]:
    """Issue what is asked for."""
    from sync.central.access import codes

    async def work(central: Central) -> list[Issued]:
        wanted = await _wanted(central, options)
        if not wanted:
            raise Stop(REFUSED, "没有要签发的：文件里没有服务点，或者没有服务点的代码这样开头。", "nothing-wanted")
        if sum(one.count for one in wanted) > MOST_AT_ONCE:
            raise Stop(REFUSED, f"一次最多签发 {MOST_AT_ONCE} 个登记码，请分几次。", "too-many")
        return await codes.issue(central, wanted, timedelta(days=options.valid_days))

    try:
        return with_central(options, work)
    except codes.UnknownPoint as error:
        raise Stop(REFUSED, f"没有代码为“{error}”的服务点，没有签发。", "point-unknown") from error


async def _wanted(central: Central, options: argparse.Namespace) -> list[Wanted]:
    from sync.central.access import codes

    if options.csv is not None:
        return _read(options.csv)
    if options.point:
        return [codes.Wanted(point=options.point, desk=options.desk, count=options.count)]
    found = await codes.points_of(central, options.district or "")
    return [codes.Wanted(point=point, count=options.count) for point in found]


def _read(path: Path) -> list[Wanted]:
    """Read which points and desks want codes; every line is right, or none counts."""
    from sync.central.access.codes import Wanted

    rows = list(csv.reader(io.StringIO(_text(path), newline="")))
    names = [COLUMNS.get(cell.strip().lower(), "") for cell in rows[0]] if rows else []
    if "point" not in names:
        names, body, first = ["point", "desk", "count"], rows, 1
    else:
        body, first = rows[1:], 2
    wanted = []
    for line, row in enumerate(body, first):
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        if not any(cells.values()):
            continue
        point, desk, count = cells.get("point", ""), cells.get("desk", ""), cells.get("count") or "1"
        wrong = "缺少服务点代码" if not point else storable(desk, MOST_DESK) or _wrong_count(count)
        if wrong:
            raise Stop(REFUSED, f"{path} 第 {line} 行：{wrong}。没有签发。", "file")
        wanted.append(Wanted(point=point, desk=desk, count=int(count)))
    return wanted


def _wrong_count(text: str) -> str:
    fits = text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= MOST_AT_ONCE
    return "" if fits else f"数量应为 1 到 {MOST_AT_ONCE} 的整数"


def _text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Stop(REFUSED, f"{path}：认不出文件的编码，请另存为 UTF-8。", "file")


def _keep(options: argparse.Namespace, made: Sequence[Issued]) -> None:
    """Write what is asked for, for nobody else to read: whoever has a code may become a window."""
    if options.out is not None:
        rows = [[one.point, one.point_name, one.desk, one.code, one.expires] for one in made]
        _write(options.out, csv_bytes(HEAD, rows))
    if options.cards is not None:
        from datetime import UTC, datetime

        from clerk_app.paper.cards import Card, cards_pdf

        cards = [
            Card(
                point=one.point,
                point_name=one.point_name,
                desk=one.desk,
                code=one.code,
                central=options.central,
                until=expiry(one.expires),
            )
            for one in made
        ]
        _write(options.cards, cards_pdf(cards, datetime.now(UTC)))


def _take_back(options: argparse.Namespace, made: Sequence[Issued]) -> None:
    """Nobody has the codes that could not be written down."""
    from sync.central.access import codes

    async def work(central: Central) -> None:
        for one in made:
            await codes.void(central, one.code)

    with_central(options, work)
    for path in (options.out, options.cards):
        if path is not None:
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)


def _lines(options: argparse.Namespace, made: Sequence[Issued]) -> list[str]:
    until = expiry(made[0].expires)
    if options.out is None and options.cards is None:
        width = max(len(one.point) for one in made)
        return [f"{one.point:<{width}}  {one.code}  {one.desk}".rstrip() for one in made] + [f"{until} 前有效。"]
    kept = "、".join(str(path) for path in (options.out, options.cards) if path is not None)
    points = len({one.point for one in made})
    return [f"已为 {points} 个服务点签发 {len(made)} 个登记码，{until} 前有效，存为 {kept}。只有这一份，请妥善保管。"]


def _list(options: argparse.Namespace) -> int:
    from sync.central.access import codes

    found = with_central(options, lambda central: codes.unused(central, options.list))
    lines = [
        f"{one.handle}  {fitted(one.point, 12)}  {fitted(one.desk, 12)}  {'已过期' if one.expired else expiry(one.expires)}"
        f"  {f'迁移 {one.moves}' if one.moves else one.point_name}"
        for one in found
    ]
    say({"unused": [asdict(one) for one in found]}, options.json, lines or ["没有未使用的登记码。"])
    return DONE


def _void(options: argparse.Namespace) -> int:
    from sync.central.access import codes

    count = with_central(options, lambda central: codes.void(central, options.void))
    if not count:
        raise Stop(REFUSED, f"没有未使用的登记码“{options.void}”：已使用、已作废，或写得不对。", "code-unknown")
    say({"voided": count}, options.json, [f"已作废 {count} 个登记码。"])
    return DONE
