"""Who may speak, in the model of central: challenges good once, short tokens, refresh tokens that end their family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync import wire
from sync.central.problems import ProblemError

if TYPE_CHECKING:
    from tests.simulation.state import Known

ACCESS, REFRESH, CHALLENGE = 900, 12 * 3600, 300
"""Seconds each is good for."""


@dataclass(frozen=True)
class Pair:
    """The two tokens of a session."""

    window: str
    family: int
    until: float
    used: bool = False


@dataclass
class Doors:
    """Sessions as they stand."""

    PATHS: ClassVar = frozenset({"/v1/challenges", "/v1/sessions", "/v1/sessions/refresh"})
    serial: int = 0
    challenges: dict[str, float] = field(default_factory=dict)
    access: dict[str, Pair] = field(default_factory=dict)
    refresh: dict[str, Pair] = field(default_factory=dict)

    def copy(self) -> Doors:
        return replace(self, challenges=dict(self.challenges), access=dict(self.access), refresh=dict(self.refresh))

    def open(
        self, path: str, content: bytes, windows: Mapping[str, Known], now: float, server_time: str
    ) -> wire.Challenge | wire.Session:
        """Return a challenge or a session."""
        if path == "/v1/challenges":
            self._known(msgspec.json.decode(content, type=wire.ChallengeRequest).window, windows)
            challenge = self._name("c")
            self.challenges[challenge] = now + CHALLENGE
            return wire.Challenge(challenge=challenge, expires_in=CHALLENGE)
        if path == "/v1/sessions":
            request = msgspec.json.decode(content, type=wire.SessionRequest)
            return self._proven(request, self._known(request.window, windows), now, server_time)
        old = msgspec.json.decode(content, type=wire.RefreshRequest).refresh_token
        return self._refreshed(old, windows, now, server_time)

    def caller(self, token: str, windows: Mapping[str, Known], now: float) -> Known:
        """Return the window a token speaks for."""
        pair = self.access.get(token)
        if pair is None or now >= pair.until:
            raise ProblemError("token-invalid")
        return self._known(pair.window, windows)

    def forget(self) -> None:
        """End every session."""
        self.access.clear()
        self.refresh.clear()

    def _proven(self, request: wire.SessionRequest, known: Known, now: float, server_time: str) -> wire.Session:
        if self.challenges.pop(request.challenge, 0.0) <= now:
            raise ProblemError("challenge-unknown")
        try:
            proven = wire.session_bytes(request.challenge, request.window)
            Ed25519PublicKey.from_public_bytes(known.public_key).verify(bytes.fromhex(request.signature), proven)
        except (InvalidSignature, ValueError) as error:
            raise ProblemError("key-unproven") from error
        self.serial += 1
        return self._pair(known.window, self.serial, now, server_time)

    def _refreshed(self, old: str, windows: Mapping[str, Known], now: float, server_time: str) -> wire.Session:
        pair = self.refresh.get(old)
        if pair is None or now >= pair.until:
            raise ProblemError("refresh-invalid")
        self._known(pair.window, windows)
        self.access = {name: p for name, p in self.access.items() if p.family != pair.family}
        if pair.used:
            self.refresh = {name: p for name, p in self.refresh.items() if p.family != pair.family}
            raise ProblemError("refresh-invalid")
        self.refresh[old] = replace(pair, used=True)
        return self._pair(pair.window, pair.family, now, server_time)

    def _pair(self, window: str, family: int, now: float, server_time: str) -> wire.Session:
        access, refresh = self._name("a"), self._name("r")
        self.access[access] = Pair(window, family, now + ACCESS)
        self.refresh[refresh] = Pair(window, family, now + REFRESH)
        return wire.Session(access_token=access, expires_in=ACCESS, refresh_token=refresh, server_time=server_time)

    def _known(self, window: str, windows: Mapping[str, Known]) -> Known:
        known = windows.get(window)
        if known is None:
            raise ProblemError("window-unknown")
        if known.revoked:
            raise ProblemError("window-revoked")
        return known

    def _name(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"
