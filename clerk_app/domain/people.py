"""Who applies, and who works at the window."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a signed-in person may do."""

    CLERK = "clerk"
    """窗口人员."""
    SUPERVISOR = "supervisor"
    """督导/值班主任."""
    COURIER = "courier"
    """邮政速递揽收员."""
    DEPARTMENT = "department"
    """Back office; speaks through central only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in."""

    number: str
    name: str
    role: Role
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """申请人, with the agent who stands at the counter for them, if any."""

    kind: str
    """``person`` or ``organisation``."""
    name: str
    id_number: str
    """Identity number (GB 11643) of a person, unified social credit code (GB 32100) of an organisation."""
    id_kind: str = "resident_id"
    """``resident_id``, ``credit_code``, or ``other`` (passport and so on: not checked)."""
    phone: str = ""
    address: str = ""
    agent_name: str = ""
    agent_id_number: str = ""
    discredited: bool = False
    """失信: no provisional acceptance (rule 4)."""


def mask_number(number: str) -> str:
    """Return an identity number fit for a list: the first three and the last two characters (rule 15)."""
    if len(number) <= 5:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def mask_phone(phone: str) -> str:
    """Return a telephone number fit for a list: the first three and the last two digits."""
    return mask_number(phone)
