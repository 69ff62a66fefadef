"""The door before the desk: signing in, on the line or, for as long as central allowed, without it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from clerk_app.domain.people import Person
from clerk_app.domain.plain import NotPlain, from_plain, to_plain
from clerk_app.line import Authenticator, LineDown, SignInRefused
from clerk_app.store.records import Records

SCRYPT = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 64 << 20}
"""Cost of checking a password at the window (RFC 7914); 16 MiB, some 50 ms."""
SHIFT = timedelta(hours=12)
"""A sign-in that nobody ended is over after a shift."""
FREE_FAILURES = 5
DELAY = 30.0
"""Seconds to wait after each wrong password beyond the free ones."""
CLOCK_MAY_SLIP = timedelta(hours=1)
"""A clock put back further than this since a password was remembered does not stretch its days."""
WRONG = "credentials-wrong"
SHUT_OUT = frozenset({"person-not-here", "window-revoked"})
"""Refusals of central's that are not about the password: nobody is let in on what was remembered before."""
MAX_NUMBER = 64


class Gate:
    """Signs people in and out; who is signed in is kept sealed in the store, for the commands that follow."""

    def __init__(self, records: Records, authenticator: Authenticator, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._authenticator = authenticator
        self._clock = clock

    def sign_in(self, number: str, password: str) -> Person:
        """Return who signed in; raises ``SignInRefused``.

        Central is asked first; only when the line is down is the password checked against what central let this window
        remember. Blocks for as long as the line takes to answer.
        """
        number = unicodedata.normalize("NFKC", number).strip().upper()
        if not number or not password:
            raise SignInRefused("credentials-missing", "请输入工号和口令。")
        if len(number) > MAX_NUMBER or not number.isprintable() or not _sayable(password):
            raise SignInRefused(WRONG, "工号或口令不对。")
        self._throttle(number)
        try:
            admission = self._authenticator.authenticate(number, password)
        except LineDown as down:
            person = self._offline(number, password, down)
        except SignInRefused as refused:
            self._heed(number, password, refused)
            raise
        else:
            person = admission.person
            self._remember(number, password, person, admission.offline_days)
        self._forget_failures(number)
        until = self._clock() + SHIFT
        self._put("signed-in", {"person": to_plain(person), "until": until.isoformat()})
        return person

    def sign_out(self) -> None:
        """Nobody is signed in any more."""
        self._put("signed-in", None)

    def current(self) -> Person | None:
        """Return who is signed in, or ``None``."""
        kept = self._get("signed-in")
        if not kept or datetime.fromisoformat(kept["until"]) < self._clock():
            return None
        try:
            return from_plain(Person, kept["person"])
        except NotPlain:  # written by another version of this program
            return None

    def _offline(self, number: str, password: str, down: LineDown) -> Person:
        kept = self._get(f"password:{number}")
        if kept is None:
            raise SignInRefused(
                "offline-unknown", f"{down} 您还没有在本窗口联网登录过，断网时无法核对口令。请接通网络后再登录。"
            ) from down
        since = datetime.fromisoformat(kept["since"]) - CLOCK_MAY_SLIP
        if not since <= self._clock() <= datetime.fromisoformat(kept["until"]):
            raise SignInRefused(
                "offline-expired", f"{down} 断网登录的期限已过，请接通网络后再登录。已登记的办件都还在。"
            ) from down
        if not _matches(kept, password):
            self._count_failure(number)
            raise SignInRefused(WRONG, "工号或口令不对。") from down
        return from_plain(Person, kept["person"])

    def _heed(self, number: str, password: str, refused: SignInRefused) -> None:
        """Central refused: count a wrong password, and forget one that central once took and takes no more."""
        wrong = refused.code == WRONG
        if wrong:
            self._count_failure(number)
        kept = self._get(f"password:{number}")
        if refused.code in SHUT_OUT or (wrong and kept is not None and _matches(kept, password)):
            self._put(f"password:{number}", None)
            present = self.current()
            if present is not None and present.number.upper() == number:
                self.sign_out()

    def _remember(self, number: str, password: str, person: Person, days: int) -> None:
        if days <= 0:
            self._put(f"password:{number}", None)
            return
        salt = secrets.token_hex(16)
        now = self._clock()
        kept = {
            "salt": salt,
            "derived": _derive(password, salt),
            "person": to_plain(person),
            "since": now.isoformat(),
            "until": (now + timedelta(days=days)).isoformat(),
        }
        self._put(f"password:{number}", kept)

    def _throttle(self, number: str) -> None:
        kept = self._get(f"failures:{number}")
        if not kept or kept["count"] < FREE_FAILURES:
            return
        left = (datetime.fromisoformat(kept["until"]) - self._clock()).total_seconds()
        if left > DELAY:  # the clock was put back: wait once more, not for the difference
            left = DELAY
            self._put(f"failures:{number}", {"count": kept["count"], "until": self._later(DELAY)})
        if left > 0:
            raise SignInRefused("too-many-failures", f"连续输错次数过多，请 {int(left) + 1} 秒后再试。", left)

    def _count_failure(self, number: str) -> None:
        kept = self._get(f"failures:{number}") or {"count": 0}
        self._put(f"failures:{number}", {"count": kept["count"] + 1, "until": self._later(DELAY)})

    def _later(self, seconds: float) -> str:
        return (self._clock() + timedelta(seconds=seconds)).isoformat()

    def _forget_failures(self, number: str) -> None:
        if self._get(f"failures:{number}"):
            self._put(f"failures:{number}", None)

    def _get(self, key: str) -> Any:
        raw = self._records.get_meta(key)
        return json.loads(raw) if raw else None

    def _put(self, key: str, value: Any) -> None:
        self._records.put_meta(key, json.dumps(value, ensure_ascii=False).encode())


def _matches(kept: dict[str, str], password: str) -> bool:
    return hmac.compare_digest(_derive(password, kept["salt"]), kept["derived"])


def _derive(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), **SCRYPT).hex()


def _sayable(password: str) -> bool:
    """Whether a password can be told to anybody: half a character from a broken terminal cannot."""
    try:
        password.encode()
    except UnicodeEncodeError:
        return False
    return True
