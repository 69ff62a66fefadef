"""What is answered when a request ends with an exception: always a problem, and in the log never what it was about."""

from __future__ import annotations

import logging

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from sync.central.line.around import trace_of
from sync.central.line.transport import problem_answer
from sync.central.problems import ProblemError

log = logging.getLogger("clerk.central")

PASSING = frozenset({"08", "3D", "40", "53", "57"})
"""Classes of PostgreSQL's SQLSTATE that pass: connection, a database being put back, deadlock, resources, shutdown."""


def handlers() -> dict[type[Exception], ExceptionHandler]:
    """Return the handler of each kind of exception."""
    return {
        ProblemError: _on_problem,
        HTTPException: _on_http,
        ClientDisconnect: _on_disconnect,
        DBAPIError: _on_database,
        PoolTimeout: _on_unavailable,
        OSError: _on_unavailable,
        Exception: _on_error,
    }


def refuse(request: Request, error: ProblemError) -> Response:
    """Answer with a problem, and note it."""
    trace_of(request.scope).problem = error.code
    return problem_answer(error.problem, error.headers)


async def _on_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return refuse(request, error)


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "not-found", 405: "method"}.get(error.status_code, "malformed")
    return refuse(request, ProblemError(code, headers=dict(error.headers or {})))


async def _on_disconnect(request: Request, error: Exception) -> Response:
    """Nobody is there to read this; nothing was begun."""
    return refuse(request, ProblemError("not-json"))


async def _on_database(request: Request, error: Exception) -> Response:
    """Only a database out of reach or under way to it is a reason to try again; the rest are faults of ours."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    if isinstance(error, OperationalError | InterfaceError) or state[:2] in PASSING:
        return await _on_unavailable(request, error)
    return await _on_error(request, error)


async def _on_unavailable(request: Request, error: Exception) -> Response:
    trace = trace_of(request.scope)
    about = {"operation": trace.operation, "error": type(error).__name__, "request": trace.request}
    log.warning("unavailable", extra=about)
    return refuse(request, ProblemError("unavailable", headers={"Retry-After": "5"}))


async def _on_error(request: Request, error: Exception) -> Response:
    trace = trace_of(request.scope)
    log.error("failed", exc_info=error, extra={"operation": trace.operation, "request": trace.request})
    return refuse(request, ProblemError("internal"))
