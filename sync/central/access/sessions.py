"""Who speaks: challenges, sign-in, access and refresh tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Select, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from clerk_app.domain.people import Person, Role
from sync.central.access import duties, incidents, throttling
from sync.central.access.credentials import MAX_PASSWORD, clean, fingerprint, new_token, password_holds
from sync.central.core import Core
from sync.central.problems import ProblemError
from sync.central.schema import accounts, challenges, tokens, windows
from sync.wire import Challenge, RefreshRequest, Session, SessionRequest, session_bytes

CHALLENGE_MS = 5 * 60_000
ACCESS_MS = 15 * 60_000
REFRESH_MS = 12 * 3_600_000
LONGEST_MS = 24 * 3_600_000
"""However often it is renewed, a session ends a day after the sign-in."""
SWEPT_AT_ONCE = 500
SWEPT_EVERY = 1.0
"""Seconds: where a whole city signs in at once, looking for what expired would be most of what the database does."""
OFFLINE_DAYS = duties.DAYS
"""For how long a password may be checked at the window."""


def _with_owner(*, refresh: bool) -> Select[Any]:
    """Select a token by its hash (``token``), with its window and its account."""
    joined = tokens.join(windows, windows.c.id == tokens.c.window)
    joined = joined.outerjoin(accounts, accounts.c.number == tokens.c.account)
    columns = [
        *tokens.c,
        windows.c.point,
        windows.c.public_key,
        windows.c.revoked.label("window_revoked"),
        accounts.c.number,
        accounts.c.name,
        accounts.c.role,
        accounts.c.points,
        accounts.c.revoked.label("account_revoked"),
    ]
    mine = (tokens.c.hash == bindparam("token"), tokens.c.refresh.is_(refresh))
    return select(*columns).select_from(joined).where(*mine)


# Made once: they are asked with every call, and take longer to write than to answer.
_ACCESS = _with_owner(refresh=False)
_RENEWAL = _with_owner(refresh=True).with_for_update(of=tokens)
_WINDOW = select(windows).where(windows.c.id == bindparam("window"), windows.c.point.is_not(None))
_USED = (
    delete(challenges)
    .where(challenges.c.hash == bindparam("hash_"))
    .returning(challenges.c.window, challenges.c.expires_at)
)
_SEEN = update(windows).where(windows.c.id == bindparam("window")).values(last_seen=bindparam("now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who an access token speaks for."""

    window: str
    point: str
    public_key: bytes
    person: Person | None
    family: str
    token: str
    """What is kept of the token."""


async def challenge(core: Core, window: str) -> Challenge:
    """Return something for the window to sign, once."""
    text = new_token()
    now = core.now_ms()
    async with core.database.write() as connection:
        await _window(connection, clean(window))
        await _sweep(core, connection, challenges)
        row = {"hash": fingerprint(text), "window": window, "expires_at": now + CHALLENGE_MS}
        await connection.execute(insert(challenges), row)
    return Challenge(challenge=text, expires_in=CHALLENGE_MS // 1000)


async def open_session(core: Core, request: SessionRequest) -> Session:
    """Sign in: the window by its key, and with it a person by number and password, if one is named."""
    async with core.database.write() as connection:
        point, trouble = await _prove_window(core, connection, request)
        if not trouble and not request.clerk:
            return await _begin(core, connection, request.window, None)
    if trouble == "key-unproven":
        await incidents.report(core, request.window, trouble)
    if trouble:
        raise ProblemError(trouble)
    person = await _prove_person(core, request, point)  # takes its time: meanwhile no connection is held
    async with core.database.write() as connection:
        return await _begin(core, connection, request.window, person)


async def refresh(core: Core, request: RefreshRequest) -> Session:
    """Exchange a refresh token for new tokens; one that was used before ends the whole family."""
    async with core.database.write() as connection:
        asked = {"token": fingerprint(request.refresh_token)}
        row = (await connection.execute(_RENEWAL, asked)).mappings().first()
        if row is not None and row["used"]:
            await _end(connection, row["family"])
        elif row is not None and _valid(row, core.now_ms()):
            used = update(tokens).where(tokens.c.hash == row["hash"]).values(used=True)
            await connection.execute(used)
            stale = delete(tokens).where(tokens.c.family == row["family"], tokens.c.refresh.is_(False))
            await connection.execute(stale)
            began = row["began_at"] or core.now_ms()
            return await _issue(core, connection, row["family"], row["window"], _person(row), began)
    raise ProblemError("refresh-invalid")


async def close_session(core: Core, caller: Caller) -> None:
    """Sign out: every token of the family ends."""
    async with core.database.write() as connection:
        await _end(connection, caller.family)


async def caller_of(core: Core, token: str) -> Caller:
    """Return who an access token speaks for now; a revoked window or account finds out here."""
    return await _speaks(core, fingerprint(token))


async def recheck(core: Core, caller: Caller) -> None:
    """Raise what ``caller_of`` would raise now: for calls that last."""
    await _speaks(core, caller.token)


async def _speaks(core: Core, token_hash: str) -> Caller:
    async with core.database.read() as connection:
        row = (await connection.execute(_ACCESS, {"token": token_hash})).mappings().first()
    if row is None or row["expires_at"] <= core.now_ms():
        raise ProblemError("token-invalid", headers={"WWW-Authenticate": "Bearer"})
    if row["window_revoked"]:
        raise ProblemError("window-revoked")
    if not _valid(row, core.now_ms()):
        raise ProblemError("token-invalid", headers={"WWW-Authenticate": "Bearer"})
    return Caller(
        window=row["window"],
        point=row["point"] or "",
        public_key=bytes.fromhex(row["public_key"]),
        person=_person(row),
        family=row["family"],
        token=token_hash,
    )


async def _prove_window(core: Core, connection: AsyncConnection, request: SessionRequest) -> tuple[str, str]:
    """Use up the challenge, whatever comes of it; return the window's point, and the code of what is wrong."""
    window = await _window(connection, clean(request.window))
    used = {"hash_": fingerprint(request.challenge)}
    row = (await connection.execute(_USED, used)).first()
    if row is None or row.window != request.window or row.expires_at <= core.now_ms():
        return "", "challenge-unknown"
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(window["public_key"]))
        key.verify(bytes.fromhex(request.signature), session_bytes(request.challenge, request.window))
    except (InvalidSignature, ValueError):
        return "", "key-unproven"
    return str(window["point"]), ""


async def _prove_person(core: Core, request: SessionRequest, point: str) -> Person:
    number = clean(request.clerk)
    if len(request.password) > MAX_PASSWORD:
        raise ProblemError("sign-in-refused")
    core.limits.take("sign-in", number)
    await throttling.count_attempt(core, number)
    async with core.database.read() as connection:
        query = select(accounts).where(accounts.c.number == number, accounts.c.revoked.is_(False))
        row = (await connection.execute(query)).mappings().first()
    if not await password_holds(request.password, None if row is None else row["password_hash"]) or row is None:
        raise ProblemError("sign-in-refused")
    await throttling.forget(core, number)
    person = person_of(row)
    if point not in person.points or person.role is Role.DEPARTMENT:
        raise ProblemError("person-not-here")
    return person


async def _window(connection: AsyncConnection, window: str) -> Mapping[Any, Any]:
    """Central's own window signs in nowhere: it has no point."""
    row = (await connection.execute(_WINDOW, {"window": window})).mappings().first()
    if row is None:
        raise ProblemError("window-unknown")
    if row["revoked"]:
        raise ProblemError("window-revoked")
    return row


async def _begin(core: Core, connection: AsyncConnection, window: str, person: Person | None) -> Session:
    await _sweep(core, connection, tokens)
    if person is not None:
        await duties.note(core, connection, window, person)
    return await _issue(core, connection, new_token()[:32], window, person, core.now_ms())


async def _issue(
    core: Core, connection: AsyncConnection, family: str, window: str, person: Person | None, began: int
) -> Session:
    now = core.now_ms()
    last = began + LONGEST_MS
    access, renewal = new_token(), new_token()
    account = person.number if person is not None else None
    shared = {"family": family, "window": window, "account": account, "began_at": began}
    rows = [
        {"hash": fingerprint(access), "refresh": False, "expires_at": min(last, now + ACCESS_MS), **shared},
        {"hash": fingerprint(renewal), "refresh": True, "expires_at": min(last, now + REFRESH_MS), **shared},
    ]
    await connection.execute(insert(tokens), rows)
    await connection.execute(_SEEN, {"window": window, "now": now})
    return Session(
        access_token=access,
        expires_in=(min(last, now + ACCESS_MS) - now) // 1000,
        refresh_token=renewal,
        server_time=core.server_time(),
        person=person,
        offline_days=OFFLINE_DAYS if person is not None else 0,
    )


async def _sweep(core: Core, connection: AsyncConnection, table: Table) -> None:
    """Remove what expired, now and then, past whatever another sweep has in hand: two that wait for each other would both fail."""
    if not core.is_due(f"sweep {table.name}", SWEPT_EVERY):
        return
    expired = select(table.c.hash).where(table.c.expires_at <= core.now_ms()).limit(SWEPT_AT_ONCE)
    await connection.execute(delete(table).where(table.c.hash.in_(expired.with_for_update(skip_locked=True))))


async def _end(connection: AsyncConnection, family: str) -> None:
    await connection.execute(delete(tokens).where(tokens.c.family == family))


def _valid(row: Mapping[Any, Any], now: int) -> bool:
    """Whether a token still speaks; a person who was revoked or moved away no longer does."""
    if row["expires_at"] <= now or row["window_revoked"]:
        return False
    if row["account"] is None:
        return True
    person = _person(row)
    return person is not None and not row["account_revoked"] and row["point"] in person.points


def _person(row: Mapping[Any, Any]) -> Person | None:
    return person_of(row) if row["account"] is not None and row["number"] is not None else None


def person_of(row: Mapping[Any, Any]) -> Person:
    """Return the person an account's row tells of."""
    points = tuple(str(p) for p in json.loads(row["points"]))
    return Person(number=row["number"], name=row["name"], role=Role(row["role"]), points=points)
