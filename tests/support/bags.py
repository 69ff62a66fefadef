"""Bags and manifests to print, and the codes on them as another program reads them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from clerk_app.domain.custody_bodies import (
    RESULT,
    Address,
    Closed,
    Direction,
    Discrepancy,
    Fault,
    Hand,
    HandKind,
    ManifestLine,
    PaperLine,
    Sealed,
)
from clerk_app.domain.custody_numbers import manifest_number, parcel_number
from clerk_app.paper.context import HandContext
from tests.support.papers import NUMBER, PRINTED_AT

ON = date(2026, 7, 14)
BAG = parcel_number("FS0123", "01", ON, 42)
MANIFEST = manifest_number("FS0123", "01", ON, 57)
WAYBILL = "EB000717595HK"
HERE = Hand(kind=HandKind.POINT, code="FS0123", name="样例市文昌街道政务服务中心", person="李样例")
OFFICE = Hand(kind=HandKind.DEPARTMENT, code="11440600007038161B", name="样例市公安局", person="赵某某")
THERE = Hand(kind=HandKind.POINT, code="FS0456", name="样例市祖庙街道政务服务中心")
SHE = Hand(kind=HandKind.APPLICANT, code=NUMBER, name="欧阳𠮷娜")
COURIER = Hand(kind=HandKind.COURIER, code="EMS0042", name="梁样例")
HOME = Address(name="欧阳𠮷娜", phone="13800000000", address="样例市禅山区文昌路2号样例花园3栋1202房")
LINES = (
    PaperLine(case=NUMBER, material="m2", name="居住证申领登记表", originals=1),
    PaperLine(case=NUMBER, material="m6", name="社会保险参保证明", copies=2),
    PaperLine(case="FS0123-01-260714-0002-X", material="m1", name="居民身份证", copies=1),
)
SEALED = {
    "to_department": Sealed(
        direction=Direction.TO_DEPARTMENT, sender=HERE, to=OFFICE, lines=LINES, on=ON, seal="FQ20260001234"
    ),
    "to_window": Sealed(
        direction=Direction.TO_WINDOW,
        sender=OFFICE,
        to=HERE,
        lines=(PaperLine(case=NUMBER, material=RESULT, name="居住证", originals=1),),
        on=ON,
        seal="GA-8812",
    ),
    "to_applicant": Sealed(
        direction=Direction.TO_APPLICANT,
        sender=HERE,
        to=SHE,
        lines=(PaperLine(case=NUMBER, material=RESULT, name="居住证", originals=1),),
        on=ON,
        seal="FQ20260001235",
        address=HOME,
        waybill=WAYBILL,
        carrier="ems",
    ),
    "to_point": Sealed(direction=Direction.TO_POINT, sender=HERE, to=THERE, lines=LINES, on=ON, seal="FQ20260001236"),
}
"""One bag of each direction."""
CONTEXT = HandContext(
    point_name="样例市文昌街道政务服务中心", window="FS0123-01", printed_at=PRINTED_AT, confirmed=False, sample=True
)
FOUND = (
    Discrepancy(
        fault=Fault.SEAL_BROKEN, parcel=parcel_number("FS0123", "01", ON, 101), note="封签一角撕开，双方当面重贴"
    ),
    Discrepancy(fault=Fault.NOT_LISTED, parcel=parcel_number("FS0123", "02", ON, 7), note="邻窗口的袋，当场退回"),
    Discrepancy(fault=Fault.MISSING_BAG, parcel=parcel_number("FS0123", "01", ON, 99), reason_code="left_behind"),
    Discrepancy(fault=Fault.SHORT, parcel=parcel_number("FS0123", "01", ON, 102), line=LINES[1]),
)
REASONS = {"left_behind": "未随车"}


def closed(count: int, **changes: Any) -> Closed:
    """Return a hand-over of so many bags."""
    places = (OFFICE, SHE, THERE, Hand(kind=HandKind.DEPARTMENT, code="D7", name="样例市人力资源和社会保障局"))
    lines = tuple(
        ManifestLine(
            parcel=parcel_number("FS0123", "01", ON, 100 + n),
            to=places[n % 4],
            papers=1 + n % 9,
            seal=f"FQ2026{n:07}",
            broken=n == 1 and "found" in changes,
        )
        for n in range(count)
    )
    return replace(
        Closed(
            giver=HERE,
            taker=COURIER,
            lines=lines,
            at="2026-07-14T16:05:00+08:00",
            company="中国邮政速递物流样例分公司",
            vehicle="粤E·A1234",
            contact="0757-12300",
            proof="pin",
        ),
        **changes,
    )


def codes_of(pdf: bytes, folder: Path, *, dpi: int, page: int = 1) -> list[tuple[str, str]]:
    """Return kind and content of every code on a page, as a decoder reads it from the dots a printer of ``dpi`` prints."""
    path = folder / "codes.pdf"
    path.write_bytes(pdf)
    asked = ["pdftoppm", "-r", str(dpi), "-mono", "-f", str(page), "-l", str(page), "-singlefile", str(path), str(path)]
    subprocess.run(asked, check=True)
    read = subprocess.run(["zbarimg", "--quiet", f"{path}.pbm"], capture_output=True, text=True, check=True).stdout
    return sorted((kind, code) for kind, _, code in (line.partition(":") for line in read.splitlines()))
