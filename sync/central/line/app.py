"""Central on the line: the calls of ``endpoints`` as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sync import wire, wire_fleet
from sync.central import feeds, fleet, reading
from sync.central.access import couriers, enrolment, incarnations, sessions
from sync.central.access.sessions import Caller
from sync.central.catalogue import publishing, snapshots
from sync.central.core import Core
from sync.central.entries import carried
from sync.central.entries.ingest import ingest
from sync.central.files import scans, uploads
from sync.central.files.tus import Tus
from sync.central.line import faults, health, openapi
from sync.central.line.around import Around, trace_of
from sync.central.line.calls import MAX_TEXT, Text
from sync.central.line.endpoints import ENDPOINTS, MAX_CURSOR, Endpoint, Number
from sync.central.line.gate import BACKLOG, lane_of
from sync.central.line.transport import answer, decode, encode, read_body
from sync.central.problems import ProblemError
from sync.central.releases import serving

LARGE = 32 * 1024
"""From this size on a body is compressed beside the loop, not in it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose caller, body and numbers are known to be in order."""

    core: Core
    request: Request
    body: Any
    query: Mapping[str, int]
    caller: Caller | None
    texts: Mapping[str, str] = field(default_factory=dict)

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

    def text(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    @property
    def revision(self) -> int:
        """The revision in the path."""
        return whole_number(str(self.request.path_params["revision"]), 0, MAX_CURSOR)

    @property
    def backlog(self) -> int | None:
        """How many entries the window says it has not said yet."""
        told = self.request.headers.get(wire.BACKLOG_HEADER, "")
        return int(told) if told.isascii() and told.isdecimal() and len(told) <= 9 else None

    @property
    def address(self) -> str:
        """Where the request came from, as far as that is known."""
        return self.request.client.host if self.request.client is not None else ""


Handler = Callable[[Call], Awaitable[Any]]
Respond = Callable[[Request], Awaitable[Response]]


async def _push(call: Call) -> wire.EntriesAnswer:
    speaker = call.speaker
    async with call.core.gate.turn(speaker.window, lane_of(call.backlog)):
        return await ingest(call.core, speaker.window, speaker.public_key, call.body, call.backlog)


async def _carry(call: Call) -> wire.CarriedAnswer:
    async with call.core.gate.turn(call.speaker.window, BACKLOG):
        return await carried.take_up(call.core, call.speaker, call.body)


async def _feed(call: Call) -> reading.StoredFeed:
    after, limit, wait, mark = (call.query[name] for name in ("after", "limit", "wait", "mark"))
    if wait:
        trace_of(call.request.scope).operation = "feed_wait"
    told = await reading.feed(call.core, call.speaker.point, after, limit, wait, mark)
    if wait:  # who was revoked while they waited hears nothing more
        await sessions.recheck(call.core, call.speaker)
    return told


async def _feeds(call: Call) -> feeds.StoredFeeds:
    if call.body.wait:
        trace_of(call.request.scope).operation = "feeds_wait"
    told = await feeds.feeds(call.core, call.speaker, call.body)
    if call.body.wait:
        await sessions.recheck(call.core, call.speaker)
    return told


async def _challenge(call: Call) -> wire.Challenge:
    call.core.limits.take("challenge", f"{call.body.window}@{call.address}")
    return await sessions.challenge(call.core, call.body.window)


async def _enrol(call: Call) -> wire.Enrolment:
    call.core.limits.take("address", call.address)
    return await enrolment.enrol(call.core, call.body)


async def _refresh(call: Call) -> wire.Session:
    call.core.limits.take("address", call.address)
    return await sessions.refresh(call.core, call.body)


async def _upload_options(_: Call) -> Response:
    return uploads.configuration()


async def _session_state(call: Call) -> wire.SessionState:
    agent = call.request.headers.get("user-agent", "").partition(" ")[0]
    version = agent.removeprefix(wire.USER_AGENT) if agent.startswith(wire.USER_AGENT) else ""
    version = version if version.isascii() and version.isprintable() else ""
    word = wire_fleet.heard(call.request.headers.get(wire_fleet.WORD_HEADER))
    return await reading.session_state(call.core, call.speaker, version[:40], call.backlog, word)


async def _fleet(call: Call) -> wire_fleet.Fleet:
    person = call.speaker.person
    asked = {name: call.texts[name] for name in ("point", "state", "after")}
    points = frozenset(person.points if person is not None else ())
    return await fleet.page(call.core, points, limit=call.query["limit"], **asked)


HANDLERS: dict[str, Handler] = {
    "enrol": _enrol,
    "challenge": _challenge,
    "open_session": lambda c: sessions.open_session(c.core, c.body),
    "refresh": _refresh,
    "close_session": lambda c: sessions.close_session(c.core, c.speaker),
    "session_state": _session_state,
    "incarnate": lambda c: incarnations.begin(c.core, c.speaker, c.body),
    "push": _push,
    "own_entries": lambda c: reading.own_entries(
        c.core, c.speaker.window, c.speaker.point, c.query["after"], c.query["limit"]
    ),
    "carry": _carry,
    "feed": _feed,
    "feeds": _feeds,
    "catalogue": lambda c: publishing.changes(c.core, c.query["after"], c.query["limit"]),
    "snapshot": lambda c: snapshots.newest(c.core),
    "snapshot_file": lambda c: snapshots.answer(c.core, c.revision, c.request.headers),
    "upload_options": _upload_options,
    "create_upload": lambda c: uploads.create(c.core, c.speaker, c.request),
    "stand_of_upload": lambda c: uploads.stand(c.core, c.speaker, c.request, c.text("id")),
    "append_to_upload": lambda c: uploads.append(c.core, c.speaker, c.request, c.text("id")),
    "drop_upload": lambda c: uploads.drop(c.core, c.speaker, c.request, c.text("id")),
    "missing_scans": lambda c: scans.missing(c.core, c.speaker.window, c.speaker.point),
    "scan": lambda c: scans.answer(c.core, c.speaker, c.text("sha256"), c.request.headers),
    "release_metadata": lambda c: serving.metadata(c.core, c.text("name"), c.request.headers),
    "release_target": lambda c: serving.target(c.core, c.text("name"), c.request.headers),
    "couriers": lambda c: couriers.of_point(c.core, c.speaker.point),
    "prefiling": lambda c: reading.prefiling(c.core, c.number),
    "case": lambda c: reading.case(c.core, c.number),
    "fleet": _fleet,
}


def build_app(central: Core) -> ASGIApp:
    """Return central as an ASGI application; the database stays the caller's to close."""
    by_path: dict[str, dict[str, Respond]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = _route(central, endpoint)
    routes = [Route(path, _by_method(ways), methods=list(ways)) for path, ways in by_path.items()]
    routes.append(Route("/v1/openapi.json", _openapi, methods=["GET"]))
    routes += health.routes(central)
    return Around(Tus(Starlette(routes=routes, exception_handlers=faults.handlers())), central)


def _by_method(ways: Mapping[str, Respond]) -> Respond:
    """One route for a path, so that whoever uses a wrong method hears of all the right ones."""

    async def respond(request: Request) -> Response:
        return await ways["GET" if request.method == "HEAD" and "HEAD" not in ways else request.method](request)

    return respond


def _route(core: Core, endpoint: Endpoint) -> Respond:
    handler = HANDLERS[endpoint.name]

    async def respond(request: Request) -> Response:
        trace = trace_of(request.scope)
        trace.operation = endpoint.name
        caller = await _caller(core, request) if endpoint.secured else None
        if caller is not None:
            trace.window = caller.window
            core.limits.take(endpoint.bucket, caller.window)
        person = caller.person if caller is not None else None
        if endpoint.role is not None and (person is None or person.role is not endpoint.role):
            raise ProblemError("role-needed")
        query = {number.name: _number(request, number) for number in endpoint.query}
        body = None
        if endpoint.request is not None:
            body = decode(await read_body(request, endpoint.limit), endpoint.request)
        texts = {text.name: _text(request, text) for text in endpoint.texts}
        told = await handler(Call(core, request, body, query, caller, texts))
        if isinstance(told, Response):
            return told
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
    return whole_number(text, number.least, number.most)


def _text(request: Request, text: Text) -> str:
    told = request.query_params.get(text.name, "")
    if told and (len(told) > MAX_TEXT or not told.isprintable() or (text.choices and told not in text.choices)):
        raise ProblemError("malformed")
    return told


def whole_number(text: str, least: int, most: int) -> int:
    """Return a number as it stands in an address, or raise the problem with it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_CURSOR))):
        raise ProblemError("malformed")
    value = int(text)
    if not least <= value <= most:
        raise ProblemError("malformed")
    return value


async def _openapi(_: Request) -> Response:
    return Response(openapi.description(), media_type="application/json")
