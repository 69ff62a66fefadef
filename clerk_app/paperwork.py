"""Which papers a case has, and how they come out of the printer's folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from clerk_app import bag_papers
from clerk_app.domain import tips
from clerk_app.domain.case import Case
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Person
from clerk_app.seat import Refused, Seat
from clerk_app.store.file.durable import create_private_file, make_private_folder
from clerk_app.store.records import Records

RECEIPT, ACCEPTANCE, NOTICE = "接收回执", "受理回执", "申请材料补正告知书"
EXTENSION, SUSPENSION = "延长办理期限通知书", "特殊程序审查期限告知书"
COMMITMENT, REFUSAL, CUSTODY, DELIVERY = "容缺受理承诺书", "不予受理通知书", "物料流转凭证", "送达回执"


def place_name(case: Case, records: Records) -> str:
    """Return the name of the point that handles a case now; its code where no name is known."""
    name = records.point_name(case.place)
    return case.moves[-1].name or name if case.moves and name == case.place else name


def decision_papers(case: Case) -> tuple[str, ...]:
    """Return the papers that tell the applicant where the case stands now."""
    if case.state is State.NOTIFIED:
        return (NOTICE,)
    if case.state is State.DECLINED:
        return (REFUSAL,)
    if case.accepted is None:
        return ()
    return (ACCEPTANCE, COMMITMENT) if case.owed else (ACCEPTANCE,)


def papers_of(case: Case) -> tuple[str, ...]:
    """Return every kind of paper that exists for a case, in the order they came about."""
    notices = (NOTICE,) if case.notices else ()
    terms = ((EXTENSION,) if case.extensions else ()) + ((SUSPENSION,) if case.suspensions else ())
    delivery = (DELIVERY,) if case.delivered else ()
    return tuple(dict.fromkeys((RECEIPT, *notices, *decision_papers(case), *terms, CUSTODY, *delivery)))


def render(
    kind: str, case: Case, records: Records, seat: Seat, person: Person, now: datetime, confirmed: bool
) -> bytes:
    """Return a paper of a case as PDF; raises ``Refused`` where there is none or it cannot be printed faithfully."""
    from clerk_app.paper import papers  # the PDF engine stays off the path to the first paint

    if kind not in papers_of(case):
        there = "、".join(papers_of(case))
        raise Refused("paper-unknown", f"办件 {case.number} 现在没有《{kind[:40]}》。可打印：{there}。", "kind")
    context = papers.PaperContext(
        case=case,
        item=records.item(case.item.code, version=case.item.version),
        point_name=place_name(case, records),
        window=seat.window,
        clerk_name=person.name,
        printed_at=now,
        confirmed=confirmed,
        calendar=records.calendar(),
        tips=tips.printed(records.published_tips(), records.tips()) if kind == NOTICE else {},
        trail=bag_papers.trail(case, records) if kind == CUSTODY else None,
    )
    try:
        return papers.render(kind, context)
    except (papers.MissingGlyph, papers.PaperNotReady) as error:
        raise Refused("paper-unprintable", str(error)) from error


def write(content: bytes, folder: Path, name: str, suffix: str = ".pdf") -> Path:
    """Put a file into the folder of papers, whole or not at all; raises ``Refused`` when the folder takes nothing."""
    target = folder / f"{name}{suffix}"
    try:
        if not folder.is_dir():
            make_private_folder(folder)
        unfinished = target.with_suffix(".part")
        create_private_file(unfinished)
        unfinished.write_bytes(content)
        unfinished.replace(target)
    except OSError as error:
        message = f"文书无法写入 {folder}（{error.strerror}）。办件已登记，腾出空间或改用其他文件夹后可重新打印。"
        raise Refused("paper-unwritable", message) from error
    return target
