"""Central in a process of its own, that can be set back: each line on standard input has it begin again from its database.

Arguments: the database to begin with. Prints the port once, and ``ready`` whenever it serves.
"""

from __future__ import annotations

import shutil
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from sync.central.central import Central
from sync.central.line.serve import build_server
from tests.support.bridge import loop_thread


def main() -> None:
    begin_with = Path(sys.argv[1])
    live = begin_with.with_name("live.db")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    print(port, flush=True)  # noqa: T201 - how the parent learns it
    with loop_thread() as loop:
        for _ in sys.stdin:
            for old in live.parent.glob("live.db*"):
                old.unlink()
            shutil.copy(begin_with, live)
            central = loop.run(Central.open(str(live), lambda: datetime.now(UTC)))
            ready = threading.Event()
            listener = socket.create_server(("127.0.0.1", port))
            server = build_server(central, lambda _, ready=ready: ready.set())  # type: ignore[misc]
            ended = loop.start(server.serve(sockets=[listener]))
            ready.wait(10)
            print("ready", flush=True)  # noqa: T201 - as above
            sys.stdin.readline()
            server.should_exit = True
            ended()
            loop.run(central.close())
            print("stopped", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
