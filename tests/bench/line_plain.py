"""An endpoint that inserts the documents it is posted, in one transaction, and does nothing else: what batches cost at least."""

from __future__ import annotations

import socket
import sys
from typing import Any

import asyncpg
import msgspec
import uvicorn


class Plain:
    """A bare ASGI application over a pool of connections."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None
        self._n = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._pool is None:
            self._pool = await asyncpg.create_pool(self._url, min_size=2, max_size=4)
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        documents = msgspec.json.decode(body, type=list[str])
        rows = [(self._n + place, document) for place, document in enumerate(documents)]
        self._n += len(rows)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.executemany(
                "INSERT INTO plain VALUES ($1, $2) ON CONFLICT (n) DO UPDATE SET document = excluded.document", rows
            )
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


def main() -> None:
    """Serve until ended; the first line on standard output is the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(Plain(sys.argv[1]), lifespan="off", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
