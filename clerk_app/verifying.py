"""Trust first, verify later: cases drawn by risk, what was found out, and marks against false papers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.deadlines import add_workdays
from clerk_app.domain.kinds import BEFORE_ACCEPTANCE, State
from clerk_app.domain.supervision import SHARES, VERIFY_DAYS, digest_of, is_drawn, may_be_drawn, risk_of
from clerk_app.overseeing import Overseeing, Overseen
from clerk_app.seat import Act, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a draw came to; the seed tells anybody who was drawn, and the digest among whom."""

    batch: str
    seed: str
    population: int
    digest: str
    drawn: tuple[str, ...]
    """The cases that are to be verified, in the order of their numbers; of a draw that meets nobody nothing is recorded."""


class Verifying(Overseeing):
    """What a supervisor finds out after the fact."""

    def draw(self, share: float, since: date, until: date) -> Draw:
        """抽中核查: draw among the cases accepted in a time that are handled where this person works."""
        if share not in SHARES:
            raise Refused("share-unknown", f"抽样比例只能是：{'、'.join(f'{s:.0%}' for s in SHARES)}。", "share")
        if since > until:
            raise Refused("days-reversed", "起始日晚于截止日。", "since")
        drawn: list[Draw] = []

        def plan() -> list[Act]:
            made, acts = self._drawn(share, self._population(since, until))
            drawn[:] = [made]
            return acts

        self._scribe.record(self._person, plan)
        return drawn[0]

    def _population(self, since: date, until: date) -> list[Case]:
        places = self._sight.points()
        over = {*BEFORE_ACCEPTANCE, State.DECLINED, State.WITHDRAWN, State.RETURNED}
        listed = (
            s.number
            for s in self._sight.summaries()
            if s.state not in over and s.received_on <= until and s.updated_at[:10] >= since.isoformat()
        )
        cases = (self._records.case(number) for number in listed)
        return [
            case
            for case in cases
            if case is not None
            and case.place in places
            and case.accepted is not None
            and since <= case.accepted.accepted_on <= until
            and may_be_drawn(case)
        ]

    def _drawn(self, share: float, population: Sequence[Case]) -> tuple[Draw, list[Act]]:
        if not population:
            raise Refused("nothing-to-draw", "这段时间没有可以抽查的办件。", "since")
        seed, batch = os.urandom(16).hex(), self._scribe.new_id()
        weighed = sorted((case.number, *risk_of(case)) for case in population)
        digest = digest_of((number, risk) for number, risk, _ in weighed)
        due = add_workdays(self._records.calendar(), self._today, VERIFY_DAYS)
        acts = [
            Act(
                "verification.drawn",
                number,
                sb.VerificationDrawn(
                    batch=batch,
                    seed=seed,
                    risk=risk,
                    share=share,
                    population=len(weighed),
                    digest=digest,
                    due=due,
                    why=why,
                ),
            )
            for number, risk, why in weighed
            if is_drawn(seed, number, risk, share)
        ]
        met = tuple(act.subject for act in acts)
        return Draw(batch=batch, seed=seed, population=len(weighed), digest=digest, drawn=met), acts

    def verify(self, number: str, passed: bool, evidence: str, material: str, note: str) -> Case:
        """核查结果."""
        if passed and material:
            raise Refused("material-unknown", "核查属实的，不写不实的材料。", "material")

        def body(case: Case) -> sb.VerificationDone:
            line = _material(case, material)[0]
            return sb.VerificationDone(passed=passed, evidence=evidence, material=line, note=note)

        return self._on_case(number, "verification.done", body)

    def record_finding(self, subject: str, code: str, text: str, about: str, fix_by: date | None) -> Overseen:
        """记录问题."""
        self._not_past(fix_by, "fix_by")
        found = sb.FindingRecorded(code=code, text=text, about=about, fix_by=fix_by)
        return self._say(subject, "finding.recorded", lambda stood: found)

    def mark(self, number: str, reason: str, basis: str, material: str, until: date | None) -> Case:
        """虚假材料记录: while it stands, the applicant gets no 容缺受理 (rule 4)."""
        self._not_past(until, "until")

        def body(case: Case) -> sb.MarkAdded:
            line, name = _material(case, material)
            return sb.MarkAdded(reason=reason, basis=basis, material=line, name=name, until=until)

        return self._on_case(number, "mark.added", body)


def _material(case: Case, reference: str) -> tuple[str, str]:
    """Return id and name of a line of the checklist by id or name; nothing for nothing."""
    if not reference:
        return "", ""
    line = case.material(reference)
    if line is None:
        raise Refused("material-unknown", f"清单中没有“{reference[:40]}”。", "material")
    return line.id, line.name
