"""Something of every kind that needs a supervisor, at a client whose line is moved by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from clerk_app.desk import Desk
from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.checklist import Defect, DeficitKind, Tally
from clerk_app.domain.deadlines import DueDay, YearTable
from clerk_app.domain.journal import Verdict
from clerk_app.domain.people import Applicant, Person, Role
from clerk_app.domain.plain import to_plain
from clerk_app.domain.supervision_words import TaskKind
from clerk_app.planning import Decide
from clerk_app.seat import Act
from clerk_app.store.books.losses import Loss
from sync.wire import CatalogueRow
from tests.support.client import CLERK, ID_NUMBER, PERMIT, SUPERVISOR, Client
from tests.support.dispatching import BROUGHT, NASTY
from tests.support.over_the_line import another, confirm
from tests.support.supervising import drawn

SECOND_CHIEF = Person(number="S0002", name="钱样例", role=Role.SUPERVISOR, points=("FS0001",))
LACKING = tuple(tally for tally in BROUGHT if tally.material != "form")
OWING = tuple(tally for tally in BROUGHT if tally.material != "photo")


def calendar_known(client: Client) -> None:
    """Have the year's holidays here, so that no day is provisional."""
    body = msgspec.Raw(msgspec.json.encode(to_plain(YearTable(year=2026, holidays=(), workdays=()))))
    row = CatalogueRow(kind="calendar", key="2026", revision=1, body=body)
    client.records.put_catalogue([row], client.records.catalogue_revision() + 1)


def desk_as(client: Client, person: Person = SUPERVISOR) -> Desk:
    """Return a desk at this window, as if somebody were signed in."""
    return client.app.services.open_desk(person)


def say(client: Client, number: str, kind: str, body: Any) -> None:
    """Have the supervisor say something as if it came from nowhere in particular."""
    desk_as(client)._scribe.record(SUPERVISOR, lambda: [Act(kind, number, body)])


def case(
    client: Client, decide: Decide = Decide.AUTO, brought: Sequence[Tally] = BROUGHT, name: str = "样例甲", **said: str
) -> str:
    """Take a case in; return its number."""
    desk = desk_as(client, CLERK)
    who = Applicant(kind="person", name=name, id_number=ID_NUMBER, phone="13800000000", address="文昌路2号")
    draft = replace(desk.begin([PERMIT.code]), applicant=who, answers={"living": "rented"})
    checklist = draft.checklist()
    for tally in brought:
        line = checklist.key_of(PERMIT.code, tally.material)
        if line is not None:
            draft = draft.tallied(line, tally)
    return desk.receive(draft, decide, **said).outcomes[0].case.number


def declined(client: Client, name: str = "样例甲") -> str:
    """Take a case in and refuse it."""
    return case(client, Decide.DECLINE, name=name, reason="不属本机关职权范围")


def conflict(client: Client, name: str = "样例甲") -> str:
    """Have a case withdrawn here and declined elsewhere."""
    number = case(client, Decide.RECEIVE, name=name)
    confirm(client)
    refusal = b.Declined(on=client.clock().date(), reason="不符合条件", reason_code="other")
    desk_as(client, CLERK).withdraw(number, "申请人不办了")
    another(client, "case.declined", number, refusal)
    confirm(client, case_withdrawn=(Verdict.CONFLICTING, "", ""))
    return number


def quarantined(client: Client) -> str:
    """Have central not take a remark."""
    number = case(client)
    desk_as(client, CLERK).remark(number, "备注")
    confirm(client, remark_added=(Verdict.REFUSED, "case-unknown", "市中心没有这一件"))
    return number


def told_twice(client: Client) -> str:
    """Ask in the second notice for what the first could have named."""
    number = case(client, brought=LACKING)
    found = Tally(
        material="card", originals_seen=1, copies_kept=1, defect=Defect(kind=DeficitKind.DEFECTIVE, note="反面漏印")
    )
    say(client, number, "materials.checked", b.Checked(tallies=(found,)))
    desk_as(client, CLERK).notify(number)
    return number


def visited(client: Client) -> str:
    """Have somebody come twice where once is what the item promises."""
    number = case(client, brought=LACKING)
    form = Tally(material="form", originals_kept=1)
    client.clock.now += timedelta(seconds=1)  # entries of one moment have no order of their own
    desk_as(client, CLERK).supplement(number, [form], Decide.RECEIVE, visit_reason="other")
    return number


def bag_short(client: Client) -> str:
    """Pack a bag against which a paper is missing."""
    desk = desk_as(client, CLERK)
    here = case(client)
    group = desk.to_pack()[0]
    bag = desk.pack(desk.packing(group.direction, group.to, [here]), "20260001")
    found = cb.Discrepancy(fault=cb.Fault.DAMAGED, parcel=bag.number, line=bag.sealed.lines[0], note="封面破损")
    desk.note_discrepancy(bag.number, [found])
    return bag.number


def to_verify(client: Client, name: str = "样例甲") -> str:
    """Have a case drawn."""
    number = case(client, name=name)
    say(client, number, "verification.drawn", drawn(number, date(2026, 3, 30)))
    return number


def failed(client: Client) -> str:
    """Have a case drawn that was found false."""
    number = to_verify(client)
    desk_as(client).verify(number, False, "致电房东，没有签过", "lease")
    return number


def rated(client: Client, level: int = 1) -> str:
    """Have an applicant give a mark."""
    number = case(client)
    desk_as(client, CLERK).rate(number, level)
    return number


def tipped(client: Client, text: str = "镇街租赁管理所周末也办") -> str:
    """Have a clerk offer a tip."""
    return desk_as(client, CLERK).offer_tip(PERMIT.code, "lease", text).number


def undo_asked(client: Client, by: Person = SECOND_CHIEF) -> str:
    """Have another supervisor ask to undo what this one concluded."""
    number = declined(client)
    desk_as(client).conclude([(number, "declined")], "founded")
    other = desk_as(client, by)
    entry = other.undoable(number)[0][0]
    other.ask_undo(number, entry, "理由不成立")
    return number


def urged(client: Client) -> str:
    """Call on a department, with an answer due today."""
    number = case(client)
    today = client.clock().date()
    say(client, number, "case.urged", sb.Urged(to="市公安局", text="请抓紧", answer_by=DueDay(today)))
    return number


def finding(client: Client) -> str:
    """Record something that is to be put right."""
    number = case(client)
    desk_as(client).record_finding(number, "late", "三天没有动", "03号窗", client.clock().date())
    return number


def damaged(client: Client) -> str:
    """Have this window have lost two entries of a case."""
    number = case(client)
    loss = Loss(first=900, last=901, subject=number, cause="damaged", noticed="2026-03-02T12:00:00+08:00")
    client.records.losses = lambda: [loss]  # type: ignore[method-assign]
    return number


def deemed(client: Client) -> str:
    """Have a case accepted by law, because no notice was given in time."""
    number = case(client, Decide.RECEIVE, LACKING)
    for _ in range(9):
        client.clock.wait(1)
    desk_as(client, CLERK).accept(number)
    return number


def owing(client: Client) -> str:
    """Accept a case that owes a paper."""
    return case(client, Decide.PROVISIONAL, OWING)


def something_of_each(client: Client) -> dict[TaskKind, str]:
    """Have a task of every kind; return the subjects by kind. Days go by: what runs is late then."""
    calendar_known(client)
    found = {
        TaskKind.DEBT: owing(client),
        TaskKind.DEEMED: case(client, Decide.RECEIVE, LACKING),
        TaskKind.CLOCK: case(client, name=NASTY),
    }
    for _ in range(11):
        client.clock.wait(1)
    return found | {
        TaskKind.CONFLICT: conflict(client, NASTY),
        TaskKind.QUARANTINE: quarantined(client),
        TaskKind.CUSTODY: bag_short(client),
        TaskKind.FAILED: failed(client),
        TaskKind.VERIFY: to_verify(client),
        TaskKind.BREACH: told_twice(client),
        TaskKind.DECLINED: declined(client, NASTY),
        TaskKind.VISITS: visited(client),
        TaskKind.UNANSWERED: urged(client),
        TaskKind.UNDO: undo_asked(client),
        TaskKind.RATING: rated(client),
        TaskKind.TIP: tipped(client),
        TaskKind.FINDING: finding(client),
        TaskKind.DAMAGE: damaged(client),
    }
