"""What clerks know and applicants think: tips for the guide, and ratings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clerk_app.casework import Casework
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.kinds import TipState
from clerk_app.domain.numbers import plain
from clerk_app.domain.people import Person
from clerk_app.domain.supervision_words import RATING_TAGS
from clerk_app.domain.tips import Tip, TipSummary
from clerk_app.scribe import Scribe
from clerk_app.seat import Act, Clock, Refused
from clerk_app.store.records import Records


class Tipping:
    """One person's tips and ratings; raises ``Refused`` and then nothing is recorded."""

    def __init__(self, records: Records, scribe: Scribe, casework: Casework, person: Person, clock: Clock) -> None:
        self._records = records
        self._scribe = scribe
        self._casework = casework
        self._person = person
        self._clock = clock

    def tips(self, scope: str) -> list[TipSummary]:
        """Return tips ``offered`` and waiting, ``approved``, or ``all``, the latest change first."""
        wanted = {"offered": {TipState.OFFERED}, "approved": {TipState.APPROVED}}.get(scope, set(TipState))
        return [tip for tip in self._records.tips() if tip.state in wanted]

    def tip(self, number: str) -> Tip:
        """Return a tip by its number."""
        found = self._records.stood(plain(number))
        if not isinstance(found, Tip):
            raise Refused("tip-unknown", f"本窗口没有提示“{number[:40]}”。", "tip")
        return found

    def offer(self, code: str, material: str, text: str) -> Tip:
        """Write down what a clerk knows of a material."""
        item = self._records.item(code, self._clock().date())
        if item is None:
            raise Refused("item-unknown", f"事项目录中没有“{code[:40]}”。", "item")
        line = next((m for m in item.materials if m.id == material), None)
        if line is None:
            raise Refused("material-unknown", "清单中没有这项材料。", "material")
        body = sb.TipOffered(
            item=item.code, item_name=item.name, material=line.id, material_name=line.name, text=text.strip()
        )
        return self._said(lambda: [Act("tip.offered", self._scribe.new_tip(), body)])

    def decide(self, number: str, kind: str, text: str, reason: str) -> Tip:
        """Approve, decline or withdraw a tip."""
        tip = self.tip(number)
        if kind != "tip.approved" and not reason.strip():
            raise Refused("reason-missing", "请写明理由。", "reason")
        body = sb.TipDecided(text=text.strip(), reason=reason.strip())
        return self._said(lambda: [Act(kind, tip.number, body)])

    def rate(self, number: str, level: int, tags: Sequence[str]) -> Case:
        """Record what the applicant chose."""
        unknown = [tag for tag in tags if tag not in RATING_TAGS]
        if unknown:
            raise Refused("body-invalid", "没有这一项评价内容。", "tags")
        return self._casework.say(number, "rating.given", sb.RatingGiven(level=level, tags=tuple(dict.fromkeys(tags))))

    def _said(self, plan: Callable[[], Sequence[Act]]) -> Tip:
        done = self._scribe.record(self._person, plan)
        return next(one for one in done.values() if isinstance(one, Tip))
