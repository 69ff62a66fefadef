"""Cases to print: a sample item of a dozen materials, taken through every outcome a paper is made of."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.case_parts import Notice, Visit
from clerk_app.domain.catalogue import (
    Answer,
    Department,
    Due,
    Form,
    Handling,
    Limit,
    Material,
    Necessity,
    ServiceItem,
    Situation,
)
from clerk_app.domain.checklist import Defect, DeficitKind, Evidence, Tally
from clerk_app.domain.deadlines import DueDay, Suspension
from clerk_app.domain.kinds import State
from clerk_app.domain.people import Applicant
from clerk_app.paper.context import PaperContext

PRINTED_AT = datetime(2026, 7, 14, 9, 31, tzinfo=timezone(timedelta(hours=8)))
RECEIVED = date(2026, 7, 14)
NUMBER = "FS0123-01-260714-0001-K"

MATERIALS = (
    Material(
        id="m1",
        name="居民身份证",
        due=Due(inspect=1, copies=1),
        source="公安机关",
        where="户籍所在地派出所",
        standard="证件在有效期内，正反面清晰",
        basis="《居住证暂行条例》第九条",
    ),
    Material(
        id="m2",
        name="居住证申领登记表",
        due=Due(keep=1),
        source="申请人自备",
        where="本窗口领取空白表格，或在省政务服务网下载打印",
        seal="申请人",
        basis="《居住证暂行条例》第九条",
    ),
    Material(
        id="m3",
        name="房屋租赁合同",
        due=Due(inspect=1, copies=1),
        source="申请人自备",
        where="与出租人签订，并在街道流动人口和出租屋服务站备案",
        standard="载明租期，且剩余租期不少于三个月",
    ),
    Material(
        id="m4",
        name="劳动合同或者就业单位出具的劳动关系证明",
        due=Due(either=1),
        source="就业单位",
        where="就业单位人力资源部门",
        seal="就业单位公章",
        validity_days=30,
        necessity=Necessity.DEFERRABLE,
    ),
    Material(
        id="m5",
        name="本人近期免冠彩色照片（电子）",
        due=Due(electronic=1),
        form=Form.ELECTRONIC,
        source="照相馆",
        where="公安机关备案的照相馆，凭相片回执编号调取",
        necessity=Necessity.DEFERRABLE,
    ),
    Material(id="m6", name="社会保险参保证明", due=Due(copies=2), source="社会保险经办机构", validity_days=90),
    Material(id="m7", name="子女出生医学证明", due=Due(inspect=1), necessity=Necessity.OPTIONAL),
)
ITEM = ServiceItem(
    code="11440600007038161B4442109001001",
    name="居住证首次申领",
    department=Department(code="11440600007038161B", name="样例市公安局"),
    handling=Handling.PROMISED,
    promised=Limit(10),
    statutory=Limit(15),
    visits_cap=1,
    situations=(
        Situation(
            id="s1",
            question="您以何种情形申领？",
            answers=(Answer(id="work", label="合法稳定就业"), Answer(id="home", label="合法稳定住所")),
        ),
    ),
    materials=MATERIALS,
    basis="《居住证暂行条例》（国务院令第663号）第二条、第九条",
    result="居住证",
    address="样例市文昌街道文昌路1号政务服务中心一楼",
    hours="周一至周五 9:00—12:00，13:30—17:00（法定节假日除外）",
    phone="0757-12345",
    complaint_phone="0757-12388",
    review_body="样例市人民政府",
    court="样例市禅山区人民法院",
    sample=True,
)
APPLICANT = Applicant(
    kind="person", name="欧阳𠮷娜", id_number="440604190501010027", phone="13800000000", address="样例市文昌路2号"
)


def due_on(year: int, month: int, day: int, provisional: bool = False) -> DueDay:
    return DueDay(date(year, month, day), provisional)


def item_ref(item: ServiceItem = ITEM) -> b.ItemRef:
    return b.ItemRef(
        code=item.code,
        name=item.name,
        department=item.department,
        handling=item.handling,
        promised=item.promised,
        statutory=item.statutory,
        visits_cap=item.visits_cap,
        sample=item.sample,
    )


def received_case(**changes: Any) -> Case:
    """Return a case for which most, but not all, is in order."""
    tallies = (
        Tally(material="m1", originals_seen=1, copies_kept=1),
        Tally(material="m2", originals_kept=1, defect=Defect(kind=DeficitKind.UNSEALED, note="申请人未签名")),
        Tally(material="m3", copies_kept=1),
        Tally(material="m6", copies_kept=1, issued=date(2026, 6, 30)),
        Tally(
            material="m7", evidence=Evidence(case="FS0123-01-260301-0007-A", material="m7", seen_on=date(2026, 3, 1))
        ),
    )
    case = Case(
        number=NUMBER,
        item=item_ref(),
        applicant=APPLICANT,
        checklist=MATERIALS,
        received_on=RECEIVED,
        received_at="2026-07-14T09:28:11+08:00",
        notice_due=due_on(2026, 7, 21),
        point="FS0123",
        window="FS0123-01",
        clerk="C001",
        answers={"s1": "work"},
        tallies={t.material: t for t in tallies},
        visits=(Visit(on=RECEIVED, entry="e1"),),
    )
    return replace(case, **changes)


def notified_case(case: Case | None = None) -> Case:
    """Return the case with its one-time notice given."""
    case = case or received_case()
    notice = Notice(number=1, given_on=RECEIVED, deficits=case.deficits(RECEIVED), entry="e2")
    return replace(case, state=State.NOTIFIED, notices=(notice,))


def supplemented_case() -> Case:
    """Return the notified case with all but one of the supplements brought."""
    case = notified_case()
    on = date(2026, 7, 20)
    brought = {
        "m2": Tally(material="m2", originals_kept=1),
        "m3": Tally(material="m3", originals_seen=1),
        "m4": Tally(material="m4", originals_kept=1, issued=date(2026, 7, 18)),
        "m6": Tally(material="m6", copies_kept=1),
    }
    names = {line.id: line.name for line in MATERIALS}
    lines = tuple(b.SupplementLine(material=m, name=names[m], brought=t, cured=True) for m, t in brought.items())
    tallies = {**case.tallies, "m2": brought["m2"], "m4": brought["m4"]}
    tallies["m3"] = Tally(material="m3", originals_seen=1, copies_kept=1)
    tallies["m6"] = Tally(material="m6", copies_kept=2, issued=date(2026, 6, 30))
    supplement = b.Supplemented(on=on, lines=lines, tallies=tuple(tallies.values()), notice=1)
    visits = (*case.visits, Visit(on=on, entry="e3"))
    return replace(case, tallies=tallies, supplements=(supplement,), visits=visits)


def accepted_case(**changes: Any) -> Case:
    """Return a complete case, accepted on the day of receipt."""
    accepted = b.Accepted(
        accepted_on=RECEIVED, promised_due=due_on(2026, 7, 28), statutory_due=due_on(2026, 8, 4, provisional=True)
    )
    tallies = {
        "m1": Tally(material="m1", originals_seen=1, copies_kept=1),
        "m2": Tally(material="m2", originals_kept=1),
        "m3": Tally(material="m3", originals_seen=1, copies_kept=1),
        "m4": Tally(material="m4", originals_kept=1),
        "m5": Tally(material="m5", electronic=1),
        "m6": Tally(material="m6", copies_kept=2),
    }
    return replace(received_case(state=State.ACCEPTED, accepted=accepted, tallies=tallies), **changes)


def provisional_case() -> Case:
    """Return a case accepted while two secondary materials are owed."""
    case = accepted_case(state=State.PROVISIONAL)
    tallies = {m: t for m, t in case.tallies.items() if m not in {"m4", "m5"}}
    owed = (
        b.Owed(material="m4", name=MATERIALS[3].name, by=due_on(2026, 7, 24)),
        b.Owed(material="m5", name=MATERIALS[4].name, by=due_on(2026, 7, 24, provisional=True)),
    )
    return replace(case, tallies=tallies, owed=owed)


def extended_case(**changes: Any) -> Case:
    """Return an accepted case that takes five days longer."""
    told = sb.Extended(
        on=date(2026, 7, 27),
        days=5,
        reason="需向申请人原居住地公安机关核实居住登记情况，对方尚未回函",
        approved_by="样例市公安局副局长陈样例",
        promised_due=due_on(2026, 8, 4),
        statutory_due=due_on(2026, 8, 11, provisional=True),
    )
    told = replace(told, **changes)
    accepted = b.Accepted(accepted_on=RECEIVED, promised_due=told.promised_due, statutory_due=told.statutory_due)
    return accepted_case(extensions=(told,), accepted=accepted)


def suspended_case(**changes: Any) -> Case:
    """Return an accepted case in whose fifth day an expert review began."""
    told = Suspension(start=date(2026, 7, 21), kind="expert-review", reason="就业情况须组织专家评审认定", told=Limit(8))
    return accepted_case(suspensions=(replace(told, **changes),))


def declined_case() -> Case:
    """Return a case that was refused."""
    declined = b.Declined(
        on=RECEIVED,
        reason="申请人在本市居住登记未满半年，不符合《居住证暂行条例》第二条规定的申领条件；居住登记满半年后可以再次申请",
        basis="《居住证暂行条例》第二条",
    )
    return received_case(state=State.DECLINED, declined=declined)


def delivered_case(**changes: Any) -> Case:
    """Return a case whose result was handed out, at the counter unless the changes say otherwise."""
    delivered = b.Delivered(
        on=date(2026, 7, 28), to="欧阳𠮷娜", by="李样例", id_kind="resident_id", id_number_masked="440*************27"
    )
    decided = b.Decided(on=date(2026, 7, 24), outcome="approved", document="样公居〔2026〕0123号")
    return accepted_case(state=State.CLOSED, decided=decided, delivered=replace(delivered, **changes))


def context_of(case: Case, **changes: Any) -> PaperContext:
    context = PaperContext(
        case=case,
        item=ITEM,
        point_name="样例市文昌街道政务服务中心",
        window="01",
        clerk_name="李样例",
        printed_at=PRINTED_AT,
        confirmed=False,
    )
    return replace(context, **changes)


def many_materials(count: int) -> tuple[Material, ...]:
    """Return a checklist so long that its notice takes several pages."""
    return tuple(
        Material(
            id=f"x{n}",
            name=f"第{n}号样例材料（建设工程档案分卷）",
            due=Due(keep=1 + n % 3, copies=n % 2),
            where=f"样例档案馆{n}号柜台" + "，需携带工程规划许可证副本" * (n % 4),
            basis=f"《样例条例》第{n % 5 + 1}条",
        )
        for n in range(1, count + 1)
    )


def text_of(pdf: bytes, folder: Path) -> str:
    """Return the text of a PDF as another program reads it, without white space."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    made = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return "".join(made.stdout.decode().split())


CASES = {
    "接收回执": supplemented_case,
    "受理回执": accepted_case,
    "申请材料补正告知书": notified_case,
    "容缺受理承诺书": provisional_case,
    "不予受理通知书": declined_case,
    "延长办理期限通知书": extended_case,
    "特殊程序审查期限告知书": suspended_case,
    "物料流转凭证": accepted_case,
    "送达回执": delivered_case,
}
"""For every kind of paper, a case of which it can be made."""
