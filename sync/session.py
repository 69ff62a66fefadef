"""The window's own session: a short token, renewed before it ends, and kept for the command that comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from clerk_app.store.records import Records
from sync import wire
from sync.talk import Talk, Told

KEY = "line-session"
USED_FOR = 0.8
"""Of its life a token is used for this share; the rest allows for clocks and slow lines."""
TRIES = 2
"""A challenge may be used up by a request that was doubled on its way."""


class _Kept(msgspec.Struct):
    access: str = ""
    refresh: str = ""
    until: datetime | None = None


class WindowSession:
    """Proves this window to central, as often as it takes; used by one thread at a time."""

    def __init__(
        self, records: Records, window: str, signer: Callable[[bytes], bytes], talk: Talk, clock: Callable[[], datetime]
    ) -> None:
        self._records = records
        self._window = window
        self._signer = signer
        self._talk = talk
        self._clock = clock
        # Beside a running client the store is read only, and the session in it is the client's to renew.
        self._stored = not records.vault.read_only
        self._kept = self._load() if self._stored else _Kept()

    def token(self) -> str:
        """Return an access token; asks central for one where there is none that lasts."""
        until = self._kept.until
        if self._kept.access and until is not None and self._clock() < until:
            return self._kept.access
        session = self._refreshed() or self.open()
        until = self._clock() + timedelta(seconds=session.expires_in * USED_FOR)
        self._keep(_Kept(access=session.access_token, refresh=session.refresh_token, until=until))
        return session.access_token

    def drop(self) -> None:
        """Forget the session: central does not take it."""
        self._keep(_Kept())

    def open(self, clerk: str = "", password: str = "") -> wire.Session:
        """Open a session by the window's key, and for a person by number and password; raises ``LineDown`` or ``Told``."""
        for left in reversed(range(TRIES)):
            asked = wire.ChallengeRequest(window=self._window)
            challenge = self._talk.ask("POST", "/v1/challenges", wire.Challenge, asked).challenge
            signature = self._signer(wire.session_bytes(challenge, self._window)).hex()
            request = wire.SessionRequest(
                window=self._window, challenge=challenge, signature=signature, clerk=clerk, password=password
            )
            try:
                return self._talk.ask("POST", "/v1/sessions", wire.Session, request)
            except Told as told:
                if told.code != "challenge-unknown" or not left:
                    raise
        raise AssertionError("every try returns or raises")

    def _refreshed(self) -> wire.Session | None:
        if not self._kept.refresh:
            return None
        request = wire.RefreshRequest(refresh_token=self._kept.refresh)
        try:
            return self._talk.ask("POST", "/v1/sessions/refresh", wire.Session, request)
        except Told:
            return None

    def _keep(self, kept: _Kept) -> None:
        self._kept = kept
        if self._stored:
            self._records.put_meta(KEY, msgspec.json.encode(kept))

    def _load(self) -> _Kept:
        try:
            kept = msgspec.json.decode(self._records.get_meta(KEY) or b"{}", type=_Kept)
        except msgspec.DecodeError:
            return _Kept()
        return kept if kept.until is None or kept.until.tzinfo is not None else _Kept()
