"""Checklists and what is brought for them, made up by Hypothesis or by hand."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from clerk_app.domain.catalogue import Answer, Department, Due, Form, Material, Necessity, ServiceItem, Situation
from clerk_app.domain.checklist import Defect, DeficitKind, Tally

TODAY = date(2026, 3, 2)
PAPERS = ("身份证", "户口簿", "营业执照", "申请表", "不动产权证书", "劳动合同")
COUNTS = st.integers(0, 3)


def item(code: str, *materials: Material, situations: tuple[Situation, ...] = ()) -> ServiceItem:
    """Return a service item with these lines."""
    department = Department(code="D1", name="市公安局")
    return ServiceItem(code=code, name=f"事项{code}", department=department, materials=materials, situations=situations)


def enough(material: Material, issued: date | None = None) -> Tally:
    """Return the least that satisfies a line."""
    due = material.due
    return Tally(
        material=material.id,
        originals_seen=max(0, due.inspect - due.keep),
        originals_kept=due.keep,
        copies_kept=due.copies + max(0, due.either - due.keep - due.copies),
        electronic=due.electronic,
        issued=issued,
    )


@st.composite
def dues(draw: st.DrawFn) -> Due:
    """Counts of which at least one is not zero."""
    due = draw(st.builds(Due, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS))
    return due if due != Due() else Due(either=1)


@st.composite
def materials(draw: st.DrawFn, identifier: str) -> Material:
    """Any line, with a situation's answers under which it holds now and then."""
    return Material(
        id=identifier,
        name=draw(st.sampled_from(PAPERS)),
        due=draw(dues()),
        necessity=draw(st.sampled_from(Necessity)),
        form=draw(st.sampled_from(Form)),
        validity_days=draw(st.none() | st.integers(0, 400)),
        when=draw(st.sampled_from([{}, {}, {"s": ("yes",)}, {"s": ("no",)}])),
        seal=draw(st.sampled_from(["", "单位公章"])),
        where=draw(st.sampled_from(["", "派出所", "市场监管局"])),
    )


@st.composite
def items(draw: st.DrawFn, code: str) -> ServiceItem:
    """An item of up to six lines that asks at most one question."""
    lines = [draw(materials(f"m{n}")) for n in range(draw(st.integers(1, 6)))]
    asked = draw(st.sampled_from(["本人办理吗？", "是否委托？"]))
    answers = (Answer(id="yes", label="是"), Answer(id="no", label="否"))
    return item(code, *lines, situations=(Situation(id="s", question=asked, answers=answers),))


@st.composite
def tallies(draw: st.DrawFn, identifier: str) -> Tally:
    """Whatever may have been brought for a line."""
    defects = st.builds(
        Defect, kind=st.sampled_from([DeficitKind.EXPIRED, DeficitKind.UNSEALED]), note=st.sampled_from(["", "缺第2页"])
    )
    return Tally(
        material=identifier,
        originals_seen=draw(COUNTS),
        originals_kept=draw(COUNTS),
        copies_kept=draw(COUNTS),
        electronic=draw(COUNTS),
        defect=draw(st.none() | st.none() | defects),
        issued=draw(st.none() | st.dates(date(2025, 1, 1), TODAY)),
    )
