"""For whoever watches: does the process live, may it be sent requests, what has it counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sync.central.core import Core
from sync.central.database import DatabaseUnusable
from sync.central.line.around import Around, trace_of
from sync.central.line.faults import handlers
from sync.central.line.metrics import CONTENT_TYPE
from sync.central.problems import ProblemError

PATIENCE = 5.0
"""Seconds the database is given to answer."""

Respond = Callable[[Request], Awaitable[Response]]


def routes(core: Core) -> list[Route]:
    """Return the routes for the watchers, on the port everybody uses: there metrics are for this machine alone."""
    made = [_route("/healthz", "healthz", _alive), _route("/readyz", "readyz", _ready(core))]
    return [*made, _route("/metrics", "metrics", _metrics(core, _here))] if core.settings.metrics == "on" else made


def watchers_app(core: Core) -> ASGIApp:
    """Return an application with nothing but these, for a port of its own."""
    ways = [("/healthz", _alive), ("/readyz", _ready(core)), ("/metrics", _metrics(core, lambda _: True))]
    made = [_route(path, path[1:], respond) for path, respond in ways]
    return Around(Starlette(routes=made, exception_handlers=handlers()), core)


def _route(path: str, operation: str, respond: Respond) -> Route:
    async def named(request: Request) -> Response:
        trace_of(request.scope).operation = operation
        return await respond(request)

    return Route(path, named, methods=["GET"])


async def _alive(_: Request) -> Response:
    """The database is not asked: to restart this process would not bring it back."""
    return _plain(b"ok\n")


def _ready(core: Core) -> Respond:
    async def respond(_: Request) -> Response:
        if core.stopping:
            raise _not_ready()
        try:
            async with asyncio.timeout(PATIENCE):
                core.database.refuse_unfit(await core.database.held())
        except (SQLAlchemyError, OSError, DatabaseUnusable) as error:  # a time limit is an OSError
            raise _not_ready() from error
        return _plain(b"ready\n")

    return respond


def _not_ready() -> ProblemError:
    return ProblemError("unavailable", headers={"Retry-After": "5"})


def _here(request: Request) -> bool:
    """Whether a request comes from this machine; behind a proxy, whether the first to send it does."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _metrics(core: Core, may: Callable[[Request], bool]) -> Respond:
    async def respond(request: Request) -> Response:
        if not may(request):
            raise ProblemError("not-found")
        return Response(core.metrics.told(), media_type=CONTENT_TYPE)

    return respond


def _plain(text: bytes) -> Response:
    return Response(text, media_type="text/plain", headers={"Cache-Control": "no-store"})
