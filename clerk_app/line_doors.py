"""The desk's doors to whatever the line is for: prefilings, cases of other points, conflicts, what central did not take."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.casework import Casework
from clerk_app.disputes import Dispute, Disputes
from clerk_app.domain.case import Case
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.journal import Entry, Record
from clerk_app.domain.leaf import Leaf
from clerk_app.domain.people import Person
from clerk_app.domain.standing import Standing
from clerk_app.domain.text import storable
from clerk_app.elsewhere import Arriving, Elsewhere, Preview, Whereabouts
from clerk_app.handover import Handover, TakenUp
from clerk_app.line import Inquiry, Line
from clerk_app.mending import Mending, Refusal
from clerk_app.prefilings import Prefiled, Prefilings
from clerk_app.roles import guarded
from clerk_app.scribe import Scribe
from clerk_app.seat import Clock, Refused, Seat
from clerk_app.sight import Sight
from clerk_app.status import Status, status
from clerk_app.store.books.losses import Loss
from clerk_app.store.records import Records
from clerk_app.window_clock import WindowClock

MAX_TEXT = 2000
"""Characters of a remark or a reason."""


@guarded
class LineDoors:
    """What a signed-in person can do because there is a line; the rest of the ``Desk`` needs none.

    Those that say so ask central and take as long as it takes to answer; they raise ``LineDown`` or ``LineRefused``.
    """

    def __init__(
        self,
        records: Records,
        seat: Seat,
        person: Person,
        signing_key: bytes,
        clock: Clock,
        line: Line,
        inquiry: Inquiry,
    ) -> None:
        self.person = person
        self.seat = seat
        self._records = records
        self._clock = clock
        self._line = line
        self._scribe = Scribe(records, seat, signing_key, clock)
        self._sight = Sight(records, seat, person, clock.steady if isinstance(clock, WindowClock) else clock)
        self._casework = Casework(records, self._scribe, seat, person, clock, self._sight)
        self._handover = Handover(records, seat, person, signing_key, clock)
        self._prefilings = Prefilings(records, inquiry, clock)
        self._elsewhere = Elsewhere(records, seat, person, self._scribe, inquiry, clock)
        self._disputes = Disputes(records, self._scribe, person, self._sight)
        self._mending = Mending(records, seat, person, self._scribe, clock)

    # applications made online

    def prefiling(self, number: str) -> Prefiled:
        """Return an application made online, laid out as a draft; asks central. ``number``: typed, or what a QR code holds."""
        return self._prefilings.fetch(number)

    # cases of other points

    def look_elsewhere(self, number: str) -> Preview:
        """Return a case of any point as central has it, to be read; asks central."""
        return self._elsewhere.look(number)

    def take_up_case(self, preview: Preview, reason: str = "") -> str:
        """续办: go on here with a case of another point; return its number. It comes with the feed."""
        self._check_text(reason, "reason")
        number = self._elsewhere.take_up(preview, reason)
        self._line.poke()
        return number

    def arriving(self) -> list[Arriving]:
        """Return the cases that were taken up here and have not come yet."""
        return self._elsewhere.arriving()

    def whereabouts(self, case: Case) -> Whereabouts:
        """Return which point handles a case now, and who took it there."""
        return self._elsewhere.whereabouts(case)

    # points

    def points(self) -> tuple[str, ...]:
        """Return the codes of the points this person answers for here, the window's own first."""
        return self._sight.points()

    def points_of(self, subject: str) -> tuple[str, ...]:
        """Return which of these points hear of a case, a bag or a hand-over."""
        return self._sight.points_of(subject)

    def point_name(self, code: str) -> str:
        """Return what a point is called."""
        return self._records.point_name(code)

    def changes(self, mark: int = 0) -> tuple[int, frozenset[str] | None]:
        """Return which subjects changed, came or went since a mark, and the mark to ask with next; ``None``: read everything anew.

        Answers from memory. 0: there was no mark yet.
        """
        return self._sight.changes(mark)

    # conflicts

    def disputes(self, number: str = "", point: str = "") -> list[Dispute]:
        """Return the conflicts nobody settled yet, of one case or bag or of all (of one ``point``), both acts side by side."""
        return self._disputes.of(self._named(number)) if number.strip() else self._disputes.everywhere(point)

    def settle(self, number: str, entry: str, stands: bool, reason: str) -> Standing:
        """Let a conflicting act stand, or not."""
        self._check_text(reason, "reason")
        stood = self._disputes.settle(self._named(number), entry, stands, reason)
        self._line.poke()
        return stood

    def _named(self, number: str) -> Standing:
        custody = parse_custody_number(number)
        stood = self._sight.stood(custody.text) if custody is not None else None
        return stood if stood is not None else self._casework.case(number)

    # what central did not take

    def refusals(self) -> list[Refusal]:
        """Return what central refused and nobody saw to yet, the latest first, and what waits behind it."""
        return self._mending.refusals()

    def refusal(self, entry: str) -> Refusal:
        """Return one of them, by its entry's id or the beginning of it."""
        return self._mending.refusal(entry)

    def leaves(self, entry: str) -> tuple[Leaf, ...]:
        """Return everything a refused entry says, leaf by leaf."""
        return self._mending.leaves(entry)

    def mend(self, entry: str, changes: Mapping[str, str], reason: str = "") -> Record:
        """改后重报: say a refused entry anew, with these leaves changed; return the new one."""
        return self._mended(self._mending.mend(entry, changes, self._worded(reason)))

    def say_again(self, entry: str, reason: str = "") -> Record:
        """原样重报: say a refused entry again as it is, because the cause is gone; return the new one."""
        return self._mended(self._mending.say_again(entry, self._worded(reason)))

    def give_up(self, entry: str, reason: str) -> None:
        """不再报: a refused entry is not said again; what waits behind it goes on."""
        self._mending.give_up(entry, self._worded(reason))
        self._line.poke()

    # another window's work

    def take_up(self, content: bytes) -> TakenUp:
        """Take up what another window could not send, on this person's word (``handover``)."""
        return self._handover.take_up(content)

    # state

    def status(self) -> Status:
        """Return what this window holds and how it stands with central."""
        return status(self._records, self._line, self._clock)

    def unsent(self) -> list[Entry]:
        """Return the entries central has not had yet, the oldest first, at most 500."""
        return self._records.unsent(500, 8 << 20)

    def losses(self) -> list[Loss]:
        """Return what this window lost, by name, what came back or was written off too."""
        return self._records.losses()

    def write_off(self, reason: str) -> int:
        """Write off what is lost for good, so that what was recorded after it can be sent; return how many entries."""
        if not reason.strip():
            raise Refused("reason-missing", "请写明核销的原因。", "reason")
        count = self._scribe.write_off(self.person, self._worded(reason))
        self._line.poke()
        return count

    def _mended(self, record: Record) -> Record:
        self._line.poke()
        return record

    def _worded(self, reason: str) -> str:
        self._check_text(reason, "reason")
        return reason.strip()

    def _check_text(self, text: str, field: str) -> None:
        problem = storable(text, MAX_TEXT)
        if problem is not None:
            raise Refused("text-invalid", problem, field)
