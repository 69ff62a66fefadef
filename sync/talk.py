"""One conversation with central over HTTP: what counts as an answer, and what every other thing that comes back means."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import httpx
import msgspec
import zstandard

from clerk_app.line import LineDown
from clerk_app.program.build_info import build_info
from sync import wire
from sync.engine.values import Answered, Request
from sync.policy import LONGEST_DELAY, retry_after_seconds
from sync.wire_fleet import WORD_HEADER

M = TypeVar("M")
COMPRESS_FROM = 1024
"""Bytes; smaller bodies are sent as they are."""
MAX_ANSWER = 64 << 20
"""Bytes, decompressed; central's largest page is an eighth of it."""
LONGEST_ANSWER = 600.0
"""Seconds an answer may take to come in, however steadily it trickles."""
PATIENCE_WANTED = frozenset({408, 425, 429})
"""Statuses below 500 that mean: the same again, later."""
GUESSED_TOO_OFTEN = "too-often"
"""The one 429 that is about a password, not about central's load."""


class Busy(LineDown):
    """Central is there but asks for patience; ``retry_after`` in seconds, if it said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Cut(LineDown):
    """The connection ended under the request: it may be said again at once."""


class TooLarge(LineDown):
    """Central, or something on the way to it, takes no request of this size."""


class Stopped(LineDown):
    """The answer is not waited for any more, because this end is told to stop."""


class Told(Exception):
    """Central answered with a problem (RFC 9457): the request was understood and refused."""

    def __init__(self, problem: wire.Problem, retry_after: float | None = None) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem
        self.retry_after = retry_after

    @property
    def code(self) -> str:
        """The problem's type without its prefix."""
        return self.problem.type.removeprefix(wire.PROBLEMS)


class Talk:
    """Sends requests and reads answers; every ``LineDown`` means: outcome unknown, say the same again."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.cancelled: Callable[[], bool] = lambda: False
        """Asked between the pieces of an answer; once true, ``Stopped`` is raised."""
        self.word: Callable[[], str] = str
        """Asked with every greeting for the window's word on itself; empty: it has none."""

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def ask(self, method: str, path: str, answer: type[M], message: Any = None) -> M:
        """Return central's answer to one message that needs no session; raises as ``perform``."""
        content = b"" if message is None else msgspec.json.encode(message)
        request = Request(method=method, path=path, answer=answer, content=content, bare=True)
        return cast("M", self.perform(request).message)

    def perform(self, request: Request) -> Answered:
        """Return what was answered; raises ``LineDown`` (``Busy``, ``Cut``, ``TooLarge``, ``Stopped``) or ``Told``."""
        if self.cancelled():
            raise Stopped("已停止。")
        headers, content = outgoing(request)
        if request.greeting and (word := self.word()):
            headers[WORD_HEADER] = word
        query = dict(request.query) or None
        try:
            with self._client.stream(
                request.method, request.path, content=content, headers=headers, params=query
            ) as response:
                # What is no answer of central's is told by its head: its body is not waited for.
                told = self._body(response) if is_read(request, response.headers) else b""
                return understood(request, response.status_code, response.headers, told)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError) as error:
            raise _down(error) from error

    def _body(self, response: httpx.Response) -> bytes:
        """Return the whole body, if it comes to an end within reason."""
        until = time.monotonic() + LONGEST_ANSWER
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if self.cancelled():
                raise Stopped("已停止。")
            if len(body) > MAX_ANSWER or time.monotonic() > until:
                raise LineDown("市中心的应答没完没了。")
        return bytes(body)


def outgoing(request: Request) -> tuple[dict[str, str], bytes | None]:
    """Return headers and body of a request as they are sent."""
    headers = {"Accept": request.accept, "User-Agent": wire.USER_AGENT + build_info().version, **dict(request.headers)}
    if request.token:
        headers["Authorization"] = f"Bearer {request.token}"
    if request.backlog is not None:
        headers[wire.BACKLOG_HEADER] = str(request.backlog)
    if not request.content:
        return headers, None
    headers["Content-Type"] = request.media
    if not request.packed or len(request.content) < COMPRESS_FROM:
        return headers, request.content
    headers["Content-Encoding"] = "zstd"
    return headers, zstandard.ZstdCompressor(level=3).compress(request.content)


def is_read(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether the body of an answer is worth reading."""
    proven = bool(headers.get(request.proof))
    return proven and (request.answer is None or _media(headers) in {wire.PROBLEM_TYPE, request.accept})


def understood(request: Request, status: int, headers: Mapping[str, str], body: bytes) -> Answered:
    """Return what an answer means; raises ``LineDown`` or ``Told``. ``headers`` are looked up in any case."""
    patience = retry_after_seconds(headers.get("Retry-After"), headers.get("Date"))
    media = _media(headers)
    proven = bool(headers.get(request.proof))
    if proven and media == wire.PROBLEM_TYPE:
        # The answer to a HEAD has no body to tell more than its status.
        bare = wire.Problem(type="", title="", status=status, detail=f"对方没有接受（{status}）。")
        raise _told(_decoded(body, wire.Problem) if body or request.method != "HEAD" else bare, patience)
    if status == 413:
        raise TooLarge("网络里的设备不让这么大的内容通过。")
    if status in PATIENCE_WANTED or status >= 500:
        # Whoever says so stands between us and central, or is none of ours at all: heeded within bounds.
        raise Busy("市中心忙，稍后自动再试。", None if patience is None else min(patience, LONGEST_DELAY))
    if not proven:
        raise LineDown("网络里有别的设备代替市中心作答（可能需要先登录网络）。")
    if status >= 400 and request.proof != wire.EPOCH_HEADER:
        raise Told(wire.Problem(type="", title="", status=status, detail=f"对方没有接受（{status}）。"), patience)
    if request.answer is None and status < 300 and (media == request.accept or not body):
        return Answered(message=body, status=status, headers=_lower(headers))
    if request.answer is None or media != request.accept:
        raise LineDown("网络里有别的设备代替市中心作答（可能需要先登录网络）。")
    return Answered(message=_decoded(body, request.answer), status=status, headers=_lower(headers))


def _media(headers: Mapping[str, str]) -> str:
    return (headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def _lower(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in headers.items())


def _decoded(body: bytes, kind: type[M]) -> M:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LineDown("市中心的应答不完整，或者读不懂。") from error


def _told(problem: wire.Problem, patience: float | None) -> Exception:
    """Return what a problem of central's means."""
    told = Told(problem, patience)
    if problem.status == 413:
        return TooLarge(str(told))
    if problem.status >= 500 or (problem.status in PATIENCE_WANTED and told.code != GUESSED_TOO_OFTEN):
        return Busy(problem.detail or "市中心忙，稍后自动再试。", patience)
    return told


def _down(error: Exception) -> LineDown:
    """Return what went wrong on the way, in words."""
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return Cut("与市中心的连接中断。")
    if isinstance(error, httpx.TimeoutException):
        return LineDown("市中心没有及时应答。")
    if isinstance(error, httpx.DecodingError):
        return LineDown("市中心的应答不完整，或者读不懂。")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return LineDown("市中心的地址不对，请检查设置。")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return LineDown("市中心的证书不可信，没有继续（请先核对本机日期，再联系技术人员）。")
    return LineDown("连不上市中心。")
