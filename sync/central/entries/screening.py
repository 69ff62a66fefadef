"""What can be told of an entry without looking at any state: its form, its hash, its signature, and who may say it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clerk_app.domain.acts import role_refusal
from clerk_app.domain.journal import Entry, Verdict, signature_holds
from clerk_app.domain.people import Person, Role
from sync.central.problems import ProblemError, problem, rule_problem
from sync.wire import Problem

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
"""The largest whole number every JSON reader keeps exactly (RFC 8259 §6)."""
MAX_KEY = 64
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Screened:
    """An entry with what was found out about it."""

    entry: Entry
    document: str
    digest: str
    problem: str | None
    """Why it is refused whatever the state."""

    @property
    def subject(self) -> str:
        """The subject, fit to be a key even where the entry is refused for it."""
        return _storable(self.entry.subject)

    @property
    def kind(self) -> str:
        return _storable(self.entry.kind)

    @property
    def actor(self) -> str:
        return _storable(self.entry.actor)


def screen(batch: Sequence[Entry], public_key: bytes) -> list[Screened]:
    """Return the entries with their hashes and what is wrong with them.

    What cannot be kept or counted at all ends the request; what can is refused by itself, so that the entries after it
    go on.
    """
    return [_screen(entry, public_key) for entry in batch]


def _screen(entry: Entry, public_key: bytes) -> Screened:
    if not 1 <= entry.n <= MAX_INTEGER or not _is_uuid(entry.id):
        raise ProblemError("malformed")
    try:
        document = entry.canonical()
    except RecursionError as error:
        raise ProblemError("malformed") from error
    # Fewer brackets than that cannot stand deeper in one another: mostly nothing has to be gone through.
    if document.count(b"{") + document.count(b"[") > MAX_DEPTH and _depth_over(entry.body, MAX_DEPTH):
        raise ProblemError("malformed")
    digest = hashlib.sha256(document).hexdigest()  # as ``Entry.digest`` reckons it, without writing it out again
    return Screened(entry, document.decode(), digest, _trouble(entry, public_key))


def _trouble(entry: Entry, public_key: bytes) -> str | None:
    keys = (entry.subject, entry.kind, entry.actor)
    if not all(0 < len(key) <= MAX_KEY and key.isprintable() for key in keys) or not 0 <= entry.seen <= MAX_INTEGER:
        return "entry-malformed"
    if not _is_moment(entry.at):
        return "entry-malformed"
    return None if signature_holds(entry, public_key) else "signature-invalid"


def check_actor(entry: Entry, point: str, people: Mapping[str, Person | None]) -> tuple[Verdict, Problem] | None:
    """Return why the actor may not say this, or ``None``; central's own window (no point) speaks for departments."""
    role = Role.DEPARTMENT
    if point:
        if entry.actor not in people:
            return Verdict.REFUSED, problem("actor-unknown")
        person = people[entry.actor]
        if person is None:
            return Verdict.QUARANTINED, problem("actor-revoked")
        if point not in person.points or person.role is Role.DEPARTMENT:
            return Verdict.REFUSED, problem("actor-unknown")
        role = person.role
    refused = role_refusal(entry.kind, role)
    return None if refused is None else (Verdict.REFUSED, rule_problem(refused.code, refused.message))


def _is_uuid(text: str) -> bool:
    """Whether this is a UUID in its one canonical spelling."""
    return _UUID.fullmatch(text) is not None


def _is_moment(text: str) -> bool:
    """Whether this is a time that says how far it is from UTC."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _storable(text: str) -> str:
    """No database key holds more than this, and PostgreSQL's text no NUL; the document keeps what was said."""
    if len(text) <= MAX_KEY and text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:MAX_KEY])


def _depth_over(value: Any, most: int) -> bool:
    """Whether more than so many objects and lists stand in one another, going down level by level."""
    level = [value]
    for _ in range(most):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for some in inner for one in some if isinstance(one, dict | list)]
        if not level:
            return False
    return True
