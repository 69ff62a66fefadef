"""The applicant as typed: what is refused at the field, what is only odd, and what they have shown before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from clerk_app.domain.case import Case
from clerk_app.domain.checklist import Evidence, verified_before
from clerk_app.domain.draft import Draft
from clerk_app.domain.numbers import check_identity_number, check_number, check_phone, plain
from clerk_app.domain.people import Applicant
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.supervision_acts import marked as mark_stands
from clerk_app.domain.text import storable
from clerk_app.planning import uncorrected

MAX_NAME = 200
"""Characters; GB/T 39046 gives names of applicants up to 200."""
MAX_FIELD = 500


def normal_number(number: str) -> str:
    """Return a number as it is stored and compared: half-width capitals, no spaces."""
    return plain(number)


def check(applicant: Applicant, today: date) -> Refusal | None:
    """Return why an applicant cannot be recorded, naming the field (rule 13)."""
    if applicant.kind not in {"person", "organisation"}:
        return Refusal(code="applicant-kind-invalid", message="申请人类别应为个人或单位。", field="kind")
    if not applicant.name.strip():
        return Refusal(code="name-missing", message="请填写申请人姓名或单位名称。", field="name")
    texts = (
        ("name", applicant.name, MAX_NAME),
        ("agent_name", applicant.agent_name, MAX_NAME),
        ("address", applicant.address, MAX_FIELD),
        ("phone", applicant.phone, MAX_FIELD),
        ("id_number", applicant.id_number, MAX_FIELD),
    )
    for field, text, limit in texts:
        problem = storable(text, limit)
        if problem is not None:
            return Refusal(code="text-invalid", message=problem, field=field)
    checked = check_number(applicant.id_kind, applicant.id_number, today)
    if checked.problem is not None:
        return Refusal(code=checked.problem.code, message=checked.problem.message, field="id_number")
    if applicant.agent_id_number:
        agent = check_identity_number(applicant.agent_id_number, today)
        if agent.problem is not None:
            return Refusal(code=agent.problem.code, message=f"经办人：{agent.problem.message}", field="agent_id_number")
    return None


def warnings(applicant: Applicant, today: date) -> tuple[str, ...]:
    """Return what is odd about an applicant's numbers, though not refused."""
    found = check_number(applicant.id_kind, applicant.id_number, today).warnings
    if applicant.phone:
        phone = check_phone(applicant.phone)
        found += phone.warnings
        found += (phone.problem.message,) if phone.problem is not None else ()
    return found


def normalised(applicant: Applicant, today: date) -> Applicant:
    """Return the applicant with every number as it will be stored."""
    return replace(
        applicant,
        name=applicant.name.strip(),
        id_number=check_number(applicant.id_kind, applicant.id_number, today).number,
        phone=applicant.phone.strip(),
        agent_name=applicant.agent_name.strip(),
        agent_id_number=normal_number(applicant.agent_id_number),
    )


def marked(earlier: Iterable[Case], today: date) -> bool:
    """Whether a mark against a false paper of this applicant stands today: no 容缺受理 while it does (rule 4)."""
    return any(mark_stands(case, today) for case in earlier)


def known(earlier: Sequence[Case], today: date) -> Applicant | None:
    """Return the applicant as last recorded; whether 失信 holds, their marks decide, where there ever were any.

    ``earlier``: this applicant's cases, the latest change first. Taken down while a mark stood, 失信 ends with it.
    """
    if not earlier:
        return None
    latest = earlier[0].applicant
    told = latest.discredited and not any(case.oversight.marks for case in earlier)
    return replace(latest, discredited=told or marked(earlier, today))


def already_seen(draft: Draft, earlier: list[Case], today: date) -> dict[str, Evidence]:
    """Return, by line key, the latest case in which this applicant's same paper was verified and still holds (rule 10).

    ``earlier``: this applicant's cases, the latest change first.
    """
    wanted: dict[str, str] = {}
    for line in draft.checklist().lines:
        if not line.material.due.keep:  # an original that is kept lies in the other case, and cannot lie here too
            wanted.setdefault(line.material.paper_key, line.key)
    found: dict[str, Evidence] = {}
    for case in reversed(earlier):
        faulty = uncorrected(case)
        for material in case.checklist:
            key = wanted.get(material.paper_key)
            tally = case.tallies.get(material.id)
            if key is None or tally is None or material.id in faulty:
                continue
            seen_on = case.checked_on.get(material.id, case.received_on)
            evidence = verified_before(material, tally, case.number, seen_on, today)
            if evidence is not None:
                found[key] = evidence
    return found
