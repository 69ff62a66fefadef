"""Bringing central what other windows wrote and a supervisor here has vouched for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from clerk_app.store.copies.carried import DELIVERED, REFUSED, Carried, CarriedFile
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.records import Records
from sync import wire
from sync.talk import Told, TooLarge

LATER = frozenset({"epoch-changed", "too-often"})
"""Problems that are not about the file."""
NOT_YET = frozenset({"not-found", "method"})
"""What a central answers that does not know this call: it is one version older."""
ASK_AGAIN = timedelta(hours=1)
"""Between two questions whether central's backups hold what was delivered."""


Ask = Callable[[str, str, type[wire.CarriedAnswer], wire.CarriedRequest], wire.CarriedAnswer]
"""One question with the window's own session; raises ``LineDown`` or ``Told``."""


@dataclass(slots=True)
class Delivery:
    """What one round came to."""

    files: int = 0
    """Delivered."""
    refused: int = 0
    """Files central does not take."""


class Carrier:
    """This window's errands for others; used by one thread at a time."""

    def __init__(self, records: Records, ask: Ask, clock: Callable[[], datetime]) -> None:
        self._carried = Carried(records)
        self._ask = ask
        self._clock = clock

    def deliver(self, epoch: str, progress: Callable[[str], None]) -> Delivery:
        """Bring everything that waits; raises ``LineDown``, or ``Told`` for what is not about a file."""
        done = Delivery()
        for held in self._carried.waiting():
            outcome = self._bring(held, epoch, progress)
            done.files += outcome.state == DELIVERED
            done.refused += outcome.state == REFUSED
        self._let_go(epoch)
        return done

    def say_again(self) -> None:
        """Central was restored: bring again whatever is still here."""
        self._carried.say_again()

    def _bring(self, held: CarriedFile, epoch: str, progress: Callable[[str], None]) -> CarriedFile:
        try:
            answer = self._say(held, epoch, b"")
            for number in range(held.sent, held.parts):
                part = self._carried.part(held, number)
                if part is None:
                    return self._refused(held, "lost", "这份代报的文件在本机已不完整，请重新导入。")
                answer = self._say(held, epoch, part)
                refused = held.refused_entries + answer.refused
                held = self._carried.keep(msgspec.structs.replace(held, sent=number + 1, refused_entries=refused))
                progress(f"已代报 {held.word.window} 第 {number + 1}/{held.parts} 份")
        except Told as told:
            if told.code in LATER or told.problem.status == 401:
                raise
            return held if told.code in NOT_YET else self._refused(held, told.code, str(told))
        except TooLarge as error:
            return self._refused(held, "too-large", str(error))
        except StoreDamaged as error:
            return self._refused(held, "lost", f"这份代报的文件在本机已损坏（{error.reason}），请重新导入。")
        now = self._now()
        settled = msgspec.structs.replace(held, state=DELIVERED, settled_at=now, asked_at=now)
        return self._carried.keep(settled, drop=answer.durable_through >= held.word.last)

    def _let_go(self, epoch: str) -> None:
        """Drop the records of what was delivered once central's backups hold it: until then it may have to be said again."""
        for held in self._carried.delivered():
            if held.asked_at and self._clock() - datetime.fromisoformat(held.asked_at) < ASK_AGAIN:
                continue
            try:
                durable = self._say(held, epoch, b"").durable_through
            except Told as told:
                if told.code in LATER or told.problem.status == 401:
                    raise
                durable = 0
            asked = msgspec.structs.replace(held, asked_at=self._now())
            self._carried.keep(asked, drop=durable >= held.word.last)

    def _say(self, held: CarriedFile, epoch: str, records: bytes) -> wire.CarriedAnswer:
        request = wire.CarriedRequest(
            epoch=epoch, header=held.opening, signature=held.signature, word=held.word, records=records
        )
        return self._ask("POST", "/v1/carried", wire.CarriedAnswer, request)

    def _refused(self, held: CarriedFile, code: str, problem: str) -> CarriedFile:
        return self._carried.keep(
            msgspec.structs.replace(held, state=REFUSED, code=code, problem=problem, settled_at=self._now())
        )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")
