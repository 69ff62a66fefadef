"""Central on the line: the calls of ``endpoints`` as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync import wire
from sync.central import carried, enrolment, openapi, publishing, reading, sessions
from sync.central.core import Core
from sync.central.endpoints import ENDPOINTS, MAX_CURSOR, Endpoint, Number
from sync.central.ingest import ingest
from sync.central.problems import ProblemError, problem
from sync.central.sessions import Caller
from sync.central.transport import answer, decode, encode, problem_answer, read_body

log = logging.getLogger("clerk.central")

LARGE = 32 * 1024
"""From this size on a body is compressed beside the loop, not in it."""
PASSING = frozenset({"08", "3D", "40", "53", "57"})
"""Classes of PostgreSQL's SQLSTATE that pass: connection, a database being put back, deadlock, resources, shutdown."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose caller, body and numbers are known to be in order."""

    core: Core
    request: Request
    body: Any
    query: Mapping[str, int]
    caller: Caller | None

    @property
    def speaker(self) -> Caller:
        """Who speaks; only of calls that are secured."""
        if self.caller is None:
            raise ProblemError("token-invalid")
        return self.caller

    @property
    def number(self) -> str:
        """The number in the path."""
        return str(self.request.path_params["number"])


Handler = Callable[[Call], Awaitable[Any]]


async def _push(call: Call) -> wire.EntriesAnswer:
    return await ingest(call.core, call.speaker.window, call.speaker.public_key, call.body)


async def _feed(call: Call) -> reading.StoredFeed:
    return await reading.feed(
        call.core, call.speaker.point, call.query["after"], call.query["limit"], call.query["wait"]
    )


async def _session_state(call: Call) -> wire.SessionState:
    told = call.request.headers.get(wire.BACKLOG_HEADER, "")
    backlog = int(told) if told.isascii() and told.isdecimal() and len(told) <= 9 else None
    agent = call.request.headers.get("user-agent", "").partition(" ")[0]
    version = agent.removeprefix(wire.USER_AGENT) if agent.startswith(wire.USER_AGENT) else ""
    version = version if version.isascii() and version.isprintable() else ""
    return await reading.session_state(call.core, call.speaker, version[:40], backlog)


HANDLERS: dict[str, Handler] = {
    "enrol": lambda c: enrolment.enrol(c.core, c.body),
    "challenge": lambda c: sessions.challenge(c.core, c.body.window),
    "open_session": lambda c: sessions.open_session(c.core, c.body),
    "refresh": lambda c: sessions.refresh(c.core, c.body),
    "close_session": lambda c: sessions.close_session(c.core, c.speaker),
    "session_state": _session_state,
    "push": _push,
    "own_entries": lambda c: reading.own_entries(c.core, c.speaker.window, c.query["after"], c.query["limit"]),
    "carry": lambda c: carried.take_up(c.core, c.speaker, c.body),
    "feed": _feed,
    "catalogue": lambda c: publishing.changes(c.core, c.query["after"], c.query["limit"]),
    "prefiling": lambda c: reading.prefiling(c.core, c.number),
    "case": lambda c: reading.case(c.core, c.number),
    "fleet": lambda c: reading.fleet(c.core),
}


def build_app(central: Core) -> Starlette:
    """Return central as an ASGI application; the database stays the caller's to close."""
    routes = [
        Route(endpoint.path, _route(central, endpoint), methods=[endpoint.method], name=endpoint.name)
        for endpoint in ENDPOINTS
    ]
    routes += [Route("/v1/openapi.json", _openapi, methods=["GET"]), Route("/healthz", _health(central))]

    async def on_error(request: Request, error: Exception) -> Response:
        """Answer from outside the middleware, so that it has to be signed here."""
        told = await _on_error(request, error)
        told.headers.update(_signature(central))
        return told

    handlers = {
        ProblemError: _on_problem,
        HTTPException: _on_http,
        ClientDisconnect: _on_disconnect,
        DBAPIError: _on_database,
        PoolTimeout: _on_unavailable,
        OSError: _on_unavailable,
        Exception: on_error,
    }
    signed = Middleware(_Signed, core=central)
    return Starlette(routes=routes, exception_handlers=handlers, middleware=[signed])


def _route(core: Core, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    handler = HANDLERS[endpoint.name]

    async def respond(request: Request) -> Response:
        caller = await _caller(core, request) if endpoint.secured else None
        person = caller.person if caller is not None else None
        if endpoint.role is not None and (person is None or person.role is not endpoint.role):
            raise ProblemError("role-needed")
        query = {number.name: _number(request, number) for number in endpoint.query}
        body = None
        if endpoint.request is not None:
            body = decode(await read_body(request, endpoint.limit), endpoint.request)
        told = await handler(Call(core, request, body, query, caller))
        if told is None:
            return Response(status_code=endpoint.status, media_type=wire.MEDIA_TYPE)
        encoded = told if isinstance(told, bytes) else encode(told)
        if len(encoded) < LARGE:
            return answer(request, encoded, endpoint.status)
        return await asyncio.to_thread(answer, request, encoded, endpoint.status)

    return respond


async def _caller(core: Core, request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= 128:
        raise ProblemError("token-invalid", headers={"WWW-Authenticate": "Bearer"})
    return await sessions.caller_of(core, token)


def _number(request: Request, number: Number) -> int:
    text = request.query_params.get(number.name)
    if text is None:
        return number.default
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_CURSOR))):
        raise ProblemError("malformed")
    value = int(text)
    if not number.least <= value <= number.most:
        raise ProblemError("malformed")
    return value


async def _openapi(_: Request) -> Response:
    return Response(openapi.description(), media_type="application/json")


def _health(core: Core) -> Callable[[Request], Awaitable[Response]]:
    async def respond(_: Request) -> Response:
        async with core.database.read() as connection:
            await connection.exec_driver_sql("SELECT 1")
        return Response(b"ok\n", media_type="text/plain")

    return respond


async def _on_problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return problem_answer(error.problem, error.headers)


async def _on_http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "not-found", 405: "method"}.get(error.status_code, "malformed")
    return problem_answer(problem(code), dict(error.headers or {}))


async def _on_disconnect(_: Request, error: Exception) -> Response:
    """Nobody is there to read this; nothing was begun."""
    return problem_answer(problem("not-json"))


async def _on_database(request: Request, error: Exception) -> Response:
    """Only a database out of reach or under way to it is a reason to try again; the rest are faults of ours."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    if isinstance(error, OperationalError | InterfaceError) or state[:2] in PASSING:
        return await _on_unavailable(request, error)
    return await _on_error(request, error)


async def _on_unavailable(request: Request, error: Exception) -> Response:
    log.warning("database unavailable during %s: %s", request.url.path, type(error).__name__)
    return problem_answer(problem("unavailable"), {"Retry-After": "5"})


async def _on_error(request: Request, error: Exception) -> Response:
    log.error("failed: %s %s", request.method, request.url.path, exc_info=error)
    return problem_answer(problem("internal"))


def _signature(core: Core) -> dict[str, str]:
    return {wire.EPOCH_HEADER: core.epoch, "Date": format_datetime(core.clock().astimezone(UTC), usegmt=True)}


class _Signed:
    """Puts central's epoch and time on every answer, so that a captive portal's are told apart."""

    def __init__(self, app: ASGIApp, core: Core) -> None:
        self._app = app
        self._core = core

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = ((k.lower().encode(), v.encode()) for k, v in _signature(self._core).items())
                message = {**message, "headers": [*message["headers"], *told]}
            await send(message)

        await self._app(scope, receive, signed if scope["type"] == "http" else send)
