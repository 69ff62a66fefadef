"""异地续办: cases of other points are read over the line, and gone on with here once an entry has moved them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case, fold
from clerk_app.domain.journal import Record, Verdict
from clerk_app.domain.kinds import OPEN, STATE_LABELS
from clerk_app.domain.numbers import parse_case_number
from clerk_app.domain.people import Person
from clerk_app.history import HistoryLine, history
from clerk_app.line import Inquiry
from clerk_app.paperwork import place_name
from clerk_app.scribe import Fetched, Scribe
from clerk_app.seat import Act, Clock, Refused, Seat
from clerk_app.store.records import Records

MOVED = "case.moved"
ASKED_FOR = "申请人到本服务点继续办理"
"""The reason of a move for which none was given."""
ON_THE_WAY = "转入中，等市中心确认"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A case as central has it: to be read; nothing of it is kept here."""

    case: Case
    records: tuple[Record, ...]
    history: tuple[HistoryLine, ...]
    place_name: str
    """Of the point that handles it now."""
    why_not: str = ""
    """Chinese: why it cannot be taken up here; empty: it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A case that was taken up here and that the feed has not brought yet."""

    number: str
    at: str
    actor: str
    reason: str
    sent: bool
    """Whether central has heard of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Which point handles a case."""

    point: str
    name: str
    here: bool
    """Whether it is this one."""
    since: str = ""
    """ISO 8601: the day it was taken there; empty: it was received there."""
    by: str = ""
    """The number of who took it there."""


class Elsewhere:
    """One person's way to cases that are not here."""

    def __init__(
        self, records: Records, seat: Seat, person: Person, scribe: Scribe, inquiry: Inquiry, clock: Clock
    ) -> None:
        self._records = records
        self._seat = seat
        self._person = person
        self._scribe = scribe
        self._inquiry = inquiry
        self._clock = clock

    def look(self, number: str) -> Preview:
        """Return a case of any point; raises ``LineDown``, ``LineRefused`` or ``Refused``."""
        parsed = parse_case_number(number)
        if parsed is None:
            words = f"“{number.strip()[:40]}”不是完整的办件编号。请照回执上的编号输入，或扫描回执的二维码。"
            raise Refused("case-unknown", words, "case")
        told = self._inquiry.case(parsed.text)
        case = fold(told or ())
        if told is None or case is None:
            raise Refused("case-unknown", f"市中心没有编号为“{parsed.text}”的办件。", "case")
        return Preview(
            case=case,
            records=tuple(told),
            history=tuple(history(told)),
            place_name=self.whereabouts(case).name,
            why_not=self._why_not(case),
        )

    def _why_not(self, case: Case) -> str:
        if case.place == self._seat.point:
            return "这一件就由本服务点办理，同步后即可在“办件”中找到。"
        if case.state not in OPEN:
            return f"办件现为“{STATE_LABELS[case.state]}”，已经结束，不能续办。"
        if any(a.number == case.number for a in self.arriving()):
            return f"这一件{ON_THE_WAY}。"
        return ""

    def take_up(self, preview: Preview, reason: str) -> str:
        """Record that this point goes on with a case; raises ``Refused``."""
        number = preview.case.number
        why_not = self._why_not(self._records.case(number) or preview.case)
        if why_not:
            raise Refused("not-to-be-taken-up", why_not, "case")
        moved = b.Moved(
            to=self._seat.point,
            to_name=self._seat.point_name,
            on=self._clock().date(),
            reason=reason.strip() or ASKED_FOR,
        )
        fetched = Fetched(preview.case, len(preview.records))
        self._scribe.write(self._person, lambda: [Act(MOVED, number, moved)], fetched)
        return number

    def arriving(self) -> list[Arriving]:
        """Return what was taken up here and has not come yet, the latest first."""
        found = (self._moving(self._records.records_of(number)) for number in self._records.loose_ends.caseless())
        return sorted((one for one in found if one is not None), key=lambda one: one.at, reverse=True)

    def _moving(self, records: Sequence[Record]) -> Arriving | None:
        unheard = {Verdict.REFUSED, Verdict.QUARANTINED}
        own = [r for r in records if r.entry.kind == MOVED and r.entry.window == self._seat.window]
        last = next((r for r in reversed(own) if r.verdict not in unheard), None)
        if last is None:
            return None
        entry = last.entry
        reason = str(entry.body.get("reason") or "")
        return Arriving(number=entry.subject, at=entry.at, actor=entry.actor, reason=reason, sent=last.confirmed)

    def whereabouts(self, case: Case) -> Whereabouts:
        """Return which point handles a case now, and who took it there."""
        move = case.moves[-1] if case.moves else None
        name = place_name(case, self._records)
        here = case.place == self._seat.point
        if move is None:
            return Whereabouts(point=case.place, name=name, here=here)
        record = self._records.record(move.entry)
        by = record.entry.actor if record is not None else ""
        return Whereabouts(point=case.place, name=name, here=here, since=move.on.isoformat(), by=by)
