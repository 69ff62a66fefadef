"""The errand of proving this window to central: a kept token, else a renewed one, else a new session by the window's key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sync import wire
from sync.engine.operations import KeepSession, KeptSession, LoadSession, Sign
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Go,
    Kind,
    Move,
    Over,
    Request,
    Shared,
    failed,
)

USED_FOR = 0.8
"""Of its life a token is used for this share; the rest allows for clocks and slow lines."""
TRIES = 2
"""A challenge may be used up by a request that was doubled on its way."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token in hand."""

    access: str = field(repr=False)
    until: float
    """On the clock of the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove:
    """Get an access token (a ``Token``), or sign somebody in (a ``wire.Session``): the result."""

    clerk: str = ""
    password: str = field(default="", repr=False)
    forget: bool = False
    """What was kept central does not take."""
    tries: int = TRIES
    challenge: str = ""
    opened: wire.Session | None = None

    def step(self, event: Event, shared: Shared) -> Move:
        """Go on: kept token, refresh, challenge, signature, session, kept."""
        match event.what:
            case Begun() if self.clerk:
                return self._challenge(shared)
            case Begun() if self.forget:
                return Go(replace(self, forget=False), Disk(KeepSession()), shared)
            case Begun():
                return Go(self, Disk(LoadSession()), shared)
            case Done(KeptSession() as kept):
                return self._with(kept, event.now, shared)
            case Done(str() as signature):
                return self._say(signature, shared)
            case Done(None) if self.opened is not None:
                return Over(shared, result=_token(self.opened, event.now))
            case Done(None):
                return self._challenge(shared)
            case Answered(message=wire.Challenge() as told):
                signed = wire.session_bytes(told.challenge, shared.window)
                return Go(replace(self, challenge=told.challenge), Disk(Sign(signed)), shared)
            case Answered(message=wire.Session() as session):
                return self._keep(session, shared)
            case Failed(failure) if failure.kind is Kind.TOLD and self._again(failure.code):
                return replace(self, tries=self.tries - 1)._challenge(shared)
            case _:
                return failed(event, shared)

    def _again(self, code: str) -> bool:
        """Whether what central refused is the refresh token, or the challenge, and another way is left."""
        return not self.challenge or (code == "challenge-unknown" and self.tries > 1)

    def _with(self, kept: KeptSession, now: float, shared: Shared) -> Move:
        if kept.access and kept.lasts > 0:
            return Over(shared, result=Token(kept.access, now + kept.lasts))
        if not kept.refresh:
            return self._challenge(shared)
        asked = wire.RefreshRequest(refresh_token=kept.refresh)
        return Go(self, _ask("/v1/sessions/refresh", wire.Session, asked), shared)

    def _challenge(self, shared: Shared) -> Move:
        asked = wire.ChallengeRequest(window=shared.window)
        return Go(replace(self, challenge="-"), _ask("/v1/challenges", wire.Challenge, asked), shared)

    def _say(self, signature: str, shared: Shared) -> Move:
        asked = wire.SessionRequest(
            window=shared.window,
            challenge=self.challenge,
            signature=signature,
            clerk=self.clerk,
            password=self.password,
        )
        return Go(self, _ask("/v1/sessions", wire.Session, asked), shared)

    def _keep(self, session: wire.Session, shared: Shared) -> Move:
        if self.clerk:
            return Over(shared, result=session)
        kept = KeptSession(session.access_token, session.refresh_token, session.expires_in * USED_FOR)
        return Go(replace(self, opened=session), Disk(KeepSession(kept)), shared)


def _token(session: wire.Session, now: float) -> Token:
    return Token(session.access_token, now + session.expires_in * USED_FOR)


def _ask(path: str, answer: type[Any], message: object) -> Ask:
    content = msgspec.json.encode(message)
    return Ask(Request(method="POST", path=path, answer=answer, content=content, bare=True))
