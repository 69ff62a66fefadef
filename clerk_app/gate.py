"""The door before the desk: signing in, on the line or, for as long as central allowed, without it; locking and coming back."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clerk_app.domain.people import Person
from clerk_app.domain.plain import NotPlain, from_plain, to_plain
from clerk_app.line import Authenticator, LineDown, SignInRefused
from clerk_app.store.errors import VaultError
from clerk_app.store.records import Records
from clerk_app.throttle import SignIns, Throttle

log = logging.getLogger("clerk.gate")
SCRYPT = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 64 << 20}
"""Cost of checking a password at the window (RFC 7914); 16 MiB, some 50 ms."""
SIGNED_IN = "signed-in"
EARLIER = "password:"
"""Prefix of the rows in which earlier versions remembered passwords."""
SHIFT = timedelta(hours=12)
"""A sign-in that nobody ended is over after a shift."""
CLOCK_MAY_SLIP = timedelta(hours=1)
"""A clock put back further than this since a password was remembered does not stretch its days."""
WRONG = "credentials-wrong"
SHUT_OUT = frozenset({"person-not-here", "window-revoked"})
"""Refusals of central's that are not about the password: nobody is let in on what was remembered before."""
OFFLINE = frozenset({"offline-unknown", "offline-expired"})
"""Refusals without the line for which no password was looked at."""
MAX_NUMBER = 64
BARRED_KEY = "barred"
"""Under it the window's end of the line keeps whom central lets work here no more: a JSON list of numbers."""
BARRED = (
    "市中心已不认可{name}（{number}）的登录：账号停用、口令已改，或不再属于本服务点。"
    "已登记的办件都还在；没有办完的内容留在本窗口，请联系值班主任。"
)


@dataclass(frozen=True, slots=True)
class _Present:
    """Somebody who signed in during this shift, and how their password is known again without asking anybody."""

    person: Person
    known: dict[str, str]
    since: datetime


class Gate:
    """Signs people in and out; who is signed in is kept sealed in the store, for the commands that follow."""

    def __init__(self, records: Records, authenticator: Authenticator, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._authenticator = authenticator
        self._clock = clock
        self._kept = SignIns(records)
        self._throttle = Throttle(self._kept, clock)
        self._present: dict[str, _Present] = {}

    def sign_in(self, number: str, password: str) -> Person:
        """Return who signed in; raises ``SignInRefused``.

        Central is asked first; only when the line is down is the password checked against what central let this window
        remember. Blocks for as long as the line takes to answer.
        """
        return self._sign_in(_plausible(number, password), password)

    def unlock(self, number: str, password: str) -> Person:
        """Return who came back, or signed in; raises ``SignInRefused``.

        Who signed in during this shift, and gives the same password, waits neither for the line nor for the disk;
        anybody else is let in as by ``sign_in``.
        """
        number = _plausible(number, password)
        present = self._present.get(number)
        if present is None or not self._lasts(present) or self._barred_as_far_as_known(number):
            return self._sign_in(number, password)
        self._throttle.check(number)
        if not _matches(present.known, password):
            return self._changed(number, password)
        try:
            self._throttle.forget(number)
            self._keep(present.person)
        except VaultError as error:  # the password was right, and what is on the screen can be read on
            log.warning("coming back was not written down: %s", type(error).__name__)
        return present.person

    def lock(self) -> None:
        """Have whoever is signed in give the password again, also to the commands beside the client."""
        kept = self._get(SIGNED_IN)
        if kept and not kept.get("locked"):
            self._put(SIGNED_IN, {**kept, "locked": True})

    def standing(self, person: Person) -> str:
        """Return why somebody who signed in may not go on, in Chinese, or nothing: central has said so since."""
        number = _plain(person.number)
        if number in self._present and not self._barred_as_far_as_known(number):
            return ""
        return BARRED.format(name=person.name, number=person.number)

    def _sign_in(self, number: str, password: str) -> Person:
        self._throttle.check(number)
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
            self._admit(number)
        self._throttle.forget(number)
        self._keep(person)
        self._present[number] = _Present(person, _known(password), self._clock())
        return person

    def _changed(self, number: str, password: str) -> Person:
        """Return who gave another password than the one known here: it may have been changed at central."""
        try:
            return self._sign_in(number, password)
        except SignInRefused as refused:
            if refused.code not in OFFLINE:
                raise
            self._throttle.count(number)
            raise SignInRefused(WRONG, "口令不对。") from refused

    def _keep(self, person: Person) -> None:
        until = self._clock() + SHIFT
        self._put(SIGNED_IN, {"person": to_plain(person), "until": until.isoformat()})

    def _lasts(self, present: _Present) -> bool:
        return present.since - CLOCK_MAY_SLIP <= self._clock() <= present.since + SHIFT

    def _is_barred(self, number: str) -> bool:
        return number in map(_plain, self._get(BARRED_KEY) or ())

    def _barred_as_far_as_known(self, number: str) -> bool:
        """Whether somebody is barred; a store that cannot be read says nothing, and shuts nobody out."""
        try:
            return self._is_barred(number)
        except VaultError:
            return False

    def _admit(self, number: str) -> None:
        """Central let somebody in: what it said of them before no longer holds."""
        if self._is_barred(number):
            self._put(BARRED_KEY, [barred for barred in self._get(BARRED_KEY) if _plain(barred) != number])

    def sign_out(self) -> None:
        """Nobody is signed in any more; whoever was has to be let in as at first."""
        kept = self._get(SIGNED_IN)
        if kept:
            self._present.pop(_plain(str(kept["person"].get("number", ""))), None)
            self._put(SIGNED_IN, None)

    def current(self) -> Person | None:
        """Return who is signed in and has not locked the window, or ``None``."""
        kept = self._get(SIGNED_IN)
        if not kept or kept.get("locked") or datetime.fromisoformat(kept["until"]) < self._clock():
            return None
        try:
            person = from_plain(Person, kept["person"])
        except NotPlain:  # written by another version of this program
            return None
        return None if self._is_barred(_plain(person.number)) else person

    def offline_ends(self) -> list[datetime]:
        """Return until when each remembered password may be used without the line."""
        kept = list(self._kept.part("passwords").values())
        earlier = (row for row in self._records.vault.ids("meta") if row.startswith(EARLIER))
        kept += [found for row in earlier if (found := self._get(row))]
        return [datetime.fromisoformat(one["until"]) for one in kept]

    def _offline(self, number: str, password: str, down: LineDown) -> Person:
        kept = self._password(number)
        if kept is not None and self._is_barred(number):
            raise SignInRefused(
                "person-barred",
                BARRED.format(name=kept["person"].get("name", ""), number=number),
            ) from down
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
            self._throttle.count(number)
            raise SignInRefused(WRONG, "工号或口令不对。") from down
        return from_plain(Person, kept["person"])

    def _heed(self, number: str, password: str, refused: SignInRefused) -> None:
        """Central refused: count a wrong password, and forget one that central once took and takes no more."""
        wrong = refused.code == WRONG
        if wrong:
            self._throttle.count(number)
        kept = self._password(number)
        if refused.code in SHUT_OUT or (wrong and kept is not None and _matches(kept, password)):
            self._keep_password(number, None)
            self._present.pop(number, None)
            signed_in = self._get(SIGNED_IN)
            if signed_in and _plain(str(signed_in["person"].get("number", ""))) == number:
                self.sign_out()

    def _remember(self, number: str, password: str, person: Person, days: int) -> None:
        if days <= 0:
            self._keep_password(number, None)
            return
        now = self._clock()
        kept = {
            **_known(password),
            "person": to_plain(person),
            "since": now.isoformat(),
            "until": (now + timedelta(days=days)).isoformat(),
        }
        self._keep_password(number, kept)

    def _password(self, number: str) -> Any:
        """Return what central let this window remember of a password; earlier versions kept each in a row of its own."""
        return self._kept.part("passwords").get(number) or self._get(f"{EARLIER}{number}")

    def _keep_password(self, number: str, kept: dict[str, Any] | None) -> None:
        others = {one: held for one, held in self._kept.part("passwords").items() if one != number}
        with self._records.transaction():
            self._kept.change(passwords=others if kept is None else {**others, number: kept})
            if self._get(f"{EARLIER}{number}"):
                self._put(f"{EARLIER}{number}", None)

    def _get(self, key: str) -> Any:
        raw = self._records.get_meta(key)
        return json.loads(raw) if raw else None

    def _put(self, key: str, value: Any) -> None:
        self._records.put_meta(key, json.dumps(value, ensure_ascii=False).encode())


def _plain(number: str) -> str:
    return unicodedata.normalize("NFKC", number).strip().upper()


def _plausible(number: str, password: str) -> str:
    """Return the number as it is compared; raises ``SignInRefused`` for what cannot be anybody's."""
    number = _plain(number)
    if not number or not password:
        raise SignInRefused("credentials-missing", "请输入工号和口令。")
    if len(number) > MAX_NUMBER or not number.isprintable() or not _sayable(password):
        raise SignInRefused(WRONG, "工号或口令不对。")
    return number


def _known(password: str) -> dict[str, str]:
    salt = secrets.token_hex(16)
    return {"salt": salt, "derived": _derive(password, salt)}


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
