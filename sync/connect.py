"""Opens the line: the HTTP client, and making this machine a window."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime

import httpx

from clerk_app.line import LineDown
from clerk_app.seat import Seat
from clerk_app.store.records import Records
from sync import wire
from sync.talk import Talk
from sync.window import WindowEnd

TIMEOUT = httpx.Timeout(20.0, connect=5.0)


def http_client(central: str) -> httpx.Client:
    """Return a client for central's address; idle connections are given up before central's server does.

    Raises ``LineDown`` where there can be none: the address is no address, or the machine's certificates are unreadable.
    """
    try:
        verify: ssl.SSLContext | bool = ssl.create_default_context() if central.startswith("https:") else False
        limits = httpx.Limits(max_connections=4, keepalive_expiry=3.0)
        return httpx.Client(
            base_url=central, verify=verify, limits=limits, timeout=TIMEOUT, trust_env=False, follow_redirects=False
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise LineDown("市中心的地址不对，请检查设置。") from error
    except OSError as error:
        raise LineDown(f"本机的证书库读不出来（{error.strerror or error}），无法与市中心建立加密连接。") from error


def connect(
    records: Records,
    seat: Seat,
    signing_key: bytes,
    clock: Callable[[], datetime],
    heard: Callable[[datetime], float] | None = None,
    offered: Callable[[str], object] = lambda _: None,
    word: Callable[[], str] = str,
) -> WindowEnd:
    """Return a window's conversation with central; nothing is sent yet. Raises ``LineDown`` where there can be none.

    ``word`` is asked with every greeting for what the window says of itself (``sync.wire_fleet``).
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(signing_key)
    talk = Talk(http_client(seat.central))
    talk.word = word
    return WindowEnd(records, seat.window, key.sign, talk, clock, heard, offered)


def enrol(central: str, code: str, public_key: bytes, former: bytes | None = None) -> wire.Enrolment:
    """Make this machine a window; raises ``LineDown`` or ``Told``. The same code with the same key may be said again.

    ``former`` is the signing key of the window that goes on as this one.
    """
    request = wire.EnrolmentRequest(code=code, public_key=public_key.hex())
    if former is not None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        said = wire.move_bytes(code, request.public_key)
        request.former = Ed25519PrivateKey.from_private_bytes(former).sign(said).hex()
    with http_client(central) as client:
        return Talk(client).ask("POST", "/v1/enrolments", wire.Enrolment, request)
