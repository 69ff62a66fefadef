"""The departments behind central and their post room: they decide, take bags in and send results, through central's own window."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain import bodies as b
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.case import Case
from clerk_app.domain.custody import Parcel
from clerk_app.domain.journal import CENTRAL, Entry, signed
from clerk_app.domain.kinds import IN_PROGRESS, ParcelState
from clerk_app.domain.lots import DEPARTMENT
from clerk_app.domain.numbers import uuid7
from clerk_app.domain.plain import to_plain
from sync.central.bag_simulator import sent, taken_in
from sync.central.entries.judging import Held
from sync.central.own_window import Said
from tests.simulation.model import BEGAN, Model

ACTOR = "部门收发室"
SECRET = bytes([99]) * 32


class Office:
    """Does something whenever it is asked to; central is not away from itself."""

    def __init__(self, model: Model, chance: random.Random, secret: bytes = SECRET) -> None:
        self._model, self._chance, self._secret = model, chance, secret
        key = Ed25519PrivateKey.from_private_bytes(secret)
        model.enrol_own(key.public_key().public_bytes_raw())

    def act(self, now: float) -> str:
        """Do one thing that is due at ``now``; return what, empty where nothing is."""
        doings = {"decide": self._decide, "take_in": self._take_in, "send": self._send}
        for doing in self._chance.sample(tuple(doings), len(doings)):
            said = doings[doing](now)
            if said:
                self._model.say(self._chained(said, now), now)
                return doing
        return ""

    def _decide(self, now: float) -> list[Said]:
        found = [(n, held) for n, held in self._held() if held.case is not None and held.case.state in IN_PROGRESS]
        if not found:
            return []
        number, held = self._chance.choice(found[-6:])
        outcome = self._chance.choice(("approved", "denied"))
        body = b.Decided(on=(BEGAN + timedelta(seconds=now)).date(), outcome=outcome)
        return [Said(kind="case.decided", subject=number, seen=len(held.records), body=body)]

    def _take_in(self, now: float) -> list[Said]:
        """Take in a bag that came, perhaps before its hand-over was heard of."""
        coming = [
            (one, len(held.records))
            for _, held in self._held()
            if isinstance(one := held.stood, Parcel) and _is_due(one)
        ]
        if not coming:
            return []
        parcel, seen = self._chance.choice(coming)
        return taken_in(parcel, seen, (BEGAN + timedelta(seconds=now)).date())

    def _send(self, now: float) -> list[Said]:
        ready = [(n, held) for n, held in self._held() if held.case is not None and _has_result(held.case)]
        if not ready:
            return []
        number, held = self._chance.choice(ready)
        assert held.case is not None
        cases = {number: (held.case, len(held.records))}
        return sent(cases, held.case.place, (BEGAN + timedelta(seconds=now)).date())

    def _held(self) -> list[tuple[str, Held]]:
        return sorted(self._model.state.states.items(), key=lambda item: item[0])

    def _chained(self, said: Sequence[Said], now: float) -> list[Entry]:
        known = self._model.state.windows[CENTRAL]
        n, previous = known.last_n, known.last_digest
        moment = BEGAN + timedelta(seconds=now)
        entries: list[Entry] = []
        for one in said:
            n += 1
            entry = Entry(
                id=uuid7(int(moment.timestamp() * 1000), self._chance.randbytes(10)),
                kind=one.kind,
                subject=one.subject,
                at=moment.isoformat(timespec="seconds"),
                actor=ACTOR,
                window=CENTRAL,
                n=n,
                seen=one.seen,
                previous=previous,
                body=dict(to_plain(one.body)),
            )
            entries.append(signed(entry, self._secret))
            previous = entries[-1].digest()
        return entries


def _is_due(parcel: Parcel) -> bool:
    coming = {ParcelState.ON_THE_WAY, ParcelState.SEALED}
    return parcel.state in coming and parcel.sealed.direction is cb.Direction.TO_DEPARTMENT


def _has_result(case: Case) -> bool:
    return any(lot.material == cb.RESULT and lot.at == DEPARTMENT for lot in case.lots)
